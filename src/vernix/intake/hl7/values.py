"""The text of a field or of an observation, as a cell of the element that stands there.

A cell is text like every cell of `vernix.intake.source`: our own word where a code list says which, else what
the sender wrote, so that the checks say what is wrong with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from vernix.births.elements import Element
from vernix.intake import units
from vernix.intake.cells import CLEAR
from vernix.intake.hl7.codes import (
    ABNORMAL_FLAGS,
    ANY_OTHER_ANSWER,
    COUNTED,
    MEANT,
    NORMAL_FLAGS,
    OTHERWISE,
    UNITS,
)
from vernix.intake.hl7.encoding import CLEAR_MARK, unescaped
from vernix.intake.hl7.observations import Observation
from vernix.intake.hl7.places import Place
from vernix.intake.hl7.rows import Repetitions

Read = Callable[[str], str]
_CODES_ONLY = frozenset({"site"})
"""Elements of which only a code is taken: where a message has a name instead, that is no fault of it."""
_REMEMBERED = 10_000
UNKNOWN_UNIT = "\0"
"""Given instead of a figure whose unit is none of the element's; no message holds it (it is a control)."""

_HAS_DIGIT = re.compile(r"\d")
_DIGITS = re.compile(r"\d+")
_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]*")
_NUMBER = re.compile(r"[+-]?\d{1,12}(?:\.\d{1,9})?")
_TYPES: Mapping[str, str] = {"MRN": "MR", "HC": "JHN", "HCN": "JHN"}
"""Types of identifiers that systems call otherwise."""
_TELEPHONES = frozenset({"NK1-5", "PID-13", "PID:MTH-13", "NK1:MTH-5"})


def reader(element: Element, place: Place) -> Callable[[Repetitions], str]:
    """How the field at ``place`` is read as ``element``."""
    picked = _picker(place, element)
    as_cell = _as_cell(element)

    def read(field: Repetitions) -> str:
        text = picked(field)
        return CLEAR if text == CLEAR_MARK else as_cell(text) if text else ""

    return read


def remembering(read: Read) -> Read:
    """The same, with what was read already: most fields of a file say what another said before."""
    known: dict[str, str] = {}

    def remembered(field: str) -> str:
        text = known.get(field)
        if text is None:
            if len(known) > _REMEMBERED:
                known.clear()
            text = known[field] = read(field)
        return text

    return remembered


def _picker(place: Place, element: Element) -> Callable[[Repetitions], str]:
    """The part of a field that is meant: identifiers by their type, else the first that holds something."""
    if element.type == "code" and not place.components:
        return _first
    wanted = _part_of(place)

    def pick(field: Repetitions) -> str:
        for parts in field:
            if place.identifier is not None and _type_of(parts) != place.identifier:
                continue
            text = wanted(parts)
            # Without a type it may be anything; a name that was put there instead has no digit.
            if text and (place.identifier != "" or text == CLEAR_MARK or _HAS_DIGIT.search(text)):
                return text
        return ""

    return pick


def _part_of(place: Place) -> Callable[[list[str]], str]:
    if f"{place.segment}-{place.field}" in _TELEPHONES and not place.components:
        return _telephone
    if len(place.components) > 1:
        return lambda parts: _joined(parts, place.components)
    index = (place.components or (1,))[0] - 1
    return lambda parts: parts[index].partition("&")[0] if index < len(parts) else ""


def _first(field: Repetitions) -> str:
    return "^".join(field[0])


def _type_of(parts: list[str]) -> str:
    """The type of an identifier (CX-5), as table 0203 calls it."""
    return _as_in_the_table(parts[4]) if len(parts) > 4 else ""


@lru_cache(_REMEMBERED)
def _as_in_the_table(written: str) -> str:
    written = written.strip().upper()
    return _TYPES.get(written, written)


def _joined(parts: list[str], wanted: tuple[int, ...]) -> str:
    """Components, each without its subcomponents, with a blank between them."""
    texts = (parts[each - 1].partition("&")[0] for each in wanted if each <= len(parts))
    return " ".join(text for text in texts if text)


def _telephone(parts: list[str]) -> str:
    """A number as written, else put together from country, area and number (XTN)."""
    if parts[0] or len(parts) < 7:
        return parts[0]
    return " ".join(part for part in parts[4:7] if part) or (parts[11] if len(parts) > 11 else "")


def _as_cell(element: Element) -> Read:
    if element.type == "date":
        return as_date
    if element.type == "time":
        return as_time
    if element.type in ("code", "boolean"):
        return coder(element)
    if element.name in _CODES_ONLY:
        return lambda text: text if _CODE.fullmatch(text) else ""
    if element.type == "text":
        return unescaped
    return _number_as_written


def _number_as_written(text: str) -> str:
    return text.partition("^")[0].partition("&")[0].strip()


def as_date(moment: str) -> str:
    """The day of a moment (``YYYYMMDD...``). A month or a year alone is no day, and blank."""
    text = moment.partition("^")[0].strip()
    found = _DIGITS.match(text)
    if found is None:
        return text
    return found[0][:8] if len(found[0]) >= 8 else "" if len(found[0]) in (4, 6) else text


def as_time(moment: str) -> str:
    """The time of a moment, as local as it was written; blank of a day alone."""
    text = moment.partition("^")[0].strip()
    found = _DIGITS.match(text)
    if found is None:
        return text
    return found[0][8:12] if len(found[0]) >= 12 else ""


def as_clock(text: str) -> str:
    """A time that stands for itself (``HHMM``, ``HHMMSS``), or a moment's."""
    found = _DIGITS.match(text)
    return found[0][:4] if found is not None and len(found[0]) in (4, 6) else as_time(text) or text


def coder(element: Element) -> Read:
    """Our word for a coded value (CWE): by identifier, the other identifier, or either text.

    What none of them means is given as it is, text before identifier.
    """
    spellings = element.codes.spellings if element.codes is not None else {}
    own = element.codes.name if element.codes is not None else "yes_no"
    meant: Mapping[str, str] = MEANT.get(own, {})

    def look_up(value: str) -> str:
        parts = [unescaped(part.partition("&")[0]).strip() for part in value.partition("~")[0].split("^")]
        said = [parts[place] for place in (0, 3, 1, 4) if place < len(parts) and parts[place]]
        for text in said:
            word = meant.get(text.lower()) or spellings.get(text.lower())
            if word is not None:
                return word
        return OTHERWISE.get(own, said[0]) if said else ""

    return remembering(look_up)


def observed(element: Element) -> Callable[[Observation], str]:
    """How an answer is read as ``element``."""
    if element.type in ("code", "boolean"):
        as_code = coder(element)

        def read_code(answer: Observation) -> str:
            if answer.value == CLEAR_MARK:
                return CLEAR
            return _coded(element, as_code(answer.value), answer.flag)

        return read_code
    read = (
        _read_figure(element) if element.type in ("integer", "decimal", "gestation") else _read_text(element)
    )
    return lambda answer: CLEAR if answer.value == CLEAR_MARK else read(answer)


def _read_figure(element: Element) -> Callable[[Observation], str]:
    known: dict[tuple[str, str], str] = {}

    def read(answer: Observation) -> str:
        key = (answer.value, answer.unit)
        if key not in known:
            if len(known) > _REMEMBERED:
                known.clear()
            known[key] = _figure(element, *key)
        return known[key]

    return read


def _read_text(element: Element) -> Callable[[Observation], str]:
    def read(answer: Observation) -> str:
        text = answer.value.partition("~")[0]
        if element.type == "date":
            return as_date(text)
        if element.type == "time":
            return as_clock(text)
        parts = text.split("^")
        if answer.kind == "XTN":
            return unescaped(_telephone(parts))
        return unescaped(parts[0].partition("&")[0] or (parts[1] if len(parts) > 1 else ""))

    return read


def _coded(element: Element, word: str, flag: str) -> str:
    """An interpretation; without a value its flag decides, for flags are often left empty."""
    if not word and element.codes is not None and element.codes.name == "condition_result":
        return "negative" if flag in NORMAL_FLAGS else "positive" if flag in ABNORMAL_FLAGS else ""
    any_other = ANY_OTHER_ANSWER.get(element.at.loinc or "")
    if word and any_other is not None and element.codes is not None and word not in element.codes:
        return any_other
    return word


def _figure(element: Element, value: str, stated: str) -> str:
    """A figure in the element's own unit; rounded like the element where it was stated."""
    parts = value.partition("~")[0].split("^")
    text = parts[1] if len(parts) > 1 and parts[0] in ("", "=") else parts[0]
    if counted := next((COUNTED[each.lower()] for each in parts if each.lower() in COUNTED), None):
        return counted
    text = text.strip()
    if not _NUMBER.fullmatch(text):
        return next((each for each in parts[1:] if _NUMBER.fullmatch(each.strip())), text)
    unit = stated.partition("^")[0].strip()
    if (element.unit is None and element.type != "gestation") or not unit or unit.startswith("{"):
        return text
    return _converted(element, Decimal(text), UNITS.get(unit.lower(), unit), text)


def _converted(element: Element, figure: Decimal, unit: str, text: str) -> str:
    if element.type == "gestation":
        factor = units.factor(unit, "d")
        days = figure * factor if factor is not None else None
        return f"{int(days)} d" if days is not None and days == days.to_integral_value() else UNKNOWN_UNIT
    if element.unit == "h" and unit in ("d", "day", "days"):
        factor = Decimal(24)
    else:
        factor = units.factor(unit, element.unit or unit)
    if factor is None:
        return UNKNOWN_UNIT
    if factor == 1 and element.type != "integer":
        return text
    return str((figure * factor).quantize(Decimal(1).scaleb(-element.digits), ROUND_HALF_UP))
