"""The volume brake: what each partner collects is counted, and one that runs away with it is stopped.

The first time a partner asks for a part, the whole part counts, on that day; going on with a broken download,
or asking again, counts nothing. A stop holds until the registry releases it, and is told to it
(``GET /state``). Every function works inside the caller's transaction.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, select, update

from vernix.custody.quota import Quota
from vernix.errors import NotFound, TooOften
from vernix.gateway import usage
from vernix.gateway.database import upsert
from vernix.gateway.tables import BRAKES, COLLECTED
from vernix.gateway.volume import Volume, too_much

_UNBOUNDED = 1 << 62

# Built once: every part that is asked for begins with these.
_STOPPED = select(BRAKES.c.stopped).where(BRAKES.c.partner == bindparam("who"))
_COUNTED = select(COLLECTED.c.number).where(
    COLLECTED.c.delivery == bindparam("which"),
    COLLECTED.c.number == bindparam("part"),
    COLLECTED.c.partner == bindparam("who"),
)


@dataclass(frozen=True)
class Stop:
    """Whose collecting is stopped, and since when (seconds since the epoch)."""

    partner: str
    since: int


def is_stopped(connection: Connection, partner: str) -> bool:
    """Whether this partner may collect nothing until the registry says otherwise."""
    return connection.execute(_STOPPED, {"who": partner}).scalar_one_or_none() is not None


def is_counted(connection: Connection, delivery: str, number: int, partner: str) -> bool:
    """Whether this part was counted for this partner before."""
    values = {"which": delivery, "part": number, "who": partner}
    return connection.execute(_COUNTED, values).first() is not None


def count(  # one part of one delivery for one partner, now
    connection: Connection, delivery: str, number: int, size: int, partner: str, now: int, quota: Quota
) -> bool:
    """Count a part that a partner begins to collect; False, and the partner is stopped, if it is too much.

    The caller commits either way, so that the stop is remembered.
    """
    if is_counted(connection, delivery, number, partner):
        # By another request, since our caller looked.
        return True
    today = usage.day_of(now)
    days = usage.days(connection, partner, today - usage.HISTORY)
    day = days.pop(today, usage.Day())
    # Every delivery has a part 0, its manifest.
    more = usage.Day(deliveries=int(number == 0), collected_bytes=size)
    since = _released_at(connection, partner, today)
    asked = Volume(
        day.deliveries + more.deliveries - since.deliveries, day.collected_bytes + size - since.size
    )
    past = [Volume(before.deliveries, before.collected_bytes) for before in days.values()]
    if too_much(past, asked, _floor(quota)):
        _stop(connection, partner, now, day)
        return False
    connection.execute(COLLECTED.insert().values(delivery=delivery, number=number, partner=partner))
    usage.add(connection, partner, today, more)
    return True


def forget(connection: Connection, delivery: str) -> None:
    """A delivery is over: nobody collects it any more."""
    connection.execute(delete(COLLECTED).where(COLLECTED.c.delivery == delivery))


def release(connection: Connection, partner: str, now: int) -> None:
    """Let a stopped partner collect again: the day counts anew from here. Raises ``NotFound``."""
    today = usage.day_of(now)
    day = usage.days(connection, partner, today).get(today, usage.Day())
    values = {"stopped": None, "day": today, **_amounts(day)}
    stopped = (BRAKES.c.partner == partner) & BRAKES.c.stopped.is_not(None)
    if connection.execute(update(BRAKES).where(stopped).values(values)).rowcount == 0:
        raise NotFound("The collecting of no such partner is stopped.", hint="See vernix-registry status.")


def stops(connection: Connection) -> list[Stop]:
    """Everybody who is stopped, in order of their ids."""
    query = select(BRAKES).where(BRAKES.c.stopped.is_not(None)).order_by(BRAKES.c.partner)
    return [Stop(row.partner, row.stopped) for row in connection.execute(query)]


def stopped() -> TooOften:
    """What a stopped partner is told."""
    return TooOften(
        "Collecting is stopped for this partner: it was about to collect far more in a day than ever before.",
        hint="Nothing is lost. The registry has been told; it releases the brake once it knows that this is "
        "really you (vernix-registry release-brake).",
    )


def _floor(quota: Quota) -> Volume:
    deliveries, size = quota.collected_deliveries, quota.collected_bytes
    return Volume(_UNBOUNDED if deliveries is None else deliveries, _UNBOUNDED if size is None else size)


def _released_at(connection: Connection, partner: str, today: int) -> Volume:
    """What had been collected today when the registry released the brake; nothing, if it did not today."""
    query = select(BRAKES).where(BRAKES.c.partner == partner, BRAKES.c.day == today)
    row = connection.execute(query.where(BRAKES.c.stopped.is_(None))).one_or_none()
    return Volume() if row is None else Volume(row.deliveries, row.collected_bytes)


def _stop(connection: Connection, partner: str, now: int, day: usage.Day) -> None:
    values = {"stopped": now, "day": usage.day_of(now), **_amounts(day)}
    row = upsert(connection.dialect.name, BRAKES).values(partner=partner, **values)
    connection.execute(row.on_conflict_do_update(index_elements=["partner"], set_=values))


def _amounts(day: usage.Day) -> dict[str, int]:
    return {"deliveries": day.deliveries, "collected_bytes": day.collected_bytes}
