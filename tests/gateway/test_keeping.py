"""Tables, blobs, sweeping and bounds by themselves; a full disk; what the program loads and writes down."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar, TypeVarTuple

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.exchange_kit import ExchangeKit, RunningGateway

from vernix.custody import canonical
from vernix.custody.checkpoint import Log
from vernix.custody.identifiers import new_id
from vernix.custody.quota import Quota
from vernix.custody.signatures import SigningKey
from vernix.custody.tree import BLOCK, PartHasher
from vernix.custody.trust import DirectoryMirror
from vernix.errors import KeeperFailed, TooMuch, VernixError
from vernix.gateway import blobs as blobs_module
from vernix.gateway import capabilities, creations, deliveries, mailboxes, sweeping, uploads
from vernix.gateway.authentication import Caller
from vernix.gateway.blobs import Appending, BlobBusy, BlobStore, new_blob
from vernix.gateway.checkpoints import Checkpoints
from vernix.gateway.database import Database, sqlite_url
from vernix.gateway.exchange import Exchange
from vernix.gateway.limits import FailureCount, Limits, Pace, check_room
from vernix.gateway.logs import ALLOWED, only_allowed
from vernix.gateway.receiving import Receptions
from vernix.gateway.tables import ADDRESSEES, DELIVERIES, METADATA, NONCES

HEADER = 500
KEY = SigningKey.from_bytes(bytes(32))
LOG = Log("gateway.example/log", KEY.verify_key)
KEEP = Limits().keep
T = TypeVar("T")
Ts = TypeVarTuple("Ts")


@pytest.fixture
def database(tmp_path: Path) -> Database:
    database = Database(sqlite_url(tmp_path / "gateway.sqlite3"))
    database.upgrade()
    return database


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    return BlobStore(tmp_path / "blobs")


def test_the_migrations_make_the_tables(database: Database) -> None:
    database.upgrade()
    with database.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_database_in_trouble_says_no_value(database: Database) -> None:
    with pytest.raises(KeeperFailed) as raised, database.writing() as connection:
        connection.exec_driver_sql("INSERT INTO nowhere VALUES ('CANARY')")
    assert "CANARY" not in str(raised.value)


@settings(max_examples=25)
@given(st.lists(st.tuples(st.integers(1, 4 * BLOCK), st.integers(0, 5000), st.booleans()), max_size=6))
def test_hashing_goes_on_from_any_safe_point(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, int, bool]]
) -> None:
    size = HEADER + 3 * BLOCK + 77
    content = bytes(range(251)) * (size // 251 + 1)
    content = content[:size]
    expected = PartHasher(HEADER)
    expected.update(content)
    store, blob, offset = BlobStore(tmp_path_factory.mktemp("blobs")), new_blob(), 0
    for wanted, lost, forgotten in [*steps, (size, 0, False)]:
        count = min(wanted, size - offset)
        appending = store.lock(blob).append(offset, HEADER)
        appending.write([content[offset : offset + count]])
        appending.secure(appending.mark())
        digest = appending.digest() if offset + count == size else None
        appending.write([b"\xff" * lost])  # never secured: a kill comes here
        appending.close()
        if forgotten:
            store.path(blob).with_suffix(".leaves").unlink(missing_ok=True)
        offset += count
    assert digest == expected.digest().hex()


def test_names_are_made_safe_although_an_earlier_run_was_killed(
    blobs: BlobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    blob = new_blob()
    killed = blobs.lock(blob).append(0, 100)
    killed.write([bytes(500)])
    killed.close()
    synced: list[Path] = []
    monkeypatch.setattr(blobs_module, "sync_folder", synced.append)
    again = blobs.lock(blob).append(0, 100)
    again.write([bytes(500)])
    again.secure(again.mark())
    again.write([bytes(500)])
    again.secure(again.mark())
    again.close()
    assert synced == [blobs.path(blob).parent], "before the first offset is told, and then no more"


def test_one_writer_at_a_time(blobs: BlobStore) -> None:
    blob = new_blob()
    first = blobs.lock(blob)
    with pytest.raises(BlobBusy):
        blobs.lock(blob)
    first.release()
    blobs.lock(blob).release()


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "ab", "G" * 32, "a" * 31 + "/"])
def test_no_name_from_outside_becomes_a_path(blobs: BlobStore, name: str) -> None:
    with pytest.raises(ValueError, match="32"):
        blobs.path(name)


def test_a_full_disk_leaves_the_safe_part(
    kit: ExchangeKit, database: Database, blobs: BlobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = kit.seal(os.urandom(9 << 20))
    with database.writing() as connection:
        allotted = capabilities.allot(connection, "riverside", len(part.content), part.header, 0, Limits())
    token = allotted.token
    assert allotted.upload.offset == 0
    receptions = Receptions(database, blobs, Limits(upload_life=10**12), _in_a_thread)
    _lengthen(database)
    half = len(part.content) // 2
    assert asyncio.run(receptions.receive(token, 0, half, _body(part.content[:half]))).offset == half
    true_write = os.pwritev
    written = 0

    def filling(descriptor: int, views: list[memoryview], offset: int) -> int:
        nonlocal written
        if written > 2 << 20:
            raise OSError(errno.ENOSPC, "no space")
        written += (count := true_write(descriptor, views, offset))
        return count

    monkeypatch.setattr(os, "pwritev", filling)
    rest = part.content[half:]
    with pytest.raises(OSError, match="no space"):
        asyncio.run(receptions.receive(token, half, len(rest), _body(rest)))
    monkeypatch.undo()
    with database.reading() as connection:
        held = capabilities.find(connection, token)
    assert held.upload.offset == half
    assert blobs.path(held.blob).stat().st_size == half
    whole = asyncio.run(receptions.receive(token, half, len(rest), _body(rest)))
    assert whole.digest == part.digest


def test_no_room_is_said_before_anything_is_promised(tmp_path: Path) -> None:
    with pytest.raises(KeeperFailed) as raised:
        check_room(tmp_path, 1 << 60, Limits())
    assert raised.value.http_status == 507


def test_what_is_too_large_for_ever_is_not_said_to_lack_room(
    kit: ExchangeKit, database: Database, blobs: BlobStore
) -> None:
    """413 is final, 507 may be tried again later; neither promises anything."""
    mirror = DirectoryMirror(kit.public, kit.fingerprint)
    exchange = Exchange(
        database, blobs, mirror, Limits(part_bytes=5000, free_bytes=1 << 60), Checkpoints(LOG, KEY)
    )
    caller = Caller("", mirror.current().partner("riverside"))
    for size, status in ((5001, 413), (5000, 507)):
        body = canonical.encode({"size": size, "header": 200, "to": ["registry"], "purpose": "message"})
        with pytest.raises(VernixError) as raised:
            exchange.begin_upload(caller, body)
        assert raised.value.http_status == status
    with database.reading() as connection:
        assert capabilities.outstanding(connection) == 0


def test_one_partner_cannot_take_everything(database: Database) -> None:
    limits = Limits(quota=Quota(held_bytes=10_000, open_uploads=3))
    with database.writing() as connection:
        for _ in range(3):
            capabilities.allot(connection, "riverside", 1000, 200, 0, limits)
        with pytest.raises(TooMuch, match="begun"):
            capabilities.allot(connection, "riverside", 1000, 200, 0, limits)
        with pytest.raises(TooMuch, match="may hold"):
            capabilities.allot(connection, "riverside", 8000, 200, 0, limits)
        capabilities.allot(connection, "lakeside", 1000, 200, 0, limits)


def test_a_page_of_a_mailbox_has_few_bytes_and_one_entry_at_least(database: Database) -> None:
    limits = Limits(mailbox_page=4, mailbox_bytes=1000)
    sizes = [400, 600, 1, 2000, 10, 10, 10, 10, 10]
    with database.writing() as connection:
        for size in sizes:
            row = {"id": new_id(), "sender": "riverside", "envelope": bytes(size), "state": "waiting"}
            connection.execute(DELIVERIES.insert().values({**row, "posted": 0, "expires": 1}))
            place = {"delivery": row["id"], "partner": "lakeside"}
            connection.execute(ADDRESSEES.insert().values(place))
            mailboxes.put(connection, "lakeside", mailboxes.DELIVERY, str(row["id"]), "lakeside")
    pages: list[list[int]] = []
    after = 0
    with database.reading() as connection:
        while page := mailboxes.page(connection, "lakeside", after, limits):
            pages.append([len(entry.envelope) for entry in page])
            after = page[-1].seq
    assert pages == [[400, 600], [1], [2000], [10, 10, 10, 10], [10]]


def test_the_database_holds_no_capability(database: Database, tmp_path: Path) -> None:
    with database.writing() as connection:
        token = capabilities.allot(connection, "riverside", 1000, 200, 0, Limits()).token
    database.close()
    assert not [file for file in tmp_path.iterdir() if file.is_file() and token.encode() in file.read_bytes()]


def test_time_takes_expired_things_away(kit: ExchangeKit, database: Database, blobs: BlobStore) -> None:
    part = kit.seal(b"late")
    names = []
    for _ in range(2):
        with database.writing() as connection:
            allotted = capabilities.allot(
                connection, "riverside", len(part.content), part.header, 0, Limits()
            )
        upload, token = allotted.upload, allotted.token
        _lengthen(database)
        receptions = Receptions(database, blobs, Limits(), _in_a_thread)
        asyncio.run(receptions.receive(token, 0, len(part.content), _body(part.content)))
        with database.reading() as connection:
            names.append(capabilities.find(connection, token).blob)
    delivery = kit.delivery([(upload.id, part)])
    with database.writing() as connection:
        envelope = delivery.sign(kit.members["riverside"].key).encode()
        deliveries.post(connection, delivery, envelope, 0, 10**11)
        connection.execute(NONCES.insert().values(key_id="k", nonce="n", expires=10))
    assert sweeping.sweep(database, blobs, 5, KEEP) == 0
    assert all(blobs.path(name).exists() for name in names)
    assert sweeping.sweep(database, blobs, 10**11, KEEP) == 2
    assert not any(blobs.path(name).exists() for name in names)
    with database.reading() as connection:
        assert connection.execute(NONCES.select()).all() == []
        assert connection.execute(DELIVERIES.select()).all() == []


def test_joined_partial_uploads_stay_while_they_are_needed(database: Database, blobs: BlobStore) -> None:
    limits = Limits(upload_life=10**10)
    with database.writing() as connection:
        creation, (part,) = creations.begin(connection, "riverside", [(1000, 200)], 0, limits, limits.quota)
        partial = creations.name_partial(connection, creation, 1000, 0, limits, lambda _sender: limits.quota)
        whole = uploads.extend(partial.upload, 1000)
        capabilities.advance(connection, partial.upload, whole)
        creations.join(connection, creation, [partial.token], None, "final;x", 0)
    assert sweeping.sweep(database, blobs, 0, KEEP) == 0
    with database.writing() as connection:
        capabilities.remove(connection, part.upload)
    assert sweeping.sweep(database, blobs, 0, KEEP) == 1


def test_orphans_are_found(database: Database, blobs: BlobStore) -> None:
    blob = new_blob()
    blobs.lock(blob).append(0, HEADER).close()
    assert sweeping.sweep_orphans(database, blobs) == 0
    assert sweeping.sweep_orphans(database, blobs, clock=lambda: 10**12) == 1
    assert not blobs.path(blob).exists()


def test_the_pace_of_a_body() -> None:
    now = [0.0]
    pace = Pace(Limits(grace_seconds=10, body_rate=100), lambda: now[0])
    assert not pace.too_slow(0)
    now[0] = 20
    assert pace.too_slow(999)
    assert not pace.too_slow(1000)


def test_failures_are_counted_by_the_minute() -> None:
    now = [0.0]
    count = FailureCount(2, lambda: now[0])
    assert [count.failed("a") for _ in range(3)] == [False, False, True]
    assert not count.failed("b")
    now[0] = 60
    assert not count.failed("a")


def test_a_slow_body_is_ended_and_kept(kit: ExchangeKit, database: Database, blobs: BlobStore) -> None:
    part = kit.seal(bytes(100_000))
    with database.writing() as connection:
        size = len(part.content)
        token = capabilities.allot(connection, "riverside", size, part.header, 0, Limits()).token
    _lengthen(database)
    receptions = Receptions(database, blobs, Limits(idle_seconds=1), _in_a_thread)
    receive = _body(part.content[:50_000], then_silence=True)
    with pytest.raises(Exception, match="too slowly") as raised:
        asyncio.run(receptions.receive(token, 0, len(part.content), receive))
    assert getattr(raised.value, "http_status", 0) == 408
    with database.reading() as connection:
        assert capabilities.find(connection, token).upload.offset == 50_000


def test_a_store_that_is_slow_is_not_the_senders_silence(
    kit: ExchangeKit, database: Database, blobs: BlobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    part, write = kit.seal(bytes(4_000_000)), Appending.write

    def slowly(appending: Appending, pieces: Sequence[bytes]) -> None:
        time.sleep(1.5)
        write(appending, pieces)

    monkeypatch.setattr(Appending, "write", slowly)
    with database.writing() as connection:
        size = len(part.content)
        token = capabilities.allot(connection, "riverside", size, part.header, 0, Limits()).token
    _lengthen(database)
    receptions = Receptions(database, blobs, Limits(idle_seconds=1), _in_a_thread)
    upload = asyncio.run(receptions.receive(token, 0, size, _body(part.content)))
    assert upload.offset == size


def test_the_log_drops_what_is_not_on_its_list() -> None:
    event = {"event": "answered", "path": "/parts/secret", "route": "parts", "name": "CANARY"}
    assert only_allowed(None, "info", event) == {"event": "answered", "route": "parts"}
    assert not ALLOWED & {"path", "url", "token", "body", "headers", "name", "message"}


def test_the_program_loads_nothing_that_opens() -> None:
    script = (
        "import sys, json; import vernix.gateway.app, vernix.gateway.serving, vernix.gateway.status;"
        "print(json.dumps(sorted(sys.modules)))"
    )
    loaded = json.loads(
        subprocess.run([sys.executable, "-c", script], capture_output=True, check=True).stdout
    )
    forbidden = (
        *(f"vernix.sealing.{name}" for name in ("identities", "opening", "rewrapping", "records", "sealer")),
        *(f"vernix.{name}" for name in ("births", "intake", "insights", "linkage", "release", "exposure")),
        *(f"vernix.{name}" for name in ("courier", "partner", "registry")),
        *("duckdb", "pyarrow", "pandas", "django", "urllib3", "requests", "pickle5"),
        *("obstore", "vernix.gateway.objects"),
    )
    assert [
        name for name in loaded if name.startswith(tuple(f"{one}." for one in forbidden)) or name in forbidden
    ] == []


def test_the_state_can_be_asked(kit: ExchangeKit, gateway: RunningGateway) -> None:
    gateway.deliver(kit.seal(b"waiting"))
    program = Path(sys.executable).with_name("vernix-gateway")
    command = [str(program), "status", "--data", str(kit.data), "--json"]
    report = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert report["directory"]["version"] == 1
    assert report["deliveries"][0]["addressee"] == "registry"
    assert report["uploads"]["bound"]["count"] >= 1
    said = subprocess.run(command[:-1], capture_output=True, check=True).stdout.decode()
    assert re.search(r"^free on disk: \d+\.\d [KMGT]iB$", said, re.MULTILINE)


def test_its_files_are_its_own_and_its_log_names_no_capability(
    kit: ExchangeKit, gateway: RunningGateway
) -> None:
    part = kit.seal(b"CANARY-7315")
    _, path = gateway.upload("riverside", part)
    # The folder may have been made by somebody who did not think of it: no file relies on it.
    private = [kit.data, *kit.data.glob("gateway.sqlite3*"), *kit.data.glob("*.key")]
    assert {path.name: path.stat().st_mode & 0o077 for path in private} == {path.name: 0 for path in private}
    token = path.rpartition("/")[2].encode()
    for file in [*kit.data.rglob("*"), gateway.log]:
        if file.is_file():
            content = file.read_bytes()
            assert token not in content, file.name
            assert b"CANARY-7315" not in content, file.name


def _in_a_thread(function: Callable[[*Ts], T], *arguments: *Ts) -> asyncio.Future[T]:
    return asyncio.get_running_loop().run_in_executor(None, function, *arguments)


def _lengthen(database: Database) -> None:
    """Uploads that were begun in 1970 live on for this test."""
    with database.writing() as connection:
        connection.exec_driver_sql("UPDATE uploads SET expires = 10000000000")


def _body(content: bytes, *, then_silence: bool = False) -> Callable[[], Any]:
    pieces = [content[start : start + 700_000] for start in range(0, len(content), 700_000)]

    async def receive() -> dict[str, Any]:
        if not pieces:
            await asyncio.sleep(60)
        return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces) or then_silence}

    return receive
