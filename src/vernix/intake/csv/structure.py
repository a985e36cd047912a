"""What kind of text a partner's file is, found out before a single row is read.

``survey`` reads the file once in blocks of 1 MiB, so memory stays flat whatever the file holds. It settles
the encoding, the delimiter and the header, and refuses what is not a CSV with a sentence that says what to
do. No message repeats a cell; a column's name is shown only by those who know that it is one.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from vernix.births.codes import Words
from vernix.intake.refusals import SAVE_AS_CSV, FileRefused

BLOCK = 1 << 20
MAX_ROW = 1 << 20  # bytes without a line end; the longest real free-text row seen is a few kilobytes
MAX_COLUMNS = 2000
SAMPLE = 256 << 10
SAMPLE_ROWS = 50
DELIMITERS = (",", ";", "\t", "|")

_SAVE_SHEET = Words(
    "Open the workbook and save the sheet as 'CSV UTF-8'.",
    "Ouvrez le classeur et enregistrez la feuille en « CSV UTF-8 ».",
)
_OPEN_AND_SAVE = Words(
    "Open it and save the sheet as 'CSV UTF-8'.", "Ouvrez-le et enregistrez la feuille en « CSV UTF-8 »."
)
_OPEN_FIRST = Words(
    "Open it first: vernix open -i IDENTITY FILE.", "Ouvrez-le d’abord : vernix open -i IDENTITY FILE."
)
_RIGHT_FILE = Words("Check that the right file was chosen.", "Vérifiez que le bon fichier a été choisi.")
_EXPORT_CSV = Words("Export the data as a CSV file.", "Exportez les données dans un fichier CSV.")
_UNPACK = Words("Unpack it first.", "Décompressez-le d’abord.")
_READ_AS_IT_IS = Words(
    "Leave out --format csv: the format is found out by itself.",
    "Omettez --format csv : le format est reconnu de lui-même.",
)
_AGE = Words("a sealed (age) file", "un fichier scellé (age)")
_PICTURE = Words("a picture", "une image")
_PROGRAM = Words("a program", "un programme")
_HL7 = Words("an HL7 v2 message", "un message HL7 v2")
_WEB_PAGE = Words("a web page", "une page Web")
_JSON = Words("a JSON document", "un document JSON")
# First bytes of what people send instead of a CSV, and what they should do.
_NOT_A_CSV: tuple[tuple[bytes, Words, Words], ...] = (
    (
        b"PK\x03\x04",
        Words("a zip archive or an .xlsx workbook", "une archive zip ou un classeur .xlsx"),
        _SAVE_SHEET,
    ),
    (
        b"\xd0\xcf\x11\xe0",
        Words("an old Office document (.xls)", "un ancien document Office (.xls)"),
        _OPEN_AND_SAVE,
    ),
    (b"age-encryption.org/", _AGE, _OPEN_FIRST),
    (b"-----BEGIN AGE ENCRYPTED FILE", _AGE, _OPEN_FIRST),
    (
        b"-----BEGIN ",
        Words("a key or certificate in PEM form", "une clé ou un certificat au format PEM"),
        _RIGHT_FILE,
    ),
    (b"%PDF", Words("a PDF document", "un document PDF"), _EXPORT_CSV),
    (b"\x1f\x8b", Words("a gzip archive", "une archive gzip"), _UNPACK),
    (b"7z\xbc\xaf", Words("a 7-Zip archive", "une archive 7-Zip"), _UNPACK),
    (b"BZh", Words("a bzip2 archive", "une archive bzip2"), _UNPACK),
    (b"\xfd7zXZ", Words("an xz archive", "une archive xz"), _UNPACK),
    (b"\x28\xb5\x2f\xfd", Words("a Zstandard archive", "une archive Zstandard"), _UNPACK),
    (b"PAR1", Words("a Parquet file", "un fichier Parquet"), _READ_AS_IT_IS),
    (b"SQLite format 3", Words("an SQLite database", "une base de données SQLite"), _EXPORT_CSV),
    (b"{\\rtf", Words("a rich-text document", "un document RTF"), SAVE_AS_CSV),
    (b"\x89PNG", _PICTURE, _RIGHT_FILE),
    (b"\xff\xd8\xff", _PICTURE, _RIGHT_FILE),
    (b"\x7fELF", _PROGRAM, _RIGHT_FILE),
    (b"MZ\x90", _PROGRAM, _RIGHT_FILE),
    (b"MSH|", _HL7, _READ_AS_IT_IS),
    (b"FHS|", Words("an HL7 v2 batch", "un lot HL7 v2"), _READ_AS_IT_IS),
    (b"\x0bMSH|", _HL7, _READ_AS_IT_IS),
    (b"<?xml", Words("an XML document", "un document XML"), _READ_AS_IT_IS),
    (b"<!DOCTYPE html", _WEB_PAGE, _EXPORT_CSV),
    (b"<html", _WEB_PAGE, _EXPORT_CSV),
    (b"{", _JSON, _READ_AS_IT_IS),
    (b"[{", _JSON, _READ_AS_IT_IS),
)
# Bytes that Windows-1252 leaves undefined: text that holds one is in some other encoding.
_UNDEFINED_IN_CP1252 = (0x81, 0x8D, 0x8F, 0x90, 0x9D)

_BROKEN = re.compile("[\udc80-\udcff]")  # what "surrogateescape" makes of a byte that is not UTF-8
_ASCII = re.compile("[\x00-\x7f]+")


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
        _refuse_broken_utf8(path)
        encoding = _guess(path)
    encoding = encoding or "utf-8"
    text = codecs.getincrementaldecoder(encoding)("strict").decode(head[skip:], final=len(head) < SAMPLE)
    delimiter, preamble, header = _header(text)
    return Structure(encoding, skip, delimiter, preamble, header, quoted, guessed)


def _refuse_other_kinds(head: bytes) -> None:
    if not head.strip():
        raise FileRefused(
            Words("The file is empty.", "Le fichier est vide."),
            Words(
                "Export it again; the first line must name the columns.",
                "Exportez-le de nouveau ; la première ligne doit nommer les colonnes.",
            ),
        )
    start = head.removeprefix(codecs.BOM_UTF8).lstrip(b" \t\r\n")
    for magic, kind, hint in _NOT_A_CSV:
        markup = magic[:1] == b"<"
        if start.startswith(magic) or (markup and start.lower().startswith(magic.lower())):
            raise FileRefused(
                Words(f"This is {kind.en}, not a CSV file.", f"Ceci est {kind.fr}, et non un fichier CSV."),
                hint,
            )


def _byte_order_mark(head: bytes) -> tuple[str | None, int]:
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8", 3
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise FileRefused(Words("The file is in UTF-32.", "Le fichier est en UTF-32."), SAVE_AS_CSV)
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
                        raise _not_what_it_says(encoding, offset) from None
                    fits = False
                else:
                    data = text.encode("utf-8", "surrogatepass") if wide else block
            if b"\0" in data:
                raise _nul_bytes(data, offset)
            run = _longest_run(data, run, offset)
            quoted = quoted or b'"' in data
            offset += len(block)
    return quoted, fits


def _refuse_broken_utf8(path: Path) -> None:
    """Refuse a file that is mostly UTF-8: read as anything else, every accent in it would be wrong.

    Text in an 8-bit encoding has hardly ever an accent that UTF-8 could be: there, almost all are broken.
    """
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    offset = line = letters = broken = 0
    first: tuple[int, int] | None = None
    with path.open("rb") as stream:
        for block in _blocks(stream):
            text = decoder.decode(block, final=len(block) < BLOCK)
            if first is None and (found := _BROKEN.search(text)):
                before = text[: found.start()]
                first = (offset + len(before.encode()) + 1, line + _line_ends(before) + 1)
            right = len(text.encode("utf-8", "ignore"))
            wrong = len(text.encode("utf-8", "surrogateescape")) - right
            letters += len(_ASCII.sub("", text)) if not text.isascii() else 0
            broken += wrong
            offset, line = offset + right + wrong, line + _line_ends(text)
    letters -= broken
    if first is None or letters < max(broken, 1):
        return
    byte, row = first
    raise FileRefused(
        Words(
            f"The file is in UTF-8, but not at byte {byte}, in line {row}.",
            f"Le fichier est en UTF-8, mais pas à l’octet {byte}, à la ligne {row}.",
        ),
        Words(
            "Correct that line in the source, and save the file as 'CSV UTF-8'.",
            "Corrigez cette ligne à la source, et enregistrez le fichier en « CSV UTF-8 ».",
        ),
    )


def _line_ends(text: str) -> int:
    return max(text.count("\n"), text.count("\r"))


def _not_what_it_says(encoding: str, offset: int) -> FileRefused:
    return FileRefused(
        Words(
            f"The file says that it is {encoding.upper()}, but near byte {offset} it is not.",
            f"Le fichier se dit en {encoding.upper()}, mais près de l’octet {offset} il ne l’est pas.",
        ),
        SAVE_AS_CSV,
    )


def _blocks(stream: BinaryIO) -> Iterator[bytes]:
    while block := stream.read(BLOCK):
        yield block


def _nul_bytes(data: bytes, offset: int) -> FileRefused:
    """The refusal of a block that holds NUL bytes, by what most often puts them there."""
    start = data[:SAMPLE]
    if not offset and not start.strip(b"\0"):
        return FileRefused(
            Words(
                "The file begins with NUL bytes only: it was not copied whole.",
                "Le fichier ne commence que par des octets NUL : il n’a pas été copié en entier.",
            ),
            Words("Copy or export it again.", "Copiez-le ou exportez-le de nouveau."),
        )
    halves = (start[0::2].count(0), start[1::2].count(0))
    if not offset and 3 * max(halves) > len(start) and not min(halves):
        return FileRefused(
            Words(
                "The file is in UTF-16 without its byte-order mark.",
                "Le fichier est en UTF-16 sans sa marque d’ordre des octets.",
            ),
            SAVE_AS_CSV,
        )
    near = offset + data.find(0) + 1
    return FileRefused(
        Words(
            f"The file holds NUL bytes (near byte {near}).",
            f"Le fichier contient des octets NUL (près de l’octet {near}).",
        ),
        SAVE_AS_CSV,
    )


def _longest_run(data: bytes, run: int, offset: int) -> int:
    """Bytes since the last line end, carried from block to block."""
    last = max(data.rfind(b"\n"), data.rfind(b"\r"))
    run = run + len(data) if last < 0 else len(data) - last - 1
    if run > MAX_ROW:
        raise FileRefused(
            Words(
                f"A line is longer than {MAX_ROW >> 20} MiB (near byte {offset}).",
                f"Une ligne dépasse {MAX_ROW >> 20} Mio (près de l’octet {offset}).",
            ),
            Words(
                "This is not a table with one record a line; export it again.",
                "Ce n’est pas un tableau à un dossier par ligne ; exportez-le de nouveau.",
            ),
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
        raise FileRefused(
            Words("The file's encoding cannot be recognised.", "L’encodage du fichier ne peut être reconnu."),
            SAVE_AS_CSV,
        )
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
        raise FileRefused(
            Words(
                "The file holds no line that could be a header.",
                "Le fichier ne contient aucune ligne qui puisse être un en-tête.",
            ),
            SAVE_AS_CSV,
        )
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
        raise FileRefused(
            Words(
                f"The header has more than {MAX_COLUMNS} columns.",
                f"L’en-tête a plus de {MAX_COLUMNS} colonnes.",
            ),
            SAVE_AS_CSV,
        )
    for place, name in enumerate(header, 1):
        if not name:
            raise FileRefused(
                Words(
                    f"Column {place} has no name in the header.",
                    f"La colonne {place} n’a pas de nom dans l’en-tête.",
                ),
                Words(
                    "Name every column in the first line, or remove it.",
                    "Nommez chaque colonne dans la première ligne, ou retirez-la.",
                ),
            )
    seen: dict[str, int] = {}
    for place, name in enumerate(header, 1):
        if name.casefold() in seen:
            first = seen[name.casefold()]
            raise FileRefused(
                Words(
                    f"Columns {first} and {place} have the same name.",
                    f"Les colonnes {first} et {place} portent le même nom.",
                ),
                Words(
                    "Give every column its own name in the first line.",
                    "Donnez à chaque colonne son propre nom dans la première ligne.",
                ),
            )
        seen[name.casefold()] = place
