"""Numbers that are missing, or came twice, among the files that a partner's machines count.

Whatever is missing below the highest number that came has not arrived: it was refused unread, lost, or is
still on its way. It is told to the partner in every answer and to the operator, until it arrives or
`TOLD_FOR` has passed: nothing that was sealed so long ago is taken any more. No file is ever refused for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import TYPE_CHECKING

from vernix.births import encounters
from vernix.births.codes import Words
from vernix.custody.delivery import MAX_LIFETIME
from vernix.custody.identifiers import utc_now
from vernix.intake.findings import Kind

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from vernix.registry.opening import Opened
    from vernix.registry.reading import Verdict
    from vernix.registry.workflow.models import Submission, SubmittedFile

TOLD_FOR = MAX_LIFETIME
"""How long a missing number is told after it was noticed."""

Whose = tuple[str, str, str, str]
"""Partner, purpose, encounter and series: what is counted together."""

_COUNTED_BY = ("submission__sender", "submission__purpose", "encounter", "series")
_MOST_TOLD = 20
"""Gaps that one sentence names."""


@dataclass(frozen=True)
class Gap:
    """Numbers ``first`` to ``last`` of a series, none of which has arrived; ``noticed`` since a later one."""

    partner: str
    purpose: str
    encounter: str
    series: str
    first: int
    last: int
    noticed: datetime


def gaps(now: datetime, partner: str | None = None) -> list[Gap]:
    """What is missing now, of one partner or of all."""
    counted = _counted() if partner is None else _counted().filter(submission__sender=partner)
    lately = counted.filter(submission__arrived_at__gt=now - TOLD_FOR)
    return [
        gap
        for whose in lately.values_list(*_COUNTED_BY).distinct().order_by(*_COUNTED_BY)
        for gap in _of_series(whose, now, ())
    ]


def remarks(submission: Submission, opened: Opened, verdict: Verdict) -> tuple[Kind, ...]:
    """What the answer to a numbered file says of numbers: those missing, and another file under its own."""
    encounter, number = verdict.encounter, opened.numbered.get(verdict.part)
    if number is None or encounter not in encounters.names():
        return ()
    whose, label = (
        (submission.sender, opened.purpose, encounter, opened.series),
        encounters.get(encounter).label,
    )
    coming = [
        opened.numbered.get(file.entry.part, 0) for file in opened.data if file.entry.encounter == encounter
    ]
    missing = _of_series(whose, utc_now(), coming)
    # What came twice as the same bytes is no other file.
    others = _of(whose).filter(number=number).exclude(submission=submission).exclude(batch=verdict.batch)
    return (
        *([_gap(label, missing)] if missing else []),
        *([_again(label, number)] if others.exists() else []),
    )


def _counted() -> QuerySet[SubmittedFile]:
    from vernix.registry.workflow.models import SubmittedFile

    return SubmittedFile.objects.filter(number__isnull=False)


def _of(whose: Whose) -> QuerySet[SubmittedFile]:
    return _counted().filter(**dict(zip(_COUNTED_BY, whose, strict=True)))


def _of_series(whose: Whose, now: datetime, coming: Iterable[int]) -> list[Gap]:
    """The gaps of one series, as if the numbers ``coming`` were there."""
    said, since = _of(whose), now - TOLD_FOR
    told = said.filter(submission__arrived_at__lte=since).order_by("-number").values_list("number", flat=True)
    floor = told.first() or 0  # what is missing below was told for long enough
    rows = said.filter(number__gt=floor).values_list("number", "submission__arrived_at")
    arrived = sorted(
        [*((number or 0, at) for number, at in rows), *((number, now) for number in coming if number > floor)]
    )
    return [Gap(*whose, first, last, noticed) for first, last, noticed in _holes(floor, arrived)]


def _holes(floor: int, arrived: Sequence[tuple[int, datetime]]) -> Iterator[tuple[int, int, datetime]]:
    """What is missing between numbers in order, and since when a higher one is there."""
    noticed = list(accumulate((moment for _, moment in reversed(arrived)), min))[::-1]
    for (number, _), since in zip(arrived, noticed, strict=True):
        if number > floor + 1:
            yield floor + 1, number - 1, since
        floor = max(floor, number)


def spelled(ranges: Iterable[tuple[int, int]]) -> str:
    """Numbers as people read them: ``7, 9-12``."""
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in ranges)


def _gap(label: Words, missing: Sequence[Gap]) -> Kind:
    numbers = spelled((gap.first, gap.last) for gap in missing[:_MOST_TOLD])
    return _kind(
        "sequence.gap",
        f"Of “{label.en}” a file has not arrived that this machine numbered before: {numbers}. vernix sent "
        "--json says which file had that number; if it is not still on its way, send it again.",
        f"De « {label.fr} », un fichier que ce poste a numéroté auparavant n’est pas arrivé : {numbers}. "
        "vernix sent --json dit quel fichier portait ce numéro ; s’il n’est pas en route, renvoyez-le.",
    )


def _again(label: Words, number: int) -> Kind:
    return _kind(
        "sequence.again",
        f"Of “{label.en}” another file came under this number, {number}. Nothing was refused for it; if "
        "this machine was restored from a backup, or its folder copied to another, that is why.",
        f"De « {label.fr} », un autre fichier est arrivé sous ce numéro, {number}. Rien n’a été "
        "refusé pour cela ; si ce poste a été restauré d’une copie, ou son dossier copié sur un autre, en "
        "voilà la raison.",
    )


def _kind(code: str, english: str, french: str) -> Kind:
    return Kind(code, "warning", None, None, english, french)
