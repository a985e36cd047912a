"""Periods: how far a partner's month of one kind of encounter is, as a fold over what happened to it.

open        no report was made of it
reported    a report was made; it is not confirmed
confirmed   the partner signed for a report, and no record came or changed since that was made
changed     one did: the partner is told, and confirms again
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from vernix.registry.workflow.models import PeriodEvent

Standing = Literal["open", "reported", "confirmed", "changed"]
STANDINGS: tuple[Standing, ...] = ("open", "reported", "confirmed", "changed")

ROWS, REPORT, SENT, CONFIRMATION = "rows", "report", "sent", "confirmation"


@dataclass(frozen=True)
class Period:
    """A partner's month of one kind of encounter.

    ``since`` are the records that came or changed since the report that counts was made: the confirmed one,
    else the newest.
    """

    partner: str
    encounter: str
    month: str
    standing: Standing
    reported: datetime | None
    confirmed: datetime | None
    since: int


def period(events: Iterable[PeriodEvent]) -> Period:
    """What the events of one period, in their order, make of it."""
    happened = list(events)
    first = happened[0]
    reports = {each.digest: each for each in happened if each.kind == REPORT}
    confirmations = [each for each in happened if each.kind == CONFIRMATION]
    newest = max(reports.values(), key=lambda each: each.sequence, default=None)
    counts = reports[confirmations[-1].digest] if confirmations else newest
    version = counts.version if counts else 0
    later = [each for each in happened if each.kind == ROWS and each.version > version]
    standing: Standing = "open" if counts is None else "reported"
    if confirmations:
        standing = "changed" if later else "confirmed"
    return Period(
        first.partner,
        first.encounter,
        first.month,
        standing,
        newest.at if newest else None,
        confirmations[-1].at if confirmations else None,
        sum(each.records for each in later),
    )


def every(partner: str | None = None, encounter: str | None = None, month: str | None = None) -> list[Period]:
    """The periods that anything happened to, in order of partner, encounter and month."""
    from vernix.registry.workflow.models import PeriodEvent

    asked = {"partner": partner, "encounter": encounter, "month": month}
    found = PeriodEvent.objects.filter(**{name: value for name, value in asked.items() if value})
    ordered = found.defer("content").order_by("partner", "encounter", "month", "sequence")
    of = groupby(ordered, key=lambda each: (each.partner, each.encounter, each.month))
    return [period(events) for _, events in of]


def confirmed(partner: str, encounter: str) -> set[str]:
    """The months that a partner confirmed and that have not changed since."""
    return {each.month for each in every(partner, encounter) if each.standing == "confirmed"}
