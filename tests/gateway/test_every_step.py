"""Kill -9 at the n-th system call, and disks that fail at it: what was acknowledged stays, the rest resumes.

strace stands beside the gateway's worker and strikes at the n-th call of a kind (of a thread). The client
is a patient one: it repeats each request until it is answered, and remembers what was acknowledged. Whatever
happened in between, the delivery arrives whole and once, and nothing is left behind.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.exchange_kit import TUS, ExchangeKit, Reply, RunningGateway, SealedPart
from tests.strace_kit import striking

from vernix.custody import canonical
from vernix.custody.delivery import Delivery
from vernix.custody.fields import to_base64
from vernix.custody.identifiers import new_id
from vernix.errors import KeeperFailed
from vernix.gateway import contents
from vernix.gateway.blobs import BlobStore
from vernix.gateway.database import Database, sqlite_url
from vernix.gateway.sweeping import sweep_orphans
from vernix.gateway.tables import UPLOADS

MIB = 1 << 20
_PATIENCE = 40.0

KILLED_AT = {
    "write of a part": ("pwritev,pwritev2", (1, 2, 3)),
    "write of a table or of leaves": ("pwrite64", (1, 2, 3, 4, 6, 9, 12, 16)),
    "flush": ("fdatasync", (1, 2, 3, 4, 5)),
    "flush of a folder": ("fsync", (1, 2, 3)),
    "cutting back": ("ftruncate", (1, 2, 3)),
    "removal": ("unlink", (1, 2, 3)),
    "answer": ("sendto,writev", (1, 2, 4, 6)),
}
FAILS_AT = {
    "full disk, writing a part": ("pwritev,pwritev2", "error=ENOSPC", (1, 2)),
    "full disk, writing a table": ("pwrite64", "error=ENOSPC", (1, 3, 5)),
    "broken disk, writing a part": ("pwritev,pwritev2", "error=EIO", (1, 2)),
    "broken disk, flushing": ("fdatasync", "error=EIO", (1, 2, 3)),
}


@pytest.fixture(scope="module")
def part(kit: ExchangeKit) -> SealedPart:
    """Some 5 MiB, sealed."""
    return kit.seal(os.urandom(5 * MIB + 321))


@pytest.mark.parametrize(
    ("calls", "number"),
    [
        # The first two of each kind at every run, the rest at night.
        pytest.param(calls, number, marks=[pytest.mark.slow] if number > 2 else [])
        for calls, numbers in KILLED_AT.values()
        for number in numbers
    ],
)
def test_killed_at_a_call(
    kit: ExchangeKit, gateway: RunningGateway, strace: str, part: SealedPart, calls: str, number: int
) -> None:
    with _striking(strace, gateway, calls, f"signal=KILL:when={number}") as worker:
        _Patient(kit, gateway, part).journey()
        # A later call of some kinds does not come, or not in one thread; the first one does.
        assert number > 1 or not Path(f"/proc/{worker}").exists(), "nothing was struck"
    _rows_and_bytes_agree(kit)


@pytest.mark.parametrize(
    ("calls", "fault", "number"),
    [(calls, fault, number) for calls, fault, numbers in FAILS_AT.values() for number in numbers],
)
def test_a_disk_that_fails_at_a_call(
    kit: ExchangeKit,
    gateway: RunningGateway,
    strace: str,
    part: SealedPart,
    calls: str,
    fault: str,
    number: int,
) -> None:
    before = _failures_told(gateway)
    with _striking(strace, gateway, calls, f"{fault}:when={number}"):
        _Patient(kit, gateway, part).journey()
    _rows_and_bytes_agree(kit)
    # As with kills: a later call need not come in one thread, the first one does.
    assert number > 1 or _failures_told(gateway) > before, "nothing was struck, or nobody was told"


@pytest.mark.parametrize("whole", [False, True], ids=["part by part", "whole"])
@pytest.mark.parametrize(
    ("calls", "number"), [("pwrite64", 1), ("pwrite64", 4), ("fdatasync", 1), ("fdatasync", 2), ("unlink", 1)]
)
def test_killed_while_something_small_comes(
    kit: ExchangeKit, gateway: RunningGateway, strace: str, calls: str, number: int, whole: bool
) -> None:
    part = kit.seal(os.urandom(3000))
    with _striking(strace, gateway, calls, f"signal=KILL:when={number}") as worker:
        _Patient(kit, gateway, part, whole).journey()
        assert number > 1 or not Path(f"/proc/{worker}").exists(), "nothing was struck"
    _rows_and_bytes_agree(kit)


@pytest.mark.parametrize(
    ("calls", "fault"), [("pwrite64", "error=ENOSPC"), ("pwrite64", "error=EIO"), ("fdatasync", "error=EIO")]
)
def test_a_disk_that_fails_while_a_delivery_comes_whole(
    kit: ExchangeKit, gateway: RunningGateway, strace: str, calls: str, fault: str
) -> None:
    before = _failures_told(gateway)
    with _striking(strace, gateway, calls, f"{fault}:when=1"):
        _Patient(kit, gateway, kit.seal(os.urandom(3000)), whole=True).journey()
    _rows_and_bytes_agree(kit)
    assert _failures_told(gateway) > before, "nothing was struck, or nobody was told"


def test_no_error_had_its_own_text_logged(gateway: RunningGateway) -> None:
    """After all of the above."""
    assert "Traceback" not in gateway.log.read_text()


@dataclass
class _Patient:
    """A client that repeats until it is answered, and holds the gateway to what it acknowledged."""

    kit: ExchangeKit
    gateway: RunningGateway
    part: SealedPart
    whole: bool = False
    acknowledged: int = field(default=0, init=False)

    def journey(self) -> None:
        """Send, post, collect, sign; each thing is seen at once and for good."""
        delivery = self._post()
        assert self._download(delivery) == self.part.content
        receipt = self.kit.receipt(delivery).sign(self.kit.members["registry"].key).encode()
        self._ask(lambda: self.gateway.signed("registry", "POST", "/receipts", receipt))
        state = self._ask(lambda: self.gateway.signed("riverside", "GET", f"/deliveries/{delivery.id}"))
        assert state.json["state"] == "received"
        assert len(state.json["receipts"]) == 1

    def _post(self) -> Delivery:
        delivery = self._post_whole() if self.whole else self._post_by_parts()
        seen = self._ask(lambda: self.gateway.signed("registry", "GET", "/mailbox?after=0&wait=0"))
        ids = [entry["envelope"]["document"]["id"] for entry in seen.json["deliveries"]]
        assert ids.count(delivery.id) == 1
        return delivery

    def _post_whole(self) -> Delivery:
        delivery = self.kit.delivery([(new_id(), self.part)])
        body = self.kit.whole(delivery, [self.part])
        self._ask(lambda: self.gateway.signed("riverside", "POST", "/whole-deliveries", body))
        return delivery

    def _post_by_parts(self) -> Delivery:
        upload, path = self._begin()
        self._send(path)
        delivery = self.kit.delivery([(upload, self.part)])
        envelope = delivery.sign(self.kit.members["riverside"].key).encode()
        self._ask(lambda: self.gateway.signed("riverside", "POST", "/deliveries", envelope))
        return delivery

    def _begin(self) -> tuple[str, str]:
        wanted: dict[str, object] = {
            "header": self.part.header,
            "purpose": "submission",
            "to": ["registry"],
        }
        size = len(self.part.content)
        if size <= contents.MOST:
            address, wanted["content"] = "/parts", to_base64(self.part.content)
        else:
            address, wanted["size"] = "/uploads", size
        body = canonical.encode(wanted)
        made = self._ask(lambda: self.gateway.signed("riverside", "POST", address, body)).json
        self.acknowledged = size if address == "/parts" else 0
        return made["id"], made["url"]

    def _send(self, path: str) -> None:
        give_up = time.monotonic() + _PATIENCE
        while time.monotonic() < give_up:
            head = self._ask(lambda: self.gateway.request("HEAD", path, headers=TUS))
            offset = int(head.headers["upload-offset"])
            assert offset >= self.acknowledged, "acknowledged bytes are gone"
            self.acknowledged = offset
            if offset == len(self.part.content):
                return
            piece = self.part.content[offset : offset + 2 * MIB]
            with contextlib.suppress(OSError, http.client.HTTPException):
                sent = self.gateway.patch(path, offset, piece)
                if sent.status == 204:
                    self.acknowledged = int(sent.headers["upload-offset"])
        raise AssertionError("the part never arrived")

    def _download(self, delivery: Delivery) -> bytes:
        path = f"/deliveries/{delivery.id}/parts/0"
        return self._ask(lambda: self.gateway.signed("registry", "GET", path)).body

    def _ask(self, request: Callable[[], Reply]) -> Reply:
        give_up = time.monotonic() + _PATIENCE
        while time.monotonic() < give_up:
            with contextlib.suppress(OSError, http.client.HTTPException):
                _supervise(self.gateway)
                reply = request()
                if reply.status < 400:
                    return reply
                assert reply.status >= 500, reply.body
                if reply.body:
                    assert set(reply.json) == {"error", "hint"}
            time.sleep(0.1)
        raise AssertionError("the gateway never answered well again")


def _failures_told(gateway: RunningGateway) -> int:
    """How many requests were answered with a failure of the gateway's own."""
    return len(re.findall(r'"status": 5\d\d', gateway.log.read_text()))


@contextlib.contextmanager
def _striking(strace: str, gateway: RunningGateway, calls: str, fault: str) -> Iterator[int]:
    """The worker (its process id) under strace, which strikes once in each thread at a call of ``calls``."""
    _supervise(gateway)
    assert gateway.process is not None
    (worker,) = _children(gateway.process.pid)
    with striking(strace, worker, calls, fault):
        yield worker


def _supervise(gateway: RunningGateway) -> None:
    """Start it again where it gave up: a worker died twice within seconds, as they do here."""
    assert gateway.process is not None
    if gateway.process.poll() is not None:
        assert gateway.process.returncode == KeeperFailed.exit_code
        gateway.start()


def _children(process: int) -> list[int]:
    found = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    # A program that only watches the others has no socket of its own.
    return [int(child) for child in found if b"resource_tracker" not in _command(int(child))]


def _command(process: int) -> bytes:
    return Path(f"/proc/{process}/cmdline").read_bytes()


def _rows_and_bytes_agree(kit: ExchangeKit) -> None:
    """No row promises bytes that are not there; bytes that no row knows go with the next sweep."""
    database = Database(sqlite_url(kit.data / "gateway.sqlite3"))
    store = BlobStore(kit.data / "blobs", partial(contents.find, database))
    try:
        sweep_orphans(database, store, clock=lambda: time.time() + 7200)
        with database.reading() as connection:
            rows = connection.execute(select(UPLOADS.c.blob, UPLOADS.c.offset)).all()
        found = {row.blob: _size(store, row.blob) for row in rows if row.offset}
    finally:
        database.close()
    assert {name for name, _ in store} <= {row.blob for row in rows}
    assert all(found[row.blob] >= row.offset for row in rows if row.offset)


def _size(store: BlobStore, blob: str) -> int:
    descriptor = store.open_file(blob)
    try:
        return os.fstat(descriptor).st_size
    finally:
        os.close(descriptor)
