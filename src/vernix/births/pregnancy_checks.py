"""Checks on the dates of a pregnancy, which every encounter that knows its due date keeps."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from vernix.births.checks import Check, asked_of, one
from vernix.births.codes import Words
from vernix.births.elements import Element
from vernix.births.moments import days_between

if TYPE_CHECKING:
    import ibis

TERM = 280
"""Days from the first day of the last period to the due date."""
_DUE = date(2024, 10, 7)


def pregnancy_checks(letters: str, elements: Iterable[Element]) -> tuple[Check, ...]:
    """The checks that can be asked of these elements; ``letters`` begin their codes (AG: AG-DUE-01)."""
    return asked_of(elements, _DUE_DATE, letters)


def _born_out_of_season(t: ibis.Table) -> ibis.Value:
    # From 14 weeks (fewer is refused as a gestation) to 5 weeks beyond the due date.
    return ~days_between(t.due_date, t.birth_date).between(98 - TERM, 35)


def _gestation_is_not_the_dates(t: ibis.Table) -> ibis.Value:
    # Completed weeks alone count as weeks and no days: up to six days are lost that way.
    days = TERM + days_between(t.due_date, t.birth_date)
    return ~(days - t.gestation).between(-3, 9)


def _far_from_the_last_period(t: ibis.Table) -> ibis.Value:
    return (days_between(t.last_period, t.due_date) - TERM).abs() > 60


def _care_before_pregnancy(t: ibis.Table) -> ibis.Value:
    return ~days_between(t.first_prenatal_visit_date, t.due_date).between(-21, TERM)


def _gestation_is_not_the_last_periods(t: ibis.Table) -> ibis.Value:
    # An ultrasound may move a pregnancy by weeks; four are more than it moves a certain period.
    return (days_between(t.last_period, t.birth_date) - t.gestation).abs() > 28


_DUE_DATE = (
    Check(
        code="DUE-01",
        severity="soft",
        elements=("due_date", "birth_date"),
        text=Words(
            "The due date and the date of birth are not of one pregnancy: correct the one that is wrong.",
            "La date prévue et la date de naissance ne sont pas d’une même grossesse : corrigez la fausse.",
        ),
        source="SOGC 388",
        expression=_born_out_of_season,
        examples=(
            one("the year before", True, due_date=_DUE, birth_date=date(2023, 10, 1)),
            one("six weeks late", True, due_date=_DUE, birth_date=date(2024, 11, 18)),
            one("on the day", False, due_date=_DUE, birth_date=_DUE),
            one("at 24 weeks", False, due_date=_DUE, birth_date=date(2024, 6, 17)),
            one("not born yet", False, due_date=_DUE),
        ),
    ),
    Check(
        code="DUE-02",
        severity="soft",
        elements=("gestation", "due_date", "birth_date"),
        text=Words(
            "Gestation at birth does not follow from the due date: correct the one that is wrong.",
            "L’âge gestationnel ne découle pas de la date prévue d’accouchement : corrigez ce qui est faux.",
        ),
        source="SOGC 388; due date less 280 days",
        expression=_gestation_is_not_the_dates,
        examples=(
            one("38 weeks on the due date", True, gestation=266, due_date=_DUE, birth_date=_DUE),
            one("40 weeks on the due date", False, gestation=280, due_date=_DUE, birth_date=_DUE),
            one(
                "40 completed weeks, 6 days later",
                False,
                gestation=280,
                due_date=_DUE,
                birth_date=date(2024, 10, 13),
            ),
            one("no due date", False, gestation=266, birth_date=_DUE),
        ),
    ),
    Check(
        code="DUE-03",
        severity="soft",
        elements=("due_date", "last_period"),
        text=Words(
            "The due date is not about 40 weeks after the last period: correct the one that is wrong.",
            "La date prévue n’est pas à environ 40 semaines des dernières règles : corrigez la fausse.",
        ),
        source="SOGC 388",
        expression=_far_from_the_last_period,
        examples=(
            one("the same day", True, last_period=_DUE, due_date=_DUE),
            one("a year too late", True, last_period=date(2023, 1, 1), due_date=_DUE),
            one("280 days", False, last_period=date(2024, 1, 1), due_date=_DUE),
            one(
                "corrected by ultrasound by three weeks", False, last_period=date(2023, 12, 11), due_date=_DUE
            ),
        ),
    ),
    Check(
        code="DUE-04",
        severity="soft",
        elements=("first_prenatal_visit_date", "due_date"),
        text=Words(
            "The first prenatal visit lies outside of this pregnancy: correct the year, or the due date.",
            "La première visite prénatale est hors de cette grossesse : corrigez l’année, ou la date prévue.",
        ),
        source="IJE DOFP",
        expression=_care_before_pregnancy,
        examples=(
            one("the year before", True, first_prenatal_visit_date=date(2023, 3, 1), due_date=_DUE),
            one("at nine weeks", False, first_prenatal_visit_date=date(2024, 3, 4), due_date=_DUE),
        ),
    ),
    Check(
        code="DUE-05",
        severity="soft",
        elements=("gestation", "last_period", "birth_date"),
        text=Words(
            "Gestation is four weeks or more from the last period: look at its year and month, or correct "
            "gestation.",
            "L’âge gestationnel s’écarte de quatre semaines ou plus des dernières règles : voyez l’année et "
            "le mois, ou corrigez.",
        ),
        source="SOGC 388",
        expression=_gestation_is_not_the_last_periods,
        examples=(
            one("a month mistyped", True, last_period=date(2024, 2, 1), birth_date=_DUE, gestation=280),
            one("as counted", False, last_period=date(2024, 1, 1), birth_date=_DUE, gestation=280),
            one("moved by ultrasound", False, last_period=date(2024, 1, 15), birth_date=_DUE, gestation=280),
            one("no last period", False, birth_date=_DUE, gestation=280),
        ),
    ),
)
