"""From the resources of one document to its rows: walked once, with a table of what to pick.

A row is a child with what is said of its mother, or a mother alone where the encounter is hers. What several
resources say of one thing must agree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from vernix.intake.fhir import codes
from vernix.intake.fhir.forms import answers_of, boxes_of
from vernix.intake.fhir.patients import PERSONAL, extensions, reported_ages
from vernix.intake.fhir.people import People, Person, Resource, code_of
from vernix.intake.fhir.places import Column, Places
from vernix.intake.fhir.values import answer, translated

_LOST = frozenset({"entered-in-error", "cancelled"})
_DONE = frozenset({"completed", "in-progress", None})
_TICKED = frozenset({"Y", "C", "P"})
_WEIGHTS = ("mother_weight_before", "mother_weight_delivery")


@dataclass(slots=True)
class Row:
    """The texts of one row by column.

    ``twice`` are columns with a contradiction, ``odd`` boxes that are ticked although none of a list applies.
    """

    cells: dict[str, str]
    twice: set[str] = field(default_factory=set)
    odd: set[str] = field(default_factory=set)


def rows_of(resources: Sequence[Resource], places: Places, identifier: str) -> list[Row]:
    """The rows of one document; ``identifier`` is its number.

    Raises ``TypeError`` and its like where a resource is not shaped as FHIR says.
    """
    return _Document(resources, places, identifier).rows()


class _Document:
    def __init__(self, resources: Sequence[Resource], places: Places, identifier: str) -> None:
        self._places = places
        self._people = People(resources, places.of_child, places.of_mother, places.alone)
        self._identifier = identifier
        self._shared = Person({})
        for resource in resources:
            read = _READERS.get(resource["resourceType"])
            if read is not None:
                read(self, resource)
        for kind, keys, column in places.general:
            for resource in resources:
                if resource["resourceType"] == kind:
                    self._general(resource, keys, column)

    def rows(self) -> list[Row]:
        for person in self._people.all:
            if person.role is not None:
                self._own(person)
        chosen = self._people.children if self._places.per_child else self._people.mothers
        if not self._people.all and self._shared.cells:
            chosen = [Person({})]  # a form that stands alone
        return [self._row(person, place, len(chosen)) for place, person in enumerate(chosen, 1)]

    def _own(self, person: Person) -> None:
        if person.role is None:
            return
        for place, name in self._places.personal[person.role]:
            person.put(name, PERSONAL[place](person.resource))
        if person.role == "child":
            for role, years in reported_ages(person.resource):
                column = self._places.of_element.get("mother_age" if role == "MTH" else "father_age")
                if column is not None:
                    person.put(column.name, years)

    def _row(self, person: Person, place: int, of: int) -> Row:
        parts = [self._shared, person] if person.mother is None else [self._shared, person.mother, person]
        row = Row({})
        for part in parts:
            row.twice |= part.twice
            for name, text in part.cells.items():
                if row.cells.setdefault(name, text) != text:
                    row.twice.add(name)
        self._tick(row, parts)
        if self._identifier and (column := self._places.of_element.get("record_number")):
            row.cells[column.name] = self._identifier if of == 1 else f"{self._identifier}-{place}"
        self._gain(row.cells)
        return row

    def _gain(self, cells: dict[str, str]) -> None:
        """The weight gained, as the exchange reads it from both weights."""
        columns = [self._places.of_element.get(name) for name in ("mother_weight_gain", *_WEIGHTS)]
        if None in columns:
            return
        gain, before, after = (column.name for column in columns if column is not None)
        try:
            cells[gain] = f"{Decimal(cells[after]) - Decimal(cells[before]):f}"
        except (KeyError, InvalidOperation):
            return  # one of them is not known

    def _tick(self, row: Row, parts: Sequence[Person]) -> None:
        """The boxes: ticked, not ticked because none of the list is, or not asked."""
        items: dict[str, str] = {}
        lists: dict[str, str] = {}
        for part in parts:
            items |= part.items
            lists |= part.lists
        if items or lists:
            said, odd = _boxes(self._places, frozenset(items.items()), frozenset(lists.items()))
            row.cells = {**said, **row.cells}
            row.odd |= odd

    def _observation(self, resource: Resource) -> None:
        if resource.get("status") in _LOST:
            return
        for code in _codes(resource.get("code")):
            if known := self._places.questions.get(code):
                self._answered(resource, resource, known)
                break
            if code in codes.LISTS:
                self._listed(resource, code)
                break
        for component in resource.get("component", ()):
            if column := self._places.questions.get(code_of(component.get("code"))):
                self._answered(resource, component, column)

    def _answered(self, resource: Resource, holder: Resource, column: Column) -> None:
        if code_of(resource.get("code")) in codes.OTHER_NAMES and not self._is_mothers(resource):
            return
        person = self._whom(resource, column)
        if person is None:
            return
        person.put(column.name, answer(holder, column))
        if column.element.name == "birth_weight" and (
            flag := self._places.of_element.get("weight_confirmed")
        ):
            for extension in extensions(resource.get("valueQuantity"), "BypassEditFlag"):
                person.put(flag.name, translated(extension.get("valueCodeableConcept", {}), flag))

    def _is_mothers(self, resource: Resource) -> bool:
        person = self._people.of(resource.get("subject"))
        return person is not None and person.role == "mother"

    def _whom(self, resource: Resource, column: Column) -> Person | None:
        """Whose answer it is. What is asked of the mother about one child is that child's."""
        person = self._people.of(resource.get("subject"))
        if person is None:
            return None if resource.get("subject") else self._shared
        if person.role == "mother" and column.subject == "child":
            for reference in resource.get("focus", ()):
                child = self._people.of(reference)
                if child is not None and child.role == "child":
                    return child
        if person.role == "child" and column.subject == "mother":
            return person.mother or person
        return person if person.role is not None else None

    def _listed(self, resource: Resource, loinc: str) -> None:
        """An Observation that ticks a box of a list, or says that none applies or nobody knows."""
        person = self._people.of(resource.get("subject"))
        if person is None:
            return
        for coding in resource.get("valueCodeableConcept", {}).get("coding", ()):
            code = coding.get("code")
            if code == codes.NONE_OF_THESE:
                person.lists[loinc] = "N"
            elif code in codes.UNKNOWN_CODES:
                person.lists.setdefault(loinc, "U")
            else:
                self._check(person, code, "Y", {loinc})
        if code_of(resource.get("dataAbsentReason")) in codes.UNKNOWN_CODES:
            person.lists.setdefault(loinc, "U")

    def _check(self, person: Person, code: str, word: str, lists: set[str]) -> None:
        box = codes.CHECKED.get(code)
        if box is None or box.subject != person.role:
            return
        if (known := lists & codes.LISTS.keys()) and box.list not in known:
            return
        if person.items.get(box.item) not in _TICKED:
            person.items[box.item] = word

    def _condition(self, resource: Resource) -> None:
        status = code_of(resource.get("verificationStatus"))
        person = self._people.of(resource.get("subject"))
        code = code_of(resource.get("code"))
        if person is None or status == "entered-in-error" or code not in codes.CHECKED:
            return
        word = "N" if status == "refuted" else "Y"
        if codes.CHECKED[code].item in ("DOWT", "CDIT") and word == "Y":
            evidence = (
                code_of(code) for each in resource.get("evidence", ()) for code in each.get("code", ())
            )
            word = "C" if status == "confirmed" or codes.KARYOTYPE in evidence else "P"
        self._check(person, code, word, {code_of(each) for each in resource.get("category", ())})

    def _procedure(self, resource: Resource) -> None:
        person = self._people.of(resource.get("subject"))
        status = resource.get("status")
        if person is None or (status not in _DONE and status != "not-done"):
            return
        code = code_of(resource.get("code"))
        category = code_of(resource.get("category"))
        if category == codes.ROUTE or code in codes.ROUTES:
            if status != "not-done" and (column := self._places.questions.get(codes.ROUTE)):
                person.put(column.name, translated(resource.get("code", {}), column))
            return
        self._check(person, code, "N" if status == "not-done" else "Y", {category})

    def _composition(self, resource: Resource) -> None:
        self._coded("outcome", resource.get("type"), self._shared)

    def _coverage(self, resource: Resource) -> None:
        self._coded("insurance", resource.get("type"), self._people.of(resource.get("beneficiary")))

    def _encounter(self, resource: Resource) -> None:
        person = self._people.of(resource.get("subject"))
        if person is None or resource.get("status") in _LOST:
            return
        hospital = resource.get("hospitalization", {})
        if person.role == "mother":
            self._transferred("mother_transfer", hospital.get("admitSource"), person)
        elif person.role == "child":
            self._transferred("child_transfer", hospital.get("dischargeDisposition"), person)
            for location in resource.get("location", ()):
                self._coded("birth_place", location.get("physicalType"), person)

    def _transferred(self, element: str, concept: Any, person: Person) -> None:
        """Yes where the place says so; another place was none of another site."""
        column = self._places.of_element.get(element)
        code = code_of(concept)
        if column is not None and code:
            person.put(column.name, column.words.get(code) or codes.ANSWERS.get(code) or "no")

    def _coded(self, element: str, concept: Any, person: Person | None) -> None:
        column = self._places.of_element.get(element)
        if column is None or person is None or not concept:
            return
        text = translated(concept, column)
        # A document of another kind says nothing about the outcome.
        if element != "outcome" or text in column.words.values():
            person.put(column.name, text)

    def _location(self, resource: Resource) -> None:
        column = self._places.of_element.get("site")
        kinds = {code_of(each) for each in resource.get("type", ())}
        if column is None or not kinds & {"loc_birth", "birth"}:
            return
        for each in resource.get("identifier", ()):
            if each.get("system", "").endswith("us-npi"):
                self._shared.put(column.name, each.get("value", ""))

    def _form(self, resource: Resource) -> None:
        """A form speaks of all children of its document, and of their mother."""
        for element, text in answers_of(resource, self._places):
            self._shared.put(self._places.of_element[element].name, text)
        for item, word in boxes_of(resource):
            self._shared.items.setdefault(item, word)

    def _general(self, resource: Resource, keys: tuple[str, ...], column: Column) -> None:
        found: Any = resource
        for key in keys:
            found = found.get(key, {})
        if isinstance(found, str):
            person = self._people.of(resource.get("subject")) or self._shared
            person.put(column.name, answer({"valueDateTime": found}, column))


@lru_cache(4_096)  # most births tick the same few boxes
def _boxes(
    places: Places, said: frozenset[tuple[str, str]], lists: frozenset[tuple[str, str]]
) -> tuple[dict[str, str], frozenset[str]]:
    """The columns that boxes fill, and those that are ticked although none of their list applies."""
    items, whole = dict(said), dict(lists)
    odd = {
        item
        for item, word in items.items()
        if word in _TICKED and whole.get(codes.CHECKED[codes.CODE_OF[item]].list) == "N"
    }
    for loinc, word in whole.items():
        for box in codes.LISTS[loinc]:
            items.setdefault(box.item, word)
    texts = {
        column.name: filling.read([items.get(item, "") for item in filling.items])
        for column, filling in places.boxes
    }
    if items.get("PCES") == "N" and (count := places.of_element.get("previous_caesareans")):
        texts[count.name] = "0"
    asked = frozenset(column.name for column, filling in places.boxes if odd.intersection(filling.items))
    return {name: text for name, text in texts.items() if text}, asked


def _codes(concept: Any) -> list[str]:
    return [each.get("code", "") for each in (concept or {}).get("coding", ())]


_READERS: Mapping[str, Callable[[_Document, Resource], None]] = {
    "Observation": _Document._observation,
    "Condition": _Document._condition,
    "Procedure": _Document._procedure,
    "Composition": _Document._composition,
    "Coverage": _Document._coverage,
    "Encounter": _Document._encounter,
    "Location": _Document._location,
    "QuestionnaireResponse": _Document._form,
}
