"""Each rule between what is sent and what is kept does what its examples say, on the registry's engine."""

from __future__ import annotations

import ibis
import pyarrow as pa
import pytest

from vernix.births import encounters
from vernix.births.against_book import KEYS, BookCheck
from vernix.births.checks import Row
from vernix.births.elements import arrow_type

ALL = [check for name in encounters.names() for check in encounters.get(name).book_checks]


def table(check: BookCheck, rows: tuple[Row, ...]) -> ibis.Table:
    against = encounters.get(check.against)
    types = {name: arrow_type(against.element(name)) for name in check.reads}
    schema = pa.schema([*((key, pa.string()) for key in KEYS), *types.items(), ("_row", pa.int64())])
    return ibis.memtable(
        pa.Table.from_pylist([{**row, "_row": place} for place, row in enumerate(rows)], schema=schema)
    )


@pytest.mark.parametrize("check", ALL, ids=lambda check: check.code)
def test_a_rule_does_what_its_examples_say(check: BookCheck) -> None:
    for example in check.examples:
        broken = check.broken(table(check, example.sent), table(check, example.kept)).to_pyarrow()
        found = set(broken["_row"].to_pylist())
        assert tuple(place in found for place in range(len(example.sent))) == example.fails, example.why
    assert {verdict for example in check.examples for verdict in example.fails} == {True, False}


def test_their_codes_are_nobody_elses() -> None:
    codes = [check.code for name in encounters.names() for check in encounters.get(name).checks]
    codes += [check.code for check in ALL]
    assert len(codes) == len(set(codes))
