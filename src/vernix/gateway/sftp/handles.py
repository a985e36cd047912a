"""What one session has open, under the handles that it was given."""

from __future__ import annotations

from collections.abc import Iterator

from vernix.errors import NotFound, UsageError
from vernix.gateway.sftp.downloading import Readable
from vernix.gateway.sftp.incoming import Incoming
from vernix.gateway.sftp.view import Named

MOST_HANDLES = 32


class Folder:
    """An open folder: what is still to be listed."""

    def __init__(self, entries: list[Named]) -> None:
        self._left = entries

    def some(self, count: int) -> list[Named]:
        """The next ``count`` entries; none at the end."""
        taken, self._left = self._left[:count], self._left[count:]
        return taken


Open = Incoming | Readable | Folder


class Handles:
    """Open files and folders. A handle is four bytes, and never given twice."""

    def __init__(self) -> None:
        self._open: dict[bytes, Open] = {}
        self._next = 0

    def check_room(self) -> None:
        """Raise ``UsageError`` when nothing more may be opened."""
        if len(self._open) >= MOST_HANDLES:
            raise UsageError(f"A session may have {MOST_HANDLES} files open.", hint="Close some first.")

    def keep(self, file: Open) -> bytes:
        """A handle for ``file``."""
        self._next += 1
        name = self._next.to_bytes(4, "big")
        self._open[name] = file
        return name

    def get(self, name: bytes) -> Open | None:
        """What is open under a handle."""
        return self._open.get(name)

    def find(self, name: bytes) -> Open:
        """The same. Raises ``NotFound``."""
        found = self._open.get(name)
        if found is None:
            raise NotFound("Nothing is open under that handle.")
        return found

    def take(self, name: bytes) -> Open:
        """The same, and the handle is no more. Raises ``NotFound``."""
        found = self.find(name)
        del self._open[name]
        return found

    def take_all(self) -> list[Open]:
        """Everything; no handle is left."""
        files, self._open = list(self._open.values()), {}
        return files

    def __iter__(self) -> Iterator[Open]:
        """Everything that is open."""
        return iter(tuple(self._open.values()))
