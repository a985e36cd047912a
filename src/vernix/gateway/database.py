"""The database: how it is opened, what a transaction is, how its schema comes up to date."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError

from vernix.errors import KeeperFailed

_MIGRATIONS = Path(__file__).parent / "migrations"
_WRITES = "vernix_writes"
_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    # FULL: a commit we answered for survives a power loss; NORMAL may lose the last ones in WAL mode.
    "PRAGMA synchronous=FULL",
    "PRAGMA busy_timeout=10000",
    "PRAGMA foreign_keys=ON",
)


class Database:
    """One pool of connections. ``reading()`` and ``writing()`` are the only ways in."""

    def __init__(self, url: str) -> None:
        self.engine = create_engine(url, pool_size=8, max_overflow=24, pool_timeout=20)
        if self.engine.dialect.name == "sqlite":
            _speak_sqlite(self.engine)
        self._writer = self.engine.execution_options(**{_WRITES: True})

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A consistent view of the tables."""
        with _failures_named(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that holds the write lock from its start: what it reads stays so until it commits."""
        with _failures_named(), self._writer.begin() as connection:
            yield connection

    def upgrade(self) -> None:
        """Bring the schema to this program's version. Safe to repeat and to run from several processes."""
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS))
        with self.writing() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()


def upsert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An insert that knows ``ON CONFLICT``, in the words of this connection's database."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def sqlite_url(path: Path) -> str:
    """The URL of an SQLite file."""
    return f"sqlite:///{path}"


def sqlite_path(url: str) -> Path | None:
    """The file behind an SQLite URL; None for another kind of database."""
    parsed = make_url(url)
    return Path(parsed.database) if parsed.get_backend_name() == "sqlite" and parsed.database else None


@contextmanager
def _failures_named() -> Iterator[None]:
    """A database that is locked, full or gone, as our own error: the driver's text quotes bound values."""
    try:
        yield
    except OperationalError:
        raise KeeperFailed(
            "The gateway's database cannot be written now.",
            hint="Try again later; tell the registry if it lasts.",
        ) from None


def _speak_sqlite(engine: Engine) -> None:
    # The driver's own transaction handling begins late and without the write lock; we say BEGIN ourselves.
    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        for pragma in _PRAGMAS:
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
