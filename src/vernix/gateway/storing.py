"""Where sealed bytes are, as the rest of the gateway sees it: a folder, or a bucket of object storage.

Small parts that came whole are in the database, wherever the others are (``contents``).
``blobs.BlobStore`` is the folder, ``object_blobs.ObjectBlobs`` the bucket. Whichever it is, the database says
how far a blob is safe, and moves that on by compare and swap: so a writer of a blob asks for a ``Mark``, has
it made safe, and enters it in the very transaction that tells of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection

from vernix.gateway import contents
from vernix.gateway.blobs import BlobStore, Mark, TakenIn
from vernix.gateway.database import Database
from vernix.gateway.limits import Limits
from vernix.gateway.settings import Settings


class Stored(Protocol):
    """A blob that is open to read. ``path`` is the file that it is, if it is one."""

    path: Path | None

    def read(self, offset: int, count: int) -> bytes:
        """Some bytes from ``offset`` on, at most ``count``; none at the end.

        Raises ``FileNotFoundError`` for a blob that was deleted, ``StorageFailed``.
        """
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


class Writing(Protocol):
    """One writer at work; see ``blobs.Appending`` for what may run beside what."""

    offset: int

    def head(self) -> bytes:
        """What is there of the age header."""
        ...

    def write(self, pieces: Sequence[bytes]) -> None:
        """Append; not safe yet. Raises ``OSError`` or ``StorageFailed``."""
        ...

    def pause(self) -> None:
        """Nothing comes for a while: keep in memory nothing that need not be there."""
        ...

    def mark(self, *, last: bool = False) -> Mark:
        """Where we are, to be secured while writing goes on."""
        ...

    def secure(self, mark: Mark) -> None:
        """Make everything up to ``mark`` safe. Raises ``OSError`` or ``StorageFailed``."""
        ...

    def enter(self, connection: Connection, mark: Mark) -> None:
        """Write into the transaction that tells of ``mark`` where its bytes are."""
        ...

    def committed(self) -> None:
        """What was entered stands: what it replaced may go."""
        ...

    def digest(self) -> str:
        """The hex tree head of the part so far."""
        ...

    def cut(self, offset: int) -> None:
        """Throw away what stands beyond the safe ``offset``."""
        ...

    @property
    def closed(self) -> bool:
        """Whether the blob was let go of."""
        ...

    def close(self) -> None:
        """Let go of the blob. A second time does nothing."""
        ...


class Lock(Protocol):
    """The right to write a blob, as far as the store knows of others."""

    def append(self, offset: int, header: int) -> Writing:
        """Begin to write at the safe ``offset``."""
        ...

    def release(self) -> None:
        """Let others write. A second time does nothing."""
        ...


class Blobs(Protocol):
    """Every blob of the gateway. ``staging`` is the folder where files grow that are written in any order."""

    @property
    def staging(self) -> BlobStore:
        """That folder."""
        ...

    def lock(self, blob: str) -> Lock:
        """Begin to write a blob, which is made if need be. Raises ``BlobBusy``."""
        ...

    def open(self, blob: str) -> Stored:
        """A whole blob to read. Raises ``FileNotFoundError``, ``StorageFailed``."""
        ...

    def open_file(self, blob: str) -> int:
        """As ``open``, for who reads in any order: a descriptor, which is the caller's to close."""
        ...

    def take_in(self, blob: str, descriptor: int, header: int, size: int) -> TakenIn:
        """A whole file that grew in ``staging``, put where whole blobs are. Raises ``StorageFailed``."""
        ...

    def check_room(self, wanted: int, limits: Limits) -> None:
        """Raise ``KeeperFailed`` (507) where it is known that ``wanted`` bytes more find no room."""
        ...

    def finish(self, blob: str) -> None:
        """The blob is whole."""
        ...

    def delete(self, blob: str) -> None:
        """Remove a blob, which may be gone already."""
        ...

    def sweep_strays(self, now: float) -> int:
        """Delete what no row tells of and no writer can still need; how many there were."""
        ...


def open_blobs(settings: Settings, database: Database) -> Blobs:
    """The store that the settings name. Raises ``UsageError`` where it cannot be one."""
    folder = BlobStore(settings.blobs, partial(contents.find, database))
    if settings.bucket is None:
        return folder
    # Object storage is the one thing that a gateway calls: nothing of it is loaded unless it is named.
    from vernix.gateway.object_blobs import ObjectBlobs
    from vernix.gateway.objects import ObjectStore

    return ObjectBlobs(ObjectStore(settings.bucket), database, folder, settings.limits.body_seconds)
