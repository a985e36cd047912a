"""Rows as columns of text: byte for byte, rightly numbered, with flat memory."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vernix.errors import DataRefused
from vernix.intake.csv import rows as csv_rows
from vernix.intake.csv.rows import read_rows
from vernix.intake.csv.structure import survey

Rows = list[tuple[int, tuple[str, ...]]]


def rows_of(path: Path) -> tuple[Rows, list[int]]:
    """All (row number, cells) and all ragged rows of a file."""
    rows: Rows = []
    ragged: list[int] = []
    for batch in read_rows(path, survey(path)):
        cells = zip(*(column.to_pylist() for column in batch.cells.columns), strict=True)
        rows += list(zip(batch.rows.to_pylist(), cells, strict=True))
        ragged += [row for row, _ in batch.lost]
    return rows, ragged


def read(tmp_path: Path, data: bytes) -> tuple[Rows, list[int]]:
    path = tmp_path / "file.csv"
    path.write_bytes(data)
    return rows_of(path)


def test_rows_are_numbered_past_blank_lines_embedded_lines_and_ragged_rows(tmp_path: Path) -> None:
    rows, ragged = read(tmp_path, b'a,b\n1,2\n\n"x\n\ny",3\n1,2,3\n\n\n5,6\n7\n8,9')
    assert rows == [(1, ("1", "2")), (2, ("x\n\ny", "3")), (4, ("5", "6")), (6, ("8", "9"))]
    assert ragged == [3, 5]


def test_ragged_rows_at_the_very_end_are_not_lost(tmp_path: Path) -> None:
    assert read(tmp_path, b"a,b\n1,2\n3\n4,5,6\n") == ([(1, ("1", "2"))], [2, 3])


def test_a_file_of_ragged_rows_only(tmp_path: Path) -> None:
    assert read(tmp_path, b"a,b\n1\n") == ([], [1])


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_ends_a_line(tmp_path: Path, end: str) -> None:
    assert read(tmp_path, end.join(["a,b", "1,2", "3,4", ""]).encode())[0] == [
        (1, ("1", "2")),
        (2, ("3", "4")),
    ]


def test_nothing_is_trimmed_or_evaluated(tmp_path: Path) -> None:
    cells = ("  spaced ", "=1+1", "+A1", "-2", "@SUM(1)", "007", "1e5", "NULL", "true")
    text = "a,b,c,d,e,f,g,h,i\n" + ",".join(cells) + "\n"
    assert read(tmp_path, text.encode())[0] == [(1, cells)]


def test_utf_16_and_windows_1252_become_the_same_text(tmp_path: Path) -> None:
    text = "nom;ville\r\nZoé Gagné;Trois-Rivières\r\nFrançoise Lévêque;Montréal\r\n"
    expected = [(1, ("Zoé Gagné", "Trois-Rivières")), (2, ("Françoise Lévêque", "Montréal"))]
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1252"):
        assert read(tmp_path, text.encode(encoding))[0] == expected


def test_a_quote_left_open_is_refused_and_no_value_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataRefused, match="never closed") as refused:
        read(tmp_path, b'a,b\n1,2\n3,"Canary\n5,6\n')
    assert "Canary" not in str(refused.value)


def test_a_row_of_many_lines_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_rows, "_PIECE", 1000)
    with pytest.raises(DataRefused, match=r"^The first row is longer than"):
        read(tmp_path, b'a,b\n1,"' + b"Canary\n" * 1000 + b'"\n')


def test_a_file_of_nothing_but_ragged_rows_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_rows, "MAX_RAGGED", 50)
    with pytest.raises(DataRefused, match="More than 50 rows"):
        read(tmp_path, b"a,b\n" + b"1,2,3\n" * 100)


def test_bytes_that_break_the_encoding_late_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(b"a,b\n1,2\n")
    structure = survey(path)
    path.write_bytes(b"a,b\n1,\xff\xfe\n")
    with pytest.raises(DataRefused, match="cannot be read"):
        list(read_rows(path, structure))


cell = st.text(
    st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=12
) | st.sampled_from(['"', '""', ",", "\n", "\r\n", "a\nb", '"x', "=1", " "])


@given(st.lists(st.tuples(cell, cell, cell), min_size=1, max_size=30), st.sampled_from([",", ";", "\t", "|"]))
def test_what_a_csv_writer_wrote_comes_back(
    tmp_path_factory: pytest.TempPathFactory, table: list[tuple[str, str, str]], delimiter: str
) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerows([("one", "two", "three"), *table])
    path = tmp_path_factory.mktemp("csv") / "file.csv"
    path.write_bytes(text.getvalue().encode())
    assert rows_of(path) == ([(place, row) for place, row in enumerate(table, 1)], [])


def test_batches_join_without_a_seam(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_rows, "_PIECE", 2000)
    lines = [f'{place},"{place}\nx"' if place % 7 else str(place) for place in range(1, 3000)]
    rows, ragged = read(tmp_path, ("a,b\n" + "\n".join(lines)).encode())
    assert rows == [(place, (str(place), f"{place}\nx")) for place in range(1, 3000) if place % 7]
    assert ragged == list(range(7, 3000, 7))


def test_memory_stays_flat_however_large_the_file(tmp_path: Path) -> None:
    assert grown(tmp_path, "sum(len(batch.rows) for batch in read_rows(path, survey(path)))") < 60


def test_the_measure_of_memory_would_notice_a_reader_that_holds_the_file(tmp_path: Path) -> None:
    assert grown(tmp_path, "sum(len(batch.rows) for batch in list(read_rows(path, survey(path))))") > 80


def grown(tmp_path: Path, rows: str) -> int:
    """By how many MiB a process grows at most when it reads 180 MiB after 60 MiB; ``rows`` is how."""
    program = f"""
from pathlib import Path
from vernix.intake.csv.rows import read_rows
from vernix.intake.csv.structure import survey

most = []
for blocks in (60, 180):
    path = Path("rows.csv")
    path.write_bytes(b"a,b,c\\n")
    with path.open("ab") as stream:
        for _ in range(blocks):
            stream.write(b"12345678,87654321,some more text\\n" * (1 << 15))
    assert {rows} == blocks << 15
    # Not ru_maxrss: that of a child begins with its parent's, and the parent here is pytest.
    peak = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
    most.append(int(peak) >> 10)
print(most[1] - most[0])
"""
    # A process of its own: what other tests hold or give back does not count.
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, check=True)
    return int(done.stdout)


@pytest.mark.real_data
def test_the_csv_spectrum_reads_as_its_answers_say(shared_data: Path) -> None:
    folder = shared_data / "08-bad-input" / "csv-spectrum"
    files = sorted(folder.glob("csvs/*.csv"))
    assert files
    for path in files:
        header = survey(path).header
        found = [dict(zip(header, cells, strict=True)) for _, cells in rows_of(path)[0]]
        answer = json.loads((folder / "json" / f"{path.stem}.json").read_text("utf-8"))
        if b"\r" not in path.read_bytes():
            # The answer for newlines_crlf speaks of CRLF; the stored file has LF there.
            answer = json.loads(json.dumps(answer).replace("\\r\\n", "\\n"))
        assert found == answer, path.name


@pytest.mark.real_data
def test_naughty_strings_come_back_byte_for_byte(shared_data: Path, tmp_path: Path) -> None:
    strings = json.loads((shared_data / "08-bad-input" / "blns" / "blns.json").read_text("utf-8"))
    injections = shared_data / "08-bad-input" / "csv-injection-payloadbox" / "Intruder" / "csv-payload.txt"
    strings += injections.read_text("utf-8", "replace").splitlines()
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerows([("n", "text"), *((place, string) for place, string in enumerate(strings))])
    rows, ragged = read(tmp_path, text.getvalue().encode())
    assert [cells[1] for _, cells in rows] == strings
    assert not ragged
