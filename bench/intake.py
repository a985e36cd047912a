"""Reading and checking births by the million: rows a second from CSV and from Parquet, and peak memory.

The product's own path to its findings: every cell typed, every rule of the encounter asked, within a row and
across rows. Each file is read in a process of its own, whose peak is its own too. pandera, msgspec and
pydantic read the first rows of the same CSV file where they are installed (`bench.validators`).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path
from typing import Any

from bench import births, validators

ROWS = 2_000_000
MORE = 6_000_000
PEER_ROWS = 100_000
TARGETS = {"csv": 1_000_000, "parquet": 1_800_000}
TARGET_MIB = 1536


def run(rows: int = ROWS, more: int = MORE, repeats: int = 2) -> dict[str, Any]:
    """Write the files and read them; ``more`` rows tell whether memory grows with the file."""
    with tempfile.TemporaryDirectory(prefix="vernix-bench-") as folder:
        files = {name: Path(folder) / f"births.{name}" for name in ("csv", "parquet")}
        births.write(rows, files["csv"], files["parquet"])
        measured = {name: _best(path, repeats) for name, path in files.items()}
        peers = _peers(files["csv"], Path(folder) / "peers.csv")
        rules = _rules(validators.header(files["csv"]))
        larger = _larger(files, more) if more > rows else {}
    rates = {name: found["rows_a_second"] for name, found in measured.items()}
    peaks = [found["peak_mib"] for found in (*measured.values(), *larger.values())]
    return {
        "rows": rows,
        "columns": births.COLUMNS,
        "rules": rules,
        "formats": measured,
        "larger": larger,
        "peers": peers,
        "csv_beside_peers": {name: _beside(measured["csv"], found) for name, found in peers.items()},
        "left_out": [name for name in ("pandera", "msgspec", "pydantic") if name not in peers],
        "targets": {**TARGETS, "peak_mib": TARGET_MIB},
        "reached": {
            **{name: rates[name] >= target for name, target in TARGETS.items()},
            "peak_mib": max(peaks) <= TARGET_MIB,
        },
    }


def _beside(ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, float]:
    """How many times as many rows as a peer, by the clock and by the processor."""
    own, other = (each["rows"] / each["processor_seconds"] for each in (ours, theirs))
    return {
        "clock": round(ours["rows_a_second"] / theirs["rows_a_second"], 2),
        "processor": round(own / other, 2),
    }


def _rules(columns: list[str]) -> dict[str, int]:
    """The rules of a file of births: what its elements' declarations ask, and the encounter's own checks."""
    from vernix.births import encounters

    birth = encounters.get("birth")
    asked = [
        (each.type != "text", each.codes, each.possible, each.plausible, each.required == "required")
        for each in map(birth.element, columns)
    ]
    return {"of_elements": sum(map(bool, sum(asked, ()))), "checks": len(birth.checks)}


def _best(path: Path, repeats: int) -> dict[str, Any]:
    """The quickest of several readings, each in a process of its own."""
    found: list[dict[str, Any]] = [_alone("--read", path) for _ in range(repeats)]
    return min(found, key=lambda each: float(each["seconds"]))


def _larger(files: dict[str, Path], rows: int) -> dict[str, Any]:
    births.write(rows, files["csv"], files["parquet"])
    return {name: _alone("--read", path) for name, path in files.items()}


def _peers(csv: Path, few: Path) -> dict[str, Any]:
    with csv.open("rb") as whole, few.open("wb") as stream:
        stream.writelines(islice(whole, PEER_ROWS + 1))
    return {name: _alone("--peer", few, name) for name in validators.installed()}


def _alone(*words: object) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.intake", *map(str, words)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def read_one(path: Path) -> dict[str, Any]:
    """Read one file of births to its findings."""
    from vernix.intake.reading import read

    started = _now()
    reading = read(path, "birth")
    figures = _figures(started, reading.counts.accepted + reading.counts.rejected)
    return {**figures, **reading.counts.as_dict(), "findings": reading.findings.total}


def _peer(path: Path, name: str) -> dict[str, Any]:
    work = validators.installed()[name]
    with path.open("rb") as stream:
        rows = sum(1 for _ in stream) - 1
    started = _now()
    wrong = work(path)
    return {
        **_figures(started, rows),
        "rules": validators.rules(validators.header(path)),
        "found_wrong": wrong,
    }


def _now() -> tuple[float, float]:
    """By the clock, and what all threads took of the processor."""
    return time.perf_counter(), time.process_time()


def _figures(started: tuple[float, float], rows: int) -> dict[str, Any]:
    seconds, processor = (now - then for now, then in zip(_now(), started, strict=True))
    status = Path("/proc/self/status").read_text()
    # Not ru_maxrss: that of a child begins with its parent's.
    peak = int(status.partition("VmHWM:")[2].split()[0]) >> 10
    return {
        "rows": rows,
        "seconds": round(seconds, 2),
        "processor_seconds": round(processor, 2),
        "rows_a_second": round(rows / seconds),
        "peak_mib": peak,
    }


def main() -> None:
    """Run by itself, or measure one file (as `run` has it done in processes of their own)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--read", type=Path)
    parser.add_argument("--peer", nargs=2)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--more", type=int, default=MORE)
    parser.add_argument("--repeats", type=int, default=2)
    options = parser.parse_args()
    if options.read:
        found = read_one(options.read)
    elif options.peer:
        found = _peer(Path(options.peer[0]), options.peer[1])
    else:
        found = run(options.rows, options.more, options.repeats)
    json.dump(found, sys.stdout, indent=2)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
