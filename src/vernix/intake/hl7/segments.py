"""The segments of many messages, taken apart at once: Arrow divides them, no Python runs for a field.

Texts come as `vernix.intake.hl7.encoding.usual` leaves them. A position (of a segment among all) is an
integer; an array with one position for each row, null where the row has no such segment, finds its fields.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

import pyarrow as pa
import pyarrow.compute as pc

_NAME = re.compile(r"([A-Z][A-Z0-9]{2})(?:\||$)")


class Lines:
    """The lines of some rows (one text a row) that begin with the name of a segment, in order.

    ``rows`` is how many texts there are, ``row`` and ``name`` say of each line where it stands and what it
    is; ``stray`` are the rows with a line that is no segment at all.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self.rows = len(texts)
        by_row = pc.split_pattern(pa.array(texts, pa.string()), "\r")
        self.row, self.text = pc.list_parent_indices(by_row), by_row.flatten()
        heads = pc.utf8_slice_codeunits(self.text, 0, 4).dictionary_encode()
        names = pa.array([_name_of(head) for head in heads.dictionary.to_pylist()], pa.string())
        self.name = pa.DictionaryArray.from_arrays(heads.indices, names)
        stray = pa.array([not name.is_valid for name in names], pa.bool_()).take(heads.indices)
        self.stray: frozenset[int] = frozenset(self.row.filter(stray).to_pylist())


class Segments:
    """The segments of lines that have one of the ``names``, in order, each divided into its parts: only the
    first so many of them, where ``most`` is given."""

    def __init__(self, lines: Lines, names: Collection[str], most: int | None = None) -> None:
        self.rows = lines.rows
        wanted = pa.array([name in names for name in lines.name.dictionary.to_pylist()], pa.bool_())
        wanted = wanted.take(lines.name.indices)
        self.row, self._name = lines.row.filter(wanted), lines.name.filter(wanted)
        parts = pc.split_pattern(lines.text.filter(wanted), "|", max_splits=most)
        self._parts = parts.flatten()
        offsets = parts.offsets
        self._starts, self._stops = offsets.slice(0, len(parts)), offsets.slice(1)
        self._names = lines.name.dictionary.to_pylist()
        self._named: dict[str, pa.Array] = {}

    def named(self, name: str) -> pa.Array:
        """The positions of all segments of that name."""
        if name not in self._named:
            numbers = [number for number, each in enumerate(self._names) if each == name]
            here = pc.is_in(self._name.indices, value_set=pa.array(numbers, pa.int32()))
            self._named[name] = pc.indices_nonzero(here).cast(pa.int32())
        return self._named[name]

    def first(self, positions: pa.Array) -> pa.Array:
        """For each row the first of some positions (in order) that stands in it."""
        return self.last(positions[::-1])

    def last(self, positions: pa.Array) -> pa.Array:
        """For each row the one of some positions that comes last among them."""
        return by_row(self.row.take(positions), positions, self.rows)

    def field(self, positions: pa.Array, index: int) -> pa.StringArray:
        """What stands in a field (its index among a segment's parts) of some segments; blank where nothing
        does."""
        place = pc.add(self._starts.take(positions), pa.scalar(index, pa.int32()))
        there = pc.less(place, self._stops.take(positions))
        found = self._parts.take(pc.if_else(there, place, pa.scalar(None, pa.int32())))
        return found.fill_null("") if found.null_count else found

    def longer_than(self, positions: pa.Array, index: int) -> pa.Array:
        """Those of some positions whose segment has a part of that index."""
        length = pc.subtract(self._stops.take(positions), self._starts.take(positions))
        return positions.filter(pc.greater(length, pa.scalar(index, pa.int32())))


def by_row(rows: pa.Array, values: pa.Array, count: int) -> pa.Array:
    """An array of ``count`` values: at each row its own, of several the last, null where it has none."""
    if not count:
        return values.slice(0, 0)
    return pc.scatter(values, rows, max_index=count - 1)


def _name_of(head: str) -> str | None:
    """The name that a line begins with (its first four letters are known); blank of a blank line."""
    found = _NAME.match(head)
    return found[1] if found is not None else "" if not head else None
