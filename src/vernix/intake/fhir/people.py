"""Who a document is about: its children, and the mother of each.

FHIR does not say of a Patient that it is a newborn. It follows from what points at it: the document's
subject, a profile, a role at an encounter, a relation, and last of all the questions asked about it.
"""

from __future__ import annotations

from collections.abc import Iterable

from vernix.births.elements import Subject
from vernix.intake.fhir.bundles import Contents
from vernix.intake.fhir.codes import OF_ELEMENT
from vernix.intake.fhir.patients import code_of
from vernix.intake.fhir.places import Places
from vernix.intake.fhir.resources import (
    Composition,
    Concept,
    Encounter,
    Observation,
    Patient,
    Reference,
    RelatedPerson,
    Resource,
)

_MOTHERS_SECTIONS = frozenset({"57073-9", "55752-0", "92014-0"})
_ROLES: dict[str, Subject] = {"CHILD": "child", "MTH": "mother", "NMTH": "mother", "GESTM": "mother"}
_PROFILES: tuple[tuple[str, Subject], ...] = (
    ("mother", "mother"),
    ("child", "child"),
    ("fetus", "child"),
    ("newborn", "child"),
)


_NONE: frozenset[str] = frozenset()


class Person:
    """A child or a mother, and what was found of it: texts by column, boxes by item.

    ``twice`` are columns of which two different values were found, ``unfit`` those with a figure in a unit
    that the element cannot have; ``lists`` says of whole lists that none applies or nobody knows.
    """

    __slots__ = ("cells", "items", "lists", "mother", "resource", "role", "twice", "unfit")

    def __init__(self, resource: Patient, role: Subject | None = None) -> None:
        self.resource = resource
        self.role = role
        self.mother: Person | None = None
        self.cells: dict[str, str] = {}
        self.items: dict[str, str] = {}
        self.lists: dict[str, str] = {}
        self.twice: frozenset[str] = _NONE
        self.unfit: frozenset[str] = _NONE

    def put(self, column: str, text: str) -> None:
        """Note what stands in a column; a second, different text is a contradiction."""
        if text and self.cells.setdefault(column, text) != text:
            self.twice |= {column}


UNSEEN = Patient()
"""The resource of somebody who is pointed at and not here."""


class People:
    """The children and mothers of one document; ``known`` has them by what points at them."""

    def __init__(self, contents: Contents, places: Places) -> None:
        self.known: dict[str | None, Person] = {}
        self.all: list[Person] = []
        for url, resource in contents.people:
            self._add(url, resource)
        if not self.all:
            self._elsewhere(contents)
        self._tell(contents.others)
        if any(each.role is None for each in self.all):
            stays = [each for each in contents.others if isinstance(each, Encounter)]
            self._guess(contents.observations, stays, places)
        self.children = [each for each in self.all if each.role == "child"]
        self.mothers = [each for each in self.all if each.role == "mother"]
        self._bind(contents)

    def of(self, reference: Reference | None) -> Person | None:
        """Whom a Reference means; None where it is nobody of this document."""
        text = None if reference is None else reference.reference
        if not text:
            return None
        return self.known.get(text) or self.known.get(_short(text))

    def by_role(self, stay: Encounter) -> Person | None:
        """Whom an Encounter means that names nobody, only a role: the one who has it."""
        role = _role(stay) if stay.subject is None else None
        having = [each for each in self.all if role and each.role == role]
        return having[0] if len(having) == 1 else None

    def _add(self, url: str, resource: Patient) -> None:
        if isinstance(resource, RelatedPerson):
            if not _is_mother(resource.relationship):
                return
            person = Person(resource, "mother")
        else:
            person = Person(resource, _by_profile(resource))
        self.all.append(person)
        self.known[f"{type(resource).__name__}/{resource.id}"] = person
        if url:
            self.known[url] = person

    def _elsewhere(self, contents: Contents) -> None:
        """Resources on their own are about Patients that are not here; then those are who they refer to."""
        for resource in (*contents.observations, *contents.others):
            subject = subject_of(resource)
            text = "" if subject is None else subject.reference or ""
            key = _short(text)
            if key.startswith("Patient/") and key not in self.known:
                self.known[key] = self.known[text] = person = Person(UNSEEN)
                self.all.append(person)

    def _tell(self, others: Iterable[Resource]) -> None:
        """The roles that resources give outright."""
        for resource in others:
            if type(resource) is Composition:
                if code_of(resource.type) in OF_ELEMENT["outcome"]:
                    self._set(resource.subject, "child")
                for section in resource.section or ():
                    if code_of(section.code) in _MOTHERS_SECTIONS:
                        self._set(section.focus, "mother")
            elif type(resource) is Encounter and (role := _role(resource)):
                self._set(resource.subject, role)

    def _set(self, reference: Reference | None, role: Subject) -> None:
        person = self.of(reference)
        if person is not None and person.role is None:
            person.role = role

    def _guess(self, observations: Iterable[Observation], stays: Iterable[Encounter], places: Places) -> None:
        """The roles that follow from what is said of somebody, and of one who is left."""
        for person in self.all:
            resource = person.resource
            born = resource.multiple_birth_integer is not None or resource.birth_date_extended is not None
            if person.role is None and born and not _is_grown(resource, stays):
                person.role = "child"
        for each in observations:
            code = code_of(each.code)
            if code in places.of_child:
                self._set(each.subject, "child")
            elif code in places.of_mother:
                self._set(each.subject, "mother")
        left = [each for each in self.all if each.role is None]
        if len(left) == 1:
            left[0].role = "mother" if any(each.role == "child" for each in self.all) else places.alone

    def _bind(self, contents: Contents) -> None:
        """Each child to its mother: the only one there is, or the one that something ties it to."""
        if len(self.mothers) == 1:
            for child in self.children:
                child.mother = self.mothers[0]
            return
        for mother in self.mothers:
            if isinstance(mother.resource, RelatedPerson):
                born = self.of(mother.resource.patient)
                if born is not None:
                    born.mother = mother
        stays = {f"Encounter/{each.id}": each for each in contents.others if isinstance(each, Encounter)}
        for observation in contents.observations:
            for focus in observation.focus or ():
                _tie(self.of(observation.subject), self.of(focus))
        for stay in stays.values():
            whole = stays.get((stay.part_of and stay.part_of.reference) or "")
            if whole is not None:
                _tie(self.of(stay.subject), self.of(whole.subject))


def _is_grown(person: Patient, stays: Iterable[Encounter]) -> bool:
    """Whether somebody was a year old or more at one of these stays."""
    born = (person.birth_date or "")[:4]
    years = [(each.period.start or "")[:4] for each in stays if each.period is not None]
    return born.isdecimal() and any(year.isdecimal() and int(year) - int(born) > 1 for year in years)


def _role(stay: Encounter) -> Subject | None:
    """The role that its subject has at an Encounter."""
    for extension in stay.extension or ():
        if role := _ROLES.get(code_of(extension.value_codeable_concept)):
            return role
    return None


def subject_of(resource: Resource) -> Reference | None:
    """Whom a resource is about."""
    found: Reference | None = getattr(resource, "subject", None)
    return found or getattr(resource, "beneficiary", None)


def _tie(one: Person | None, other: Person | None) -> None:
    """Note that a child and a mother belong to each other, unless the child has one."""
    if one is None or other is None or {one.role, other.role} != {"child", "mother"}:
        return
    child, mother = (one, other) if one.role == "child" else (other, one)
    child.mother = child.mother or mother


def _short(reference: str) -> str:
    """``Patient/1`` of an address that ends so, whichever version it names."""
    return "/".join(reference.split("/_history", maxsplit=1)[0].split("/")[-2:])


def _by_profile(resource: Patient) -> Subject | None:
    for profile in (resource.meta and resource.meta.profile) or ():
        name = profile.rsplit("/", 1)[-1].lower()
        for word, role in _PROFILES:
            if word in name:
                return role
    return None


def _is_mother(relationship: Iterable[Concept] | None) -> bool:
    return any(_ROLES.get(code_of(each)) == "mother" for each in relationship or ())
