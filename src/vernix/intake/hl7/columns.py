"""What was gathered of some rows becomes the columns of an encounter's elements."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from vernix.intake.hl7.codes import EQUIVOCAL, LIST_QUESTIONS, POSITIVE, TESTED
from vernix.intake.hl7.places import TOLD_BY_THE_PATIENT, Standing
from vernix.intake.hl7.rows import Field, Gathered, Repetitions
from vernix.intake.hl7.values import observed, reader

Listed = Mapping[str, Mapping[int, str]]
"""By answer that names an element: what lists of answers say of it, by row."""


class Column:
    """One element: its texts for some rows, from its fields in order, then from its question."""

    def __init__(self, standing: Standing) -> None:
        self.name = standing.column
        self._standing = standing
        element = standing.element
        self._fields = [(place, reader(element, place)) for place in standing.places]
        self._observed = observed(element)

    def texts(self, found: Gathered, listed: Listed) -> pa.StringArray:
        """One text for each row."""
        if self._standing.element.name in TOLD_BY_THE_PATIENT:
            return pc.if_else(found.mothers, "mother", "child")
        texts: pa.StringArray | None = None
        for place, read in self._fields:
            if texts is None or pc.any(pc.equal(texts, "")).as_py():
                texts = _filled(texts, _each(read, found.field(place.segment, place.index)))
        answered = found.answers.texts(self._standing.loinc, self._standing.nth, self._observed)
        if answered is not None:
            texts = _filled(texts, answered)
        said = listed.get(self._standing.answer or "")
        if said:
            texts = _filled(texts, pa.array([said.get(row, "") for row in range(found.rows)]))
        return texts if texts is not None else pa.repeat("", found.rows)


def _each(read: Callable[[Repetitions], str], field: Field) -> pa.StringArray:
    """A field, read; what is the same is read once."""
    meant = [read(each) for each in field.divided]
    return pa.array(meant, pa.string()).take(field.indices)


def _filled(texts: pa.StringArray | None, others: pa.StringArray) -> pa.StringArray:
    """Texts, and others where they are blank."""
    return others if texts is None else pc.if_else(pc.equal(texts, ""), others, texts)


def listed(found: Gathered) -> Listed:
    """What lists of answers say: which conditions were found, which doubtful, which factors there are.

    That a condition was tested says that it was not found only where the laboratory also says what was.
    """
    said: dict[str, dict[int, str]] = {}
    told = {row for question in (POSITIVE, EQUIVOCAL) for row, _ in found.answers.values(question)}
    for question in LIST_QUESTIONS:
        for row, value in found.answers.values(question):
            if question == TESTED and row not in told:
                continue
            for each in value.split("~"):
                for code in each.split("^")[::3]:
                    said.setdefault(code, {}).setdefault(row, LIST_QUESTIONS[question])
    return said
