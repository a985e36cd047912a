"""The report ``births``: the first measures, by site and year or by anything else the rows hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from vernix.insights.disclosure import protect
from vernix.insights.measures import BIRTH_MEASURES, Measure

if TYPE_CHECKING:
    import ibis


def births_report(table: ibis.Table, by: Sequence[str] = ("site", "year")) -> ibis.Table:
    """The measures of births in groups, safe to show: see `vernix.insights.disclosure`.

    ``table`` holds one row for each birth with the book's element columns. ``by`` names its columns; ``year``
    is the year of birth, from the date where there is one. Without any ``by`` there is one row, of all
    births. The columns of the result are those of `counts`, each share followed by its rate, each measure by
    its ``_reason``.
    """
    return protect(counts(table, BIRTH_MEASURES, by), BIRTH_MEASURES, by)


def counts(table: ibis.Table, measures: Sequence[Measure], by: Sequence[str]) -> ibis.Table:
    """Plain counts in groups: for each measure ``NAME`` (cases) and, for a share, ``NAME_of`` (its
    denominator).

    Holds small numbers: never shown to anybody before `protect`.
    """
    births = table.mutate(year=table.birth_date.year().coalesce(table.birth_year).cast("int32"))
    sums = {}
    for measure in measures:
        sums[measure.name] = measure.cases(births).cast("int64").sum().fill_null(0)
        if measure.share:
            sums[f"{measure.name}_of"] = measure.counted(births).cast("int64").sum().fill_null(0)
    if not by:
        return births.aggregate(**sums)
    return births.group_by(list(by)).aggregate(**sums).order_by(list(by))
