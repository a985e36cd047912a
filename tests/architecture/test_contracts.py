"""The import contracts name only what is real, cover all there is, and really catch a breach."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import grimp
import pytest

PREFIX = "importlinter:contract:"
MODULE_FIELDS = ("source_modules", "forbidden_modules", "protected_modules", "allowed_importers", "layers")

# Packages that must never be imported and are not installed: the absence is the point.
NEVER_INSTALLED = {"cloudpickle", "dill", "joblib", "requests"}

# The modules of sealing that hold no way to open: a new one is put here, or into the contracts, by a person.
OPENS_NOTHING = {
    f"vernix.sealing.{name}"
    for name in (
        "armor",
        "bech32",
        "descriptors",
        "header",
        "lanes",
        "placing",
        "raw64",
        "recipients",
        "refusals",
        "sealer",
        "stream",
    )
}

LINT = "from importlinter.cli import lint_imports_command as lint; lint(['--no-cache'])"

BREACHES = {
    "gateway imports what opens": ("gateway", "import vernix.sealing.opening"),
    "gateway imports births": ("gateway", "import vernix.births"),
    "gateway calls out": ("gateway", "import urllib3"),
    "gateway calls storage": ("gateway", "import obstore"),
    "gateway names the courier": ("gateway", "import vernix.courier"),
    "custody imports what opens": ("custody", "from vernix.sealing import opening"),
    "courier imports an identity": ("courier", "import vernix.sealing.identities"),
    "courier imports births": ("courier", "import vernix.births"),
    "births import custody": ("births", "import vernix.custody"),
    "births open a socket": ("births", "import socket"),
    "intake writes a log": ("intake", "import logging"),
    "registry serves": ("registry", "import starlette"),
    "registry knows the gateway": ("registry", "import vernix.gateway"),
    "partner knows the registry": ("partner", "import vernix.registry"),
    "registry holds its own cryptography": ("registry", "import cryptography"),
    "siblings know each other": ("insights", "import vernix.intake"),
    "sealing knows deliveries": ("sealing", "import vernix.custody"),
    "an object is unpickled": ("registry", "import pickle"),
}


def test_every_name_in_a_contract_is_real(repository: Path, import_graph: grimp.ImportGraph) -> None:
    unreal = [
        name
        for name in _names_in_contracts(repository)
        if name not in NEVER_INSTALLED and not _exists(name, import_graph)
    ]
    assert unreal == []


def test_every_top_level_name_stands_in_a_layer(repository: Path) -> None:
    layers = _contracts(repository)["layers"]["layers"]
    placed = set(re.findall(r"\w+", layers))
    package = repository / "src" / "vernix"
    there = {path.stem for path in package.glob("*.py") if path.stem != "__init__"}
    there |= {path.parent.name for path in package.glob("*/__init__.py")}
    assert there == placed, "a new top-level name must be argued for, in a decision and in .importlinter"


def test_every_module_of_sealing_is_either_open_to_carriers_or_forbidden(
    repository: Path, import_graph: grimp.ImportGraph
) -> None:
    forbidden = set(
        re.findall(r"[\w.]+", _contracts(repository)["carriers-cannot-open"]["forbidden_modules"])
    )
    protected = set(re.findall(r"[\w.]+", _contracts(repository)["two-zones-open"]["protected_modules"]))
    assert forbidden == protected
    modules = import_graph.find_children("vernix.sealing")
    assert {name for name in modules if name not in forbidden} <= OPENS_NOTHING


def test_no_contract_is_loosened_by_an_exception(repository: Path) -> None:
    loosened = [name for name, contract in _contracts(repository).items() if "ignore_imports" in contract]
    assert loosened == []


@pytest.fixture(scope="session")
def breached(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the contracts say of a copy into which every breach was put, each as a module of its own."""
    place = tmp_path_factory.mktemp("breached")
    copy = place / "src"
    shutil.copytree(repository / "src", copy, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    shutil.copy(repository / ".importlinter", place)
    for breach, (package, statement) in BREACHES.items():
        (copy / "vernix" / package / f"{_slug(breach)}.py").write_text(statement + "\n", encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-c", LINT],
        cwd=place,
        env={"PYTHONPATH": str(copy), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert run.returncode == 1, run.stdout + run.stderr
    return run.stdout


@pytest.mark.parametrize("breach", BREACHES)
def test_a_breach_is_caught(breach: str, breached: str) -> None:
    """The contracts are not decoration: each breach, tried on a copy, breaks at least one."""
    package, statement = BREACHES[breach]
    imported = ".".join(re.findall(r"(?:from|import) ([\w.]+)", statement))
    assert f"vernix.{package}.{_slug(breach)} -> {imported}" in breached


def _slug(breach: str) -> str:
    return "breach_" + breach.replace(" ", "_")


def _contracts(repository: Path) -> dict[str, dict[str, str]]:
    parser = configparser.ConfigParser()
    parser.read(repository / ".importlinter", encoding="utf-8")
    return {
        section.removeprefix(PREFIX): dict(parser[section])
        for section in parser.sections()
        if section.startswith(PREFIX)
    }


def _names_in_contracts(repository: Path) -> list[str]:
    names: set[str] = set()
    for contract in _contracts(repository).values():
        for field in MODULE_FIELDS:
            words = re.findall(r"[\w.]+", contract.get(field, ""))
            container = "vernix." if field == "layers" else ""
            names.update(container + word for word in words)
    return sorted(names)


def _exists(name: str, graph: grimp.ImportGraph) -> bool:
    if name.split(".", maxsplit=1)[0] == "vernix":
        return name in graph.modules
    return find_spec(name) is not None
