"""Disclosure control: no number is shown that could point at one family.

Counts of 1 to 5 are withheld with their rate, and so is a count from which such a number follows by one
subtraction within the row. Zero is shown. What this does not do yet, and so what stays a person's duty:
compare two tables of one population (a total and its parts, this month's and last month's) for differences of
1 to 5.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal

from vernix.births.codes import Words
from vernix.insights.measures import Measure

if TYPE_CHECKING:
    import ibis

SMALLEST_SHOWN = 6
"""Counts below it, zero excepted, are withheld. Source: Ontario reporting habit, registry facts 3.3."""

Reason = Literal["small", "difference", "not_sent"]

REASONS: dict[Reason, Words] = {
    "small": Words("fewer than 6, withheld", "moins de 6, non publié"),
    "difference": Words(
        "withheld: a number under 6 would follow by subtraction",
        "non publié : un nombre inférieur à 6 s’en déduirait par soustraction",
    ),
    "not_sent": Words("not sent by this site", "non transmis par cet établissement"),
}


def protect(table: ibis.Table, measures: Sequence[Measure], by: Sequence[str] = ()) -> ibis.Table:
    """Withhold what must not be shown in a table of counts (`vernix.insights.births.counts`).

    The result has the columns of ``by`` and, for each measure, ``NAME`` (cases; null where withheld), for a
    share also ``NAME_of`` (denominator) and ``NAME_rate`` (percent, one decimal), then ``NAME_reason`` (null,
    or a key of `REASONS`). Rates are made from what is shown, never from what is withheld.
    """
    reasons = {measure.name: _reason(table, measure, measures) for measure in measures}
    columns = {}
    for measure in measures:
        for name, column in _shown(table, measure, reasons[measure.name]):
            columns[name] = column
    return table.select(*by, **columns)


def whole(table: ibis.Table, measures: Sequence[Measure], by: Sequence[str] = ()) -> ibis.Table:
    """The same columns as `protect` gives, with every number: for the site whose own records are counted, and
    nobody else. A share of nothing is "not_sent" here, too.
    """
    import ibis

    columns = {}
    for measure in measures:
        columns[measure.name] = table[measure.name]
        none = ibis.null("string")
        if measure.share:
            of = columns[f"{measure.name}_of"] = table[f"{measure.name}_of"]
            rate = table[measure.name].cast("float64") * 100 / of.nullif(0)
            columns[f"{measure.name}_rate"] = rate.round(1)
            none = ibis.ifelse(of == 0, "not_sent", ibis.null("string"))
        columns[f"{measure.name}_reason"] = none
    return table.select(*by, **columns)


def _shown(table: ibis.Table, measure: Measure, reason: ibis.Value) -> Iterator[tuple[str, ibis.Value]]:
    import ibis

    count = ibis.ifelse(reason.isnull(), table[measure.name], ibis.null("int64"))
    yield measure.name, count
    if measure.share:
        of = table[f"{measure.name}_of"]
        yield f"{measure.name}_of", ibis.ifelse(_is_small(of), ibis.null("int64"), of)
        yield f"{measure.name}_rate", (count.cast("float64") * 100 / of.nullif(0)).round(1)
    yield f"{measure.name}_reason", reason


def _reason(table: ibis.Table, measure: Measure, measures: Sequence[Measure]) -> ibis.Value:
    """Why a measure is withheld in each row; null where it is shown."""
    import ibis

    count = table[measure.name]
    if not measure.share:
        return ibis.cases((_is_small(count), "small"), else_=ibis.null("string"))
    of = table[f"{measure.name}_of"]
    given_away = _is_small(of - count)
    for part in measures:
        if part.part_of == measure.name:
            given_away = given_away | _is_small(count - table[part.name])
    return ibis.cases(
        (of == 0, "not_sent"),
        (_is_small(count) | _is_small(of), "small"),
        (given_away, "difference"),
        else_=ibis.null("string"),
    )


def _is_small(count: ibis.Value) -> ibis.Value:
    return (count > 0) & (count < SMALLEST_SHOWN)
