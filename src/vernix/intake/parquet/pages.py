"""The pages of a Parquet file, looked at before one of them is unpacked.

A page's header says how much the page becomes, and the library sets that much aside: a few bytes may say two
gibibytes, in each of a thousand columns. So all headers are read first (parquet-format, ``PageHeader``, in
Thrift's compact protocol), and what would not fit into memory is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from vernix.births.codes import Words
from vernix.intake.refusals import FileRefused

MAX_PAGE = 128 << 20
"""Bytes that one page may become; programs write pages of a mebibyte, some of a hundred."""
MAX_TOGETHER = 512 << 20
"""Bytes that the largest pages of all columns may become: one of each is in memory at a time."""
_HEADER = 4 << 10  # bytes in which a page's header ends, unless its statistics are long
_LONGEST_HEADER = 1 << 20
_DATA, _DICTIONARY, _DATA_V2 = 0, 2, 3  # PageType
# Encoding: plain, by dictionary, and those in which no value can be longer than what it was written with.
_PLAIN, _BY_DICTIONARY = 0, (2, 8)
_ENCODINGS = frozenset({_PLAIN, *_BY_DICTIONARY, 3, 5, 6, 9})


@dataclass
class ColumnFacts:
    """What the pages of one column become at most (bytes), and whether all of its values are of a
    dictionary."""

    dictionary: int = 0
    largest: int = 0
    by_dictionary: bool = True


def survey(stream: BinaryIO, metadata: Any) -> list[ColumnFacts]:
    """The facts of every column, from the headers of all pages.

    Raises ``FileRefused`` where a page would not fit into memory, is written in a way that is not read, or is
    none.
    """
    found = [ColumnFacts() for _ in range(metadata.num_columns)]
    for group in range(metadata.num_row_groups):
        for place, facts in enumerate(found):
            _look_through(stream, metadata.row_group(group).column(place), facts)
        if sum(each.dictionary + each.largest for each in found) > MAX_TOGETHER:
            raise too_large()
    return found


def _look_through(stream: BinaryIO, chunk: Any, facts: ColumnFacts) -> None:
    """Take in the pages of one column in one group of rows."""
    for page in _pages(stream, chunk):
        unpacked = page.get(2, -1)
        if not 0 <= unpacked <= MAX_PAGE:
            raise too_large()
        if page.get(1) == _DICTIONARY:
            facts.dictionary = max(facts.dictionary, unpacked)
            continue
        encoding = page[5].get(2) if page.get(1) == _DATA else page[8].get(4)
        if encoding not in _ENCODINGS:
            raise _other_encoding()
        facts.largest = max(facts.largest, unpacked)
        facts.by_dictionary = facts.by_dictionary and encoding in _BY_DICTIONARY


def _pages(stream: BinaryIO, chunk: Any) -> Iterator[dict[int, Any]]:
    """The headers of a column's pages, until all of its values are accounted for."""
    starts = (chunk.dictionary_page_offset, chunk.data_page_offset)
    place = min(start for start in starts if start)
    end, left = place + chunk.total_compressed_size, chunk.num_values
    while left > 0 and place < end:
        page, length = _header(stream, place)
        if page.get(3, -1) < 0:
            raise damaged()
        place += length + page[3]
        kind = page.get(1)
        if kind in (_DATA, _DATA_V2):
            left -= max(0, page.get(5 if kind == _DATA else 8, {}).get(1, 0))
        if kind in (_DATA, _DATA_V2, _DICTIONARY):
            yield page
    if left > 0:
        raise damaged()


def _header(stream: BinaryIO, place: int) -> tuple[dict[int, Any], int]:
    """A page's header by the numbers of its fields, and its length in bytes."""
    for most in (_HEADER, _LONGEST_HEADER):
        stream.seek(place)
        data = stream.read(most)
        try:
            return _struct(data, 0)
        except IndexError:
            continue  # it goes on behind these bytes
    raise damaged()


def _struct(data: bytes, at: int, depth: int = 0) -> tuple[dict[int, Any], int]:
    """The fields of a Thrift structure: numbers, truth values and structures; texts are passed over."""
    fields: dict[int, Any] = {}
    number = 0
    while head := data[at]:
        at += 1
        if head >> 4:
            number += head >> 4
        else:
            number, at = _integer(data, at)
        fields[number], at = _value(head & 15, data, at, depth)
    return fields, at + 1


def _value(kind: int, data: bytes, at: int, depth: int) -> tuple[Any, int]:
    if kind in (1, 2):
        return kind == 1, at
    if kind in (4, 5, 6):
        return _integer(data, at)
    if kind == 8:
        length, at = _varint(data, at)
        return None, at + length
    if kind == 12 and depth < 3:
        return _struct(data, at, depth + 1)
    raise damaged()  # no header holds anything else


def _integer(data: bytes, at: int) -> tuple[int, int]:
    """A whole number, written zigzag: 0, -1, 1, -2 ..."""
    value, at = _varint(data, at)
    return (value >> 1) ^ -(value & 1), at


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while (byte := data[at]) > 0x7F:
        value |= (byte & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if shift > 63:
            raise damaged()
    return value | byte << shift, at + 1


def damaged() -> FileRefused:
    """The refusal of a file that cannot be read as Parquet."""
    return FileRefused(
        Words(
            "This is not a Parquet file that can be read: it is damaged or cut off.",
            "Ce n’est pas un fichier Parquet lisible : il est endommagé ou tronqué.",
        ),
        Words("Write it again, or send CSV.", "Écrivez-le de nouveau, ou envoyez du CSV."),
    )


def too_large() -> FileRefused:
    """The refusal of a file that would not fit into memory, however small it is on disk."""
    return FileRefused(
        Words(
            "The file would not fit into memory: a part of it becomes far more than such files hold.",
            "Le fichier ne tiendrait pas en mémoire : une de ses parties devient bien plus grande que ce que "
            "contiennent de tels fichiers.",
        ),
        Words(
            "Write it with the usual pages of one mebibyte, or send CSV.",
            "Écrivez-le avec les pages habituelles d’un mébioctet, ou envoyez du CSV.",
        ),
    )


def _other_encoding() -> FileRefused:
    return FileRefused(
        Words(
            "A column is written in an encoding that is not read, such as DELTA_BYTE_ARRAY.",
            "Une colonne est écrite dans un codage qui n’est pas lu, tel que DELTA_BYTE_ARRAY.",
        ),
        Words(
            "Write it with dictionaries or plainly, as most programs do (data pages of version 1).",
            "Écrivez-la avec dictionnaires ou simplement, comme la plupart des programmes (pages de données "
            "version 1).",
        ),
    )
