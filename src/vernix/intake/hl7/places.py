"""Where the elements of an encounter stand in a message: `Element.at`, understood.

``PID-5.2+3`` is a field and its components; ``PID-3:MR`` the repetition whose identifier is of that type;
``NK1:MTH-2`` a field of the next of kin who is the mother. An observation is found by its LOINC code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from vernix.births import encounters
from vernix.births.elements import Element
from vernix.intake.hl7.codes import ANSWERS_IN_A_LIST, ASKS_THE_SAME, LIST_QUESTIONS

READ = ("birth", "patient_profile", "newborn_screening", "heart_screening", "hearing_screening")
"""The encounters that messages hold."""

_PLACE = re.compile(r"([A-Z][A-Z0-9]{2}(?::MTH)?)-(\d+)(?::([A-Z]*))?(?:\.(\d+(?:\+\d+)*))?")


@dataclass(frozen=True)
class Place:
    """A field of a segment (``PID``, ``PID:MTH``, ``NK1:MTH``), counted from 1.

    ``identifier`` is the type that a repetition must have (empty: none), None where the first that holds
    something is meant; ``components`` are counted from 1, empty where the type of the field decides.
    """

    segment: str
    field: int
    identifier: str | None
    components: tuple[int, ...]

    @classmethod
    def parse(cls, text: str) -> Place:
        """Read a place. Raises ``ValueError`` where it is none."""
        found = _PLACE.fullmatch(text)
        if found is None:
            raise ValueError(f"{text} is no place in HL7 v2")
        components = tuple(int(each) for each in found[4].split("+")) if found[4] else ()
        return cls(found[1], int(found[2]), found[3], components)

    @property
    def index(self) -> int:
        """Its index among the parts of the segment: the first delimiter of MSH is itself MSH-1."""
        return self.field - (self.segment == "MSH")


@dataclass(frozen=True)
class Standing:
    """One element of messages: the name of its column, its fields in order, the question that asks for it.

    ``answer`` is LOINC's answer that names the element in questions with a list of answers.
    """

    element: Element
    column: str
    places: tuple[Place, ...]
    loinc: str | None
    answer: str | None


@cache
def standing(encounter: str) -> tuple[Standing, ...]:
    """The elements of an encounter that stand in messages, in order."""
    found = (_standing(element) for element in encounters.get(encounter).elements)
    return tuple(each for each in found if each is not None)


@cache
def by_question(encounter: str) -> dict[str, str]:
    """The questions of an encounter by each LOINC code that asks them."""
    asked = {each.loinc for each in standing(encounter) if each.loinc}
    same = {other: own for other, own in ASKS_THE_SAME.items() if own in asked}
    lists = {each: each for each in LIST_QUESTIONS} if encounter == "newborn_screening" else {}
    return {**{each: each for each in asked}, **same, **lists}


@cache
def own_questions(encounter: str) -> frozenset[str]:
    """The LOINC codes that only this encounter asks, by which its messages are told."""
    others = {code for name in READ if name != encounter for code in by_question(name)}
    return frozenset(by_question(encounter)) - others


def _standing(element: Element) -> Standing | None:
    places = tuple(map(Place.parse, element.at.hl7))
    answer = _answer(element)
    if element.name in TOLD_BY_THE_PATIENT:
        return Standing(element, "PID", (), None, None)
    if not places and not element.at.loinc and answer is None:
        return None
    return Standing(element, _column(element, answer), places, element.at.loinc, answer)


TOLD_BY_THE_PATIENT = ("profile_of",)
"""Elements that follow from who the patient is."""


def _answer(element: Element) -> str | None:
    if element.codes is None or element.codes.name not in ANSWERS_IN_A_LIST:
        return None
    return next((alias.upper() for alias in element.aliases if re.fullmatch(r"la\d+-\d", alias)), None)


def _column(element: Element, answer: str | None) -> str:
    """What a finding calls its column; a moment gives a date and a time, and those are two."""
    if element.at.hl7:
        return element.at.hl7[0] + (" (time)" if element.type == "time" else "")
    return f"OBX {element.at.loinc}" if element.at.loinc else f"OBX {answer}"
