"""The lines of a file of fixed width: encoding, layout and line ends found out before a record is read."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from vernix.births.codes import Words
from vernix.intake.ije.layouts import FETAL_DEATH, NATALITY, Layout
from vernix.intake.refusals import FileRefused

BLOCK = 16 << 20
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
    some = next(records_of(path, encoding, _LOOKED_AT * NATALITY.length), None)
    if some is None:
        raise FileRefused(
            Words("The file holds no record.", "Le fichier ne contient aucun enregistrement."),
            Words("Export it again.", "Exportez-le de nouveau."),
        )
    return Lines(_layout(some[:_LOOKED_AT].to_pylist()), encoding)


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    try:
        with path.open("rb") as stream:
            while block := stream.read(BLOCK):
                if not block.isascii() or decoder.getstate()[0]:
                    decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def records_of(path: Path, encoding: str, size: int = BLOCK) -> Iterator[pa.StringArray]:
    """The lines that are not blank, without their ends, whichever these are (LF, CR LF, CR): those of about
    ``size`` bytes at a time.

    Raises ``FileRefused`` on a line that is longer than any record, and on NUL bytes.
    """
    number = 0
    for block in _whole_lines(path, size):
        text = block if encoding == "utf-8" else block.decode(encoding, "replace").encode("utf-8")
        lines = pc.split_pattern(pa.array([text], pa.string()), "\n").flatten()
        wrong = next((place for place, line in enumerate(_suspect(block, lines)) if line), None)
        if wrong is not None:
            raise _no_line(number + wrong + 1)
        number += len(lines)
        lines = lines.filter(_hold_something(lines))
        if len(lines):
            yield lines


def _whole_lines(path: Path, size: int) -> Iterator[bytes]:
    """The file in blocks that end where a line does, without that end; every end is an LF."""
    with path.open("rb") as stream:
        rest = b""
        first = True
        while block := stream.read(size):
            block = rest + (block.removeprefix(codecs.BOM_UTF8) if first else block)
            first = False
            # A CR that ends a block may be the first half of an end.
            held = b"\r" if block.endswith(b"\r") else b""
            if b"\r" in block:
                block = block.removesuffix(held).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
            whole, end, rest = block.rpartition(b"\n")
            rest += held
            if end:
                yield whole
            if len(rest) > max(size, 4 * MAX_LINE):
                break
        yield rest.removesuffix(b"\r")


def _suspect(block: bytes, lines: pa.StringArray) -> list[bool]:
    """Which lines are none; empty where all are."""
    longest = pc.max(pc.binary_length(lines)).as_py()
    if longest < MAX_LINE and b"\0" not in block:
        return []
    return [len(line) >= MAX_LINE or "\0" in line for line in lines.to_pylist()]


def _hold_something(lines: pa.StringArray) -> pa.BooleanArray:
    """Which lines are not blank. A record begins with its year, so few lines must be looked at whole."""
    begun = pc.not_equal(pc.utf8_trim_whitespace(pc.utf8_slice_codeunits(lines, 0, 4)), "")
    if begun.true_count == len(lines):
        return begun
    return pa.array([bool(line.strip()) for line in lines.to_pylist()])


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
