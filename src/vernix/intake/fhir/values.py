"""What a question is answered with: one text for each kind of value that FHIR has."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

from vernix.births.elements import Element
from vernix.intake import units
from vernix.intake.fhir.codes import ANSWERS, UCUM, UNKNOWN, UNKNOWN_CODES
from vernix.intake.fhir.patients import clock, code_of, day, extensions
from vernix.intake.fhir.places import Column
from vernix.intake.fhir.resources import Answer, Concept, Figure, Part, Quantity, Told
from vernix.intake.hl7.codes import UNITS

_MISSING = -1  # so the vital records offices' own library writes a figure that it does not have
_UNKNOWN_NOW = UNKNOWN_CODES | {"temp-unknown"}
NO_UNIT = "\0"
"""In place of a figure whose unit is none that the element could have."""


def answer(holder: Answer, column: Column) -> str:
    """The answer that an Observation, a component or an answer of a form holds; empty where it holds none."""
    if holder.value_quantity is not None:
        return _quantity(holder.value_quantity, column)
    if holder.value_codeable_concept is not None:
        return translated(holder.value_codeable_concept, column)
    if holder.value_integer is not None:
        return figure(holder.value_integer, column)
    return _other(holder, column)


def _other(holder: Answer, column: Column) -> str:
    """An answer of one of the rarer kinds, or what is said in its place."""
    if holder.value_boolean is not None:
        return _truth(holder.value_boolean, column)
    moment = holder.value_date_time or holder.value_string or holder.value_time or holder.value_date
    if moment:
        return _moment(moment, column)
    if holder.value_coding is not None:
        return translated(Told(coding=[holder.value_coding]), column)
    if holder.value_decimal is not None:
        return figure(holder.value_decimal, column)
    absent = code_of(holder.data_absent_reason)
    return UNKNOWN if absent in _UNKNOWN_NOW or any(map(_absent, _extended(holder))) else ""


def _extended(holder: Answer) -> tuple[Part | None, ...]:
    """What stands beside a plain value that is left out."""
    return (
        holder.value_integer_extended,
        holder.value_boolean_extended,
        holder.value_date_time_extended,
        holder.value_string_extended,
        holder.value_time_extended,
        holder.value_date_extended,
    )


def _absent(extended: Part | None) -> bool:
    return any(each.value_code in UNKNOWN_CODES for each in extensions(extended, "data-absent-reason"))


def translated(concept: Concept | Told, column: Column) -> str:
    """A CodeableConcept in our words; a code that means nothing here stays, and is refused later."""
    codings = concept.coding
    if not codings:
        return concept.text or (UNKNOWN if _absent(concept) else "")
    for coding in codings:
        code = coding.code or ""
        word = column.words.get(code)
        if word is None:
            word = ANSWERS.get(code)
        if word is not None:
            return word
    for coding in codings:
        for text in (coding.code, getattr(coding, "display", None)):
            if text and (word := column.meant.get(text.lower())) is not None:
                return word
    return codings[0].code or (UNKNOWN if _absent(concept) else "")


def _quantity(quantity: Quantity, column: Column) -> str:
    value = quantity.value
    if value is None:
        return UNKNOWN if _absent(quantity) or _absent(quantity.value_extended) else ""
    if quantity.comparator:
        return f"{quantity.comparator}{value}"
    element = column.element
    if value == _MISSING and _counts(element):
        return UNKNOWN
    unit = quantity.code or quantity.unit
    if unit is None or (element.unit is None and element.type != "gestation"):
        return str(value)
    if element.type == "gestation":
        return str(value).removesuffix(".0") + {"wk": "w", "d": "d"}.get(UNITS.get(unit, unit), NO_UNIT)
    digits = 0 if element.type == "integer" else None
    return _converted(str(value), unit, element.unit or "", digits)


def figure(value: Figure, column: Column) -> str:
    """A plain figure. Of what cannot be below zero, -1 says that it is missing."""
    return UNKNOWN if value == _MISSING and _counts(column.element) else str(value)


def _counts(element: Element) -> bool:
    return element.possible is not None and element.possible.low >= 0


@lru_cache(50_000)
def _converted(number: str, unit: str, own: str, digits: int | None) -> str:
    """A figure in the element's own unit; rounded where that is a whole number."""
    stated = UCUM.get(unit) or UNITS.get(unit.lower(), unit)
    factor = Decimal(24) if (stated, own) == ("d", "h") else units.factor(stated, own)
    if factor is None:
        return NO_UNIT
    try:
        found = Decimal(number) * factor
        return f"{found if digits is None else found.quantize(Decimal(1), ROUND_HALF_UP):f}"
    except InvalidOperation:
        return number  # no figure, or none that could be: said where it is read


def _truth(value: bool | str, column: Column) -> str:
    if not isinstance(value, bool):
        raise TypeError
    word = "true" if value else "false"
    return column.words.get(word, word)


def _moment(value: str, column: Column) -> str:
    if column.element.type == "time":
        return clock(value)
    return day(value) if column.element.type == "date" else value
