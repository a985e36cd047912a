"""Checks: rules that a record must keep, each written once as an expression on columns.

What one element may hold (type, range, code set, required level) follows from its declaration and is found
while reading. The checks declared here see across fields, and across the rows of one file. An expression is
built with Ibis, so that it runs on DuckDB today and on Spark unchanged; it is true where the check *fails*,
and null (not enough was sent to say) counts as kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from vernix.births.codes import Words
from vernix.births.elements import Element

if TYPE_CHECKING:
    import ibis

Severity = Literal["hard", "soft"]
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Example:
    """Rows of one small file, and for each whether the check fails there. ``why`` is read by people."""

    why: str
    rows: tuple[Row, ...]
    fails: tuple[bool, ...]


@dataclass(frozen=True)
class Check:
    """One rule.

    ``severity``
        ``hard``: the row is refused (finding "error"); ``soft``: kept and questioned (finding "warning").
    ``elements``
        What the expression reads; the first is the place that a finding names.
    ``text``
        What the clerk should do. It never repeats a value.
    ``expression``
        Table with at least ``elements``, typed as `elements.arrow_type` says -> boolean column, true where
        the rule is broken.
    ``across``
        Whether the expression compares rows of one file with each other (windows over the whole file), so
        that it cannot be asked of some rows at a time.
    """

    code: str
    severity: Severity
    elements: tuple[str, ...]
    text: Words
    source: str
    expression: Callable[[ibis.Table], ibis.Value]
    examples: tuple[Example, ...]
    across: bool = False

    def fails(self, table: ibis.Table) -> ibis.Value:
        """True where the rule is broken, false where it is kept or where too little was sent to say."""
        return self.expression(table).fill_null(False)


def asked_of(elements: Iterable[Element], checks: Iterable[Check], letters: str) -> tuple[Check, ...]:
    """Those of some shared checks that read nothing but these elements, under an encounter's own codes.

    ``letters`` begin the codes, as ``NS`` in NS-HCN-01.
    """
    present = {element.name for element in elements}
    asked = (check for check in checks if present.issuperset(check.elements))
    return tuple(replace(check, code=f"{letters}-{check.code}") for check in asked)


def one(why: str, fails: bool, /, **row: Any) -> Example:
    """An example of a single row; elements that are not named are blank."""
    return Example(why, (row,), (fails,))
