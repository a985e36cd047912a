"""Put and get over SFTP with OpenSSH's client: our door, OpenSSH's own server, ``rclone serve sftp``.

The same client, cipher (aes128-gcm, which all three have) and sealed file, in one run, in memory (/dev/shm)
where there is room. A put of ours ends when the file is on the disk and its row says so; its digest is made
after that, and the time until its addressee sees it is told as well. Targets (time of the peer / our time):
OpenSSH 1.4, rclone 2.5. What each server itself computes for a GiB is told beside it: it depends less on what
else the machine does. Ours holds the digest of a put, and the gateway's other processes.

The same bytes put in many streams at once shall take no more than 1/0.8 of what one stream for each processor
takes.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from bench.deployment import Deployment, deployed
from bench.machine import processor_seconds
from bench.peers import SftpServer, make_certificate, missing, openssh, rclone
from bench.sending import random_file, scratch
from vernix.partner.demonstration.programs import ask
from vernix.partner.demonstration.programs import run as run_program

NEEDS = ("sshd", "sftp", "ssh-keygen", "openssl", "rclone")
TARGETS = {"openssh": 1.4, "rclone": 2.5}
_CIPHER = "aes128-gcm@openssh.com"
_STREAMS = 64


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
            computed = {name: _median(way.computed, size_mib) for name, way in ways.items()}
            parallel = _parallel(root, ways["vernix"], sealed, size_mib)
    finally:
        shutil.rmtree(root, ignore_errors=True)
    return {
        "size_mib": size_mib,
        "seconds_until_seen_after_a_put": round(seen, 2),
        "processor_seconds_a_gib": computed,
        "parallel": parallel,
        **_summary(rounds),
    }


class _Peer:
    """A server that is given a file and asked for it."""

    seen = 0.0

    def __init__(self, server: SftpServer, path: str, root: Path) -> None:
        self.server = server
        self.computed: dict[str, list[float]] = {"put": [], "get": []}
        self._path = path
        self._got = root / "got"

    def put(self, sealed: Path) -> float:
        """Seconds of one put."""
        with self._computing("put"):
            return _timed(lambda: sftp(self.server, f"put {sealed} {self._path}"))

    def get(self) -> float:
        """Seconds of one get of the same."""
        with self._computing("get"):
            seconds = _timed(lambda: sftp(self.server, f"get {self._path} {self._got}"))
        self._got.unlink()
        return seconds

    @contextlib.contextmanager
    def _computing(self, way: str) -> Iterator[None]:
        before = processor_seconds(self.server.process)
        yield
        time.sleep(0.5)  # until OpenSSH's children have ended, which only then are told of
        self.computed[way].append(processor_seconds(self.server.process) - before)


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
        process = place.gateway_process
        super().__init__(SftpServer(place.sftp_port, "bench-hospital", key, known, process), "", root)
        self._database = place.gateway / "gateway.sqlite3"
        self._count = 0

    def put(self, sealed: Path) -> float:
        """Seconds of one put; then wait until it can be got."""
        self._count += 1
        target = f"/to/bench-hospital/{self._count}.age"
        with self._computing("put"):
            seconds = _timed(lambda: sftp(self.server, f"put {sealed} {target}"))
            self.seen = _timed(self._wait)
        self._path = sorted(sftp(self.server, "ls -1 /inbox").split()[4:])[-1]
        return seconds

    def _wait(self) -> None:
        """Ask the database: logins would be computed with what is measured."""
        database = sqlite3.connect(self._database)
        posted = 0
        while posted < self._count:
            time.sleep(0.02)
            [posted] = database.execute("SELECT count(*) FROM deliveries").fetchone()
        database.close()


def _parallel(root: Path, door: _Peer, sealed: Path, size_mib: int) -> dict[str, Any]:
    """Seconds of the same bytes in few and in many streams; what the many lose of the total, in percent."""
    seconds = {}
    for streams in (len(os.sched_getaffinity(0)), _STREAMS):
        piece = root / f"piece-{streams}"
        # The beginning of a sealed file is taken as well as all of it, under a name that is not final.
        shutil.copyfile(sealed, piece)
        os.truncate(piece, (size_mib << 20) // streams)
        commands = [f"put {piece} /to/bench-hospital/{streams}-{number}.part" for number in range(streams)]
        with ThreadPoolExecutor(streams) as pool:
            seconds[streams] = _timed(lambda: list(pool.map(partial(sftp, door.server), commands)))  # noqa: B023
        for command in commands:
            sftp(door.server, f"rm {command.split()[2]}")
    few, many = seconds.values()
    return {
        "seconds": {str(streams): round(spent, 2) for streams, spent in seconds.items()},
        "lost_percent": round(100 * (1 - few / many), 1),
        "target": 20,
    }


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


def _median(computed: dict[str, list[float]], size_mib: int) -> dict[str, float]:
    return {way: round(statistics.median(times) * 1024 / size_mib, 2) for way, times in computed.items()}


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
