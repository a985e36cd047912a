"""One cell, one value: the table of what each type takes, and what it refuses rather than guesses."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from vernix.births import encounters
from vernix.intake import units
from vernix.intake.cells import reader, shape_of
from vernix.intake.sentences import problem

BIRTH = encounters.get("birth")


def read(element: str, text: str, **mapping: Any) -> tuple[Any, str | None]:
    return reader(BIRTH.element(element), **mapping)(text)


@pytest.mark.parametrize(
    ("element", "text", "value"),
    [
        ("birth_weight", "3400", 3400),
        ("birth_weight", " 3400 ", 3400),
        ("birth_weight", "3400.0", 3400),
        ("birth_weight", "+3400", 3400),
        ("birth_weight", "", None),
        ("birth_weight", "   ", None),
        ("birth_weight", "!clear", None),
        ("length", "51.25", Decimal("51.3")),
        ("mother_weight_gain", "-2.5", Decimal("-2.5")),
        ("sex", "F", "female"),
        ("sex", "Féminin", "female"),
        ("delivery_method", "CÉSARIENNE", "caesarean"),
        ("birth_date", "2024-02-29", date(2024, 2, 29)),
        ("birth_date", "20240229", date(2024, 2, 29)),
        ("birth_time", "7:05", "07:05"),
        ("birth_time", "23:59:30", "23:59"),
        ("birth_time", "0705", "07:05"),
        ("weight_confirmed", "oui", True),
        ("gestation", "38w4d", 270),
        ("gestation", "38+4", 270),
        ("gestation", "38", 266),
    ],
)
def test_what_can_be_read(element: str, text: str, value: Any) -> None:
    assert read(element, text) == (value, None)


@pytest.mark.parametrize(
    ("element", "text", "problem"),
    [
        ("birth_weight", "3400.5", "type"),
        ("birth_weight", "3,400", "type"),
        ("birth_weight", "3 400", "type"),
        ("birth_weight", "0x1F", "type"),
        ("birth_weight", "1e3", "type"),
        ("birth_weight", "nan", "type"),
        ("birth_weight", "٣٤٠٠", "type"),
        ("birth_weight", "99999999999999999999", "type"),
        ("birth_weight", "=3400", "formula"),
        ("birth_weight", "@SUM(A1)", "formula"),
        ("birth_weight", "-cmd|' /C calc'!A0", "formula"),
        ("birth_weight", "50", "impossible"),
        ("birth_weight", "-3400", "impossible"),
        ("length", "51,2", "type"),
        ("sex", "W", "code"),
        ("sex", "=F", "formula"),
        ("sex", "+SUM(A1)", "formula"),
        ("sex", "-", "code"),
        ("birth_weight", "-", "type"),
        ("birth_date", "=TODAY()", "formula"),
        ("gestation", "=39+1", "formula"),
        ("weight_confirmed", "@x", "formula"),
        ("birth_date", "2023-02-29", "type"),
        ("birth_date", "29/02/2024", "type"),
        ("birth_date", "03/04/2024", "type"),
        ("birth_date", "24-02-29", "type"),
        ("birth_date", "0024-02-29", "type"),
        ("birth_date", "45351", "type"),
        ("birth_date", "2024-02-29 10:00", "type"),
        ("birth_time", "24:00", "type"),
        ("birth_time", "7.05", "type"),
        ("birth_time", "7:5", "type"),
        ("weight_confirmed", "maybe", "type"),
        ("weight_confirmed", "unknown", "type"),
        ("gestation", "term", "type"),
        ("gestation", "38.4", "type"),
    ],
)
def test_what_is_refused_and_not_guessed(element: str, text: str, problem: str) -> None:
    assert read(element, text) == (None, problem)


def test_what_is_unusual_is_kept_and_questioned() -> None:
    assert read("mother_age", "54") == (54, "implausible")


def test_units_are_converted_exactly() -> None:
    pound, inch = Decimal("453.59237"), Decimal("2.54")
    assert read("birth_weight", "7.19", factor=pound) == (3261, None)
    assert read("birth_weight", "5.5", factor=pound) == (2495, None)
    assert read("mother_height", "64", factor=inch) == (Decimal("162.6"), None)
    # Half a gram is rounded up, in decimals: in binary 0.5 g could fall on either side.
    assert read("birth_weight", "2.4995", factor=Decimal(1000)) == (2500, None)


def test_units_of_one_quantity_are_converted_and_no_others() -> None:
    assert units.factor("g/dL", "g/L") == 10
    assert units.factor("L", "mL") == 1000
    assert units.factor("mL", "g") is None
    assert units.known_units("mmol/L") == ()


def test_a_gestation_without_unit_means_what_its_column_means() -> None:
    assert read("gestation", "270", bare="days") == (270, None)
    assert read("gestation", "384", bare="weeks_and_day") == (270, None)
    assert read("gestation", "38", bare="weeks") == (266, None)


def test_declared_formats_and_iso_are_read_and_nothing_else() -> None:
    assert read("birth_date", "3/4/2024", pattern="%d/%m/%Y") == (date(2024, 4, 3), None)
    assert read("birth_date", "2024-04-03", pattern="%d/%m/%Y") == (date(2024, 4, 3), None)
    assert read("birth_date", "31/02/2024", pattern="%d/%m/%Y") == (None, "type")
    assert read("birth_date", "3/4/24", pattern="%d/%m/%Y") == (None, "type")
    assert read("birth_time", "07:05 PM", pattern="%I:%M %p") == ("19:05", None)


def test_two_digit_years_and_unknown_directives_cannot_be_declared() -> None:
    with pytest.raises(ValueError, match="two-digit"):
        shape_of("%d/%m/%y")
    with pytest.raises(ValueError, match="not known"):
        shape_of("%c")


def test_a_decimal_comma_is_read_where_it_is_declared() -> None:
    assert read("length", "51,2", decimal=",") == (Decimal("51.2"), None)
    assert read("length", "51.2", decimal=",") == (None, "type")


def test_unknown_is_a_code_where_there_is_one_and_otherwise_nothing() -> None:
    unknown = frozenset({"", "NA", "99"})
    assert read("sex", "NA", unknown=unknown) == ("unknown", None)
    assert read("sex", "", unknown=unknown) == ("unknown", None)
    assert read("apgar_5", "99", unknown=unknown) == (None, None)


def test_the_partners_words_come_before_the_dictionarys() -> None:
    assert read("sex", "M", codes={"m": "female"}) == ("female", None)
    assert read("prenatal_care_month", "none", codes={"none": "0"}) == (0, None)


@pytest.mark.parametrize(
    ("element", "said"),
    [("gestation", "outside 22w0d–43w6d."), ("mother_age", "outside 14–52."), ("birth_weight", " g.")],
)
def test_a_range_is_said_as_people_say_it(element: str, said: str) -> None:
    found = problem("implausible", BIRTH.element(element), "column")
    assert said in found.text_en
