"""The encounter ``antenatal_specialty``, put together, with its checks."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from vernix.births.antenatal.dating import LastPeriod
from vernix.births.antenatal.diagnosis import Diagnosis, Requisition
from vernix.births.antenatal.history import FamilyHistory
from vernix.births.antenatal.specialty_codes import (
    BIRTH_PLAN,
    CLINIC,
    FETAL_FINDING,
    FETAL_TREATMENT,
    FLUID,
    SPECIALTY_REASON,
)
from vernix.births.birth.event import Event
from vernix.births.checks import Check, one
from vernix.births.codes import YES_NO, Words
from vernix.births.declaring import Block, element, elements_of
from vernix.births.encounter import Encounter
from vernix.births.identity import MotherIdentity, PregnancyIdentity, Record
from vernix.births.identity_checks import identity_checks
from vernix.births.moments import days_between
from vernix.births.mother import ObstetricHistory
from vernix.births.mother_checks import mother_checks
from vernix.births.pregnancy import PregnancyIllness
from vernix.births.pregnancy_checks import pregnancy_checks
from vernix.births.rules import asks_for, in_order, not_to_come, nothing_told_of

if TYPE_CHECKING:
    import ibis

_SPECIALTY = "BORN Antenatal Specialty"


class SpecialtyVisit(Block, subject="mother", privacy="clinical", source=_SPECIALTY):
    """Why she was sent, and when she was seen."""

    clinic = element(
        CLINIC,
        ("Clinic", "Clinique"),
        ("Which kind saw her.", "Le genre de clinique qui l’a vue."),
        required="expected",
        aliases=("clinic_type",),
    )
    specialty_referral_date = element(
        "date",
        ("Date sent", "Date de l’orientation"),
        ("The day the clinic was asked.", "Le jour de la demande à la clinique."),
        privacy="quasi",
        aliases=("referral_date",),
    )
    specialty_visit_date = element(
        "date",
        ("Date seen", "Date de la consultation"),
        ("The first visit to the clinic in this pregnancy.", "La première consultation de cette grossesse."),
        privacy="quasi",
        required="expected",
        aliases=("mfm_visit_date", "consult_date"),
    )
    specialty_gestation = element(
        "gestation",
        ("Gestation when seen", "Âge gestationnel à la consultation"),
        ("Weeks and days.", "Semaines et jours."),
        unit="d",
        possible=(28, 315),
        plausible=(42, 300),
        aliases=("ga_at_visit",),
    )
    specialty_reason = element(
        SPECIALTY_REASON,
        ("Main reason", "Motif principal"),
        ("Why she was sent.", "Pourquoi elle a été orientée."),
        aliases=("reason_for_referral", "mfm_reason"),
    )
    specialty_reason_second = element(
        SPECIALTY_REASON,
        ("Another reason", "Autre motif"),
        ("A second reason, where there was one.", "Un second motif, s’il y en avait un."),
        aliases=("other_reason_for_referral",),
    )


class FetalFindings(Block, subject="child", privacy="clinical", source=_SPECIALTY):
    """What was seen of the fetus, by part of the body."""

    finding_brain = element(
        FETAL_FINDING,
        ("Brain or skull", "Cerveau ou crâne"),
        ("An anomaly of it.", "Une anomalie à cet endroit."),
        aliases=("cns_anomaly",),
    )
    finding_spine = element(
        FETAL_FINDING,
        ("Spine", "Colonne"),
        ("An anomaly of it.", "Une anomalie à cet endroit."),
        aliases=("spina_bifida", "spine_anomaly"),
    )
    finding_face = element(
        FETAL_FINDING,
        ("Face or neck", "Visage ou cou"),
        ("Clefts included.", "Fentes comprises."),
        aliases=("face_anomaly",),
    )
    finding_heart = element(
        FETAL_FINDING,
        ("Heart", "Cœur"),
        ("An anomaly of it.", "Une anomalie à cet endroit."),
        aliases=("cardiac_anomaly",),
    )
    finding_chest = element(
        FETAL_FINDING,
        ("Lungs or diaphragm", "Poumons ou diaphragme"),
        ("Hernia included.", "Hernie comprise."),
        aliases=("chest_anomaly", "cdh"),
    )
    finding_abdomen = element(
        FETAL_FINDING,
        ("Abdomen or its wall", "Abdomen ou sa paroi"),
        ("Bowel included.", "Intestin compris."),
        aliases=("gastroschisis", "abdominal_anomaly"),
    )
    finding_kidneys = element(
        FETAL_FINDING,
        ("Kidneys or bladder", "Reins ou vessie"),
        ("An anomaly of them.", "Une anomalie à cet endroit."),
        aliases=("renal_anomaly",),
    )
    finding_limbs = element(
        FETAL_FINDING,
        ("Limbs or bones", "Membres ou os"),
        ("An anomaly of them.", "Une anomalie à cet endroit."),
        aliases=("skeletal_anomaly",),
    )
    finding_hydrops = element(
        FETAL_FINDING,
        ("Hydrops", "Anasarque"),
        ("Fluid in two places or more.", "Liquide à deux endroits ou plus."),
        aliases=("hydrops",),
    )
    growth_restriction = element(
        FETAL_FINDING,
        ("Growth restriction", "Retard de croissance"),
        ("Under the tenth centile, or slowing.", "Sous le dixième centile, ou en ralentissement."),
        aliases=("iugr", "fgr"),
    )
    twin_transfusion = element(
        FETAL_FINDING,
        ("Twins sharing blood unequally", "Transfusion entre jumeaux"),
        ("Twin-to-twin transfusion.", "Syndrome transfuseur-transfusé."),
        aliases=("ttts",),
    )
    fluid = element(
        FLUID,
        ("Amount of fluid", "Quantité de liquide"),
        ("At the last ultrasound.", "À la dernière échographie."),
        aliases=("amniotic_fluid_volume",),
    )


class SpecialtyPlan(Block, subject="mother", privacy="clinical", source=_SPECIALTY):
    """What was done and planned."""

    cervix_length = element(
        "integer",
        ("Length of the cervix", "Longueur du col"),
        ("The shortest measured, in millimetres.", "La plus courte mesurée, en millimètres."),
        unit="mm",
        possible=(0, 80),
        aliases=("cervical_length",),
    )
    fetal_treatment = element(
        FETAL_TREATMENT,
        ("Treatment of the fetus", "Traitement du fœtus"),
        ("The main one.", "Le principal."),
        aliases=("fetal_therapy",),
    )
    fetal_treatment_date = element(
        "date",
        ("Date of the treatment", "Date du traitement"),
        ("The first.", "Le premier."),
        privacy="quasi",
        aliases=("fetal_therapy_date",),
    )
    newborn_specialists_met = element(
        YES_NO,
        ("Met those who will care for the child", "A rencontré ceux qui soigneront l’enfant"),
        ("Neonatologist, surgeon or cardiologist.", "Néonatologiste, chirurgien ou cardiologue."),
        aliases=("neonatal_consult",),
    )
    birth_plan = element(
        BIRTH_PLAN,
        ("Where and how to give birth", "Où et comment accoucher"),
        ("As last planned.", "Selon le dernier plan."),
        aliases=("delivery_plan",),
    )


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
    nothing_told_of(
        "AS-PRO-01", Diagnosis.procedure, ("none",), (Diagnosis.procedure_date,), source=_SPECIALTY
    ),
    asks_for(
        "AS-PRO-02", Diagnosis.procedure, ("cvs", "amniocentesis"), Diagnosis.chromosomes, source=_SPECIALTY
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
    checks=(
        identity_checks("AS", _ELEMENTS)
        + _CHECKS
        + pregnancy_checks("AS", _ELEMENTS)
        + mother_checks("AS", _ELEMENTS)
    ),
)
