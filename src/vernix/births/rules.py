"""Rules that return in every encounter, as functions that make a check of elements.

Dates in their order, no day to come, nothing told of what there was not, nothing left out of what there was.
What such a check says, and its examples, follow from the labels and types of the elements it is made of.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from vernix.births.checks import Check, Example, Severity, one
from vernix.births.codes import Words
from vernix.births.elements import Element

if TYPE_CHECKING:
    import ibis

_A_DAY, _THE_NEXT = date(2024, 3, 1), date(2024, 3, 2)
_NOTHING = ("no", "none", "unknown", "not_done", "not_given")


def in_order(
    code: str,
    earlier: Element,
    later: Element,
    *,
    source: str,
    times: tuple[Element, Element] | None = None,
    severity: Severity = "hard",
) -> Check:
    """``later`` is no day before ``earlier``; on the same day ``times`` (of day, in that order) decide."""

    def broken(t: ibis.Table) -> ibis.Value:
        first, second = t[earlier.name], t[later.name]
        if times is None:
            return second < first
        same_day = (second == first) & (t[times[1].name] < t[times[0].name])
        return (second < first) | same_day

    return Check(
        code=code,
        severity=severity,
        elements=(later.name, earlier.name, *(time.name for time in times or ())),
        text=Words(
            f"“{later.label.en}” is before “{earlier.label.en}”: correct the one that is wrong.",
            f"« {later.label.fr} » précède « {earlier.label.fr} » : corrigez ce qui est faux.",
        ),
        source=source,
        expression=broken,
        examples=(
            one("the day before", True, **{earlier.name: _THE_NEXT, later.name: _A_DAY}),
            one("the next day", False, **{earlier.name: _A_DAY, later.name: _THE_NEXT}),
            one("the same day", False, **{earlier.name: _A_DAY, later.name: _A_DAY}),
            one("one is not known", False, **{later.name: _A_DAY}),
            *_hours_of_a_day(earlier, later, times),
        ),
    )


def not_to_come(code: str, day: Element, *, source: str) -> Check:
    """``day`` is not in the future."""

    def broken(t: ibis.Table) -> ibis.Value:
        import ibis

        return t[day.name] > ibis.today()

    return Check(
        code=code,
        severity="hard",
        elements=(day.name,),
        text=Words(
            f"“{day.label.en}” is in the future: correct the year, or day and month.",
            f"« {day.label.fr} » est dans l’avenir : corrigez l’année, ou le jour et le mois.",
        ),
        source=source,
        expression=broken,
        examples=(
            one("a typing error in the century", True, **{day.name: date(2204, 3, 1)}),
            one("a day that has been", False, **{day.name: _A_DAY}),
            one("no date", False),
        ),
    )


def nothing_told_of(
    code: str,
    told: Element,
    codes: Iterable[str],
    details: tuple[Element, ...],
    *,
    source: str,
    severity: Severity = "soft",
) -> Check:
    """Where ``told`` is one of ``codes`` (that there was none), no detail may be given.

    A detail that says no, none or unknown, or counts zero, says nothing.
    """
    denying = tuple(codes)

    def broken(t: ibis.Table) -> ibis.Value:
        return t[told.name].isin(denying) & reduce(or_, (_given(t, detail) for detail in details))

    names_en = ", ".join(f"“{detail.label.en}”" for detail in details)
    names_fr = ", ".join(f"« {detail.label.fr} »" for detail in details)
    first, *_ = details
    return Check(
        code=code,
        severity=severity,
        elements=(told.name, *(detail.name for detail in details)),
        text=Words(
            f"“{told.label.en}” speaks against what is told here: {names_en}. Correct the one that is wrong.",
            f"« {told.label.fr} » contredit ce qui est dit ici : {names_fr}. Corrigez ce qui est faux.",
        ),
        source=source,
        expression=broken,
        examples=(
            *(
                one(f"with {detail.name}", True, **{told.name: denying[0], detail.name: sample(detail)})
                for detail in details
            ),
            one("nothing more is told", False, **{told.name: denying[0]}),
            one("not said whether", False, **{first.name: sample(first)}),
        ),
    )


def asks_for(
    code: str,
    told: Element,
    codes: Iterable[str],
    wanted: Element,
    *,
    source: str,
    severity: Severity = "soft",
) -> Check:
    """Where ``told`` is one of ``codes``, ``wanted`` is not left blank."""
    asking = tuple(codes)

    def broken(t: ibis.Table) -> ibis.Value:
        return t[told.name].isin(asking) & t[wanted.name].isnull()

    return Check(
        code=code,
        severity=severity,
        elements=(wanted.name, told.name),
        text=Words(
            f"What “{told.label.en}” says asks for “{wanted.label.en}”: fill it in.",
            f"Ce que dit « {told.label.fr} » appelle « {wanted.label.fr} » : remplissez.",
        ),
        source=source,
        expression=broken,
        examples=(
            *(one(f"{each}, and left blank", True, **{told.name: each}) for each in asking),
            one("told", False, **{told.name: asking[0], wanted.name: sample(wanted)}),
            one("not asked", False),
        ),
    )


def sample(element: Element) -> Any:
    """A value that an element may hold and that says something, for an example."""
    if element.codes is not None:
        return next(code.code for code in element.codes.codes if code.code not in _NOTHING)
    if element.type in ("integer", "decimal", "gestation"):
        limits = element.plausible or element.possible
        return limits.high if limits else 1
    return {"date": _A_DAY, "time": "08:15", "text": "A1", "boolean": True}[element.type]


def _given(t: ibis.Table, element: Element) -> ibis.Value:
    column = t[element.name]
    if element.codes is not None:
        return column.notnull() & ~column.isin(_NOTHING).fill_null(False)
    if element.type in ("integer", "decimal"):
        return column.fill_null(0) != 0
    return column.fill_null(False) if element.type == "boolean" else column.notnull()


def _hours_of_a_day(
    earlier: Element, later: Element, times: tuple[Element, Element] | None
) -> Iterable[Example]:
    if times is None:
        return
    day = {earlier.name: _A_DAY, later.name: _A_DAY}
    before, after = (time.name for time in times)
    yield one("an hour too early", True, **day, **{before: "08:15", after: "07:15"})
    yield one("an hour later", False, **day, **{before: "08:15", after: "09:15"})
