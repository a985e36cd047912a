"""The acknowledgement as a table: a line for each finding, nothing alive in it, in flat memory."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from pathlib import Path

from vernix.births.codes import Words
from vernix.intake.acknowledgement import Acknowledgement
from vernix.intake.answering import Answered
from vernix.intake.csv.answering import HEADER, table
from vernix.intake.findings import THE_FILE, Cause, Counts, Kind
from vernix.intake.reading import read

WHEN = datetime(2026, 3, 4, tzinfo=UTC)


def lines(answer: Acknowledgement) -> list[dict[str, str]]:
    content = b"".join(table(Answered(answer, Path(), None, WHEN)))
    assert content.startswith(b"\xef\xbb\xbf"), "Excel takes the accents for something else without it"
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_each_finding_has_a_line_in_the_order_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "births.csv"
    path.write_text("sex,birth_weight,birth_date\nf,99999,2024-02-29\nx,3400,2024-02-29\nf,3400,2024-02-29\n")
    result, of_file, *rows = lines(Acknowledgement.of(read(path, "birth"), path.name))
    assert (result["code"], result["what_to_do_en"]) == (
        "result.partly",
        "Accepted: 1, of these with a warning: 0; rejected: 2.",
    )
    assert (of_file["row"], of_file["where_fr"], of_file["code"]) == ("", "fichier", "file.record-key")
    assert [
        (each["row"], each["where_en"], each["column"], each["stands_at"], each["code"]) for each in rows
    ] == [
        ("1", "row 1", "birth_weight", "column B", "value.impossible"),
        ("2", "row 2", "sex", "column A", "value.code"),
    ]
    assert rows[0]["what_to_do_fr"].startswith("Poids")


def test_what_looks_like_a_formula_is_a_text() -> None:
    kind = Kind("value.code", "error", "=HYPERLINK(1)", None, "+1", "@x")
    (_, line) = lines(
        Acknowledgement("d", "f", "birth", Counts(0, 0, 1), (Cause(kind, 1, (1,), Words("-1", "-1")),))
    )
    assert [line[name] for name in HEADER if line[name].startswith("'")] == [
        "'=HYPERLINK(1)",
        "'-1",
        "'+1",
        "'@x",
    ]


def test_what_was_not_kept_is_counted() -> None:
    kind = Kind("value.code", "error", "sex", "sex", "Do.", "Faites.")
    found = lines(Acknowledgement("d", "f", "birth", Counts(0, 0, 9), (Cause(kind, 9, (1, 2)),)))
    assert [each["what_to_do_en"] for each in found[1:]] == ["Do.", "Do.", "The same on 7 more rows."]


def test_a_refusal_is_a_line() -> None:
    kind = Kind("file.refused", "error", None, None, "It is a PDF.", "C’est un PDF.")
    found = lines(
        Acknowledgement("d", "f", None, Counts(0, 0, 0), (Cause(kind, 1, (THE_FILE,)),), "It is a PDF.")
    )
    assert [each["code"] for each in found] == ["result.rejected", "file.refused"]
