"""What time takes away: expired uploads, deliveries, enrolments, nonces; bytes and files that no row knows.

Nothing that somebody sent outlives the cap (``Limits.keep``), whatever it says of itself. Every function may
be killed at any point: rows go first, bytes after the commit, and what a kill leaves between the two is found
by the next look for orphans.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, delete, or_, select

from vernix.custody.durable import TEMPORARY
from vernix.gateway import deliveries, telling, usage
from vernix.gateway.database import Database
from vernix.gateway.limits import DAY, HOUR
from vernix.gateway.settings import Settings
from vernix.gateway.storing import Blobs
from vernix.gateway.tables import DELIVERIES, ENROLMENTS, FILE_REQUESTS, NONCES, UPLOADS
from vernix.gateway.uploads import State

_BATCH = 500
_KEEP_ROWS = 30 * DAY
"""How long after its expiry a delivery's own row (who, when, receipts) can still be asked for."""


def sweep(database: Database, blobs: Blobs, now: int, keep: int) -> int:
    """One round; how many blobs were deleted. ``keep`` is the cap in seconds: it ends what an earlier, longer
    cap let in, too.
    """
    removed = _end(database, blobs, partial(_some_uploads, now=now, keep=keep))
    removed += _end(database, blobs, _joined_uploads)
    removed += _end(database, blobs, partial(_some_deliveries, now=now, keep=keep))
    with database.writing() as connection:
        connection.execute(delete(NONCES).where(NONCES.c.expires <= now))
        connection.execute(delete(ENROLMENTS).where(ENROLMENTS.c.received <= now - keep))
        connection.execute(delete(DELIVERIES).where(DELIVERIES.c.expires <= now - _KEEP_ROWS))
        connection.execute(delete(FILE_REQUESTS).where(FILE_REQUESTS.c.expires <= now - _KEEP_ROWS))
        usage.forget(connection, usage.day_of(now))
    return removed


def sweep_orphans(database: Database, blobs: Blobs, *, clock: Callable[[], float] = time.time) -> int:
    """Delete blobs that no row names (a kill between commit and deletion leaves such); how many there were.

    Only those untouched for an hour: a blob is made just after its row was read, before anything is
    committed. Leaves beside a whole blob go, too: it needs them no more.
    """
    folder = blobs.staging
    old = {name for name, changed in folder if changed < clock() - HOUR}
    with database.reading() as connection:
        rows = connection.execute(select(UPLOADS.c.blob, UPLOADS.c.state)).all() if old else []
    whole = {row.blob for row in rows if row.state != State.OPEN}
    for blob in old - {row.blob for row in rows}:
        folder.delete(blob)
    for blob in old & whole & set(folder.growing()):
        folder.finish(blob)
    return len(old - {row.blob for row in rows}) + blobs.sweep_strays(clock())


def sweep_unfinished(settings: Settings, now: float) -> None:
    """Remove what killed writers left in the gateway's own folders, once it is an hour old."""
    for folder in (settings.data, settings.directory):
        for path in folder.glob(f"{TEMPORARY}*"):
            _remove_if_old(path, now)


def _end(database: Database, blobs: Blobs, end_some: Callable[[Connection], tuple[list[str], bool]]) -> int:
    """End whatever is over, in small transactions: nobody who sends waits for a long one."""
    count, more = 0, True
    while more:
        with database.writing() as connection:
            over, more = end_some(connection)
        for blob in over:
            blobs.delete(blob)
        count += len(over)
    return count


def _some_uploads(connection: Connection, *, now: int, keep: int) -> tuple[list[str], bool]:
    """Forget some uploads that are over; their blobs, and whether there may be more."""
    old = or_(UPLOADS.c.expires <= now, UPLOADS.c.created <= now - keep)
    over = select(UPLOADS).where(old, UPLOADS.c.state != State.BOUND).limit(_BATCH)
    rows = connection.execute(over).all()
    connection.execute(delete(UPLOADS).where(UPLOADS.c.id.in_([row.id for row in rows])))
    for row in rows:
        telling.dropped(connection, row.id, row.sender, row.offset, deliveries.EXPIRED, now)
    return [row.blob for row in rows], len(rows) == _BATCH


def _joined_uploads(connection: Connection) -> tuple[list[str], bool]:
    """Partial uploads that were joined, and are not needed to go on with that: it is done, or taken back."""
    final = UPLOADS.alias()
    needed = select(final.c.id).where(final.c.id == UPLOADS.c.final, final.c.state == State.OPEN)
    over = (UPLOADS.c.state == State.JOINED) & ~needed.exists()
    return list(connection.execute(delete(UPLOADS).where(over).returning(UPLOADS.c.blob)).scalars()), False


def _some_deliveries(connection: Connection, *, now: int, keep: int) -> tuple[list[str], bool]:
    """End some deliveries that nobody collected in time; their blobs, and whether there may be more."""
    old = or_(DELIVERIES.c.expires <= now, DELIVERIES.c.posted <= now - keep)
    over = select(DELIVERIES.c.id).where(old, DELIVERIES.c.state == deliveries.WAITING).limit(_BATCH)
    ids = list(connection.execute(over).scalars())
    blobs = [blob for one in ids for blob in deliveries.end(connection, one, deliveries.EXPIRED, now)]
    return blobs, len(ids) == _BATCH


def _remove_if_old(path: Path, now: float) -> None:
    with contextlib.suppress(FileNotFoundError):
        if path.stat().st_mtime < now - HOUR:
            path.unlink()
