"""What was gathered of some rows becomes the columns of an encounter's elements."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from vernix.intake.hl7.codes import EQUIVOCAL, FACTORS, LIST_QUESTIONS, POSITIVE, TESTED
from vernix.intake.hl7.places import TOLD_BY_THE_PATIENT, Standing
from vernix.intake.hl7.rows import Gathered, Observation
from vernix.intake.hl7.values import Read, observed, reader

_NONE = "LA137-2"


class Column:
    """One element: its texts for some rows, from its fields in order, then from its question."""

    def __init__(self, standing: Standing) -> None:
        self.name = standing.column
        self._standing = standing
        element = standing.element
        self._fields: list[tuple[tuple[str, int], Read]] = [
            ((place.segment, place.index), reader(element, place)) for place in standing.places
        ]
        self._observed: Callable[[Observation], str] = observed(element)

    def texts(self, found: Gathered, mothers: Sequence[bool]) -> list[str]:
        """One text for each row."""
        if self._standing.element.name in TOLD_BY_THE_PATIENT:
            return ["mother" if is_mother else "child" for is_mother in mothers]
        texts = [""] * found.count
        for key, read in self._fields:
            fields = found.fields.get(key)
            if fields is not None:
                texts = [
                    text or (read(field) if field else "") for text, field in zip(texts, fields, strict=True)
                ]
        self._ask(found, texts)
        return texts

    def _ask(self, found: Gathered, texts: list[str]) -> None:
        for row, answers in found.answers.get(self._standing.loinc or "", {}).items():
            if not texts[row]:
                texts[row] = next((text for text in map(self._observed, answers) if text), "")
        answer = self._standing.answer
        if answer is not None:
            for row, word in _listed(found, answer, self._is_condition).items():
                texts[row] = texts[row] or word

    @property
    def _is_condition(self) -> bool:
        codes = self._standing.element.codes
        return codes is not None and codes.name == "condition_result"


def _listed(found: Gathered, answer: str, condition: bool) -> dict[int, str]:
    """What lists of answers say of the element that ``answer`` names, by row.

    That a condition was tested says that it was not found only where the laboratory also says what was.
    """
    words: dict[int, str] = {}
    for question in (POSITIVE, EQUIVOCAL, TESTED) if condition else (FACTORS,):
        for row, answers in found.answers.get(question, {}).items():
            if row in words or not any(_names(each, answer) for each in answers):
                continue
            if question != TESTED or _says_what_was_found(found, row):
                words[row] = LIST_QUESTIONS[question]
    return words


def _names(given: Observation, answer: str) -> bool:
    return answer in given.value and any(answer in each.split("^") for each in given.value.split("~"))


def _says_what_was_found(found: Gathered, row: int) -> bool:
    return any(found.answers.get(question, {}).get(row) for question in (POSITIVE, EQUIVOCAL))
