"""The lines of a file of fixed width: encoding, layout and line ends found out before a record is read."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from vernix.births.codes import Words
from vernix.intake.ije.layouts import FETAL_DEATH, NATALITY, Layout
from vernix.intake.refusals import FileRefused

BLOCK = 1 << 20
MAX_LINE = 64 << 10
_LOOKED_AT = 20  # records by which the layout is told

# Items of one letter that nearly every record fills, by which the layouts differ where lines were cut short.
_LETTERS = ("PDIAB", "GDIAB", "PHYPE", "GHYPE", "PCES", "GON", "SYPH", "CHAM", "MTR", "RUT", "UHYS", "AINT")


@dataclass(frozen=True)
class Lines:
    """The layout of a file's records, and the file's encoding."""

    layout: Layout
    encoding: str


def is_ije(head: bytes) -> bool:
    """Whether a file begins with a record: digits, letters and blanks where both layouts have them."""
    line = (head.removeprefix(codecs.BOM_UTF8).lstrip(b"\r\n").splitlines() or [b""])[0]
    if not 500 <= len(line) <= MAX_LINE:
        return False
    start = line[:63].decode("ascii", "replace")
    numbers = start[:4] + start[25:29] + start[30:34] + start[54:62]
    return (
        all(letter in "0123456789 " for letter in numbers)
        and start[12] in "01 "
        and start[29] in "MFNUmfnu "
        and start[37] in "12345679 "
    )


def survey(path: Path) -> Lines:
    """Find out how a file is written. Raises ``FileRefused`` where it is not lines of text."""
    encoding = "utf-8" if _is_utf8(path) else "cp1252"
    first = [line for line, _ in zip(lines_of(path, encoding), range(_LOOKED_AT), strict=False)]
    if not first:
        raise FileRefused(
            Words("The file holds no record.", "Le fichier ne contient aucun enregistrement."),
            Words("Export it again.", "Exportez-le de nouveau."),
        )
    return Lines(_layout(first), encoding)


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    try:
        with path.open("rb") as stream:
            while block := stream.read(BLOCK):
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def lines_of(path: Path, encoding: str) -> Iterator[str]:
    """The lines that are not blank, without their ends, whichever these are (LF, CR LF, CR).

    Raises ``FileRefused`` on a line that is longer than any record, and on NUL bytes.
    """
    with path.open(
        "r", encoding="utf-8-sig" if encoding == "utf-8" else encoding, errors="replace"
    ) as stream:
        number = 0
        while line := stream.readline(MAX_LINE):
            number += 1
            if len(line) == MAX_LINE or "\0" in line:
                raise _no_line(number)
            if line.strip():
                yield line.rstrip("\n")


def _no_line(number: int) -> FileRefused:
    return FileRefused(
        Words(
            f"Line {number} is longer than any record, or holds NUL characters.",
            f"La ligne {number} est plus longue que tout enregistrement, ou contient des caractères NUL.",
        ),
        Words(
            "Export the file with one record a line.",
            "Exportez le fichier avec un enregistrement par ligne.",
        ),
    )


def _layout(lines: list[str]) -> Layout:
    """By the records' length, where one is whole; else by which layout has letters where letters belong."""
    longest = max(map(len, lines))
    if longest > NATALITY.length:
        return FETAL_DEATH
    if longest == NATALITY.length:
        return NATALITY
    return max((NATALITY, FETAL_DEATH), key=lambda layout: sum(_agreement(line, layout) for line in lines))


def _agreement(line: str, layout: Layout) -> int:
    letters = [line[slice(*layout.items[item])] for item in _LETTERS]
    return sum((letter in ("Y", "N", "U")) - (letter not in ("Y", "N", "U", " ", "")) for letter in letters)
