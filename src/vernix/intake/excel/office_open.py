"""The sheets of an .xlsx workbook, looked at before they are read (ECMA-376 part 1, section 18.3).

Nearly every sheet is written the same plain way: there, patterns over the text say quickly that no cell lies
outside of what its rows and its first cells promise. Where anything is unusual, and where there are formulas
or errors, the sheet is walked through cell by cell.
"""

from __future__ import annotations

import re
import zipfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain

import pyarrow as pa
import pyarrow.compute as pc

from vernix.intake.excel.facts import Facts, too_large
from vernix.intake.excel.packed import pieces
from vernix.intake.refusals import FileRefused
from vernix.intake.xml.guarded import Guarded

_ROW_NUMBER = re.compile(rb'<row [^>]*?r="([0-9]{1,7})"')
_CELL = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"')
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_UNUSUAL = (
    r"<[A-Za-z0-9_]+:(?:c|row|sheetData)[\s/>]"  # with a prefix
    # a cell that does not say first, and in the one usual spelling, where it is
    r'|<c(?:[/>\t\r\n]| [^r]| r[^=]| r=[^"]'
    r'| r="(?:[^A-Z]|[A-Z]{4}|[A-Z]{1,3}(?:[^A-Z0-9]|[0-9]{8}|[0-9]+[^0-9"])))'
    # an attribute that no cell has (a second place!), or one in another spelling
    r'|<c r="[A-Z]+[0-9]+"(?: (?:s|t|cm|vm|ph)="[A-Za-z0-9]*")*(?:[^ />]| ?/[^>]| (?:[^stcvp/]|[cv][^m]|p[^h]'
    r'|(?:s|t|cm|vm|ph)(?:[^=]|=[^"]|="[A-Za-z0-9]*[^A-Za-z0-9"])))'
    r"|t=[\"']e[\"']|<f[\s/>]|<!|\x00"
)
_OVERLAP = 64 << 10
_AHEAD = 4  # blocks unpacked and not looked at yet


def sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """The archive's names of the sheets by the sheets' own names."""
    targets: dict[str, str] = {}
    sheets: dict[str, str] = {}

    def on_relation(name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    def on_sheet(name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            sheets[attributes.get("name", "")] = attributes.get("id", "")

    _walk(archive, "xl/_rels/workbook.xml.rels", on_relation)
    _walk(archive, "xl/workbook.xml", on_sheet)
    return {name: _part(targets.get(relation, "")) for name, relation in sheets.items()}


def _walk(archive: zipfile.ZipFile, part: str, start: Callable[[str, dict[str, str]], None]) -> None:
    Guarded(start, lambda name: None, lambda text: None).parse(pieces(archive, part))


def _part(target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def facts_of(archive: zipfile.ZipFile, part: str) -> Facts:
    """What is to be known of one sheet. Raises ``FileRefused`` where it is too large, or no sheet."""
    try:
        plain = _plain(pieces(archive, part))
    except FileRefused:
        # Blank cells count in it: programs format whole rows and columns to the end of the sheet.
        plain = None
    return plain or _Cells().walk(pieces(archive, part))


def _plain(blocks: Iterator[bytes]) -> Facts | None:
    """How far a sheet reaches that is written plainly; None where it must be walked through.

    The first block tells the width; what lies beyond it is looked for in all. Raises ``FileRefused`` where
    the sheet reaches too far.
    """
    first = next(blocks, b"")
    facts = Facts()
    for letters, row in set(_CELL.findall(first)):
        facts.reach(int(row) - 1, _column(letters.decode()))
    width = _letters(facts.columns)
    # Unpacking and looking both go on outside of Python's lock.
    with ThreadPoolExecutor(2) as pool:
        ahead: deque[Future[int | None]] = deque()
        for text in _overlapping(chain([first], blocks)):
            ahead.append(pool.submit(_rows_in, text, width))
            if len(ahead) > _AHEAD and not _take_in(facts, ahead.popleft().result()):
                return None
        return facts if all(_take_in(facts, each.result()) for each in ahead) else None


def _take_in(facts: Facts, rows: int | None) -> bool:
    if rows is None:
        return False
    facts.rows = max(facts.rows, rows)
    facts.check()
    return True


def _overlapping(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The blocks, each with the beginning of the row that the one before it was cut in."""
    before = b""
    for block in blocks:
        text = before + block
        yield text
        before = text[max(text.rfind(b"<row "), len(text) - _OVERLAP) :]


def _rows_in(text: bytes, width: str) -> int | None:
    """The last row of a piece of a sheet; None where anything in it is unusual, or beyond row or width."""
    rows = max(map(int, _ROW_NUMBER.findall(text)), default=0)
    # What stands before the first and after the last row has no cell.
    return None if _matches(text, f"{_UNUSUAL}|{_beyond(rows, width)}") else rows


def _matches(text: bytes, pattern: str) -> bool:
    """Whether a pattern occurs; Arrow's engine looks at a gigabyte in about two seconds."""
    offsets = pa.py_buffer((0).to_bytes(4, "little") + len(text).to_bytes(4, "little"))
    array = pa.Array.from_buffers(pa.binary(), 1, [None, offsets, pa.py_buffer(text)])
    return bool(pc.match_substring_regex(array, pattern)[0].as_py())


def _beyond(rows: int, letters: str) -> str:
    """The pattern of a cell outside of ``rows`` rows and columns up to ``letters``."""
    columns, numbers = _greater(letters, "A", "Z"), _greater(str(rows), "0", "9")
    return f'<c r="(?:(?:{columns})[0-9]|[A-Z]+(?:{numbers})")'


def _greater(word: str, low: str, high: str) -> str:
    """The pattern of words that are longer than ``word``, or as long and greater."""
    any_of = f"[{low}-{high}]"
    found = [f"{any_of}{{{len(word) + 1},}}"]
    for place, letter in enumerate(word):
        if letter < high:
            found.append(f"{word[:place]}[{chr(ord(letter) + 1)}-{high}]{any_of}{{{len(word) - place - 1}}}")
    return "|".join(found)


def _letters(columns: int) -> str:
    """The letters of the last of so many columns: 27 is AA."""
    letters = ""
    while columns:
        columns, rest = divmod(columns - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _column(letters: str) -> int:
    """The column of its letters, from 0."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


class _Cells:
    """Walks through a sheet cell by cell."""

    def __init__(self) -> None:
        self._facts = Facts()
        self._row, self._column = -1, -1
        self._kind = ""
        self._formula = self._inside = self._valued = self._filled = False

    def walk(self, blocks: Iterator[bytes]) -> Facts:
        """The facts. Raises ``FileRefused`` where the sheet is too large or no XML."""
        Guarded(self._on_start, self._on_end, self._on_text).parse(blocks)
        self._facts.check()
        return self._facts

    def _on_start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "row":
            number = attributes.get("r", "")
            self._row = int(number) - 1 if number.isascii() and number.isdigit() else self._row + 1
            self._column = -1
        elif name == "c":
            self._on_cell(attributes)
        else:
            # A cell with nothing in it is only formatted, and the reader passes it over.
            self._filled = True
            self._formula = self._formula or name == "f"
            self._inside = name == "v"

    def _on_cell(self, attributes: dict[str, str]) -> None:
        self._kind = attributes.get("t", "")
        self._formula = self._valued = self._inside = self._filled = False
        stated = attributes.get("r")
        if stated is None:
            self._column += 1
            return
        found = _REFERENCE.fullmatch(stated)
        if found is None:
            raise too_large()
        self._row, self._column = int(found[2]) - 1, _column(found[1])

    def _on_end(self, name: str) -> None:
        if name == "v":
            self._inside = False
        if name != "c" or not self._filled:
            return
        self._facts.reach(max(self._row, 0), self._column)
        if self._kind == "e":
            self._facts.troubles[self._row, self._column] = "error"
        elif self._formula and not self._valued and self._kind != "str":
            self._facts.troubles[self._row, self._column] = "formula"

    def _on_text(self, text: str) -> None:
        self._valued = self._valued or (self._inside and bool(text))
