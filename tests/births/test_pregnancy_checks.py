"""A due date and a birth: every gestation that follows from them is let pass, in days and in weeks alone."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import pyarrow as pa
import pytest

from vernix.births import encounters
from vernix.births.pregnancy_checks import TERM, pregnancy_checks

LABOUR = encounters.get("labour_and_birth")
CHECKS = {check.code: check for check in pregnancy_checks("LB", LABOUR.elements)}
DUE = date(2024, 10, 7)


def broken(code: str, rows: list[dict[str, object]]) -> list[bool]:
    schema = LABOUR.arrow_schema()
    names = CHECKS[code].elements
    table = ibis.memtable(pa.Table.from_pylist(rows, pa.schema([schema.field(name) for name in names])))
    return [bool(each) for each in CHECKS[code].fails(table).to_pyarrow().to_pylist()]


def row(gestation: int, told: int) -> dict[str, object]:
    return {"due_date": DUE, "birth_date": DUE + timedelta(days=gestation - TERM), "gestation": told}


@pytest.mark.parametrize("spelled", ["days", "completed weeks"])
def test_a_gestation_that_follows_is_never_questioned(spelled: str) -> None:
    rows = [row(days, days if spelled == "days" else days // 7 * 7) for days in range(98, 316)]
    assert not any(broken("LB-DUE-02", rows))
    assert not any(broken("LB-DUE-01", rows))


@pytest.mark.parametrize("weeks", [-4, -2, -1, 2, 4, 10])
def test_a_gestation_that_is_weeks_away_is_always_questioned(weeks: int) -> None:
    """But for one week too few: that may be the days that were not sent."""
    rows = [row(days, days - 7 * weeks) for days in range(170, 300)]
    assert all(broken("LB-DUE-02", rows))
