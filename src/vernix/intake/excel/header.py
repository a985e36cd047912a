"""Where a sheet's header stands, and what its columns are called.

Above the header there may be titles, dates and merged cells. The header is the row, among the first, of
which most columns would be read; where none would, the first that is mostly filled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vernix.intake.formats import Fit
from vernix.intake.texts import Value, text_of

LOOKED_AT = 30
"""Rows among which the header is looked for."""

Merged = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True)
class Header:
    """``row`` (from 0) is where the header stands, ``columns`` the places of those columns that have a name,
    ``names`` their names, ``nameless`` those without one; ``fits`` of how many something would be read."""

    row: int
    columns: tuple[int, ...]
    names: tuple[str, ...]
    nameless: tuple[int, ...]
    fits: int


def find_header(rows: Sequence[Sequence[Value]], merged: Sequence[Merged], fit: Fit) -> Header | None:
    """The header among a sheet's first rows; None in a sheet that is blank."""
    top = [[_trimmed(value) for value in row] for row in rows]
    _spread(top, merged)
    found = [_header(top, place, fit) for place in range(len(top)) if any(top[place])]
    if not found:
        return None
    # A row of groups says each of its names several times.
    best = max(found, key=lambda each: (each.fits, len(set(each.names)), -each.row))
    if best.fits:
        return best
    widest = max(len(each.columns) for each in found)
    return next(each for each in found if 2 * len(each.columns) > widest)


def _trimmed(value: Value) -> str:
    return " ".join(text_of(value).split())


def _spread(top: list[list[str]], merged: Sequence[Merged]) -> None:
    """Give every cell of a merged range the text of its first."""
    for (first_row, first_column), (last_row, last_column) in merged:
        if first_row >= len(top) or first_column >= len(top[first_row]):
            continue
        text = top[first_row][first_column]
        for row in top[first_row : last_row + 1]:
            row[first_column : last_column + 1] = [text] * len(row[first_column : last_column + 1])


def _header(top: list[list[str]], place: int, fit: Fit) -> Header:
    columns = tuple(column for column, name in enumerate(top[place]) if name)
    nameless = tuple(column for column, name in enumerate(top[place]) if not name)
    names = [top[place][column] for column in columns]
    twice = {name.casefold() for name in names if _count(names, name) > 1}
    if twice and place:
        # "Health number" under "Mother" and under "Child": the group above tells which is which.
        above = top[place - 1]
        names = [
            f"{above[column]} {name}".strip() if name.casefold() in twice else name
            for column, name in zip(columns, names, strict=True)
        ]
    return Header(place, columns, tuple(names), nameless, fit(tuple(names)))


def _count(names: Sequence[str], name: str) -> int:
    return sum(each.casefold() == name.casefold() for each in names)
