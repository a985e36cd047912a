"""Every encounter of the dictionary is read from a file: recognised, typed and checked."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from vernix.births import encounters
from vernix.births.elements import Element
from vernix.births.encounter import Encounter
from vernix.births.rules import sample
from vernix.intake.reading import read
from vernix.intake.recognising import recognise

ALL = [encounters.get(name) for name in encounters.names()]
every_encounter = pytest.mark.parametrize("encounter", ALL, ids=lambda encounter: encounter.name)


@every_encounter
def test_a_file_with_all_its_columns_is_recognised(tmp_path: Path, encounter: Encounter) -> None:
    path = _file(tmp_path, encounter, {})
    assert recognise(path) == encounter.name


@every_encounter
def test_a_row_that_says_something_in_every_column_is_read(tmp_path: Path, encounter: Encounter) -> None:
    """Only the encounter's own checks may find something: the samples are typed, and do not go together."""
    values = {element.name: sample(element) for element in encounter.elements}
    reading = read(_file(tmp_path, encounter, values), encounter.name)
    codes = {finding.code for finding in reading.findings.listed()}
    # A sample of a text is no code of a warning.
    assert codes - {"override.no-warning"} <= {check.code for check in encounter.checks}


@every_encounter
def test_a_row_of_what_must_be_said_is_kept(tmp_path: Path, encounter: Encounter) -> None:
    required = {element.name: sample(element) for element in encounter.elements if _kept(element)}
    values = {"record_number": "R1", **required}
    reading = read(_file(tmp_path, encounter, values), encounter.name)
    assert [finding for finding in reading.findings.listed() if finding.severity == "error"] == []
    [row] = reading.records.to_pylist()
    assert {name: row[name] for name in values} == values


def _kept(element: Element) -> bool:
    # A mother is known by one thing at least, a birth has a day, and a profile says whose it is.
    return element.required == "required" or element.name in ("mother_family_name", "birth_date")


def _file(folder: Path, encounter: Encounter, values: dict[str, Any]) -> Path:
    path = folder / "file.csv"
    with path.open("w", newline="", encoding="utf-8") as stream:
        rows = csv.DictWriter(stream, [element.name for element in encounter.elements])
        rows.writeheader()
        rows.writerow({name: _written(value) for name, value in values.items()})
    return path


def _written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
