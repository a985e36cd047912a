"""The encounter's checks as SQL: what is kept beside the module is what Ibis makes of the declarations."""

from __future__ import annotations

import json

import duckdb
import pyarrow as pa
import pytest

from vernix.births import encounters
from vernix.births.checks import Check, Row
from vernix.births.elements import arrow_type
from vernix.intake import checking

BIRTH = encounters.get("birth")


@pytest.mark.parametrize("name", encounters.names())
def test_the_kept_sql_is_what_the_declarations_say(name: str) -> None:
    encounter = encounters.get(name)
    kept = json.loads((checking.COMPILED / f"{name}.json").read_bytes())
    assert kept["fingerprint"] == checking.fingerprint(encounter), "run python -m vernix.intake.checking"
    assert kept["sql"] == checking.compile_checks(encounter), "run python -m vernix.intake.checking"


def test_a_stale_copy_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "fingerprint", lambda _encounter: "another")
    monkeypatch.setattr(checking, "compile_checks", lambda _encounter: {"fresh": "sql"})
    checking.compiled.cache_clear()
    try:
        assert checking.compiled("birth") == {"fresh": "sql"}
    finally:
        checking.compiled.cache_clear()


def _table(rows: tuple[Row, ...]) -> pa.Table:
    columns = {
        element.name: pa.array([row.get(element.name) for row in rows], arrow_type(element))
        for element in BIRTH.elements
        if any(element.name in row for row in rows)
    }
    return pa.table({**columns, "_row": pa.array(range(1, len(rows) + 1), pa.int64())})


@pytest.mark.parametrize("check", BIRTH.checks, ids=lambda check: check.code)
def test_every_example_of_every_check_fails_and_holds_as_it_says(check: Check) -> None:
    with duckdb.connect(":memory:") as connection:
        for example in check.examples:
            table = _table(example.rows)
            connection.register("file", table)
            connection.execute(checking.view(table, BIRTH))
            broken = connection.execute(checking.compiled("birth")[check.code]).fetchall()
            fails = {place for place, fails in enumerate(example.fails, 1) if fails}
            assert {row for (row,) in broken} == fails, example.why
