"""`vernix send` over TLS until the gateway has verified it, beside what people use today.

Peers, in the same run on the same file: OpenSSH's sftp (aes256-gcm) putting the plaintext, `age | curl` into
nginx over TLS, and an unsealed `curl -T` into nginx over TLS. Targets (time of the peer / time of vernix): at
least 1.3, 1.7 and 0.6. Everything lies in memory (/dev/shm) where there is room, so that no disk blurs the
ratio.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.deployment import Deployment, deployed
from bench.machine import bring_memory_back
from bench.peers import SftpServer, make_certificate, missing, nginx, openssh, sftp_put
from vernix.partner.demonstration.programs import run as run_program

NEEDS = ("age", "age-keygen", "curl", "nginx", "sshd", "sftp", "ssh-keygen", "openssl")
TARGETS = {"sftp": 1.3, "age_curl": 1.7, "curl": 0.6}


def run(size_mib: int = 2048, repeats: int = 3) -> dict[str, Any]:
    """Median seconds of each way, their ratios to vernix, and the targets.

    Returns ``{"skipped": reason}`` where a peer is not installed.
    """
    if lacking := missing(*NEEDS):
        return {"skipped": f"not installed: {', '.join(lacking)}"}
    root = Path(tempfile.mkdtemp(prefix="vernix-bench-", dir=scratch(size_mib)))
    try:
        source = random_file(root / "source", size_mib)
        tls = make_certificate(root)
        with (
            nginx(root / "nginx", tls) as url,
            openssh(root / "ssh") as sftp,
            deployed(root / "deployment", tls) as (place, registry),
        ):
            registry.stop()  # the gateway alone is measured; what is sent stays until we clear it
            ways = _ways(root, source, url, tls.certificate, sftp, place)
            seconds: dict[str, list[float]] = {name: [] for name in ways}
            for _ in range(repeats):
                for name, way in ways.items():
                    bring_memory_back(size_mib * 3 // 2)
                    seconds[name].append(way())
    finally:
        shutil.rmtree(root, ignore_errors=True)
    return _summary(size_mib, seconds)


def _summary(size_mib: int, rounds: dict[str, list[float]]) -> dict[str, Any]:
    seconds = {name: statistics.median(times) for name, times in rounds.items()}
    ratios = {name: round(seconds[name] / seconds["vernix"], 2) for name in TARGETS}
    return {
        "size_mib": size_mib,
        "seconds": {name: round(value, 3) for name, value in seconds.items()},
        "rounds": {name: [round(value, 2) for value in times] for name, times in rounds.items()},
        "mb_per_second": {name: round(size_mib * 1.048576 / value) for name, value in seconds.items()},
        "peer_time_over_vernix_time": ratios,
        "targets": TARGETS,
        "reached": {name: ratios[name] >= target for name, target in TARGETS.items()},
    }


def _ways(
    root: Path, source: Path, url: str, ca: Path, sftp: SftpServer, place: Deployment
) -> dict[str, Callable[[], float]]:
    recipient = _age_recipient(root)
    target, sent = root / "ssh" / "put", root / "nginx" / "www" / "put"
    put = sftp_put(sftp, source, target)
    curl = ["curl", "-sS", "--fail", "--cacert", str(ca), "-T"]

    def by_vernix() -> float:
        seconds = _timed(
            lambda: run_program(
                "vernix", "send", "--again", "--purpose", "message", "--data", place.partner, source
            )
        )
        _clear(place.gateway)
        return seconds

    def by_sftp() -> float:
        return _timed(lambda: subprocess.run(put, check=True, stdout=subprocess.DEVNULL), target)

    def by_curl() -> float:
        return _timed(lambda: subprocess.run([*curl, str(source), f"{url}/put"], check=True), sent)

    def by_age_curl() -> float:
        def pipe() -> None:
            with subprocess.Popen(["age", "-r", recipient, str(source)], stdout=subprocess.PIPE) as age:
                subprocess.run([*curl, "-", f"{url}/put"], stdin=age.stdout, check=True)

        return _timed(pipe, sent)

    return {"vernix": by_vernix, "sftp": by_sftp, "age_curl": by_age_curl, "curl": by_curl}


def _timed(action: Callable[[], object], result: Path | None = None) -> float:
    start = time.perf_counter()
    action()
    seconds = time.perf_counter() - start
    if result is not None:
        result.unlink()
    return seconds


def _clear(gateway: Path) -> None:
    """Free the memory of bodies already verified (their rows stay: nothing here asks for them again)."""
    for path in gateway.rglob("*"):
        if path.is_file() and path.stat().st_size > 64 << 20:
            path.unlink()


def _age_recipient(root: Path) -> str:
    made = subprocess.run(
        ["age-keygen", "-o", str(root / "age.key")], check=True, capture_output=True, text=True
    )
    return made.stderr.split()[-1]


def random_file(path: Path, size_mib: int) -> Path:
    with path.open("wb") as stream:
        for _ in range(size_mib):
            stream.write(os.urandom(1 << 20))
    return path


def scratch(size_mib: int) -> str | None:
    """Memory where there is room for the source and a copy, else the usual temporary folder."""
    shared = Path("/dev/shm")  # noqa: S108 - a private folder is made in it
    roomy = shared.is_dir() and shutil.disk_usage(shared).free > size_mib * (3 << 20)
    return str(shared) if roomy else None


def main() -> None:
    """Run by itself: ``python -m bench.sending [--size-mib N] [--repeats N]``."""
    import json

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size-mib", type=int, default=2048)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    json.dump(run(options.size_mib, options.repeats), sys.stdout, indent=2)


if __name__ == "__main__":
    main()
