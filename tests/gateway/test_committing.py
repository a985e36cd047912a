"""Group commit: who comes together shares a commit, who fails takes back itself only, all hear what fails."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.exc import IntegrityError

from vernix.custody.identifiers import new_id
from vernix.gateway.database import Database, sqlite_url
from vernix.gateway.tables import MAILBOX_HEADS, UPLOADS

OTHERS = 6


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(sqlite_url(tmp_path / "gateway.sqlite3"))
    database.upgrade()
    yield database
    database.close()


@contextmanager
def in_line(database: Database, pool: ThreadPoolExecutor) -> Iterator[None]:
    """Hold the first writer in its turn, so that whoever comes meanwhile stands in line."""
    inside, go_on = threading.Event(), threading.Event()

    def first() -> None:
        with database.writing():
            inside.set()
            go_on.wait(10)

    holding = pool.submit(first)
    inside.wait(10)
    yield
    time.sleep(0.2)
    go_on.set()
    holding.result()


def insert(database: Database, partner: str, fail: bool = False) -> None:
    with database.writing() as connection:
        connection.execute(MAILBOX_HEADS.insert().values(partner=partner, head=0))
        if fail:
            raise ValueError(partner)


def partners(database: Database) -> list[str]:
    with database.reading() as connection:
        return sorted(row.partner for row in connection.execute(MAILBOX_HEADS.select()))


def test_who_comes_together_shares_a_commit(database: Database) -> None:
    commits: list[Connection] = []
    event.listen(database.engine, "commit", commits.append)
    with ThreadPoolExecutor(OTHERS + 1) as pool:
        with in_line(database, pool):
            done = [pool.submit(insert, database, str(n)) for n in range(OTHERS)]
        for one in done:
            one.result()
    assert partners(database) == [str(n) for n in range(OTHERS)]
    assert len(commits) < OTHERS


def test_who_fails_takes_back_only_itself(database: Database) -> None:
    with ThreadPoolExecutor(OTHERS + 1) as pool:
        with in_line(database, pool):
            done = [pool.submit(insert, database, str(n), n == 2) for n in range(OTHERS)]
        failed = [n for n, one in enumerate(done) if isinstance(one.exception(), ValueError)]
    assert failed == [2]
    assert partners(database) == [str(n) for n in range(OTHERS) if n != 2]


def test_a_first_who_fails_leaves_the_others_theirs(database: Database) -> None:
    inside, go_on = threading.Event(), threading.Event()

    def first() -> None:
        with database.writing() as connection:
            connection.execute(MAILBOX_HEADS.insert().values(partner="first", head=0))
            inside.set()
            go_on.wait(10)
            raise ValueError("first")

    with ThreadPoolExecutor(OTHERS + 1) as pool:
        failing = pool.submit(first)
        inside.wait(10)
        done = [pool.submit(insert, database, str(n)) for n in range(OTHERS)]
        time.sleep(0.2)
        go_on.set()
        assert isinstance(failing.exception(), ValueError)
        for one in done:
            one.result()
    assert partners(database) == [str(n) for n in range(OTHERS)]


def test_a_commit_that_fails_is_heard_by_all_who_share_it(database: Database) -> None:
    def spoil() -> None:
        with database.writing() as connection:
            # SQLite then looks at foreign keys when it commits.
            connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
            row = {
                "id": "u",
                "capability": b"",
                "blob": "",
                "sender": "",
                "size": 1,
                "header": 1,
                "offset": 0,
            }
            late = {"state": "bound", "delivery": new_id(), "created": 0, "expires": 0}
            connection.execute(UPLOADS.insert().values({**row, **late}))

    def heard(one: Future[None]) -> bool:
        return isinstance(one.exception(), IntegrityError)

    with ThreadPoolExecutor(OTHERS + 1) as pool:
        spoilt: list[Future[None]] = []
        with pytest.raises(IntegrityError), in_line(database, pool):
            spoilt = [pool.submit(spoil), *(pool.submit(insert, database, str(n)) for n in range(3))]
        assert any(heard(one) for one in spoilt)
        # Whoever was told of no failure is there; nobody else is.
        kept = [str(n) for n, one in enumerate(spoilt[1:]) if not heard(one)]
    assert partners(database) == kept
    insert(database, "afterwards")
    assert "afterwards" in partners(database)
