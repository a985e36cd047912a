"""What is said of an element besides its own words, in English and French: its type, its level, its limits.

Used wherever an element is shown to a person: the pages, the table, the templates.
"""

from __future__ import annotations

from collections.abc import Mapping

from vernix.births import gestation
from vernix.births.codes import Words
from vernix.births.elements import Element, Places, Privacy, Range, Required, Subject, Type

REQUIRED: Mapping[Required, Words] = {
    "required": Words("required", "obligatoire"),
    "expected": Words("expected", "attendu"),
    "optional": Words("optional", "facultatif"),
}
PRIVACY: Mapping[Privacy, Words] = {
    "direct": Words("direct identifier", "identifiant direct"),
    "quasi": Words("quasi-identifier", "quasi-identifiant"),
    "clinical": Words("clinical", "clinique"),
}
SUBJECT: Mapping[Subject, Words] = {
    "child": Words("of the child", "de l’enfant"),
    "mother": Words("of the mother", "de la mère"),
    "event": Words("of the event", "de l’événement"),
}
_KINDS: Mapping[Type, Words] = {
    "integer": Words("whole number", "nombre entier"),
    "date": Words("date, YYYY-MM-DD", "date, AAAA-MM-JJ"),
    "time": Words("time of day, HH:MM", "heure, HH:MM"),
    "boolean": Words("yes or no", "oui ou non"),
    "gestation": Words("gestation, 38w4d", "âge gestationnel, 38w4d"),
    "code": Words("code", "code"),
}


def kind(element: Element) -> Words:
    """The type, with the unit: ``whole number, in g``."""
    if element.type == "text":
        return Words(
            f"text, at most {element.longest} characters", f"texte, au plus {element.longest} caractères"
        )
    told = _KINDS[element.type] if element.type != "decimal" else _decimal(element.digits)
    if element.unit and element.type != "gestation":
        return Words(f"{told.en}, in {element.unit}", f"{told.fr}, en {element.unit}")
    return told


def limits(element: Element, within: Range) -> Words:
    """A range of the element: ``100 to 7500``; of a gestation in weeks and days."""
    ends = [
        gestation.spelled(int(end)) if element.type == "gestation" else str(end)
        for end in (within.low, within.high)
    ]
    return Words(" to ".join(ends), " à ".join(ends))


def places(at: Places) -> list[tuple[str, tuple[str, ...]]]:
    """Where an element stands in the formats of others: the format's name, and its places there."""
    loinc = (at.loinc,) if at.loinc else ()
    formats = {"IJE": at.ije, "HL7 v2": at.hl7, "FHIR": at.fhir, "XML": at.xml, "LOINC": loinc}
    return [(name, found) for name, found in formats.items() if found]


def _decimal(digits: int) -> Words:
    ending = "" if digits == 1 else "s"
    return Words(f"number with {digits} decimal place{ending}", f"nombre à {digits} décimale{ending}")
