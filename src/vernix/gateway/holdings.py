"""What the gateway holds now: how much, since when, and by whom it waits to be collected. Reads only.

The operator sees it by ``vernix-gateway status``, the registry by ``GET /state``: ids, counts, sizes, times.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, case, func, select

from vernix.custody.identifiers import format_time
from vernix.custody.trust import DirectoryMirror
from vernix.errors import NotFound, NotProven
from vernix.gateway import brakes, quotas
from vernix.gateway.deliveries import WAITING
from vernix.gateway.limits import DAY, Limits
from vernix.gateway.tables import ADDRESSEES, DELIVERIES, ENROLMENTS, UPLOADS
from vernix.gateway.uploads import State

SOON = 3 * DAY
"""Seconds before its end in which a delivery counts as expiring."""


def gather(connection: Connection, limits: Limits, mirror: DirectoryMirror, now: int) -> dict[str, Any]:
    """The report. Sizes in bytes, times in UTC."""
    return {
        "held": _held(connection),
        "deliveries": _by_addressee(connection, now),
        "uploads": _uploads(connection),
        "unfinished": _unfinished(connection),
        "brakes": [
            {"partner": stop.partner, "since": _spelled(stop.since)} for stop in brakes.stops(connection)
        ],
        "quotas": _nearly_used(connection, limits, mirror, now),
        "enrolments": connection.execute(select(func.count()).select_from(ENROLMENTS)).scalar_one(),
    }


def _held(connection: Connection) -> dict[str, Any]:
    """Deliveries that wait for a receipt: how many, their sealed bytes, the oldest."""
    waiting = DELIVERIES.c.state == WAITING
    count, oldest = connection.execute(
        select(func.count(), func.min(DELIVERIES.c.posted)).where(waiting)
    ).one()
    sizes = select(func.coalesce(func.sum(UPLOADS.c.size), 0)).where(UPLOADS.c.state == State.BOUND)
    return {
        "deliveries": count,
        "bytes": int(connection.execute(sizes).scalar_one()),
        "oldest": _spelled(oldest),
    }


def _by_addressee(connection: Connection, now: int) -> list[dict[str, Any]]:
    """By whom deliveries wait to be collected; ``expiring`` are those that end soon."""
    size = (
        select(func.coalesce(func.sum(UPLOADS.c.size), 0))
        .where(UPLOADS.c.delivery == DELIVERIES.c.id)
        .scalar_subquery()
    )
    columns = (
        ADDRESSEES.c.partner,
        func.count().label("count"),
        func.sum(size).label("bytes"),
        func.min(DELIVERIES.c.posted).label("since"),
        func.max(DELIVERIES.c.posted).label("newest"),
        func.count(case((DELIVERIES.c.expires <= now + SOON, 1))).label("expiring"),
    )
    query = (
        select(*columns)
        .join(DELIVERIES, DELIVERIES.c.id == ADDRESSEES.c.delivery)
        .where(DELIVERIES.c.state == WAITING, ADDRESSEES.c.receipt.is_(None))
        .group_by(ADDRESSEES.c.partner)
        .order_by(ADDRESSEES.c.partner)
    )
    return [
        {
            "addressee": row.partner,
            "waiting": row.count,
            "bytes": int(row.bytes),
            "since": _spelled(row.since),
            "newest": _spelled(row.newest),
            "expiring": row.expiring,
        }
        for row in connection.execute(query)
    ]


def _uploads(connection: Connection) -> dict[str, Any]:
    """Uploads by state, and the bytes that are here of them."""
    columns = (UPLOADS.c.state, func.count().label("count"), func.sum(UPLOADS.c.offset).label("bytes"))
    rows = connection.execute(select(*columns).group_by(UPLOADS.c.state))
    return {row.state: {"count": row.count, "bytes": int(row.bytes)} for row in rows}


def _unfinished(connection: Connection) -> dict[str, Any]:
    """Uploads that belong to no delivery yet: how many, the bytes that are here, the oldest."""
    columns = (func.count(), func.coalesce(func.sum(UPLOADS.c.offset), 0), func.min(UPLOADS.c.created))
    count, size, oldest = connection.execute(select(*columns).where(UPLOADS.c.state != State.BOUND)).one()
    return {"uploads": count, "bytes": int(size), "oldest": _spelled(oldest)}


def _nearly_used(
    connection: Connection, limits: Limits, mirror: DirectoryMirror, now: int
) -> list[dict[str, Any]]:
    """Who has used most of a quota, and of which."""
    found = []
    for partner in quotas.senders(connection, now):
        try:
            quota = limits.quota_of(mirror.current().partner(partner))
        except (NotFound, NotProven):
            quota = limits.quota
        used = quotas.nearest(quotas.spent(connection, partner, now), quota)
        if used is not None:
            found.append({"partner": partner, **used.to_object()})
    return found


def _spelled(seconds: int | None) -> str | None:
    return None if seconds is None else format_time(datetime.fromtimestamp(seconds, UTC))
