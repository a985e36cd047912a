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
from vernix.births.encounter import Encounter
from vernix.intake.hl7.codes import ANSWERS_IN_A_LIST, ASKS_THE_SAME, LIST_QUESTIONS

SCREENS = ("newborn_screening", "heart_screening", "hearing_screening")
RECOGNISED = ("birth", "patient_profile", *SCREENS)
"""The encounters that messages tell by themselves; every other is read where the user names it."""
TOLD_ALONE = ("patient_profile", *SCREENS)
"""Those of which every record is told: a birth may also be in results, where the user says so."""

_OF_RESULTS = ("OBR", "SPM", "OBX")
"""Segments that say when a screen was done: of another encounter they would be about something else."""
_ASKED_EARLY_AND_LATE = ("718-7", "890-4")
"""Questions of which a message does not tell whether the first or the later answer is meant."""
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

    ``nth`` counts from 0 the answers to the question: a second fetus' is the second. ``answer`` is LOINC's
    answer that names the element in questions with a list of answers.
    """

    element: Element
    column: str
    places: tuple[Place, ...]
    loinc: str | None
    nth: int
    answer: str | None


@cache
def standing(encounter: str) -> tuple[Standing, ...]:
    """The elements of an encounter that stand in messages, in order."""
    kind = encounters.get(encounter)
    asked = [each.at.loinc for each in kind.elements]
    found = (
        _standing(element, kind, asked[:place].count(element.at.loinc), asked.count(element.at.loinc))
        for place, element in enumerate(kind.elements)
    )
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
    """The LOINC codes by which an encounter's messages are told: those that no other asks which messages tell
    by themselves, and of an encounter that the user has to name all that it asks."""
    if encounter not in RECOGNISED:
        return frozenset(by_question(encounter))
    others = {code for name in RECOGNISED if name != encounter for code in by_question(name)}
    return frozenset(by_question(encounter)) - others


@cache
def own_places(encounter: str) -> frozenset[Place]:
    """The fields of an encounter in which nothing of those stands that messages tell by themselves."""
    known = {place for name in RECOGNISED for each in standing(name) for place in each.places}
    return frozenset(place for each in standing(encounter) for place in each.places) - known


@cache
def is_of_a_mother(encounter: str) -> bool:
    """Whether the patient of a message is the mother, where it is read as this encounter."""
    return "child_family_name" not in encounters.get(encounter).by_name


def _standing(element: Element, encounter: Encounter, nth: int, often: int) -> Standing | None:
    if element.name in TOLD_BY_THE_PATIENT:
        return Standing(element, "PID", (), None, 0, None)
    places = tuple(map(Place.parse, element.at.hl7))
    if encounter.name not in SCREENS and element.name != encounter.record_key:
        places = tuple(each for each in places if each.segment not in _OF_RESULTS)
    loinc = element.at.loinc if often == 1 or element.at.loinc not in _ASKED_EARLY_AND_LATE else None
    answer = _answer(element)
    if not places and not loinc and answer is None:
        return None
    return Standing(element, _column(element, places, loinc, nth, answer), places, loinc, nth, answer)


TOLD_BY_THE_PATIENT = ("profile_of",)
"""Elements that follow from who the patient is."""


def _answer(element: Element) -> str | None:
    if element.codes is None or element.codes.name not in ANSWERS_IN_A_LIST:
        return None
    return next((alias.upper() for alias in element.aliases if re.fullmatch(r"la\d+-\d", alias)), None)


def _column(
    element: Element, places: tuple[Place, ...], loinc: str | None, nth: int, answer: str | None
) -> str:
    """What a finding calls its column; a moment gives a date and a time, and those are two."""
    if places:
        first = next(text for text in element.at.hl7 if Place.parse(text) == places[0])
        return first + (" (time)" if element.type == "time" else "")
    again = f" ({nth + 1})" if nth else ""
    return f"OBX {loinc}{again}" if loinc else f"OBX {answer}"
