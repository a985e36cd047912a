"""The records of one month, made ready to be measured, and the measuring.

Everything here is an expression on columns: it runs on DuckDB today and on Spark unchanged, whatever the
number of records. What comes out has one row a site.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Any

from vernix.births.checks import Check
from vernix.births.elements import Element
from vernix.births.encounter import Encounter
from vernix.births.identity import Record
from vernix.insights.measures import Measure
from vernix.insights.quality.aspects import ASPECTS, MISSING, NOT_KNOWN, confirmed, outside
from vernix.insights.quality.measures import RECORD_MEASURES

if TYPE_CHECKING:
    import ibis

NEAR = 2
"""Days between the dates of birth that a birth and another record of the same child may give."""

_NOT_ASKED = (Record.override.name, Record.override_reason.name)


def asked_elements(encounter: Encounter) -> list[Element]:
    """The elements of which a report tells: all but what a row says about its own warnings."""
    return [element for element in encounter.elements if element.name not in _NOT_ASKED]


def asked_checks(encounter: Encounter) -> list[Check]:
    """The rules that warn and that can be asked of the book: of one record, and of no direct identifier."""
    book = {element.name for element in encounter.with_privacy("quasi", "clinical")}
    return [
        check
        for check in encounter.checks
        if check.severity == "soft" and not check.across and book.issuperset(check.elements)
    ]


def prepared(records: ibis.Table, encounter: Encounter, late_after: int) -> ibis.Table:
    """The records with what the measures read.

    ``records`` holds one row a record: the elements of the book, ``submitter``, ``mother_pseudonym`` (null
    where not known), ``happened`` (the event's day), ``arrived`` (first received, UTC), ``times`` (rows that
    came), ``confirmed`` (codes), ``linked`` (a birth is known; null where nobody can say) and for each direct
    identifier ``brought_NAME``. ``late_after`` is in days.
    """
    import ibis

    expected = [element for element in asked_elements(encounter) if element.required != "optional"]
    questions, stood_by = _warnings(records, encounter)
    return records.mutate(
        lacking=_sum([_lacks(records, element) for element in expected]),
        questions=_sum(questions),
        stood_by=_sum(stood_by),
        days=records.arrived.date().delta(records.happened, unit="day"),
        late_after=ibis.literal(late_after),
        alike=_alike(records, encounter),
    )


def measured(table: ibis.Table, measures: Sequence[Measure]) -> ibis.Table:
    """Plain counts by site: ``NAME`` and, for a share, ``NAME_of``.

    Holds small numbers: whole for the site itself, through `vernix.insights.disclosure.protect` for others.
    """
    sums = {}
    for measure in measures:
        sums[measure.name] = measure.cases(table).cast("int64").sum().fill_null(0)
        if measure.share:
            sums[f"{measure.name}_of"] = measure.counted(table).cast("int64").sum().fill_null(0)
    if measures == RECORD_MEASURES:
        sums |= {"days_median": table.days.quantile(0.5), "days_90th": table.days.quantile(0.9)}
    return table.group_by("submitter").aggregate(**sums).order_by("submitter")


def element_counts(table: ibis.Table, encounter: Encounter) -> ibis.Table:
    """By site, of each element how many records have an aspect (``ASPECT:ELEMENT``), and of each rule how
    many break it (``standing:CODE``, ``confirmed:CODE``)."""
    sums = {"records": table.count()}
    for element in asked_elements(encounter):
        for aspect in ASPECTS:
            if (holds := aspect.holds(table, element)) is not None:
                sums[f"{aspect.name}:{element.name}"] = holds.cast("int64").sum()
    for check in asked_checks(encounter):
        fails, stands = check.fails(table), confirmed(table, check.code)
        sums[f"standing:{check.code}"] = (fails & ~stands).cast("int64").sum()
        sums[f"confirmed:{check.code}"] = (fails & stands).cast("int64").sum()
    return table.group_by("submitter").aggregate(**sums).order_by("submitter")


def causes(refused: ibis.Table) -> ibis.Table:
    """By site and cause how many rows were refused for it; a row may have several causes."""
    each = refused.select("submitter", cause=refused.causes.unnest())
    counted = each.group_by("submitter", "cause").aggregate(rows=each.count())
    return counted.order_by("submitter", counted["rows"].desc(), "cause")


def with_births(records: ibis.Table, births: ibis.Table) -> ibis.Table:
    """The records with ``linked``; ``births`` has ``mother_pseudonym`` and ``birth_date`` of every birth."""
    import ibis

    # Alike in name, so that what is joined is told apart.
    known = births.select(mother=births.mother_pseudonym, born=births.birth_date).drop_null().distinct()
    asked = records.select("pseudonym", "mother_pseudonym", "birth_date").drop_null()
    pairs = asked.join(known, asked.mother_pseudonym == known.mother)
    apart = pairs.birth_date.delta(pairs.born, unit="day").abs()
    met = pairs.filter(apart <= NEAR).select(met="pseudonym").distinct()
    joined = records.left_join(met, records.pseudonym == met.met)
    can_say = joined.mother_pseudonym.notnull() & joined.birth_date.notnull()
    return joined.mutate(linked=ibis.ifelse(can_say, joined.met.notnull(), ibis.null("boolean"))).drop("met")


def _warnings(t: ibis.Table, encounter: Encounter) -> tuple[list[Any], list[Any]]:
    """For each warning whether it stands, and whether the site stands by it."""
    from vernix.insights.quality.aspects import IMPLAUSIBLE, STOOD_BY

    ranged = [element for element in asked_elements(encounter) if outside(t, element) is not None]
    checks = [(check.fails(t), confirmed(t, check.code)) for check in asked_checks(encounter)]
    questions = [IMPLAUSIBLE.holds(t, element) for element in ranged]
    stood_by = [STOOD_BY.holds(t, element) for element in ranged]
    return (
        questions + [fails & ~stands for fails, stands in checks],
        stood_by + [fails & stands for fails, stands in checks],
    )


def _lacks(t: ibis.Table, element: Element) -> Any:
    missing, unknown = MISSING.holds(t, element), NOT_KNOWN.holds(t, element)
    return missing if unknown is None else missing | unknown


def _alike(t: ibis.Table, encounter: Encounter) -> Any:
    """How many records of the site share mother, day and birth order; null where one of them is not known."""
    import ibis

    if not {"birth_order", "plurality"} <= encounter.by_name.keys():
        return ibis.null("int64")
    order = t.birth_order.coalesce(ibis.ifelse(t.plurality == 1, 1, ibis.null("int32")))
    known = t.mother_pseudonym.notnull() & t.happened.notnull() & order.notnull()
    same = ibis.window(group_by=[t.submitter, t.mother_pseudonym, t.happened, order])
    return ibis.ifelse(known, known.cast("int64").sum().over(same), ibis.null("int64"))


def _sum(flags: list[Any]) -> Any:
    import ibis

    return reduce(add, (flag.cast("int32") for flag in flags), ibis.literal(0, "int32"))
