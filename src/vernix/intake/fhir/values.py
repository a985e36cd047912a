"""What a question is answered with: one text for each kind of value that FHIR has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from vernix.intake import units
from vernix.intake.fhir.codes import ANSWERS, UCUM, UNKNOWN, UNKNOWN_CODES
from vernix.intake.fhir.patients import clock, day, extensions
from vernix.intake.fhir.people import Resource, code_of
from vernix.intake.fhir.places import Column

NO_UNIT = "\0"
"""In place of a figure whose unit is none that the element could have."""


def answer(holder: Resource, column: Column) -> str:
    """The answer that an Observation, a component or an answer of a form holds; empty where it holds none."""
    for key, read in _READ.items():
        if key in holder:
            return read(holder[key], column)
    absent = code_of(holder.get("dataAbsentReason"))
    if absent in UNKNOWN_CODES or absent == "temp-unknown":
        return UNKNOWN
    return UNKNOWN if any(_absent(holder.get(f"_{key}")) for key in _READ) else ""


def _absent(extended: Any) -> bool:
    return any(each.get("valueCode") in UNKNOWN_CODES for each in extensions(extended, "data-absent-reason"))


def translated(concept: Any, column: Column) -> str:
    """A CodeableConcept in our words; a code that means nothing here stays, and is refused later."""
    codings = concept.get("coding", ())
    for coding in codings:
        code = coding.get("code", "")
        word = column.words.get(code)
        if word is None:
            word = ANSWERS.get(code)
        if word is not None:
            return word
    if not codings:
        return concept.get("text", "") or (UNKNOWN if _absent(concept) else "")
    return codings[0].get("code") or (UNKNOWN if _absent(concept) else "")


def _quantity(quantity: Any, column: Column) -> str:
    value = quantity.get("value")
    if value is None:
        return UNKNOWN if _absent(quantity) or _absent(quantity.get("_value")) else ""
    figure = str(value)
    if comparator := quantity.get("comparator"):
        return f"{comparator}{figure}"
    unit = quantity.get("code") or quantity.get("unit")
    own = column.element.unit
    if unit is None or own is None:
        return figure
    if column.element.type == "gestation":
        return figure.removesuffix(".0") + {"wk": "w", "d": "d"}.get(unit, NO_UNIT)
    factor = _factor(unit, own)
    if factor is None:
        return NO_UNIT
    return figure if factor == 1 else f"{Decimal(figure) * factor:f}"


@lru_cache(1000)
def _factor(unit: str, own: str) -> Decimal | None:
    return units.factor(UCUM.get(unit, unit), own)


def _coding(coding: Any, column: Column) -> str:
    return translated({"coding": [coding]}, column)


def _number(value: Any, column: Column) -> str:
    del column
    return str(value)


def _truth(value: Any, column: Column) -> str:
    if not isinstance(value, bool):
        raise TypeError
    word = "true" if value else "false"
    return column.words.get(word, word)


def _moment(value: str, column: Column) -> str:
    if column.element.type == "time":
        return clock(value)
    return day(value) if column.element.type == "date" else value


_READ: Mapping[str, Callable[[Any, Column], str]] = {
    "valueQuantity": _quantity,
    "valueInteger": _number,
    "valueCodeableConcept": translated,
    "valueBoolean": _truth,
    "valueDateTime": _moment,
    "valueString": _moment,
    "valueTime": _moment,
    "valueDate": _moment,
    "valueCoding": _coding,
    "valueDecimal": _number,
}
