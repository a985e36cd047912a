"""Each check is told completely, and reads what it says. That it does what its examples say is tried where
it is run: tests/intake/test_checking.py."""

from __future__ import annotations

import ibis
import pyarrow as pa
import pytest

from vernix.births import encounters
from vernix.births.checks import Check
from vernix.births.encounter import Encounter

ALL = [encounters.get(name) for name in encounters.names()]
every_check = pytest.mark.parametrize(
    ("encounter", "check"),
    [pytest.param(encounter, check, id=check.code) for encounter in ALL for check in encounter.checks],
)


@every_check
def test_a_check_is_told_completely(encounter: Encounter, check: Check) -> None:
    assert {verdict for example in check.examples for verdict in example.fails} == {True, False}
    assert check.text.en.endswith(".")
    assert check.text.fr.endswith(".")
    assert set(check.elements) <= set(encounter.by_name)


@every_check
def test_a_check_reads_only_the_elements_it_names(encounter: Encounter, check: Check) -> None:
    """A reader may hand over these columns and no others."""
    schema = encounter.arrow_schema()
    table = ibis.table(ibis.schema(pa.schema([schema.field(name) for name in check.elements])), name="rows")
    assert check.fails(table).type().is_boolean()


def test_codes_of_checks_are_unique() -> None:
    codes = [check.code for encounter in ALL for check in encounter.checks]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("encounter", ALL, ids=lambda encounter: encounter.name)
def test_a_row_about_which_nothing_is_known_breaks_only_the_rule_that_asks_for_a_date(
    encounter: Encounter,
) -> None:
    table = ibis.memtable(pa.Table.from_pylist([{}], schema=encounter.arrow_schema()))
    verdicts = table.select(**{check.code: check.fails(table) for check in encounter.checks}).to_pyarrow()
    broken = [code for code, fails in verdicts.to_pylist()[0].items() if fails]
    assert broken == (["B-DAT-01"] if encounter.name == "birth" else [])
