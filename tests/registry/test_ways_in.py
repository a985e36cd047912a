"""Every format, sent sealed to a registry: told by its content, kept in the same book, answered alike."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest
from tests.registry.conftest import GOOD, Hospital, work

from vernix.births import encounters
from vernix.births.elements import arrow_type
from vernix.intake.ije.writing import IjeWriter
from vernix.registry.unlocked import Registry

BIRTH = {"record_number": "R00007", "sex": "F", "birth_date": "2026-03-04", "birth_weight": "3400"}


def workbook(path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Births"
    book.active.append(["Riverside, March"])
    book.active.append(list(BIRTH))
    book.active.append(list(BIRTH.values()))
    book.save(path)


def ije(path: Path) -> None:
    birth = {**BIRTH, "sex": "female", "birth_date": date(2026, 3, 4), "birth_weight": 3400}
    schema = pa.schema([(name, arrow_type(encounters.get("birth").element(name))) for name in birth])
    lines = IjeWriter("ije-natality").lines([pa.RecordBatch.from_pylist([birth], schema)])
    path.write_text("".join(lines))


def xml(path: Path) -> None:
    tags = {"record_number": "UniqueVendorIDSequence", "sex": "Gender", "birth_date": "DOB"}
    texts = {tags.get(name, name): value for name, value in BIRTH.items()}
    inner = "".join(f"<{tag}>{text}</{tag}>" for tag, text in texts.items())
    path.write_text(f"<Batch><PatientInfo>{inner}</PatientInfo></Batch>")


def form(path: Path) -> None:
    path.write_text(json.dumps([BIRTH]))


@pytest.mark.parametrize("write", [workbook, ije, xml, form])
def test_a_birth_comes_into_the_book_from_every_format(
    registry: Registry, hospital: Hospital, write: Callable[[Path], None]
) -> None:
    path = hospital.folder / "births.csv"  # a name says nothing
    write(path)
    delivery = hospital.send_file(path)
    assert work(registry) == 0
    answer = hospital.answer(delivery)
    assert answer.receipt.result == "accepted"
    book = registry.book.table("birth").read(["sex", "birth_date", "birth_weight"]).to_pylist()
    assert book == [{"sex": "female", "birth_date": date(2026, 3, 4), "birth_weight": 3400}]
    # The same birth under the same number, whatever it was written in, is the same record.
    hospital.send({**GOOD, "record_number": "R00007", "sex": "F"})
    assert work(registry) == 0
    pseudonyms = registry.book.table("birth").read(["pseudonym"])["pseudonym"].to_pylist()
    assert len(pseudonyms) == 2
    assert len(set(pseudonyms)) == 1


def test_the_answer_says_the_place_as_the_workbook_does(registry: Registry, hospital: Hospital) -> None:
    path = hospital.folder / "births.xlsx"
    workbook(path)
    book = openpyxl.load_workbook(path)
    book.active.append(["R00008", "x", "2026-03-04", "3400"])
    book.save(path)
    delivery = hospital.send_file(path)
    assert work(registry) == 0
    (answer,) = hospital.answer(delivery).acknowledgements
    assert [(each.code, each.place) for each in answer.findings] == [
        ("value.code", "sheet Births, row 4, column sex")
    ]
    assert answer.findings[0].where is not None
    assert answer.findings[0].where.fr == "feuille Births, ligne 4"
