"""The segments that a blob in a bucket is made of: which object holds which stretch, as rows.

What stands here was put before, is never changed, and is the truth about a blob; what is in the bucket and
not here is nobody's. Every function works inside the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select

from vernix.gateway.tables import SEGMENTS, UPLOADS


@dataclass(frozen=True)
class Segment:
    """``size`` bytes of a blob from ``start`` on, and the object that has them.

    ``leaves`` are the leaf hashes that became complete with it, 32 bytes each: hashing goes on from there.
    """

    start: int
    size: int
    object: str
    leaves: bytes = b""

    @property
    def end(self) -> int:
        """Where the next segment begins."""
        return self.start + self.size


def of(connection: Connection, blob: str) -> list[Segment]:
    """The segments of a blob, in order and without a gap; none of one that is not in the bucket."""
    rows = select(SEGMENTS).where(SEGMENTS.c.blob == blob).order_by(SEGMENTS.c.start)
    return [Segment(row.start, row.size, row.object, row.leaves) for row in connection.execute(rows)]


def add(connection: Connection, blob: str, segments: Sequence[Segment]) -> None:
    """Write the next segments of a blob, in the place of those from where they begin on."""
    if not segments:
        return
    replaced = (SEGMENTS.c.blob == blob) & (SEGMENTS.c.start >= segments[0].start)
    connection.execute(delete(SEGMENTS).where(replaced))
    rows = [
        {"blob": blob, "start": each.start, "size": each.size, "object": each.object, "leaves": each.leaves}
        for each in segments
    ]
    connection.execute(insert(SEGMENTS), rows)


def known(connection: Connection, objects: Iterable[str]) -> set[str]:
    """Those of some objects that belong to a blob."""
    return set(
        connection.execute(select(SEGMENTS.c.object).where(SEGMENTS.c.object.in_(list(objects)))).scalars()
    )


def growing(connection: Connection, blobs: Iterable[str]) -> set[str]:
    """Those of some blobs that an upload has."""
    return set(connection.execute(select(UPLOADS.c.blob).where(UPLOADS.c.blob.in_(list(blobs)))).scalars())


def held(connection: Connection) -> tuple[int, int]:
    """How many objects all blobs together are, and how many bytes."""
    totals = select(func.count(), func.coalesce(func.sum(SEGMENTS.c.size), 0)).select_from(SEGMENTS)
    count, size = connection.execute(totals).one()
    return int(count), int(size)
