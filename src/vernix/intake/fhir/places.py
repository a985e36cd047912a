"""Where the elements of an encounter stand in FHIR, as they say it themselves (`Element.at`).

Each element has one column here, called by the FHIRPath of its place, whichever resource fills it. A question
is told by its LOINC code, a box by its code, the rest by a path.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import cache, cached_property

from vernix.births import encounters
from vernix.births.elements import Element, Subject
from vernix.births.encounter import Encounter
from vernix.intake.fhir.codes import CODE_OF, LISTS, OF_ELEMENT, OTHER_NAMES, UNKNOWN
from vernix.intake.fhir.patients import AGES, PERSONAL
from vernix.intake.hl7.codes import COUNTED, MEANT
from vernix.intake.ije.filling import Filling, fillings
from vernix.intake.ije.layouts import NATALITY
from vernix.intake.mapping import MappedColumn

MOTHER = "mother: "
_GAIN = "mother_weight_gain"
_UNKNOWN = frozenset({UNKNOWN})

OF_DOCUMENT = frozenset(
    {
        "Bundle.identifier",
        "Composition.type",
        "Coverage.type",
        "Encounter.hospitalization.admitSource",
        "Encounter.hospitalization.dischargeDisposition",
        "Encounter.location.physicalType",
        "Location.identifier",
        "Observation.value.extension",
        AGES,
    }
)
"""Places that are read, besides those of a Patient and those below `GENERAL`."""
GENERAL = ("DiagnosticReport.", "Specimen.")
"""Resources of which a place is a plain path to a date or code."""


class Column:
    """One element, what its column is called, and whom it is about.

    ``words`` are codes that mean something in this element alone, ``meant`` what laboratories write in its
    place, in lower case.
    """

    __slots__ = ("element", "meant", "name", "subject", "words")

    def __init__(self, name: str, element: Element) -> None:
        self.name = name
        self.element = element
        self.subject: Subject = element.subject
        self.words = dict(OF_ELEMENT.get(element.name, {}))
        self.meant: Mapping[str, str] = {}
        if element.codes is not None:
            self.meant = {**element.codes.spellings, **MEANT.get(element.codes.name, {})}
        elif element.type == "integer":
            self.meant = COUNTED


class Places:
    """The places of one encounter's elements."""

    def __init__(self, encounter: Encounter) -> None:
        self.encounter = encounter
        boxes = {each.element.name: each for each in fillings(encounter, NATALITY) if _is_boxes(each)}
        asked = Counter(each.at.loinc for each in encounter.elements if each.at.loinc)
        taken: set[str] = set()
        self.of_element: dict[str, Column] = {}
        self.questions: dict[str, Column] = {}
        self.boxes: list[tuple[Column, Filling]] = []
        for element in encounter.elements:
            # Of a question that several elements ask (first and late, say), nobody knows which is meant.
            loinc = element.at.loinc if asked[element.at.loinc or ""] == 1 else None
            name = _name(element, loinc, boxes.get(element.name))
            if name is None:
                continue
            if name in taken:
                name = f"{name} ({element.name})"
            taken.add(name)
            column = self.of_element[element.name] = Column(name, element)
            if loinc is not None:
                self.questions[loinc] = column
            elif element.name in boxes:
                self.boxes.append((column, boxes[element.name]))
        for other, loinc in OTHER_NAMES.items():
            if loinc in self.questions:
                self.questions[other] = self.questions[loinc]

    @cached_property
    def complete(self) -> bool:
        """Whether all that every record needs has a place."""
        return all(
            each.name in self.of_element for each in self.encounter.elements if each.required == "required"
        )

    @cached_property
    def header(self) -> tuple[str, ...]:
        """The columns' names."""
        return tuple(each.name for each in self.of_element.values())

    @cached_property
    def mapped(self) -> tuple[MappedColumn, ...]:
        """How the columns fill the elements; texts have their unit with them or the element's own."""
        return tuple(
            MappedColumn(each.element, each.name, unknown=_UNKNOWN) for each in self.of_element.values()
        )

    @cached_property
    def personal(self) -> dict[Subject, dict[str, str]]:
        """For a child and for a mother: the places of their own resource and the columns they fill."""
        found: dict[Subject, dict[str, str]] = {"child": {}, "mother": {}}
        for column in self.of_element.values():
            place = next(iter(column.element.at.fhir), "")
            if place in PERSONAL:
                found["mother" if column.name.startswith(MOTHER) else "child"][place] = column.name
        return found

    @cached_property
    def general(self) -> tuple[tuple[str, tuple[str, ...], Column], ...]:
        """Plain paths: the resource's type, the fields below it as our types call them, what they fill."""
        columns = (each for each in self.of_element.values() if each.name.startswith(GENERAL))
        split = ((each.element.at.fhir[0].split("."), each) for each in columns)
        return tuple((keys[0], tuple(map(_snake, keys[1:])), each) for keys, each in split)

    @cached_property
    def per_child(self) -> bool:
        """Whether a row is about a child that has a name of its own, rather than a mother."""
        return "child_family_name" in self.encounter.by_name

    @cached_property
    def alone(self) -> Subject | None:
        """Who a Patient is that stands alone: of a birth it could be the mother as well."""
        return None if self.encounter.name == "birth" else "child" if self.per_child else "mother"

    @cached_property
    def of_child(self) -> frozenset[str]:
        """The questions that are only asked about children."""
        return self._asked_of("child") - {"11884-4"}

    @cached_property
    def of_mother(self) -> frozenset[str]:
        """The questions that are only asked about mothers."""
        return self._asked_of("mother") | LISTS.keys() - {"73812-0", "73780-9"}

    def _asked_of(self, subject: Subject) -> frozenset[str]:
        return frozenset(loinc for loinc, each in self.questions.items() if each.subject == subject)


def _snake(key: str) -> str:
    return re.sub(r"(?=[A-Z])", "_", key).lower()


def _is_boxes(filling: Filling) -> bool:
    return all(item in CODE_OF for item in filling.items)


def _is_read(place: str) -> bool:
    return place in PERSONAL or place in OF_DOCUMENT or place.startswith(GENERAL)


def _name(element: Element, loinc: str | None, boxes: Filling | None) -> str | None:
    if element.at.fhir and _is_read(element.at.fhir[0]):
        place = element.at.fhir[0]
        return MOTHER + place if element.subject == "mother" and place.startswith("Patient.") else place
    if loinc is not None:
        return f"Observation.where(code.coding.code='{loinc}').value"
    if boxes is not None:
        return f"Condition.where(code.coding.code='{CODE_OF[boxes.items[0]]}')"
    return "Observation.where(code.coding.code='69461-2' or '56077-1')" if element.name == _GAIN else None


@cache
def places(encounter: str) -> Places:
    """The places of an encounter."""
    return Places(encounters.get(encounter))
