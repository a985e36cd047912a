"""What the ledger's leaves say, read by those whom they concern."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from vernix.custody.directory import EVERYBODY
from vernix.custody.event import Event, Leaf
from vernix.errors import NotFound
from vernix.gateway.authentication import Caller
from vernix.gateway.tables import EVENT_PARTNERS, EVENTS

PAGE = 500
"""Events that one answer has at most."""

_MOST_OF_A_DELIVERY = 2000


def page(connection: Connection, caller: Caller, after: int) -> list[Leaf]:
    """The events at index ``after`` and above that ``caller`` may read, in order; the registry reads all."""
    query = select(EVENTS).where(EVENTS.c.seq >= after).order_by(EVENTS.c.seq).limit(PAGE)
    return _leaves(connection, _readable(query, caller))


def of_delivery(connection: Connection, caller: Caller, delivery: str) -> list[Leaf]:
    """What happened to one delivery, in order. Raises ``NotFound`` where none concerns ``caller``."""
    query = select(EVENTS).where(EVENTS.c.delivery == delivery).order_by(EVENTS.c.seq)
    found = _leaves(connection, _readable(query.limit(_MOST_OF_A_DELIVERY), caller))
    if not found:
        raise NotFound("The ledger tells you of no such delivery.", hint="Check its id.")
    return found


def _readable(query: Any, caller: Caller) -> Any:
    if caller.is_registry:
        return query
    mine = select(EVENT_PARTNERS.c.seq).where(
        EVENT_PARTNERS.c.seq == EVENTS.c.seq, EVENT_PARTNERS.c.partner.in_((caller.id, EVERYBODY))
    )
    return query.where(mine.exists())


def _leaves(connection: Connection, query: Any) -> list[Leaf]:
    rows: Sequence[Row[Any]] = connection.execute(query).all()
    concerned: dict[int, list[str]] = defaultdict(list)
    if rows:
        names = select(EVENT_PARTNERS).where(EVENT_PARTNERS.c.seq.in_([row.seq for row in rows]))
        for name in connection.execute(names.order_by(EVENT_PARTNERS.c.partner)):
            concerned[name.seq].append(name.partner)
    return [Leaf(row.seq, _event(row, concerned[row.seq]), bytes(row.salt)) for row in rows]


def _event(row: Row[Any], concerned: Sequence[str]) -> Event:
    return Event(
        kind=row.kind,
        at=datetime.fromtimestamp(row.at, UTC),
        concerned=tuple(concerned),
        actor=row.actor,
        delivery=row.delivery,
        upload=row.upload,
        part=row.part,
        size=row.size,
        version=row.version,
        digest=row.digest,
        outcome=row.outcome,
        route=row.route,
    )
