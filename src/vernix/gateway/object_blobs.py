"""Sealed bytes in a bucket of object storage; a folder beside it for what is written in any order.

A blob is a row of segments (see ``segments``). There is no lock: whoever's transaction moves the offset on
first has written, and the other is told so. A blob that has bytes and no segments is still in the folder: it
was begun before the bucket was named, or over SFTP, and is read, gone on with and deleted there.
"""

from __future__ import annotations

import os
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet

from sqlalchemy import Connection

from vernix.gateway import segments as rows
from vernix.gateway.blobs import BlobLock, BlobStore, TakenIn, pieces_of
from vernix.gateway.bucket import StorageFailed, StorageRefused
from vernix.gateway.database import Database
from vernix.gateway.limits import HOUR, MIB, Limits
from vernix.gateway.logs import log
from vernix.gateway.objects import Found, ObjectStore
from vernix.gateway.segment_reading import SegmentReader
from vernix.gateway.segment_writing import SegmentWriter, went_on
from vernix.gateway.storing import Stored, Writing
from vernix.gateway.transfers import Transfers

_DELETION_SECONDS = 5.0
"""How long an answer waits for bytes to be gone. Then they go without it, or with the next sweep."""


class ObjectBlobs:
    """Every blob of a gateway whose bodies lie in a bucket."""

    def __init__(
        self, objects: ObjectStore, database: Database, folder: BlobStore, body_seconds: int
    ) -> None:
        self.staging = folder
        self._objects = objects
        self._database = database
        self._body_seconds = body_seconds
        self._transfers = Transfers(objects)

    def lock(self, blob: str) -> ObjectLock:
        """Begin to write ``blob``; where its bytes are is seen when the offset is known."""
        return ObjectLock(self, blob)

    def writer(self, blob: str, kept: list[rows.Segment], header: int) -> SegmentWriter:
        """A writer of ``blob`` behind the segments that there are. Raises ``StorageFailed``."""
        try:
            return SegmentWriter(self._transfers, blob, kept, header)
        except FileNotFoundError:
            raise StorageRefused(
                "The gateway's storage does not have what was put there.",
                hint="Ask for the offset with HEAD, go on there; tell the registry if it lasts.",
            ) from None

    def segments(self, blob: str) -> list[rows.Segment]:
        """What the bucket has of ``blob``."""
        with self._database.reading() as connection:
            return rows.of(connection, blob)

    def open(self, blob: str) -> Stored:
        """A whole blob to read. Raises ``FileNotFoundError``."""
        found = self.segments(blob)
        return SegmentReader(self._transfers, found) if found else self.staging.open(blob)

    def open_file(self, blob: str) -> int:
        """A blob that was brought here whole, into a file without a name that goes with its descriptor.

        Raises ``FileNotFoundError``, ``StorageFailed``, ``OSError`` (a full disk).
        """
        found = self.segments(blob)
        if not found:
            return self.staging.open_file(blob)
        descriptor = os.open(self.staging.folder, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o600)
        reader = SegmentReader(self._transfers, found)
        try:
            with open(descriptor, "wb", closefd=False) as file:
                while content := reader.read(file.tell(), MIB):
                    file.write(content)
        except BaseException:
            os.close(descriptor)
            raise
        finally:
            reader.close()
        return descriptor

    def take_in(self, blob: str, descriptor: int, header: int, size: int) -> TakenIn:
        """A whole file that grew in the folder, put into the bucket. Raises ``StorageFailed``."""
        writer = self.writer(blob, [], header)
        try:
            for piece in pieces_of(descriptor, size):
                writer.write([piece])
            mark = writer.mark(last=True)
            writer.secure(mark)
        except BaseException:
            writer.close()
            raise

        def enter(connection: Connection) -> None:
            writer.enter(connection, mark)

        return TakenIn(writer.digest(), enter, lambda: self.staging.delete(blob))

    def check_room(self, _wanted: int, _limits: Limits) -> None:
        """A bucket does not say how much room it has; when it is full, it refuses."""

    def finish(self, blob: str) -> None:
        """The blob is whole."""
        self.staging.finish(blob)

    def delete(self, blob: str) -> None:
        """Remove a blob wherever it is, and whatever a killed writer left of it."""
        self.staging.delete(blob)
        deletion: Future[None] = self._transfers.ask(self._delete, blob)
        try:
            deletion.result(_DELETION_SECONDS)
        except (StorageFailed, NotYet) as error:
            log().warning("not deleted yet", error=type(error).__name__)

    def sweep_strays(self, now: float) -> int:
        """Delete objects that no row tells of: an hour old, or as old as no body gets where one may still
        come to its row; how many there were.
        """
        count = 0
        for page in self._objects.list():
            old = [each for each in page if each.changed < now - HOUR]
            strays = self._strays(old, now - self._body_seconds - HOUR) if old else []
            self._objects.delete(strays)
            count += len(strays)
        return count

    def _strays(self, old: list[Found], before: float) -> list[str]:
        with self._database.reading() as connection:
            known = rows.known(connection, [each.name for each in old])
            growing = rows.growing(connection, {_blob_of(each) for each in old})
        return [
            each.name
            for each in old
            if each.name not in known and (each.changed < before or _blob_of(each) not in growing)
        ]

    def _delete(self, blob: str) -> None:
        for page in self._objects.list(f"{blob}/"):
            self._objects.delete([each.name for each in page])


class ObjectLock:
    """What stands for a lock: the folder's own for a blob that is there, none for one in the bucket."""

    def __init__(self, blobs: ObjectBlobs, blob: str) -> None:
        self._blobs = blobs
        self._blob = blob
        self._file: BlobLock | None = None

    def append(self, offset: int, header: int) -> Writing:
        """Begin to write at the safe ``offset``.

        Raises ``Conflict`` when that has moved on, ``BlobBusy`` (a file), ``StorageFailed``, ``OSError``.
        """
        kept = self._blobs.segments(self._blob)
        if offset and not kept:
            self._file = self._blobs.staging.lock(self._blob)
            return self._file.append(offset, header)
        if offset != (kept[-1].end if kept else 0):
            raise went_on()
        return self._blobs.writer(self._blob, kept, header)

    def release(self) -> None:
        """Let others write. A second time does nothing."""
        if self._file is not None:
            self._file.release()


def _blob_of(found: Found) -> str:
    return found.name.partition("/")[0]
