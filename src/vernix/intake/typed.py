"""Columns of text become columns of the elements' types, whole columns at a time.

A typed column (number, code, date ...) has few distinct texts in a batch, so each distinct text is read
once in plain exact Python and the answers are spread over the rows by Arrow; free text is only looked at,
never copied. A million rows therefore never exist as Python objects.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from vernix.births.elements import Element, arrow_type
from vernix.intake.cells import CLEAR, FORMULA, Cell, ReadCell
from vernix.intake.findings import Kind

MEMO = 50_000  # distinct texts remembered for a column before starting afresh
_SIGNS = "!=@+- \t"
"""How a text begins that may be a formula, ask to clear the element, or be nothing but blanks."""
_UNREAD = frozenset({"type", "formula", "code", "impossible"})

Cells: TypeAlias = pa.StringArray | pa.DictionaryArray
"""A column of a file: text, or a dictionary of texts where few are distinct. There are no nulls."""


@dataclass
class Outcome:
    """One column of one batch: its values, rows by problem (masks), and the rows that ask to clear the
    element."""

    values: pa.Array
    problems: dict[str, pa.BooleanArray] = field(default_factory=dict)
    cleared: pa.BooleanArray | None = None

    @property
    def unread(self) -> pa.BooleanArray | None:
        """The rows that hold something which could not be read, so that no value of it is known."""
        masks = [mask for name, mask in self.problems.items() if name in _UNREAD]
        return reduce(pc.or_, masks) if masks else None


@dataclass
class TypedColumn:
    """How one column of a file fills one element.

    ``place`` is the column's index in the file, ``column`` its name there; ``read`` reads one cell;
    ``kind`` gives the finding's kind for a problem's name. ``unknown`` are texts of a text element that
    mean "not known".
    """

    element: Element
    place: int
    column: str
    read: ReadCell
    kind: Callable[[str], Kind]
    unknown: frozenset[str] = frozenset()
    _memo: dict[str, Cell] = field(default_factory=dict)

    def apply(self, cells: Cells, said: pa.BooleanArray | None = None) -> Outcome:
        """Type one batch of this column.

        Where ``said`` is true, the format could not read the cell and has said so.
        """
        outcome = self._text(cells) if self.element.type == "text" else self._distinct(cells)
        if self.element.required == "required":
            self._require(outcome, said)
        return outcome

    def _distinct(self, cells: Cells) -> Outcome:
        encoded = cells if pa.types.is_dictionary(cells.type) else cells.dictionary_encode()
        texts = encoded.dictionary.to_pylist()
        values, problems = self._read(texts)
        outcome = Outcome(pa.array(values, arrow_type(self.element)).take(encoded.indices))
        for name in filter(None, set(problems)):
            at = pa.array([problem == name for problem in problems]).take(encoded.indices)
            if at.true_count:  # a dictionary may hold texts that no row of this batch has
                outcome.problems[name] = at
        if CLEAR in "\n".join(texts):
            cleared = pa.array([text.strip() == CLEAR for text in texts]).take(encoded.indices)
            outcome.cleared = cleared if cleared.true_count else None
        return outcome

    def _read(self, texts: list[str]) -> tuple[Sequence[Any], Sequence[str | None]]:
        """The values of some distinct texts, and what is wrong with each."""
        if len(self._memo) > MEMO:
            self._memo.clear()
        known = list(map(self._memo.get, texts))
        if None in known:
            for place, found in enumerate(known):
                if found is None:
                    known[place] = self._memo[texts[place]] = self.read(texts[place])
        values, problems = zip(*known, strict=True) if known else ((), ())
        return values, problems

    def _text(self, cells: Cells) -> Outcome:
        cells = cells.cast(pa.string())
        lengths = pc.binary_length(cells)
        gone = pc.equal(lengths, 0)
        odd = _beginning_with(cells, _SIGNS)
        outcome = Outcome(cells)
        if len(odd):
            trimmed = pc.utf8_trim_whitespace(cells.take(odd))
            gone = pc.or_(gone, _at(odd, pc.equal(trimmed, ""), len(cells)))
            if (clear := pc.equal(trimmed, CLEAR)).true_count:
                outcome.cleared = _at(odd, clear, len(cells))
                gone = pc.or_(gone, outcome.cleared)
        if self.unknown:
            gone = pc.or_(gone, pc.is_in(cells, value_set=pa.array(sorted(self.unknown))))
        if gone.true_count:
            outcome.values = pc.if_else(gone, pa.scalar(None, pa.string()), cells)
        # Characters are never more than bytes: most batches need no count of characters.
        if (pc.max(lengths).as_py() or 0) > self.element.longest:
            long = pc.greater(pc.utf8_length(cells), self.element.longest)
            if long.true_count:
                outcome.problems["long"] = long
        if len(odd):
            # A formula that stands for "not known" is not one.
            formula = pc.match_substring_regex(outcome.values.take(odd), f"^(?:{FORMULA})").fill_null(False)
            if formula.true_count:
                outcome.problems["formula-like"] = _at(odd, formula, len(cells))
        return outcome

    def _require(self, outcome: Outcome, said: pa.BooleanArray | None) -> None:
        missing = outcome.values.is_null()
        if said is not None:
            missing = pc.and_not(missing, said)
        if self.element.type == "text":
            missing = pc.or_(missing, pc.equal(pc.utf8_trim_whitespace(outcome.values), "").fill_null(False))
        if not missing.true_count:
            return
        # One finding for one cause: what could not be read was not left out.
        for mask in outcome.problems.values():
            missing = pc.and_not(missing, mask)
        if outcome.cleared is not None:
            outcome.problems["uncleared"] = outcome.cleared
            missing = pc.and_not(missing, outcome.cleared)
        if missing.true_count:
            outcome.problems["required"] = missing


def constant(element: Element, value: Any, rows: int) -> pa.Array:
    """A column in which every row holds ``value``."""
    return pa.repeat(pa.scalar(value, arrow_type(element)), rows)


def _at(places: pa.UInt64Array, chosen: pa.BooleanArray, rows: int) -> pa.BooleanArray:
    """A mask over ``rows`` rows: true at those of the places that are chosen."""
    return pc.is_in(pa.arange(0, rows), value_set=places.filter(chosen).cast(pa.int64()))


def _beginning_with(cells: pa.StringArray, signs: str) -> pa.UInt64Array:
    """The places of texts that begin with one of these signs, all of which stand before A."""
    low = pc.less(cells, "A")
    if low.true_count == len(cells) - pc.binary_length(cells).cast(pa.bool_()).true_count:
        return pa.array([], pa.uint64())  # only blanks: names and words need no closer look
    return pc.indices_nonzero(reduce(pc.or_, (pc.starts_with(cells, sign) for sign in signs)))
