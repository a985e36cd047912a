"""Kill -9 of the SFTP door at the n-th system call: what was acknowledged is there, the rest goes on.

The client is OpenSSH's, and a patient person uses it: each step is repeated until it succeeds. Whatever
happened in between, the file is delivered whole and once.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.exchange_kit import RunningGateway
from tests.sftp_kit import SftpKit, listening
from tests.strace_kit import striking

from vernix.gateway.blobs import BlobStore
from vernix.gateway.database import Database, sqlite_url
from vernix.gateway.sweeping import sweep_orphans
from vernix.gateway.tables import UPLOADS

_PATIENCE = 60.0
KILLED_AT = {
    "write of bytes, of a table or of leaves": ("pwrite64", (1, 2, 3, 5, 8, 12, 17, 23)),
    "flush": ("fdatasync", (1, 2, 3, 4)),
    "answer": ("sendto,writev,write,sendmsg", (1, 4, 8, 12)),
    "cutting back": ("ftruncate", (1, 2)),
}


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory, need_program: Callable[[str], str]) -> SftpKit:
    need_program("sftp")
    return SftpKit(tmp_path_factory.mktemp("sftp"))


@pytest.fixture(scope="module")
def gateway(door: SftpKit) -> Iterator[RunningGateway]:
    with door.running("--sftp-workers", "1") as running:
        yield running


@pytest.mark.parametrize(
    ("calls", "number"),
    [
        # The first of each kind at every run, the rest at night.
        pytest.param(calls, number, marks=[pytest.mark.slow] if place else [])
        for calls, numbers in KILLED_AT.values()
        for place, number in enumerate(numbers)
    ],
)
def test_killed_at_a_call(
    door: SftpKit, gateway: RunningGateway, strace: str, calls: str, number: int
) -> None:
    file = door.sealed("step.age", 0)
    file.write_bytes(door.exchange.seal(os.urandom(700_000)).content)
    before = len(door.waiting(gateway))
    [process] = door.until(lambda: listening(gateway, door.port), "the door stayed shut")
    with striking(strace, process, calls, f"signal=KILL:when={number}"):
        _patiently_sent(door, file, f"{calls[:4]}{number}")
        drops = door.until(lambda: door.waiting(gateway)[before:], "nothing was delivered")
        # A later call of some kinds does not come in one thread; the first one does.
        assert number > 1 or not Path(f"/proc/{process}").exists(), "nothing was struck"
    assert len(drops) == 1
    part = gateway.signed("registry", "GET", f"/deliveries/{drops[0]['id']}/parts/0")
    assert part.body == file.read_bytes()
    time.sleep(1.2)
    assert len(door.waiting(gateway)) == before + 1, "delivered once"
    _rows_and_bytes_agree(door)


def test_no_error_had_its_own_text_logged(gateway: RunningGateway) -> None:
    """After all of the above."""
    assert "Traceback" not in gateway.log.read_text()


def _patiently_sent(door: SftpKit, file: Path, name: str) -> None:
    """As WinSCP sends, repeated until each step succeeds; what was acknowledged never becomes less."""
    part, last = f"/to/registry/{name}.filepart", f"/to/registry/{name}.age"
    size, acknowledged = file.stat().st_size, 0
    give_up = time.monotonic() + _PATIENCE
    while acknowledged < size:
        assert time.monotonic() < give_up, "the file never arrived"
        stands = _size(door, part)
        if stands is not None:
            assert stands >= acknowledged, "acknowledged bytes are gone"
        # OpenSSH goes on with nothing that is as long already.
        if stands == size or door.sftp(f"{'put' if stands is None else 'reput'} {file} {part}").code == 0:
            acknowledged = size
    while door.sftp(f"rename {part} {last}").code != 0 and _size(door, last) != size:
        assert time.monotonic() < give_up, "the file was never renamed"
        time.sleep(0.1)


def _size(door: SftpKit, path: str) -> int | None:
    """What ``stat`` says; None where there is nothing, or nobody answers."""
    listed = door.sftp(f"ls -ln {path}")
    found = re.search(r"^-\S+ +\d+ +\S+ +\S+ +(\d+) ", listed.said, re.MULTILINE)
    return int(found[1]) if listed.code == 0 and found else None


def _rows_and_bytes_agree(door: SftpKit) -> None:
    """No row promises bytes that are not there; bytes that no row knows go with the next sweep."""
    store = BlobStore(door.exchange.data / "blobs")
    database = Database(sqlite_url(door.exchange.data / "gateway.sqlite3"))
    try:
        sweep_orphans(database, store, clock=lambda: time.time() + 7200)
        with database.reading() as connection:
            rows = connection.execute(select(UPLOADS.c.blob, UPLOADS.c.offset)).all()
    finally:
        database.close()
    assert {name for name, _ in store} <= {row.blob for row in rows}
    for row in rows:
        assert store.path(row.blob).stat().st_size >= row.offset
