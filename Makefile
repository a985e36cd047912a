# Everything from a bare checkout: Python 3.11 and make are enough, the rest is installed into .venv here.
# `make help` lists what there is.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
export VERNIX_PYTHON := $(PYTHON)
# Tests and benchmarks start the programs hundreds of times: as on a user's machine, each module is compiled once.
export PYTHONDONTWRITEBYTECODE :=

# Words for the programs behind the targets: make demo DEMO=--once, make test TESTS=tests/sealing.
DEMO ?=
TESTS ?= tests
BENCH ?=
FUZZ ?=
# One more than there are cores, for servers are waited for. loadfile keeps a file's tests on one worker, so that
# its servers are started once.
WORKERS ?= 3

.DEFAULT_GOAL := help
.PHONY: help demo test nightly fuzz bench lint format docs reference lock clean

help: ## list the targets
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/:.*## /|/' | awk -F'|' '{ printf "  make %-10s %s\n", $$1, $$2 }'

demo: $(STAMP) ## run the whole journey on this machine (DEMO=--once: end by itself)
	@$(BIN)/vernix demo $(DEMO)

test: lint docs ## lint, build the documentation, run the tests (TESTS=path for some)
	@tools/system-packages
	$(BIN)/pytest $(TESTS) -m "not slow" -n $(WORKERS) --dist loadfile

nightly: lint docs ## all tests, the slow ones too, with many more examples
	@tools/system-packages
	HYPOTHESIS_PROFILE=nightly $(BIN)/pytest $(TESTS) --timeout 3600

fuzz: $(STAMP) ## read damaged files for an hour, led by coverage (FUZZ="--minutes 5" for less)
	$(BIN)/python -m tests.fuzz_intake $(FUZZ)

bench: $(STAMP) ## measure everything, print one JSON document (BENCH="sealing" for some)
	@tools/system-packages >&2
	@$(BIN)/python -m bench $(BENCH) --json

lint: $(STAMP) ## ruff, mypy --strict, import contracts
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(STAMP) ## put the code in its one layout
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format

docs: $(STAMP) ## build the documentation site into site/
	NO_COLOR=1 $(BIN)/zensical build --clean --strict

reference: $(STAMP) ## write anew what is made from the code: pages of docs/reference, compiled checks
	$(BIN)/python tools/write_reference.py
	$(BIN)/python -m vernix.intake.checking

lock: $(STAMP) ## resolve the dependencies anew, with hashes and no addresses
	tools/lock

clean: ## remove what was built here, .venv too
	rm -rf $(VENV) site build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# Redone only if the lock or pyproject.toml changed.
$(STAMP): pyproject.toml requirements/lock.txt requirements/bootstrap.txt tools/install
	@tools/install $(VENV)
	@touch $@
