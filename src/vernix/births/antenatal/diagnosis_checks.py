"""Checks on what followed a screen: the same rules in every encounter that tells of it."""

from __future__ import annotations

from collections.abc import Iterable

from vernix.births.antenatal.dating import LastPeriod
from vernix.births.antenatal.diagnosis import Diagnosis
from vernix.births.checks import Check, asked_of
from vernix.births.elements import Element
from vernix.births.rules import asks_for, in_order, nothing_told_of

_FOLLOW_UP = "BORN Prenatal Screening Follow-up"


def diagnosis_checks(letters: str, elements: Iterable[Element]) -> tuple[Check, ...]:
    """The checks that can be asked of these elements; ``letters`` begin their codes (PS: PS-PRO-01)."""
    return asked_of(elements, _DIAGNOSIS, letters)


_DIAGNOSIS = (
    nothing_told_of(
        "PRO-01",
        Diagnosis.procedure,
        ("none",),
        (Diagnosis.procedure_date, Diagnosis.procedure_gestation),
        source=_FOLLOW_UP,
    ),
    asks_for(
        "PRO-02", Diagnosis.procedure, ("cvs", "amniocentesis"), Diagnosis.chromosomes, source=_FOLLOW_UP
    ),
    in_order("PRO-03", LastPeriod.last_period, Diagnosis.procedure_date, source=_FOLLOW_UP),
)
