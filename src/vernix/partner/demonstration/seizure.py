"""What a thief would read who took everything that the gateway holds.

The search looks for the identifying words of the records that were sent (names, health numbers, chart
numbers, telephone numbers) in every byte of the gateway's folder: bodies, database, journals, logs. The same
search over the senders' own plaintext is its control: there it must find every record.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

_WORD = re.compile(rb"[0-9A-Za-z\x80-\xff]{6,}")
_WINDOW = 8 << 20
_OVERLAP = 256


def readable_records(folders: Iterable[Path], records: Iterable[frozenset[bytes]]) -> int:
    """How many records have at least one identifying word somewhere in the files below ``folders``.

    ``records`` holds the identifying words of each record, as `identifying_words` gives them.
    """
    wanted = list(records)
    needles = frozenset().union(*wanted) if wanted else frozenset()
    found: set[bytes] = set()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                found |= _words_in(path) & needles
    return sum(1 for words in wanted if words & found)


def identifying_words(table: Path, columns: Iterable[str]) -> Iterator[frozenset[bytes]]:
    """The words of six or more letters or digits that identify each row of a CSV file."""
    names = tuple(columns)
    with table.open(newline="", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            text = "\n".join(row.get(name) or "" for name in names)
            yield frozenset(_WORD.findall(text.encode()))


def _words_in(path: Path) -> set[bytes]:
    """Every word of a file; windows overlap so that no word is cut in two."""
    words: set[bytes] = set()
    with path.open("rb") as stream:
        tail = b""
        while window := stream.read(_WINDOW):
            words.update(_WORD.findall(tail + window))
            tail = window[-_OVERLAP:]
    return words
