"""How often an addressee fetched a part, where the sender bounded that: the rule, and the rows that keep it.

Asking for a part from its first byte begins a download. Asking from a later byte goes on with one and is not
counted, so that a broken line costs nothing; but what is sent again and again is: once as much again has been
sent as the downloads begun so far hold, another one has begun.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Connection, select, update

from vernix.errors import TooMuch
from vernix.gateway.deliveries import StoredPart
from vernix.gateway.tables import FETCHES


@dataclass(frozen=True)
class Fetched:
    """What an addressee fetched of one part: downloads begun, bytes sent in all of them."""

    begun: int = 0
    sent: int = 0


def begin(fetched: Fetched, first: int, size: int, most: int) -> Fetched:
    """After a request from byte ``first`` of ``size``. Raises ``TooMuch`` beyond ``most`` downloads."""
    if first == 0 or fetched.sent >= 2 * fetched.begun * size:
        fetched = replace(fetched, begun=fetched.begun + 1)
    if fetched.begun > most:
        raise TooMuch(
            "This delivery was fetched as often as its sender allows.",
            hint="Ask the sender to send it again.",
        )
    return fetched


@dataclass(frozen=True)
class Place:
    """One part of one delivery, for one addressee."""

    delivery: str
    partner: str
    number: int


def count(connection: Connection, place: Place, first: int, part: StoredPart) -> None:
    """Write that ``place`` is being fetched from byte ``first`` on, if its sender bounded that.

    Raises ``TooMuch``.
    """
    if part.downloads is None:
        return
    mine = _mine(place)
    row = connection.execute(select(FETCHES).where(mine)).one_or_none()
    before = Fetched() if row is None else Fetched(row.begun, row.sent)
    after = begin(before, first, part.size, part.downloads)
    if row is None:
        key = {"delivery": place.delivery, "partner": place.partner, "number": place.number}
        connection.execute(FETCHES.insert().values(**key, begun=after.begun, sent=0))
    else:
        connection.execute(update(FETCHES).where(mine).values(begun=after.begun))


def add(connection: Connection, place: Place, sent: int) -> None:
    """Write that ``sent`` bytes went out."""
    connection.execute(update(FETCHES).where(_mine(place)).values(sent=FETCHES.c.sent + sent))


def _mine(place: Place) -> ColumnElement[bool]:
    return (
        (FETCHES.c.delivery == place.delivery)
        & (FETCHES.c.partner == place.partner)
        & (FETCHES.c.number == place.number)
    )
