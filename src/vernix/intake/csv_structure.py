"""What kind of text a partner's file is, found out before a single row is read.

``survey`` reads the file once in blocks of 1 MiB, so memory stays flat whatever the file holds. It settles
the encoding, the delimiter and the header, and refuses what is not a CSV with a sentence that says what to
do. No message repeats a cell; a column's name is shown only by those who know that it is one.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from vernix.errors import DataRefused

BLOCK = 1 << 20
MAX_ROW = 1 << 20  # bytes without a line end; the longest real free-text row seen is a few kilobytes
MAX_COLUMNS = 2000
SAMPLE = 256 << 10
SAMPLE_ROWS = 50
DELIMITERS = (",", ";", "\t", "|")

_SAVE_AS_CSV = "Save it as 'CSV UTF-8' and try again."
# First bytes of what people send instead of a CSV, and what they should do.
_NOT_A_CSV: tuple[tuple[bytes, str, str], ...] = (
    (
        b"PK\x03\x04",
        "a zip archive or an .xlsx workbook",
        "Open the workbook and save the sheet as 'CSV UTF-8'.",
    ),
    (b"\xd0\xcf\x11\xe0", "an old Office document (.xls)", "Open it and save the sheet as 'CSV UTF-8'."),
    (b"age-encryption.org/", "a sealed (age) file", "Open it first: vernix open -i IDENTITY FILE."),
    (b"-----BEGIN AGE ENCRYPTED FILE", "a sealed (age) file", "Open it first: vernix open -i IDENTITY FILE."),
    (b"-----BEGIN ", "a key or certificate in PEM form", "Check that the right file was chosen."),
    (b"%PDF", "a PDF document", "Export the data itself as a CSV file."),
    (b"\x1f\x8b", "a gzip archive", "Unpack it first."),
    (b"7z\xbc\xaf", "a 7-Zip archive", "Unpack it first."),
    (b"BZh", "a bzip2 archive", "Unpack it first."),
    (b"\xfd7zXZ", "an xz archive", "Unpack it first."),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive", "Unpack it first."),
    (b"PAR1", "a Parquet file", "Export the data as a CSV file."),
    (b"SQLite format 3", "an SQLite database", "Export the table as a CSV file."),
    (b"{\\rtf", "a rich-text document", _SAVE_AS_CSV),
    (b"\x89PNG", "a picture", "Check that the right file was chosen."),
    (b"\xff\xd8\xff", "a picture", "Check that the right file was chosen."),
    (b"\x7fELF", "a program", "Check that the right file was chosen."),
    (b"MZ\x90", "a program", "Check that the right file was chosen."),
    (b"MSH|", "an HL7 v2 message", "Only CSV is read so far; export the data as CSV."),
    (b"FHS|", "an HL7 v2 batch", "Only CSV is read so far; export the data as CSV."),
    (b"\x0bMSH|", "an HL7 v2 message", "Only CSV is read so far; export the data as CSV."),
    (b"<?xml", "an XML document", "Only CSV is read so far; export the data as CSV."),
    (b"<!DOCTYPE", "a web page", "Only CSV is read so far; export the data as CSV."),
    (b"<html", "a web page", "Only CSV is read so far; export the data as CSV."),
    (b"{", "a JSON document", "Only CSV is read so far; export the data as CSV."),
    (b"[{", "a JSON document", "Only CSV is read so far; export the data as CSV."),
)
# Bytes that Windows-1252 leaves undefined: text that holds one is in some other encoding.
_UNDEFINED_IN_CP1252 = (0x81, 0x8D, 0x8F, 0x90, 0x9D)


@dataclass(frozen=True)
class Structure:
    """How a CSV file is written.

    ``encoding`` is a Python codec name; ``skip`` the bytes of the byte-order mark; ``preamble`` the number
    of lines before the header (a spreadsheet's ``sep=;``); ``header`` the column names as sent, without
    outer blanks; ``quoted`` says that quotation marks occur; ``guessed`` that the encoding is a guess.
    """

    encoding: str
    skip: int
    delimiter: str
    preamble: int
    header: tuple[str, ...]
    quoted: bool
    guessed: bool


def survey(path: Path) -> Structure:
    """Find out how ``path`` is written. Raises ``DataRefused`` when it is not a CSV file that can be read."""
    with path.open("rb") as stream:
        head = stream.read(SAMPLE)
    _refuse_other_kinds(head)
    encoding, skip = _byte_order_mark(head)
    quoted, fits = _scan(path, encoding or "utf-8", skip)
    guessed = not fits
    if guessed:
        encoding = _guess(path)
    encoding = encoding or "utf-8"
    text = codecs.getincrementaldecoder(encoding)("strict").decode(head[skip:], final=len(head) < SAMPLE)
    delimiter, preamble, header = _header(text)
    return Structure(encoding, skip, delimiter, preamble, header, quoted, guessed)


def shown(name: str, limit: int = 60) -> str:
    """A column's name made harmless for a terminal and a message: printable, one line, bounded."""
    cleaned = "".join(letter if letter.isprintable() else "?" for letter in name)
    return cleaned if len(cleaned) <= limit else cleaned[: limit - 1] + "…"


def _refuse_other_kinds(head: bytes) -> None:
    if not head.strip():
        raise DataRefused("The file is empty.", hint="Export it again; the first line must name the columns.")
    start = head.removeprefix(codecs.BOM_UTF8).lstrip(b" \t\r\n")
    for magic, kind, hint in _NOT_A_CSV:
        markup = magic[:1] == b"<"
        if start.startswith(magic) or (markup and start.lower().startswith(magic.lower())):
            raise DataRefused(f"This is {kind}, not a CSV file.", hint=hint)


def _byte_order_mark(head: bytes) -> tuple[str | None, int]:
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8", 3
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise DataRefused("The file is in UTF-32.", hint=_SAVE_AS_CSV)
    if head.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le", 2
    if head.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be", 2
    return None, 0


def _scan(path: Path, encoding: str, skip: int) -> tuple[bool, bool]:
    """Look at every byte once: are there quotation marks, and is every byte in ``encoding``?

    Raises ``DataRefused`` on NUL bytes and on a line longer than ``MAX_ROW``, at the place where it is found.
    """
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    wide = encoding.startswith("utf-16")
    quoted, fits, run, offset = False, True, 0, skip
    with path.open("rb") as stream:
        stream.seek(skip)
        for block in _blocks(stream):
            data = block
            if fits:
                try:
                    text = decoder.decode(block, final=len(block) < BLOCK)
                except UnicodeDecodeError:
                    if wide or skip:
                        raise DataRefused(
                            f"The file says that it is {encoding.upper()}, but near byte {offset} it is not.",
                            hint=_SAVE_AS_CSV,
                        ) from None
                    fits = False
                else:
                    data = text.encode("utf-8", "surrogatepass") if wide else block
            if b"\0" in data:
                raise _nul_bytes(data, offset)
            run = _longest_run(data, run, offset)
            quoted = quoted or b'"' in data
            offset += len(block)
    return quoted, fits


def _blocks(stream: BinaryIO) -> Iterator[bytes]:
    while block := stream.read(BLOCK):
        yield block


def _nul_bytes(data: bytes, offset: int) -> DataRefused:
    """The refusal of a block that holds NUL bytes, by what most often puts them there."""
    start = data[:SAMPLE]
    if not offset and not start.strip(b"\0"):
        return DataRefused(
            "The file begins with NUL bytes only: it was not copied whole.", hint="Copy or export it again."
        )
    halves = (start[0::2].count(0), start[1::2].count(0))
    if not offset and 3 * max(halves) > len(start) and not min(halves):
        return DataRefused("The file is in UTF-16 without its byte-order mark.", hint=_SAVE_AS_CSV)
    return DataRefused(
        f"The file holds NUL bytes (near byte {offset + data.find(0) + 1}).", hint=_SAVE_AS_CSV
    )


def _longest_run(data: bytes, run: int, offset: int) -> int:
    """Bytes since the last line end, carried from block to block."""
    last = max(data.rfind(b"\n"), data.rfind(b"\r"))
    run = run + len(data) if last < 0 else len(data) - last - 1
    if run > MAX_ROW:
        raise DataRefused(
            f"A line is longer than {MAX_ROW >> 20} MiB (near byte {offset}).",
            hint="This is not a table with one record a line; export it again.",
        )
    return run


def _guess(path: Path) -> str:
    """The 8-bit encoding of a file that is not UTF-8. Windows-1252 covers Latin-1's letters and more."""
    from charset_normalizer import from_bytes

    sample = b""
    with path.open("rb") as stream:
        for block in _blocks(stream):
            if any(byte in block for byte in _UNDEFINED_IN_CP1252):
                return _other_encoding(block)
            if len(sample) < SAMPLE and not block.isascii():
                first = next(place for place, byte in enumerate(block) if byte > 0x7F)
                sample += block[max(0, first - 4096) : first + SAMPLE]
    best = from_bytes(sample, cp_isolation=["cp1252", "latin_1", "mac_roman", "cp850"]).best()
    if best is None or best.encoding in ("cp1252", "latin_1"):
        return "cp1252"
    # A guess away from the common case needs more than a handful of letters to rest on.
    return best.encoding if sum(byte > 0x7F for byte in sample) >= 20 else "cp1252"


def _other_encoding(block: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(block[:SAMPLE], cp_isolation=["mac_roman", "cp850"]).best()
    if best is None:
        raise DataRefused("The file's encoding cannot be recognised.", hint=_SAVE_AS_CSV)
    return best.encoding


def _header(text: str) -> tuple[str, int, tuple[str, ...]]:
    """Delimiter, lines before the header, column names: from the beginning of the file."""
    preamble, stated = 0, None
    first = text.lstrip("\r\n").splitlines()[0].strip().strip('"') if text.strip() else ""
    if first.lower().startswith("sep=") and len(first) == 5:
        preamble, stated = 1, first[4]
        text = text.lstrip("\r\n").split("\n", 1)[-1]
    candidates = (stated,) if stated else DELIMITERS
    sampled = {delimiter: _sample(text, delimiter) for delimiter in candidates}
    delimiter = max(sampled, key=lambda each: _agreement(sampled[each]))
    rows = sampled[delimiter]
    if not rows:
        raise DataRefused("The file holds no line that could be a header.", hint=_SAVE_AS_CSV)
    header = tuple(name.strip() for name in rows[0])
    _check_header(header)
    return delimiter, preamble, header


def _sample(text: str, delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for row in reader:
            if row:
                rows.append(row)
            if len(rows) > SAMPLE_ROWS:
                break
    except csv.Error:
        # A cell beyond the csv module's limit: the reader of the rows has its own limit and its own sentence.
        return rows
    return rows


def _agreement(rows: list[list[str]]) -> float:
    """How well a delimiter explains the first rows: columns of the header times the share of rows that
    agree."""
    if not rows or len(rows[0]) < 2:
        return 0.0
    agreeing = sum(len(row) == len(rows[0]) for row in rows)
    return len(rows[0]) * agreeing / len(rows)


def _check_header(header: tuple[str, ...]) -> None:
    if len(header) > MAX_COLUMNS:
        raise DataRefused(f"The header has more than {MAX_COLUMNS} columns.", hint=_SAVE_AS_CSV)
    for place, name in enumerate(header, 1):
        if not name:
            raise DataRefused(
                f"Column {place} has no name in the header.",
                hint="Name every column in the first line, or remove it.",
            )
    seen: dict[str, int] = {}
    for place, name in enumerate(header, 1):
        if name.casefold() in seen:
            raise DataRefused(
                f"Columns {seen[name.casefold()]} and {place} have the same name.",
                hint="Give every column its own name in the first line.",
            )
        seen[name.casefold()] = place
