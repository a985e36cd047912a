"""The database: how it is opened, what a transaction is, how its schema comes up to date.

SQLite in the gateway's folder, or PostgreSQL that several gateways share. On both a transaction that writes
holds one lock from its start to its end, so that the code that runs inside need not think of others: what it
reads stays so. It is short, and what takes long (bytes, signatures) is done before it begins.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError, PendingRollbackError

from vernix.errors import KeeperFailed, UsageError
from vernix.gateway.committing import Committing

_MIGRATIONS = Path(__file__).parent / "migrations"
_WRITES = "vernix_writes"
_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    # FULL: a commit we answered for survives a power loss; NORMAL may lose the last ones in WAL mode.
    "PRAGMA synchronous=FULL",
    "PRAGMA busy_timeout=10000",
    "PRAGMA foreign_keys=ON",
    # What was deleted is overwritten: sealed parts of deliveries that are over are nobody's to keep.
    "PRAGMA secure_delete=ON",
)
# Whoever takes a connection ends its transaction: the pool need not roll one back that is not there.
_ENDED: dict[str, Any] = {"pool_reset_on_return": None}

_POSTGRESQL = "postgresql+psycopg"
_LOCK = 0x7665726E6978  # any number that nobody else takes in this database: "vernix"
_OPTIONS = "-c lock_timeout=10s -c statement_timeout=60s -c idle_in_transaction_session_timeout=60s"


class Database:
    """A pool of connections. ``reading()``, ``writing()`` and ``noting()`` are the only ways in.

    Raises ``UsageError`` for a URL of a kind that is not known here.
    """

    def __init__(self, url: str) -> None:
        parsed = _parsed(url)
        self._shares = parsed.get_backend_name() == "postgresql"
        self.engine = _postgresql(parsed) if self._shares else _sqlite(parsed)
        self._committing = Committing(self.engine.execution_options(**{_WRITES: True}))
        self._notes = self.engine.execution_options(**{_WRITES: "unsynced"})
        moment = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        self._reader = self.engine.execution_options(**(moment if self._shares else {}))

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A consistent view of the tables."""
        with _failures_named(), self._reader.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that holds the write lock from its start: what it reads stays so until it commits."""
        with _failures_named(), self._committing.write() as connection:
            yield connection

    @contextmanager
    def noting(self) -> Iterator[Connection]:
        """To insert a row that only has to be the first of its key, and durable no sooner than what follows.

        A power loss may take it back, unless a ``writing()`` was committed after it. PostgreSQL needs no
        lock for this; SQLite has but one, which is best waited for in line.
        """
        note = self._notes.begin if self._shares else self._committing.write
        with _failures_named(), note() as connection:
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


def upsert(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An insert that knows ``ON CONFLICT``, in the words of a database (``connection.dialect.name``)."""
    if dialect == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def sqlite_url(path: Path) -> str:
    """The URL of an SQLite file."""
    return f"sqlite:///{path}"


def sqlite_path(url: str) -> Path | None:
    """The file behind an SQLite URL; None for another kind of database."""
    parsed = _parsed(url)
    return Path(parsed.database) if parsed.get_backend_name() == "sqlite" and parsed.database else None


@contextmanager
def _failures_named() -> Iterator[None]:
    """A database that is locked, full or gone, as our own error: the driver's text quotes bound values."""
    try:
        yield
    except (OperationalError, PendingRollbackError):
        # The latter is heard by those who shared a transaction with whoever met the former.
        raise KeeperFailed(
            "The gateway's database cannot be written now.",
            hint="Try again later; tell the registry if it lasts.",
        ) from None


def _parsed(url: str) -> URL:
    # Neither message may repeat the URL: it can hold a password.
    try:
        parsed = make_url(url)
    except ArgumentError:
        parsed = None
    if parsed is None or parsed.drivername not in ("sqlite", _POSTGRESQL):
        raise UsageError(
            "The address of the gateway's database is of no known kind.",
            hint=f"Give {_POSTGRESQL}://USER@HOST/NAME, or leave it out for a file in the gateway's folder.",
        )
    return parsed


def _sqlite(url: URL) -> Engine:
    engine = create_engine(url, pool_size=8, max_overflow=24, pool_timeout=20, **_ENDED)

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

    return engine


def _postgresql(url: URL) -> Engine:
    try:
        engine = create_engine(
            url,
            # As many as the threads of one worker; three gateways stay below the 100 that a server takes.
            pool_size=8,
            max_overflow=16,
            pool_timeout=20,
            **_ENDED,
            # A server that was started again must not fail the first requests that come after.
            pool_pre_ping=True,
            connect_args={"connect_timeout": 10, "options": _OPTIONS, "client_encoding": "utf8"},
        )
    except (ModuleNotFoundError, NoSuchModuleError):
        raise UsageError(
            "This installation has no driver for PostgreSQL.", hint="Install vernix[gateway,postgresql]."
        ) from None

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES)
        if writes == "unsynced":
            connection.exec_driver_sql("SET LOCAL synchronous_commit TO off")
        elif writes:
            # Every writer, of every gateway; given back by the commit, or with the connection.
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))

    return engine
