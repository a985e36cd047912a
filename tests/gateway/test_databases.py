"""What a transaction promises, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.exc import IntegrityError

from vernix.errors import KeeperFailed, UsageError
from vernix.gateway.database import Database
from vernix.gateway.mailboxes import put
from vernix.gateway.settings import Settings
from vernix.gateway.tables import DELIVERIES, ENROLMENTS, MAILBOX_HEADS, METADATA, NONCES


def test_the_migrations_make_the_tables(database: Database) -> None:
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: database.upgrade(), range(3)))
    with database.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_who_writes_is_alone(database: Database) -> None:
    """Read, think, write: a hundred times by eight threads, and no step is lost."""
    with database.writing() as connection:
        connection.execute(MAILBOX_HEADS.insert().values(partner="lakeside", head=0))

    def step(_: int) -> None:
        with database.writing() as connection:
            head = connection.execute(MAILBOX_HEADS.select()).one().head
            time.sleep(0.001)
            connection.execute(MAILBOX_HEADS.update().values(head=head + 1))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(step, range(100)))
    with database.reading() as connection:
        assert connection.execute(MAILBOX_HEADS.select()).one().head == 100


def test_numbers_of_a_mailbox_have_no_gap_and_no_twin(database: Database) -> None:
    row = {"sender": "riverside", "envelope": b"", "state": "waiting", "posted": 0, "expires": 1}
    start = threading.Barrier(4)

    def post(writer: int) -> None:
        start.wait()
        for number in range(10):
            delivery = f"{writer}-{number}"
            with database.writing() as connection:
                connection.execute(DELIVERIES.insert().values(id=delivery, **row))
                put(connection, "lakeside", "delivery", delivery, "lakeside")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(post, range(4)))
    with database.reading() as connection:
        assert connection.execute(MAILBOX_HEADS.select()).one().head == 40


def test_a_note_is_the_first_of_its_key_even_while_somebody_writes(database: Database) -> None:
    def note() -> bool:
        try:
            with database.noting() as connection:
                connection.execute(NONCES.insert().values(key_id="k", nonce="n", expires=1))
        except IntegrityError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(lambda _: note(), range(4))) == [False, False, False, True]


def test_a_reader_sees_one_moment(database: Database) -> None:
    with database.reading() as reader:
        assert reader.execute(ENROLMENTS.select()).all() == []
        with database.writing() as connection:
            values = {"id": "1", "invitation": "2", "sealed": b"3", "received": 0, "hour": 0, "posts": 1}
            connection.execute(ENROLMENTS.insert().values(values))
        assert reader.execute(ENROLMENTS.select()).all() == []


def test_trouble_says_no_value(database: Database) -> None:
    def fail() -> None:
        with database.writing() as connection:
            if database.engine.dialect.name == "postgresql":
                connection.exec_driver_sql("SET LOCAL statement_timeout TO '10ms'")
                connection.exec_driver_sql("SELECT pg_sleep(1), 'CANARY'")
            connection.exec_driver_sql("INSERT INTO nowhere VALUES ('CANARY')")

    with pytest.raises(KeeperFailed) as raised:
        fail()
    assert "CANARY" not in str(raised.value)


@pytest.mark.parametrize(
    "url", ["mysql://u:CANARY@h/d", "postgresql://u:CANARY@h/d", "CANARY", "sqlite+x://"]
)
def test_an_address_of_no_known_kind_is_not_repeated(url: str) -> None:
    with pytest.raises(UsageError, match="no known kind") as raised:
        Database(url)
    assert "CANARY" not in str(raised.value)


def test_a_shared_folder_wants_a_shared_database(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="database"):
        Settings.for_folder(tmp_path, shared=tmp_path)
