"""The pages of a Parquet file, looked at before one of them is unpacked.

A page's header says how much the page becomes, and the library sets that much aside: a few bytes may say two
gibibytes, in each of a thousand columns. So all headers are read first (parquet-format: ``FileMetaData``,
``ColumnMetaData``, ``PageHeader``), and what would not fit into memory is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from vernix.births.codes import Words
from vernix.intake.parquet import thrift
from vernix.intake.parquet.thrift import Fields
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


def survey(stream: BinaryIO, footer: bytes, columns: int) -> list[ColumnFacts]:
    """The facts of every column, from the headers of all pages.

    ``footer`` is the file's description of itself. The library reads it as well; where it holds fewer columns
    than it says, the library would end the whole process.

    Raises ``FileRefused`` where a page would not fit into memory, is written in a way that is not read, or is
    none.
    """
    try:
        groups, _ = thrift.structure(footer, 0)
        chunks = [[chunk[3] for chunk in group[1]] for group in groups.get(4, [])]
        found = [ColumnFacts() for _ in range(columns)]
        for group in chunks:
            for chunk, facts in zip(group, found, strict=True):
                _look_through(stream, chunk, facts)
    except (thrift.Malformed, IndexError, KeyError, TypeError, AttributeError, ValueError):
        raise damaged() from None
    if sum(each.dictionary + each.largest for each in found) > MAX_TOGETHER:
        raise too_large()
    return found


def _look_through(stream: BinaryIO, chunk: Fields, facts: ColumnFacts) -> None:
    """Take in the pages of one column in one group of rows (``ColumnMetaData``)."""
    for page in _pages(stream, chunk):
        if not 0 <= page[2] <= MAX_PAGE:
            raise too_large()
        if page[1] == _DICTIONARY:
            facts.dictionary = max(facts.dictionary, page[2])
            continue
        encoding = page[5][2] if page[1] == _DATA else page[8][4]
        if encoding not in _ENCODINGS:
            raise _other_encoding()
        facts.largest = max(facts.largest, page[2])
        facts.by_dictionary = facts.by_dictionary and encoding in _BY_DICTIONARY


def _pages(stream: BinaryIO, chunk: Fields) -> Iterator[Fields]:
    """The headers of a column's pages, until all of its values are accounted for."""
    place = min(start for start in (chunk.get(11), chunk[9]) if start)
    end, left = place + chunk[7], chunk[5]
    while left > 0 and place < end:
        page, length = _header(stream, place)
        if page[3] < 0:
            raise damaged()
        place += length + page[3]
        if page[1] in (_DATA, _DATA_V2):
            left -= max(0, page[5 if page[1] == _DATA else 8][1])
        if page[1] in (_DATA, _DATA_V2, _DICTIONARY):
            yield page
    if left > 0:
        raise damaged()


def _header(stream: BinaryIO, place: int) -> tuple[Fields, int]:
    """A page's header by the numbers of its fields, and its length in bytes."""
    for most in (_HEADER, _LONGEST_HEADER):
        stream.seek(place)
        data = stream.read(most)
        try:
            return thrift.structure(data, 0)
        except IndexError:
            continue  # it goes on behind these bytes
    raise damaged()


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
