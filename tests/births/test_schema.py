"""The JSON Schema of a form's record: what it lets pass is read, and what it stops is refused."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from vernix.births import encounters, gestation
from vernix.births.dictionary.schema import CLEAR, schema
from vernix.births.elements import Element
from vernix.births.encounter import Encounter
from vernix.births.rules import sample
from vernix.intake.cells import CLEAR as CLEARED_BY_READERS
from vernix.intake.reading import Reading, read

every_encounter = pytest.mark.parametrize("name", encounters.names())


def as_form(element: Element, value: Any) -> Any:
    if element.type == "gestation":
        return gestation.spelled(value)
    if isinstance(value, date):
        return value.isoformat()
    return float(value) if element.type == "decimal" else value


def full(encounter: Encounter) -> dict[str, Any]:
    return {each.name: as_form(each, sample(each)) for each in encounter.elements}


def reading_of(folder: Path, encounter: Encounter, *records: dict[str, Any]) -> Reading:
    path = folder / "form.json"
    path.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    return read(path, encounter.name, format="form")


def unread(reading: Reading) -> set[str]:
    """The codes of values that could not be read at all, rather than of checks between them."""
    return {each.code for each in reading.findings.listed() if each.code.startswith(("value.", "column."))}


@every_encounter
def test_a_record_with_every_element_is_of_the_schema_and_is_read(name: str, tmp_path: Path) -> None:
    encounter = encounters.get(name)
    told = schema(encounter)
    Draft202012Validator.check_schema(told)
    record = full(encounter)
    assert list(Draft202012Validator(told).iter_errors(record)) == []
    reading = reading_of(tmp_path, encounter, record)
    assert unread(reading) - {"value.implausible"} == set()
    assert set(reading.source.header) == set(encounter.by_name)


@every_encounter
def test_each_value_that_the_schema_stops_is_stopped_by_the_reader(name: str, tmp_path: Path) -> None:
    encounter = encounters.get(name)
    validator = Draft202012Validator(schema(encounter), format_checker=Draft202012Validator.FORMAT_CHECKER)
    wrong = {each.name: value for each in encounter.elements if (value := _wrong(each)) is not None}
    records = [full(encounter) | {column: value} for column, value in wrong.items()]
    assert [column for column, record in zip(wrong, records, strict=True) if validator.is_valid(record)] == []
    severities: dict[tuple[int | None, str | None], str] = {}
    for each in reading_of(tmp_path, encounter, *records).findings.listed():
        severities.setdefault((each.row, each.column), each.severity)
    for row, column in enumerate(wrong, 1):
        assert severities.get((row, column)) == "error", column


def _wrong(element: Element) -> Any:
    if element.type == "text":
        return "x" * (element.longest + 1)
    if element.type in ("integer", "decimal") and element.possible:
        return as_form(element, element.possible.high + 1)
    return None if element.type in ("integer", "decimal") else "no such thing"


@every_encounter
def test_what_is_required_is_required_and_the_rest_may_be_blank_or_cleared(name: str, tmp_path: Path) -> None:
    encounter = encounters.get(name)
    validator = Draft202012Validator(schema(encounter), format_checker=Draft202012Validator.FORMAT_CHECKER)
    needed = {each.name for each in encounter.elements if each.required == "required"}
    for element in encounter.elements:
        record = full(encounter)
        assert validator.is_valid(record | {element.name: None}) == (element.name not in needed)
        assert validator.is_valid(record | {element.name: CLEAR}) or element.name in needed
        del record[element.name]
        assert validator.is_valid(record) == (element.name not in needed)
    assert CLEAR == CLEARED_BY_READERS
    assert not validator.is_valid(full(encounter) | {"no_such_element": 1})
