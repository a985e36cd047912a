"""What was gathered of some rows becomes the columns of an encounter's elements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vernix.intake.hl7.codes import EQUIVOCAL, FACTORS, LIST_QUESTIONS, POSITIVE, TESTED
from vernix.intake.hl7.places import TOLD_BY_THE_PATIENT, Standing
from vernix.intake.hl7.rows import VALUE, Gathered
from vernix.intake.hl7.values import observed, reader

Listed = Mapping[str, Mapping[int, str]]
"""By answer that names an element: what lists of answers say of it, by row."""


class Column:
    """One element: its texts for some rows, from its fields in order, then from its question."""

    def __init__(self, standing: Standing) -> None:
        self.name = standing.column
        self._standing = standing
        element = standing.element
        self._fields = [((place.segment, place.index), reader(element, place)) for place in standing.places]
        self._observed = observed(element)

    def texts(self, found: Gathered, mothers: Sequence[bool], listed: Listed) -> list[str]:
        """One text for each row."""
        if self._standing.element.name in TOLD_BY_THE_PATIENT:
            return ["mother" if mother else "child" for mother in mothers]
        texts: list[str] = []
        for key, read in self._fields:
            fields = found.fields[key]
            if not texts:
                texts = [read(field) if field else "" for field in fields]
            elif "" in texts:
                both = zip(texts, fields, strict=True)
                texts = [text or (read(field) if field else "") for text, field in both]
        texts = texts or [""] * found.count
        for row, answer in found.answers.get(self._standing.loinc or "", ()):
            texts[row] = texts[row] or self._observed(answer)
        for row, word in listed.get(self._standing.answer or "", {}).items():
            texts[row] = texts[row] or word
        return texts


def listed(found: Gathered) -> Listed:
    """What lists of answers say: which conditions were found, which doubtful, which factors there are.

    That a condition was tested says that it was not found only where the laboratory also says what was.
    """
    said: dict[str, dict[int, str]] = {}
    told = {row for question in (POSITIVE, EQUIVOCAL) for row, _ in found.answers.get(question, ())}
    for question in (POSITIVE, EQUIVOCAL, TESTED, FACTORS):
        for row, parts in found.answers.get(question, ()):
            if question == TESTED and row not in told:
                continue
            for each in parts[VALUE].split("~"):
                for code in each.split("^")[::3]:
                    said.setdefault(code, {}).setdefault(row, LIST_QUESTIONS[question])
    return said
