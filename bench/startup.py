"""How long a person waits for `vernix --help`, beside the bare interpreter. Target: 0.25 seconds.

Help answers from a table, without the parser or anything heavy (decision 0005); what is left is mostly the
interpreter itself.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

PROGRAMS = ("vernix", "vernix-gateway", "vernix-registry")
TARGET_SECONDS = 0.25


def run(repeats: int = 11) -> dict[str, Any]:
    """Median seconds of ``--help`` of each program and of ``python -c pass``, alternating in one run."""
    folder = Path(sys.executable).parent
    commands: dict[str, Sequence[str | Path]] = {"python": (sys.executable, "-c", "pass")}
    commands |= {name: (folder / name, "--help") for name in PROGRAMS}
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(repeats):
        for name, command in commands.items():
            seconds[name].append(_timed(command))
    medians = {name: round(statistics.median(values), 3) for name, values in seconds.items()}
    slowest = max(medians[name] for name in PROGRAMS)
    return {
        "median_seconds": medians,
        "ratio_to_python": round(slowest / medians["python"], 2),
        "target_seconds": TARGET_SECONDS,
        "reached": slowest <= TARGET_SECONDS,
    }


def _timed(command: Sequence[str | Path]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


def main() -> None:
    """Run by itself: ``python -m bench.startup [--repeats N]``."""
    import json

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=11)
    json.dump(run(parser.parse_args().repeats), sys.stdout, indent=2)


if __name__ == "__main__":
    main()
