"""Who a document is about: its children, and the mother of each.

FHIR does not say of a Patient that it is a newborn. It follows from what points at it: the document's
subject, a profile, a role at an encounter, a relation, and last of all the questions asked about it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from vernix.births.elements import Subject

Resource = dict[str, Any]

_MOTHERS_SECTIONS = frozenset({"57073-9", "55752-0", "92014-0"})
_ROLES: dict[str, Subject] = {"CHILD": "child", "MTH": "mother", "NMTH": "mother", "GESTM": "mother"}
_PROFILES: tuple[tuple[str, Subject], ...] = (
    ("mother", "mother"),
    ("child", "child"),
    ("fetus", "child"),
    ("newborn", "child"),
)


class Person:
    """A child or a mother, and what was found of it: texts by column, boxes by item.

    ``twice`` are columns of which two different values were found; ``nones`` the lists of which none applies.
    """

    __slots__ = ("cells", "items", "lists", "mother", "resource", "role", "twice")

    def __init__(self, resource: Resource, role: Subject | None = None) -> None:
        self.resource = resource
        self.role = role
        self.mother: Person | None = None
        self.cells: dict[str, str] = {}
        self.items: dict[str, str] = {}
        self.lists: dict[str, str] = {}
        self.twice: set[str] = set()

    def put(self, column: str, text: str) -> None:
        """Note what stands in a column; a second, different text is a contradiction."""
        if not isinstance(text, str):
            raise TypeError
        if text and self.cells.setdefault(column, text) != text:
            self.twice.add(column)


class People:
    """The children and mothers of one document."""

    def __init__(
        self,
        resources: Sequence[Resource],
        of_child: frozenset[str],
        of_mother: frozenset[str],
        alone: Subject | None,
    ) -> None:
        """``of_child`` and ``of_mother`` are the questions (LOINC) that can only be about one of them;
        ``alone`` says what somebody is whom nothing tells, None to leave it open."""
        self._known: dict[str, Person] = {}
        self.all: list[Person] = []
        for resource in resources:
            kind = resource["resourceType"]
            if kind == "Patient" or (kind == "RelatedPerson" and _role(resource.get("relationship"))):
                self._add(resource, kind)
        if not self.all:
            self._elsewhere(resources)
        self._tell(resources)
        if any(each.role is None for each in self.all):
            self._guess(resources, of_child, of_mother, alone)
        self.children = [each for each in self.all if each.role == "child"]
        self.mothers = [each for each in self.all if each.role == "mother"]
        self._bind(resources)

    def of(self, reference: Any) -> Person | None:
        """Whom a Reference means; None where it is nobody of this document."""
        if not reference:
            return None
        text = reference.get("reference")
        if not text:
            return None
        return self._known.get(text) or self._known.get(_short(text))

    def _add(self, resource: Resource, kind: str) -> None:
        person = Person(resource, "mother" if kind == "RelatedPerson" else _by_profile(resource))
        self.all.append(person)
        self._known[f"{kind}/{resource.get('id')}"] = person
        if url := resource.get("\0url"):
            self._known[url] = person

    def _elsewhere(self, resources: Iterable[Resource]) -> None:
        """Resources on their own are about Patients that are not here; then those are who they refer to."""
        for resource in resources:
            text = (resource.get("subject") or {}).get("reference", "")
            key = _short(text)
            if key.startswith("Patient/") and key not in self._known:
                self._known[key] = self._known[text] = person = Person({})
                self.all.append(person)

    def _tell(self, resources: Iterable[Resource]) -> None:
        """The roles that resources give outright."""
        for resource in resources:
            kind = resource["resourceType"]
            if kind == "Composition":
                self._set(resource.get("subject"), "child")
                for section in resource.get("section", ()):
                    if code_of(section.get("code")) in _MOTHERS_SECTIONS:
                        self._set(section.get("focus"), "mother")
            elif kind == "Encounter":
                for extension in resource.get("extension", ()):
                    role = _ROLES.get(code_of(extension.get("valueCodeableConcept")))
                    if role:
                        self._set(resource.get("subject"), role)

    def _set(self, reference: Any, role: Subject) -> None:
        person = self.of(reference)
        if person is not None and person.role is None:
            person.role = role

    def _guess(
        self,
        resources: Iterable[Resource],
        of_child: frozenset[str],
        of_mother: frozenset[str],
        alone: Subject | None,
    ) -> None:
        """The roles that follow from what is said of somebody, and of one who is left."""
        for person in self.all:
            if person.role is None and (
                "multipleBirthInteger" in person.resource or "_birthDate" in person.resource
            ):
                person.role = "child"
        for resource in resources:
            if resource["resourceType"] == "Observation":
                code = code_of(resource.get("code"))
                if code in of_child:
                    self._set(resource.get("subject"), "child")
                elif code in of_mother:
                    self._set(resource.get("subject"), "mother")
        left = [each for each in self.all if each.role is None]
        if len(left) == 1:
            left[0].role = "mother" if any(each.role == "child" for each in self.all) else alone

    def _bind(self, resources: Iterable[Resource]) -> None:
        """Each child to its mother: the only one there is, or the one that something ties it to."""
        if len(self.mothers) == 1:
            for child in self.children:
                child.mother = self.mothers[0]
            return
        for mother in self.mothers:
            born = self.of(mother.resource.get("patient"))
            if born is not None:
                born.mother = mother
        encounters = {
            f"Encounter/{each.get('id')}": each for each in resources if each["resourceType"] == "Encounter"
        }
        for resource in resources:
            one = self.of(resource.get("subject"))
            others = [self.of(each) for each in resource.get("focus", ()) if isinstance(each, dict)]
            if part := resource.get("partOf"):
                others.append(self.of(encounters.get((part or {}).get("reference", ""), {}).get("subject")))
            for other in others:
                if one is not None and other is not None and {one.role, other.role} == {"child", "mother"}:
                    child, mother = (one, other) if one.role == "child" else (other, one)
                    child.mother = child.mother or mother


def _short(reference: str) -> str:
    """``Patient/1`` of an address that ends so, whichever version it names."""
    return "/".join(reference.split("/_history", maxsplit=1)[0].split("/")[-2:])


def _by_profile(resource: Resource) -> Subject | None:
    for profile in resource.get("meta", {}).get("profile", ()):
        name = profile.rsplit("/", 1)[-1].lower()
        for word, role in _PROFILES:
            if word in name:
                return role
    return None


def _role(relationship: Any) -> Subject | None:
    for concept in relationship or ():
        if _ROLES.get(code_of(concept)) == "mother":
            return "mother"
    return None


def code_of(concept: Any) -> str:
    """The first code of a CodeableConcept; empty where it has none."""
    try:
        code = concept["coding"][0]["code"]
    except (KeyError, IndexError, TypeError):
        return ""
    if not isinstance(code, str):
        raise TypeError
    return code
