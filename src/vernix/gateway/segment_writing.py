"""Writing a blob as segments in a bucket, which cannot append: bytes gather in memory and go out as objects.

An object is put whole, under a name of its own, and counts once its row is committed together with the
upload's new offset. So two writers, or one that was killed, never spoil anything: what has no row is no
part of anything.

A short request leaves a short segment; the next one puts it together with its own bytes, if it has as many,
so that a blob sent in a thousand requests is a few segments all the same, and no byte is put more than about
ten times.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from vernix.custody.tree import BLOCK
from vernix.errors import Conflict
from vernix.gateway import segments as rows
from vernix.gateway.blobs import Mark
from vernix.gateway.bucket import StorageFailed
from vernix.gateway.limits import MIB
from vernix.gateway.objects import ObjectStore
from vernix.gateway.resuming import resume_hasher
from vernix.gateway.segment_reading import SegmentReader
from vernix.gateway.segments import Segment
from vernix.gateway.transfers import Transfers

SEGMENT = 4 * MIB
"""Bytes of a segment, where there are so many at once; a large one costs memory, a small one requests."""

_IN_FLIGHT = 2


@dataclass
class _Sent:
    """A segment on its way."""

    segment: Segment
    done: Future[None]


class SegmentWriter:
    """One writer at work, as ``storing.Writing`` has it, behind the segments that the database tells of."""

    def __init__(self, transfers: Transfers, blob: str, kept: list[Segment], header: int) -> None:
        self._transfers = transfers
        self._blob = blob
        self._kept = kept
        self.offset = kept[-1].end if kept else 0
        reader = SegmentReader(transfers, kept)
        self._head = _read_all(reader, min(header, self.offset))
        leaves = b"".join(segment.leaves for segment in kept)
        self._leaves, self._hasher = resume_hasher(header, self.offset, leaves, reader.read)
        reader.close()
        self._sent: list[_Sent] = []
        self._replaced: list[Segment] = []
        self._gathered = bytearray()
        self.closed = False

    def head(self) -> bytes:
        """What was there of the age header when this began."""
        return self._head

    def write(self, pieces: Sequence[bytes]) -> None:
        """Append ``pieces`` and hash them; not safe yet. Raises ``StorageFailed``."""
        for piece in pieces:
            self._hasher.update(piece)
            self._gathered += piece
            self.offset += len(piece)
            crowded = self._transfers.gather(len(piece))
            if crowded or len(self._gathered) >= SEGMENT:
                self._send([])
        if sum(map(len, pieces)) < BLOCK:
            self._hasher.let_go()

    def pause(self) -> None:
        """Nothing comes for a while: the pieces of a block that is not complete are hashed and let go of.

        What a segment gathers stays; all writers together are bounded in that.
        """
        self._hasher.let_go()

    def mark(self, *, last: bool = False) -> Mark:
        """Where we are; what was gathered goes out. The ``last`` one needs no leaves any more."""
        if self._gathered:
            self._send([] if self._sent else self._short_ones())
        leaves = self._hasher.leaves(self._leaves)
        fresh = b"" if last else b"".join(leaves)
        mark = Mark(self.offset, self._leaves, fresh)
        self._leaves += len(leaves)
        if self._sent:
            newest = self._sent[-1]
            newest.segment = replace(newest.segment, leaves=newest.segment.leaves + fresh)
        return mark

    def secure(self, mark: Mark) -> None:
        """Wait until everything up to ``mark`` is in the bucket. Raises ``StorageFailed``."""
        for sent in self._until(mark):
            sent.done.result()

    def enter(self, connection: Connection, mark: Mark) -> None:
        """Write the rows of what was secured."""
        entered = self._until(mark)
        rows.add(connection, self._blob, [sent.segment for sent in entered])
        # From here on they may be in the database, whatever becomes of the commit: never ours to delete.
        self._kept += [sent.segment for sent in entered]
        del self._sent[: len(entered)]

    def committed(self) -> None:
        """Delete what was put together with later bytes, and is in no row any more."""
        replaced, self._replaced = self._replaced, []
        self._forget([segment.object for segment in replaced])

    def digest(self) -> str:
        """The hex tree head of the part so far."""
        return self._hasher.digest().hex()

    def cut(self, _offset: int) -> None:
        """Throw away what no row tells of. Nothing can be appended afterwards."""
        sent, self._sent = self._sent, []
        self._taken()
        for each in sent:
            if not each.done.cancel():
                with suppress(StorageFailed, Conflict):
                    each.done.result()
        self._forget([each.segment.object for each in sent])

    def close(self) -> None:
        """Let go of the blob. A second time does nothing."""
        self.closed = True
        self.cut(self.offset)

    def _until(self, mark: Mark) -> list[_Sent]:
        return [sent for sent in self._sent if sent.segment.end <= mark.offset]

    def _short_ones(self) -> list[Segment]:
        """The segments at the end that are no longer than what follows, and fit into one segment with it."""
        taken: list[Segment] = []
        size = len(self._gathered)
        while self._kept and self._kept[-1].size <= size and self._kept[-1].size + size <= SEGMENT:
            taken.insert(0, self._kept.pop())
            size += taken[0].size
        return taken

    def _send(self, short: list[Segment]) -> None:
        """Put what was gathered, behind the bytes of some ``short`` segments, in a thread of its own."""
        running = [sent.done for sent in self._sent if not sent.done.done()]
        if len(running) >= _IN_FLIGHT:
            running[0].result()
        size = len(self._gathered) + sum(each.size for each in short)
        leaves = b"".join(each.leaves for each in short)
        segment = Segment(self.offset - size, size, f"{self._blob}/{secrets.token_hex(8)}", leaves)
        self._replaced += short
        sent = self._transfers.send(self._put, segment.object, short, self._taken())
        self._sent.append(_Sent(segment, sent))

    def _taken(self) -> bytearray:
        """What was gathered, which is somebody else's now."""
        gathered, self._gathered = self._gathered, bytearray()
        self._transfers.gather(-len(gathered))
        return gathered

    def _put(self, name: str, short: list[Segment], gathered: bytearray) -> None:
        try:
            before = [self._transfers.objects.get(each.object, 0, each.size) for each in short]
        except FileNotFoundError:
            raise went_on() from None
        self._transfers.objects.put(name, b"".join([*before, gathered]) if before else gathered)

    def _forget(self, names: list[str]) -> None:
        if names:
            self._transfers.ask(_delete, self._transfers.objects, names)


def went_on() -> Conflict:
    """What a writer is told who finds that another has written since it looked."""
    return Conflict("Another connection went on with this upload.", hint="Ask for its offset with HEAD.")


def _delete(objects: ObjectStore, names: list[str]) -> None:
    with suppress(StorageFailed):  # Then the sweep finds them.
        objects.delete(names)


def _read_all(reader: SegmentReader, size: int) -> bytes:
    content = b""
    while len(content) < size:
        piece = reader.read(len(content), size - len(content))
        if not piece:
            raise OSError("a blob is shorter than its safe offset")
        content += piece
    return content
