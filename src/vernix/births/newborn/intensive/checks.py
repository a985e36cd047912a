"""Checks of intensive care: dates in order, days that fit into the stay, illness that fits the child."""

from __future__ import annotations

from datetime import date
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from vernix.births.birth.child import CareAtBirth
from vernix.births.birth.event import Event
from vernix.births.checks import Check, one
from vernix.births.codes import Words
from vernix.births.moments import days_between
from vernix.births.newborn.discharge import ChildDischarge
from vernix.births.newborn.intensive.course import Brain, Breathing, InfectionAndGut, LinesAndFeeding
from vernix.births.newborn.intensive.stay import Admission
from vernix.births.rules import asks_for, in_order, not_to_come, nothing_told_of

if TYPE_CHECKING:
    import ibis

_DAYS = (
    Breathing.ventilator_days.name,
    Breathing.cpap_days.name,
    Breathing.high_flow_days.name,
    Breathing.oxygen_days.name,
    InfectionAndGut.antibiotic_days.name,
    LinesAndFeeding.central_line_days.name,
    LinesAndFeeding.parenteral_days.name,
)
_FIRST, _TENTH = date(2024, 3, 1), date(2024, 3, 10)


def _more_days_than_the_stay(t: ibis.Table) -> ibis.Value:
    stay = days_between(t.nicu_admission_date, t.child_discharge_date) + 1
    return reduce(or_, ((t[name] > stay).fill_null(False) for name in _DAYS))


def _weight_jumps(t: ibis.Table) -> ibis.Value:
    same_day = days_between(t.birth_date, t.nicu_admission_date) <= 1
    return same_day & ((t.admission_weight - t.birth_weight).abs() * 5 > t.birth_weight)


def _born_here_but_brought(t: ibis.Table) -> ibis.Value:
    brought = t.transferred_from.notnull() | (t.transport.notnull() & ~t.transport.isin(("none", "unknown")))
    at_once = days_between(t.birth_date, t.nicu_admission_date) <= 1
    return (t.inborn == "yes") & at_once & brought


def _disease_of_the_preterm(t: ibis.Table) -> ibis.Value:
    lung = t.bronchopulmonary_dysplasia.isin(("low_flow", "pressure", "ventilated"))
    eyes = t.retinopathy.isin(("stage_1", "stage_2", "stage_3", "stage_4", "stage_5"))
    return (t.gestation >= 259) & (lung.fill_null(False) | eyes.fill_null(False))


def _cooled_too_young(t: ibis.Table) -> ibis.Value:
    return (t.therapeutic_hypothermia == "yes") & (t.gestation < 245)


def _dead_at_home(t: ibis.Table) -> ibis.Value:
    return t.child_death_date.notnull() & t.child_discharged_to.isin(("home", "foster_care"))


_DATES = (
    not_to_come("NI-DAT-01", Admission.nicu_admission_date, source="BORN NICU"),
    in_order(
        "NI-DAT-02",
        Event.birth_date,
        Admission.nicu_admission_date,
        times=(Event.birth_time, Admission.nicu_admission_time),
        source="BORN NICU",
    ),
    in_order(
        "NI-DAT-03",
        Admission.nicu_admission_date,
        ChildDischarge.child_discharge_date,
        times=(Admission.nicu_admission_time, ChildDischarge.child_discharge_time),
        source="BORN NICU",
    ),
    in_order("NI-DAT-04", Event.birth_date, Brain.cranial_ultrasound_date, source="BORN NICU"),
    in_order("NI-DAT-05", Event.birth_date, Brain.retinopathy_exam_date, source="BORN NICU"),
    in_order("NI-DAT-06", Event.birth_date, LinesAndFeeding.full_feeds_date, source="BORN NICU"),
    in_order("NI-DAT-07", Admission.nicu_admission_date, ChildDischarge.child_death_date, source="BORN NICU"),
    Check(
        code="NI-DAY-01",
        severity="hard",
        elements=(*_DAYS, "nicu_admission_date", "child_discharge_date"),
        text=Words(
            "A treatment lasted more days than the stay: correct the days, or the dates of the stay.",
            "Un traitement a duré plus de jours que le séjour : corrigez les jours, ou les dates du séjour.",
        ),
        source="CNN",
        expression=_more_days_than_the_stay,
        examples=(
            one(
                "11 of 10",
                True,
                nicu_admission_date=_FIRST,
                child_discharge_date=_TENTH,
                ventilator_days=11,
            ),
            one("all 10", False, nicu_admission_date=_FIRST, child_discharge_date=_TENTH, oxygen_days=10),
            one("still here", False, nicu_admission_date=_FIRST, oxygen_days=90),
        ),
    ),
)

_CHILD = (
    Check(
        code="NI-WGT-01",
        severity="soft",
        elements=("admission_weight", "birth_weight", "birth_date", "nicu_admission_date"),
        text=Words(
            "On the day after birth at the latest the weight differs by a fifth from the birth weight: "
            "correct "
            "one of them.",
            "Au plus tard le lendemain de la naissance, le poids diffère d’un cinquième du poids à la "
            "naissance : corrigez l’un des deux.",
        ),
        source="vernix",
        expression=_weight_jumps,
        examples=(
            one(
                "a digit exchanged",
                True,
                birth_weight=1250,
                admission_weight=2150,
                birth_date=_FIRST,
                nicu_admission_date=_FIRST,
            ),
            one(
                "a little less",
                False,
                birth_weight=1250,
                admission_weight=1210,
                birth_date=_FIRST,
                nicu_admission_date=_FIRST,
            ),
            one(
                "weeks later",
                False,
                birth_weight=1250,
                admission_weight=2150,
                birth_date=_FIRST,
                nicu_admission_date=date(2024, 4, 20),
            ),
        ),
    ),
    Check(
        code="NI-INB-01",
        severity="soft",
        elements=("inborn", "transport", "transferred_from", "birth_date", "nicu_admission_date"),
        text=Words(
            "The child was born here, yet was brought from elsewhere: correct one of them.",
            "L’enfant est né ici, mais a été amené d’ailleurs : corrigez l’un des deux.",
        ),
        source="BORN NICU",
        expression=_born_here_but_brought,
        examples=(
            one(
                "brought by a team",
                True,
                inborn="yes",
                transport="specialised_team",
                birth_date=_FIRST,
                nicu_admission_date=_FIRST,
            ),
            one(
                "not brought",
                False,
                inborn="yes",
                transport="none",
                birth_date=_FIRST,
                nicu_admission_date=_FIRST,
            ),
            one(
                "came back later",
                False,
                inborn="yes",
                transport="specialised_team",
                birth_date=_FIRST,
                nicu_admission_date=_TENTH,
            ),
        ),
    ),
    asks_for("NI-INB-02", Admission.inborn, ("no",), Admission.transport, source="BORN NICU"),
    Check(
        code="NI-GES-01",
        severity="soft",
        elements=("gestation", "bronchopulmonary_dysplasia", "retinopathy"),
        text=Words(
            "A disease of children born early in a child born at term: check the gestation and the disease.",
            "Une maladie d’enfants nés trop tôt chez un enfant né à terme : vérifiez l’âge gestationnel et "
            "la maladie.",
        ),
        source="CNN",
        expression=_disease_of_the_preterm,
        examples=(
            one("retinopathy at 38 weeks", True, gestation=266, retinopathy="stage_2"),
            one(
                "chronic lung disease at 38 weeks", True, gestation=266, bronchopulmonary_dysplasia="pressure"
            ),
            one(
                "at 26 weeks",
                False,
                gestation=182,
                retinopathy="stage_2",
                bronchopulmonary_dysplasia="pressure",
            ),
            one("none", False, gestation=266, retinopathy="none", bronchopulmonary_dysplasia="none"),
        ),
    ),
    Check(
        code="NI-GES-02",
        severity="soft",
        elements=("therapeutic_hypothermia", "gestation"),
        text=Words(
            "Cooling is for children of 35 weeks or more: check the gestation, or whether the child was "
            "cooled.",
            "Le refroidissement est pour les enfants de 35 semaines ou plus : vérifiez l’âge gestationnel, "
            "ou si l’enfant a été refroidi.",
        ),
        source="CPS: hypothermia for encephalopathy",
        expression=_cooled_too_young,
        examples=(
            one("at 30 weeks", True, therapeutic_hypothermia="yes", gestation=210),
            one("at 35 weeks", False, therapeutic_hypothermia="yes", gestation=245),
        ),
    ),
)

_COURSE = (
    nothing_told_of(
        "NI-BRE-01", CareAtBirth.surfactant, ("no",), (Breathing.surfactant_doses,), source="CNN"
    ),
    nothing_told_of(
        "NI-BRA-01",
        Brain.encephalopathy,
        ("none",),
        (Brain.therapeutic_hypothermia,),
        source="CPS: hypothermia for encephalopathy",
    ),
    nothing_told_of(
        "NI-BRA-02",
        Brain.retinopathy,
        ("none", "not_examined"),
        (Brain.retinopathy_treatment,),
        source="CNN",
        severity="hard",
    ),
    nothing_told_of(
        "NI-GUT-01",
        InfectionAndGut.necrotising_enterocolitis,
        ("none",),
        (InfectionAndGut.enterocolitis_surgery,),
        source="CNN",
        severity="hard",
    ),
    asks_for(
        "NI-LIN-01",
        LinesAndFeeding.central_line_infection,
        ("yes",),
        LinesAndFeeding.central_line_days,
        source="CNN",
    ),
    Check(
        code="NI-OUT-01",
        severity="hard",
        elements=("child_death_date", "child_discharged_to"),
        text=Words(
            "There is a date of death, yet the child went home: correct one of them.",
            "Il y a une date de décès, mais l’enfant est rentré au domicile : corrigez l’un des deux.",
        ),
        source="BORN NICU",
        expression=_dead_at_home,
        examples=(
            one("went home", True, child_discharged_to="home", child_death_date=_TENTH),
            one("died here", False, child_discharged_to="died", child_death_date=_TENTH),
            one("died at another hospital", False, child_discharged_to="hospital", child_death_date=_TENTH),
        ),
    ),
)

INTENSIVE_CARE_CHECKS: tuple[Check, ...] = _DATES + _CHILD + _COURSE
