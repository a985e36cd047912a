"""What a Patient (or a RelatedPerson, who has the same fields) says about itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from vernix.births.identity import CHART_NUMBER, HEALTH_NUMBER
from vernix.intake.fhir.people import Resource, code_of

_NOT_NOW = frozenset({"maiden", "old", "nickname", "anonymous"})
_HEALTH_NUMBERS = "patient-hcn"  # how Canadian naming systems of health numbers end: ca-on-patient-hcn
AGES = "Patient.extension.extension.value"


def _family(person: Resource) -> str:
    return _name(person).get("family", "")  # type: ignore[no-any-return]


def _given(person: Resource) -> str:
    return " ".join(_name(person).get("given", ()))


def _name(person: Resource) -> Any:
    names = [each for each in person.get("name", ()) if each.get("use") not in _NOT_NOW]
    return next((each for each in names if each.get("use") == "official"), names[0] if names else {})


def _maiden(person: Resource) -> str:
    return next(
        (each.get("family", "") for each in person.get("name", ()) if each.get("use") == "maiden"), ""
    )


def _sex(person: Resource) -> str:
    """Sex at birth; a gender, which may be another, only where that is not said."""
    for extension in extensions(person, "us-core-birthsex"):
        return extension.get("valueCode") or code_of(extension.get("valueCodeableConcept"))
    return person.get("gender", "")  # type: ignore[no-any-return]


def _birth_date(person: Resource) -> str:
    return day(person.get("birthDate", ""))


def _birth_year(person: Resource) -> str:
    """The year, also of a date of which no more is known."""
    year = person.get("birthDate", "")[:4]
    if year or "_birthDate" not in person:
        return year  # type: ignore[no-any-return]
    for partial in (
        *extensions(person["_birthDate"], "partialDateTime"),
        *extensions(person["_birthDate"], "PartialDateTime"),
    ):
        for part in partial.get("extension", ()):
            if part.get("url") == "year" and "valueUnsignedInt" in part:
                return str(part["valueUnsignedInt"])
    return ""


def _birth_time(person: Resource) -> str:
    for extension in extensions(person.get("_birthDate"), "patient-birthTime"):
        return clock(extension.get("valueDateTime", ""))
    return ""


def _birth_order(person: Resource) -> str:
    return str(person.get("multipleBirthInteger", ""))


def _plurality(person: Resource) -> str:
    if person.get("multipleBirthBoolean") is False:
        return "1"
    for extended in (person.get("_multipleBirthInteger"), person.get("_multipleBirthBoolean"), person):
        for extension in extensions(extended, "patient-multipleBirthTotal"):
            return str(extension.get("valuePositiveInt", ""))
    return ""


def _chart(person: Resource) -> str:
    return _identifier(person, "MR", "\0")


def _health_number(person: Resource) -> str:
    return _identifier(person, "JHN", _HEALTH_NUMBERS)


def _identifier(person: Resource, kind: str, system: str) -> str:
    for each in person.get("identifier", ()):
        if code_of(each.get("type")) == kind or each.get("system", "").endswith(system):
            return each.get("value", "")  # type: ignore[no-any-return]
    return ""


def _address(person: Resource) -> Any:
    addresses = person.get("address", ())
    return next((each for each in addresses if each.get("use") == "home"), addresses[0] if addresses else {})


def _line(place: int) -> Callable[[Resource], str]:
    def line(person: Resource) -> str:
        lines = _address(person).get("line", ())
        return lines[place] or "" if len(lines) > place else ""

    return line


def _phone(person: Resource) -> str:
    return next(
        (each.get("value", "") for each in person.get("telecom", ()) if each.get("system") == "phone"), ""
    )


PERSONAL: Mapping[str, Callable[[Resource], str]] = {
    "Patient.name.family": _family,
    "Patient.name.given": _given,
    "Patient.name.where(use='maiden').family": _maiden,
    "Patient.gender": _sex,
    "Patient.birthDate": _birth_date,
    "Patient.birthDate.substring(0, 4)": _birth_year,
    "Patient.birthDate.extension.value": _birth_time,
    "Patient.multipleBirthInteger": _birth_order,
    "Patient.multipleBirth.extension.value": _plurality,
    CHART_NUMBER: _chart,
    HEALTH_NUMBER: _health_number,
    "Patient.address.line[0]": _line(0),
    "Patient.address.line[1]": _line(1),
    "Patient.address.city": lambda person: _address(person).get("city", ""),
    "Patient.address.postalCode": lambda person: _address(person).get("postalCode", ""),
    "Patient.telecom.where(system='phone').value": _phone,
}
"""By the place that an element says it stands at: its text."""


def reported_ages(child: Resource) -> Iterator[tuple[str, str]]:
    """The parents' ages as a child's Patient reports them: the role (``MTH``, ``FTH``) and the years."""
    for extension in extensions(child, "Extension-reported-parent-age-at-delivery-vr"):
        parts = {each.get("url"): each for each in extension.get("extension", ())}
        age = parts.get("reportedAge", {}).get("valueQuantity", {})
        if "value" in age:
            yield code_of(parts.get("motherOrFather", {}).get("valueCodeableConcept")), str(age["value"])


def extensions(extended: Any, name: str) -> Iterator[Any]:
    """The extensions of something whose address ends in ``name``."""
    for each in (extended or {}).get("extension", ()):
        if each["url"].rsplit("/", 1)[-1] == name:
            yield each


def day(moment: str) -> str:
    """The day of a date or moment, empty where not all of it is known."""
    return moment[:10] if len(moment) >= 10 else ""


def clock(moment: str) -> str:
    """The time of day of a time or moment, as its clock showed it."""
    time = moment.partition("T")[2] if "T" in moment else moment if ":" in moment else ""
    return time[:5]
