"""The messages of a file, one after another: line ends, MLLP, batches (HL7 v2.5.1 chapter 2.10.3).

Segments may end in CR, LF or CR LF; the marks of MLLP are left out; between messages may stand the headers
and trailers of batches, whose counts are compared with what there is. The file is read in blocks: nothing
larger than one message is ever in memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from vernix.births.codes import Words
from vernix.intake.hl7.encoding import decoded, usual
from vernix.intake.refusals import FileRefused

BLOCK = 1 << 20
MAX_MESSAGE = 16 << 20
"""Bytes; no message of a birth or a screen comes near, and a file without line ends is no message."""
_START = b"\rMSH"
_LINE_ENDS = bytes.maketrans(b"\n\x0b\x1c", b"\r\r\r")
_ENVELOPE = re.compile(r"\r((?:FHS|BHS|BTS|FTS)\b[^\r]*)")


@dataclass(frozen=True, slots=True)
class Message:
    """One message.

    ``number`` counts from 1; 0 is what stands before the first. ``text`` has the usual delimiters and its
    segments end in CR; None where the message declares delimiters that are none. ``envelope`` are the headers
    and trailers of batches that stand behind it, ``guessed`` its encoding where none was declared.
    """

    number: int
    text: str | None
    envelope: tuple[str, ...] = ()
    guessed: str | None = None


def is_hl7(head: bytes) -> bool:
    """Whether a file begins with a message or with the header of a batch."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n\x0b")
    return bool(re.match(rb"(?:MSH|FHS|BHS)[^0-9A-Za-z\s,;\x80-\xff]", start))


def messages_of(path: Path) -> Iterator[Message]:
    """The messages of a file from its beginning, after what stands before the first.

    Raises ``FileRefused`` on a message longer than `MAX_MESSAGE`, and on text of two bytes a character.
    """
    for number, chunk in enumerate(_chunks(path)):
        yield _message(number, chunk)


def _chunks(path: Path) -> Iterator[bytes]:
    """What stands before the first message, then each message with its MSH."""
    with path.open("rb") as stream:
        begun, found = b"\r", 0
        while block := stream.read(BLOCK):
            if not found and begun == b"\r":
                block = block.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t")
            if b"\0" in block or block[:2] in (b"\xff\xfe", b"\xfe\xff"):
                raise _wide()
            # The mark may lie across two blocks.
            *whole, begun = (begun + block.translate(_LINE_ENDS)).split(_START)
            for each in whole:
                yield b"MSH" + each if found else each
                found += 1
            if len(begun) > MAX_MESSAGE:
                raise _too_long(found)
        yield b"MSH" + begun if found else begun


def _message(number: int, chunk: bytes) -> Message:
    text, guessed = decoded(chunk)
    envelope: tuple[str, ...] = ()
    if _may_hold_envelope(text):
        envelope = tuple(_ENVELOPE.findall(text))
        text = _ENVELOPE.sub("", text)
    return Message(number, usual(text) if number else text, envelope, guessed)


def _may_hold_envelope(text: str) -> bool:
    return "\rBTS" in text or "\rFTS" in text or "\rBHS" in text or "\rFHS" in text


@dataclass
class Envelope:
    """The batches of a file as they are met: whether their counts are those of what they hold."""

    batches: int = 0
    _since: int = 0
    wrong: bool = False
    _open: bool = False

    def take(self, message: Message) -> None:
        """Look at what stands behind a message."""
        for segment in message.envelope:
            kind, stated = segment[:3], re.sub(r"[^0-9].*", "", segment[4:].strip())
            if kind == "BHS":
                self._since, self._open = message.number, True
            elif kind == "BTS":
                self.batches += 1
                self._compare(stated, message.number - self._since)
                self._since, self._open = message.number, False
            elif kind == "FTS":
                self._compare(stated, self.batches)

    @property
    def cut_off(self) -> bool:
        """Whether a batch began that did not end."""
        return self._open

    def _compare(self, stated: str, there: int) -> None:
        self.wrong |= bool(stated) and stated.lstrip("0") != str(there).lstrip("0")


def _wide() -> FileRefused:
    return FileRefused(
        Words(
            "The messages hold NUL characters, or are written with two bytes a character.",
            "Les messages contiennent des caractères NUL, ou sont écrits avec deux octets par caractère.",
        ),
        Words("Send them as UTF-8.", "Envoyez-les en UTF-8."),
    )


def _too_long(number: int) -> FileRefused:
    return FileRefused(
        Words(
            f"Message {number} is longer than {MAX_MESSAGE >> 20} MiB.",
            f"Le message {number} dépasse {MAX_MESSAGE >> 20} Mio.",
        ),
        Words(
            "Check that each message begins with MSH on a line of its own.",
            "Vérifiez que chaque message commence par MSH sur sa propre ligne.",
        ),
    )
