"""The sheets of an .xls workbook, looked at before they are read ([MS-CFB] and [MS-XLS]).

An .xls is a small file system in a file. Of it only the stream with the workbook is followed, and of that
only the headers of the records that hold cells.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from vernix.intake.excel.facts import Facts, Trouble, too_large
from vernix.intake.excel.packed import damaged

MAX_BYTES = 256 << 20
"""An .xls holds at most 65,536 rows a sheet; calamine reads it whole."""
_END = 0xFFFFFFFA  # this and above are marks, not sectors
_ENTRY = 128

_BOUND_SHEET, _BEGIN, _FINISH = 0x0085, 0x0809, 0x000A
_DIMENSIONS, _SHARED_TEXTS = 0x0200, 0x00FC
_FORMULA, _ERROR, _ROW_OF_NUMBERS, _ROW_OF_BLANKS = 0x0006, 0x0205, 0x00BD, 0x00BE
_CELLS = frozenset({_FORMULA, _ERROR, 0x0203, 0x0204, 0x00FD, 0x027E, 0x0201, 0x00D6})


def facts_of(path: Path) -> list[Facts]:
    """What is to be known of each sheet, in the order in which they lie in the file.

    Raises ``FileRefused`` where one is too large or the file is no workbook.
    """
    if path.stat().st_size > MAX_BYTES:
        raise too_large()
    try:
        found = list(_sheets(_workbook(path.read_bytes())))
        # The reader holds all sheets at once.
        Facts(sum(each.rows * each.columns for each in found), 1).check_cells()
        return found
    except (struct.error, IndexError, OverflowError):
        raise damaged() from None


def _workbook(data: bytes) -> bytes:
    """The stream called Workbook (Book in older files)."""
    size = 1 << struct.unpack_from("<H", data, 30)[0]
    # What the header counts, the reader sets memory aside for.
    counts = struct.unpack_from("<II", data, 40) + struct.unpack_from("<I", data, 64)
    if size not in (512, 4096) or max(*counts, struct.unpack_from("<I", data, 72)[0]) > len(data) // size + 1:
        raise damaged()
    sectors = memoryview(data)[size if size == 4096 else 512 :]
    chain = _Chains(sectors, size, _table(data, sectors, size))
    first_folder, smallest = struct.unpack_from("<I", data, 48)[0], struct.unpack_from("<I", data, 56)[0]
    folder = chain.read(first_folder)
    root = None
    for start in range(0, len(folder) - _ENTRY + 1, _ENTRY):
        entry = folder[start : start + _ENTRY]
        length = struct.unpack_from("<H", entry, 64)[0]
        name = entry[: max(0, min(length - 2, 64))].decode("utf-16-le", "replace")
        begin, count = struct.unpack_from("<II", entry, 116)
        if root is None:
            root = begin
        if name in ("Workbook", "Book"):
            if count >= smallest:
                return chain.read(begin)[:count]
            return _small(data, chain, root, begin)[:count]
    raise damaged()


class _Chains:
    """Sectors, and which follows which."""

    def __init__(self, sectors: memoryview, size: int, following: tuple[int, ...]) -> None:
        self._sectors, self._size, self._following = sectors, size, following

    def read(self, sector: int) -> bytes:
        """All sectors of a chain in one piece; a chain that runs in a circle is damaged."""
        found: list[memoryview] = []
        while sector < _END:
            found.append(self._sectors[sector * self._size : (sector + 1) * self._size])
            if len(found) > len(self._following):
                raise damaged()
            sector = self._following[sector]
        return b"".join(found)


def _table(data: bytes, sectors: memoryview, size: int) -> tuple[int, ...]:
    """The table of what follows what, from the header's list and the lists that follow that."""
    places = list(struct.unpack_from("<109I", data, 76))
    more, left = struct.unpack_from("<II", data, 68)
    each = size // 4
    while more < _END and left > 0:
        listed = struct.unpack_from(f"<{each}I", sectors, more * size)
        places += listed[:-1]
        more, left = listed[-1], left - 1
        if len(places) > len(data) // size + 109 + each:
            raise damaged()
    found: list[int] = []
    for place in places:
        if place < _END:
            found += struct.unpack_from(f"<{each}I", sectors, place * size)
            if len(found) > len(data) // size + each:
                break
    return tuple(found)


def _small(data: bytes, chain: _Chains, root: int, begin: int) -> bytes:
    """A short stream, which lies in the root's own stream in pieces of 64 bytes."""
    table = chain.read(struct.unpack_from("<I", data, 60)[0])
    following = struct.unpack(f"<{len(table) // 4}I", table)
    return _Chains(memoryview(chain.read(root)), 64, following).read(begin)


def _sheets(stream: bytes) -> Iterator[Facts]:
    starts = [
        struct.unpack_from("<I", body)[0]
        for kind, body in _part(stream, 0)
        if kind == _BOUND_SHEET and len(body) >= 4
    ]
    for kind, body in _part(stream, 0):
        if kind == _SHARED_TEXTS and len(body) >= 8 and max(struct.unpack_from("<II", body)) > len(stream):
            raise damaged()
    for start in starts:
        facts = Facts()
        for kind, body in _part(stream, start):
            if len(body) >= 4:
                _take(facts, kind, body)
        yield facts


def _part(stream: bytes, place: int) -> Iterator[tuple[int, memoryview]]:
    """The records from one beginning to its end, what is embedded in it included."""
    view, depth = memoryview(stream), 0
    while place + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, place)
        depth += (kind == _BEGIN) - (kind == _FINISH)
        if kind == _FINISH and depth < 1:
            return
        yield kind, view[place + 4 : place + 4 + length]
        place += 4 + length


def _take(facts: Facts, kind: int, body: memoryview) -> None:
    if kind in (_ROW_OF_NUMBERS, _ROW_OF_BLANKS) and len(body) >= 6:
        row, last = struct.unpack_from("<H", body)[0], struct.unpack_from("<H", body, len(body) - 2)[0]
        facts.reach(row, last)
    elif kind == _DIMENSIONS and len(body) >= 10:
        # Whether it is true or not, the reader sets memory aside for it.
        wide = len(body) >= 14
        first, end, left, right = struct.unpack_from("<IIHH" if wide else "<HHHH", body)
        if end < first or right < left:
            raise damaged()
        Facts(end - first + 1, right - left + 1).check()
    elif kind in _CELLS:
        row, column = struct.unpack_from("<HH", body)
        facts.reach(row, column)
        if (trouble := _trouble(kind, body)) is not None:
            facts.troubles[row, column] = trouble


def _trouble(kind: int, body: memoryview) -> Trouble | None:
    """An error as a value, or what a formula came to: FF FF marks what is no number.

    Whether a blank is what the formula came to or was never calculated cannot be told here: it stays a blank.
    """
    if kind == _ERROR:
        return "error" if len(body) >= 8 and body[7] else None
    if kind != _FORMULA or len(body) < 16 or bytes(body[12:14]) != b"\xff\xff":
        return None
    return "error" if body[6] == 2 else None
