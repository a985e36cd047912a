"""The seam between a format and everything after it, with a format that exists only here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyarrow as pa
import pytest

from vernix.births.codes import Words
from vernix.births.encounter import Encounter
from vernix.errors import UsageError
from vernix.intake import formats
from vernix.intake.findings import Kind, Unit
from vernix.intake.mapping import MappedColumn, Mapping
from vernix.intake.reading import Reading, read_source
from vernix.intake.recognising import encounter_of
from vernix.intake.source import Remark, RowBatch, Source, text_batch


def kind(code: str, severity: str, column: str | None = None) -> Kind:
    assert severity in ("error", "warning")
    return Kind(code, severity, column, None, "Do.", "Faites.")  # type: ignore[arg-type]


class Slips(Source):
    """Slips of paper, four to a file."""

    format = "slips"
    media_type = "text/x-slips"
    unit = Unit(Words("slip", "fiche"), Words("slips", "fiches"))
    header = ("S", "Y", "more")
    encounter = "birth"
    remarks = (kind("slips.torn", "warning"),)

    def __init__(self, said: Sequence[Remark] = ()) -> None:
        self._said = tuple(said)

    def batches(self) -> Iterator[RowBatch]:
        cells = text_batch([["1", "2", "", "1"], ["2024", "2024", "2024", ""], ["a", "b", "c", "d"]])
        lost = ((3, kind("slips.burnt", "error")),)
        yield RowBatch(cells, pa.array([1, 2, 4, 5], pa.int64()), lost, self._said)

    def place(self, row: int) -> Words:
        return Words(f"slip {row} of the pile", f"fiche {row} de la pile")

    def mapping(self, encounter: Encounter) -> Mapping | None:
        sex = MappedColumn(encounter.element("sex"), "S", codes={"1": "male", "2": "female"})
        return Mapping(encounter, (sex, MappedColumn(encounter.element("birth_year"), "Y")), {})


def mask(*rows: bool) -> pa.BooleanArray:
    return pa.array(rows)


def found(reading: Reading) -> list[tuple[str, int | None, str | None]]:
    listed = reading.findings.listed()
    return [(each.code, each.row, each.element) for each in listed if each.code != "file.record-key"]


def test_a_format_with_a_meaning_of_its_own_needs_no_mapping() -> None:
    reading = read_source(Slips(), "birth")
    assert [(row["sex"], row["_row"]) for row in reading.records.to_pylist()] == [("male", 1), ("female", 2)]
    assert found(reading) == [
        ("slips.torn", None, None),
        ("slips.burnt", 3, None),
        ("value.required", 4, "sex"),
        ("B-DAT-01", 5, "birth_year"),
    ]
    assert reading.counts.as_dict() == {"accepted": 2, "warned": 0, "rejected": 3}
    assert reading.unused == ("more",)


def test_a_place_is_said_as_the_format_says_it() -> None:
    burnt = next(each for each in read_source(Slips(), "birth").findings.listed() if each.row == 3)
    assert burnt.place == "slip 3 of the pile"
    assert burnt.where == Words("slip 3 of the pile", "fiche 3 de la pile")


def test_what_the_format_could_not_read_is_said_once_and_rejects_its_row() -> None:
    unread = Remark(kind("slips.blot", "error", "S"), mask(False, False, True, False), 0)
    reading = read_source(Slips([unread]), "birth")
    assert ("slips.blot", 4, "sex") in found(reading)
    assert "value.required" not in {code for code, _, _ in found(reading)}
    assert reading.counts.rejected == 3


def test_a_warning_of_the_format_keeps_its_row_and_one_about_an_unread_column_is_dropped() -> None:
    pale = Remark(kind("slips.pale", "warning", "S"), mask(True, False, False, False), 0)
    other = Remark(kind("slips.other", "error", "more"), mask(True, True, True, True), 2)
    whole = Remark(kind("slips.whole", "warning"), mask(False, True, False, False))
    reading = read_source(Slips([pale, other, whole]), "birth")
    assert [each for each in found(reading) if each[0].startswith("slips.") and each[1] in (1, 2)] == [
        ("slips.pale", 1, "sex"),
        ("slips.whole", 2, None),
    ]
    assert reading.counts.as_dict() == {"accepted": 2, "warned": 2, "rejected": 3}


def test_the_format_says_the_encounter_where_no_mapping_does() -> None:
    assert encounter_of(Slips()) == "birth"


def test_a_format_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(UsageError, match="papyrus") as refused:
        formats.get("papyrus")
    assert "csv" in refused.value.hint


@pytest.mark.parametrize("media_type", ["text/csv", "text/plain", "application/octet-stream", ""])
def test_a_media_type_that_anybody_guesses_names_no_format(media_type: str) -> None:
    assert formats.stated(media_type) is None
