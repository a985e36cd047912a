"""Rows that came: which months they touch is written down, and told where one of these was confirmed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from vernix.custody.identifiers import utc_now
from vernix.intake.findings import THE_FILE, Cause, Kind
from vernix.registry.quality import words
from vernix.registry.quality.periods import ROWS, confirmed
from vernix.registry.quality.touching import months_touched

if TYPE_CHECKING:
    from vernix.registry.passage import Passage
    from vernix.registry.reading import Verdict
    from vernix.registry.workflow.models import PeriodEvent


class Arrived:
    """The months that the files of one submission touched, by kind of encounter."""

    def __init__(self, passage: Passage) -> None:
        self._passage = passage
        self._records: dict[str, Counter[str]] = {}

    def note(self, encounter: str, part: int) -> None:
        """Note what the rows of a file touch, which are in the book by now."""
        touched = months_touched(
            self._passage.registry.book, encounter, self._passage.parted()[part].clinical
        )
        self._records.setdefault(encounter, Counter()).update(touched)

    def settle(self) -> None:
        """Write it down."""
        from vernix.registry.workflow.models import PeriodEvent

        PeriodEvent.objects.bulk_create(self._events())

    def _events(self) -> Iterator[PeriodEvent]:
        from vernix.registry.workflow.models import PeriodEvent

        for encounter, touched in self._records.items():
            version = self._passage.registry.book.table(encounter).table().version()
            for month, records in sorted(touched.items()):
                yield PeriodEvent(
                    kind=ROWS,
                    partner=self._passage.submission.sender,
                    encounter=encounter,
                    month=month,
                    delivery=self._passage.submission.delivery,
                    at=utc_now(),
                    version=version,
                    records=records,
                )


def told(passage: Passage, verdict: Verdict) -> Verdict:
    """The verdict on a file, whose answer says of months that were confirmed and that its rows open again."""
    if verdict.reading is None or not verdict.counts.accepted:
        return verdict
    months = confirmed(passage.submission.sender, verdict.encounter)
    if not months:
        return verdict
    touched = months_touched(
        passage.registry.book, verdict.encounter, passage.parted()[verdict.part].clinical
    )
    said = (Cause(_reopened(m, touched[m]), 1, (THE_FILE,)) for m in sorted(months & touched.keys()))
    return replace(verdict, answer=replace(verdict.answer, causes=(*said, *verdict.answer.causes)))


def _reopened(month: str, records: int) -> Kind:
    english, french = (words.month_name(month, language) for language in ("en", "fr"))
    return Kind(
        code="period.reopened",
        severity="warning",
        column=None,
        element=None,
        text_en=f"{english} was confirmed; this file adds or changes {records} of its records, so it is open "
        "again. Look at the next report of that month, and confirm it once more.",
        text_fr=f"{french} était confirmé ; ce fichier ajoute ou modifie {records} de ses dossiers, et le "
        "mois est donc rouvert. Vérifiez le prochain rapport de ce mois et confirmez-le de nouveau.",
    )
