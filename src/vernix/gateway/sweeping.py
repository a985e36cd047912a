"""What time takes away: expired uploads, deliveries, nonces; bytes that no row knows."""

from __future__ import annotations

import time
from collections.abc import Callable

from sqlalchemy import delete, select

from vernix.gateway import deliveries
from vernix.gateway.blobs import BlobStore
from vernix.gateway.database import Database
from vernix.gateway.limits import DAY, HOUR
from vernix.gateway.tables import DELIVERIES, NONCES, UPLOADS
from vernix.gateway.uploads import State

_BATCH = 500
_KEEP_ROWS = 30 * DAY
"""How long after its expiry a delivery's own row (who, when, receipts) can still be asked for."""


def sweep(database: Database, blobs: BlobStore, now: int) -> int:
    """One round; how many blobs were deleted. Killed at any point, the next round finishes it."""
    removed = _expired_uploads(database, now) + _joined_uploads(database) + _expired_deliveries(database, now)
    for blob in removed:
        blobs.delete(blob)
    with database.writing() as connection:
        connection.execute(delete(NONCES).where(NONCES.c.expires <= now))
        connection.execute(delete(DELIVERIES).where(DELIVERIES.c.expires <= now - _KEEP_ROWS))
    return len(removed)


def sweep_orphans(database: Database, blobs: BlobStore, *, clock: Callable[[], float] = time.time) -> int:
    """Delete blobs that no row names (a kill between commit and deletion leaves such); how many there were.

    Only those untouched for an hour: a blob is made just after its row was read, before anything is
    committed.
    """
    old = {name for name, changed in blobs if changed < clock() - HOUR}
    with database.reading() as connection:
        known = {row.blob for row in connection.execute(select(UPLOADS.c.blob))} if old else set()
    for blob in old - known:
        blobs.delete(blob)
    return len(old - known)


def _expired_uploads(database: Database, now: int) -> list[str]:
    over = (UPLOADS.c.expires <= now) & (UPLOADS.c.state != State.BOUND)
    with database.writing() as connection:
        rows = connection.execute(select(UPLOADS.c.id, UPLOADS.c.blob).where(over).limit(_BATCH)).all()
        connection.execute(delete(UPLOADS).where(UPLOADS.c.id.in_([row.id for row in rows])))
    return [row.blob for row in rows]


def _joined_uploads(database: Database) -> list[str]:
    """Partial uploads that were joined, and are not needed to go on with that: it is done, or taken back."""
    final = UPLOADS.alias()
    needed = select(final.c.id).where(final.c.id == UPLOADS.c.final, final.c.state == State.OPEN)
    over = (UPLOADS.c.state == State.JOINED) & ~needed.exists()
    with database.writing() as connection:
        return list(connection.execute(delete(UPLOADS).where(over).returning(UPLOADS.c.blob)).scalars())


def _expired_deliveries(database: Database, now: int) -> list[str]:
    over = (DELIVERIES.c.expires <= now) & (DELIVERIES.c.state == deliveries.WAITING)
    with database.writing() as connection:
        ids = list(connection.execute(select(DELIVERIES.c.id).where(over).limit(_BATCH)).scalars())
        return [blob for one in ids for blob in deliveries.end(connection, one, deliveries.EXPIRED)]
