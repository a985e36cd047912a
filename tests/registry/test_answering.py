"""What the registry sends back: the acknowledgement, a page, and what the sender's own system takes."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from tests.fhir_kit import full_birth
from tests.registry.conftest import Hospital, Killed, everything_readable, work
from tests.registry.test_ways_in import form, ije, workbook, xml

from vernix.registry.unlocked import Registry

MESSAGES = (
    "FHS|^~\\&|EHR|LAKESIDE|VERNIX|REG|20240304||||F1\r"
    "BHS|^~\\&|EHR|LAKESIDE|VERNIX|REG|20240304||||B1\r"
    "MSH|^~\\&|EHR|LAKESIDE|VERNIX|REG|20240304||ADT^A01|M1|P|2.5.1\rPID|1||71||Roy^Anne||20240301|F\r"
    "MSH|^~\\&|EHR|LAKESIDE|VERNIX|REG|20240304||ADT^A01|M2|P|2.5.1\rPID|1||72||Roy^Anne||20240301|Quexzyl\r"
    "BTS|2\rFTS|1\r"
)


def hl7(path: Path) -> None:
    path.write_text(MESSAGES)


def fhir(path: Path) -> None:
    odd = full_birth()
    odd["entry"][1]["resource"]["gender"] = "Quexzyl"
    path.write_text(f"{json.dumps(full_birth())}\n{json.dumps(odd)}\n")


def table(path: Path) -> None:
    path.write_text("record_number,sex,birth_date\nR1,f,2026-03-04\nR2,Quexzyl,2026-03-04\n")


@pytest.mark.parametrize(
    ("write", "own"),
    [
        (table, ["acknowledgement-1.csv"]),
        (workbook, ["acknowledgement-1.csv"]),
        (ije, ["acknowledgement-1.csv"]),
        (xml, ["acknowledgement-1.csv"]),
        (hl7, ["acknowledgement-1.hl7"]),
        (fhir, ["acknowledgement-1.fhir.ndjson"]),
        (form, []),
    ],
)
def test_the_answer_is_in_the_senders_own_format(
    registry: Registry, hospital: Hospital, write: Any, own: list[str]
) -> None:
    path = hospital.folder / "births.data"
    write(path)
    delivery = hospital.send_file(path)
    assert work(registry) == 0
    answer = hospital.answer(delivery)
    names = [name for name, _ in answer.files]
    assert names == ["acknowledgement-1.json", "acknowledgement-1.html", *own]
    assert answer.acknowledgements[0].source == {table: "csv", workbook: "excel"}.get(write, write.__name__)
    for name, content in answer.files:
        assert b"Quexzyl" not in content, name


def answered(registry: Registry, hospital: Hospital, write: Any, ending: str) -> str:
    path = hospital.folder / "births.data"
    write(path)
    delivery = hospital.send_file(path)
    assert work(registry) == 0
    return dict(hospital.answer(delivery).files)[f"acknowledgement-1{ending}"].decode("utf-8-sig")


def test_messages_are_answered_in_a_batch(registry: Registry, hospital: Hospital) -> None:
    segments = answered(registry, hospital, hl7, ".hl7").split("\r")[:-1]
    assert [each[:8] for each in segments if each[:3] in ("MSA", "BTS", "FTS")] == [
        *("MSA|AA|M", "MSA|AE|M", "BTS|2", "FTS|1"),
    ]
    assert "|PID^1^8|103^Table value not found^HL70357|E|value.code^^L|||" in "".join(segments)


def test_messages_that_were_sent_before_are_answered_each_again(
    registry: Registry, hospital: Hospital
) -> None:
    first = answered(registry, hospital, hl7, ".hl7")
    again = hospital.folder / "again.data"
    hl7(again)
    delivery = hospital.send_file(again)
    assert work(registry) == 0
    answer = hospital.answer(delivery)
    assert answer.acknowledgements[0].findings[0].code == "already-received"
    second = dict(answer.files)["acknowledgement-1.hl7"].decode()
    verdicts = [[line for line in said.split("\r") if line.startswith("MSA")] for said in (first, second)]
    assert verdicts == [["MSA|AA|M1", "MSA|AE|M2"]] * 2


def test_documents_are_answered_each(registry: Registry, hospital: Hospital) -> None:
    lines = answered(registry, hospital, fhir, ".fhir.ndjson").splitlines()
    severities = [[issue["severity"] for issue in json.loads(line)["issue"]] for line in lines]
    assert len(severities) == 2
    assert "error" in severities[1]


def test_rows_are_answered_in_a_table(registry: Registry, hospital: Hospital) -> None:
    rows = list(csv.DictReader(io.StringIO(answered(registry, hospital, table, ".csv"), newline="")))
    assert [(each["row"], each["stands_at"], each["code"]) for each in rows] == [
        ("", "", "result.partly"),
        ("2", "column B", "value.code"),
    ]


@pytest.mark.parametrize("point", ["read:answer-kept", "read:acted", "answer:acted"])
def test_a_kill_changes_nothing_of_the_answer(
    registry: Registry, hospital: Hospital, kill_at: Any, point: str
) -> None:
    path = hospital.folder / "births.data"
    hl7(path)
    delivery = hospital.send_file(path)
    kill_at(point)
    with pytest.raises(Killed):
        work(registry)
    assert work(registry) == 0
    assert [name for name, _ in hospital.answer(delivery).files] == [
        f"acknowledgement-1.{ending}" for ending in ("json", "html", "hl7")
    ]


def test_what_cannot_be_read_is_answered_so(registry: Registry, hospital: Hospital) -> None:
    path = hospital.folder / "births.csv"
    path.write_bytes(b"%PDF-1.7 and so on")
    delivery = hospital.send_file(path)
    assert work(registry) == 0
    answer = hospital.answer(delivery)
    assert [name for name, _ in answer.files] == [
        f"acknowledgement-1.{ending}" for ending in ("json", "html", "csv")
    ]
    assert b"The file cannot be read." in dict(answer.files)["acknowledgement-1.html"]


def test_a_files_name_lies_nowhere_while_its_answer_is_under_way(
    registry: Registry, hospital: Hospital, kill_at: Any
) -> None:
    path = hospital.folder / "Quexzylborough, Vrantilda.csv"
    table(path)
    hospital.send_file(path)
    kill_at("answer:acted")
    with pytest.raises(Killed):
        work(registry)
    assert list(registry.folder.outbox.rglob("*.json")), "the plan of the answer is there"
    for place, content in everything_readable(hospital.kit.folder, leave_out=("gateway",)):
        assert b"Quexzyl" not in content, place
