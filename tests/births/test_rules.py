"""The rules that return in every encounter: each made for two small elements, and asked of rows."""

from __future__ import annotations

from datetime import date
from typing import Any

import ibis
import pyarrow as pa
import pytest

from vernix.births.birth.encounter import BIRTH
from vernix.births.checks import Check
from vernix.births.codes import YES_NO
from vernix.births.declaring import Block, element
from vernix.births.elements import arrow_type
from vernix.births.identity import MotherIdentity, Record
from vernix.births.identity_checks import identity_checks
from vernix.births.moments import minutes_between
from vernix.births.rules import asks_for, in_order, not_to_come, nothing_told_of

NOTE = ("A definition.", "Une définition.")


class Stay(Block, subject="child", privacy="clinical", source="a book"):
    """A stay and a treatment."""

    came = element("date", ("Came", "Arrivée"), NOTE)
    came_at = element("time", ("Came at", "Heure d’arrivée"), NOTE)
    left = element("date", ("Left", "Départ"), NOTE)
    left_at = element("time", ("Left at", "Heure de départ"), NOTE)
    treated = element(YES_NO, ("Treated", "Traité"), NOTE)
    days = element("integer", ("Days", "Jours"), NOTE, possible=(0, 90))
    surgery = element(YES_NO, ("Surgery", "Chirurgie"), NOTE)


RULES = [
    in_order("X-1", Stay.came, Stay.left, source="a book"),
    in_order("X-2", Stay.came, Stay.left, times=(Stay.came_at, Stay.left_at), source="a book"),
    not_to_come("X-3", Stay.came, source="a book"),
    nothing_told_of("X-4", Stay.treated, ("no",), (Stay.days, Stay.surgery), source="a book"),
    asks_for("X-5", Stay.treated, ("yes",), Stay.days, source="a book"),
]


def broken(check: Check, **row: Any) -> bool:
    schema = pa.schema([(each.name, arrow_type(each)) for each in Stay.elements])
    rows = [{name: row.get(name) for name in schema.names}]
    table = ibis.memtable(pa.Table.from_pylist(rows, schema=schema))
    (verdict,) = table.mutate(verdict=check.fails(table)).verdict.to_pyarrow().to_pylist()
    return bool(verdict)


@pytest.mark.parametrize("check", RULES, ids=lambda check: check.code)
def test_a_rule_brings_examples_that_are_true_of_it(check: Check) -> None:
    assert {verdict for example in check.examples for verdict in example.fails} == {True, False}
    for example in check.examples:
        assert (broken(check, **example.rows[0]),) == example.fails, example.why


def test_what_says_nothing_is_no_detail_of_what_there_was_not() -> None:
    *_, untreated, _ = RULES
    assert not broken(untreated, treated="no", days=0, surgery="unknown")
    assert broken(untreated, treated="no", days=0, surgery="yes")
    assert not broken(untreated, treated="unknown", days=3)


def test_a_night_lies_between_two_moments() -> None:
    days = {"came": [date(2024, 2, 29)] * 2, "left": [date(2024, 3, 1)] * 2}
    table = ibis.memtable(days | {"came_at": ["23:30", None], "left_at": ["00:15", "00:15"]})
    minutes = minutes_between(table.came, table.came_at, table.left, table.left_at)
    assert minutes.to_pyarrow().to_pylist() == [45, None]


def test_an_encounter_is_asked_the_identity_checks_that_its_elements_allow() -> None:
    assert [check.code for check in identity_checks("X", Record.elements)] == ["X-SIT-01", "X-DUP-01"]
    mothers = identity_checks("X", MotherIdentity.elements)
    assert [check.code for check in mothers] == ["X-HCN-03", "X-POS-01"]
    assert len(identity_checks("B", BIRTH.elements)) == 10
