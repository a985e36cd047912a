"""Documents for the tests: a birth as vital records offices report it, made from a few words."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import quoteattr

LOINC, SNOMED, UCUM = "http://loinc.org", "http://snomed.info/sct", "http://unitsofmeasure.org"
CHILD, MOTHER = "urn:uuid:child", "urn:uuid:mother"
BFDR = "http://hl7.org/fhir/us/bfdr/StructureDefinition/"
CANARY = "Zyxwvutcanary"

Resource = dict[str, Any]


def concept(code: str, system: str = SNOMED) -> Resource:
    return {"coding": [{"system": system, "code": code}]}


def observation(loinc: str, subject: str = MOTHER, **rest: Any) -> Resource:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": concept(loinc, LOINC),
        "subject": {"reference": subject},
        **rest,
    }


def quantity(value: float, unit: str) -> Resource:
    return {"valueQuantity": {"value": value, "system": UCUM, "code": unit}}


def ticked(kind: str, loinc: str, code: str, subject: str = MOTHER, **rest: Any) -> Resource:
    category: Any = concept(loinc, LOINC)
    return {
        "resourceType": kind,
        "category": [category] if kind == "Condition" else category,
        "code": concept(code),
        "subject": {"reference": subject},
        **({"status": "completed"} if kind == "Procedure" else {}),
        **rest,
    }


def none_of(loinc: str, subject: str = MOTHER) -> Resource:
    return observation(loinc, subject, valueCodeableConcept=concept("260413007"))


def child(given: str = "Alba", **rest: Any) -> Resource:
    return {
        "resourceType": "Patient",
        "id": given.lower(),
        "name": [{"use": "official", "family": "Testa", "given": [given, "Iris"]}],
        "gender": "female",
        "birthDate": "2024-03-05",
        "_birthDate": {
            "extension": [
                {
                    "url": "http://hl7.org/fhir/StructureDefinition/patient-birthTime",
                    "valueDateTime": "2024-03-05T04:31:00-05:00",
                }
            ]
        },
        "multipleBirthInteger": 1,
        **rest,
    }


def mother(**rest: Any) -> Resource:
    return {
        "resourceType": "Patient",
        "id": "mother",
        "name": [
            {"use": "maiden", "family": "Prima"},
            {"use": "official", "family": "Testa", "given": ["Clara"]},
        ],
        "identifier": [{"type": concept("MR", "v2-0203"), "value": "M-77"}],
        "birthDate": "1994-07-01",
        "address": [{"use": "home", "line": ["1 Example Street"], "city": "Ottawa", "postalCode": "K1A0B1"}],
        **rest,
    }


def bundle(*resources: Resource, number: str = "41", fetal: bool = False) -> Resource:
    """A document: its Composition, a child and a mother where none is given, and these resources."""
    composition = {
        "resourceType": "Composition",
        "status": "final",
        "date": "2024-03-06",
        "title": "Report",
        "author": [{"display": "the office"}],
        "type": concept("69045-3" if fetal else "68998-4", LOINC),
        "subject": {"reference": CHILD},
        "section": [{"code": concept("55752-0", LOINC), "focus": {"reference": MOTHER}}],
    }
    people = [each for each in resources if each["resourceType"] == "Patient"] or [child(), mother()]
    others = [each for each in resources if each["resourceType"] != "Patient"]
    urls = [CHILD, MOTHER, "urn:uuid:second"]
    return {
        "resourceType": "Bundle",
        "type": "document",
        "identifier": {"value": number},
        "entry": [
            {"resource": composition},
            *({"fullUrl": url, "resource": each} for url, each in zip(urls, people, strict=False)),
            *({"resource": each} for each in others),
        ],
    }


def full_birth(number: str = "41") -> Resource:
    """A live birth with much of what BFDR asks."""
    return bundle(
        observation("8339-4", CHILD, **quantity(3412, "g")),
        observation("11884-4", CHILD, **quantity(39, "wk")),
        observation("9274-2", CHILD, valueInteger=9),
        observation("73761-9", CHILD, valueCodeableConcept=concept("70028003")),
        observation("8302-2", **quantity(65, "[in_i]")),
        observation("56077-1", **quantity(140, "[lb_av]")),
        observation("69461-2", **quantity(170, "[lb_av]")),
        observation("68493-6", valueInteger=11),
        observation("87301-8", valueCodeableConcept=concept("Y", "v2-0136")),
        observation("87303-4", valueCodeableConcept=concept("N", "v2-0136")),
        observation("64794-1", valueInteger=0),
        observation("11638-4", valueInteger=1),
        ticked("Procedure", "73762-7", "11466000"),
        ticked("Condition", "73775-9", "11687002"),
        ticked("Condition", "73775-9", "48194001"),
        ticked("Procedure", "73813-8", "236958009"),
        none_of("73812-0", CHILD),
        none_of("73780-9", CHILD),
        none_of("72519-2"),
        none_of("73781-7"),
        number=number,
    )


def as_xml(resource: Resource) -> str:
    """A resource in FHIR's other form, as its JSON says it (R4, section 2.6.1)."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{_resource(resource, FHIR)}'


FHIR = ' xmlns="http://hl7.org/fhir"'


def _resource(resource: Resource, namespace: str = "") -> str:
    kind = resource["resourceType"]
    return f"<{kind}{namespace}>{_fields(resource)}</{kind}>"


def _fields(holder: Resource, attributes: tuple[str, ...] = ()) -> str:
    names = dict.fromkeys(key.removeprefix("_") for key in holder)
    return "".join(
        _field(name, holder.get(name), holder.get(f"_{name}"))
        for name in names
        if name not in ("resourceType", *attributes)
    )


def _field(name: str, value: Any, beside: Any) -> str:
    if isinstance(value, list) or isinstance(beside, list):
        values, besides = value or [None] * len(beside), beside or [None] * len(value)
        return "".join(map(_field, [name] * len(values), values, besides))
    if name == "div":
        return str(value)
    if isinstance(value, dict):
        if "resourceType" in value:
            return f"<{name}>{_resource(value)}</{name}>"
        given = "".join(f" {key}={quoteattr(value[key])}" for key in ("id", "url") if key in value)
        return f"<{name}{given}>{_fields(value, ('id', 'url'))}</{name}>"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    said = "" if value is None else f" value={quoteattr(text)}"
    return f"<{name}{said}>{_fields(beside) if beside else ''}</{name}>"
