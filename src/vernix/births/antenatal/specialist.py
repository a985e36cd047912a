"""A pregnancy at a clinic of maternal-fetal medicine or genetics: why, what was seen, what was done."""

from __future__ import annotations

from vernix.births.antenatal.specialty_codes import (
    BIRTH_PLAN,
    CLINIC,
    FETAL_FINDING,
    FETAL_TREATMENT,
    FLUID,
    SPECIALTY_REASON,
)
from vernix.births.codes import YES_NO
from vernix.births.declaring import Block, element

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
