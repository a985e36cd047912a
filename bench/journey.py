"""The journey of 1,000 births, from `vernix send` to the acknowledgement in hand. Target: 3 seconds.

Every program is a process of its own over TLS; the registry runs as it does in production. Three submissions
of different cohorts are sent one after another; the median counts (the first one warms the caches of disk and
engine, as the first of a day would).
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.deployment import deployed
from bench.peers import make_certificate, missing
from vernix.partner.demonstration.programs import ask
from vernix.partner.demonstration.programs import run as run_program

TARGET_SECONDS = 3.0


def run(births: int = 1000, repeats: int = 3) -> dict[str, Any]:
    """Seconds from starting `vernix send` until `vernix collect` shows the acknowledgement."""
    if lacking := missing("openssl"):
        return {"skipped": f"not installed: {', '.join(lacking)}"}
    root = Path(tempfile.mkdtemp(prefix="vernix-bench-"))
    try:
        with deployed(root / "deployment", make_certificate(root)) as (place, _):
            seconds = [_journey(_cohort(root, births, seed), place.partner) for seed in range(repeats)]
    finally:
        shutil.rmtree(root, ignore_errors=True)
    median = statistics.median(seconds)
    return {
        "births": births,
        "seconds": [round(value, 2) for value in seconds],
        "median_seconds": round(median, 2),
        "target_seconds": TARGET_SECONDS,
        "reached": median <= TARGET_SECONDS,
    }


def _journey(file: Path, partner: Path) -> float:
    start = time.perf_counter()
    run_program("vernix", "send", "--to", "registry", "--as", "birth", "--data", partner, file)
    answer = ask("vernix", "collect", "--data", partner, "--wait", "60", accept=(0, 1))
    seconds = time.perf_counter() - start
    if not answer["acknowledgements"]:
        raise RuntimeError("no acknowledgement came")
    return seconds


def _cohort(root: Path, births: int, seed: int) -> Path:
    """One file of a synthetic cohort with about ``births`` rows."""
    folder = root / f"cohort-{seed}"
    run_program("vernix", "cohort", "--births", str(births), "--seed", str(seed), "--out", folder)
    files = [path for path in sorted(folder.glob("*.csv")) if path.stem != "truth"]
    whole = folder / "all.csv"
    lines = [path.read_text(encoding="utf-8").splitlines(keepends=True) for path in files]
    whole.write_text("".join([lines[0][0], *(row for rows in lines for row in rows[1:])]), encoding="utf-8")
    return whole


def main() -> None:
    """Run by itself: ``python -m bench.journey``."""
    import json

    json.dump(run(), sys.stdout, indent=2)


if __name__ == "__main__":
    main()
