"""The encounter ``antenatal_specialty``, put together, with its checks."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from vernix.births.antenatal.dating import LastPeriod
from vernix.births.antenatal.diagnosis import Diagnosis, Requisition
from vernix.births.antenatal.diagnosis_checks import diagnosis_checks
from vernix.births.antenatal.history import FamilyHistory
from vernix.births.antenatal.specialist import FetalFindings, SpecialtyPlan, SpecialtyVisit
from vernix.births.birth.event import Event
from vernix.births.checks import Check, one
from vernix.births.codes import Words
from vernix.births.declaring import elements_of
from vernix.births.encounter import Encounter
from vernix.births.identity import MotherIdentity, PregnancyIdentity, Record
from vernix.births.identity_checks import identity_checks
from vernix.births.moments import days_between
from vernix.births.mother_checks import mother_checks
from vernix.births.obstetric_history import ObstetricHistory
from vernix.births.pregnancy import PregnancyIllness
from vernix.births.pregnancy_checks import pregnancy_checks
from vernix.births.rules import in_order, not_to_come, nothing_told_of

if TYPE_CHECKING:
    import ibis

_SPECIALTY = "BORN Antenatal Specialty"


_ELEMENTS = elements_of(
    Record,
    PregnancyIdentity,
    MotherIdentity,
    LastPeriod,
    Event.gestation_method,
    Event.plurality,
    Requisition.chorionicity,
    ObstetricHistory,
    PregnancyIllness,
    FamilyHistory.parents_related,
    FamilyHistory.family_anomaly,
    FamilyHistory.family_genetic,
    SpecialtyVisit,
    FetalFindings,
    SpecialtyPlan,
    Diagnosis,
)


def _shares_blood_alone(t: ibis.Table) -> ibis.Value:
    seen = t.twin_transfusion.isin(("suspected", "confirmed"))
    return seen & (t.chorionicity.isin(("one_fetus", "dichorionic")) | (t.plurality == 1))


def _treated_yet_born_anywhere(t: ibis.Table) -> ibis.Value:
    return t.fetal_treatment.isin(("transfusion", "laser", "operation", "shunt")) & (
        t.birth_plan == "own_site"
    )


def _gestation_is_not_the_visits(t: ibis.Table) -> ibis.Value:
    days = 280 + days_between(t.due_date, t.specialty_visit_date)
    return ~(days - t.specialty_gestation).between(-3, 9)


_CHECKS = (
    not_to_come("AS-DAT-01", SpecialtyVisit.specialty_visit_date, source=_SPECIALTY),
    in_order(
        "AS-DAT-02", SpecialtyVisit.specialty_referral_date, SpecialtyVisit.specialty_visit_date,
        source=_SPECIALTY,
    ),
    in_order("AS-DAT-03", LastPeriod.last_period, SpecialtyVisit.specialty_visit_date, source=_SPECIALTY),
    in_order("AS-DAT-04", LastPeriod.last_period, SpecialtyPlan.fetal_treatment_date, source=_SPECIALTY),
    nothing_told_of(
        "AS-TRE-01", SpecialtyPlan.fetal_treatment, ("none",), (SpecialtyPlan.fetal_treatment_date,),
        source=_SPECIALTY,
    ),
    Check(
        code="AS-GES-01",
        severity="soft",
        elements=("specialty_gestation", "due_date", "specialty_visit_date"),
        text=Words(
            "Gestation when seen does not follow from the due date: correct the one that is wrong.",
            "L’âge gestationnel ne découle pas de la date prévue : corrigez ce qui est faux.",
        ),
        source="SOGC 388; due date less 280 days",
        expression=_gestation_is_not_the_visits,
        examples=(
            one("30 weeks at 20", True, specialty_gestation=210, due_date=date(2024, 10, 7),
                specialty_visit_date=date(2024, 5, 20)),
            one("20 weeks at 20", False, specialty_gestation=140, due_date=date(2024, 10, 7),
                specialty_visit_date=date(2024, 5, 20)),
            one("no due date", False, specialty_gestation=210, specialty_visit_date=date(2024, 5, 20)),
        ),
    ),
    Check(
        code="AS-TWN-01",
        severity="soft",
        elements=("twin_transfusion", "chorionicity", "plurality"),
        text=Words(
            "Only twins of one chorion share blood: correct the finding, the chorions or the number.",
            "Seuls des jumeaux d’un chorion partagent leur sang : corrigez constat, chorions ou nombre.",
        ),
        source="SOGC: management of monochorionic twins",
        expression=_shares_blood_alone,
        examples=(
            one("two chorions", True, twin_transfusion="confirmed", chorionicity="dichorionic"),
            one("one fetus", True, twin_transfusion="suspected", plurality=1),
            one("one chorion", False, twin_transfusion="confirmed", chorionicity="monochorionic_diamniotic"),
            one("not seen", False, twin_transfusion="none", plurality=1),
        ),
    ),
    Check(
        code="AS-PLN-01",
        severity="soft",
        elements=("birth_plan", "fetal_treatment"),
        text=Words(
            "Treated in the womb, yet to be born at her own site: confirm the plan, or correct it.",
            "Traité in utero, mais à naître dans son établissement : confirmez le plan, ou corrigez-le.",
        ),
        source=_SPECIALTY,
        expression=_treated_yet_born_anywhere,
        examples=(
            one("after laser", True, fetal_treatment="laser", birth_plan="own_site"),
            one("beside surgery", False, fetal_treatment="operation", birth_plan="paediatric_surgery"),
            one("no treatment", False, fetal_treatment="none", birth_plan="own_site"),
        ),
    ),
)  # fmt: skip

ANTENATAL_SPECIALTY = Encounter(
    name="antenatal_specialty",
    label=Words("Specialised antenatal care", "Suivi prénatal spécialisé"),
    definition=Words(
        "A pregnancy at a clinic of maternal-fetal medicine or genetics: why, what was seen of the fetus, "
        "what was done and planned; one row for each fetus.",
        "Une grossesse en clinique de médecine fœto-maternelle ou de génétique : le motif, ce qui a été vu "
        "du fœtus, ce qui a été fait et prévu ; une ligne par fœtus.",
    ),
    elements=_ELEMENTS,
    when=("specialty_visit_date",),
    checks=(
        identity_checks("AS", _ELEMENTS)
        + _CHECKS
        + diagnosis_checks("AS", _ELEMENTS)
        + pregnancy_checks("AS", _ELEMENTS)
        + mother_checks("AS", _ELEMENTS)
    ),
)
