"""A form's records: one object, a list, or one a line; strict, and every value as it was written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vernix.errors import DataRefused
from vernix.intake.form import documents as module
from vernix.intake.form.documents import documents
from vernix.intake.formats import recognise
from vernix.intake.reading import Reading, read

CANARY = "Zyxwvutcanary"
A = '{"record_number": "007", "sex": "F", "birth_year": 2024, "birth_weight": 3400}'
B = '{"sex": "M", "birth_year": "2024", "nicu": false, "length": 50.50}'


def reading_of(tmp_path: Path, text: str) -> Reading:
    path = tmp_path / "form"
    path.write_text(text, encoding="utf-8")
    assert recognise(path).name == "form"
    return read(path, "birth")


def found(reading: Reading) -> list[tuple[str, int | None, str | None]]:
    return [(each.code, each.row, each.column) for each in reading.findings.listed()]


@pytest.mark.parametrize(
    "text",
    [
        f"[{A}, {B}]",
        f"{A}\n{B}\n",
        f"\ufeff{A}\r\n\r\n{B}",
        f"[\n  {A}\n ,{B}\n]\n",
    ],
)
def test_a_list_and_lines_hold_the_same_records(tmp_path: Path, text: str) -> None:
    reading = reading_of(tmp_path, text)
    got = reading.records.to_pylist()
    assert [(row["record_number"], row["sex"], row["birth_year"], row["_row"]) for row in got] == [
        ("007", "female", 2024, 1),
        (None, "male", 2024, 2),
    ]
    assert (got[1]["nicu"], str(got[1]["length"]), got[0]["nicu"]) == ("no", "50.5", None)
    assert found(reading) == []


def test_one_object_over_several_lines(tmp_path: Path) -> None:
    assert reading_of(tmp_path, json.dumps(json.loads(A), indent=2)).counts.accepted == 1


def test_unknown_keys_nested_values_and_what_is_no_object_are_said(tmp_path: Path) -> None:
    text = f'[{A}, 5, {{"record_number": "8", "sex": ["F"], "birth_year": 2024, "wieght": 1}}]'
    reading = reading_of(tmp_path, text)
    assert found(reading) == [
        ("column.unknown", None, "wieght"),
        ("form.record", 2, None),
        ("form.nested", 3, "sex"),
    ]
    assert reading.counts.as_dict() == {"accepted": 1, "warned": 0, "rejected": 2}


def test_null_is_unchanged_and_clear_is_said(tmp_path: Path) -> None:
    text = '{"record_number": "1", "sex": "F", "birth_year": 2024, "birth_weight": null, "city": "!clear"}'
    (got,) = reading_of(tmp_path, text).records.to_pylist()
    assert (got["birth_weight"], got["_cleared"]) == (None, ["city"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"sex": "F", "sex": "M"}', "a key stands twice"),
        ('{"sex": NaN}', "NaN, Infinity"),
        (f"[{A}", "cut off"),
        (A[:-3], "cut off"),
        (f"[{A},", "cut off"),
        (f"[{A} {B}]", "record 1"),
        (f"[{A}] {B}", "follows the end"),
        (f"{A}\n{{sex: 1}}", "record 2"),
        ('{"sex": "F\n"}', "not JSON"),
        ("[]", "no record"),
        ("[1, 2]", "no record"),
        ("{}", "no record"),
        ("[" * 5000, "deep"),
        ('{"a":' * 50_000, "deep"),
    ],
)
def test_what_is_not_strictly_json_is_refused_at_its_record(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "form"
    path.write_text(text)
    with pytest.raises(DataRefused, match=said):
        read(path, "birth", format="form")


def test_a_record_without_end_is_given_up(tmp_path: Path) -> None:
    path = tmp_path / "form"
    path.write_text('{"sex": "' + "x" * (3 << 20))
    with pytest.raises(DataRefused, match="1 MiB"):
        read(path, "birth")


def test_other_encodings_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "form"
    path.write_bytes('{"city": "Lévis"}'.encode("cp1252"))
    with pytest.raises(DataRefused, match="UTF-8"):
        read(path, "birth")


values = st.recursive(
    st.none() | st.booleans() | st.text(max_size=8) | st.integers().map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.lists(values, max_size=6), st.booleans(), st.integers(1, 40))
def test_both_ways_of_parsing_agree_wherever_pieces_end(
    tmp_path: Path, given_values: list[Any], listed: bool, piece: int
) -> None:
    path = tmp_path / "form"
    text = json.dumps(given_values) if listed else "\n".join(map(json.dumps, given_values))
    path.write_text(text)
    if not listed and given_values and isinstance(given_values[0], list):
        return  # a list first is a list of records
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_BLOCK", piece)
        assert list(documents(path)) == given_values


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(data=st.data())
def test_a_damaged_file_is_read_or_refused_and_tells_no_value(tmp_path: Path, data: st.DataObject) -> None:
    whole = f'[{A}, {{"sex": "F", "birth_year": 2024, "mother_family_name": "{CANARY}"}}]'.encode()
    hurt = bytearray(whole)
    for place in data.draw(st.lists(st.integers(0, len(hurt) - 1), max_size=4)):
        hurt[place] = data.draw(st.integers(0, 255))
    path = tmp_path / "form"
    path.write_bytes(hurt[: data.draw(st.integers(1, len(hurt)))])
    try:
        listed = read(path, "birth", format="form").findings.listed()
        said = "".join(each.text_en + each.place for each in listed)
    except DataRefused as refusal:
        said = str(refusal)
    assert CANARY not in said
