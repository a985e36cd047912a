"""Nothing outlives its rule: the cap ends whatever says another end, and a kill in between is made good."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.exchange_kit import TUS, ExchangeKit, RunningGateway

from vernix.custody.identifiers import utc_now
from vernix.gateway import sweeping
from vernix.gateway.blobs import BlobStore, new_blob
from vernix.gateway.database import Database
from vernix.gateway.limits import DAY, HOUR, Limits
from vernix.gateway.settings import Settings
from vernix.gateway.tables import DELIVERIES, ENROLMENTS, UPLOADS

KEEP = Limits().keep
LATER = 31 * DAY
ITS_OWN = ("debts", "log.key", "log.lock", "root_fingerprint", "serve.lock", "gateway.sqlite3", "directory/")
"""What a gateway has however old it is: docs/how-to/run-a-gateway.md."""

KILLED = """
import os, signal, sys, time
from pathlib import Path
from vernix.gateway import sweeping
from vernix.gateway.blobs import BlobStore
from vernix.gateway.database import Database, sqlite_url

def die(self, blob):
    os.kill(os.getpid(), signal.SIGKILL)

BlobStore.delete = die
data = Path(sys.argv[1])
database = Database(sqlite_url(data / "gateway.sqlite3"))
sweeping.sweep(database, BlobStore(data / "blobs"), int(time.time()) + int(sys.argv[2]), int(sys.argv[3]))
"""


@pytest.fixture
def full(kit: ExchangeKit, gateway: RunningGateway) -> Settings:
    """A gateway with one of everything: delivered, whole, begun, an enrolment, a killed writer's file."""
    gateway.deliver(kit.seal(b"waiting"))
    gateway.upload("riverside", kit.seal(b"whole, never delivered"))
    begun = kit.seal(bytes(100_000))
    _, path = gateway.begin_upload("riverside", begun)
    assert gateway.patch(path, 0, begun.content[:50_000]).status == 204
    assert gateway.request("HEAD", path, headers=TUS).headers["upload-offset"] == "50000"
    (kit.data / "directory" / ".writing-0123456789abcdef").write_bytes(b"cut")
    return Settings.for_folder(kit.data)


@pytest.fixture
def database(full: Settings) -> Iterator[Database]:
    database = Database(full.database_url)
    yield database
    database.close()


def test_no_file_is_older_than_its_rule(full: Settings, database: Database) -> None:
    blobs, now = BlobStore(full.blobs), int(time.time())
    assert sweeping.sweep(database, blobs, now, KEEP) == 0
    assert len(list(blobs)) >= 3
    enrolment = {"id": "e", "invitation": "i", "sealed": b"sealed", "hour": 0, "posts": 1}
    with database.writing() as connection:
        connection.execute(ENROLMENTS.insert().values({**enrolment, "received": now}))
    _sweep_all(full, database, now + LATER)
    assert _unaccounted(full, database) == []
    assert list(blobs) == []
    with database.reading() as connection:
        assert connection.execute(select(ENROLMENTS)).all() == []


def test_a_kill_between_commit_and_deletion_is_made_good(full: Settings, database: Database) -> None:
    died = subprocess.run([sys.executable, "-c", KILLED, str(full.data), str(LATER), str(KEEP)], check=False)
    assert died.returncode == -signal.SIGKILL
    assert _unaccounted(full, database) != [], "the rows are gone, the bytes are not"
    _sweep_all(full, database, int(time.time()) + LATER)
    assert _unaccounted(full, database) == []


def test_the_cap_ends_what_says_another_end(kit: ExchangeKit, gateway: RunningGateway) -> None:
    part = kit.seal(b"for thirty days")
    upload, _ = gateway.upload("riverside", part)
    delivery = replace(kit.delivery([(upload, part)]), expires=utc_now() + timedelta(days=29))
    envelope = delivery.sign(kit.members["riverside"].key).encode()
    assert gateway.signed("riverside", "POST", "/deliveries", envelope).status == 201
    settings = Settings.for_folder(kit.data)
    database, now = Database(settings.database_url), int(time.time())
    sweeping.sweep(database, BlobStore(settings.blobs), now + 2 * DAY - 60, 2 * DAY)
    assert _state(database, delivery.id) == "waiting"
    sweeping.sweep(database, BlobStore(settings.blobs), now + 2 * DAY + 60, 2 * DAY)
    assert _state(database, delivery.id) == "expired"
    database.close()
    assert gateway.signed("registry", "GET", f"/deliveries/{delivery.id}/parts/0").status == 404


def test_a_short_cap_shortens_every_life(tmp_path: Path) -> None:
    kit = ExchangeKit(tmp_path)
    with kit.running("--keep-days", "2") as gateway:
        delivery = gateway.deliver(kit.seal(b"soon over"))
        gateway.begin_upload("riverside", kit.seal(b"never sent"))
        database = Database(Settings.for_folder(kit.data).database_url)
        with database.reading() as connection:
            ends = [*connection.execute(select(DELIVERIES.c.expires)).scalars()]
            ends += connection.execute(select(UPLOADS.c.expires)).scalars()
        database.close()
        assert delivery.expires > utc_now() + timedelta(days=6)
        assert len(ends) == 3
        assert max(ends) <= time.time() + 2 * DAY


def test_more_than_one_batch_goes_in_one_round(full: Settings, database: Database) -> None:
    row = {"sender": "riverside", "size": 5000, "header": 200, "offset": 0, "state": "open"}
    rows = [
        {**row, "id": f"upload-{number}", "capability": os.urandom(32), "blob": new_blob()}
        for number in range(1201)
    ]
    with database.writing() as connection:
        connection.execute(UPLOADS.insert(), [{**one, "created": 0, "expires": 1} for one in rows])
    assert sweeping.sweep(database, BlobStore(full.blobs), int(time.time()), KEEP) == 1201


def _sweep_all(settings: Settings, database: Database, now: int) -> None:
    """One round of everything that the gateway's own clock does, at ``now``."""
    blobs = BlobStore(settings.blobs)
    sweeping.sweep(database, blobs, now, KEEP)
    sweeping.sweep_orphans(database, blobs, clock=lambda: now)
    sweeping.sweep_unfinished(settings, now)


def _unaccounted(settings: Settings, database: Database) -> list[str]:
    """Files in the gateway's folder that are neither its own nor named by a living row."""
    with database.reading() as connection:
        living = set(connection.execute(select(UPLOADS.c.blob)).scalars())
    files = [path for path in settings.data.rglob("*") if path.is_file()]
    names = {str(path.relative_to(settings.data)): path for path in files}
    return sorted(
        name
        for name, path in names.items()
        if path.stem not in living and (not name.startswith(ITS_OWN) or ".writing-" in name)
    )


def _state(database: Database, delivery: str) -> str:
    with database.reading() as connection:
        return str(
            connection.execute(select(DELIVERIES.c.state).where(DELIVERIES.c.id == delivery)).scalar_one()
        )


def test_what_was_written_a_moment_ago_stays(full: Settings, database: Database) -> None:
    unfinished = full.directory / ".writing-0123456789abcdef"
    sweeping.sweep_unfinished(full, time.time())
    assert unfinished.exists()
    sweeping.sweep_unfinished(full, time.time() + HOUR + 1)
    assert not unfinished.exists()
