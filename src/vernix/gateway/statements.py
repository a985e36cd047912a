"""Statements that are compiled once for each kind of database, and run on its driver's own cursor.

SQLAlchemy says what a statement means on each database; to let it put every execution together, and every
result, takes several times as long as the database needs (measured). So what runs with each delivery is run
without it. Errors are SQLAlchemy's all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from sqlalchemy import Connection, Dialect, Executable
from sqlalchemy.exc import DBAPIError

Values = Mapping[str, object]


class Found(Protocol):
    """What a statement did: how many rows it changed, or those it found, as tuples."""

    rowcount: int

    def fetchone(self) -> Any:
        """The next row, or None."""
        ...

    def fetchall(self) -> list[Any]:
        """Every row left."""
        ...


class Statement:
    """One statement. ``element`` is it, or gives it for a kind of database (``dialect.name``).

    An insert has values for the same columns each time.
    """

    def __init__(self, element: Executable | Callable[[str], Executable]) -> None:
        self._element = element
        self._compiled: dict[str, _Compiled] = {}

    def run(self, connection: Connection, values: Values) -> Found:
        """Run it inside the transaction of ``connection``."""
        compiled = self._for(connection.dialect, values)
        driver: Any = connection.connection.driver_connection
        with _as_sqlalchemy(connection.dialect):
            found: Found = driver.execute(compiled.text, compiled.bound(values))
        return found

    def run_each(self, connection: Connection, rows: Sequence[Values]) -> None:
        """Run it for each of some rows, of which there is one at least; it gives none back."""
        if len(rows) == 1:
            self.run(connection, rows[0])
            return
        compiled = self._for(connection.dialect, rows[0])
        driver: Any = connection.connection.driver_connection
        with _as_sqlalchemy(connection.dialect):
            driver.cursor().executemany(compiled.text, [compiled.bound(row) for row in rows])

    def _for(self, dialect: Dialect, values: Values) -> _Compiled:
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            element = self._element(dialect.name) if callable(self._element) else self._element
            compiled = self._compiled[dialect.name] = _Compiled(element, values, dialect)
        return compiled


class _Compiled:
    """The words for one database, and how its driver wants the values."""

    def __init__(self, element: Any, values: Values, dialect: Dialect) -> None:
        compiled = element.compile(
            dialect=dialect, column_keys=list(values) if _takes_rows(element) else None
        )
        self.text = str(compiled)
        self._fixed = {name: value for name, value in compiled.params.items() if value is not None}
        self._places: Sequence[str] | None = compiled.positiontup

    def bound(self, values: Values) -> Any:
        """As the driver takes them: in order, or by name."""
        given = {**self._fixed, **values}
        return given if self._places is None else [given[name] for name in self._places]


def _takes_rows(element: Any) -> bool:
    return bool(element.is_insert and element.select is None)


def say(connection: Connection, words: str) -> None:
    """Run words without values, such as those that begin or end a savepoint."""
    driver: Any = connection.connection.driver_connection
    with _as_sqlalchemy(connection.dialect):
        driver.execute(words)


@contextmanager
def together(connection: Connection) -> Iterator[None]:
    """Send what is run inside in one go, where that spares waiting: what it did is known at the end.

    PostgreSQL answers it all at once (its pipeline mode), errors too; SQLite is not waited for.
    """
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name != "postgresql":
        yield
        return
    with _as_sqlalchemy(connection.dialect), driver.pipeline():
        yield


@contextmanager
def _as_sqlalchemy(dialect: Dialect) -> Iterator[None]:
    try:
        yield
    except dialect.loaded_dbapi.Error as error:
        # Without the statement and its values: neither is anybody's to read.
        raise DBAPIError.instance(None, None, error, dialect.loaded_dbapi.Error, dialect=dialect) from None
