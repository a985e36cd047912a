"""What followed a screen: counselling, a diagnostic procedure, its result. Shared by the screens."""

from __future__ import annotations

from vernix.births.antenatal.screening_codes import (
    ANCESTRY,
    CHORIONICITY,
    CHROMOSOMES,
    FOLLOW_UP_CHOSEN,
    LABORATORY_METHOD,
    PREGNANCY_OUTCOME,
    PROCEDURE,
)
from vernix.births.codes import YES_NO
from vernix.births.declaring import Block, element


class Requisition(Block, subject="mother", privacy="clinical", source="BORN Prenatal Screening"):
    """What the requisition of a screen tells of the pregnancy."""

    requisition_date = element(
        "date",
        ("Date of requisition", "Date de la demande"),
        ("The day the screen was asked for.", "Le jour de la demande du dépistage."),
        privacy="quasi",
        aliases=("order_date", "date_demande"),
    )
    ancestry = element(
        ANCESTRY,
        ("Ancestry", "Origine"),
        ("As she says herself, for the calculation alone.", "Selon elle, pour le calcul seulement."),
        privacy="quasi",
        aliases=("ethnicity", "maternal_ethnicity", "origine_ethnique"),
    )
    chorionicity = element(
        CHORIONICITY,
        ("Chorions and amnions", "Chorions et amnios"),
        ("By ultrasound.", "À l’échographie."),
        aliases=("chorion",),
    )
    previous_trisomy = element(
        YES_NO,
        ("Earlier pregnancy with a trisomy", "Grossesse antérieure avec trisomie"),
        ("Of 13, 18 or 21.", "13, 18 ou 21."),
        aliases=("previous_aneuploidy",),
    )
    report_date = element(
        "date",
        ("Date of the report", "Date du rapport"),
        ("The day the laboratory reported.", "Le jour du rapport du laboratoire."),
        privacy="quasi",
        aliases=("reported_date", "date_rapport"),
    )


class Diagnosis(Block, subject="mother", privacy="clinical", source="BORN Prenatal Screening Follow-up"):
    """What was done after a screen, and what it showed."""

    screen_counselled = element(
        YES_NO,
        ("Counselled on the result", "Résultat expliqué"),
        ("By a genetics clinic or her caregiver.", "Par une clinique de génétique ou son intervenant."),
        aliases=("prenatal_counselling",),
    )
    follow_up_chosen = element(
        FOLLOW_UP_CHOSEN,
        ("Follow-up chosen", "Suite choisie"),
        ("The furthest that she chose.", "La plus poussée qu’elle a choisie."),
        aliases=("followup",),
    )
    procedure = element(
        PROCEDURE,
        ("Diagnostic procedure", "Intervention diagnostique"),
        ("How fetal cells were got.", "Comment les cellules fœtales ont été obtenues."),
        aliases=("cvs_amnio", "diagnostic_procedure"),
    )
    procedure_date = element(
        "date",
        ("Date of the procedure", "Date de l’intervention"),
        ("The first, if there were several.", "La première, s’il y en a eu plusieurs."),
        privacy="quasi",
        aliases=("cvs_amnio_date",),
    )
    procedure_gestation = element(
        "gestation",
        ("Gestation at the procedure", "Âge gestationnel à l’intervention"),
        ("Weeks and days.", "Semaines et jours."),
        unit="d",
        possible=(56, 315),
        plausible=(70, 270),
        aliases=("procedure_ga",),
    )
    laboratory_method = element(
        LABORATORY_METHOD,
        ("Laboratory method", "Méthode de laboratoire"),
        ("The furthest that gave a result.", "La plus poussée qui a donné un résultat."),
        source="BORN Cytogenetics",
        aliases=("cyto_method",),
    )
    chromosomes = element(
        CHROMOSOMES,
        ("Chromosomes", "Chromosomes"),
        ("The result, of the fetus or of the child.", "Le résultat, chez le fœtus ou l’enfant."),
        source="BORN Cytogenetics",
        aliases=("karyotype", "cytogenetic_result"),
    )
    pregnancy_outcome = element(
        PREGNANCY_OUTCOME,
        ("Outcome of the pregnancy", "Issue de la grossesse"),
        ("As last known to the sender.", "La dernière connue de l’expéditeur."),
        aliases=("outcome_of_pregnancy", "issue_grossesse"),
    )
