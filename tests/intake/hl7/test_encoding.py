"""Delimiters, escapes, character sets, and the messages of a file one after another."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vernix.errors import DataRefused
from vernix.intake.hl7.encoding import decoded, escaped, unescaped, usual
from vernix.intake.hl7.framing import Envelope, is_hl7, messages_of

HEADER = "MSH|^~\\&|LAB|LAKESIDE|||20240304||ORU^R01|1|P|2.5.1"


def file_of(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "messages.hl7"
    path.write_bytes(data)
    return path


def texts_of(tmp_path: Path, data: bytes) -> list[str | None]:
    return [each.text for each in messages_of(file_of(tmp_path, data)) if each.number]


@given(st.text().filter(lambda text: "\r" not in text))
def test_what_is_escaped_is_read_again(text: str) -> None:
    written = escaped(text)
    assert not set(written) & set("|^~&\r\n")
    assert unescaped(written) == text


@given(st.text())
def test_any_text_can_be_unescaped(text: str) -> None:
    read = unescaped(text)
    assert len(read) <= len(text), "an escape stands for less than it is written with"
    assert "\\" in text or read == text


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"Smith \T\ Jones", "Smith & Jones"),
        (r"\F\\S\\R\\E\\T\ ", "|^~\\& "),
        (r"one\.br\two", "one\ntwo"),
        (r"\H\loud\N\ ", "loud "),
        (r"Gagn\XC3A9\ ", "Gagné "),
        (r"Gagn\XE9\ ", "Gagné "),
        (r"C:\temp\new", r"C:\temp\new"),
        (r"\Z07\ ", r"\Z07\ "),
    ],
)
def test_escapes(written: str, meant: str) -> None:
    assert unescaped(written) == meant


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        (HEADER, HEADER),
        ("MSH#*!%$#LAB#A|B\rPID#1##77*x$y!z", "MSH|^~\\&|LAB|A\\F\\B\rPID|1||77^x&y~z"),
        ("MSH|^~\\&#|LAB", "MSH|^~\\&#|LAB"),
        ("MSH|^~\\\\&|LAB", "MSH|^~\\&|LAB"),
        ("MSH|^|LAB|a~b", "MSH|^~\\&|LAB|a\\R\\b"),
        ("MSH|||LAB", None),
        ("MSH|||||||", None),
        ("MSHxabcdx", None),
        ("MSH|^^^^|", None),
        ("MSH", None),
    ],
)
def test_delimiters_are_as_declared(theirs: str, ours: str | None) -> None:
    assert usual(theirs) == ours


@pytest.mark.parametrize(
    ("declared", "encoding", "guessed"),
    [
        ("", "utf-8", None),
        ("UNICODE UTF-8", "utf-8", None),
        ("8859/1", "iso8859-1", None),
        ("WINDOWS-1252", "cp1252", None),
        ("", "cp1252", "cp1252"),
    ],
)
def test_character_sets(declared: str, encoding: str, guessed: str | None) -> None:
    message = f"{HEADER}||||||{declared}\rPID|1||||Gagné"
    assert decoded(message.encode(encoding)) == (message, guessed)


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n", "\r\r\n"])
@pytest.mark.parametrize(("start", "stop"), [("", ""), ("\x0b", "\x1c\r"), ("\ufeff", "")])
def test_line_ends_and_framing_are_left_out(tmp_path: Path, end: str, start: str, stop: str) -> None:
    message = end.join([HEADER, "PID|1", "OBX|1"]) + end
    data = (start + message + stop + start.strip("\ufeff") + message + stop).encode()
    texts = [[part for part in (text or "").split("\r") if part] for text in texts_of(tmp_path, data)]
    assert texts == [[HEADER, "PID|1", "OBX|1"]] * 2


@pytest.mark.parametrize(
    ("batch", "wrong", "cut_off"),
    [
        (["FHS|^~\\&", "BHS|^~\\&", HEADER, HEADER, "BTS|2", "FTS|1"], False, False),
        (["BHS|^~\\&", HEADER, "BTS|2"], True, False),
        (["FHS|^~\\&", "BHS|^~\\&", HEADER, "BTS|1", "BHS|^~\\&", HEADER, "BTS|1", "FTS|1"], True, False),
        (["FHS|^~\\&", "BHS|^~\\&", HEADER, "BTS|1", "BHS|^~\\&", HEADER, "BTS|01", "FTS|2"], False, False),
        (["BHS|^~\\&", HEADER, HEADER], False, True),
        (["BHS|^~\\&", HEADER, "BTS|"], False, False),
        ([HEADER, HEADER], False, False),
    ],
)
def test_batches_are_counted(tmp_path: Path, batch: list[str], wrong: bool, cut_off: bool) -> None:
    envelope = Envelope()
    for message in messages_of(file_of(tmp_path, "\r".join(batch).encode())):
        envelope.take(message)
        assert message.text is None or "TS|" not in message.text
    assert (envelope.wrong, envelope.cut_off) == (wrong, cut_off)


def test_a_file_without_line_ends_ends_soon(tmp_path: Path) -> None:
    path = tmp_path / "long.hl7"
    with path.open("wb") as stream:
        stream.write(HEADER.encode() + b"\rPID|")
        for _ in range(20):
            stream.write(b"A" * (1 << 20))
        stream.truncate(1 << 30)  # NUL characters, which are not reached
    with pytest.raises(DataRefused, match=r"Message 1 is longer than 16 MiB"):
        list(messages_of(path))


@pytest.mark.parametrize(
    ("head", "told"),
    [
        (HEADER.encode(), True),
        (b"\xef\xbb\xbf" + HEADER.encode(), True),
        (b"\x0b" + HEADER.encode(), True),
        (b"\r\n" + HEADER.encode(), True),
        (b"FHS|^~\\&|LAB", True),
        (b"MSH,sex,birth_date", False),
        (b"MSHA;B", False),
        (b"PID|1", False),
        (b"", False),
    ],
)
def test_messages_are_told_by_their_beginning(head: bytes, told: bool) -> None:
    assert is_hl7(head) is told
