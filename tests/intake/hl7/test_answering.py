"""Each message is answered: kept, partly wrong, or none that is read; and the answer holds no value."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.intake.hl7.test_messages import CANARY, CHILD, MOTHER, admission, header, result
from tests.intake.hl7.test_messages import answer as observed

from vernix.errors import DataRefused
from vernix.intake.acknowledgement import Acknowledgement
from vernix.intake.answering import Answered
from vernix.intake.hl7.answering import answer, answers
from vernix.intake.reading import read

WHEN = datetime(2024, 3, 6, 12, 0, 0, tzinfo=UTC)


def answered(tmp_path: Path, encounter: str, *messages: str) -> list[list[str]]:
    path = tmp_path / "messages.hl7"
    path.write_bytes("\r".join(messages).encode())
    found = [each.split("\r")[:-1] for each in answers(path, read(path, encounter), WHEN)]
    assert len(found) == len(messages)
    return found


def test_a_message_that_is_kept(tmp_path: Path) -> None:
    assert answered(tmp_path, "newborn_screening", result(observed("57130-7", "LA12428-1"))) == [
        [
            "MSH|^~\\&|VERNIX|REGISTRY|EHR|LAKESIDE|20240306120000+0000||ACK^R01^ACK|1-20240306120000|P|2.5.1",
            "MSA|AA|M1",
        ]
    ]


@pytest.mark.parametrize(
    ("message", "verdict", "error"),
    [
        (
            admission("A01", CHILD.replace("|F|", f"|{CANARY}|")),
            "AE",
            "ERR||PID^1^8|103^Table value not found^HL70357|E|value.code",
        ),
        (
            admission("A01", CHILD.replace("|F|", "||")),
            "AE",
            "ERR||PID^1^8|101^Required field missing^HL70357|E|value.required",
        ),
        (
            admission("A01", CHILD.replace("20240229", "20240231")),
            "AE",
            "ERR||PID^1^7|102^Data type error^HL70357|E|value.date",
        ),
        (admission("A40"), "AE", "ERR||MSH^1|207^Application internal error^HL70357|E|hl7.merge"),
        (f"{header('SIU^S12')}\r{CHILD}", "AR", "ERR||MSH^1|200^Unsupported message type^HL70357|E|hl7.type"),
        (
            result(observed("57130-7", "LA12428-1")),
            "AE",
            "ERR||MSH^1|207^Application internal error^HL70357|E|hl7.other",
        ),
        ("MSH|||||||\rPID|1", "AR", "ERR||MSH^1|207^Application internal error^HL70357|E|hl7.delimiters"),
    ],
)
def test_a_message_that_is_not(tmp_path: Path, message: str, verdict: str, error: str) -> None:
    kept, refused = answered(tmp_path, "birth", admission(), message)
    assert kept[1] == "MSA|AA|M1"
    assert refused[1].startswith(f"MSA|{verdict}|")
    assert any(each.startswith(error) for each in refused[2:])
    assert CANARY not in "".join(refused)


def test_a_warning_is_kept_and_said(tmp_path: Path) -> None:
    abroad = MOTHER.replace("||^^^^^613", "|9 Elm^^Boston^MA^02101|^^^^^613")
    [[_, acknowledged, warning]] = answered(
        tmp_path, "birth", admission("A01", CHILD, abroad, "PV1|1|I|||||||N")
    )
    assert acknowledged == "MSA|AA|M1"
    assert warning.startswith("ERR||NK1^1^4^1^5|207^Application internal error^HL70357|W|B-POS-01^^L|||")


def test_before_25_an_error_is_written_the_old_way(tmp_path: Path) -> None:
    message = admission("A01", CHILD.replace("|F|", "||")).replace("|P|2.5.1", "|P|2.3")
    [[_, _, error]] = answered(tmp_path, "birth", message)
    assert error == "ERR|PID^1^8^101&Required field missing&HL70357"


def test_all_are_answered_where_more_are_wrong_than_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vernix.intake.findings.ROOM", ((100, 1_000),))
    wrong = [admission("A01", CHILD.replace("|F|", "||")) for _ in range(110)]
    found = answered(tmp_path, "birth", *wrong, admission())
    assert [each[1][:6] for each in found] == ["MSA|AE"] * 110 + ["MSA|AA"]
    assert "|hl7.more^" in found[105][2]


def answered_file(tmp_path: Path, *segments: str) -> list[str]:
    """The answer to a file of these segments, segment by segment."""
    path = tmp_path / "messages.hl7"
    path.write_bytes("\r".join(segments).encode())
    reading = read(path, "birth")
    said = Acknowledgement.of(reading, path.name)
    return b"".join(answer(Answered(said, path, reading, WHEN))).decode().split("\r")[:-1]


def test_batches_are_answered_in_batches(tmp_path: Path) -> None:
    found = answered_file(
        tmp_path,
        "FHS|^~\\&|EHR|LAKESIDE|VERNIX|REGISTRY|20240305||file.hl7||F77",
        "BHS|^~\\&|EHR|LAKESIDE|VERNIX|REGISTRY|20240305||||B88",
        admission(),
        admission("A01", CHILD.replace("|F|", "||")),
        "BTS|2",
        "BHS|^~\\&|EHR|LAKESIDE|VERNIX|REGISTRY|20240305||||B99",
        admission(),
        "BTS|1",
        "FTS|2",
    )
    moment = "20240306120000+0000"
    assert found[0] == f"FHS|^~\\&|VERNIX|REGISTRY|EHR|LAKESIDE|{moment}||||1-20240306120000|F77"
    assert found[1] == f"BHS|^~\\&|VERNIX|REGISTRY|EHR|LAKESIDE|{moment}||||2-20240306120000|B88"
    assert [each for each in found[2:] if each[:3] not in ("MSH", "ERR")] == [
        *("MSA|AA|M1", "MSA|AE|M1", "BTS|2"),
        f"BHS|^~\\&|VERNIX|REGISTRY|EHR|LAKESIDE|{moment}||||3-20240306120000|B99",
        *("MSA|AA|M1", "BTS|1", "FTS|2"),
    ]


def test_a_batch_that_was_cut_off_is_answered_whole(tmp_path: Path) -> None:
    found = answered_file(tmp_path, "FHS|^~\\&|EHR", "BHS|^~\\&|EHR", admission())
    assert [each[:3] for each in found] == ["FHS", "BHS", "MSH", "MSA", "BTS", "FTS"]
    assert found[-2:] == ["BTS|1", "FTS|1"]


def test_delimiters_of_others_do_not_come_back(tmp_path: Path) -> None:
    found = answered_file(tmp_path, "BHS#^~\\&#E|HR#LAKE#VERNIX#REG#2024####B|1", admission(), "BTS#1")
    assert found[0] == "BHS|^~\\&|VERNIX|REG|EHR|LAKE|20240306120000+0000||||1-20240306120000|B1"


def test_a_file_that_is_refused_is_answered_with_one(tmp_path: Path) -> None:
    said = Acknowledgement.refused(DataRefused("Message 3 is too long."), "m.hl7", source="hl7")
    segments = b"".join(answer(Answered(said, tmp_path, None, WHEN))).decode().split("\r")
    assert segments[1] == "MSA|AR|"
    assert "file.refused^^L|||Message 3 is too long." in segments[2]
