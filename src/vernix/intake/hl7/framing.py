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
from typing import NamedTuple

from vernix.births.codes import Words
from vernix.intake.hl7.encoding import decoded, usual
from vernix.intake.refusals import FileRefused

BLOCK = 1 << 20
MAX_MESSAGE = 16 << 20
"""Bytes; no message of a birth or a screen comes near, and a file without line ends is no message."""
_START = b"\rMSH"
_LINE_ENDS = bytes.maketrans(b"\n\x0b\x1c", b"\r\r\r")
_SPECIAL = re.compile(rb"\r(?:[ \t]|FHS|BHS|BTS|FTS|ADD)")
"""How a line begins that is more than a segment of a message."""
_INDENTED = re.compile(r"\r[ \t]+(?=[A-Z][A-Z0-9]{2}[^0-9A-Za-z\s])")
_ENVELOPE = re.compile(r"\r((?:FHS|BHS|BTS|FTS)\b[^\r]*)")


class Message(NamedTuple):
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
    found = 0
    for chunks, plain in _chunks(path):
        for number, chunk in enumerate(chunks, found):
            if plain and number:
                yield Message(number, usual(chunk.decode("ascii")))
            else:
                yield _message(number, chunk)
        found += len(chunks)


def _chunks(path: Path) -> Iterator[tuple[list[bytes], bool]]:
    """What stands before the first message, then each message with its MSH: some at a time, and whether there
    is nothing in them but segments in ASCII."""
    with path.open("rb") as stream:
        begun, found = b"\r", 0
        while block := stream.read(BLOCK):
            if not found and begun == b"\r":
                block = block.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t")
            if b"\0" in block or block[:2] in (b"\xff\xfe", b"\xfe\xff"):
                raise _wide()
            # The mark may lie across two blocks.
            joined = begun + block.translate(_LINE_ENDS)
            *whole, begun = joined.split(_START)
            yield _headed(whole, found), joined.isascii() and _SPECIAL.search(joined) is None
            found += len(whole)
            if len(begun) > MAX_MESSAGE:
                raise _too_long(found)
        yield _headed([begun], found), False


def _headed(pieces: list[bytes], found: int) -> list[bytes]:
    """Pieces with the mark that they were divided at; before the first of a file there was none."""
    return [b"MSH" + each if number else each for number, each in enumerate(pieces, found)]


def _message(number: int, chunk: bytes) -> Message:
    text, guessed = decoded(chunk)
    envelope: tuple[str, ...] = ()
    if _SPECIAL.search(chunk) is not None:
        envelope = tuple(_ENVELOPE.findall(text))
        text = _mended(_ENVELOPE.sub("", text))
    return Message(number, usual(text) if number else text, envelope, guessed)


def _mended(text: str) -> str:
    """A message without the blanks before its segments, and with the pieces of a segment that was sent in
    several (ADD, chapter 2.10.2) behind each other."""
    return _INDENTED.sub("\r", text).replace("\rADD" + text[3:4], "")


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
