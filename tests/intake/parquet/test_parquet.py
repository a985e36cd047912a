"""Parquet files: typed columns become what a person would have written; what would fill memory is refused."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vernix.births.cohort.births import generate
from vernix.errors import DataRefused
from vernix.intake.formats import open_source, recognise
from vernix.intake.mapping import Mapping
from vernix.intake.parquet import pages
from vernix.intake.parquet.columns import cells_of
from vernix.intake.reading import Reading, read

CANARY = "Zyxwvutcanary"


def checked(tmp_path: Path, columns: dict[str, Any], mapping: str | None = None, **options: Any) -> Reading:
    path = tmp_path / "births.parquet"
    pq.write_table(pa.table(columns), path, **options)
    return read(path, "birth", Mapping.parse(mapping.encode()) if mapping else None)


def found(reading: Reading) -> list[tuple[str, int | None, str | None]]:
    listed = reading.findings.listed()
    return [(each.code, each.row, each.element) for each in listed if each.code != "file.record-key"]


@pytest.mark.parametrize(
    ("column", "texts"),
    [
        (pa.array(["007", None, ""]), ["007", "", ""]),
        (pa.array(["a", None], pa.large_string()), ["a", ""]),
        (pa.array([b"caf\xc3\xa9", None], pa.binary()), ["café", ""]),
        (pa.array(["a", None, "a"]).dictionary_encode(), ["a", "", "a"]),
        (pa.array([3400, -1, None], pa.int16()), ["3400", "-1", ""]),
        (pa.array([2**64 - 1], pa.uint64()), ["18446744073709551615"]),
        (pa.array([3400.0, 3.5, float("nan"), None, 1e15]), ["3400", "3.5", "", "", "1000000000000000"]),
        (pa.array([3.4], pa.float32()), ["3.4"]),
        (pa.array([Decimal("3400.00"), Decimal("0.10"), None]), ["3400", "0.1", ""]),
        (pa.array([True, False, None]), ["TRUE", "FALSE", ""]),
        (pa.array([date(2024, 2, 29), None]), ["2024-02-29", ""]),
        (pa.array([date(2024, 2, 29)], pa.date64()), ["2024-02-29"]),
        (pa.array([datetime(2024, 2, 29), datetime(2024, 2, 29, 13, 5)]),
         ["2024-02-29", "2024-02-29 13:05:00"]),
        (pa.array([datetime(2024, 2, 29)], pa.timestamp("ns")), ["2024-02-29"]),
        (pa.array([datetime(2024, 2, 29)], pa.timestamp("us", "America/Toronto")), ["2024-02-29 00:00:00Z"]),
        (pa.array([time(13, 5), time(13, 5, 7), None]), ["13:05", "13:05:07", ""]),
        (pa.array([time(13, 0)], pa.time32("s")), ["13:00"]),
        (pa.nulls(2), ["", ""]),
    ],
)  # fmt: skip
def test_a_value_becomes_what_a_person_would_have_written(column: pa.Array, texts: list[str]) -> None:
    assert cells_of(column).to_pylist() == texts


def test_typed_columns_are_read_like_their_texts(tmp_path: Path) -> None:
    typed = {
        "record_number": pa.array([1, 2, 3]),
        "sex": pa.array(["F", "M", None]).dictionary_encode(),
        "birth_date": pa.array([date(2024, 2, 29), date(2024, 3, 1), None]),
        "birth_time": pa.array([time(13, 5), None, None]),
        "birth_weight": pa.array([3400.0, None, 99_999.0]),
        "weight_confirmed": pa.array([True, None, None]),
    }
    reading = checked(tmp_path, typed)
    first, second = reading.records.to_pylist()
    assert (first["record_number"], first["sex"], first["birth_date"]) == ("1", "female", date(2024, 2, 29))
    assert (first["birth_time"], first["birth_weight"], first["weight_confirmed"]) == ("13:05", 3400, True)
    assert (second["birth_weight"], second["_row"]) == (None, 2)
    assert found(reading) == [
        ("B-DAT-01", 3, "birth_date"),
        ("value.impossible", 3, "birth_weight"),
        ("value.required", 3, "sex"),
    ]


def test_a_partners_mapping_applies(tmp_path: Path) -> None:
    mapping = (
        'encounter = "birth"\nunknown = ["9"]\n[columns.sex]\ncolumn = "isex"\ncodes = {"1" = "male"}\n'
        '[columns.birth_weight]\ncolumn = "w.lb"\nunit = "lb"\n[constants]\nbirth_year = 2024\n'
    )
    rows = {"isex": pa.array([1, 1]), "w.lb": pa.array([7.5, None]), "more": pa.array([[1], [2]])}
    reading = checked(tmp_path, rows, mapping)
    assert [(row["sex"], row["birth_weight"]) for row in reading.records.to_pylist()] == [
        ("male", 3402),
        ("male", None),
    ]
    assert reading.unused == ("more",)


def test_a_health_number_stored_as_a_number_is_questioned(tmp_path: Path) -> None:
    rows = {"sex": ["f", "f"], "birth_year": [2024, 2024], "mother_health_number": [9393881587, None]}
    assert found(checked(tmp_path, rows)) == [("parquet.number", 1, "mother_health_number")]


@pytest.mark.parametrize("values", [[["f"], None], [{"is": "f"}, None], [timedelta(1), None]])
def test_a_column_that_is_no_cell_rejects_its_rows(tmp_path: Path, values: list[Any]) -> None:
    reading = checked(tmp_path, {"sex": pa.array(values), "birth_year": [2024, 2024]})
    assert found(reading) == [("parquet.type", 1, "sex"), ("parquet.type", 2, "sex")]


def test_it_is_told_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "births.csv"
    pq.write_table(pa.table({"sex": ["f"]}), path)
    assert recognise(path).name == "parquet"
    assert open_source(path).media_type == "application/vnd.apache.parquet"


def test_a_cohort_reads_alike_from_csv_and_from_parquet(tmp_path: Path) -> None:
    table = pa.concat_tables(generate(3_000, 7, error_rate=0.3).files.values())
    pa.csv.write_csv(table, tmp_path / "births.csv")
    pq.write_table(table, tmp_path / "births.parquet", row_group_size=1_000)
    one, other = (read(tmp_path / name, "birth") for name in ("births.csv", "births.parquet"))
    assert one.records.equals(other.records)
    assert (one.counts, dict(one.findings.counts)) == (other.counts, dict(other.findings.counts))
    assert one.findings.listed() == other.findings.listed()


_TEXTS = st.one_of(
    st.sampled_from(["", " ", "!clear", "F", "99", "3400", "2024-02-29", "38w4d", "=1+1", "007"]),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\n"), max_size=12),
)
_NAMES = ("sex", "birth_year", "birth_weight", "gestation", "birth_date", "child_family_name")


@given(st.lists(st.tuples(*(_TEXTS for _ in _NAMES)), min_size=1, max_size=30), st.booleans())
@settings(max_examples=20, deadline=None)
def test_any_texts_read_alike_from_csv_and_from_parquet(
    rows: list[tuple[str, ...]], dictionaries: bool
) -> None:
    """Whether a column's texts come one by one or as a dictionary, the same is made of them."""
    table = pa.table({name: list(texts) for name, texts in zip(_NAMES, zip(*rows, strict=True), strict=True)})
    with tempfile.TemporaryDirectory() as folder:
        csv, parquet = Path(folder, "births.csv"), Path(folder, "births.parquet")
        pa.csv.write_csv(table, csv)
        pq.write_table(table, parquet, use_dictionary=dictionaries)
        one, other = read(csv, "birth", format="csv"), read(parquet, "birth")
    assert one.records.equals(other.records)
    assert one.findings.listed() == other.findings.listed()


def _refused(tmp_path: Path, data: bytes) -> str:
    path = tmp_path / "births.parquet"
    path.write_bytes(data)
    with pytest.raises(DataRefused) as refusal:
        read(path, "birth")
    return str(refusal.value)


def _written(tmp_path: Path, table: pa.Table, **options: Any) -> bytes:
    path = tmp_path / "written.parquet"
    pq.write_table(table, path, **options)
    return path.read_bytes()


def test_what_is_no_whole_file_is_refused(tmp_path: Path) -> None:
    good = _written(tmp_path, pa.table({"sex": ["f"], "birth_year": [2024]}))
    assert "damaged" in _refused(tmp_path, good[:-5])
    assert "damaged" in _refused(tmp_path, b"PAR1")
    assert "damaged" in _refused(tmp_path, b"PAR1" + b"\xff" * 100 + b"PAR1")
    assert "encrypted" in _refused(tmp_path, good[:-4] + b"PARE")


class _Bytes:
    """A file of nothing but one page's header."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def seek(self, place: int) -> None:
        assert place == 4

    def read(self, most: int) -> bytes:
        return self._data[:most]


# PageHeader: its type (1), bytes unpacked (2) and packed (3), and of a data page (5) values and encodings.
@pytest.mark.parametrize("unpacked", [-1, pages.MAX_PAGE + 1, 2**31 - 1])
def test_the_size_of_a_page_is_bounded(unpacked: int) -> None:
    header = b"\x15\x00\x15" + _zigzag(unpacked) + b"\x15\x14\x2c\x15\x02\x15\x10\x15\x00\x15\x00\x00\x00"
    # FileMetaData: groups of rows (4), their columns (1), of each (3) values (5), bytes (7) and place (9).
    footer = b"\x49\x1c\x19\x1c\x3c\x55\x02\x26\x64\x26\x08\x00\x00\x00\x00"
    with pytest.raises(DataRefused, match="memory"):
        pages.survey(_Bytes(header), footer, 1)  # type: ignore[arg-type]


def _zigzag(number: int) -> bytes:
    value, found = (number << 1) ^ (number >> 63), bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*found, value])


def test_pages_that_only_together_fill_memory_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = pa.table({"sex": ["f" * 200] * 1_000, "city": ["c" * 200] * 1_000})
    data = _written(tmp_path, table, use_dictionary=False)
    monkeypatch.setattr(pages, "MAX_TOGETHER", 300_000)
    assert "memory" in _refused(tmp_path, data)
    monkeypatch.setattr(pages, "MAX_PAGE", 150_000)
    assert "memory" in _refused(tmp_path, data)


def test_one_long_text_in_every_row_does_not_fill_memory(tmp_path: Path) -> None:
    long = pa.DictionaryArray.from_arrays(pa.repeat(pa.scalar(0, pa.int32()), 100_000), ["x" * 1_000_000])
    data = _written(tmp_path, pa.table({"sex": long, "birth_year": pa.repeat(2024, 100_000)}))
    assert len(data) < 200_000
    pool = pa.default_memory_pool()
    before = pool.bytes_allocated()
    assert "memory" in _refused(tmp_path, data)
    assert pool.max_memory() - before < 400 << 20


def test_more_rows_than_bytes_are_refused(tmp_path: Path) -> None:
    table = pa.table({"sex": pa.nulls(300_000, pa.string()), "birth_year": pa.nulls(300_000, pa.int32())})
    assert "memory" in _refused(tmp_path, _written(tmp_path, table))


def test_texts_that_share_their_beginnings_are_refused(tmp_path: Path) -> None:
    """One text of a mebibyte and its like would be a mebibyte each, from a few bytes."""
    table = pa.table({"sex": ["f"], "city": ["x" * 100]})
    encodings = {"city": "DELTA_BYTE_ARRAY", "sex": "PLAIN"}
    data = _written(tmp_path, table, use_dictionary=False, column_encoding=encodings)
    assert "DELTA_BYTE_ARRAY" in _refused(tmp_path, data)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    for dictionary in (True, False):
        table = pa.table({"sex": pa.array([b"\xff\xfe"]), "birth_year": [2024]})
        assert "damaged" in _refused(tmp_path, _written(tmp_path, table, use_dictionary=dictionary))


def test_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    table = pa.table(
        [pa.array(["f"]), pa.array([2024]), pa.array([2025])], ["sex", "birth_year", "Birth_Year"]
    )
    assert "same name" in _refused(tmp_path, _written(tmp_path, table))


@given(st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_flipped_and_cut_bytes_are_found_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    columns: dict[str, list[Any]] = {
        "sex": ["f", "m", CANARY],
        "birth_year": [2024, 2023, None],
        "city": [CANARY, None, "x"],
    }
    table = pa.table({name: values * 20 for name, values in columns.items()})
    compression = data.draw(st.sampled_from(["snappy", "none", "zstd", "gzip"]))
    broken = bytearray(_written(tmp_path, table, compression=compression))
    for _ in range(data.draw(st.integers(1, 4))):
        broken[data.draw(st.integers(4, len(broken) - 5))] ^= data.draw(st.integers(1, 255))
    path = tmp_path / "births.parquet"
    path.write_bytes(broken[: data.draw(st.sampled_from([len(broken), len(broken) // 2]))])
    try:
        said = [
            f"{each.text_en}{each.column}" for each in read(path, "birth", format="parquet").findings.listed()
        ]
    except DataRefused as refusal:
        said = [str(refusal)]
    assert CANARY not in "".join(said)


def test_memory_stays_flat_however_large_the_file(tmp_path: Path) -> None:
    program = """
from pathlib import Path
import pyarrow as pa, pyarrow.parquet as pq
from vernix.intake.formats import open_source

def peak():
    return int(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))) >> 10

rows = pa.table({
    "a": pa.arange(0, 200_000), "b": [f"text of row {n}" for n in range(200_000)], "c": ["x", "y"] * 100_000
})
most = []
for times in (5, 20):
    with pq.ParquetWriter("rows.parquet", rows.schema) as writer:
        for _ in range(times):
            writer.write_table(rows)
    assert sum(len(batch.rows) for batch in open_source(Path("rows.parquet")).batches()) == times * 200_000
    most.append(peak())
print(most[1] - most[0])
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, check=True)
    assert int(done.stdout) < 60
