"""The mother from the first hour to discharge, and to the visit at six weeks."""

from __future__ import annotations

from vernix.births.codes import UNKNOWN, YES_NO, CodeSet, code
from vernix.births.declaring import Block, element
from vernix.births.elements import Places
from vernix.births.newborn.discharge import DISCHARGED_TO
from vernix.births.newborn.screen_codes import SCREEN_STATUS
from vernix.births.postpartum.codes import (
    CONSENT,
    CONTRACEPTION,
    GIVEN,
    HAEMORRHAGE_TREATMENT,
    READMISSION_REASON,
)

IRON = CodeSet(
    "iron",
    (
        code("none", "None", "Aucun", "no"),
        code("oral", "By mouth", "Par la bouche", "po"),
        code("intravenous", "By vein", "Par veine", "iv"),
        UNKNOWN,
    ),
)


class MotherIllness(Block, subject="mother", privacy="clinical", source="BORN Postpartum Mother"):
    """What harmed her after the first hour."""

    postpartum_haemorrhage = element(
        YES_NO,
        ("Haemorrhage after birth", "Hémorragie post-partum"),
        (
            "A litre or more, or signs of loss of blood, within 24 hours.",
            "Un litre ou plus, ou des signes de perte de sang, dans les 24 heures.",
        ),
        source="SOGC: postpartum haemorrhage",
        aliases=("pph", "hemorrhage"),
    )
    postpartum_blood_loss = element(
        "integer",
        ("Blood lost in 24 h", "Sang perdu en 24 h"),
        (
            "Measured or estimated, in millilitres, with the birth.",
            "Mesuré ou estimé, en millilitres, accouchement compris.",
        ),
        unit="mL",
        possible=(0, 15000),
        plausible=(50, 4000),
        aliases=("ebl_24h", "qbl"),
    )
    haemorrhage_treatment = element(
        HAEMORRHAGE_TREATMENT,
        ("Treatment of haemorrhage", "Traitement de l’hémorragie"),
        ("The gravest that was needed.", "Le plus lourd qui a été nécessaire."),
        aliases=("pph_treatment",),
    )
    retained_placenta = element(
        YES_NO,
        ("Placenta retained", "Rétention placentaire"),
        (
            "In whole or part, and removed by hand or in theatre.",
            "En tout ou en partie, retirée à la main ou au bloc.",
        ),
        aliases=("retained_products",),
    )
    hypertension_postpartum = element(
        YES_NO,
        ("Hypertension after birth", "Hypertension post-partum"),
        ("That was treated.", "Qui a été traitée."),
        aliases=("postpartum_hypertension",),
    )
    endometritis = element(
        YES_NO,
        ("Endometritis", "Endométrite"),
        (
            "Infection of the uterus, treated with antibiotics.",
            "Infection de l’utérus, traitée par antibiotiques.",
        ),
        aliases=("infection_uterus",),
    )
    wound_infection = element(
        YES_NO,
        ("Infection of a wound", "Infection d’une plaie"),
        ("Of abdomen or perineum.", "De l’abdomen ou du périnée."),
        aliases=("infection_wound",),
    )
    mastitis = element(
        YES_NO,
        ("Mastitis", "Mastite"),
        ("Treated with antibiotics.", "Traitée par antibiotiques."),
        aliases=("infection_breast",),
    )
    urinary_infection = element(
        YES_NO,
        ("Urinary infection", "Infection urinaire"),
        ("Treated with antibiotics.", "Traitée par antibiotiques."),
        aliases=("uti",),
    )
    thromboembolism = element(
        YES_NO,
        ("Thrombosis or embolism", "Thrombose ou embolie"),
        ("Of leg, lung or brain.", "De la jambe, du poumon ou du cerveau."),
        aliases=("vte", "dvt", "pe"),
    )
    return_to_theatre = element(
        YES_NO,
        ("Return to the operating room", "Retour au bloc opératoire"),
        ("For any reason.", "Pour toute raison."),
        aliases=("return_to_or",),
    )
    bladder_catheter = element(
        YES_NO,
        ("Urinary retention", "Rétention d’urine"),
        ("A catheter was needed after birth.", "Une sonde a été nécessaire après l’accouchement."),
        aliases=("urinary_retention",),
    )
    haemoglobin_postpartum = element(
        "integer",
        ("Haemoglobin after birth", "Hémoglobine post-partum"),
        ("The lowest, in grams per litre.", "La plus basse, en grammes par litre."),
        unit="g/L",
        possible=(20, 220),
        plausible=(50, 170),
        aliases=("postpartum_hb", "hgb_postpartum"),
        at=Places(loinc="718-7"),
    )


class MotherTreatment(Block, subject="mother", privacy="clinical", source="BORN Postpartum Mother"):
    """What she was given."""

    iron = element(
        IRON,
        ("Iron", "Fer"),
        ("The strongest that was given.", "Le plus fort qui a été donné."),
        aliases=("iron_given",),
    )
    rh_immunoglobulin_postpartum = element(
        GIVEN,
        ("Rh immunoglobulin after birth", "Immunoglobuline anti-D post-partum"),
        ("To a mother who is Rh negative, within 72 hours.", "À une mère Rh négatif, dans les 72 heures."),
        source="SOGC: prevention of Rh alloimmunisation",
        aliases=("rhig_postpartum",),
    )
    mmr_postpartum = element(
        GIVEN,
        ("Measles, mumps, rubella vaccine", "Vaccin rougeole, oreillons, rubéole"),
        ("Before discharge, where she is not immune.", "Avant le congé, si elle n’est pas immunisée."),
        aliases=("mmr",),
    )
    thromboprophylaxis = element(
        YES_NO,
        ("Thromboprophylaxis", "Thromboprophylaxie"),
        ("Heparin after birth.", "Héparine après l’accouchement."),
        aliases=("lmwh",),
    )
    breastfeeding_support = element(
        YES_NO,
        ("Help with breastfeeding", "Aide à l’allaitement"),
        (
            "From a nurse, midwife or consultant before discharge.",
            "D’une infirmière, sage-femme ou consultante avant le congé.",
        ),
        source="Baby-Friendly Initiative",
        aliases=("lactation_support",),
    )
    contraception = element(
        CONTRACEPTION,
        ("Contraception", "Contraception"),
        ("Begun or chosen by discharge.", "Commencée ou choisie au congé."),
        aliases=("contraceptive_method",),
    )


class MotherMind(Block, subject="mother", privacy="clinical", source="BORN Postpartum Mother; EPDS"):
    """Her mind and who looks after her."""

    depression_screen_postpartum = element(
        SCREEN_STATUS,
        ("Screened for depression", "Dépistage de la dépression"),
        (
            "After birth, by the Edinburgh scale or another.",
            "Après l’accouchement, par l’échelle d’Édimbourg ou une autre.",
        ),
        aliases=("epds_done",),
    )
    depression_score_postpartum = element(
        "integer",
        ("Edinburgh score", "Score d’Édimbourg"),
        ("0 to 30; 13 or more calls for an assessment.", "De 0 à 30 ; 13 ou plus appelle une évaluation."),
        possible=(0, 30),
        aliases=("epds", "epds_score"),
    )
    self_harm_thoughts = element(
        YES_NO,
        ("Thoughts of harming herself", "Pensées de se faire du mal"),
        ("The last question of the scale.", "La dernière question de l’échelle."),
        aliases=("epds_10",),
    )
    mental_health_referral = element(
        YES_NO,
        ("Referred for mental health", "Orientée en santé mentale"),
        ("To anybody who treats it.", "Vers quiconque la traite."),
        aliases=("mh_referral",),
    )
    public_health_consent = element(
        CONSENT,
        ("Consent to public health", "Consentement à la santé publique"),
        ("Whether the health unit may contact her.", "Si le bureau de santé peut communiquer avec elle."),
        source="BORN HBHC",
        aliases=("hbhc_consent",),
    )
    six_week_visit_date = element(
        "date",
        ("Date of the six-week visit", "Date de la visite de six semaines"),
        ("The last visit of this pregnancy.", "La dernière visite de cette grossesse."),
        privacy="quasi",
        aliases=("postpartum_visit_date",),
    )


class MotherDischarge(Block, subject="mother", privacy="clinical", source="BORN Postpartum Mother"):
    """How she went home."""

    mother_discharge_date = element(
        "date",
        ("Mother's date of discharge", "Date du congé de la mère"),
        ("The day she left the unit.", "Le jour où elle a quitté l’unité."),
        privacy="quasi",
        required="expected",
        aliases=("maternal_discharge_date", "date_conge_mere"),
    )
    mother_discharge_time = element(
        "time",
        ("Mother's time of discharge", "Heure du congé de la mère"),
        ("Local time.", "Heure locale."),
        privacy="quasi",
        aliases=("maternal_discharge_time",),
    )
    mother_discharged_to = element(
        DISCHARGED_TO,
        ("Where the mother went", "Destination de la mère"),
        ("Where she went at discharge.", "Où elle est allée à son congé."),
        required="expected",
        aliases=("maternal_discharge_to",),
    )
    mother_readmitted_date = element(
        "date",
        ("Mother's date of readmission", "Date de réhospitalisation de la mère"),
        ("The first within six weeks of birth.", "La première dans les six semaines de l’accouchement."),
        privacy="quasi",
        aliases=("maternal_readmission_date",),
    )
    mother_readmission_reason = element(
        READMISSION_REASON,
        ("Why the mother was readmitted", "Motif de réhospitalisation de la mère"),
        ("The main reason.", "La raison principale."),
        aliases=("maternal_readmission_reason",),
    )
    mother_death_date = element(
        "date",
        ("Mother's date of death", "Date du décès de la mère"),
        ("Within a year of the end of pregnancy.", "Dans l’année suivant la fin de la grossesse."),
        source="WHO ICD-10: late maternal death",
        privacy="quasi",
        aliases=("maternal_death_date",),
    )
