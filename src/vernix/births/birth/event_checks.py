"""Checks of the encounter ``birth`` on when and whether twice: dates, sets of twins, duplicates."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from vernix.births.age import completed_years
from vernix.births.checks import Check, Example, one
from vernix.births.codes import Words
from vernix.births.identity_checks import comes_twice, digits

if TYPE_CHECKING:
    import ibis

_MARCH = date(2024, 3, 1)


def _no_date(t: ibis.Table) -> ibis.Value:
    return t.birth_date.isnull() & t.birth_year.isnull()


def _in_the_future(t: ibis.Table) -> ibis.Value:
    import ibis

    return t.birth_date > ibis.today()


def _year_is_not_the_dates(t: ibis.Table) -> ibis.Value:
    return t.birth_year != t.birth_date.year()


def _age_is_not_the_dates(t: ibis.Table) -> ibis.Value:
    return t.mother_age != completed_years(t.mother_birth_date, t.birth_date)


def _midnight(t: ibis.Table) -> ibis.Value:
    return t.birth_time == "00:00"


def _multiple_without_order(t: ibis.Table) -> ibis.Value:
    return (t.plurality > 1) & t.birth_order.isnull()


def _set_is_incomplete(t: ibis.Table) -> ibis.Value:
    import ibis

    several = (t.plurality > 1) & t.mother_health_number.notnull()
    key = ibis.ifelse(several, digits(t.mother_health_number) + " " + t.plurality.cast("string"), None)
    sets = t.filter(several).select("plurality", key=key).group_by("key", "plurality")
    counted = sets.agg(children=lambda children: children.count())
    return key.isin(counted.filter(counted.children < counted.plurality).key)


def _child_twice(t: ibis.Table) -> ibis.Value:
    import ibis

    told_apart = t.birth_order.notnull() | (t.plurality.fill_null(1) == 1)
    order = t.birth_order.fill_null(1).cast("string")
    key = digits(t.mother_health_number) + " " + t.birth_date.cast("string") + " " + order
    return comes_twice(t, ibis.ifelse(told_apart, key, None))


DATES = (
    Check(
        code="B-DAT-01",
        severity="hard",
        elements=("birth_date", "birth_year"),
        text=Words(
            "Give the date of birth, or at least the year.",
            "Indiquez la date de naissance, ou au moins l’année.",
        ),
        source="vernix",
        expression=_no_date,
        examples=(
            one("neither date nor year", True),
            one("a date", False, birth_date=_MARCH),
            one("a year alone is enough", False, birth_year=2014),
        ),
    ),
    Check(
        code="B-DAT-02",
        severity="hard",
        elements=("birth_date",),
        text=Words(
            "The date of birth is in the future: correct the year, or day and month.",
            "La date de naissance est dans l’avenir : corrigez l’année, ou le jour et le mois.",
        ),
        source="vernix",
        expression=_in_the_future,
        examples=(
            one("a typing error in the century", True, birth_date=date(2204, 3, 1)),
            one("a day that has been", False, birth_date=_MARCH),
            one("no date", False),
        ),
    ),
    Check(
        code="B-DAT-03",
        severity="hard",
        elements=("birth_year", "birth_date"),
        text=Words(
            "The year of birth is not the year of the date of birth: correct one of them.",
            "L’année de naissance n’est pas celle de la date de naissance : corrigez l’une des deux.",
        ),
        source="vernix",
        expression=_year_is_not_the_dates,
        examples=(
            one("they differ", True, birth_date=_MARCH, birth_year=2023),
            one("they agree", False, birth_date=_MARCH, birth_year=2024),
            one("only one is given", False, birth_year=2023),
        ),
    ),
    Check(
        code="B-AGE-01",
        severity="soft",
        elements=("mother_age", "mother_birth_date", "birth_date"),
        text=Words(
            "The mother's age does not follow from her date of birth: correct the one that is wrong.",
            "L’âge de la mère ne découle pas de sa date de naissance : corrigez ce qui est faux.",
        ),
        source="IJE MAGE_BYPASS",
        expression=_age_is_not_the_dates,
        examples=(
            one(
                "birthday is tomorrow",
                False,
                mother_age=29,
                birth_date=_MARCH,
                mother_birth_date=date(1994, 3, 2),
            ),
            one(
                "birthday is today",
                False,
                mother_age=30,
                birth_date=_MARCH,
                mother_birth_date=date(1994, 3, 1),
            ),
            one("no age: it is worked out", False, birth_date=_MARCH, mother_birth_date=date(1994, 3, 2)),
            one("a year off", True, mother_age=30, birth_date=_MARCH, mother_birth_date=date(1994, 3, 2)),
        ),
    ),
    Check(
        code="B-TIM-01",
        severity="soft",
        elements=("birth_time", "birth_date"),
        text=Words(
            "Born at exactly midnight: make sure that the date is of the day that begins, and that the time "
            "is known.",
            "Né à minuit exactement : assurez-vous que la date est celle du jour qui commence, et que "
            "l’heure est connue.",
        ),
        source="Newborn screening card: common errors",
        expression=_midnight,
        examples=(
            one("midnight", True, birth_time="00:00"),
            one("a minute later", False, birth_time="00:01"),
        ),
    ),
)

SETS = (
    Check(
        code="B-ORD-02",
        severity="soft",
        elements=("birth_order", "plurality"),
        text=Words(
            "Give the order of birth: without it twins cannot be told apart.",
            "Indiquez le rang de naissance : sans lui, on ne peut distinguer des jumeaux.",
        ),
        source="IJE SORD",
        expression=_multiple_without_order,
        examples=(
            one("a twin without order", True, plurality=2),
            one("a twin with order", False, plurality=2, birth_order=1),
            one("a single child needs none", False, plurality=1),
        ),
    ),
    Check(
        code="B-ORD-03",
        severity="soft",
        elements=("plurality", "mother_health_number"),
        text=Words(
            "Not all children of this multiple pregnancy are in the file: add the rows that are missing.",
            "Le fichier ne contient pas tous les enfants de cette grossesse multiple : ajoutez les lignes "
            "qui manquent.",
        ),
        source="IJE MATCH",
        expression=_set_is_incomplete,
        across=True,
        examples=(
            one("one twin alone", True, plurality=2, mother_health_number="9393881587"),
            Example(
                "both twins",
                (
                    {"plurality": 2, "birth_order": 1, "mother_health_number": "9393881587"},
                    {"plurality": 2, "birth_order": 2, "mother_health_number": "9393881587"},
                ),
                (False, False),
            ),
            one("cannot be known without the mother's number", False, plurality=2),
        ),
    ),
    Check(
        code="B-DUP-02",
        severity="soft",
        elements=("birth_order", "mother_health_number", "birth_date", "plurality"),
        text=Words(
            "Another row of this file is the same mother's, of the same day and order: remove one, or "
            "correct the order.",
            "Une autre ligne de ce fichier est de la même mère, du même jour et du même rang : retirez-en "
            "une, ou corrigez le rang.",
        ),
        source="OpenCRVS duplicate rules, in spirit",
        expression=_child_twice,
        across=True,
        examples=(
            Example(
                "a single child sent twice",
                (
                    {"mother_health_number": "9393881587", "birth_date": _MARCH},
                    {"mother_health_number": "9393-881-587", "birth_date": _MARCH, "plurality": 1},
                ),
                (True, True),
            ),
            Example(
                "twins are not duplicates",
                (
                    {
                        "mother_health_number": "9393881587",
                        "birth_date": _MARCH,
                        "plurality": 2,
                        "birth_order": 1,
                    },
                    {
                        "mother_health_number": "9393881587",
                        "birth_date": _MARCH,
                        "plurality": 2,
                        "birth_order": 2,
                    },
                ),
                (False, False),
            ),
            Example(
                "twins without order cannot be judged",
                (
                    {"mother_health_number": "9393881587", "birth_date": _MARCH, "plurality": 2},
                    {"mother_health_number": "9393881587", "birth_date": _MARCH, "plurality": 2},
                ),
                (False, False),
            ),
        ),
    ),
)

EVENT_CHECKS: tuple[Check, ...] = DATES + SETS
