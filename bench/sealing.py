"""`vernix seal` and `vernix open` beside `cp`, Debian's `age` and PyPI's `pyrage`: whole programs, one run.

All seal to one X25519 recipient, the kind that every peer knows. Rounds are interleaved and the best of each
counts: what else the machine does can only add time. Targets: within 1.3 of the time of `cp`, twice as fast
as `age`, three times as fast as `pyrage`, and never more than 120 MiB of memory.

Like `cp`, no peer here waits for the disk; peak memory is the resident set as the kernel counts it. Free
memory is touched before each program (``bench.machine`` says why).
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.machine import bring_memory_back

TARGETS = {"cp": 1.3, "age": 0.5, "pyrage": 1 / 3}
"""Time of vernix as a share of the peer's, at most."""
MOST_MIB = 120

_RAGE = """
import sys, pyrage
work, key, source, target = sys.argv[1:]
with open(source, "rb") as reader, open(target, "wb") as writer:
    if work == "seal":
        pyrage.encrypt_io(reader, writer, [pyrage.x25519.Recipient.from_str(key)])
    else:
        identity = open(key).read().split()[-1]
        pyrage.decrypt_io(reader, writer, [pyrage.x25519.Identity.from_str(identity)])
"""


@dataclass
class Timing:
    """Seconds of each round, and the largest resident set in MiB."""

    seconds: list[float]
    peak_mib: float = 0.0


def run(size_mib: int = 4096, repeats: int = 3, scratch: Path | None = None) -> dict[str, Any]:
    """Measure on a file of ``size_mib`` in ``scratch`` (four times the size must be free, else less).

    Returns best seconds and peak memory of each program, and the ratios with their targets. A peer that is
    not installed is left out and named.
    """
    with tempfile.TemporaryDirectory(prefix="vernix-bench-", dir=scratch) as folder:
        root = Path(folder)
        while shutil.disk_usage(root).free < 4 * size_mib << 20:
            size_mib //= 2
        programs = _programs(root, *_keys(root))
        _random_file(root / "plain", size_mib)
        subprocess.run(programs["seal"]["vernix"], check=True, stderr=subprocess.DEVNULL)
        (root / "out").rename(root / "sealed")
        timings: dict[str, dict[str, Timing]] = {
            work: {name: Timing([]) for name in peers} for work, peers in programs.items()
        }
        for _ in range(repeats):
            for work, peers in programs.items():
                for name, command in peers.items():
                    _measure(command, root / "out", timings[work][name], size_mib)
    return _summary(size_mib, timings)


def _summary(size_mib: int, timings: dict[str, dict[str, Timing]]) -> dict[str, Any]:
    result: dict[str, Any] = {"size_mib": size_mib, "scored": "best of the rounds"}
    reached = True
    for work, peers in timings.items():
        best = {name: min(timing.seconds) for name, timing in peers.items()}
        ratios = {name: best["vernix"] / best[name] for name in TARGETS if name in best}
        peak = peers["vernix"].peak_mib
        good = peak <= MOST_MIB and all(ratio <= TARGETS[name] for name, ratio in ratios.items())
        reached = reached and good
        result[work] = {
            "seconds": {name: round(value, 2) for name, value in best.items()},
            "rounds": {name: [round(value, 2) for value in t.seconds] for name, t in peers.items()},
            "peak_mib": {name: round(timing.peak_mib, 1) for name, timing in peers.items()},
            "time_against": {name: round(ratio, 2) for name, ratio in ratios.items()},
            "reached": good,
        }
    lacking = sorted(set(TARGETS) - set(timings["seal"]))
    return result | {
        "targets": {name: round(share, 2) for name, share in TARGETS.items()} | {"peak_mib": MOST_MIB},
        "not_installed": lacking,
        "reached": reached,
    }


def _programs(root: Path, identity: Path, recipient: str) -> dict[str, dict[str, list[str | Path]]]:
    """For sealing and for opening: each program's command, from ``plain`` or ``sealed`` to ``out``."""
    plain, sealed, out = root / "plain", root / "sealed", root / "out"
    vernix = Path(sys.executable).with_name("vernix")
    seal: dict[str, list[str | Path]] = {
        "cp": ["cp", plain, out],
        "vernix": [vernix, "seal", "-r", recipient, "-o", out, plain],
    }
    open_: dict[str, list[str | Path]] = {
        "cp": ["cp", plain, out],
        "vernix": [vernix, "open", "-i", identity, "-o", out, sealed],
    }
    if shutil.which("age"):
        seal["age"] = ["age", "-r", recipient, "-o", out, plain]
        open_["age"] = ["age", "-d", "-i", identity, "-o", out, sealed]
    if importlib.util.find_spec("pyrage"):
        seal["pyrage"] = [sys.executable, "-c", _RAGE, "seal", recipient, plain, out]
        open_["pyrage"] = [sys.executable, "-c", _RAGE, "open", identity, sealed, out]
    return {"seal": seal, "open": open_}


def _measure(command: Sequence[str | Path], out: Path, timing: Timing, size_mib: int) -> None:
    """One round of one program; it begins with nothing left to write, and its output is removed."""
    os.sync()
    bring_memory_back(size_mib * 3 // 2)
    start = time.perf_counter()
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - start
    out.unlink(missing_ok=True)
    if process.returncode:
        raise RuntimeError(f"{Path(command[0]).name} ended with {process.returncode}")
    timing.seconds.append(seconds)
    timing.peak_mib = max(timing.peak_mib, usage.ru_maxrss / 1024)


def _keys(root: Path) -> tuple[Path, str]:
    identity = root / "key.txt"
    vernix = Path(sys.executable).with_name("vernix")
    subprocess.run([vernix, "keygen", "--classic", "-o", identity], check=True, stderr=subprocess.DEVNULL)
    recipient = next(line for line in identity.read_text().splitlines() if line.startswith("# public key: "))
    return identity, recipient.removeprefix("# public key: ")


def _random_file(path: Path, size_mib: int) -> None:
    # Not zeros: a file system that compresses would make copying them free.
    with path.open("wb") as file:
        for _ in range(size_mib):
            file.write(os.urandom(1 << 20))


def main() -> None:
    """Run by itself: ``python -m bench.sealing --json``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", default="4G", help="of the file, as 4G or 512M")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--scratch", type=Path, help="folder for the files (three times the size)")
    parser.add_argument("--json", action="store_true", help="print JSON only (it is JSON in any case)")
    options = parser.parse_args()
    mib = int(options.size[:-1]) * {"M": 1, "G": 1024}[options.size[-1].upper()]
    json.dump(run(mib, options.repeats, options.scratch), sys.stdout, indent=2)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
