"""The measures of data quality: worked examples, what is told of elements and rules, what others may see."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import ibis
import pyarrow as pa
import pytest

from vernix.births import encounters
from vernix.insights.disclosure import protect, whole
from vernix.insights.measures import Measure, Worked
from vernix.insights.quality.aspects import ASPECTS, Aspect, Shown, brought
from vernix.insights.quality.measures import QUALITY_MEASURES, RECORD_MEASURES, REFUSED_MEASURES
from vernix.insights.quality.records import (
    asked_checks,
    asked_elements,
    causes,
    element_counts,
    measured,
    prepared,
    with_births,
)
from vernix.insights.quality.withholding import withheld

BIRTH = encounters.get("birth")
PREPARED = pa.schema(
    [
        ("submitter", pa.string()),
        ("times", pa.int64()),
        ("lacking", pa.int32()),
        ("questions", pa.int32()),
        ("stood_by", pa.int32()),
        ("days", pa.int64()),
        ("late_after", pa.int64()),
        ("linked", pa.bool_()),
        ("alike", pa.int64()),
        ("taken", pa.bool_()),
        ("again", pa.bool_()),
    ]
)
RECORDS = pa.schema(
    [
        ("pseudonym", pa.binary()),
        ("submitter", pa.string()),
        ("mother_pseudonym", pa.binary()),
        ("happened", pa.date32()),
        ("arrived", pa.timestamp("us", tz="UTC")),
        ("times", pa.int64()),
        ("confirmed", pa.list_(pa.string())),
        ("linked", pa.bool_()),
        *((brought(each), pa.bool_()) for each in BIRTH.with_privacy("direct")),
        *BIRTH.arrow_schema("quasi", "clinical"),
    ]
)
# A record that nothing is to be said about.
FINE: dict[str, Any] = {
    "submitter": "a", "times": 1, "confirmed": [], "happened": date(2026, 3, 4),
    "birth_date": date(2026, 3, 4), "arrived": datetime(2026, 3, 10, 12, tzinfo=UTC),
    "brought_record_number": True, "outcome": "live",
    "gestation": 275, "plurality": 1, "birth_order": 1, "labour_type": "spontaneous", "sex": "female",
    "delivery_method": "spontaneous", "birth_weight": 3400, "apgar_5": 9, "mother_age": 31,
}  # fmt: skip


@pytest.mark.parametrize(
    ("measure", "worked"),
    [
        pytest.param(measure, worked, id=f"{measure.name}: {worked.why}")
        for measure in QUALITY_MEASURES
        for worked in measure.examples
    ],
)
def test_a_worked_example_is_counted_where_it_says(measure: Measure, worked: Worked) -> None:
    table = ibis.memtable(pa.Table.from_pylist([dict(worked.row)], schema=PREPARED))
    seen = table.select(case=measure.cases(table), counted=measure.counted(table)).to_pyarrow().to_pylist()[0]
    place = "case" if seen["case"] else "other" if seen["counted"] else "outside"
    assert place == worked.counted


@pytest.mark.parametrize(
    ("aspect", "shown"),
    [
        pytest.param(aspect, shown, id=f"{aspect.name}: {shown.why}")
        for aspect in ASPECTS
        for shown in aspect.examples
    ],
)
def test_an_aspect_holds_where_it_says(aspect: Aspect, shown: Shown) -> None:
    table = records(dict(shown.row))
    holds = aspect.holds(table, BIRTH.element(shown.element))
    assert holds is not None
    assert table.select(holds=holds).to_pyarrow().to_pylist() == [{"holds": shown.holds}]


def test_every_aspect_shows_both() -> None:
    for aspect in ASPECTS:
        assert {shown.holds for shown in aspect.examples} == {True, False}


def test_a_fine_record_has_nothing_to_be_said_of() -> None:
    row = summary(FINE)
    assert (row["records"], row["incomplete"], row["questioned"], row["late"]) == (1, 0, 0, 0)
    assert (row["days_median"], row["days_90th"]) == (6, 6)


def test_blank_and_unknown_make_a_record_incomplete_and_are_told_apart() -> None:
    rows = (FINE, {**FINE, "birth_weight": None}, {**FINE, "outcome": "unknown"})
    assert summary(*rows)["incomplete"] == 2
    counts = told(*rows)
    assert (counts["missing:birth_weight"], counts["missing:outcome"], counts["unknown:outcome"]) == (1, 0, 1)


def test_an_identifier_is_missing_unless_some_row_brought_it() -> None:
    counts = told(FINE, {**FINE, "brought_record_number": False})
    assert (counts["missing:record_number"], counts["missing:mother_health_number"]) == (1, 2)


def test_a_value_outside_of_its_range_and_a_broken_rule_are_questions_until_stood_by() -> None:
    odd = {**FINE, "mother_age": 12}
    broken = {**FINE, "apgar_1": 9, "apgar_5": 3}
    stood = {**broken, "confirmed": ["B-APG-01"]}
    row = summary(FINE, odd, broken, stood)
    assert (row["questioned"], row["overridden"]) == (2, 1)
    counts = told(FINE, odd, broken, stood)
    assert counts["implausible:mother_age"] == 1
    assert (counts["standing:B-APG-01"], counts["confirmed:B-APG-01"]) == (1, 1)


def test_late_is_counted_from_the_event_to_the_first_row() -> None:
    late = {**FINE, "arrived": datetime(2026, 4, 4, 1, tzinfo=UTC)}
    undated = {**FINE, "happened": None}
    row = summary(FINE, late, undated, late_after=30)
    assert (row["late"], row["late_of"], row["days_median"]) == (1, 2, 18.5)


def test_one_child_under_two_numbers_is_seen_and_twins_are_not() -> None:
    mother = {"mother_pseudonym": b"m"}
    twice = [{**FINE, **mother}] * 2
    twins = [{**FINE, "mother_pseudonym": b"t", "plurality": 2, "birth_order": order} for order in (1, 2)]
    unordered = [{**FINE, "mother_pseudonym": b"u", "plurality": 2, "birth_order": None}] * 2
    row = summary(*twice, *twins, *unordered)
    assert (row["doubled"], row["doubled_of"]) == (2, 4)


def test_a_screen_is_linked_by_mother_and_date_within_two_days() -> None:
    def screen(name: bytes, mother: bytes | None, day: int | None) -> dict[str, Any]:
        born = None if day is None else date(2026, 3, day)
        return {"pseudonym": name, "mother_pseudonym": mother, "birth_date": born}

    schema = pa.schema([RECORDS.field(name) for name in ("pseudonym", "mother_pseudonym", "birth_date")])
    screens = [
        screen(b"same", b"m", 4), screen(b"near", b"m", 6), screen(b"far", b"m", 9),
        screen(b"other", b"x", 4),
        screen(b"nobody", None, 4), screen(b"undated", b"m", None),
    ]  # fmt: skip
    births = [{"mother_pseudonym": b"m", "birth_date": date(2026, 3, 4)}] * 2
    linked = with_births(
        ibis.memtable(pa.Table.from_pylist(screens, schema=schema)),
        ibis.memtable(pa.Table.from_pylist(births, schema=pa.schema(list(schema)[1:]))),
    )
    found = {row["pseudonym"]: row["linked"] for row in linked.to_pyarrow().to_pylist()}
    assert found == {
        b"same": True, b"near": True, b"far": False, b"other": False, b"nobody": None, b"undated": None,
    }  # fmt: skip


def test_causes_are_counted_by_site_most_frequent_first() -> None:
    refused = ibis.memtable(
        pa.table(
            {
                "submitter": ["a", "a", "b"],
                "causes": [["value.required sex"], ["value.required sex", "B-DAT-02"], []],
            },
            schema=pa.schema([("submitter", pa.string()), ("causes", pa.list_(pa.string()))]),
        )
    )
    assert [tuple(row.values()) for row in causes(refused).to_pyarrow().to_pylist()] == [
        ("a", "value.required sex", 2),
        ("a", "B-DAT-02", 1),
    ]


def test_rows_refused_again_are_one_record_that_is_open() -> None:
    rows = [
        {"taken": False, "again": False},
        {"taken": False, "again": True},
        {"taken": True, "again": False},
    ]
    table = ibis.memtable(pa.Table.from_pylist([{"submitter": "a", **row} for row in rows], schema=PREPARED))
    counted = measured(table, REFUSED_MEASURES).to_pyarrow().to_pylist()
    assert counted == [{"submitter": "a", "refused": 3, "open": 1}]


def test_others_do_not_see_small_numbers_and_the_site_sees_its_own() -> None:
    table = prepared(records(*[FINE] * 40, *[{**FINE, "mother_age": 12}] * 3), BIRTH, 30)
    counted = measured(table, RECORD_MEASURES)
    (others,) = protect(counted, RECORD_MEASURES, ("submitter",)).to_pyarrow().to_pylist()
    (own,) = whole(counted, RECORD_MEASURES, ("submitter",)).to_pyarrow().to_pylist()
    assert (others["questioned"], others["questioned_reason"]) == (None, "small")
    assert (own["questioned"], own["questioned_of"], own["questioned_rate"]) == (3, 43, 7.0)
    assert others.keys() == own.keys()


@pytest.mark.parametrize(
    ("missing", "unknown", "of", "reason"),
    [(0, 0, 40, None), (6, 0, 40, None), (3, 0, 40, "small"), (0, 3, 40, "small"), (37, 0, 40, "small"),
     (40, 0, 40, None), (0, 0, 3, "small")],
)  # fmt: skip
def test_a_line_is_withheld_as_a_whole(missing: int, unknown: int, of: int, reason: str | None) -> None:
    line = {"element": "sex", "of": of, "missing": missing, "unknown": unknown}
    seen = withheld(line, ("missing", "unknown"), "others")
    assert seen["reason"] == reason
    assert (seen["missing"] is None) is (reason is not None)
    assert seen["of"] is None if 0 < of < 6 else seen["of"] == of
    assert withheld(line, ("missing", "unknown"), "site") == {**line, "reason": None}


@pytest.mark.parametrize("name", encounters.names())
def test_every_encounter_says_when_it_happened_and_can_be_asked(name: str) -> None:
    kind = encounters.get(name)
    book = {element.name for element in kind.with_privacy("quasi", "clinical")}
    assert kind.when
    assert book.issuperset(kind.when)
    assert {kind.element(each).type for each in kind.when} == {"date"}
    assert asked_elements(kind)
    for check in asked_checks(kind):
        assert book.issuperset(check.elements)


def records(*rows: dict[str, Any]) -> Any:
    return ibis.memtable(pa.Table.from_pylist(list(rows), schema=RECORDS))


def summary(*rows: dict[str, Any], late_after: int = 30) -> dict[str, Any]:
    table = prepared(records(*rows), BIRTH, late_after)
    (row,) = measured(table, RECORD_MEASURES).to_pyarrow().to_pylist()
    return dict(row)


def told(*rows: dict[str, Any]) -> dict[str, Any]:
    (row,) = element_counts(records(*rows), BIRTH).to_pyarrow().to_pylist()
    return dict(row)
