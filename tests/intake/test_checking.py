"""The encounter's checks as SQL: what is kept beside the module is what Ibis makes of the declarations."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from vernix.births import encounters
from vernix.births.checks import Check, Row
from vernix.births.elements import arrow_type
from vernix.births.encounter import Encounter
from vernix.births.rules import asks_for
from vernix.intake import checking

BIRTH = encounters.get("birth")


@pytest.mark.parametrize("name", encounters.names())
def test_the_kept_sql_is_what_the_declarations_say(name: str) -> None:
    encounter = encounters.get(name)
    kept = json.loads((checking.COMPILED / f"{name}.json").read_bytes())
    assert kept["fingerprint"] == checking.fingerprint(encounter), "run python -m vernix.intake.checking"
    assert kept["sql"] == checking.compile_checks(encounter), "run python -m vernix.intake.checking"


@pytest.mark.parametrize("name", encounters.names())
def test_the_rooms_of_an_encounters_rules_are_known(name: str) -> None:
    """Without a rule of its own an encounter would not be compiled anew when its declarations change."""
    assert checking.rooms(encounters.get(name))


def test_a_rule_made_of_something_else_makes_the_copy_stale() -> None:
    """Its expression stands among the rules of all encounters; only what it was made of tells it apart."""
    birth = encounters.get("birth")
    outcome, weight = birth.element("outcome"), birth.element("birth_weight")
    marks = {
        checking.fingerprint(replace(birth, checks=(asks_for("X-01", outcome, (word,), weight, source="x"),)))
        for word in ("live", "stillbirth")
    }
    assert len(marks) == 2


def test_a_stale_copy_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "fingerprint", lambda _encounter: "another")
    monkeypatch.setattr(checking, "compile_checks", lambda _encounter: {"fresh": "sql"})
    checking.compiled.cache_clear()
    try:
        assert checking.compiled("birth") == {"fresh": "sql"}
    finally:
        checking.compiled.cache_clear()


def _table(encounter: Encounter, rows: tuple[Row, ...]) -> pa.Table:
    columns = {
        element.name: pa.array([row.get(element.name) for row in rows], arrow_type(element))
        for element in encounter.elements
        if any(element.name in row for row in rows)
    }
    return pa.table({**columns, "_row": pa.array(range(1, len(rows) + 1), pa.int64())})


@pytest.mark.parametrize("name", encounters.names())
def test_every_example_of_every_check_fails_and_holds_as_it_says(name: str) -> None:
    """The examples are the specification of a check and its documentation."""
    encounter = encounters.get(name)
    alone = [
        (check, example, row, fails)
        for check in checking.asked(encounter, "within")
        for example in check.examples
        for row, fails in zip(example.rows, example.fails, strict=True)
    ]
    with checking.Checker(encounter) as checker:
        found = _numbers(checker.within(_table(encounter, tuple(row for _, _, row, _ in alone))))
        for place, (check, example, _, fails) in enumerate(alone, 1):
            assert (place in found.get(check.code, ())) is fails, (check.code, example.why)
        for check in checking.asked(encounter, "across"):
            for example in check.examples:
                found = _numbers(checker.across(_table(encounter, example.rows)))
                broken = tuple(
                    place in found.get(check.code, ()) for place in range(1, len(example.rows) + 1)
                )
                assert broken == example.fails, (check.code, example.why)


def _numbers(found: Iterable[tuple[Check, pa.Array]]) -> dict[str, set[int]]:
    return {check.code: set(rows.to_pylist()) for check, rows in found}


@pytest.mark.parametrize("name", encounters.names())
def test_a_check_that_compares_rows_says_so(name: str) -> None:
    sql = json.loads((checking.COMPILED / f"{name}.json").read_bytes())["sql"]
    assert "OVER (" not in sql["within"]
    assert sql["within"].count("SELECT") == 1
    comparing = {check.code for check in encounters.get(name).checks if check.across}
    assert sql.keys() == {"within", *comparing}
    assert all("OVER (" in sql[code] or "IN (SELECT" in sql[code] for code in comparing)


def test_what_is_compared_across_rows_is_a_few_columns() -> None:
    assert checking.compared(BIRTH) <= {
        "record_number", "birth_date", "mother_health_number", "plurality", "birth_order"
    }  # fmt: skip


@pytest.mark.parametrize("sealed", [True, False], ids=["sealed", "control"])
def test_what_is_spilled_is_sealed(tmp_path: Path, sealed: bool) -> None:
    """A large table in little memory: pages lie on the disk while the engine is open, and tell nothing."""
    settings: dict[str, Any] = {**checking.SPILL_SEALED} if sealed else {}
    bounds: dict[str, Any] = {"temp_directory": str(tmp_path), "memory_limit": "40MB", "threads": 1}
    with duckdb.connect(":memory:", config={**settings, **bounds}) as engine:
        engine.execute(
            "CREATE TABLE spilled AS SELECT hash(n) AS h, 'Quexzylborough' || md5(n::VARCHAR)"
            " || md5((n + 1)::VARCHAR) || md5((n + 2)::VARCHAR) AS name FROM range(600000) AS numbers(n)"
        )
        pages = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert pages, "something was spilled"
    assert (b"Quexzylborough" in pages) is not sealed
