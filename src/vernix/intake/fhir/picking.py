"""From the resources of one document to its rows: each looked at once, with a table of what to pick.

A row is a child with what is said of its mother, or a mother alone where the encounter is hers. What several
resources say of one thing must agree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from vernix.births.elements import Subject
from vernix.intake.fhir import codes
from vernix.intake.fhir.boxes import ticked
from vernix.intake.fhir.bundles import Contents
from vernix.intake.fhir.forms import answers_of, boxes_of
from vernix.intake.fhir.patients import code_of, extensions, order_of_birth, personal, reported_ages
from vernix.intake.fhir.people import UNSEEN, People, Person, subject_of
from vernix.intake.fhir.places import Column, Places
from vernix.intake.fhir.resources import (
    Answer,
    Composition,
    Concept,
    Condition,
    Coverage,
    Encounter,
    Location,
    Observation,
    Procedure,
    QuestionnaireResponse,
    Reference,
    Resource,
)
from vernix.intake.fhir.values import NO_UNIT, answer, figure, translated

_LOST = frozenset({"entered-in-error", "cancelled"})
_DONE = frozenset({"completed", "in-progress", None})
_TICKED = frozenset({"Y", "C", "P"})
_GAIN = ("mother_weight_gain", "mother_weight_before", "mother_weight_delivery")


@dataclass(slots=True)
class Row:
    """The texts of one row by column.

    ``twice`` are columns with a contradiction, ``unfit`` those with a figure in a unit that the element
    cannot have, ``odd`` boxes that are ticked although none of a list applies.
    """

    cells: dict[str, str]
    twice: frozenset[str]
    unfit: frozenset[str]
    odd: frozenset[str]


def rows_of(contents: Contents, places: Places) -> list[Row]:
    """The rows of one document.

    Raises ``TypeError`` and its like where a resource is not shaped as FHIR says.
    """
    return [row for _, row in Picking(contents, places).rows()]


class Picking:
    """One document, or resources that stand alone and point at each other."""

    def __init__(self, contents: Contents, places: Places, *, together: bool = True) -> None:
        """``together`` says that what is about nobody in particular is about all who are here."""
        self._places = places
        self._number = contents.number
        self._together = together
        self.people = People(contents, places)
        self._shared = Person(UNSEEN)
        self._sites = {f"Location/{each.id}": each for each in contents.others if isinstance(each, Location)}
        self._observations(contents.observations)
        for resource in contents.others:
            read = _READERS.get(type(resource))
            if read is not None:
                read(self, resource)
        for kind, keys, column in places.general:
            for resource in contents.others:
                if type(resource).__name__ == kind:
                    self._general(resource, keys, column)

    def rows(self) -> list[tuple[Person, Row]]:
        """A row for each person whom the encounter is about."""
        for person in self.people.all:
            if person.role is not None:
                self._own(person, person.role)
        chosen = self.people.children if self._places.per_child else self.people.mothers
        if not self.people.all and self._shared.cells:
            chosen = [Person(UNSEEN)]  # a form that stands alone
        rows = [(person, self._row(person)) for person in chosen]
        if self._number and (column := self._places.of_element.get("record_number")):
            for place, (_, row) in enumerate(rows, 1):
                row.cells[column.name] = self._number if len(rows) == 1 else f"{self._number}-{place}"
        return rows

    def _own(self, person: Person, role: Subject) -> None:
        """What the person's own resource says."""
        resource = person.resource
        columns = self._places.personal[role]
        for place, text in personal(resource):
            if text and place in columns:
                person.put(columns[place], text)
        if role == "child":
            for place, text in order_of_birth(resource):
                if text and place in columns:
                    person.put(columns[place], text)
            for parent, years in reported_ages(resource):
                column = self._places.of_element.get("mother_age" if parent == "MTH" else "father_age")
                if column is not None:
                    person.put(column.name, figure(years, column))

    def _row(self, person: Person) -> Row:
        first, *others = [each for each in (self._shared, person.mother, person) if each is not None]
        cells, items, lists = first.cells, first.items, first.lists
        twice, unfit = first.twice, first.unfit
        for part in others:
            if not cells.keys().isdisjoint(part.cells):
                twice |= {name for name, text in part.cells.items() if cells.get(name, text) != text}
            cells = part.cells | cells
            items, lists = items | part.items, lists | part.lists
            twice, unfit = twice | part.twice, unfit | part.unfit
        odd = frozenset[str]()
        if items or lists:
            said, odd = ticked(self._places, frozenset(items.items()), frozenset(lists.items()))
            cells = said | cells
        self._gain(cells)
        return Row(cells, twice, unfit, odd)

    def _gain(self, cells: dict[str, str]) -> None:
        """The weight gained, as the exchange reads it from both weights."""
        gain, before, after = map(self._places.of_element.get, _GAIN)
        if gain is None or before is None or after is None:
            return
        if before.name in cells and after.name in cells:
            cells[gain.name] = _difference(cells[after.name], cells[before.name])

    def _observations(self, observations: Sequence[Observation]) -> None:
        questions = self._places.questions
        for each in observations:
            code = each.code
            if code is None or each.status in _LOST:
                continue
            for coding in code.coding or ():
                column = questions.get(coding.code or "")
                if column is not None:
                    self._answered(each, each, column)
                    break
                if coding.code in codes.LISTS:
                    self._listed(each, coding.code or "")
                    break
            if each.component is not None:
                for component in each.component:
                    if column := questions.get(code_of(component.code)):
                        self._answered(each, component, column)

    def _answered(self, observation: Observation, holder: Answer, column: Column) -> None:
        """Note the answer to a question, unless there is none, or nobody whom it is about."""
        text = answer(holder, column)
        if not text:
            return
        subject = observation.subject
        if subject is None:
            person = self._shared
        else:
            found = self.people.known.get(subject.reference) or self.people.of(subject)
            if found is not None and found.role != column.subject:
                found = _whom(self.people, observation, found, column)
            if found is None:
                return
            person = found
        if NO_UNIT in text:
            person.unfit |= {column.name}
            return
        if column.element.at.loinc in codes.SEVERAL and column.name in person.cells:
            return
        person.put(column.name, text)
        if column.element.name == "birth_weight":
            self._confirmed(observation, person)

    def _confirmed(self, observation: Observation, person: Person) -> None:
        """The flag that says that somebody looked at an odd weight."""
        flag = self._places.of_element.get("weight_confirmed")
        if flag is None:
            return
        for extension in extensions(observation.value_quantity, "BypassEditFlag"):
            if extension.value_codeable_concept is not None:
                person.put(flag.name, translated(extension.value_codeable_concept, flag))

    def _listed(self, observation: Observation, loinc: str) -> None:
        """An Observation that ticks a box of a list, or says that none applies or nobody knows."""
        person = self.people.of(observation.subject)
        if person is None:
            return
        value = observation.value_codeable_concept
        for coding in (value and value.coding) or ():
            if coding.code == codes.NONE_OF_THESE:
                person.lists[loinc] = "N"
            elif coding.code in codes.UNKNOWN_CODES:
                person.lists.setdefault(loinc, "U")
            else:
                _check(person, coding.code or "", "Y", loinc)
        if code_of(observation.data_absent_reason) in codes.UNKNOWN_CODES:
            person.lists.setdefault(loinc, "U")

    def _condition(self, resource: Condition) -> None:
        status = code_of(resource.verification_status)
        person = self.people.of(resource.subject)
        code = code_of(resource.code)
        if person is None or status == "entered-in-error" or code not in codes.CHECKED:
            return
        word = "N" if status == "refuted" else "Y"
        if codes.CHECKED[code].item in ("DOWT", "CDIT") and word == "Y":
            evidence = (code_of(code) for each in resource.evidence or () for code in each.code or ())
            word = "C" if status == "confirmed" or codes.KARYOTYPE in evidence else "P"
        _check(person, code, word, *map(code_of, resource.category or ()))

    def _procedure(self, resource: Procedure) -> None:
        person = self.people.of(resource.subject)
        status = resource.status
        if person is None or (status not in _DONE and status != "not-done"):
            return
        code = code_of(resource.code)
        category = code_of(resource.category)
        if category == codes.ROUTE or code in codes.ROUTES:
            column = self._places.questions.get(codes.ROUTE)
            if status != "not-done" and column is not None and resource.code is not None:
                person.put(column.name, translated(resource.code, column))
            return
        _check(person, code, "N" if status == "not-done" else "Y", category)

    def _composition(self, resource: Composition) -> None:
        self._coded("outcome", resource.type, self._speaking_of(resource.subject))

    def _coverage(self, resource: Coverage) -> None:
        insured = self.people.of(resource.beneficiary)
        if insured is None and resource.beneficiary is None and self._together:
            insured = self._shared
        self._coded("insurance", resource.type, insured)

    def _encounter(self, resource: Encounter) -> None:
        person = self.people.of(resource.subject) or self.people.by_role(resource)
        if person is None or resource.status in _LOST:
            return
        hospital = resource.hospitalization
        if person.role == "mother" and hospital is not None:
            self._transferred("mother_transfer", hospital.admit_source, person)
        elif person.role == "child":
            if hospital is not None:
                self._transferred("child_transfer", hospital.discharge_disposition, person)
            for location in resource.location or ():
                self._coded("birth_place", location.physical_type, person)
                site = self._sites.get((location.location and location.location.reference) or "")
                if site is not None:
                    self._site(site, person)

    def _transferred(self, element: str, concept: Concept | None, person: Person) -> None:
        """Yes where the place says so; another place was none of another site."""
        column = self._places.of_element.get(element)
        code = code_of(concept)
        if column is not None and code:
            person.put(column.name, column.words.get(code) or codes.ANSWERS.get(code) or "no")

    def _coded(self, element: str, concept: Concept | None, person: Person | None) -> None:
        column = self._places.of_element.get(element)
        if column is None or person is None or concept is None:
            return
        text = translated(concept, column)
        # A document of another kind says nothing about the outcome.
        if element != "outcome" or text in column.words.values():
            person.put(column.name, text)

    def _location(self, resource: Location) -> None:
        if self._together:
            self._site(resource, self._shared)

    def _site(self, location: Location, person: Person) -> None:
        """The site's number, of the place where a birth was."""
        column = self._places.of_element.get("site")
        if column is None or not {code_of(each) for each in location.type or ()} & codes.BIRTH_LOCATIONS:
            return
        for each in location.identifier or ():
            if (each.system or "").endswith("us-npi"):
                person.put(column.name, each.value or "")

    def _form(self, resource: QuestionnaireResponse) -> None:
        """A form speaks of all children of its document and of their mother, unless it says of whom."""
        person = self._speaking_of(resource.subject)
        for element, text in answers_of(resource, self._places):
            person.put(self._places.of_element[element].name, text)
        for item, word in boxes_of(resource):
            person.items.setdefault(item, word)

    def _speaking_of(self, subject: Reference | None) -> Person:
        return self._shared if self._together else self.people.of(subject) or Person(UNSEEN)

    def _general(self, resource: Resource, keys: tuple[str, ...], column: Column) -> None:
        found: object = resource
        for key in keys:
            found = getattr(found, key, None)
        if isinstance(found, str):
            person = self.people.of(subject_of(resource)) or self._shared
            person.put(column.name, answer(Answer(value_date_time=found), column))


def _whom(people: People, observation: Observation, person: Person, column: Column) -> Person | None:
    """Whose answer it is. What is asked of the mother about one child is that child's."""
    if code_of(observation.code) in codes.OTHER_NAMES and person.role != "mother":
        return None
    if person.role == "mother" and column.subject == "child":
        for reference in observation.focus or ():
            child = people.of(reference)
            if child is not None and child.role == "child":
                return child
    if person.role == "child" and column.subject == "mother":
        return person.mother or person
    return person if person.role is not None else None


def _check(person: Person, code: str, word: str, *lists: str) -> None:
    """Tick a box, where it is one of this person and of one of these lists, or of no list that is known."""
    box = codes.CHECKED.get(code)
    if box is None or box.subject != person.role:
        return
    if box.list not in lists and any(each in codes.LISTS for each in lists):
        return
    if person.items.get(box.item) not in _TICKED:
        person.items[box.item] = word


@lru_cache(50_000)
def _difference(after: str, before: str) -> str:
    """A figure less another; empty where one of them is none."""
    try:
        return f"{Decimal(after) - Decimal(before):f}"
    except InvalidOperation:
        return ""


_READERS: Mapping[type[Resource], Callable[[Picking, Any], None]] = {
    Condition: Picking._condition,
    Procedure: Picking._procedure,
    Composition: Picking._composition,
    Coverage: Picking._coverage,
    Encounter: Picking._encounter,
    Location: Picking._location,
    QuestionnaireResponse: Picking._form,
}
