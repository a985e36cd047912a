"""The child from the first hour to discharge: feeding, treatment, screens, illness."""

from __future__ import annotations

from vernix.births.codes import YES_NO
from vernix.births.declaring import Block, element
from vernix.births.elements import Places
from vernix.births.newborn.discharge import INFANT_FEEDING
from vernix.births.newborn.screen_codes import SCREEN_STATUS
from vernix.births.newborn.screening.codes import SCREEN_NOT_DONE_REASON
from vernix.births.postpartum.codes import (
    CHILD_INFECTION,
    COVID,
    GIVEN,
    SUPPLEMENT,
    SUPPLEMENT_REASON,
)


class ChildFeeding(Block, subject="child", privacy="clinical", source="BORN Postpartum Child"):
    """What the child was fed between birth and discharge."""

    skin_to_skin = element(
        YES_NO,
        ("Skin to skin", "Peau contre peau"),
        (
            "For an hour, or to the first feed, right after birth.",
            "Une heure, ou jusqu’à la première tétée, dès la naissance.",
        ),
        source="Baby-Friendly Initiative",
        aliases=("skintoskin", "peau_a_peau"),
    )
    breastfeeding_begun = element(
        YES_NO,
        ("Breastfeeding begun", "Allaitement commencé"),
        (
            "Whether the child was ever put to the breast or given breast milk.",
            "Si l’enfant a été mis au sein ou a reçu du lait maternel, ne fût-ce qu’une fois.",
        ),
        source="Baby-Friendly Initiative",
        aliases=("bf_initiated", "breastfeeding_initiation"),
    )
    first_feed_date = element(
        "date",
        ("Date of first feed", "Date de la première tétée"),
        ("Of any milk.", "De lait, quel qu’il soit."),
        privacy="quasi",
        aliases=("date_first_feed",),
    )
    first_feed_time = element(
        "time",
        ("Time of first feed", "Heure de la première tétée"),
        ("Local time.", "Heure locale."),
        privacy="quasi",
        aliases=("time_first_feed",),
    )
    feeding_to_discharge = element(
        INFANT_FEEDING,
        ("Feeding, birth to discharge", "Alimentation, de la naissance au congé"),
        (
            "All that the child was ever fed until discharge: one bottle of a substitute makes a "
            "combination.",
            "Tout ce que l’enfant a reçu jusqu’au congé : un seul biberon de substitut fait une combinaison.",
        ),
        source="BORN N0044",
        required="expected",
        aliases=("n0044", "infant_feeding", "newborn_feeding", "feeding_birth_to_discharge"),
    )
    supplement = element(
        SUPPLEMENT,
        ("Supplement", "Supplément"),
        ("What was given besides the mother's milk.", "Ce qui a été donné outre le lait de la mère."),
        aliases=("supplement_type",),
    )
    supplement_reason = element(
        SUPPLEMENT_REASON,
        ("Why a supplement", "Pourquoi un supplément"),
        (
            "The main reason, medical or not.",
            "La raison principale, médicale ou non.",
        ),
        aliases=("reason_for_supplementation", "supplementation_reason"),
    )
    supplement_medical = element(
        YES_NO,
        ("Supplement needed medically", "Supplément médicalement nécessaire"),
        ("As the site judged it.", "Selon le jugement de l’établissement."),
        aliases=("medical_indication",),
    )


class ChildTreatment(Block, subject="child", privacy="clinical", source="BORN Postpartum Child"):
    """What every newborn is offered."""

    vitamin_k = element(
        GIVEN,
        ("Vitamin K", "Vitamine K"),
        ("Against bleeding, within six hours of birth.", "Contre les saignements, dans les six heures."),
        source="CPS: vitamin K",
        aliases=("vit_k",),
    )
    eye_prophylaxis = element(
        GIVEN,
        ("Eye ointment", "Onguent ophtalmique"),
        ("Against infection of the eyes at birth.", "Contre l’infection des yeux à la naissance."),
        aliases=("erythromycin", "eye_ointment"),
    )
    hepatitis_b_vaccine = element(
        GIVEN,
        ("Hepatitis B vaccine", "Vaccin contre l’hépatite B"),
        ("To the child, before discharge.", "À l’enfant, avant le congé."),
        aliases=("hepb_vaccine",),
    )
    hepatitis_b_immunoglobulin = element(
        GIVEN,
        ("Hepatitis B immunoglobulin", "Immunoglobuline contre l’hépatite B"),
        ("To the child, within 12 hours.", "À l’enfant, dans les 12 heures."),
        aliases=("hbig",),
    )
    rsv_antibody = element(
        GIVEN,
        ("Antibody against RSV", "Anticorps contre le VRS"),
        ("Against respiratory syncytial virus.", "Contre le virus respiratoire syncytial."),
        source="CPS: RSV",
        aliases=("nirsevimab", "palivizumab"),
    )


class ChildIllness(Block, subject="child", privacy="clinical", source="BORN Postpartum Child"):
    """Jaundice, low sugar, loss of weight, infection."""

    bilirubin_screen = element(
        SCREEN_STATUS,
        ("Bilirubin screen done", "Dépistage de la bilirubine fait"),
        (
            "By blood or through the skin, in the first three days.",
            "Par le sang ou la peau, dans les trois premiers jours.",
        ),
        source="CPS: hyperbilirubinemia",
        aliases=("bili_screen",),
    )
    bilirubin_date = element(
        "date",
        ("Date of bilirubin", "Date de la bilirubine"),
        ("Of the highest value.", "De la valeur la plus élevée."),
        privacy="quasi",
        aliases=("bili_date",),
    )
    bilirubin_highest = element(
        "integer",
        ("Highest bilirubin", "Bilirubine la plus élevée"),
        ("Total, in micromoles per litre.", "Totale, en micromoles par litre."),
        source="CPS: hyperbilirubinemia",
        unit="umol/L",
        possible=(5, 1200),
        plausible=(20, 500),
        aliases=("bilirubin", "tsb", "max_bilirubin"),
        at=Places(loinc="14631-6"),
    )
    jaundice = element(
        YES_NO,
        ("Jaundice that was treated", "Ictère traité"),
        ("By light or otherwise.", "Par la lumière ou autrement."),
        aliases=("jaundice_treated", "ictere"),
    )
    phototherapy = element(
        YES_NO,
        ("Phototherapy", "Photothérapie"),
        ("At any time before discharge.", "À tout moment avant le congé."),
        aliases=("photo_therapy",),
    )
    phototherapy_hours = element(
        "integer",
        ("Hours of phototherapy", "Heures de photothérapie"),
        ("In all.", "En tout."),
        unit="h",
        possible=(0, 1000),
        plausible=(0, 240),
    )
    hypoglycemia = element(
        YES_NO,
        ("Low blood sugar", "Hypoglycémie"),
        ("Under 2.6 mmol/L after two hours of age.", "Sous 2,6 mmol/L après deux heures de vie."),
        source="CPS: hypoglycemia",
        aliases=("hypoglycaemia",),
    )
    glucose_lowest = element(
        "decimal",
        ("Lowest glucose", "Glycémie la plus basse"),
        ("After two hours of age.", "Après deux heures de vie."),
        source="CPS: hypoglycemia",
        unit="mmol/L",
        digits=1,
        possible=(0, 40),
        plausible=(1, 12),
        aliases=("lowest_glucose", "min_glucose"),
    )
    lowest_weight = element(
        "integer",
        ("Lowest weight", "Poids le plus bas"),
        ("Before the child began to gain, in grams.", "Avant la reprise de poids, en grammes."),
        unit="g",
        possible=(200, 7500),
        plausible=(400, 5500),
        aliases=("min_weight", "nadir_weight"),
    )
    child_infection = element(
        CHILD_INFECTION,
        ("Infection", "Infection"),
        ("The gravest before discharge.", "La plus grave avant le congé."),
        aliases=("newborn_infection", "sepsis"),
    )
    child_covid = element(
        COVID,
        ("COVID-19 of the child", "COVID-19 de l’enfant"),
        ("During this stay.", "Pendant ce séjour."),
        source="BORN COVID-19",
        aliases=("covid19", "baby_covid"),
    )
    birth_injury = element(
        YES_NO,
        ("Birth injury", "Traumatisme de la naissance"),
        (
            "Fracture, palsy, bleeding under the scalp.",
            "Fracture, paralysie, hémorragie sous le cuir chevelu.",
        ),
        aliases=("birth_trauma",),
    )


class ChildFollowUp(Block, subject="child", privacy="clinical", source="BORN HBHC"):
    """Who looks after the child when it goes home."""

    public_health_screen = element(
        SCREEN_STATUS,
        ("Public-health screen done", "Dépistage de santé publique fait"),
        ("The Healthy Babies Healthy Children screen.", "Le dépistage Bébés en santé, enfants en santé."),
        aliases=("hbhc_screen", "hbhc_status"),
    )
    public_health_not_done_reason = element(
        SCREEN_NOT_DONE_REASON,
        ("Why there was no public-health screen", "Pourquoi pas de dépistage de santé publique"),
        ("The main reason.", "La raison principale."),
        aliases=("hbhc_not_done_reason",),
    )
    follow_up_arranged = element(
        YES_NO,
        ("Follow-up arranged", "Suivi organisé"),
        ("A first visit within 48 hours of discharge.", "Une première visite dans les 48 heures du congé."),
        source="CPS: discharge of the healthy newborn",
        aliases=("followup_arranged",),
    )
