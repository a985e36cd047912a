"""Workbooks as people make them: what is read, what is said, what is refused."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlwt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from vernix.errors import DataRefused
from vernix.intake.excel import office_open
from vernix.intake.excel.packed import pieces
from vernix.intake.formats import open_source, recognise
from vernix.intake.reading import Reading, read

CANARY = "Zyxwvutcanary"
HEADER = ["record_number", "sex", "birth_date", "birth_time", "birth_weight", "mother_health_number"]
Fill = Callable[[Any], None]


def workbook(path: Path, rows: list[list[Any]], fill: Fill | None = None) -> Path:
    """An .xlsx with one sheet of rows; ``fill`` may do more to the workbook."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Births"
    for row in rows:
        sheet.append(row)
    if fill:
        fill(book)
    book.save(path)
    return path


def checked(tmp_path: Path, rows: list[list[Any]], fill: Fill | None = None) -> Reading:
    return read(workbook(tmp_path / "births.xlsx", rows, fill), "birth")


def found(reading: Reading) -> list[tuple[str, int | None, str | None]]:
    return [(each.code, each.row, each.element) for each in reading.findings.listed()]


@pytest.mark.parametrize(
    ("value", "element", "read_as"),
    [
        ("007", "record_number", "007"),
        (7, "record_number", "7"),
        (1e15, "record_number", "1000000000000000"),
        (3400, "birth_weight", 3400),
        (3400.0, "birth_weight", 3400),
        ("3400", "birth_weight", 3400),
        (date(2024, 1, 31), "birth_date", date(2024, 1, 31)),
        (datetime(2024, 1, 31), "birth_date", date(2024, 1, 31)),
        ("2024-01-31", "birth_date", date(2024, 1, 31)),
        (time(13, 5), "birth_time", "13:05"),
        (time(0, 0), "birth_time", "00:00"),
        ("13:05", "birth_time", "13:05"),
        (12.5, "father_age", None),
        (True, "nicu", "yes"),
        (False, "nicu", "no"),
        (50.5, "length", Decimal("50.5")),
        (0.1 + 0.2 + 50, "length", Decimal("50.3")),
    ],
)
@pytest.mark.parametrize("epoch", [1900, 1904])
def test_a_cell_becomes_a_value(tmp_path: Path, value: Any, element: str, read_as: Any, epoch: int) -> None:
    def fill(book: Any) -> None:
        if epoch == 1904:
            book.epoch = CALENDAR_MAC_1904

    born = [] if element == "birth_date" else [("birth_year", 2024)]
    cells: list[tuple[str, Any]] = [("sex", "F"), *born, (element, value)]
    reading = checked(tmp_path, [[name for name, _ in cells], [cell for _, cell in cells]], fill)
    assert [row[element] for row in reading.records.to_pylist()] == ([] if read_as is None else [read_as])


def test_a_time_beyond_a_day_is_no_time(tmp_path: Path) -> None:
    reading = checked(tmp_path, [["sex", "birth_year", "birth_time"], ["F", 2024, timedelta(hours=25)]])
    assert ("value.time", 2, "birth_time") in found(reading)


def test_titles_groups_and_blank_rows_stand_around_the_records(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["Lakeside hospital, births of January"],
        [],
        ["Child", None, None, "Mother", None],
        ["record_number", "sex", "birth_date", "mother_family_name", "mother_age"],
        ["1", "F", date(2024, 1, 2), "A", 30],
        [],
        ["2", "M", date(2024, 1, 3), "B", 31],
    ]

    def merge(book: Any) -> None:
        for cells in ("A1:E1", "A3:C3", "D3:E3"):
            book.active.merge_cells(cells)

    reading = checked(tmp_path, rows, merge)
    assert [(row["record_number"], row["_row"]) for row in reading.records.to_pylist()] == [
        ("1", 5),
        ("2", 7),
    ]
    assert found(reading) == []


def test_a_header_cell_over_two_rows_and_one_name_under_two_groups(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["sex", "Mother", None, "Child", None],
        [None, "family name", "age", "family name", "weight"],
        ["F", "A", 30, "B", 3400],
    ]

    def merge(book: Any) -> None:
        for cells in ("A1:A2", "B1:C1", "D1:E1"):
            book.active.merge_cells(cells)

    source = open_source(workbook(tmp_path / "b.xlsx", rows, merge))
    assert source.header == ("sex", "Mother family name", "age", "Child family name", "weight")


def test_errors_and_formulas_without_value_are_said_and_nothing_is_guessed(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["record_number", "sex", "birth_year", "birth_weight"],
        ["1", "F", 2024, "=3000+400"],
        ["2", "F", 2024, "#N/A"],
        ["3", "#REF!", 2024, 3400],
        ["4", "F", 2024, 3400],
    ]
    reading = checked(tmp_path, rows)
    assert found(reading) == [
        ("excel.formula", 2, "birth_weight"),
        ("excel.error", 3, "birth_weight"),
        ("excel.error", 4, "sex"),
    ]
    assert [row["record_number"] for row in reading.records.to_pylist()] == ["4"]


def test_a_formula_is_read_by_the_value_that_was_saved(tmp_path: Path) -> None:
    path = workbook(tmp_path / "b.xlsx", [["sex", "birth_year", "birth_weight"], ["F", 2024, "=3000+400"]])
    edit(path, "xl/worksheets/sheet1.xml", b"<f>3000+400</f><v />", b"<f>3000+400</f><v>3400</v>")
    reading = read(path, "birth")
    assert reading.records["birth_weight"].to_pylist() == [3400]


def test_a_health_number_that_was_stored_as_a_number_is_pointed_out(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        HEADER,
        ["1", "F", date(2024, 1, 2), None, 3400, 9876543217],
        ["2", "F", date(2024, 1, 2)],
    ]
    assert ("excel.number", 2, "mother_health_number") in found(checked(tmp_path, rows))
    rows[1][5] = "9876543217"
    assert "excel.number" not in {code for code, _, _ in found(checked(tmp_path, rows))}


def test_the_sheet_with_the_data_is_found_and_the_others_are_told_of(tmp_path: Path) -> None:
    def fill(book: Any) -> None:
        book.create_sheet("Notes", 0).append(["How to fill this in"])
        hidden = book.create_sheet("Old")
        hidden.sheet_state = "hidden"
        hidden.append(["sex", "birth_year"])
        hidden.append(["F", 2023])

    reading = checked(tmp_path, [["record_number", "sex", "birth_year"], ["1", "F", 2024]], fill)
    assert reading.records["birth_year"].to_pylist() == [2024]
    assert reading.findings.listed()[0].code == "excel.other-sheet"
    assert "Old" in reading.findings.listed()[0].text_en


def test_a_row_is_placed_as_the_spreadsheet_counts(tmp_path: Path) -> None:
    reading = checked(tmp_path, [["Title"], ["record_number", "sex", "birth_year"], ["1", "x", 2024]])
    assert reading.findings.listed()[0].place == "sheet Births, row 3, column sex"


def test_several_sheets_that_fit_as_well_are_refused_by_name(tmp_path: Path) -> None:
    def twice(book: Any) -> None:
        other = book.create_sheet("February")
        other.append(["sex", "birth_year"])
        other.append(["F", 2024])

    with pytest.raises(DataRefused, match="Births, February"):
        checked(tmp_path, [["sex", "birth_year"], ["F", 2024]], twice)


def test_what_it_is_read_as_chooses_the_sheet(tmp_path: Path) -> None:
    births = ["sex", "birth_date", "nicu"]
    screens = ["sex", "birth_date", "card_number", "screen_reason"]

    def add(book: Any) -> None:
        book.create_sheet("Screens").append(screens)

    path = workbook(tmp_path / "b.xlsx", [births], add)
    assert open_source(path, encounter="birth").header == tuple(births)
    assert open_source(path, encounter="newborn_screening").header == tuple(screens)


def test_blank_is_unchanged_and_clear_is_said(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["record_number", "sex", "birth_year", "birth_weight"],
        ["1", "F", 2024, "!clear"],
        ["2", "M", 2024],
    ]
    got = checked(tmp_path, rows).records.to_pylist()
    assert [(row["birth_weight"], row["_cleared"]) for row in got] == [(None, ["birth_weight"]), (None, [])]


def old_workbook(path: Path) -> Path:
    book = xlwt.Workbook()
    book.add_sheet("Empty")
    sheet = book.add_sheet("Births")
    day = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    for place, name in enumerate(["record_number", "sex", "birth_date", "birth_weight"]):
        sheet.write(0, place, name)
    for row in range(1, 4):
        sheet.write(row, 0, f"00{row}")
        sheet.write(row, 1, "F")
        sheet.write(row, 2, date(2024, 1, row), day)
    sheet.write(1, 3, 3400)
    sheet.write(2, 3, xlwt.Formula("3000+400"))
    sheet.row(3).set_cell_error(3, 0x2A)
    book.save(str(path))
    return path


def test_an_old_workbook(tmp_path: Path) -> None:
    reading = read(old_workbook(tmp_path / "births.xls"), "birth")
    assert reading.source.media_type == "application/vnd.ms-excel"
    assert [(row["record_number"], row["birth_date"]) for row in reading.records.to_pylist()] == [
        ("001", date(2024, 1, 1)),
        ("002", date(2024, 1, 2)),
    ]
    assert [each for each in found(reading) if each[0].startswith("excel.")] == [
        ("excel.error", 4, "birth_weight"),
    ]


ODS = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
    '<table:table table:name="Births">{}</table:table></office:spreadsheet></office:body>'
    "</office:document-content>"
)


def open_document(path: Path, rows: list[list[str]], last: str = "") -> Path:
    """An .ods; a cell is its attributes and its text, parted by ``|``."""
    cells = (
        "<table:table-row>"
        + "".join(
            f"<table:table-cell {kind}><text:p>{text}</text:p></table:table-cell>"
            for kind, _, text in (cell.partition("|") for cell in row)
        )
        + "</table:table-row>"
        for row in rows
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr("content.xml", ODS.format("".join(cells) + last))
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    return path


TEXT = 'office:value-type="string"|'


def test_an_open_document(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        [TEXT + "record_number", TEXT + "sex", TEXT + "birth_date", TEXT + "birth_weight"],
        [
            TEXT + "007",
            TEXT + "F",
            'office:value-type="date" office:date-value="2024-01-31"|31.1.',
            'office:value-type="float" office:value="3400"|3400',
        ],
        [
            TEXT + "8",
            TEXT + "F",
            TEXT + "2024-01-31",
            'table:formula="of:=NA()" office:value-type="string"|#N/A',
        ],
        [TEXT + "9", TEXT + "F", TEXT + "2024-01-31", 'table:formula="of:=1+1"|'],
    ]
    blank = (
        '<table:table-row table:number-rows-repeated="1048000">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )
    reading = read(open_document(tmp_path / "births.ods", rows, blank), "birth")
    assert [(row["record_number"], row["birth_weight"]) for row in reading.records.to_pylist()] == [
        ("007", 3400)
    ]
    assert found(reading) == [("excel.error", 3, "birth_weight"), ("excel.formula", 4, "birth_weight")]


def edit(path: Path, part: str, old: bytes, new: bytes) -> None:
    """Write one part of a workbook anew."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert old in parts[part]
    parts[part] = parts[part].replace(old, new)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


@pytest.mark.parametrize(
    "cell",
    [
        b'<c r="XFD1048576"><v>1</v></c>',
        b"<c r='XFD1048576'><v>1</v></c>",
        b'<c  r = "XFD1048576" ><v>1</v></c>',
        b'<c s="0" r="ZZZ9"><v>1</v></c>',
        b'<c r="C2" s=">" r="XFD1048576"><v>1</v></c>',
        b'<c r="C2" t="n" r="XFD1048576"><v>1</v></c>',
        b'<c r="A99999999999"><v>1</v></c>',
        b'<c r="&#88;FD1048576"><v>1</v></c>',
        b'<x:c xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main" r="XFD1048576">'
        b"<x:v>1</x:v></x:c>",
    ],
)
def test_a_cell_far_out_does_not_fill_memory(tmp_path: Path, cell: bytes) -> None:
    path = workbook(tmp_path / "b.xlsx", [["sex", "birth_year"], ["F", 2024]])
    edit(path, "xl/worksheets/sheet1.xml", b"</row></sheetData>", cell + b"</row></sheetData>")
    with pytest.raises(DataRefused, match=r"too far|not well-formed"):
        read(path, "birth")


def test_repeated_cells_do_not_fill_memory(tmp_path: Path) -> None:
    row = (
        '<table:table-row table:number-rows-repeated="1000000">'
        '<table:table-cell office:value-type="string" table:number-columns-repeated="1000">'
        "<text:p>x</text:p></table:table-cell></table:table-row>"
    )
    with pytest.raises(DataRefused, match="too far"):
        read(open_document(tmp_path / "b.ods", [[TEXT + "sex", TEXT + "birth_year"]], row), "birth")


def test_a_bomb_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "b.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/sharedStrings.xml", b" " * (200 << 20))
    with pytest.raises(DataRefused, match="too large"):
        read(path, "birth")


def test_entities_in_a_workbook_are_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "b.xlsx", [["sex", "birth_year"], ["F", 2024]])
    edit(path, "xl/workbook.xml", b"<workbook", b'<!DOCTYPE x [<!ENTITY a "b">]><workbook')
    with pytest.raises(DataRefused, match="document type"):
        read(path, "birth")


@pytest.mark.parametrize("data", [b"PK\x03\x04 and so on", b"\xd0\xcf\x11\xe0" + b"\0" * 600, b"PK\x03\x04"])
def test_what_only_begins_like_a_workbook_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "b.csv"
    path.write_bytes(data)
    assert recognise(path).name == "excel"
    with pytest.raises(DataRefused, match="workbook"):
        read(path, "birth")


@pytest.fixture(scope="module", params=["xlsx", "xls", "ods"])
def healthy(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("healthy") / f"b.{request.param}"
    rows: list[list[Any]] = [
        ["sex", "birth_year", "mother_family_name"],
        ["F", 2024, CANARY],
        ["M", 2024, CANARY],
    ]
    if request.param == "xlsx":
        workbook(path, rows)
    elif request.param == "xls":
        old_workbook(path)
    else:
        open_document(path, [[TEXT + str(cell) for cell in row] for row in rows])
    return path.read_bytes()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_workbook_is_read_or_refused_and_tells_no_value(
    tmp_path: Path, healthy: bytes, data: st.DataObject
) -> None:
    hurt = bytearray(healthy)
    for place in data.draw(st.lists(st.integers(0, len(hurt) - 1), min_size=1, max_size=6)):
        hurt[place] = data.draw(st.integers(0, 255))
    path = tmp_path / "hurt"
    path.write_bytes(hurt[: data.draw(st.integers(4, len(hurt)))])
    try:
        said = "".join(
            each.text_en + each.place for each in read(path, "birth", format="excel").findings.listed()
        )
    except DataRefused as refusal:
        said = str(refusal)
    assert CANARY not in said


def test_a_plain_sheet_need_not_be_walked_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "b.xlsx"
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(HEADER)
    for row in range(9000):
        sheet.append([str(row), "F", date(2024, 1, 2), "", 3400])
    book.save(path)
    with zipfile.ZipFile(path) as archive:
        walked = office_open._Cells().walk(pieces(archive, "xl/worksheets/sheet1.xml"))
        monkeypatch.delattr(office_open, "_Cells")
        assert office_open.facts_of(archive, "xl/worksheets/sheet1.xml") == walked


def test_rows_that_are_only_formatted_reach_nowhere(tmp_path: Path) -> None:
    path = workbook(tmp_path / "b.xlsx", [["sex", "birth_year"], ["F", 2024]])
    blank = b'<c r="XFD1048576" s="0"/>'
    edit(path, "xl/worksheets/sheet1.xml", b"</row></sheetData>", blank + b"</row></sheetData>")
    assert read(path, "birth").counts.accepted == 1


def test_what_an_old_workbook_says_of_itself_does_not_fill_memory(tmp_path: Path) -> None:
    whole = old_workbook(tmp_path / "b.xls").read_bytes()
    dimensions = b"\x00\x02\x0e\x00"
    place = whole.rindex(dimensions) + 4
    hurt = [
        whole[: place + 4] + b"\xff\xff\xff\x7f" + whole[place + 8 :],
        whole[:44] + b"\xff\xff\xff\x7f" + whole[48:],
    ]
    for data in hurt:
        (tmp_path / "hurt.xls").write_bytes(data)
        with pytest.raises(DataRefused):
            read(tmp_path / "hurt.xls", "birth")
