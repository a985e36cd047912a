"""The gateway's events as the registry keeps them: taken page by page, for reports of what went where.

They hold ids, counts and times. What the registry has read stays, whatever becomes of the gateway.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from vernix.custody.event import ANNOUNCE, REFUSE, Event, Leaf
from vernix.registry.workflow.models import Activity

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from vernix.courier.exchange import Exchange

_MOST_PAGES = 50


def take_events(exchange: Exchange) -> int:
    """Keep the events that are new at the gateway, 50 pages at most; how many they were."""
    last = Activity.objects.order_by("-index").first()
    after, taken = 0 if last is None else last.index + 1, 0
    for _ in range(_MOST_PAGES):
        leaves, beyond = exchange.events(after)
        if not leaves:
            break
        Activity.objects.bulk_create([_row(leaf) for leaf in leaves], ignore_conflicts=True)
        after, taken = beyond, taken + len(leaves)
    return taken


def of_deliveries(since: datetime | None, until: datetime | None) -> Iterator[Event]:
    """All events of the deliveries that were posted in that time."""
    posted = _within(Activity.objects.filter(kind=ANNOUNCE), since, until)
    rows = Activity.objects.filter(delivery__in=posted.values("delivery"))
    return map(_event, rows.order_by("index").iterator())


def of_refusals(since: datetime | None, until: datetime | None) -> Iterator[Event]:
    """Refusals in that time."""
    rows = _within(Activity.objects.filter(kind=REFUSE), since, until)
    return map(_event, rows.order_by("index").iterator())


def _within(rows: QuerySet[Activity], since: datetime | None, until: datetime | None) -> QuerySet[Activity]:
    if since is not None:
        rows = rows.filter(at__gte=since)
    return rows if until is None else rows.filter(at__lt=until)


def _row(leaf: Leaf) -> Activity:
    event = leaf.event
    return Activity(
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
