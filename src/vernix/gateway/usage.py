"""What each partner sent and collected, by days of UTC. Counts only; inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Connection, Integer, bindparam, case, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from vernix.gateway.database import upsert
from vernix.gateway.limits import DAY
from vernix.gateway.statements import Statement
from vernix.gateway.tables import USAGE

MONTH = 30
"""Days."""

HISTORY = 60
"""Days whose volume is remembered."""


@dataclass(frozen=True)
class Day:
    """One partner's day: uploads begun and the bytes they announced; deliveries and bytes it collected."""

    uploads: int = 0
    sent_bytes: int = 0
    deliveries: int = 0
    collected_bytes: int = 0


_COUNTS = tuple(field.name for field in fields(Day))
_TODAY = bindparam("today", type_=Integer)
# Built once: an upload begins with these, and to build them takes longer than to run them.
SUMS = select(
    *(func.coalesce(func.sum(case((USAGE.c.day == _TODAY, USAGE.c[name]))), 0) for name in _COUNTS),
    *(func.coalesce(func.sum(USAGE.c[name]), 0) for name in _COUNTS),
).where(USAGE.c.partner == bindparam("who"), USAGE.c.day > bindparam("since"))
"""Of a partner (``who``): all that it did ``today``, then all ``since`` a day; see ``days_in``."""


def day_of(now: int) -> int:
    """The day of a time in seconds since the epoch."""
    return now // DAY


def add(connection: Connection, partner: str, day: int, more: Day) -> None:
    """Count ``more`` on a partner's day."""
    _ADD.run(connection, {"partner": partner, "day": day, **vars(more)})


def days(connection: Connection, partner: str, since: int) -> dict[int, Day]:
    """A partner's days from ``since`` on; one on which nothing happened is not there."""
    query = select(USAGE).where(USAGE.c.partner == partner, USAGE.c.day >= since)
    return {row.day: Day(*(getattr(row, name) for name in _COUNTS)) for row in connection.execute(query)}


def days_in(sums: Iterable[Any]) -> tuple[Day, Day]:
    """What ``SUMS`` found: a partner's today, and its last 30 days with today."""
    found = [int(value) for value in sums]
    return Day(*found[: len(_COUNTS)]), Day(*found[len(_COUNTS) :])


def forget(connection: Connection, today: int) -> None:
    """Drop the days that nothing asks for any more."""
    connection.execute(delete(USAGE).where(USAGE.c.day < today - HISTORY))


def _adding(dialect: str) -> sqlite.Insert | postgresql.Insert:
    row = upsert(dialect, USAGE)
    grown = {name: USAGE.c[name] + row.excluded[name] for name in _COUNTS}
    return row.on_conflict_do_update(index_elements=["partner", "day"], set_=grown)


_ADD = Statement(_adding)
