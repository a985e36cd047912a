"""Errors planted in good rows of an encounter, each with the one finding that it must lead to.

Two kinds: a value that cannot be read (a sentence in a number, a day that no month has, a word of no list,
nothing where something must stand), and what one of the encounter's checks gives itself as an example of a
row that breaks it. A planted error stays only if the checks then ask about this row exactly what was planted,
and about no other row anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.random import Generator

from vernix.births.checks import Row
from vernix.births.cohort.settling import ROW, Judge
from vernix.births.elements import Element, arrow_type
from vernix.births.encounter import Encounter

PLANTED = ("error", "severity")
_UNREADABLE = {"integer": "see chart", "decimal": "see chart", "date": "2024-02-30", "code": "???"}
_TRIES = 3
"""How many errors are tried in a row before it is left as it is."""
_YEARS = range(1900, 2101)
"""A date beyond is refused as none, before any check is asked."""


@dataclass(frozen=True)
class _Error:
    """``values``: typed, by element (None for blank); ``texts``: what is written instead of them."""

    code: str
    severity: str
    values: dict[str, Any]
    texts: dict[str, str]


def plant(
    encounter: Encounter,
    rows: pa.Table,
    texts: dict[str, Any],
    rng: Generator,
    rate: float,
    judge: Judge,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The texts with errors in up to ``rate`` of the rows, and for each row the error's code and severity."""
    errors = [*_unreadable(encounter, texts), *_of_checks(encounter)]
    chosen = rng.permutation(len(rows))[: round(rate * len(rows))]
    kept: dict[int, _Error] = {}
    for shift in range(_TRIES):
        waiting = {
            int(row): errors[(turn + shift) % len(errors)]
            for turn, row in enumerate(chosen)
            if int(row) not in kept
        }
        kept = _those_alone_in_their_row(encounter, rows, kept | waiting, judge) if waiting else kept
    told = {name: column.copy() for name, column in texts.items()}
    said = {name: np.full(len(rows), None, dtype=object) for name in PLANTED}
    for row, error in kept.items():
        for name, value in error.values.items():
            column = told.setdefault(name, np.full(len(rows), None, dtype=object))
            column[row] = error.texts.get(name) or _written(encounter.element(name), value)
        said["error"][row], said["severity"][row] = error.code, error.severity
    return told, said


def _unreadable(encounter: Encounter, texts: dict[str, Any]) -> list[_Error]:
    found = []
    for kind, text in _UNREADABLE.items():
        element = next(
            (each for each in encounter.elements if each.type == kind and each.name in texts), None
        )
        if element is not None:
            found.append(_Error(f"value.{kind}", "hard", {element.name: None}, {element.name: text}))
    needed = next((each for each in encounter.elements if each.required == "required"), None)
    return [*found, _Error("value.required", "hard", {needed.name: None}, {})] if needed else found


def _of_checks(encounter: Encounter) -> list[_Error]:
    """The first example of each check that a single row can break."""
    found = []
    for check in encounter.checks:
        broken = (each.rows[0] for each in check.examples if each.fails == (True,))
        row = next((each for each in broken if _reads_well(encounter, each)), None)
        if row is not None and not check.across:
            found.append(_Error(check.code, check.severity, {**dict.fromkeys(check.elements), **row}, {}))
    return found


def _reads_well(encounter: Encounter, row: Row) -> bool:
    """Whether a reader takes the values and has no question about any by itself."""
    for name, value in row.items():
        limits = encounter.element(name).plausible or encounter.element(name).possible
        if isinstance(value, date) and value.year not in _YEARS:
            return False
        if limits is not None and value is not None and not limits.holds(value):
            return False
    return True


def _those_alone_in_their_row(
    encounter: Encounter, rows: pa.Table, wanted: dict[int, _Error], judge: Judge
) -> dict[int, _Error]:
    """Those errors that lead to their own finding and to no other, in their row or elsewhere."""
    numbers = rows[ROW].to_pylist()
    asked: dict[int, set[str]] = {}
    for check, broken in judge(_spoilt(encounter, rows, wanted)):
        for number in broken.to_pylist():
            asked.setdefault(number, set()).add(check.code)
    alone = {
        row: error
        for row, error in wanted.items()
        if asked.get(numbers[row], set()) == _expected(error, encounter)
    }
    if not any(asked.keys() - {numbers[row] for row in wanted}):
        return alone
    # Somebody else's row is asked about: a number that rows are told apart by was changed.
    direct = {element.name for element in encounter.with_privacy("direct")}
    return {row: error for row, error in alone.items() if not direct.intersection(error.values)}


def _expected(error: _Error, encounter: Encounter) -> set[str]:
    return {error.code} & {check.code for check in encounter.checks}


def _spoilt(encounter: Encounter, rows: pa.Table, wanted: dict[int, _Error]) -> pa.Table:
    changes: dict[str, dict[int, Any]] = {}
    for row, error in wanted.items():
        for name, value in error.values.items():
            changes.setdefault(name, {})[row] = value
    for name, values in changes.items():
        column = rows[name].to_pylist()
        for row, value in values.items():
            column[row] = value
        place = rows.schema.get_field_index(name)
        rows = rows.set_column(place, name, pa.array(column, arrow_type(encounter.element(name))))
    return rows


def _written(element: Element, value: Any) -> str | None:
    if value is None:
        return None
    if element.type == "gestation":
        return f"{value // 7}w{value % 7}d"
    return str(value).lower() if element.type == "boolean" else str(value)
