"""Each check does what its own examples say: they are its specification and its documentation."""

from __future__ import annotations

import ibis
import pyarrow as pa
import pytest

from vernix.births import encounters
from vernix.births.checks import Check, Example

BIRTH = encounters.get("birth")
CASES = [
    pytest.param(check, example, id=f"{check.code}: {example.why}")
    for check in BIRTH.checks
    for example in check.examples
]


@pytest.mark.parametrize(("check", "example"), CASES)
def test_an_example_fails_where_it_says(check: Check, example: Example) -> None:
    assert _verdicts(check, example) == example.fails


@pytest.mark.parametrize("check", BIRTH.checks, ids=lambda check: check.code)
def test_a_check_is_told_completely(check: Check) -> None:
    assert {verdict for example in check.examples for verdict in example.fails} == {True, False}
    assert check.text.en.endswith(".")
    assert check.text.fr.endswith(".")
    assert set(check.elements) <= set(BIRTH.by_name)


@pytest.mark.parametrize("check", BIRTH.checks, ids=lambda check: check.code)
def test_a_check_reads_only_the_elements_it_names(check: Check) -> None:
    """A reader may hand over these columns and no others."""
    schema = BIRTH.arrow_schema()
    narrow = pa.schema([schema.field(name) for name in check.elements])
    table = ibis.memtable(pa.Table.from_pylist([], schema=narrow))
    assert table.mutate(verdict=check.fails(table)).verdict.to_pyarrow().to_pylist() == []


def test_codes_of_checks_are_unique() -> None:
    codes = [check.code for check in BIRTH.checks]
    assert len(codes) == len(set(codes))


def test_a_row_about_which_nothing_is_known_breaks_only_the_rule_that_asks_for_a_date() -> None:
    blank = Example("blank", ({},), (False,))
    broken = [check.code for check in BIRTH.checks if _verdicts(check, blank) == (True,)]
    assert broken == ["B-DAT-01"]


def _verdicts(check: Check, example: Example) -> tuple[bool, ...]:
    schema = BIRTH.arrow_schema()
    rows = [
        {name: row.get(name) for name in schema.names} | {"_row": n} for n, row in enumerate(example.rows)
    ]
    arrow = pa.Table.from_pylist(rows, schema=schema.append(pa.field("_row", pa.int64())))
    table = ibis.memtable(arrow)
    verdicts = table.mutate(verdict=check.fails(table)).order_by("_row").verdict.to_pyarrow()
    return tuple(bool(verdict) for verdict in verdicts.to_pylist())
