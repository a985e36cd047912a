"""What a partner may send and have waiting: counted when an upload begins, told from 80 % on, then refused.

An upload counts with the size it announced, on the day it began, whatever becomes of it: otherwise who begins
and breaks off would send for nothing. Every function works inside the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, String, bindparam, case, func, literal, select, union

from vernix.custody.quota import Quota
from vernix.errors import TooMuch, TooOften
from vernix.gateway import usage
from vernix.gateway.statements import Statement
from vernix.gateway.tables import FILE_REQUESTS, UPLOADS, USAGE
from vernix.gateway.uploads import State

TELL_FROM = 80
"""Percent."""

# In whose names requests for files are answered.
_ANSWERERS = select((literal("request-") + FILE_REQUESTS.c.id).label("sender"))

# Built once: to build it takes longer than to run it. What answers a partner's requests for files is its own.
_HELD_BY = select(
    func.coalesce(func.sum(UPLOADS.c.size), 0), func.count(case((UPLOADS.c.state != State.BOUND, 1)))
).where(
    UPLOADS.c.sender.in_(
        select(bindparam("who", type_=String)).union_all(
            _ANSWERERS.where(FILE_REQUESTS.c.partner == bindparam("who"))
        )
    )
)
_HELD = Statement(_HELD_BY)
_SPENT = Statement(select(_HELD_BY.subquery(), usage.SUMS.subquery()))


@dataclass(frozen=True)
class Used:
    """How much of one bound of a quota is used: its name as in ``vernix.custody.quota``, whole percent."""

    name: str
    percent: int

    def to_object(self) -> dict[str, object]:
        """As answers hold it."""
        return {"name": self.name, "percent": self.percent}


def charge(
    connection: Connection, partner: str, size: int, now: int, quota: Quota, *, uploads: int = 1
) -> Used | None:
    """Count ``uploads`` of ``size`` bytes together that begin now; what is nearly used up then, if anything
    is.

    Raises ``TooMuch`` when the partner must first let something go, ``TooOften`` when it must wait for
    another day.
    """
    after = _with(spent(connection, partner, now), size, uploads)
    _check(after, quota)
    usage.add(connection, partner, usage.day_of(now), usage.Day(uploads=uploads, sent_bytes=size))
    return nearest(after, quota)


def charge_more(connection: Connection, partner: str, size: int, now: int, quota: Quota) -> Used | None:
    """Count ``size`` bytes more of an upload that did not announce its size (SFTP). As ``charge``."""
    used = spent(connection, partner, now)
    after = {name: count + (size if "bytes" in name else 0) for name, count in used.items()}
    _check(after, quota)
    usage.add(connection, partner, usage.day_of(now), usage.Day(sent_bytes=size))
    return nearest(after, quota)


def check_held(connection: Connection, partner: str, size: int, quota: Quota) -> None:
    """Raise ``TooMuch`` unless a partner may have ``size`` bytes more waiting, as one more upload."""
    _check(_with(_held(connection, partner), size), quota)


def spent(connection: Connection, partner: str, now: int) -> dict[str, int]:
    """What of each bound is used now."""
    today = usage.day_of(now)
    values = {"who": partner, "today": today, "since": today - usage.MONTH}
    size, count, *sums = _SPENT.run(connection, values).fetchone()
    day, month = usage.days_in(sums)
    return {
        "held_bytes": int(size),
        "open_uploads": count,
        "bytes_per_day": day.sent_bytes,
        "uploads_per_day": day.uploads,
        "bytes_per_month": month.sent_bytes,
        "uploads_per_month": month.uploads,
    }


def nearest(used: Mapping[str, int], quota: Quota) -> Used | None:
    """The bound that is nearest to its end, if 80 % of one is used."""
    shares = [
        Used(name, count * 100 // bound)
        for name, count in used.items()
        if (bound := getattr(quota, name)) is not None
    ]
    most = max(shares, key=lambda share: share.percent, default=None)
    return most if most is not None and most.percent >= TELL_FROM else None


def senders(connection: Connection, now: int) -> list[str]:
    """Every partner who sent something lately or has something here."""
    recent = select(USAGE.c.partner).where(USAGE.c.day > usage.day_of(now) - usage.MONTH)
    both = union(recent, select(UPLOADS.c.sender).where(UPLOADS.c.sender.not_in(_ANSWERERS)))
    return sorted(connection.execute(both).scalars())


def _held(connection: Connection, partner: str) -> dict[str, int]:
    held = _HELD.run(connection, {"who": partner}).fetchone()
    return {"held_bytes": int(held[0]), "open_uploads": int(held[1])}


def _with(used: Mapping[str, int], size: int, uploads: int = 1) -> dict[str, int]:
    """What is used once there are some uploads more, of ``size`` bytes together."""
    return {name: count + (size if "bytes" in name else uploads) for name, count in used.items()}


def _check(used: Mapping[str, int], quota: Quota) -> None:
    for name, count in used.items():
        bound = getattr(quota, name)
        if bound is not None and count > bound:
            raise _refusal(name, bound)


_REFUSALS: dict[str, tuple[type[TooMuch], str, str]] = {
    "held_bytes": (
        TooMuch,
        "All that this partner has waiting would be more than it may hold here.",
        "Wait until the addressees have collected, or ask the registry for a larger quota.",
    ),
    "open_uploads": (
        TooMuch,
        "This partner has {bound} uploads begun and not delivered.",
        "Finish or delete some; they expire by themselves.",
    ),
    "bytes_per_day": (
        TooOften,
        "This partner would have sent more today than the {bound} bytes that it may.",
        "Go on tomorrow (a day begins at midnight UTC), or ask the registry for a larger quota.",
    ),
    "uploads_per_day": (
        TooOften,
        "This partner has begun {bound} uploads today and may begin no more.",
        "Go on tomorrow (a day begins at midnight UTC), or ask the registry for a larger quota.",
    ),
    "bytes_per_month": (
        TooOften,
        "This partner would have sent more in 30 days than the {bound} bytes that it may.",
        "Wait some days, or ask the registry for a larger quota.",
    ),
    "uploads_per_month": (
        TooOften,
        "This partner has begun {bound} uploads in 30 days and may begin no more.",
        "Wait some days, or ask the registry for a larger quota.",
    ),
}


def _refusal(name: str, bound: int) -> TooMuch:
    kind, message, hint = _REFUSALS[name]
    return kind(message.format(bound=bound), hint=hint)
