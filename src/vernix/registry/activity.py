"""The gateway's events as the registry keeps them: taken page by page, for reports of what went where.

They hold ids, counts and times. What the registry has read stays, whatever becomes of the gateway.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from vernix.custody import merkle
from vernix.custody.checkpoint import SignedCheckpoint
from vernix.custody.event import ANNOUNCE, REFUSE, Event, Leaf
from vernix.custody.tiles import TileReader
from vernix.errors import NotProven
from vernix.registry.workflow.models import Activity

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from vernix.courier.exchange import Exchange

_MOST_PAGES = 50


def take_events(exchange: Exchange, log: str, believed: SignedCheckpoint) -> int:
    """Keep the events of the ledger with key ``log`` that are new, 50 pages at most; how many they were.

    Each is proven to stand at its place under ``believed``, the checkpoint that was watched last; what is
    beyond it waits for the next look.

    Raises:
        NotProven: one was left out or is not in the ledger; it and what is beyond it are not taken.
    """
    # Neighbours share most of their paths.
    node = functools.cache(TileReader(believed.size, exchange.tile))
    last = Activity.objects.filter(log=log).order_by("-index").first()
    first = after = 0 if last is None else last.index + 1
    for _ in range(_MOST_PAGES):
        leaves = [leaf for leaf in exchange.events(after)[0] if leaf.index < believed.size]
        if not leaves:
            break
        # The registry is told of all, so that none may be missing: one far ahead would hide all before it.
        if [leaf.index for leaf in leaves] != list(range(after, after + len(leaves))):
            raise NotProven("The gateway's events do not follow one upon another.")
        for leaf in leaves:
            path = merkle.inclusion(leaf.index, believed.size, node)
            merkle.check_inclusion(leaf.hash, leaf.index, believed.size, path, believed.checkpoint.root)
        Activity.objects.bulk_create([_row(log, leaf) for leaf in leaves], ignore_conflicts=True)
        after += len(leaves)
    return after - first


def of_deliveries(since: datetime | None, until: datetime | None) -> Iterator[Event]:
    """All events of the deliveries that were posted in that time."""
    posted = _within(Activity.objects.filter(kind=ANNOUNCE), since, until)
    rows = Activity.objects.filter(delivery__in=posted.values("delivery"))
    return map(_event, rows.order_by("sequence").iterator())


def of_refusals(since: datetime | None, until: datetime | None) -> Iterator[Event]:
    """Refusals in that time."""
    rows = _within(refused_rows(), since, until)
    return map(_event, rows.order_by("sequence").iterator())


def refused_rows(leave_out: Iterable[str] = ()) -> QuerySet[Activity]:
    """What the gateway refused, but for those with an outcome in ``leave_out``."""
    return Activity.objects.filter(kind=REFUSE).exclude(outcome__in=leave_out)


def _within(rows: QuerySet[Activity], since: datetime | None, until: datetime | None) -> QuerySet[Activity]:
    if since is not None:
        rows = rows.filter(at__gte=since)
    return rows if until is None else rows.filter(at__lt=until)


def _row(log: str, leaf: Leaf) -> Activity:
    event = leaf.event
    return Activity(
        log=log,
        index=leaf.index,
        kind=event.kind,
        at=event.at,
        concerned=" ".join(event.concerned),
        actor=event.actor,
        delivery=event.delivery,
        part=event.part,
        size=event.size,
        outcome=event.outcome,
        route=event.route,
    )


def _event(row: Activity) -> Event:
    return Event(
        row.kind,
        row.at,
        tuple(row.concerned.split()),
        actor=row.actor,
        delivery=row.delivery,
        part=row.part,
        size=row.size,
        outcome=row.outcome,
        route=row.route,
    )
