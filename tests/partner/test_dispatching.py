"""What a manifest says of the files of a submission: encounter, format, and what explains them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import openpyxl
import pytest

from vernix.errors import UsageError
from vernix.intake import formats
from vernix.intake.ije.layouts import NATALITY
from vernix.partner.dispatching import Wish, dispatch_for
from vernix.partner.state import Partner, folder_at

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def said_of(tmp_path: Path, name: str, **wish: str) -> list[tuple[str, str, str | None]]:
    """Role, media type and encounter of each file that goes, when one is sent."""
    partner = cast(Partner, SimpleNamespace(folder=folder_at(tmp_path / "data"), registry="registry"))
    asked = Wish([tmp_path / name], ("registry",), format=wish.get("format"), encounter=wish.get("encounter"))
    return [(file.role, file.media_type, file.encounter) for file in dispatch_for(partner, asked).files]


def workbook(path: Path, *rows: list[str]) -> None:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)


def test_a_format_is_said_by_its_content_and_not_by_its_name(tmp_path: Path) -> None:
    workbook(tmp_path / "births.csv", ["sex", "birth_weight"], ["F", "3400"])
    assert said_of(tmp_path, "births.csv") == [("data", XLSX, "birth")]
    (tmp_path / "births.txt").write_text(
        "2024" + " " * 25 + "F" + "0229" + " " * (NATALITY.length - 34) + "\n"
    )
    assert said_of(tmp_path, "births.txt") == [("data", "text/x-ije", "birth")]
    assert formats.stated("text/x-ije") == "ije"
    (tmp_path / "births.data").write_text(
        "<Batch><P><Gender>F</Gender><BirthWeight>1</BirthWeight></P></Batch>"
    )
    assert said_of(tmp_path, "births.data", encounter="birth") == [("data", "application/xml", "birth")]


def test_a_saved_mapping_explains_a_workbook_too(tmp_path: Path) -> None:
    workbook(tmp_path / "b.xlsx", ["Riverside"], ["s", "w"], ["F", "3400"])
    (tmp_path / "data" / "mappings").mkdir(parents=True)
    (tmp_path / "data" / "mappings" / "m.toml").write_text(
        'encounter = "birth"\n[columns.sex]\ncolumn = "s"\n'
    )
    assert said_of(tmp_path, "b.xlsx") == [("data", XLSX, "birth"), ("mapping", "application/toml", None)]


def test_what_cannot_be_read_goes_as_a_plain_file(tmp_path: Path) -> None:
    (tmp_path / "b.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    assert [role for role, _, _ in said_of(tmp_path, "b.xlsx")] == ["file"]


def test_a_format_that_there_is_not_is_a_misunderstanding(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text("sex\nF\n")
    with pytest.raises(UsageError, match="is not read"):
        said_of(tmp_path, "b.csv", format="papyrus")
