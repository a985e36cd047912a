"""Complete small deliveries a second on each database, and what 2,000 open uploads cost in memory.

A delivery here is one sealed part of 4 KiB, sent as ``vernix send`` sends it: the part and the signed
delivery in one request, signed and proven, and kept before it is answered. The clients, on the same
cores, are part of the price; so each side's processor time is given, too. PostgreSQL runs as in earnest
(fsync on). Targets: 500 a second; 150 MiB for all processes of the gateway.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from tests import postgresql_kit
from tests.exchange_kit import TUS, ExchangeKit, RunningGateway, SealedPart

from vernix.custody.canonical import encode
from vernix.custody.fields import to_base64
from vernix.custody.identifiers import new_id, utc_now
from vernix.custody.requests import Request, sign_request

TARGET_A_SECOND = 500
TARGET_MIB = 150
OPEN_UPLOADS = 2000
_LANES = 8
_HANGING = 400
"""Of the open uploads, how many have a connection in the middle of a body; a worker serves 512 at a time."""

_PATCH = {**TUS, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}


def run(seconds: int = 10) -> dict[str, Any]:
    """Deliveries a second on SQLite and on PostgreSQL (if it is installed), and MiB with open uploads."""
    root = Path(tempfile.mkdtemp(prefix="vernix-bench-"))
    try:
        rates = {"sqlite": _rate(ExchangeKit(root / "sqlite"), seconds)}
        if postgresql_kit.programs() is not None:
            with postgresql_kit.postgresql(Path(tempfile.gettempdir()), durable=True) as server:
                kit = ExchangeKit(root / "postgresql")
                kit.database_url = server.database()
                rates["postgresql"] = _rate(kit, seconds)
        memory = _memory(ExchangeKit(root / "memory"))
    finally:
        shutil.rmtree(root, ignore_errors=True)
    return {
        "deliveries_a_second": {name: round(rate["rate"]) for name, rate in rates.items()},
        "gateway_cpu_milliseconds_each": {name: round(rate["cpu"], 1) for name, rate in rates.items()},
        "client_cpu_milliseconds_each": {name: round(rate["client"], 1) for name, rate in rates.items()},
        "deliveries_a_gateway_core_second": {name: round(1000 / rate["cpu"]) for name, rate in rates.items()},
        "mib": {name: round(value) for name, value in memory.items()},
        "targets": {"deliveries_a_second": TARGET_A_SECOND, "mib": TARGET_MIB},
        "reached": {
            **{name: rate["rate"] >= TARGET_A_SECOND for name, rate in rates.items()},
            "mib": memory["open"] <= TARGET_MIB,
        },
    }


def _rate(kit: ExchangeKit, seconds: int) -> dict[str, float]:
    part = kit.seal(os.urandom(2300))
    fork = get_context("fork")
    with kit.running() as gateway:
        assert gateway.process is not None
        counts = fork.Queue()
        lanes = [fork.Process(target=_lane, args=(kit, part, seconds, counts)) for _ in range(_LANES)]
        before, start = _cpu(gateway.process.pid), time.monotonic()
        clients = resource.getrusage(resource.RUSAGE_CHILDREN)
        for lane in lanes:
            lane.start()
        delivered = sum(counts.get() for _ in lanes)
        spent, took = _cpu(gateway.process.pid) - before, time.monotonic() - start
        for lane in lanes:
            lane.join()
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    own = ended.ru_utime - clients.ru_utime + ended.ru_stime - clients.ru_stime
    return {"rate": delivered / took, "cpu": 1000 * spent / delivered, "client": 1000 * own / delivered}


def _lane(kit: ExchangeKit, part: SealedPart, seconds: int, counts: Any) -> None:
    """One client: deliveries one after another on one connection; how many there were."""
    key, count, until = kit.members["riverside"].key, 0, time.monotonic() + seconds
    content = to_base64(part.content)
    with _Wire(kit.port) as wire:

        def signed(path: str, body: bytes) -> bytes:
            fields = sign_request(Request.to_url("POST", kit.url + path, body), key, key.key_id, utc_now())
            return wire.ask("POST", path, {"Content-Type": "application/json", **fields}, body)

        while time.monotonic() < until:
            envelope = kit.delivery([(new_id(), part)]).sign(key)
            signed("/whole-deliveries", encode({"contents": [content], "delivery": envelope.to_object()}))
            count += 1
    counts.put(count)


class _Wire:
    """One HTTP connection that costs its client as little as can be."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._host = f"127.0.0.1:{port}"

    def __enter__(self) -> _Wire:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> bytes:
        """The body of the answer, which must be a yes."""
        self.begin(method, path, headers, body, len(body))
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self._socket.recv(1 << 16)
        head, _, rest = answer.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").lower().split("\r\n")
        assert lines[0].split()[1][0] == "2", answer
        length = next((int(line[16:]) for line in lines if line.startswith("content-length: ")), 0)
        while len(rest) < length:
            rest += self._socket.recv(1 << 16)
        return rest

    def begin(self, method: str, path: str, headers: Mapping[str, str], body: bytes, length: int) -> None:
        """Send a request, perhaps with less of its body than it announces."""
        fields = {"Host": self._host, "Content-Length": str(length), **headers}
        head = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
        self._socket.sendall("\r\n".join([*head, "", ""]).encode() + body)


def _memory(kit: ExchangeKit) -> dict[str, float]:
    """MiB of all the gateway's processes: at rest, and with uploads that have begun and not ended."""
    part = kit.seal(os.urandom(1 << 20))
    with kit.running() as gateway, contextlib.ExitStack() as hanging:
        resting = _resident(gateway)
        for number in range(OPEN_UPLOADS):
            _, path = gateway.begin_upload("riverside", part)
            if number < OPEN_UPLOADS - _HANGING:
                gateway.patch(path, 0, part.content[: 64 << 10])
            else:
                wire = hanging.enter_context(_Wire(kit.port))
                wire.begin("PATCH", path, _PATCH, part.content[: 256 << 10], len(part.content))
        return {"resting": resting, "open": _resident(gateway)}


def _processes(parent: int) -> Iterator[int]:
    yield parent
    yield from map(int, Path(f"/proc/{parent}/task/{parent}/children").read_text().split())


def _resident(gateway: RunningGateway) -> float:
    """What only these processes hold: shared pages of the interpreter are counted once (PSS)."""
    assert gateway.process is not None
    total = 0
    for process in _processes(gateway.process.pid):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total / 1024


def _cpu(parent: int) -> float:
    """CPU seconds so far of a process and its children."""
    ticks = 0
    for process in _processes(parent):
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Run by itself: ``python -m bench.deliveries``."""
    json.dump(run(), sys.stdout, indent=2)


if __name__ == "__main__":
    main()
