"""Checks of the encounter ``birth`` on the pregnancy before it and on the care in labour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vernix.births.antenatal.dating import LastPeriod
from vernix.births.birth.event import Event
from vernix.births.checks import Check, one
from vernix.births.codes import Words
from vernix.births.labour.admission import Induction
from vernix.births.pregnancy import Conception
from vernix.births.rules import in_order, nothing_told_of

if TYPE_CHECKING:
    import ibis


def _interval_without_an_earlier_birth(t: ibis.Table) -> ibis.Value:
    earlier = t.previous_live_births_living + t.previous_live_births_dead
    return (t.live_birth_interval >= 0) & (earlier == 0)


def _steroids_at_term(t: ibis.Table) -> ibis.Value:
    return t.steroids.isin(("one", "two", "given")) & (t.gestation >= 287)


CARE_CHECKS: tuple[Check, ...] = (
    in_order("B-DAT-04", LastPeriod.last_period, Event.birth_date, source="IJE DLMP"),
    in_order("B-DAT-05", Conception.first_prenatal_visit_date, Event.birth_date, source="IJE DOFP"),
    in_order("B-DAT-06", LastPeriod.last_period, Conception.first_prenatal_visit_date, source="IJE DOFP"),
    nothing_told_of("B-AUG-01", Event.labour_type, ("none",), (Induction.augmentation,), source="IJE AUGL"),
    Check(
        code="B-INT-01",
        severity="soft",
        elements=("live_birth_interval", "previous_live_births_living", "previous_live_births_dead"),
        text=Words(
            "A last live birth is dated, yet none is counted: correct the counts, or leave it blank.",
            "Une dernière naissance vivante est datée, mais aucune n’est comptée : corrigez les nombres, ou "
            "laissez en blanc.",
        ),
        source="IJE YLLB, PLBL, PLBD",
        expression=_interval_without_an_earlier_birth,
        examples=(
            one("none counted", True, live_birth_interval=30, previous_live_births_living=0,
                previous_live_births_dead=0),
            one("one living", False, live_birth_interval=30, previous_live_births_living=1,
                previous_live_births_dead=0),
            one("counts not sent", False, live_birth_interval=30),
        ),
    ),
    Check(
        code="B-STE-01",
        severity="soft",
        elements=("steroids", "gestation"),
        text=Words(
            "Steroids to ripen the lungs and a birth at 41 weeks or later: correct one, or confirm that they "
            "were given long before.",
            "Stéroïdes pour mûrir les poumons et naissance à 41 semaines ou plus : corrigez, ou confirmez "
            "qu’ils ont été donnés bien avant.",
        ),
        source="SOGC 364",
        expression=_steroids_at_term,
        examples=(
            one("at 41 weeks", True, steroids="two", gestation=287),
            one("at 33 weeks", False, steroids="two", gestation=231),
            one("none", False, steroids="none", gestation=287),
        ),
    ),
)  # fmt: skip
