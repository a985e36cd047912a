"""Put and get over SFTP with OpenSSH's client: our door, OpenSSH's own server, ``rclone serve sftp``.

The same client, cipher (aes128-gcm, which all three have) and sealed file, in one run, in memory (/dev/shm)
where there is room. A put of ours ends when the file is on the disk and its row says so; its digest is made
after that, and the time until its addressee sees it is told as well. Targets (time of the peer / our time):
OpenSSH 1.4, rclone 2.5.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.deployment import Deployment, deployed
from bench.peers import SftpServer, make_certificate, missing, openssh, rclone
from bench.sending import random_file, scratch
from vernix.partner.demonstration.programs import ask
from vernix.partner.demonstration.programs import run as run_program

NEEDS = ("sshd", "sftp", "ssh-keygen", "openssl", "rclone")
TARGETS = {"openssh": 1.4, "rclone": 2.5}
_CIPHER = "aes128-gcm@openssh.com"


def run(size_mib: int = 1024, repeats: int = 3) -> dict[str, Any]:
    """Median seconds of each server for put and get, ratios to ours, and the targets."""
    if lacking := missing(*NEEDS):
        return {"skipped": f"not installed: {', '.join(lacking)}"}
    root = Path(tempfile.mkdtemp(prefix="vernix-bench-", dir=scratch(size_mib)))
    try:
        tls = make_certificate(root)
        with (
            openssh(root / "ssh") as own,
            rclone(root / "rclone", own) as other,
            deployed(root / "deployment", tls) as (place, registry),
        ):
            registry.stop()
            sealed = _sealed(root, place, size_mib)
            ways = {
                "vernix": _Door(place, root),
                "openssh": _Peer(own, f"{root}/ssh/put", root),
                "rclone": _Peer(other, "/put", root),
            }
            rounds: dict[str, dict[str, list[float]]] = {name: {"put": [], "get": []} for name in ways}
            for _ in range(repeats):
                for name, way in ways.items():
                    rounds[name]["put"].append(way.put(sealed))
                    rounds[name]["get"].append(way.get())
            seen = ways["vernix"].seen
    finally:
        shutil.rmtree(root, ignore_errors=True)
    return {"size_mib": size_mib, "seconds_until_seen_after_a_put": round(seen, 2), **_summary(rounds)}


class _Peer:
    """A server that is given a file and asked for it."""

    seen = 0.0

    def __init__(self, server: SftpServer, path: str, root: Path) -> None:
        self._server = server
        self._path = path
        self._got = root / "got"

    def put(self, sealed: Path) -> float:
        """Seconds of one put."""
        return _timed(lambda: sftp(self._server, f"put {sealed} {self._path}"))

    def get(self) -> float:
        """Seconds of one get of the same."""
        seconds = _timed(lambda: sftp(self._server, f"get {self._path} {self._got}"))
        self._got.unlink()
        return seconds


class _Door(_Peer):
    """Ours: what is put there comes to the inbox of the same partner, who may send to itself."""

    def __init__(self, place: Deployment, root: Path) -> None:
        known = root / "door_known_hosts"
        host = subprocess.run(
            ["ssh-keygen", "-y", "-f", place.gateway / "ssh_host_ed25519_key"],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        known.write_text(f"[127.0.0.1]:{place.sftp_port} {host.stdout}")
        key = place.partner / "keys" / "ssh_ed25519"
        super().__init__(SftpServer(place.sftp_port, "bench-hospital", key, known), "", root)
        self._count = 0

    def put(self, sealed: Path) -> float:
        """Seconds of one put; then wait until it can be got."""
        self._count += 1
        target = f"/to/bench-hospital/{self._count}.age"
        seconds = _timed(lambda: sftp(self._server, f"put {sealed} {target}"))
        self.seen = _timed(self._wait)
        return seconds

    def _wait(self) -> None:
        while len(names := sftp(self._server, "ls -1 /inbox").split()[4:]) < self._count:
            time.sleep(0.1)
        self._path = sorted(names)[-1]


def sftp(server: SftpServer, command: str) -> str:
    """OpenSSH's client with one command; what it said."""
    done = subprocess.run(
        [
            "sftp", "-q", "-P", str(server.port), "-i", str(server.key), "-c", _CIPHER,
            "-o", f"UserKnownHostsFile={server.known_hosts}", "-o", "StrictHostKeyChecking=yes",
            "-b", "-", f"{server.user}@127.0.0.1",
        ],
        input=command, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout


def _sealed(root: Path, place: Deployment, size_mib: int) -> Path:
    me = "bench-hospital"
    ask(
        "vernix-registry",
        "grant",
        me,
        me,
        "message",
        "--ca",
        root / "tls.crt",
        *place.registry_options(),
    )
    source, sealed = random_file(root / "source", size_mib), root / "sealed.age"
    run_program("vernix", "inbox", "--data", place.partner)  # brings the new right here
    run_program("vernix", "seal", "--to", me, "-o", sealed, "--data", place.partner, source)
    source.unlink()
    return sealed


def _timed(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def _summary(rounds: dict[str, dict[str, list[float]]]) -> dict[str, Any]:
    seconds = {
        name: {way: round(statistics.median(times), 2) for way, times in ways.items()}
        for name, ways in rounds.items()
    }
    ratios = {
        name: {way: round(seconds[name][way] / seconds["vernix"][way], 2) for way in ("put", "get")}
        for name in TARGETS
    }
    return {
        "seconds": seconds,
        "rounds": {
            name: {way: [round(t, 2) for t in times] for way, times in ways.items()}
            for name, ways in rounds.items()
        },
        "peer_time_over_vernix_time": ratios,
        "targets": TARGETS,
        "reached": {name: min(ratios[name].values()) >= target for name, target in TARGETS.items()},
    }
