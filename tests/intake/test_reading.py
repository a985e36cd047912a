"""From a file to records and findings."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vernix.births import age, encounters
from vernix.births.elements import arrow_type
from vernix.errors import DataRefused, UsageError
from vernix.intake.mapping import Mapping
from vernix.intake.reading import Reading, read
from vernix.intake.recognising import recognise

CANARY = "Zyxwvutcanary"


def reading_of(tmp_path: Path, text: str, mapping: str | None = None) -> Reading:
    path = tmp_path / "births.csv"
    path.write_text(text, encoding="utf-8")
    return read(path, "birth", Mapping.parse(mapping.encode()) if mapping else None)


def found(reading: Reading) -> list[tuple[str, str, int | None, str | None]]:
    """All findings, but that most files here have no record number."""
    listed = reading.findings.listed()
    return [
        (each.code, each.severity, each.row, each.column) for each in listed if each.code != "file.record-key"
    ]


def records(reading: Reading) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = reading.records.to_pylist()
    return rows


def test_columns_called_like_elements_need_no_mapping(tmp_path: Path) -> None:
    reading = reading_of(tmp_path, "SEX,Birth_Weight,birth_year\nf,3400,2024\nM,,2024\n")
    assert records(reading) == [
        {"birth_year": 2024, "sex": "female", "birth_weight": 3400, "_row": 1, "_cleared": []},
        {"birth_year": 2024, "sex": "male", "birth_weight": None, "_row": 2, "_cleared": []},
    ]
    assert (reading.counts.accepted, reading.counts.warned, reading.counts.rejected) == (2, 0, 0)
    assert found(reading) == []


def test_every_column_has_the_type_of_its_element(tmp_path: Path) -> None:
    birth = encounters.get("birth")
    header = ",".join(element.name for element in birth.elements)
    reading = reading_of(tmp_path, header + "\nf\n")
    assert reading.records.schema.names[:-2] == [element.name for element in birth.elements]
    for element in birth.elements:
        assert reading.records.schema.field(element.name).type == arrow_type(element)
    assert reading.records.schema.field("_row").type == pa.int64()
    assert found(reading) == [("row.ragged", "error", 1, None)]


@pytest.mark.parametrize("below", ["", "\n", "\n\n\n"])
def test_a_header_alone_is_refused(tmp_path: Path, below: str) -> None:
    with pytest.raises(DataRefused, match="a header but no rows"):
        reading_of(tmp_path, "sex,birth_weight,birth_year" + below)


def test_errors_reject_their_row_and_warnings_keep_it(tmp_path: Path) -> None:
    reading = reading_of(
        tmp_path,
        "sex,birth_weight,mother_age,birth_year\n"
        "f,3400,30,2024\n"
        "x,3400,30,2024\n"
        "f,3400,54,2024\n"
        ",3400,30,2024\n"
        "f,3400\n"
        "f,=1+1,54,2024\n",
    )
    assert [row["_row"] for row in records(reading)] == [1, 3]
    assert (reading.counts.accepted, reading.counts.warned, reading.counts.rejected) == (2, 1, 4)
    assert found(reading) == [
        ("value.code", "error", 2, "sex"),
        ("value.implausible", "warning", 3, "mother_age"),
        ("value.required", "error", 4, "sex"),
        ("row.ragged", "error", 5, None),
        ("value.formula", "error", 6, "birth_weight"),
        ("value.implausible", "warning", 6, "mother_age"),
    ]


def test_blank_is_unchanged_and_clear_is_said(tmp_path: Path) -> None:
    reading = reading_of(
        tmp_path,
        "sex,birth_weight,city,birth_year\nf,,,2024\nf,!clear,!clear,2024\nf,3400,Guelph,2024\n!clear,1,x,2024\n",
    )
    assert [(row["birth_weight"], row["city"], row["_cleared"]) for row in records(reading)] == [
        (None, None, []),
        (None, None, ["birth_weight", "city"]),
        (3400, "Guelph", []),
    ]
    assert ("value.not-clearable", "error", 4, "sex") in found(reading)


def test_text_is_kept_byte_for_byte(tmp_path: Path) -> None:
    names = [
        "=cmd|' /C calc'!A0",
        "+1",
        "-1",
        "@x",
        " spaced ",
        "O'Brien",
        "Ngũgĩ wa Thiong'o",
        "\u202etxet",
        "007",
    ]
    lines = "".join(f'f,"{name}",2024\n' for name in names)
    reading = reading_of(tmp_path, "sex,mother_family_name,birth_year\n" + lines)
    assert [row["mother_family_name"] for row in records(reading)] == names


def test_text_that_begins_like_a_formula_is_kept_and_questioned(tmp_path: Path) -> None:
    formulas = ["=cmd|'/c calc'!A1", "@SUM(A1)", "+SUM(A1:A9)", "-2+3+cmd|'/c calc'!A0"]
    names = ["-", "+", "-Anne", "+1 (416) 555-0199", "A=B", "", *formulas]
    lines = "".join(f'f,"{name}",2024\n' for name in names)
    reading = reading_of(tmp_path, "sex,child_family_name,birth_year\n" + lines)
    assert [row["child_family_name"] or "" for row in records(reading)] == names
    assert found(reading) == [("value.formula", "warning", row, "child_family_name") for row in (7, 8, 9, 10)]
    assert (reading.counts.accepted, reading.counts.warned) == (10, 4)


@pytest.mark.parametrize(
    ("header", "mapping", "said"),
    [
        ("sex,birth_year", None, True),
        ("sex,birth_year,record_number", None, False),
        ("sex,birth_year,no", 'encounter = "birth"\n[columns.sex]\ncolumn = "sex"\n', True),
        (
            "sex,birth_year,no",
            'encounter = "birth"\n[columns.sex]\ncolumn = "sex"\n[columns.record_number]\ncolumn = "no"\n',
            False,
        ),
    ],
)
def test_a_file_without_record_numbers_is_warned_that_it_may_count_twice(
    tmp_path: Path, header: str, mapping: str | None, said: bool
) -> None:
    reading = reading_of(
        tmp_path, header + "\n" + "f,2024,7"[: 6 if header.endswith("year") else 8] + "\n", mapping
    )
    warned = [each for each in reading.findings.listed() if each.code == "file.record-key"]
    assert [(each.severity, each.row, each.element) for each in warned] == (
        [("warning", None, "record_number")] if said else []
    )
    assert all("twice" in each.text_en and "deux fois" in each.text_fr for each in warned)


def test_text_that_is_too_long_is_refused(tmp_path: Path) -> None:
    reading = reading_of(tmp_path, f"sex,postal_code,birth_year\nf,{'é' * 10},2024\nf,{'x' * 11},2024\n")
    assert [each[:3] for each in found(reading) if each[1] == "error"] == [("value.too-long", "error", 2)]


def test_checks_across_fields_name_the_partners_column(tmp_path: Path) -> None:
    mapping = """
        encounter = "birth"
        [columns.sex]
        column = "s"
        [columns.plurality]
        column = "how many"
        [columns.birth_order]
        column = "which"
        [constants]
        birth_year = 2024
    """
    reading = reading_of(tmp_path, "s,how many,which\nf,2,1\nf,2,3\n", mapping)
    errors = [each for each in reading.findings.listed() if each.severity == "error"]
    assert [(each.row, each.element, each.column) for each in errors] == [(2, "birth_order", "which")]
    assert reading.counts.rejected == 1


def test_a_rule_about_what_was_not_sent_holds_for_every_row(tmp_path: Path) -> None:
    reading = reading_of(tmp_path, "sex,birth_weight\nf,3400\nf,3500\n")
    assert [each[:3] for each in found(reading)] == [("B-DAT-01", "error", 1), ("B-DAT-01", "error", 2)]


def test_rows_of_one_file_are_compared_with_each_other(tmp_path: Path) -> None:
    reading = reading_of(tmp_path, "record_number,sex,birth_year\n1,f,2024\n2,f,2024\n1,f,2024\n")
    assert {each[2] for each in found(reading)} == {1, 3}


def test_constants_fill_every_row_and_unused_columns_are_listed(tmp_path: Path) -> None:
    mapping = 'encounter = "birth"\n[columns.sex]\ncolumn = "s"\n[constants]\nbirth_year = 2014\n'
    reading = reading_of(tmp_path, "s,other\nf,1\nm,2\n", mapping)
    assert [row["birth_year"] for row in records(reading)] == [2014, 2014]
    assert reading.unused == ("other",)
    assert found(reading) == []


def test_a_column_that_is_no_element_is_pointed_out(tmp_path: Path) -> None:
    reading = reading_of(tmp_path, "sex,birth_year,brith_weight\nf,2024,3400\n")
    assert found(reading) == [("column.unknown", "warning", None, "brith_weight")]


def test_a_file_of_other_columns_is_refused_with_the_way_to_a_mapping(tmp_path: Path) -> None:
    with pytest.raises(DataRefused, match="not recognised: one, two, three") as refused:
        reading_of(tmp_path, "sex,one,two,three\nf,1,2,3\n")
    assert "--propose" in refused.value.hint


def test_a_file_without_header_shows_nothing_of_its_first_record(tmp_path: Path) -> None:
    with pytest.raises(DataRefused) as refused:
        reading_of(tmp_path, f"{CANARY},3400,f\nB,3500,m\n")
    assert CANARY not in str(refused.value)


def test_a_required_column_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataRefused, match="no column for sex"):
        reading_of(tmp_path, "birth_weight,birth_year\n3400,2024\n")


def test_a_mapped_column_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataRefused, match="lacks columns that the mapping reads: s"):
        reading_of(tmp_path, "x,y\n1,2\n", 'encounter = "birth"\n[columns.sex]\ncolumn = "s"\n')


def test_an_unknown_encounter_or_format_is_a_usage_error(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text("sex\nf\n")
    with pytest.raises(UsageError):
        read(path, "death")
    with pytest.raises(UsageError, match="is not read"):
        read(path, "birth", format="papyrus")


def test_no_value_stands_in_any_finding(tmp_path: Path) -> None:
    header = [element.name for element in encounters.get("birth").elements]
    reading = reading_of(tmp_path, ",".join(header) + "\n" + ",".join([CANARY * 30] * len(header)) + "\n")
    assert reading.counts.rejected == 1
    assert reading.findings.total > 40
    for each in reading.findings.listed():
        assert CANARY not in f"{each.text_en}{each.text_fr}{each.place}"


def test_findings_are_counted_beyond_the_list(tmp_path: Path) -> None:
    reading = reading_of(tmp_path, "record_number,sex,birth_year\n" + ",x,2024\n" * 5000)
    assert reading.findings.total == 5000
    assert len(reading.findings.listed()) == 1000
    assert reading.counts.rejected == 5000


def test_a_gestation_column_is_judged_as_a_whole(tmp_path: Path) -> None:
    days = reading_of(
        tmp_path, "sex,birth_year,gestation\n" + "".join(f"f,2024,{d}\n" for d in (266, 279, 281))
    )
    assert [row["gestation"] for row in records(days)] == [266, 279, 281]
    compact = reading_of(
        tmp_path, "sex,birth_year,gestation\n" + "".join(f"f,2024,{d}\n" for d in (266, 384, 402))
    )
    assert [row["gestation"] for row in records(compact)] == [188, 270, 282]


def test_many_batches_give_the_same_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = "".join(f"{place},{'fmx'[place % 3]},{2000 + place % 3000},2024\n" for place in range(1, 4000))
    text = "record_number,sex,birth_weight,birth_year\n" + lines
    whole = reading_of(tmp_path, text)
    monkeypatch.setattr("vernix.intake.csv.rows._PIECE", 5000)
    pieces = reading_of(tmp_path, text)
    assert pieces.records.combine_chunks().equals(whole.records.combine_chunks())
    assert pieces.counts == whole.counts
    assert pieces.findings.counts == whole.findings.counts


def test_a_large_file_is_read_again_for_its_records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = "".join(
        f"{place % 3500},{'fmx'[place % 3]},{2000 + place % 3000},2024\n" for place in range(4000)
    )
    text = "record_number,sex,birth_weight,birth_year\n" + lines
    whole = reading_of(tmp_path, text).records
    monkeypatch.setattr("vernix.intake.reading._KEPT", 0)
    monkeypatch.setattr("vernix.intake.csv.rows._PIECE", 5000)
    monkeypatch.setattr("vernix.intake.csv.rows.TOGETHER", 500)
    again = reading_of(tmp_path, text)
    assert len(list(again.batches())) > 5
    assert again.records.combine_chunks().equals(whole.combine_chunks())


@pytest.mark.parametrize("change", ["f,2024\n", "f,2024\n" * 3])
def test_a_file_that_changes_between_two_readings_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    monkeypatch.setattr("vernix.intake.reading._KEPT", 0)
    reading = reading_of(tmp_path, "sex,birth_year\nf,2024\nm,2024\n")
    (tmp_path / "births.csv").write_text("sex,birth_year\n" + change)
    with pytest.raises(DataRefused, match="changed while it was read"):
        list(reading.batches())


def test_what_could_not_be_read_is_not_also_said_to_be_missing(tmp_path: Path) -> None:
    reading = reading_of(
        tmp_path,
        "sex,birth_date,plurality,birth_order\nf,2024-02-30,1,1\nf,,1,1\nf,2024-02-28,2,x\nf,2024-02-28,2,\n",
    )
    assert [each[:3] for each in found(reading)] == [
        ("value.date", "error", 1),
        ("B-DAT-01", "error", 2),
        ("value.integer", "error", 3),
        ("B-ORD-02", "warning", 4),
    ]


def test_the_mothers_age_is_worked_out_where_the_file_has_none(tmp_path: Path) -> None:
    reading = reading_of(
        tmp_path,
        "sex,birth_date,mother_birth_date\n"
        "f,2024-03-01,1994-03-01\nf,2024-03-01,1994-03-02\nf,2024-03-01,\nf,2024-03-01,1970-01-02\n",
    )
    assert [row["mother_age"] for row in records(reading)] == [30, 29, None, 54]
    # An age that was worked out is questioned like one that was sent, at the date that it follows from.
    assert found(reading) == [("value.implausible", "warning", 4, "mother_birth_date")]


def test_an_age_that_was_sent_stands_and_is_compared_with_the_dates(tmp_path: Path) -> None:
    reading = reading_of(
        tmp_path,
        "sex,birth_date,mother_birth_date,mother_age\n"
        "f,2024-03-01,1994-03-01,30\nf,2024-03-01,1994-03-01,\nf,2024-03-01,1994-03-01,31\n"
        "f,2024-03-01,1994-03-01,!clear\nf,2024-03-01,2023-03-01,\nf,2024-03-01,1994-03-01,thirty\n",
    )
    assert [row["mother_age"] for row in records(reading)] == [30, 30, 31, None]
    assert [each[:3] for each in found(reading)] == [
        ("B-AGE-01", "warning", 3),
        ("B-MOT-01", "error", 5),
        ("value.integer", "error", 6),
    ]


@given(st.dates(date(1900, 1, 1), date(2030, 12, 31)), st.dates(date(1900, 1, 1), date(2030, 12, 31)))
def test_both_ways_of_telling_an_age_agree(born: date, on: date) -> None:
    years = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    assert age.completed_years_of(pa.array([born]), pa.array([on])).to_pylist() == [years]
    told = age.completed_years(ibis.date(born), ibis.date(on))
    with duckdb.connect(":memory:") as engine:
        assert engine.execute(str(ibis.to_sql(told, dialect="duckdb"))).fetchall() == [(years,)]


def test_the_records_of_a_large_file_are_given_in_flat_memory(tmp_path: Path) -> None:
    program = """
from pathlib import Path
from vernix.intake.reading import read

texts = ["child_family_name", "child_given_names", "mother_family_name", "mother_given_names", "city"]
most = []
for rows in (400_000, 1_000_000):
    path = Path("births.csv")
    with path.open("w") as stream:
        stream.write("sex,birth_year," + ",".join(texts) + "\\n")
        for _ in range(rows // 10_000):
            stream.write(("f,2024" + ",Somebody with a long name" * len(texts) + "\\n") * 10_000)
    assert sum(batch.num_rows for batch in read(path, "birth").batches()) == rows
    # Not ru_maxrss: that of a child begins with its parent's, and the parent here is pytest.
    peak = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
    most.append(int(peak) >> 10)
print(most[1] - most[0])
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, check=True)
    assert int(done.stdout) < 100, "MiB more for 85 MiB of rows more"


@pytest.mark.parametrize(
    ("header", "encounter"),
    [
        ("sex,birth_weight,other", "birth"),
        ("birth_date,delivery_method", "birth"),
        ("birth_date,episiotomy", "labour_and_birth"),
        ("sex,one,two,three", None),
        ("one,two", None),
        # What encounters share is taken for a birth, what one of them has alone for that one ...
        ("record_number,birth_date,sex,birth_weight,gestation", "birth"),
        ("record_number,birth_date,sex,card_number,collection_date", "newborn_screening"),
        ("record_number,birth_date,saturation_right_hand_1,saturation_foot_1", "heart_screening"),
        # ... and where the birth is none of those that know the most, nobody can say.
        ("card_number,child_death_date,birth_date", "newborn_screening_follow_up"),
        ("child_discharge_date,feeding_at_discharge", None),
    ],
)
def test_an_encounter_is_recognised_by_its_columns(
    tmp_path: Path, header: str, encounter: str | None
) -> None:
    path = tmp_path / "f.csv"
    path.write_text(header + "\n")
    assert recognise(path) == encounter


def test_an_encounter_is_recognised_by_a_saved_mapping(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text("s\nf\n")
    (tmp_path / "m.toml").write_text('encounter = "birth"\n[columns.sex]\ncolumn = "s"\n')
    assert recognise(path, tmp_path) == "birth"


def test_a_text_of_blanks_alone_is_blank(tmp_path: Path) -> None:
    """As in every other column: else a padded export would replace a name that is known by blanks."""
    text = "record_number,birth_date,sex,child_given_names\n1,2024-02-29,f,   \n2,2024-02-29,f, Zoé\n"
    reading = reading_of(tmp_path, text + "3,2024-02-29,f, !clear \n4,2024-02-29,f,\t\n")
    kept = [(each["child_given_names"], each["_cleared"]) for each in records(reading)]
    assert kept == [(None, []), (" Zoé", []), (None, ["child_given_names"]), (None, [])]


@pytest.mark.parametrize(
    ("columns", "encounter", "warned"),
    [
        ("record_number,birth_date,sex,birth_weight", "hearing_screening", True),
        ("record_number,birth_date,sex,birth_weight", "birth", False),
        ("record_number,birth_date", "hearing_screening", False),
        ("record_number,birth_date,sex,birth_weight,right_ear", "hearing_screening", False),
    ],
)
def test_a_file_of_another_encounter_is_told_of(
    tmp_path: Path, columns: str, encounter: str, warned: bool
) -> None:
    """A birth's record read as a hearing screen holds nothing of one, and would be accepted silently."""
    path = tmp_path / "file.csv"
    cells = ["1", "2024-02-29", "f", "3400", ""][: len(columns.split(","))]
    path.write_text(f"{columns}\n{','.join(cells)}\n")
    listed = read(path, encounter).findings.listed()
    assert ("file.other-encounter" in [each.code for each in listed]) is warned
