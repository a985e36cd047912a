"""BFDR bundles a second: our reader beside `orjson` alone and, where it is installed, `fhir.resources`.

One live birth of about 24 entries, a Bundle a line. Seconds are of the processor, all cores together; rounds
are interleaved, and the best of each counts. ``orjson`` makes every object of the JSON, ``parsed`` is our
parser, ``rows`` is bundle to row, and ``file`` the whole reading with types, checks in DuckDB and findings.
"""

from __future__ import annotations

import importlib.util
import json
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
from tests.fhir_kit import full_birth

from vernix.intake.fhir.documents import parsed
from vernix.intake.fhir.places import places
from vernix.intake.fhir.resources import Resource
from vernix.intake.fhir.source import rows_in
from vernix.intake.findings import Kind
from vernix.intake.reading import read

TARGET = 20_000
_BUNDLES = 20_000
_MODELS = 50  # objects are made so slowly that this many tell


def run(repeats: int = 3) -> dict[str, Any]:
    """Measure; returns bundles a second of processor time, and shares of what ``orjson`` alone does."""
    lines = [json.dumps(full_birth(f"{number:06}")).encode() for number in range(_BUNDLES)]
    known = places("birth")
    with tempfile.TemporaryDirectory(prefix="vernix-bench-") as folder:
        path = Path(folder) / "births.ndjson"
        path.write_bytes(b"\n".join(lines))
        works: dict[str, Callable[[], object]] = {
            "orjson": lambda: _each(orjson.loads, lines),
            "parsed": lambda: _each(_parsed, lines),
            "rows": lambda: _each(lambda line: rows_in(_parsed(line), known), lines),
            "file": lambda: read(path, "birth").counts,
        }
        if importlib.util.find_spec("fhir") is not None:
            works["fhir.resources"] = lambda: _each(_model, lines[:_MODELS])
        best = dict.fromkeys(works, float("inf"))
        for _ in range(repeats):
            for name, work in works.items():
                started = _seconds()
                work()
                best[name] = min(best[name], _seconds() - started)
    rates = {name: round((_MODELS if name == "fhir.resources" else _BUNDLES) / best[name]) for name in works}
    return {
        "bytes_per_bundle": len(lines[0]),
        "bundles_per_second": rates,
        "share_of_orjson": {name: round(rate / rates["orjson"], 2) for name, rate in rates.items()},
        "target": TARGET,
        "reached": rates["file"] >= TARGET,
        "left_out": [] if "fhir.resources" in works else ["fhir.resources"],
    }


def _each(work: Callable[[bytes], object], lines: list[bytes]) -> None:
    """Nothing is kept: else Python's search for dead objects in what was made would be measured."""
    for line in lines:
        work(line)


def _parsed(line: bytes) -> Resource | Kind:
    return next(parsed(line, closely=False))


def _seconds() -> float:
    """Processor time of the whole process: the engine has threads of its own."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _model(line: bytes) -> object:
    from fhir.resources.R4B.bundle import Bundle  # type: ignore[import-not-found]

    return Bundle.model_validate_json(line)


if __name__ == "__main__":
    started = time.perf_counter()
    print(json.dumps(run(), indent=2))
    print(f"{time.perf_counter() - started:.0f} s")
