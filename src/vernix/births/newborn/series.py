"""Checks of what a child has several of, row beside row: blood-spot samples, stays in intensive care."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from vernix.births.checks import Check, Example, one
from vernix.births.codes import Words
from vernix.births.identity_checks import digits

if TYPE_CHECKING:
    import ibis

_FIRST, _FIFTH, _TENTH = date(2024, 3, 1), date(2024, 3, 5), date(2024, 3, 10)
_CHILD = "9393881587"


def _before_its_initial(t: ibis.Table) -> ibis.Value:
    """A repeat names the card of the initial sample; that card may be a row of the same file."""
    import ibis

    initial = t.initial_card_number.fill_null(t.card_number)
    same = ibis.window(group_by=[initial])
    is_initial = t.initial_card_number.isnull() & t.card_number.notnull()
    its_day = ibis.cases((is_initial, t.collection_date)).max().over(same)
    return t.initial_card_number.notnull() & (t.collection_date < its_day)


def _two_initial_samples(t: ibis.Table) -> ibis.Value:
    import ibis

    first = t.child_health_number.notnull() & (t.screen_reason == "initial").fill_null(False)
    same = ibis.window(group_by=[digits(t.child_health_number), first])
    return first & (first.cast("int32").sum().over(same) > 1)


def _still_in_the_stay_before(t: ibis.Table) -> ibis.Value:
    import ibis

    known = t.child_health_number.notnull() & t.nicu_admission_date.notnull()
    same = ibis.window(group_by=[digits(t.child_health_number), known], order_by=t.nicu_admission_date)
    return known & (t.child_discharge_date.lag().over(same) > t.nicu_admission_date)


def _cards(initial: date, repeat: date) -> tuple[dict[str, Any], ...]:
    return (
        {"card_number": "A1", "collection_date": initial},
        {"card_number": "A2", "initial_card_number": "A1", "collection_date": repeat},
    )


def _stays(left: date | None, back: date) -> tuple[dict[str, Any], ...]:
    return (
        {"child_health_number": _CHILD, "nicu_admission_date": _FIRST, "child_discharge_date": left},
        {"child_health_number": _CHILD, "nicu_admission_date": back},
    )


SAMPLES: tuple[Check, ...] = (
    Check(
        code="NS-SER-01",
        severity="soft",
        elements=("initial_card_number", "card_number", "collection_date"),
        text=Words(
            "This repeat was collected before its initial sample: correct a date, or the initial card's "
            "number.",
            "Cette reprise a été prélevée avant le premier prélèvement : corrigez une date, ou le numéro de "
            "la première fiche.",
        ),
        source="NSO card: initial and repeat linked",
        expression=_before_its_initial,
        across=True,
        examples=(
            Example("four days before", _cards(_FIFTH, _FIRST), (False, True)),
            Example("four days after", _cards(_FIRST, _FIFTH), (False, False)),
            one("the initial card came in another file", False, initial_card_number="A1",
                card_number="A2", collection_date=_FIRST),
        ),
    ),
    Check(
        code="NS-SER-02",
        severity="soft",
        elements=("screen_reason", "child_health_number"),
        text=Words(
            "Two rows are this child's initial sample: say of one that it is a repeat, or remove it.",
            "Deux lignes sont le premier prélèvement de cet enfant : indiquez que l’une est une reprise, ou "
            "retirez-la.",
        ),
        source="NSO card: initial and repeat linked",
        expression=_two_initial_samples,
        across=True,
        examples=(
            Example("two initial samples", ({"child_health_number": _CHILD, "screen_reason": "initial"},) * 2,
                    (True, True)),
            Example(
                "an initial one and a repeat",
                (
                    {"child_health_number": _CHILD, "screen_reason": "initial"},
                    {"child_health_number": _CHILD, "screen_reason": "repeat_protocol"},
                ),
                (False, False),
            ),
            Example("children without a number", ({"screen_reason": "initial"},) * 2, (False, False)),
        ),
    ),
)  # fmt: skip

STAYS: tuple[Check, ...] = (
    Check(
        code="NI-SER-01",
        severity="soft",
        elements=("nicu_admission_date", "child_discharge_date", "child_health_number"),
        text=Words(
            "The child was admitted before it left from the stay before: correct one of the dates.",
            "L’enfant a été admis avant d’avoir quitté le séjour précédent : corrigez l’une des dates.",
        ),
        source="BORN NICU",
        expression=_still_in_the_stay_before,
        across=True,
        examples=(
            Example("back before it left", _stays(_TENTH, _FIFTH), (False, True)),
            Example("back on the day it left", _stays(_FIFTH, _FIFTH), (False, False)),
            Example("not yet discharged then", _stays(None, _FIFTH), (False, False)),
        ),
    ),
)
