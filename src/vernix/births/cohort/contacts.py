"""Every encounter of the same people: their profiles, visits, screens and stays, as each sender writes them.

Generated from the declarations. What is so of a mother, a pregnancy and a child is drawn once
(`vernix.births.cohort.births.draw`) and copied wherever an element of that name is told; dates and figures
that follow from it are drawn by the encounter's plan; the rest from what its declaration allows. The
encounter's own checks then have the last word (`settling`), so that the only findings of a file are those
that were planted in it (`planting`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vernix.births import encounters
from vernix.births.cohort.births import SITES, Drawn, Site, draw, true_names, written
from vernix.births.cohort.drawing import (
    Column,
    Rows,
    after,
    either,
    fixed,
    holds,
    numbered,
    thinned,
    usual,
)
from vernix.births.cohort.plans import PLANS
from vernix.births.cohort.plans.plan import Plan
from vernix.births.cohort.planting import PLANTED, plant
from vernix.births.cohort.settling import ROW, Judge, settle
from vernix.births.elements import Element, arrow_type
from vernix.births.encounter import Encounter


@dataclass(frozen=True)
class Contacts:
    """What the senders of one encounter send (columns of text, by sender), and what is true of each row.

    ``truth``: ``sender`` and ``row`` (1-based), the true ``child``, ``mother`` and ``pregnancy``, and
    ``error`` and ``severity`` of what was planted: the code of the one finding that a reader must have.
    """

    files: dict[str, pa.Table]
    truth: pa.Table


def contacts(
    name: str,
    births: int,
    judge: Judge,
    *,
    seed: int = 2026,
    sites: Sequence[Site] = SITES,
    error_rate: float = 0.03,
) -> Contacts:
    """The contacts of one encounter that the children of such a cohort, and their mothers, have.

    ``judge`` asks the encounter's checks of rows (`vernix.intake.checking` does). Raises ``KeyError`` for
    ``birth`` itself, whose files `vernix.births.cohort.births` makes.
    """
    plan, encounter = PLANS[name], encounters.get(name)
    rng = np.random.default_rng([seed, crc32(name.encode())])
    drawn = draw(births, seed, sites)
    people = _people(drawn, np.random.default_rng([seed, 1]))
    chosen = plan.who(Rows(rng, len(drawn.site), people))
    rows, spare = _rows(encounter, plan, Rows(rng, len(chosen), _of(people, chosen)))
    true = frozenset(element.name for element in encounter.elements if element.name in people) - set(
        plan.draws
    )
    kept = settle(encounter, rows, spare, true - set(plan.blank), frozenset(plan.draws), judge)
    texts = _texts(encounter, kept)
    texts, planted = plant(encounter, kept, texts, rng, error_rate, judge)
    return _by_sender(plan, texts, planted, drawn, chosen[kept[ROW].to_numpy()], sites)


def _people(drawn: Drawn, rng: np.random.Generator) -> dict[str, Column]:
    """What is true of each child, of its mother and of the pregnancy, as masked columns."""
    columns = {name: _masked(column) for name, column in drawn.columns.items()}
    rows = Rows(rng, len(drawn.site), columns)
    columns["_began"] = columns["birth_date"] - columns["gestation"].astype("m8[D]")
    columns["last_period"] = columns["_began"]
    columns["due_date"] = columns["_began"] + np.timedelta64(280, "D")
    columns["first_prenatal_visit_date"] = after("_began", 45, 75)(rows)
    columns["conception"] = either(holds("gestation_method", "art"), fixed("ivf"), fixed("spontaneous"))(rows)
    columns["term_births"] = columns["parity"]
    columns["preterm_births"] = _masked(np.zeros(rows.count, dtype=np.int64))
    columns["abortions"] = columns["previous_other_outcomes"]
    columns["living_children"] = columns["previous_live_births_living"]
    columns["episode_number"] = _masked(true_names(drawn, np.arange(rows.count))["pregnancy"])
    return columns


def _masked(column: Any) -> Column:
    if column.dtype != object:
        return np.ma.array(column)
    missing = np.array([value is None for value in column], dtype=bool)
    known = [value for value in column if value is not None]
    if known and not isinstance(known[0], str):
        filled = np.array([0 if value is None else value for value in column])
        return np.ma.array(filled, mask=missing)
    return np.ma.array(column, mask=missing)


def _of(people: dict[str, Column], chosen: Any) -> dict[str, Column]:
    turn = np.arange(len(chosen)) - np.searchsorted(chosen, chosen)
    return {name: column[chosen] for name, column in people.items()} | {"_turn": turn}


def _rows(encounter: Encounter, plan: Plan, rows: Rows) -> tuple[pa.Table, pa.Table]:
    """The rows as they are first drawn, and the same with nothing left blank."""
    first: dict[str, Column] = {"record_number": numbered("R")(rows)}
    spare: dict[str, Column] = {}
    for name, each in plan.draws.items():
        rows.columns[name] = first[name] = each(rows)
    for element in encounter.elements:
        if element.name in plan.blank or element.name in first:
            continue
        if element.name in rows.columns:
            first[element.name] = rows.columns[element.name]
            continue
        spare[element.name] = usual(element)(rows)
        first[element.name] = thinned(element, spare[element.name], rows)
    numbers = pa.array(np.arange(rows.count), pa.int64())
    return _table(encounter, first, numbers), _table(encounter, first | spare, numbers)


def _table(encounter: Encounter, columns: dict[str, Column], numbers: pa.Array) -> pa.Table:
    typed = {
        element.name: _typed(element, columns.get(element.name), len(numbers))
        for element in encounter.elements
    }
    return pa.table({**typed, ROW: numbers})


def _typed(element: Element, column: Column | None, count: int) -> pa.Array:
    kind = arrow_type(element)
    if column is None:
        return pa.nulls(count, kind)
    array = pa.array(np.ma.getdata(column), mask=np.ma.getmaskarray(column))
    if element.codes is not None and (strange := set(array.unique().to_pylist()) - {None} - _words(element)):
        raise ValueError(f"{element.name} cannot hold {sorted(strange)}")
    if pa.types.is_decimal(kind):
        array = pc.round(array.cast(pa.float64()), element.digits)
    return _plausible(element, array.cast(kind))


def _plausible(element: Element, array: pa.Array) -> pa.Array:
    """Figures that nobody would question; one that follows from others and is none of these is left blank."""
    limits = element.plausible or element.possible
    if limits is None:
        return array
    figures = array.cast(pa.float64())
    fits = pc.and_(pc.greater_equal(figures, float(limits.low)), pc.less_equal(figures, float(limits.high)))
    return pc.if_else(fits, array, pa.scalar(None, array.type))


def _words(element: Element) -> set[str]:
    return {code.code for code in element.codes.codes} if element.codes else set()


def _texts(encounter: Encounter, rows: pa.Table) -> dict[str, Any]:
    """The rows as a sender writes them; columns in which nobody says anything are not sent."""
    told = (element for element in encounter.elements if rows[element.name].null_count < len(rows))
    return {element.name: written(rows[element.name], element.type) for element in told}


def _by_sender(
    plan: Plan,
    texts: dict[str, Any],
    planted: dict[str, Any],
    drawn: Drawn,
    children: Any,
    sites: Sequence[Site],
) -> Contacts:
    names = [plan.sender] if plan.sender else [site.name for site in sites]
    place = np.zeros(len(children), dtype=np.int64) if plan.sender else drawn.site[children]
    who = true_names(drawn, children)
    files, truths = {}, []
    for number, name in enumerate(names):
        here = np.flatnonzero(place == number)
        files[name] = pa.table({each: pa.array(column[here], pa.string()) for each, column in texts.items()})
        true = {
            "sender": pa.array([name] * len(here), pa.string()),
            "row": pa.array(np.arange(1, len(here) + 1)),
            **{each: pa.array(column[here], pa.string()) for each, column in who.items()},
            **{each: pa.array(planted[each][here], pa.string()) for each in PLANTED},
        }
        truths.append(pa.table(true))
    return Contacts(files, pa.concat_tables(truths))
