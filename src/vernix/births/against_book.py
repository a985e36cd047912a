"""Rules that ask a new row beside what the registry has: each an expression on two tables.

They are asked at the registry only, and all are soft: the book may be wrong as well as the row. Who is the
same is told by keyed names, never by a name or a number: ``record`` (the site's own number for what the row
is about), ``mother`` and ``child`` (by health number). Beside these both tables have the elements of the
book, which holds no direct identifier.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vernix.births.checks import Row
from vernix.births.codes import Words

if TYPE_CHECKING:
    import ibis

KEYS = ("record", "mother", "child")
Pair = Callable[["ibis.Table", "ibis.Table"], "ibis.Value"]


@dataclass(frozen=True)
class BookExample:
    """Rows that the book has, rows that are sent, and for each of these whether the check fails there."""

    why: str
    kept: tuple[Row, ...]
    sent: tuple[Row, ...]
    fails: tuple[bool, ...]


@dataclass(frozen=True)
class BookCheck:
    """One rule between what is sent and what is kept; always soft.

    ``elements``
        The first is the place that a finding names.
    ``reads``
        The elements that the expression reads of both tables, beside `KEYS`.
    ``against``
        The encounter whose kept rows it looks at.
    ``pairs``
        Each from two tables, sent and kept, to a boolean, true of two rows that contradict each other (or,
        with ``wanted_by``, of two that belong together). One that equates a key is quick in a large book; an
        "or" is not, so alternatives are listed.
    ``wanted_by``
        The rule is that these sent rows must have a pair, and one without any breaks the rule.
    """

    code: str
    elements: tuple[str, ...]
    reads: tuple[str, ...]
    against: str
    text: Words
    source: str
    pairs: tuple[Pair, ...]
    examples: tuple[BookExample, ...]
    wanted_by: Callable[[ibis.Table], ibis.Value] | None = None

    def broken(self, sent: ibis.Table, kept: ibis.Table) -> ibis.Table:
        """The sent rows that break the rule."""
        if self.wanted_by is None:
            (pair,) = self.pairs
            return sent.semi_join(kept, pair(sent, kept))
        wanting = sent.filter(self.wanted_by(sent))
        for pair in self.pairs:
            other = kept.view()
            wanting = wanting.anti_join(other, pair(wanting, other)).select(sent.columns)
        return wanting
