"""Checks of what a pregnancy has several of, row beside row: visits, ultrasounds.

Each row says on which day it was and how far the pregnancy then was; so it says when the pregnancy began, and
the rows of one mother must agree on that.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from vernix.births.checks import Check, Example, one
from vernix.births.codes import Words
from vernix.births.elements import Element
from vernix.births.identity_checks import digits
from vernix.births.moments import days_between
from vernix.births.pregnancy_checks import TERM

if TYPE_CHECKING:
    import ibis

_DAY_ONE = date(2000, 1, 1)
_NUMBER = "9393881587"
_MARCH, _APRIL, _DUE = date(2024, 3, 1), date(2024, 3, 29), date(2024, 10, 7)
# Further apart than this, two rows of a mother are of two pregnancies; nearer than a week and some days, they
# agree: completed weeks alone lose up to six days.
_SAME, _ANOTHER = 10, 120


def series_checks(
    letters: str, day: Element, gestation: Element, apart: Element | None = None
) -> tuple[Check, ...]:
    """The checks of rows that each have a ``day`` and the ``gestation`` on it; ``letters`` begin their codes.

    ``apart`` tells several rows of one day apart: a number, of which blank is the first.
    """
    return (
        _gestation_is_not_the_due_date(letters, day, gestation),
        _rows_disagree(letters, day, gestation),
        _same_day_twice(letters, day, apart),
    )


def _gestation_is_not_the_due_date(letters: str, day: Element, gestation: Element) -> Check:
    def broken(t: ibis.Table) -> ibis.Value:
        days = TERM + days_between(t.due_date, t[day.name])
        return ~(days - t[gestation.name]).between(-3, 9)

    return Check(
        code=f"{letters}-GES-01",
        severity="soft",
        elements=(gestation.name, day.name, "due_date"),
        text=Words(
            f"“{gestation.label.en}” does not follow from its day and the due date: correct what is wrong.",
            f"« {gestation.label.fr} » ne découle pas du jour et de la date prévue : corrigez ce qui est "
            f"faux.",
        ),
        source="SOGC 388",
        expression=broken,
        examples=(
            one("ten weeks early", True, due_date=_DUE, **{day.name: _DUE, gestation.name: 210}),
            one("the due day", False, due_date=_DUE, **{day.name: _DUE, gestation.name: 280}),
            one(
                "completed weeks", False, due_date=_DUE, **{day.name: date(2024, 10, 6), gestation.name: 273}
            ),
            one("no due date", False, **{day.name: _DUE, gestation.name: 210}),
        ),
    )


def _rows_disagree(letters: str, day: Element, gestation: Element) -> Check:
    def broken(t: ibis.Table) -> ibis.Value:
        import ibis

        began = days_between(ibis.literal(_DAY_ONE), t[day.name]) - t[gestation.name]
        known = t.mother_health_number.notnull() & began.notnull()
        hers = ibis.window(group_by=[digits(t.mother_health_number), known], order_by=t[day.name])
        apart = (began - began.lag().over(hers)).abs()
        return known & (apart > _SAME) & (apart < _ANOTHER)

    def rows(*weeks: int) -> tuple[dict[str, Any], ...]:
        days = (_MARCH, _APRIL)
        return tuple(
            {"mother_health_number": _NUMBER, day.name: then, gestation.name: 7 * week}
            for then, week in zip(days, weeks, strict=True)
        )

    return Check(
        code=f"{letters}-GES-02",
        severity="soft",
        elements=(gestation.name, day.name, "mother_health_number"),
        text=Words(
            f"By “{gestation.label.en}” this pregnancy began at another time than by the row before of the "
            f"same "
            "mother: correct the day or the gestation of one of them.",
            f"D’après « {gestation.label.fr} », cette grossesse a commencé à un autre moment que d’après la "
            f"ligne "
            "précédente de la même mère : corrigez le jour ou l’âge gestationnel de l’une d’elles.",
        ),
        source="vernix",
        expression=broken,
        across=True,
        examples=(
            Example("four weeks later, four weeks further", rows(12, 16), (False, False)),
            Example("four weeks later, no further", rows(12, 12), (False, True)),
            Example("the next pregnancy", rows(36, 6), (False, False)),
            one(
                "one row alone", False, mother_health_number=_NUMBER, **{day.name: _MARCH, gestation.name: 84}
            ),
        ),
    )


def _same_day_twice(letters: str, day: Element, apart: Element | None) -> Check:
    def broken(t: ibis.Table) -> ibis.Value:
        import ibis

        known = t.mother_health_number.notnull() & t[day.name].notnull()
        which = [t[apart.name].fill_null(1)] if apart else []
        same = ibis.window(group_by=[digits(t.mother_health_number), t[day.name], *which])
        return known & (known.cast("int32").sum().over(same) > 1)

    return Check(
        code=f"{letters}-DUP-02",
        severity="soft",
        elements=(day.name, "mother_health_number", *((apart.name,) if apart else ())),
        text=Words(
            f"Another row of this file has the same mother and the same “{day.label.en}”: remove one, or "
            f"correct "
            "the day.",
            f"Une autre ligne de ce fichier a la même mère et la même « {day.label.fr} » : retirez-en une, "
            f"ou "
            "corrigez le jour.",
        ),
        source="vernix",
        expression=broken,
        across=True,
        examples=(
            Example(
                "the same day twice",
                ({"mother_health_number": _NUMBER, day.name: _MARCH},) * 2,
                (True, True),
            ),
            Example(
                "two days",
                (
                    {"mother_health_number": _NUMBER, day.name: _MARCH},
                    {"mother_health_number": _NUMBER, day.name: _APRIL},
                ),
                (False, False),
            ),
            Example("mothers without a number", ({day.name: _MARCH},) * 2, (False, False)),
        ),
    )
