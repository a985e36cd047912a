"""What comes one after another (answers, refusals) and is told together: what is new since a reader was told.

Who is new here is not told what was before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from vernix.registry.activity import refused_rows
from vernix.registry.notifying import outbox
from vernix.registry.notifying.facts import Fact
from vernix.registry.notifying.settings import Notifications, Reader
from vernix.registry.workflow.models import Step, Told

ORDINARY = ("Conflict", "NotFound")
"""Refusals that an honest road brings: a thing sent twice, or asked for when it has gone."""

_MOST_IDS = 20

Values = Mapping[str, str | int]


@dataclass(frozen=True)
class News:
    """One kind of it: its rows in the order of the field ``number``, and in which field they say whose it is.

    ``name`` is under which it is remembered up to where a reader was told.
    """

    name: str
    kind: str
    about: str
    rows: QuerySet[Any]
    number: str
    whose: str
    values: Callable[[QuerySet[Any]], Values]


def tell_news(settings: Notifications, now: datetime) -> int:
    """Make the mails about what is new, for each reader one of each kind at most; how many were made."""
    return sum(
        _tell(reader, news, settings, now)
        for reader in settings.readers
        for news in _all_news()
        if news.kind in reader.kinds
    )


def _all_news() -> tuple[News, ...]:
    answered = Step.objects.filter(name="receipt")
    rejected = answered.filter(submission__result="rejected")
    refused = refused_rows(leave_out=ORDINARY)
    whose = "submission__sender"
    return (
        News("receipt", "receipt", "signed", answered, "id", whose, _by_ids),
        News("refused", "refused", "refused", rejected, "id", whose, _by_ids),
        News("refused-there", "refused", "refused-there", refused, "sequence", "actor", _by_reasons),
    )


def _tell(reader: Reader, news: News, settings: Notifications, now: datetime) -> bool:
    rows, partner = news.rows.order_by(news.number), reader.partner or ""
    told, new = Told.objects.get_or_create(
        reader=f"{news.name} {reader.address} {reader.partner or '*'}",
        defaults={"upto": _last(rows, news.number)},
    )
    rows = rows.filter(**{f"{news.number}__gt": told.upto})
    if reader.partner is not None:
        rows = rows.filter(**{news.whose: reader.partner})
    if new or not rows.exists() or outbox.is_quiet(reader, news.kind, partner, settings, now):
        return False
    upto = _last(rows, news.number)
    fact = Fact(news.kind, news.about, partner, f"upto {upto}", news.values(rows))
    with transaction.atomic():
        outbox.queue_for(reader, fact, settings, now)
        told.upto = upto
        told.save(update_fields=["upto"])
    return True


def _last(rows: QuerySet[Any], number: str) -> int:
    return rows.values_list(number, flat=True).last() or 0


def _by_ids(rows: QuerySet[Any]) -> Values:
    ids = list(rows.values_list("submission__delivery", flat=True))
    return {"count": len(ids), "ids": ", ".join(ids[:_MOST_IDS]) + (" …" if len(ids) > _MOST_IDS else "")}


def _by_reasons(rows: QuerySet[Any]) -> Values:
    """Counts alone: what a gateway wrote beside them could be anything."""
    why = list(rows.values_list("outcome", flat=True))
    much, often = why.count("TooMuch"), why.count("TooOften")
    return {"count": len(why), "much": much, "often": often, "rest": len(why) - much - often}
