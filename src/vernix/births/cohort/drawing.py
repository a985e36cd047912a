"""How values are drawn for the rows of an encounter: after a date, around a mean, among words.

Columns are masked arrays: what is masked is blank. A date is ``datetime64[D]``, a gestation whole days, a
code or text an object.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from vernix.births.elements import Element, Range

Column = Any
"""A masked array of numpy, one entry for each row."""
Mask = NDArray[np.bool_]

_TIMES = np.array([f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(1440)], dtype=object)
# What most people have, in the order in which a code set is searched for it.
_USUAL = ("none", "normal", "negative", "no", "not_done", "never", "immune", "pass")
_BLANK = {"optional": 0.25, "expected": 0.02, "required": 0.0}


@dataclass
class Rows:
    """Rows in the making: what is known of each, by element; a name with ``_`` in front is of none."""

    rng: Generator
    count: int
    columns: dict[str, Column]

    def __getitem__(self, name: str) -> Column:
        return self.columns[name]

    def chance(self, share: float) -> Mask:
        """True in about this share of the rows."""
        return self.rng.random(self.count) < share

    def among(self, name: str, *words: str) -> Mask:
        """Where a column holds one of these words."""
        mask: Mask = np.isin(np.ma.filled(self.columns[name], ""), words)
        return mask


Draw = Callable[[Rows], Column]


def after(anchor: str, first: int, last: int) -> Draw:
    """A day from ``first`` to ``last`` days after another, ends included; before it if negative."""
    return lambda rows: rows[anchor] + rows.rng.integers(first, last + 1, rows.count).astype("m8[D]")


def since(anchor: str, day: str) -> Draw:
    """Days from one date to another, as a whole number."""
    return lambda rows: (rows[day] - rows[anchor]).astype("m8[D]").astype(np.int64)


def among(**chances: float) -> Draw:
    """One of these words, each with its chance (scaled to a sum of one)."""
    words = np.array([*chances, None], dtype=object)[:-1]
    weights = np.array([*chances.values()])
    return lambda rows: np.ma.array(words[rows.rng.choice(len(words), rows.count, p=weights / weights.sum())])


def yes(share: float) -> Draw:
    """Yes in this share of the rows, else no."""
    return among(yes=share, no=1 - share)


def around(mean: float, spread: float, low: float, high: float, digits: int = 0) -> Draw:
    """Numbers about a mean, never beyond low and high."""

    def draw(rows: Rows) -> Column:
        numbers = np.clip(rows.rng.normal(mean, spread, rows.count), low, high).round(digits)
        return np.ma.array(numbers if digits else numbers.astype(np.int64))

    return draw


def clock(first: int, last: int) -> Draw:
    """A time of day, from one hour to before another."""
    return lambda rows: np.ma.array(_TIMES[rows.rng.integers(first * 60, last * 60, rows.count)])


def numbered(letter: str) -> Draw:
    """A text of its own for each row."""
    return lambda rows: np.ma.array(
        [f"{letter}{row:08d}" for row in rows.rng.permutation(rows.count)], dtype=object
    )


def same(name: str) -> Draw:
    """What another column holds."""
    return lambda rows: rows[name]


def fixed(word: str) -> Draw:
    """The same word in every row."""
    return lambda rows: np.ma.array(np.full(rows.count, word, dtype=object))


def only(where: Callable[[Rows], Mask], then: Draw) -> Draw:
    """Drawn where a condition holds, and blank elsewhere."""

    def draw(rows: Rows) -> Column:
        column = np.ma.array(then(rows), copy=True)
        return np.ma.array(column.data, mask=np.ma.getmaskarray(column) | ~where(rows))

    return draw


def either(where: Callable[[Rows], Mask], then: Draw, otherwise: Draw) -> Draw:
    """Drawn one way where a condition holds, another way elsewhere."""

    def draw(rows: Rows) -> Column:
        first, second, mask = then(rows), otherwise(rows), np.ma.filled(where(rows), False)
        return np.ma.array(
            np.where(mask, np.ma.getdata(first), np.ma.getdata(second)),
            mask=np.where(mask, np.ma.getmaskarray(first), np.ma.getmaskarray(second)),
        )

    return draw


def holds(name: str, *words: str) -> Callable[[Rows], Mask]:
    """The condition that a column holds one of these words."""
    return lambda rows: rows.among(name, *words)


def blank(rows: Rows) -> Column:
    """Nothing."""
    return np.ma.array(np.full(rows.count, None, dtype=object), mask=True)


def usual(element: Element) -> Draw:
    """What its declaration lets most rows say: the word that tells of nothing, a figure in the middle.

    Texts, dates, times and gestations are blank: without a word on what they follow they would not be true.
    """
    if element.codes is not None:
        return among(**_chances([code.code for code in element.codes.codes]))
    limits = element.plausible or element.possible
    if element.type == "boolean":
        return lambda rows: np.ma.array(np.zeros(rows.count, dtype=bool))
    if element.type in ("integer", "decimal") and limits:
        return _in_the_middle(limits, element.digits)
    return blank


def thinned(element: Element, column: Column, rows: Rows) -> Column:
    """The same with a blank now and then: the fewer, the more the element is needed."""
    # Of words none of which is the usual one, most say why or which, of what most rows do not have.
    rare = element.codes is not None and _quiet([code.code for code in element.codes.codes]) is None
    share = 0.85 if rare and element.required == "optional" else _BLANK[element.required]
    return np.ma.array(column, mask=np.ma.getmaskarray(column) | rows.chance(share))


def _chances(words: Sequence[str]) -> dict[str, float]:
    told = [word for word in words if word not in ("unknown", "not_applicable")]
    quiet = _quiet(told)
    if quiet is None:
        return dict.fromkeys(told, 1.0) | {"unknown": 0.02 * len(told)}
    others = [word for word in told if word != quiet]
    return {quiet: 0.94, **dict.fromkeys(others, 0.05 / max(1, len(others))), "unknown": 0.01}


def _in_the_middle(limits: Range, digits: int) -> Draw:
    low, high = float(limits.low), float(limits.high)
    return around((low + high) / 2, (high - low) / 12, low, high, digits)


def _quiet(words: Sequence[str]) -> str | None:
    return next((word for word in _USUAL if word in words), None)
