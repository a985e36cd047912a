"""What happened to a child in intensive care: breathing, blood, brain, eyes, gut, infection, feeding."""

from __future__ import annotations

from typing import Any

from vernix.births.codes import YES_NO
from vernix.births.declaring import Block, Pair, element
from vernix.births.newborn.intensive.codes import (
    BRONCHOPULMONARY_DYSPLASIA,
    ENCEPHALOPATHY,
    ENTEROCOLITIS,
    FIRST_MILK,
    PATENT_DUCTUS,
    RESPIRATORY_DIAGNOSIS,
    RETINOPATHY,
    RETINOPATHY_TREATMENT,
    VENTRICULAR_HAEMORRHAGE,
)


def _days(label: Pair, definition: Pair, *aliases: str) -> Any:
    """Days of a treatment in this stay, a part of a day counted as one."""
    return element(
        "integer", label, definition, unit="d", possible=(0, 730), plausible=(0, 200), aliases=aliases
    )


class Breathing(Block, subject="child", privacy="clinical", source="CNN; BORN NICU"):
    """Breathing and its support."""

    respiratory_diagnosis = element(
        RESPIRATORY_DIAGNOSIS,
        ("Respiratory diagnosis", "Diagnostic respiratoire"),
        ("The main one in the first three days.", "La principale dans les trois premiers jours."),
        aliases=("resp_diagnosis",),
    )
    ventilator_days = _days(
        ("Days ventilated", "Jours de ventilation"),
        ("Through a tube in the windpipe.", "Par un tube dans la trachée."),
        "vent_days",
    )
    high_frequency = element(
        YES_NO,
        ("High-frequency ventilation", "Ventilation à haute fréquence"),
        ("At any time.", "À tout moment."),
        aliases=("hfov",),
    )
    cpap_days = _days(
        ("Days of CPAP", "Jours de PPC"),
        ("Pressure through the nose, without a tube.", "Pression par le nez, sans tube."),
        "ncpap_days",
    )
    high_flow_days = _days(
        ("Days of high flow", "Jours de haut débit"),
        (
            "Two litres a minute or more by nasal cannula.",
            "Deux litres par minute ou plus par canule nasale.",
        ),
        "hfnc_days",
    )
    oxygen_days = _days(
        ("Days of oxygen", "Jours d’oxygène"),
        ("More than room air, however given.", "Plus que l’air ambiant, quel qu’en soit le mode."),
        "o2_days",
    )
    surfactant_doses = element(
        "integer",
        ("Doses of surfactant", "Doses de surfactant"),
        ("In all.", "En tout."),
        possible=(0, 10),
        plausible=(0, 4),
    )
    nitric_oxide = element(
        YES_NO,
        ("Nitric oxide", "Monoxyde d’azote"),
        ("Inhaled, at any time.", "Inhalé, à tout moment."),
        aliases=("ino",),
    )
    pneumothorax = element(
        YES_NO,
        ("Pneumothorax", "Pneumothorax"),
        ("That was drained.", "Qui a été drainé."),
        aliases=("air_leak",),
    )
    caffeine = element(
        YES_NO,
        ("Caffeine", "Caféine"),
        ("For pauses in breathing.", "Pour des pauses respiratoires."),
        aliases=("methylxanthine",),
    )
    steroids_for_lungs = element(
        YES_NO,
        ("Steroids for the lungs", "Stéroïdes pour les poumons"),
        ("To the child, after birth, for the lungs.", "À l’enfant, après la naissance, pour les poumons."),
        aliases=("postnatal_steroids",),
    )
    bronchopulmonary_dysplasia = element(
        BRONCHOPULMONARY_DYSPLASIA,
        ("Bronchopulmonary dysplasia", "Dysplasie bronchopulmonaire"),
        (
            "Breathing support at 36 weeks of postmenstrual age: bronchopulmonary dysplasia by what it "
            "needs.",
            "Soutien respiratoire à 36 semaines d’âge postmenstruel : la dysplasie bronchopulmonaire selon "
            "ce qu’elle exige.",
        ),
        source="Jensen 2019; CNN",
        aliases=("bpd", "cld"),
    )


class Circulation(Block, subject="child", privacy="clinical", source="CNN; BORN NICU"):
    """Heart and blood."""

    patent_ductus = element(
        PATENT_DUCTUS,
        ("Patent ductus arteriosus", "Persistance du canal artériel"),
        ("What was done about it.", "Ce qui a été fait."),
        aliases=("pda",),
    )
    inotropes = element(
        YES_NO,
        ("Medicine for blood pressure", "Médicaments pour la tension"),
        ("By infusion.", "En perfusion."),
        aliases=("vasopressors",),
    )
    red_cell_transfusions = element(
        "integer",
        ("Transfusions of red cells", "Transfusions de globules rouges"),
        ("How many in this stay.", "Combien pendant ce séjour."),
        possible=(0, 100),
        plausible=(0, 20),
        aliases=("prbc_count",),
    )
    exchange_transfusion = element(
        YES_NO,
        ("Exchange transfusion", "Exsanguino-transfusion"),
        ("For jaundice or anaemia.", "Pour un ictère ou une anémie."),
    )


class Brain(Block, subject="child", privacy="clinical", source="CNN; BORN NICU"):
    """Brain and eyes."""

    encephalopathy = element(
        ENCEPHALOPATHY,
        ("Encephalopathy", "Encéphalopathie"),
        (
            "From lack of oxygen at birth; the worst stage.",
            "Par manque d’oxygène à la naissance ; le pire stade.",
        ),
        aliases=("hie_stage",),
    )
    therapeutic_hypothermia = element(
        YES_NO,
        ("Therapeutic hypothermia", "Hypothermie thérapeutique"),
        ("Cooled, whole body or head, for 72 hours.", "Refroidi, corps entier ou tête, pendant 72 heures."),
        source="CPS: hypothermia for encephalopathy",
        aliases=("cooled", "cooling"),
    )
    cranial_ultrasound_date = element(
        "date",
        ("Date of first head ultrasound", "Date de la première échographie cérébrale"),
        ("Or other imaging of the brain.", "Ou autre imagerie du cerveau."),
        privacy="quasi",
        aliases=("head_ultrasound_date",),
    )
    ventricular_haemorrhage = element(
        VENTRICULAR_HAEMORRHAGE,
        ("Intraventricular haemorrhage", "Hémorragie intraventriculaire"),
        ("The worst grade on either side.", "Le pire grade, d’un côté ou de l’autre."),
        aliases=("ivh", "ivh_grade"),
    )
    white_matter_injury = element(
        YES_NO,
        ("White matter injury", "Lésion de la substance blanche"),
        (
            "Periventricular leukomalacia, cysts or enlarged ventricles.",
            "Leucomalacie périventriculaire, kystes ou ventricules dilatés.",
        ),
        aliases=("pvl",),
    )
    retinopathy = element(
        RETINOPATHY,
        ("Retinopathy of prematurity", "Rétinopathie du prématuré"),
        ("The worst stage in either eye.", "Le pire stade, d’un œil ou de l’autre."),
        aliases=("rop", "rop_stage"),
    )
    retinopathy_treatment = element(
        RETINOPATHY_TREATMENT,
        ("Treatment of retinopathy", "Traitement de la rétinopathie"),
        ("In either eye.", "D’un œil ou de l’autre."),
        aliases=("rop_treatment",),
    )
    retinopathy_exam_date = element(
        "date",
        ("Date of first eye examination", "Date du premier examen des yeux"),
        ("For retinopathy.", "Pour la rétinopathie."),
        privacy="quasi",
        aliases=("rop_exam_date",),
    )


class InfectionAndGut(Block, subject="child", privacy="clinical", source="CNN; BORN NICU"):
    """Infection and bowel."""

    early_sepsis = element(
        YES_NO,
        ("Early sepsis", "Septicémie précoce"),
        (
            "Grown from blood or spinal fluid to three days of age.",
            "Culture du sang ou du liquide céphalorachidien, jusqu’à trois jours.",
        ),
        aliases=("eos",),
    )
    late_sepsis = element(
        YES_NO,
        ("Late sepsis", "Septicémie tardive"),
        (
            "Grown from blood or spinal fluid after three days of age.",
            "Culture du sang ou du liquide céphalorachidien, après trois jours.",
        ),
        aliases=("los",),
    )
    antibiotic_days = _days(
        ("Days of antibiotics", "Jours d’antibiotiques"),
        ("By vein or muscle.", "Par veine ou muscle."),
        "abx_days",
    )
    necrotising_enterocolitis = element(
        ENTEROCOLITIS,
        ("Necrotising enterocolitis", "Entérocolite nécrosante"),
        ("The worst stage of Bell.", "Le pire stade de Bell."),
        aliases=("nec", "nec_stage"),
    )
    enterocolitis_surgery = element(
        YES_NO,
        ("Surgery for enterocolitis", "Chirurgie pour entérocolite"),
        ("Drain or operation.", "Drain ou opération."),
        aliases=("nec_surgery",),
    )
    perforation = element(
        YES_NO,
        ("Perforation of the bowel alone", "Perforation intestinale isolée"),
        ("Without enterocolitis.", "Sans entérocolite."),
        aliases=("sip",),
    )


class LinesAndFeeding(Block, subject="child", privacy="clinical", source="CNN; BORN NICU"):
    """Lines and feeding."""

    central_line_days = _days(
        ("Days of a central line", "Jours de cathéter central"),
        ("Umbilical lines and those from arm or leg.", "Ombilical, ou par un bras ou une jambe."),
        "line_days",
    )
    central_line_infection = element(
        YES_NO,
        ("Infection of a central line", "Infection d’un cathéter central"),
        ("As the unit's surveillance counts it.", "Selon la surveillance de l’unité."),
        aliases=("clabsi",),
    )
    parenteral_days = _days(
        ("Days of parenteral nutrition", "Jours de nutrition parentérale"),
        ("Amino acids or fat by vein.", "Acides aminés ou lipides par veine."),
        "tpn_days",
    )
    first_milk = element(
        FIRST_MILK,
        ("First milk", "Premier lait"),
        ("What the child was first fed.", "Ce que l’enfant a d’abord reçu."),
        aliases=("first_feed",),
    )
    full_feeds_date = element(
        "date",
        ("Date of full feeds", "Date de l’alimentation complète"),
        ("The first day without fluids by vein.", "Le premier jour sans soluté par veine."),
        privacy="quasi",
        aliases=("full_enteral_date",),
    )
