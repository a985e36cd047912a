"""One cell of text becomes one value of an element, or a word for what is wrong with it.

These functions see each *distinct* text of a column once (`vernix.intake.typed`), so they may be plain and
exact: decimals are decimals, dates are dates, and nothing is guessed. What is wrong is said as a problem's
name; the sentence for it is written in `vernix.intake.sentences`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from vernix.births import gestation
from vernix.births.elements import Element
from vernix.births.gestation import Bare

CLEAR = "!clear"

# A value and no problem; no value and a problem; a value and a problem that only warns.
Cell = tuple[Any, str | None]
ReadCell = Callable[[str], Cell]

FORMULA = r"(?s)[=@]|[+-].*(?:\||[A-Za-z]\()"
"""How a formula begins. A sign alone begins phone numbers and words too: then a call or a pipe decides."""

_FORMULA = re.compile(FORMULA)
_NUMBER = re.compile(r"[+-]?[0-9]{1,12}(\.[0-9]{1,9})?")
_NUMBER_WITH_COMMA = re.compile(r"[+-]?[0-9]{1,12}(,[0-9]{1,9})?")
_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_ISO_DATE_BASIC = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})(:[0-9]{2})?")
_TIME_BASIC = re.compile(r"([0-9]{2})([0-9]{2})")
_YEARS = range(1850, 2200)
_LARGEST = 2_000_000_000  # what a column of whole numbers holds


def reader(
    element: Element,
    *,
    factor: Decimal | None = None,
    codes: Mapping[str, str] | None = None,
    pattern: str | None = None,
    decimal: str = ".",
    bare: Bare | None = None,
    unknown: frozenset[str] = frozenset(),
) -> ReadCell:
    """How to read the cells of one column for ``element``, with what the partner's mapping says about it.

    ``factor`` multiplies a figure into the element's unit; ``codes`` translates the partner's words;
    ``pattern`` is a `strptime` format for dates and times; ``bare`` says what a gestation without a unit
    means; ``unknown`` lists texts that mean "not known".
    """
    read = _read_for(element, factor, codes or {}, pattern, decimal, bare)
    meaning_of_unknown = "unknown" if element.codes is not None and "unknown" in element.codes else None

    def read_cell(text: str) -> Cell:
        trimmed = text.strip()
        if trimmed in unknown:
            return meaning_of_unknown, None
        if not trimmed or trimmed == CLEAR:
            return None, None
        value, problem = read(trimmed)
        if problem in ("type", "code") and _FORMULA.match(trimmed):
            return None, "formula"
        return value, problem

    return read_cell


def _read_for(
    element: Element,
    factor: Decimal | None,
    codes: Mapping[str, str],
    pattern: str | None,
    decimal: str,
    bare: Bare | None,
) -> ReadCell:
    if element.type == "code":
        return _code_reader(element, codes)
    if element.type == "boolean":
        return _boolean_reader(codes)
    if element.type == "date":
        return _date_reader(pattern)
    if element.type == "time":
        return _time_reader(pattern)
    if element.type == "gestation":
        return _gestation_reader(element, codes, bare)
    return _number_reader(element, factor, codes, decimal)


def _number_reader(
    element: Element, factor: Decimal | None, codes: Mapping[str, str], decimal: str
) -> ReadCell:
    exponent = Decimal(1).scaleb(-element.digits)
    whole = element.type == "integer" and factor in (None, Decimal(1))
    shape = _NUMBER if decimal == "." else _NUMBER_WITH_COMMA

    def read(text: str) -> Cell:
        text = codes.get(text.casefold(), text)
        if not shape.fullmatch(text):
            return None, "type"
        figure = Decimal(text.replace(",", "."))
        if whole and figure != figure.to_integral_value():
            return None, "type"
        if factor is not None:
            figure *= factor
        figure = figure.quantize(exponent, ROUND_HALF_UP)
        value = int(figure) if element.type == "integer" else figure
        return _in_range(element, value)

    return read


def _in_range(element: Element, value: int | Decimal) -> Cell:
    if not -_LARGEST < value < _LARGEST:
        return None, "type"
    if element.possible and not element.possible.holds(value):
        return None, "impossible"
    if element.plausible and not element.plausible.holds(value):
        return value, "implausible"
    return value, None


def _gestation_reader(element: Element, codes: Mapping[str, str], bare: Bare | None) -> ReadCell:
    def read(text: str) -> Cell:
        days = gestation.parse(codes.get(text.casefold(), text), bare)
        return (None, "type") if days is None else _in_range(element, days)

    return read


def _code_reader(element: Element, codes: Mapping[str, str]) -> ReadCell:
    assert element.codes is not None  # noqa: S101 - held by Element itself
    spellings = {**{key.casefold(): code for key, code in element.codes.spellings.items()}, **codes}

    def read(text: str) -> Cell:
        code = spellings.get(text.casefold())
        return (code, None) if code is not None else (None, "code")

    return read


def _boolean_reader(codes: Mapping[str, str]) -> ReadCell:
    from vernix.births.codes import YES_NO

    truth = {"yes": True, "no": False}

    def read(text: str) -> Cell:
        word = codes.get(text.casefold(), text.casefold())
        code = YES_NO.spellings.get(word)
        return (truth[code], None) if code in truth else (None, "type")

    return read


def _date_reader(pattern: str | None) -> ReadCell:
    shape = shape_of(pattern) if pattern else None

    def read(text: str) -> Cell:
        if pattern and shape and shape.fullmatch(text):
            try:
                return _plausible_year(datetime.strptime(text, pattern).date())
            except ValueError:
                return None, "type"
        # ISO dates need no mapping and can mean nothing else, even beside a declared format.
        found = _ISO_DATE.fullmatch(text) or _ISO_DATE_BASIC.fullmatch(text)
        if not found:
            return None, "type"
        try:
            return _plausible_year(date(int(found[1]), int(found[2]), int(found[3])))
        except ValueError:
            return None, "type"

    return read


def _plausible_year(day: date) -> Cell:
    return (day, None) if day.year in _YEARS else (None, "type")


def _time_reader(pattern: str | None) -> ReadCell:
    shape = shape_of(pattern) if pattern else None

    def read(text: str) -> Cell:
        if pattern and shape and shape.fullmatch(text):
            try:
                return datetime.strptime(text, pattern).strftime("%H:%M"), None
            except ValueError:
                return None, "type"
        found = _TIME.fullmatch(text) or _TIME_BASIC.fullmatch(text)
        if not found or int(found[1]) > 23 or int(found[2]) > 59:
            return None, "type"
        return f"{int(found[1]):02}:{found[2]}", None

    return read


# What each directive of a declared format may match: four digits for a year, so that 14 is never a year.
_DIRECTIVES: Mapping[str, str] = {
    "Y": r"[0-9]{4}",
    "m": r"[0-9]{1,2}",
    "d": r"[0-9]{1,2}",
    "b": r"[A-Za-z]{3}",
    "B": r"[A-Za-z]{3,9}",
    "j": r"[0-9]{3}",
    "H": r"[0-9]{1,2}",
    "I": r"[0-9]{1,2}",
    "M": r"[0-9]{2}",
    "S": r"[0-9]{2}",
    "p": r"[AaPp][Mm]",
}
_COMPLETE = {"date": ("Ymd", "YBd", "Ybd", "Yj"), "time": ("HM", "IMp")}


def shape_of(pattern: str) -> re.Pattern[str]:
    """The texts a declared format may match. Raises ``ValueError`` with the reason where it is not
    allowed."""
    pieces, place = [], 0
    while place < len(pattern):
        letter = pattern[place]
        if letter != "%":
            pieces.append(re.escape(letter))
            place += 1
            continue
        directive = pattern[place + 1 : place + 2]
        if directive == "y":
            raise ValueError("two-digit years (%y) are not accepted; export dates with %Y")
        if directive not in _DIRECTIVES:
            raise ValueError(
                f"%{directive} is not known; use {', '.join('%' + each for each in _DIRECTIVES)}"
            )
        pieces.append(_DIRECTIVES[directive])
        place += 2
    return re.compile("".join(pieces))


def states_all_of(pattern: str, kind: str) -> bool:
    """Whether a format holds all that a ``date`` (year, month, day) or a ``time`` (hour, minute) needs."""
    found = {pattern[place + 1] for place in range(len(pattern) - 1) if pattern[place] == "%"}
    return any(set(needed) <= found for needed in _COMPLETE[kind])
