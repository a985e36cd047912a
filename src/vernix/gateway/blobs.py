"""Sealed bytes at rest: append at an offset by one writer at a time, make safe, cut back, delete.

A blob is a file under a random name in one of 256 folders; beside it, while it grows, stands
``<name>.leaves`` with the 32-byte leaf hashes that were ready at the last safe point, so that hashing goes
on after a kill without reading everything again. What is safe is what the database says (``offset``); bytes
beyond it are cut off before anybody appends.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from vernix.custody.durable import sync_folder
from vernix.custody.tree import BLOCK, PartHasher
from vernix.gateway.limits import Limits, check_room
from vernix.gateway.resuming import LEAF, Unhashed, resume_hasher

_LEAVES = ".leaves"
_MOST_PIECES = 512  # of one pwritev; the kernel's own bound is 1024


class BlobBusy(Exception):
    """Another writer, perhaps in another process, holds this blob."""


def new_blob() -> str:
    """A random name, unrelated to any id that was ever sent."""
    return secrets.token_hex(16)


class BlobStore:
    """A folder of blobs. Names are hexadecimal and made here; no name from outside ever becomes a path.

    ``elsewhere`` has the bytes of small ones that are no files; it raises ``FileNotFoundError``, too.
    """

    def __init__(self, folder: Path, elsewhere: Callable[[str], bytes] | None = None) -> None:
        self.folder = folder
        self._elsewhere = elsewhere
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Made durable once, here, and not with the first blob of each.
        for number in range(256):
            (folder / f"{number:02x}").mkdir(mode=0o700, exist_ok=True)
        sync_folder(folder)

    @property
    def staging(self) -> BlobStore:
        """Where files grow that are written in any order: here, too."""
        return self

    def path(self, blob: str) -> Path:
        """Where the bytes of ``blob`` are."""
        if len(blob) != 32 or not set(blob) <= set("0123456789abcdef"):
            raise ValueError("a blob's name is 32 hexadecimal digits")
        return self.folder / blob[:2] / blob

    def lock(self, blob: str) -> BlobLock:
        """Make the caller the only writer of ``blob``, which is made if need be. Raises ``BlobBusy``."""
        path = self.path(blob)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise BlobBusy from None
        return BlobLock(descriptor, path)

    def open(self, blob: str) -> OpenBlob | SmallBlob:
        """A blob to be read, also should it be deleted meanwhile. Raises ``FileNotFoundError``."""
        try:
            return OpenBlob.at(self.path(blob))
        except FileNotFoundError:
            return SmallBlob(self._small(blob))

    def open_file(self, blob: str) -> int:
        """A descriptor, the caller's own, of a file with the bytes of a blob; of a small one that is none, of
        a file without a name. Raises ``FileNotFoundError``.
        """
        try:
            return os.open(self.path(blob), os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            content = self._small(blob)
        descriptor = os.open(self.folder, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            _write_all(descriptor, [content], 0)
        except BaseException:
            os.close(descriptor)
            raise
        return descriptor

    def _small(self, blob: str) -> bytes:
        if self._elsewhere is None:
            raise FileNotFoundError
        return self._elsewhere(blob)

    def check_room(self, wanted: int, limits: Limits) -> None:
        """Raise ``KeeperFailed`` (507) unless the disk has room for ``wanted`` bytes more."""
        check_room(self.folder, wanted, limits)

    def take_in(self, _blob: str, descriptor: int, header: int, size: int) -> TakenIn:
        """A whole file of ``size`` bytes that grew here: it stays where it is, and is hashed."""
        hasher = PartHasher(header)
        for piece in pieces_of(descriptor, size):
            hasher.update(piece)
        return TakenIn(hasher.digest().hex())

    def finish(self, blob: str) -> None:
        """The blob is whole: its leaves are no longer needed."""
        self._leaves(blob).unlink(missing_ok=True)

    def delete(self, blob: str) -> None:
        """Remove a blob, and do not come back before it is gone for good. It may be gone already."""
        path = self.path(blob)
        self._leaves(blob).unlink(missing_ok=True)
        path.unlink(missing_ok=True)
        with contextlib.suppress(FileNotFoundError):
            sync_folder(path.parent)

    def sweep_strays(self, _now: float) -> int:
        """Every file here has a blob's name, and ``sweep_orphans`` finds those."""
        return 0

    def growing(self) -> Iterator[str]:
        """Every blob that has leaves beside it."""
        for path in self.folder.glob(f"*/*{_LEAVES}"):
            yield path.stem

    def __iter__(self) -> Iterator[tuple[str, float]]:
        """Every blob on the disk with its time of last change (seconds since the epoch)."""
        for folder in sorted(self.folder.iterdir()):
            for path in sorted(folder.iterdir()):
                with contextlib.suppress(FileNotFoundError):
                    yield path.name.removesuffix(_LEAVES), path.stat().st_mtime

    def _leaves(self, blob: str) -> Path:
        return self.path(blob).with_suffix(_LEAVES)


@dataclass(frozen=True)
class TakenIn:
    """A file that grew in the staging folder, where whole blobs are: its hex tree head; ``enter`` writes into
    the caller's transaction where it is, ``committed`` is called when that stands.
    """

    digest: str
    enter: Callable[[Connection], None] = lambda _connection: None
    committed: Callable[[], None] = lambda: None


class OpenFile:
    """A descriptor that is closed once, whoever asks and how often: its number soon is another file's."""

    def __init__(self, number: int) -> None:
        self.number = number
        self._guard = threading.Lock()

    def close(self) -> None:
        """Close it. The number is -1 afterwards, which is no file's."""
        with self._guard:
            number, self.number = self.number, -1
        if number >= 0:
            os.close(number)


class OpenBlob(OpenFile):
    """A blob's file, or another, open to read."""

    def __init__(self, path: Path, number: int) -> None:
        super().__init__(number)
        self.path: Path | None = path

    @classmethod
    def at(cls, path: Path) -> OpenBlob:
        """Open it. Raises ``FileNotFoundError``."""
        return cls(path, os.open(path, os.O_RDONLY | os.O_CLOEXEC))

    def read(self, offset: int, count: int) -> bytes:
        """At most ``count`` bytes from ``offset`` on; none at the end."""
        return os.pread(self.number, count, offset)


class SmallBlob:
    """One that was read whole from its row: open, and safe from whoever deletes it meanwhile."""

    path: Path | None = None

    def __init__(self, content: bytes) -> None:
        self._content = content

    def read(self, offset: int, count: int) -> bytes:
        """At most ``count`` bytes from ``offset`` on; none at the end."""
        return self._content[offset : offset + count]

    def close(self) -> None:
        """Nothing to let go of."""


class BlobLock:
    """The right to be the only writer. The kernel takes it back when the process dies, however it dies."""

    def __init__(self, descriptor: int, path: Path) -> None:
        self._file = OpenFile(descriptor)
        self.path = path

    @property
    def descriptor(self) -> int:
        """Where the bytes are; -1 once the lock is released."""
        return self._file.number

    def append(self, offset: int, header: int) -> Appending:
        """Begin to write at the safe ``offset``, which was read *after* the lock was taken."""
        return Appending(self, offset, header)

    def release(self) -> None:
        """Let others write. A second time does nothing."""
        self._file.close()


@dataclass(frozen=True)
class Mark:
    """A point that can be made safe: its offset, and the leaves not on the disk yet, from the ``kept``-th."""

    offset: int
    kept: int
    fresh: bytes


class Appending:
    """One writer at work. ``write``, ``mark`` and ``digest`` belong to one thread at a time, ``secure`` may
    run beside them; ``close`` releases the lock. A ``header`` of 0 bytes means a partial upload: its blocks
    are not those of the part, so nothing is hashed.
    """

    def __init__(self, lock: BlobLock, offset: int, header: int) -> None:
        self._lock = lock
        self._header = header
        # Nothing was ever secured, whatever a killed process wrote: the names may not be on the disk either.
        self._new = offset == 0
        os.ftruncate(self._descriptor, offset)
        leaves = lock.path.with_suffix(_LEAVES)
        self._leaves = OpenFile(os.open(leaves, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        self.offset = offset
        try:
            self._kept, self._hasher = self._resume(offset)
        except BaseException:
            self._leaves.close()
            raise

    @property
    def _descriptor(self) -> int:
        return self._lock.descriptor

    def head(self) -> bytes:
        """What is there of the age header (all that is there, when that is less)."""
        return os.pread(self._descriptor, min(self._header, self.offset), 0)

    def write(self, pieces: Sequence[bytes]) -> None:
        """Append ``pieces`` and hash them; not safe yet. OSError (a full disk) passes: then call ``cut``."""
        for start in range(0, len(pieces), _MOST_PIECES):
            some = pieces[start : start + _MOST_PIECES]
            _write_all(self._descriptor, some, self.offset)
            self.offset += sum(map(len, some))
        for piece in pieces:
            self._hasher.update(piece)
        if sum(map(len, pieces)) < BLOCK:
            # It comes slowly: nothing waits for a whole block, which other cores could hash meanwhile.
            self._hasher.let_go()

    def pause(self) -> None:
        """Nothing comes for a while: the pieces of a block that is not complete are hashed and let go of."""
        self._hasher.let_go()

    def mark(self, *, last: bool = False) -> Mark:
        """Where we are, to be secured while writing goes on. The ``last`` one needs no leaves any more."""
        leaves = self._hasher.leaves()
        mark = Mark(self.offset, self._kept, b"" if last else b"".join(leaves[self._kept :]))
        self._kept = len(leaves)
        return mark

    def secure(self, mark: Mark) -> None:
        """Force everything up to ``mark``, leaves included, to the disk. One at a time, in order."""
        if mark.fresh:
            _write_all(self._leaves.number, [mark.fresh], mark.kept * LEAF)
            os.fdatasync(self._leaves.number)
        os.fdatasync(self._descriptor)
        if self._new:
            sync_folder(self._lock.path.parent)
            self._new = False

    def enter(self, _connection: Connection, _mark: Mark) -> None:
        """Nothing to write into the transaction that tells of a mark: the file's name is all there is."""

    def committed(self) -> None:
        """That transaction stands."""

    def digest(self) -> str:
        """The hex tree head of the part so far."""
        return self._hasher.digest().hex()

    def cut(self, offset: int) -> None:
        """Throw away what stands beyond the safe ``offset``. Nothing can be appended afterwards."""
        os.ftruncate(self._descriptor, offset)

    @property
    def closed(self) -> bool:
        """Whether the blob was let go of."""
        return self._descriptor < 0

    def close(self) -> None:
        """Let go of the blob. A second time does nothing."""
        self._leaves.close()
        self._lock.release()

    def _resume(self, offset: int) -> tuple[int, PartHasher | Unhashed]:
        """How many leaves stand on the disk, and the hasher as it was at ``offset``."""
        stored = os.pread(self._leaves.number, os.fstat(self._leaves.number).st_size, 0)
        kept, hasher = resume_hasher(
            self._header, offset, stored, lambda start, count: os.pread(self._descriptor, count, start)
        )
        os.ftruncate(self._leaves.number, kept * LEAF)
        return kept, hasher


def pieces_of(descriptor: int, size: int) -> Iterator[bytes]:
    """The first ``size`` bytes of a file, a block at a time. Raises ``OSError`` when there are fewer."""
    position = 0
    while position < size:
        piece = os.pread(descriptor, min(BLOCK, size - position), position)
        if not piece:
            raise OSError("a blob is shorter than its row says")
        yield piece
        position += len(piece)


def _write_all(descriptor: int, pieces: Sequence[bytes], offset: int) -> None:
    """Write ``pieces`` in a row at ``offset``; a disk that fills up takes a part of them first."""
    views = [memoryview(piece) for piece in pieces]
    while views:
        written = os.pwritev(descriptor, views, offset)
        offset += written
        while views and written >= len(views[0]):
            written -= len(views.pop(0))
        if written:
            views[0] = views[0][written:]
