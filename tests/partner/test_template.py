"""``vernix template``: what a person fills in is what the registry reads."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from vernix.births import encounters
from vernix.births.codes import CodeSet
from vernix.births.dictionary.schema import schema
from vernix.births.elements import Element
from vernix.births.encounter import Encounter
from vernix.births.rules import sample
from vernix.intake.reading import Reading, read
from vernix.partner.cli import PROGRAM
from vernix.partner.template.examples import example, spelled
from vernix.partner.template.workbook import workbook

ALL = [encounters.get(name) for name in encounters.names()]
every_encounter = pytest.mark.parametrize("encounter", ALL, ids=lambda encounter: encounter.name)
BIRTH = encounters.get("birth")


@every_encounter
def test_a_filled_workbook_is_read_as_a_table_with_the_same_rows(
    tmp_path: Path, encounter: Encounter
) -> None:
    """A value in every column, typed as Excel keeps it: figures, days, texts, codes as they are offered."""
    values = {element.name: sample(element) for element in encounter.elements}
    book = _template(tmp_path, encounter)
    _fill(book, encounter, values)
    of_book, of_table = read(book, encounter.name), _read_table(tmp_path, encounter, values)
    assert _codes(of_book) == _codes(of_table)
    # A sample of a text is no code of a warning.
    assert _codes(of_book) - {"override.no-warning"} <= {check.code for check in encounter.checks}
    assert of_book.counts == of_table.counts
    assert of_book.records.equals(of_table.records)


def test_a_filled_birth_is_accepted_and_keeps_its_leading_zeros(tmp_path: Path) -> None:
    values = {
        "record_number": "000123",
        "child_chart_number": "007",
        "birth_date": date(2024, 2, 29),
        "birth_time": "00:05",
        "sex": "female",
        "outcome": "live",
        "birth_weight": 3400,
        "gestation": 270,
    }
    book = _template(tmp_path, BIRTH)
    _fill(book, BIRTH, values)
    reading = read(book, "birth")
    assert reading.counts.rejected == 0
    [row] = reading.records.to_pylist()
    assert {name: row[name] for name in values} == values


def test_the_codes_that_are_offered_in_french_are_read(tmp_path: Path) -> None:
    book = tmp_path / "birth.xlsx"
    book.write_bytes(workbook(BIRTH, "fr"))
    offered = _offered(book, BIRTH)
    assert "Césarienne" in offered["delivery_method"]
    for element in BIRTH.elements:
        if element.codes:
            found = [element.codes.spellings[text.lower()] for text in offered[element.name]]
            assert found == _words(element.codes)


@every_encounter
def test_a_workbook_offers_each_code_set_and_keeps_each_type(tmp_path: Path, encounter: Encounter) -> None:
    book = _template(tmp_path, encounter)
    offered = _offered(book, encounter)
    for element in encounter.elements:
        assert offered.get(element.name, []) == (_words(element.codes) if element.codes else [])
    sheet = openpyxl.load_workbook(book)[encounter.name]
    formats = {"date": "yyyy-mm-dd", "integer": "0", "decimal": "0.0##"}
    for cell, element in zip(sheet[1], encounter.elements, strict=True):
        assert cell.value == element.name
        shown = openpyxl.utils.get_column_letter(cell.column)
        assert sheet.column_dimensions[shown].number_format == formats.get(element.type, "@")


@every_encounter
def test_every_column_is_explained_in_both_languages(tmp_path: Path, encounter: Encounter) -> None:
    sheet = openpyxl.load_workbook(_template(tmp_path, encounter))["Instructions"]
    told = {row[0]: row for row in sheet.iter_rows(values_only=True)}
    for element in encounter.elements:
        row = told[element.name]
        assert row[1:5] == (
            *(element.label.en, element.label.fr, element.definition.en, element.definition.fr),
        )
        assert all(row[5:9])
        assert row[13] == example(encounter, element)


@every_encounter
def test_every_example_can_be_read(tmp_path: Path, encounter: Encounter) -> None:
    """An example may meet the encounter's checks, which compare columns; it is never the wrong type."""
    examples = {element.name: example(encounter, element) for element in encounter.elements}
    reading = _read_table(tmp_path, encounter, examples)
    assert _codes(reading) <= {check.code for check in encounter.checks}


def test_a_csv_template_is_the_line_of_columns(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("template", "birth") == 0
    printed = capsys.readouterr().out
    assert printed.strip().split(",") == [element.name for element in BIRTH.elements]
    assert _run("template", "birth", "-o", str(tmp_path / "b.csv")) == 0
    assert (tmp_path / "b.csv").read_bytes() == printed.encode()


def test_a_json_template_is_the_schema_of_a_form(tmp_path: Path) -> None:
    assert _run("template", "birth", "-o", str(tmp_path / "birth.json")) == 0
    assert json.loads((tmp_path / "birth.json").read_text("utf-8")) == schema(BIRTH)


def test_the_same_template_is_the_same_bytes() -> None:
    assert workbook(BIRTH, "en") == workbook(BIRTH, "en")


@pytest.mark.parametrize(
    "words", [("brith",), ("birth", "-o", "b.ods"), ("birth", "-o", "there.csv")], ids=lambda words: words[-1]
)
def test_a_wish_that_cannot_be_met_writes_nothing(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("there.csv").write_text("mine")
    assert _run("template", *words) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["there.csv"]
    assert Path("there.csv").read_text() == "mine"


@pytest.mark.slow
def test_a_workbook_that_libreoffice_saved_is_read_the_same(tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed: apt-get install libreoffice-calc-nogui")
    values = {element.name: sample(element) for element in BIRTH.elements}
    book = _template(tmp_path, BIRTH)
    _fill(book, BIRTH, values)
    for kind in ("xlsx", "ods"):
        profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
        command = [
            office,
            profile,
            "--headless",
            "--convert-to",
            kind,
            "--outdir",
            str(tmp_path / kind),
            str(book),
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=300)
        saved = read(tmp_path / kind / f"birth.{kind}", "birth")
        assert saved.records.equals(_read_table(tmp_path, BIRTH, values).records)


def _template(folder: Path, encounter: Encounter) -> Path:
    path = folder / f"{encounter.name}.xlsx"
    assert _run("template", encounter.name, "-o", str(path)) == 0
    return path


def _fill(path: Path, encounter: Encounter, values: dict[str, Any]) -> None:
    """Type a row below the first, as a person does: the sheet and its formats stay as they are."""
    book = openpyxl.load_workbook(path)
    sheet = book[encounter.name]
    for place, element in enumerate(encounter.elements, start=1):
        if element.name in values:
            sheet.cell(2, place, _typed(element, values[element.name]))
    book.save(path)


def _typed(element: Element, value: Any) -> Any:
    return value if element.type in ("integer", "decimal", "date") else spelled(element, value)


def _read_table(folder: Path, encounter: Encounter, values: dict[str, Any]) -> Reading:
    path = folder / "table.csv"
    with path.open("w", newline="", encoding="utf-8") as stream:
        rows = csv.DictWriter(stream, list(values))
        rows.writeheader()
        rows.writerow(
            {
                name: value if isinstance(value, str) else spelled(encounter.element(name), value)
                for name, value in values.items()
            }
        )
    return read(path, encounter.name)


def _codes(reading: Reading) -> set[str]:
    return {finding.code for finding in reading.findings.listed()}


def _offered(path: Path, encounter: Encounter) -> dict[str, list[str]]:
    """What each column's list offers, as the cells that it names say."""
    book = openpyxl.load_workbook(path)
    sheet, found = book[encounter.name], {}
    for rule in sheet.data_validations.dataValidation:
        if rule.type == "list" and not rule.formula1.startswith('"'):
            name, cells = rule.formula1.lstrip("=").split("!")
            texts = [row[0].value for row in book[name][cells.replace("$", "")]]
            for place in rule.sqref.ranges:
                found[sheet.cell(1, place.min_col).value] = texts
    return found


def _words(code_set: CodeSet) -> list[str]:
    return [each.code for each in code_set.codes]


def _run(*words: str) -> int:
    with pytest.raises(SystemExit) as ended:
        PROGRAM.main(words)
    return int(ended.value.code or 0)
