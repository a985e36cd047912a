"""The gateway's upload and download of large sealed bodies, beside nginx over TLS and npm's tus server.

The client is curl in every case. nginx keeps what comes and looks at none of it; the gateway hashes all of
it, checks its header and makes it safe on the disk. Targets (time of the peer / time of vernix): upload at
least 0.9 of nginx's unverified PUT, one or four at a time; download 1.0; npm's tus server, both over plain
HTTP, 2.0; and 64 streams of one client in at most 1.25 times what one of them takes (64 clients took three
times the processor of one for the same bytes, which is not the gateway's). Everything lies in memory
(/dev/shm) where there is room, so that no disk blurs the ratio.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.exchange_kit import TUS, ExchangeKit, RunningGateway, SealedPart

from bench.machine import bring_memory_back, processor_seconds
from bench.peers import free_port, make_certificate, missing, nginx, wait_for_port
from vernix.custody.canonical import encode
from vernix.custody.tree import PartHasher
from vernix.sealing.sealer import Sealing

NEEDS = ("curl", "nginx", "openssl", "node", "npm")
TARGETS = {
    "nginx_put": 0.9, "nginx_put_4": 0.9, "nginx_get": 1.0, "streams_64": 0.8, "tus_server": 2.0,
}  # fmt: skip
_CLIENTS = 4
_NODE = Path(__file__).parent / "node"
_BODY = {**TUS, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}


def run(size_mib: int = 1024, repeats: int = 3) -> dict[str, Any]:
    """Median seconds of each way, the ratios that have targets, and the gateway's CPU seconds a GiB.

    Returns ``{"skipped": reason}`` where a peer is not installed.
    """
    if lacking := missing(*NEEDS):
        return {"skipped": f"not installed: {', '.join(lacking)}"}
    root = Path(tempfile.mkdtemp(prefix="vernix-bench-", dir=_scratch(size_mib)))
    try:
        kit = ExchangeKit(root / "exchange")
        tls = make_certificate(root)
        with (
            nginx(root / "nginx", tls) as url,
            _tus_server(root / "npm") as npm,
            kit.running(tls=(tls.certificate, tls.key)) as gateway,
            ExchangeKit(root / "plain").running() as plain,
        ):
            bench = _Bench(root, gateway, plain, _Peers(url, npm), tls.certificate, size_mib)
            rounds: dict[str, list[float]] = {name: [] for name in bench.ways()}
            for _ in range(repeats):
                for name, way in bench.ways().items():
                    rounds[name].append(way())
            cpu = bench.cpu_a_gib
    finally:
        shutil.rmtree(root, ignore_errors=True)
    return _summary(size_mib, rounds, cpu)


@dataclass(frozen=True)
class _Peers:
    nginx: str
    npm: str


class _Bench:
    """One sealed file in several sizes, and the ways it goes."""

    def __init__(
        self,
        root: Path,
        gateway: RunningGateway,
        plain: RunningGateway,
        peers: _Peers,
        ca: Path,
        size_mib: int,
    ) -> None:
        self._root = root
        self._kit = gateway.kit
        self._gateway = gateway
        self._plain = plain
        self._nginx = peers.nginx
        self._npm = peers.npm
        self._curl = ["curl", "-sS", "--fail", "--cacert", str(ca), "--http1.1"]
        self._size = size_mib
        self._cpu: list[float] = []
        self._headers: dict[Path, int] = {}
        self._whole = self._sealed(size_mib)
        self._quarter = self._sealed(size_mib // 4)
        self._slice = self._sealed(size_mib // 64)

    @property
    def cpu_a_gib(self) -> float:
        """CPU seconds (user and system) of all the gateway's processes for one GiB taken in."""
        return statistics.median(self._cpu)

    def ways(self) -> dict[str, Callable[[], float]]:
        """Each as a function that does it once and gives the seconds."""
        return {
            "vernix_put": lambda: self._counted([self._whole]),
            "nginx_put": lambda: self._timed(lambda: self._to_nginx([self._whole])),
            "vernix_put_4": lambda: self._counted([self._quarter] * 4),
            "nginx_put_4": lambda: self._timed(lambda: self._to_nginx([self._quarter] * 4)),
            "vernix_put_64": lambda: self._counted([self._slice] * 64),
            "nginx_put_64": lambda: self._timed(lambda: self._to_nginx([self._slice] * 64)),
            "vernix_get": self._from_vernix,
            "nginx_get": self._from_nginx,
            "vernix_plain": self._to_plain_vernix,
            "tus_server": self._to_tus_server,
        }

    def _to_vernix(self, gateway: RunningGateway, paths: Sequence[str], files: Sequence[Path]) -> None:
        self._send([_patch(gateway.url + path, file) for path, file in zip(paths, files, strict=True)])

    def _to_nginx(self, files: Sequence[Path]) -> None:
        put = [["-T", str(file), f"{self._nginx}/put-{n}"] for n, file in enumerate(files)]
        self._send(put)

    def _send(self, requests: list[list[str]]) -> None:
        """A client for each, so that none is the limit; 64 have one, as 64 starts would cost more than it."""
        if len(requests) <= _CLIENTS:
            self._all_at_once(requests)
        else:
            self._by_one_client(requests)

    def _counted(self, files: Sequence[Path]) -> float:
        """Seconds to send, the gateway's CPU seconds noted; what came is forgotten again."""
        assert self._gateway.process is not None
        paths = [self._begin(self._gateway, file)[1] for file in files]
        before = processor_seconds(self._gateway.process.pid)
        seconds = self._timed(lambda: self._to_vernix(self._gateway, paths, files))
        spent = processor_seconds(self._gateway.process.pid) - before
        self._cpu.append(spent / (sum(file.stat().st_size for file in files) / (1 << 30)))
        for path in paths:
            self._gateway.request("DELETE", path, headers=TUS)
        return seconds

    def _to_plain_vernix(self) -> float:
        _, path = self._begin(self._plain, self._whole)
        seconds = self._timed(lambda: self._to_vernix(self._plain, [path], [self._whole]))
        self._plain.request("DELETE", path, headers=TUS)
        return seconds

    def _begin(self, gateway: RunningGateway, file: Path) -> tuple[str, str]:
        sizes = {"header": self._headers[file], "size": file.stat().st_size}
        body = encode({**sizes, "purpose": "submission", "to": ["registry"]})
        reply = gateway.signed("riverside", "POST", "/uploads", body)
        assert reply.status == 201, reply.body
        return reply.json["id"], reply.json["url"]

    def _from_vernix(self) -> float:
        assert self._delivered
        return self._timed(lambda: self._get(*self._collecting()))

    def _collecting(self) -> tuple[str, dict[str, str]]:
        """The address of a delivered part and the signature that asks for it."""
        key = self._kit.members["registry"].key
        signature = self._gateway.signature(key, key.key_id, "GET", self._delivered, b"")
        return self._gateway.url + self._delivered, signature

    @cached_property
    def _delivered(self) -> str:
        """The path of the whole file as a delivered part."""
        upload, path = self._begin(self._gateway, self._whole)
        self._to_vernix(self._gateway, [path], [self._whole])
        content, header = self._whole.read_bytes(), self._headers[self._whole]
        hasher = PartHasher(header)
        hasher.update(content)
        part = SealedPart(content, header, hasher.digest().hex())
        delivery = self._kit.delivery([(upload, part)])
        envelope = delivery.sign(self._kit.members["riverside"].key).encode()
        reply = self._gateway.signed("riverside", "POST", "/deliveries", envelope)
        assert reply.status == 201, reply.body
        return f"/deliveries/{delivery.id}/parts/0"

    def _from_nginx(self) -> float:
        self._to_nginx([self._whole])
        return self._timed(lambda: self._get(f"{self._nginx}/put-0", {}))

    def _get(self, url: str, headers: dict[str, str]) -> None:
        fields = [word for name, value in headers.items() for word in ("-H", f"{name}: {value}")]
        self._all_at_once([["-o", "/dev/null", *fields, url]])

    def _to_tus_server(self) -> float:
        size = self._whole.stat().st_size
        made = subprocess.run(
            ["curl", "-sS", "--fail", "-D", "-", "-X", "POST", self._npm, "-H", "Tus-Resumable: 1.0.0",
             "-H", f"Upload-Length: {size}"],
            check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip
        location = next(
            line.split(": ")[1] for line in made.splitlines() if line.lower().startswith("location")
        )
        request = _patch(location.strip(), self._whole)
        seconds = self._timed(lambda: self._all_at_once([request]))
        for left in (self._root / "npm").iterdir():
            left.unlink()
        return seconds

    def _all_at_once(self, requests: list[list[str]]) -> None:
        running = [
            subprocess.Popen([*self._curl, *request], stdout=subprocess.DEVNULL) for request in requests
        ]
        assert [process.wait() for process in running] == [0] * len(running)

    def _by_one_client(self, requests: list[list[str]]) -> None:
        command = ["curl", "--parallel", "--parallel-immediate", "--parallel-max", str(len(requests))]
        for number, request in enumerate(requests):
            command += ["--next"] * (number > 0) + self._curl[1:] + request
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def _timed(self, action: Callable[[], None]) -> float:
        bring_memory_back(self._size * 3 // 2)
        start = time.perf_counter()
        action()
        return time.perf_counter() - start

    def _sealed(self, size_mib: int) -> Path:
        """A sealed file of some ``size_mib`` (to the registry)."""
        source, sealed = self._root / "source", self._root / f"sealed-{size_mib}"
        with source.open("wb") as stream:
            for _ in range(size_mib):
                stream.write(os.urandom(1 << 20))
        sealing = Sealing.begin([self._kit.members["registry"].identity.recipient])
        with source.open("rb", buffering=0) as stream, sealed.open("wb") as target:
            for block in sealing.blocks(stream.fileno(), 0):
                target.write(block)
        source.unlink()
        self._headers[sealed] = len(sealing.header)
        return sealed


def _patch(url: str, file: Path) -> list[str]:
    """What curl is told, to send a whole file to a tus upload."""
    headers = [word for name, value in _BODY.items() for word in ("-H", f"{name}: {value}")]
    return ["-X", "PATCH", *headers, "-T", str(file), url]


@contextlib.contextmanager
def _tus_server(folder: Path) -> Iterator[str]:
    """npm's server over plain HTTP, installed on first use; yields the address that creates uploads."""
    folder.mkdir()
    if not (_NODE / "node_modules").is_dir():
        install = ["npm", "ci", "--omit=optional", "--no-audit", "--no-fund", "--prefix", str(_NODE)]
        subprocess.run(install, check=True, capture_output=True)
    port = free_port()
    process = subprocess.Popen(["node", str(_NODE / "tus-server.mjs"), str(port), str(folder)])
    try:
        wait_for_port(port)
        yield f"http://127.0.0.1:{port}/files"
    finally:
        process.terminate()
        process.wait(10)


def _summary(size_mib: int, rounds: dict[str, list[float]], cpu: float) -> dict[str, Any]:
    seconds = {name: statistics.median(times) for name, times in rounds.items()}
    ratios = {
        "nginx_put": seconds["nginx_put"] / seconds["vernix_put"],
        "nginx_put_4": seconds["nginx_put_4"] / seconds["vernix_put_4"],
        "nginx_get": seconds["nginx_get"] / seconds["vernix_get"],
        "streams_64": seconds["vernix_put"] / seconds["vernix_put_64"],
        "tus_server": seconds["tus_server"] / seconds["vernix_plain"],
    }
    return {
        "size_mib": size_mib,
        "seconds": {name: round(value, 3) for name, value in seconds.items()},
        "rounds": {name: [round(value, 2) for value in times] for name, times in rounds.items()},
        "gateway_cpu_seconds_a_gib": round(cpu, 2),
        "ratios": {name: round(value, 2) for name, value in ratios.items()},
        "targets": TARGETS,
        "reached": {name: ratios[name] >= target for name, target in TARGETS.items()},
    }


def _scratch(size_mib: int) -> str | None:
    """Memory where there is room for the file and some copies, else the usual temporary folder."""
    shared = Path("/dev/shm")  # noqa: S108 - a private folder is made in it
    roomy = shared.is_dir() and shutil.disk_usage(shared).free > size_mib * (6 << 20)
    return str(shared) if roomy else None


def main() -> None:
    """Run by itself: ``python -m bench.uploads [--size-mib N] [--repeats N]``."""
    import json

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size-mib", type=int, default=1024)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    json.dump(run(options.size_mib, options.repeats), sys.stdout, indent=2)


if __name__ == "__main__":
    main()
