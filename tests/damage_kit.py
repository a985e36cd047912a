"""Files as they are after something went wrong with them, and what may come of reading one.

Hypothesis (``tests/intake/test_damaged.py``) and the fuzzer (``make fuzz``) judge by the same `values_said`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from hypothesis import strategies as st

from vernix.errors import DataRefused, UsageError
from vernix.intake import formats
from vernix.intake.reading import read_source
from vernix.intake.source import Source

REAL = ("01-births", "02-bfdr", "03-hl7v2", "08-bad-input")
"""The folders of real files that somebody might send to a registry, or instead of what he meant to send."""

_LONGEST = 64 << 10
# A date, a number, an address or a code: letters alone may be a word of ours as well.
_TELLING = re.compile(r"(?=[A-Za-z]*[0-9])[0-9A-Za-z]{7,40}")


def real_files(shared_data: Path) -> list[Path]:
    """The real files of which a test can read many, in an order that is the same everywhere."""
    found = (path for folder in REAL for path in (shared_data / folder).rglob("*") if path.is_file())
    return sorted(path for path in found if 0 < path.stat().st_size <= _LONGEST)


@dataclass(frozen=True)
class Damage:
    """One thing that goes wrong between two places of a file, given as shares of its length."""

    kind: Literal["cut off", "lost", "doubled", "put in", "flipped"]
    places: tuple[float, float]
    bit: int

    def done_to(self, content: bytes, other: bytes) -> bytes:
        """``content`` with this damage; what is put in is from ``other``."""
        start, stop = (int(place * len(content)) for place in sorted(self.places))
        before, piece, after = content[:start], content[start:stop], content[stop:]
        match self.kind:
            case "cut off":
                return before
            case "lost":
                return before + after
            case "doubled":
                return before + piece + piece + after
            case "put in":
                return before + other[start:stop] + after
            case "flipped":
                return before + bytes(each ^ 1 << self.bit for each in piece[:1]) + piece[1:] + after


_PLACE = st.floats(0, 1, exclude_max=True)

DAMAGES = st.lists(st.builds(Damage, places=st.tuples(_PLACE, _PLACE), bit=st.integers(0, 7)), max_size=3)
"""Up to three damages, one after another."""


def values_said(path: Path, encounter: str) -> set[str]:
    """What stands in a file and is repeated in what is said of it, read as an encounter: nothing should.

    Whatever else but findings or one refusal comes out of reading is raised.
    """
    header: tuple[str, ...] = ()
    try:
        source = formats.open_source(path, encounter=encounter)
        header = source.header
        said = " ".join(_sentences(source, encounter))
    except (DataRefused, UsageError) as refusal:
        said = str(refusal)
    return (_values(path.read_bytes()) & set(_TELLING.findall(said))) - _words_of(header)


def _sentences(source: Source, encounter: str) -> Iterator[str]:
    for each in read_source(source, encounter).findings.listed():
        yield from (each.text_en, each.text_fr)


def _values(content: bytes) -> set[str]:
    return set(_TELLING.findall(content.decode("latin-1")))


def _words_of(header: tuple[str, ...]) -> set[str]:
    """A column's name may be said; a file without a header has its first row there."""
    return {word for name in header for word in _TELLING.findall(name)}
