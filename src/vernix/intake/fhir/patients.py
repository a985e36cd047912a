"""What a Patient (or a RelatedPerson, who has the same fields) says about itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from vernix.births.identity import CHART_NUMBER, HEALTH_NUMBER
from vernix.intake.fhir.resources import Address, Concept, Extension, Figure, Identifier, Name, Part, Patient

_NOT_NOW = frozenset({"maiden", "old", "nickname", "anonymous"})
_HEALTH_NUMBERS = "patient-hcn"  # how Canadian naming systems of health numbers end: ca-on-patient-hcn
_PARTIAL = ("partialDateTime", "PartialDateTime")
AGES = "Patient.extension.extension.value"


Said = Iterator[tuple[str, str]]
"""Places, as elements say where they stand, and the texts there."""


def personal(person: Patient) -> Said:
    """What a person's own resource says; texts may be empty."""
    if person.name is not None:
        yield from _named(person.name)
    yield "Patient.gender", _sex(person)
    if person.birth_date is not None or person.birth_date_extended is not None:
        yield from _born(person)
    if person.identifier is not None:
        yield from _numbered(person.identifier)
    if person.address:
        yield from _housed(person.address)
    for each in person.telecom or ():
        if each.system == "phone":
            yield "Patient.telecom.where(system='phone').value", each.value or ""
            break
    for spoken in person.communication or ():
        yield "Patient.communication.language", code_of(spoken.language)
        break
    if person.deceased_date_time is not None:
        yield "Patient.deceasedDateTime", day(person.deceased_date_time)


PERSONAL = frozenset(
    {
        *("Patient.name.family", "Patient.name.given", "Patient.name.where(use='maiden').family"),
        *("Patient.gender", "Patient.birthDate", "Patient.birthDate.substring(0, 4)"),
        *("Patient.birthDate.extension.value", "Patient.multipleBirthInteger"),
        *("Patient.multipleBirth.extension.value", CHART_NUMBER, HEALTH_NUMBER),
        *("Patient.address.line[0]", "Patient.address.line[1]", "Patient.address.city"),
        *("Patient.address.postalCode", "Patient.telecom.where(system='phone').value"),
        *("Patient.communication.language", "Patient.deceasedDateTime"),
    }
)
"""The places that `personal` and `order_of_birth` know."""


def order_of_birth(child: Patient) -> Said:
    """Which of how many children somebody is."""
    order = child.multiple_birth_integer
    if order is not None:
        yield "Patient.multipleBirthInteger", str(order)
    yield "Patient.multipleBirth.extension.value", _plurality(child)


def _named(names: list[Name]) -> Said:
    """The official name, else the first that is used now; and the one before marriage."""
    chosen = maiden = None
    for each in names:
        use = each.use
        if use == "official":
            chosen = each if chosen is None or chosen.use != use else chosen
        elif use == "maiden":
            maiden = maiden or each
        elif chosen is None and use not in _NOT_NOW:
            chosen = each
    if chosen is not None:
        yield "Patient.name.family", chosen.family or ""
        yield "Patient.name.given", " ".join([each for each in chosen.given or () if each])
    if maiden is not None:
        yield "Patient.name.where(use='maiden').family", maiden.family or ""


def _sex(person: Patient) -> str:
    """Sex at birth; a gender, which may be another, only where that is not said."""
    for extension in extensions(person, "us-core-birthsex"):
        return extension.value_code or code_of(extension.value_codeable_concept)
    return person.gender or ""


def _born(person: Patient) -> Said:
    """The day, if all of it is known; the year, also of a date of which no more is known; and the time."""
    date, beside = person.birth_date, person.birth_date_extended
    if date:
        yield "Patient.birthDate", day(date)
        yield "Patient.birthDate.substring(0, 4)", date[:4]
    if beside is None:
        return
    if not date:
        yield "Patient.birthDate.substring(0, 4)", _partial_year(beside)
    for extension in extensions(beside, "patient-birthTime"):
        moment = extension.value_date_time or ""
        # A moment of another day was turned to another clock, as by Z: which time it was here is not known.
        if not date or moment.startswith(date):
            yield "Patient.birthDate.extension.value", clock(moment)
        break


def _partial_year(date: Part) -> str:
    for name in _PARTIAL:
        for partial in extensions(date, name):
            for part in partial.extension or ():
                if part.url == "year" and part.value_unsigned_int is not None:
                    return str(part.value_unsigned_int)
    return ""


def _plurality(person: Patient) -> str:
    if person.multiple_birth_boolean is False:
        return "1"
    for extended in (person.multiple_birth_integer_extended, person.multiple_birth_boolean_extended, person):
        for extension in extensions(extended, "patient-multipleBirthTotal"):
            total = extension.value_positive_int
            return "" if total is None else str(total)
    return ""


def _numbered(identifiers: list[Identifier]) -> Said:
    """The chart's number, and the health number."""
    chart = health = None
    for each in identifiers:
        kind = code_of(each.type)
        if kind == "MR":
            chart = chart or each.value
        elif kind == "JHN" or (each.system or "").endswith(_HEALTH_NUMBERS):
            health = health or each.value
    yield CHART_NUMBER, chart or ""
    yield HEALTH_NUMBER, health or ""


def _housed(addresses: list[Address]) -> Said:
    """Where somebody lives: the address at home, else the first."""
    chosen = addresses[0]
    for each in addresses:
        if each.use == "home":
            chosen = each
            break
    for place, line in enumerate((chosen.line or ())[:2]):
        yield f"Patient.address.line[{place}]", line or ""
    yield "Patient.address.city", chosen.city or ""
    yield "Patient.address.postalCode", chosen.postal_code or ""


class Age(NamedTuple):
    """A parent's age as the child's Patient reports it: the role (``MTH``, ``FTH``) and the years."""

    role: str
    years: Figure


def reported_ages(child: Patient) -> Iterator[Age]:
    """The parents' ages at the birth."""
    for extension in extensions(child, "Extension-reported-parent-age-at-delivery-vr"):
        parts = {each.url: each for each in extension.extension or ()}
        if "reportedAge" not in parts or "motherOrFather" not in parts:
            continue
        age = parts["reportedAge"].value_quantity
        if age is not None and age.value is not None:
            yield Age(code_of(parts["motherOrFather"].value_codeable_concept), age.value)


def extensions(extended: Part | None, name: str) -> Iterator[Extension]:
    """The extensions of something whose address ends in ``name``."""
    if extended is None or extended.extension is None:
        return
    for each in extended.extension:
        if each.url.endswith(name) and each.url.rpartition("/")[2] == name:
            yield each


def code_of(concept: Concept | None) -> str:
    """The first code of a CodeableConcept; empty where it has none."""
    if concept is None or not concept.coding:
        return ""
    return concept.coding[0].code or ""


def day(moment: str) -> str:
    """The day of a date or moment, empty where not all of it is known."""
    return moment[:10] if len(moment) >= 10 else ""


def clock(moment: str) -> str:
    """The time of day of a time or moment, as its clock showed it."""
    time = moment.partition("T")[2] if "T" in moment else moment if ":" in moment else ""
    return time[:5]
