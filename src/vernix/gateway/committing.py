"""Group commit: writers of one process that come together share one transaction, and one wait for the disk.

Each has its turn alone and, behind others, in a savepoint, so that it sees what those before it wrote and
takes back only itself when it fails. Whoever finds nobody in line behind it commits for all; nobody is
answered before that. A lone writer commits at once, as without this.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from vernix.gateway.statements import say

_MOST = 32
"""Writers in one transaction: what is ready is not kept waiting by a line that never ends."""


class Committing:
    """The writers of one process. ``engine`` begins a transaction with the write lock."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._turn = threading.Lock()
        self._counting = threading.Lock()
        self._in_line = 0
        self._open: _Shared | None = None

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One writer's turn. What it wrote is durable when this ends without an error.

        Raises what the database raises, also when the commit of all fails.
        """
        with self._counting:
            self._in_line += 1
        with self._turn:
            with self._counting:
                self._in_line -= 1
            shared = self._open = self._open or _Shared(self._engine)
            try:
                with shared.alone():
                    yield shared.connection
            finally:
                if shared.over or not self._in_line or shared.writers >= _MOST:
                    self._open = None
                    shared.commit()
        shared.wait()


class _Shared:
    """One transaction that several writers share."""

    def __init__(self, engine: Engine) -> None:
        self.connection = engine.connect()
        self.writers = 0
        self.error: Exception | None = None
        self._committed = threading.Event()
        try:
            self._transaction = self.connection.begin()
        except BaseException:
            self.connection.close()
            raise

    @property
    def over(self) -> bool:
        """Whether nobody may write in it any more: it failed, or its first writer took everything back."""
        return self.error is not None or not self._transaction.is_active

    @contextmanager
    def alone(self) -> Iterator[None]:
        """A writer's own part of it: for the first that is the transaction itself, which has nothing else."""
        behind = self.writers > 0
        if behind:
            # It is not released afterwards: the next one, of the same name, stands before it, and the commit
            # ends them all.
            say(self.connection, "SAVEPOINT writer")
        try:
            yield
        except BaseException:
            self._try(self._back_to_savepoint if behind else self._transaction.rollback)
            raise
        self.writers += 1

    def commit(self) -> None:
        """End it, for all who share it; errors are theirs to hear, in ``wait``."""
        try:
            if not self.over:
                self._try(self._transaction.commit)
            if self.error is not None:
                # The connection goes with whatever is still open on it.
                self.connection.invalidate()
        finally:
            with suppress(DBAPIError):
                self.connection.close()
            self._committed.set()

    def wait(self) -> None:
        """Come back when what was written is durable. Raises what kept it from being so."""
        self._committed.wait()
        if self.error is not None:
            raise self.error

    def _back_to_savepoint(self) -> None:
        say(self.connection, "ROLLBACK TO SAVEPOINT writer")

    def _try(self, step: Callable[[], None]) -> None:
        """A step that fails ends the whole transaction: a full disk, a lost connection."""
        try:
            step()
        except SQLAlchemyError as error:
            self.error = error
