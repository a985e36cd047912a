"""Rows made to keep the rules of their own encounter, whatever was drawn.

What most elements hold is drawn from their declaration alone, so that two of them may contradict each other.
The encounter's own checks say where. A rule that too little was sent to judge counts as kept: what breaks one
is first completed (something was asked for and is blank) and then, where that does not help, taken back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pyarrow as pa
import pyarrow.compute as pc

from vernix.births.checks import Check
from vernix.births.encounter import Encounter

Judge = Callable[[pa.Table], Iterable[tuple[Check, pa.Array]]]
"""Rows with their number (``_row``) -> the checks that some of them break, and the numbers of those."""
ROW = "_row"


def settle(
    encounter: Encounter,
    rows: pa.Table,
    spare: pa.Table,
    true: frozenset[str],
    planned: frozenset[str],
    judge: Judge,
) -> pa.Table:
    """The rows of which no check asks anything; those few that cannot be mended are left out.

    ``spare`` are the same rows with nothing left blank, for completing; elements in ``true`` say what is
    so and are never taken back, those in ``planned`` only where it does not help to take back others.
    """
    required = (element.name for element in encounter.elements if element.required == "required")
    needed = true.union(required)
    # Completed, taken back, completed again; at last what the plan drew as well.
    for kept in (None, needed | planned, None, needed | planned, needed, needed):
        broken = tuple(judge(rows))
        if not broken:
            return rows
        for check, numbers in broken:
            where = pc.is_in(rows[ROW], numbers)
            rows = (
                _completed(rows, check, where, spare)
                if kept is None
                else _taken_back(rows, check, where, kept)
            )
    lost = pa.concat_arrays(
        [numbers.cast(pa.int64()) for _, numbers in judge(rows)] or [pa.array([], pa.int64())]
    )
    return rows.filter(pc.invert(pc.is_in(rows[ROW], lost)))


def _completed(rows: pa.Table, check: Check, where: pa.ChunkedArray, spare: pa.Table) -> pa.Table:
    for name in check.elements:
        rows = _replaced(rows, name, pc.and_(where, pc.is_null(rows[name])), spare[name])
    return rows


def _taken_back(rows: pa.Table, check: Check, where: pa.ChunkedArray, kept: frozenset[str]) -> pa.Table:
    for name in sorted(set(check.elements) - kept):
        rows = _replaced(rows, name, where, pa.nulls(len(rows), rows.schema.field(name).type))
    return rows


def _replaced(rows: pa.Table, name: str, where: pa.ChunkedArray, values: pa.ChunkedArray) -> pa.Table:
    place = rows.schema.get_field_index(name)
    return rows.set_column(place, rows.schema.field(name), pc.if_else(where, values, rows[name]))
