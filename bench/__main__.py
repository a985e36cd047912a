"""All benchmarks, one after another, as one JSON document: ``python -m bench [NAME ...] [--json]``.

Each is a module of this folder with a function ``run`` whose arguments all have defaults, and can be run by
itself. Figures are ratios taken in one run on one machine; seconds alone mean nothing elsewhere.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import json
import os
import sys
import traceback
from typing import Any

from bench.machine import describe

# In the order of their length, so that the first result comes at once.
BENCHMARKS = (
    "startup",
    "ledger",
    "directory",
    "fhir",
    "messages",
    "journey",
    "ways_in",
    "sealing",
    "deliveries",
    "uploads",
    "sending",
    "sftp",
    "quality",
    "intake",
)


def main() -> None:
    """Run the named benchmarks (all, if none is named); leave with 1 if one of them broke."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}")
    parser.add_argument("--size-mib", type=int, help="size of the large file, where there is one")
    parser.add_argument("--repeats", type=int, help="how often each thing is measured")
    parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")
    options = parser.parse_args()
    # As on a user's machine, each module is compiled once, whoever starts this.
    os.environ["PYTHONDONTWRITEBYTECODE"] = ""
    unknown = sorted(set(options.names) - set(BENCHMARKS))
    if unknown:
        parser.error(f"there is no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    results: dict[str, Any] = {}
    for name in options.names or BENCHMARKS:
        _say(f"{name} ...")
        results[name] = _run(name, size_mib=options.size_mib, repeats=options.repeats)
        if not options.json:
            print(name, json.dumps(results[name], indent=2))
    document = {"machine": describe(), "benchmarks": results}
    if options.json:
        json.dump(document, sys.stdout, indent=2)
        sys.stdout.write("\n")
    sys.exit(1 if any("broke" in result for result in results.values()) else 0)


def _run(name: str, **wishes: int | None) -> dict[str, Any]:
    """One benchmark with those of the wishes that it knows; what breaks it is part of the result."""
    try:
        run = importlib.import_module(f"bench.{name}").run
        known = inspect.signature(run).parameters
        result: dict[str, Any] = run(
            **{key: value for key, value in wishes.items() if value and key in known}
        )
    except Exception as error:  # the other benchmarks must still have their turn
        traceback.print_exc()
        return {"broke": f"{type(error).__name__}: {error}"}
    return result


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
