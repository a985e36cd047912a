"""The synthetic cohort: valid where it should be, wrong where it says, the same for the same seed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import ibis
import pyarrow as pa
import pytest

from vernix.births import encounters, gestation, identifiers
from vernix.births.birth.encounter import BIRTH
from vernix.births.cohort.births import SITES, Cohort, Site, generate
from vernix.births.cohort.errors import ERRORS

SCHEMA = encounters.get("birth").arrow_schema()
ELEMENTS = {element.name: element for element in BIRTH.elements}


@pytest.fixture(scope="module")
def cohort() -> Cohort:
    return generate(4000, seed=7)


@pytest.fixture(scope="module")
def rows(cohort: Cohort) -> list[dict[str, Any]]:
    """Sent and true of each child, the true values under ``true_`` names."""
    truth = cohort.truth.to_pylist()
    sent = [row for site in cohort.files.values() for row in site.to_pylist()]
    return [
        row | {f"true_{name}": value for name, value in true.items()}
        for row, true in zip(sent, truth, strict=True)
    ]


@pytest.mark.parametrize("births", [0, 1, 2, 9, 10, 60, 500])
def test_a_cohort_has_exactly_as_many_children_as_asked(births: int) -> None:
    cohort = generate(births)
    assert cohort.truth.num_rows == births
    assert sum(table.num_rows for table in cohort.files.values()) == births
    assert set(cohort.files) == {site.name for site in SITES}


def test_the_same_seed_gives_the_same_cohort() -> None:
    assert generate(300, seed=3) == generate(300, seed=3)
    assert generate(300, seed=3) != generate(300, seed=4)


def test_even_a_small_cohort_has_twins_and_a_stillbirth() -> None:
    truth = generate(10).truth.to_pylist()
    assert sum(row["plurality"] == "2" for row in truth) >= 2
    assert any(row["outcome"] == "stillbirth" for row in truth)


def test_other_sites_can_be_asked_for() -> None:
    cohort = generate(50, sites=(Site("one", 1.0), Site("two", 1.0)))
    assert set(cohort.files) == {"one", "two"}


def test_every_column_is_an_element(cohort: Cohort) -> None:
    for table in cohort.files.values():
        assert set(table.column_names) <= set(ELEMENTS)


def test_rows_without_an_error_hold_only_possible_values(rows: list[dict[str, Any]]) -> None:
    for row in (row for row in rows if row["true_error"] is None):
        for name, text in row.items():
            if not name.startswith("true_") and text is not None:
                assert _is_possible(name, text), (name, row["record_number"])


def test_health_numbers_are_right_and_each_is_one_persons(rows: list[dict[str, Any]]) -> None:
    good = [row for row in rows if row["true_error"] is None]
    owners: dict[str, set[str]] = {}
    for row in good:
        if row["mother_health_card"] == "ontario":
            owners.setdefault(row["mother_health_number"], set()).add(row["true_mother"])
        if row["child_health_number"]:
            owners.setdefault(row["child_health_number"], set()).add(row["true_child"])
    assert all(identifiers.is_health_number(number) for number in owners)
    assert all(len(people) == 1 for people in owners.values())


def test_some_numbers_are_missing_and_a_stillborn_child_never_has_one(rows: list[dict[str, Any]]) -> None:
    assert 0.05 < sum(row["child_health_number"] is None for row in rows) / len(rows) < 0.35
    assert all(row["child_health_number"] is None for row in rows if row["outcome"] == "stillbirth")
    assert any(row["mother_health_card"] == "other" for row in rows)


def test_twins_share_mother_day_and_gestation_but_not_the_order(rows: list[dict[str, Any]]) -> None:
    pairs: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        if row["plurality"] == "2":
            pairs.setdefault(row["true_pregnancy"], []).append(row)
    assert pairs
    for first, second in pairs.values():
        assert (first["birth_order"], second["birth_order"]) == ("1", "2")
        assert first["birth_time"] < second["birth_time"]
        for name in ("true_site", "true_mother", "mother_health_number", "birth_date", "gestation"):
            assert first[name] == second[name]


def test_some_mothers_return_and_grow_older(rows: list[dict[str, Any]]) -> None:
    births: dict[str, dict[str, dict[str, Any]]] = {}
    for row in rows:
        births.setdefault(row["true_mother"], {})[row["true_pregnancy"]] = row
    again = [
        sorted(one.values(), key=lambda row: row["true_birth_date"])
        for one in births.values()
        if len(one) > 1
    ]
    assert len(again) > 50
    for first, second in again:
        assert first["mother_birth_date"] == second["mother_birth_date"]
        assert int(second["parity"]) == int(first["parity"]) + 1
        assert first["mother_height"] == second["mother_height"]
        assert int(second["mother_age"]) > int(first["mother_age"]) - 1
    assert any(first["true_site"] != second["true_site"] for first, second in again)


def test_the_rates_are_those_of_a_province(rows: list[dict[str, Any]]) -> None:
    count = len(rows)
    assert 0.06 < sum(int(row["true_gestation"]) < gestation.TERM_DAYS for row in rows) / count < 0.10
    assert 0.24 < sum(row["delivery_method"] == "caesarean" for row in rows) / count < 0.32
    assert 0.02 < sum(row["plurality"] == "2" for row in rows) / count < 0.05
    assert 0.04 < sum(int(row["true_birth_weight"]) < 2500 for row in rows) / count < 0.10


def test_errors_are_where_the_truth_says_and_nowhere_else(rows: list[dict[str, Any]]) -> None:
    spoiled = [row for row in rows if row["true_error"]]
    assert len(spoiled) == 120
    assert set(Counter(row["true_error"] for row in spoiled)) == {error.name for error in ERRORS}
    for row in rows:
        if row["true_error"] is None:
            assert row["birth_weight"] == row["true_birth_weight"]
            assert row["birth_date"] == row["true_birth_date"]


def test_the_declared_checks_find_the_spoiled_rows_and_no_others(rows: list[dict[str, Any]]) -> None:
    """What one element may hold is found while reading; here are the rules across fields and rows.

    Twins, mothers with two pregnancies, stillbirths and missing numbers raise no question.
    """
    across = {
        "impossible_date": "B-DAT-01",
        "weight_in_another_unit": "B-WGT-01",
        "mothers_number_for_child": "B-HCN-01",
        "mistyped_number": "B-HCN-03",
        "gestation_ten_weeks_early": "B-WGT-01",
    }
    typed = [_typed(row) | {"_row": place} for place, row in enumerate(rows)]
    table = ibis.memtable(pa.Table.from_pylist(typed, schema=SCHEMA.append(pa.field("_row", pa.int64()))))
    verdicts = {check.code: check.fails(table) for check in encounters.get("birth").checks}
    for verdict in table.select("_row", **verdicts).to_pyarrow().to_pylist():
        error = rows[verdict.pop("_row")]["true_error"]
        expected = {across[error]} if error in across else set()
        assert {code for code, fails in verdict.items() if fails} == expected, error


def test_no_errors_when_none_are_asked_for() -> None:
    assert generate(500, error_rate=0).truth["error"].null_count == 500


def test_names_have_the_letters_that_break_careless_programs(cohort: Cohort) -> None:
    names = {name for table in cohort.files.values() for name in table["mother_family_name"].to_pylist()}
    text = "".join(names)
    assert all(letter in text for letter in "é'- Łñ")


def _is_possible(name: str, text: str) -> bool:
    element = ELEMENTS[name]
    if element.codes is not None:
        return text in element.codes
    if element.type == "gestation":
        days = gestation.parse(text)
        return days is not None and element.possible is not None and element.possible.holds(days)
    if element.possible is not None:
        return element.possible.low <= float(text) <= element.possible.high
    return 0 < len(text) <= element.longest


def _typed(row: dict[str, Any]) -> dict[str, Any]:
    """A sent row as a reader would type it; what cannot be read is blank."""
    return {name: _value(element.type, row.get(name)) for name, element in ELEMENTS.items()}


def _value(kind: str, text: str | None) -> Any:
    readers: dict[str, Callable[[str], Any]] = {
        "integer": int,
        "decimal": Decimal,
        "date": date.fromisoformat,
        "gestation": gestation.parse,
    }
    try:
        return None if text is None else readers.get(kind, str)(text)
    except ValueError:
        return None
