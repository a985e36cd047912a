"""Whatever is sent as data: a finding or one clear refusal; never a crash, a hang or a value in a message."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from vernix.errors import DataRefused
from vernix.intake import formats
from vernix.intake.reading import read

pytestmark = pytest.mark.real_data


def said_of(path: Path, format: str | None = None) -> str:
    """All that is said of a file."""
    try:
        findings = read(path, "birth", format=format).findings.listed()
    except DataRefused as refusal:
        return str(refusal)
    return "".join(f"{each.text_en}{each.text_fr}" for each in findings)


def test_every_bad_file_is_refused_or_found_fault_with(shared_data: Path) -> None:
    files = [path for path in (shared_data / "08-bad-input").rglob("*") if path.is_file()]
    assert len(files) > 20
    assert [path.name for path in files if not said_of(path)] == []


@pytest.mark.parametrize("format", formats.names())
def test_naughty_strings_in_every_format_named_by_mistake(shared_data: Path, format: str) -> None:
    for path in sorted((shared_data / "08-bad-input" / "blns").iterdir()):
        assert said_of(path, format)


def test_naughty_strings_are_kept_byte_for_byte_from_a_form(shared_data: Path, tmp_path: Path) -> None:
    strings = json.loads((shared_data / "08-bad-input" / "blns" / "blns.json").read_text("utf-8"))
    path = tmp_path / "form.json"
    records = [{"sex": "F", "birth_year": 2024, "city": text} for text in strings]
    path.write_text("\n".join(map(json.dumps, records)))
    reading = read(path, "birth")
    kept = {row["_row"]: row["city"] for row in reading.records.to_pylist()}
    long = {each.row for each in reading.findings.listed() if each.code == "value.too-long"}
    for number, text in enumerate(strings, 1):
        assert number in long or (kept[number] or "") == (text if text.strip() else "")


@pytest.mark.parametrize("kind", ["xlsx", "xls"])
def test_real_workbooks_of_other_things_are_refused_in_one_sentence(shared_data: Path, kind: str) -> None:
    files = [path for path in shared_data.rglob(f"*.{kind}") if path.is_file()]
    assert files
    for path in files:
        with pytest.raises(DataRefused):
            read(path, "birth")
