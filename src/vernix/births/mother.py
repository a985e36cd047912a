"""The mother: her household, her body and her habits. Shared by the encounters."""

from __future__ import annotations

from vernix.births.codes import (
    EDUCATION,
    MARITAL_STATUS,
    SMOKING,
    YES_NO,
)
from vernix.births.declaring import Block, element
from vernix.births.elements import Places


class ParentsAge(Block, subject="mother", privacy="quasi"):
    """How old mother and father were at the birth."""

    mother_age = element(
        "integer",
        ("Mother's age", "Âge de la mère"),
        (
            "In completed years on the day of the birth. Where it is blank, it is worked out from both "
            "dates of birth.",
            "En années révolues le jour de la naissance. S’il manque, il est déduit des deux dates de "
            "naissance.",
        ),
        source="BORN Age",
        required="expected",
        unit="a",
        possible=(10, 65),
        plausible=(14, 52),
        aliases=("mager", "mage", "m_age", "maternal_age", "mother age", "age_mere", "age"),
        at=Places(ije=("MAGER",), fhir=("Patient.extension.extension.value",)),
    )
    father_age = element(
        "integer",
        ("Father's age", "Âge du père"),
        ("In completed years on the day of the birth.", "En années révolues le jour de la naissance."),
        source="IJE natality",
        subject="event",
        unit="a",
        possible=(10, 100),
        plausible=(14, 70),
        aliases=("fagecomb", "fage", "f_age", "paternal_age", "age_pere"),
        at=Places(ije=("FAGER",), fhir=("Patient.extension.extension.value",)),
    )


class Household(Block, subject="mother", privacy="quasi"):
    """How she lives."""

    marital_status = element(
        MARITAL_STATUS,
        ("Marital status", "État matrimonial"),
        ("Of the mother, when she was last asked.", "De la mère, la dernière fois qu’on l’a demandé."),
        source="BORN Antenatal record",
        aliases=("marital", "marn", "etat_matrimonial"),
        at=Places(ije=("MARN",), xml=("maritalStatus",), loinc="87301-8"),
    )
    food_assistance = element(
        YES_NO,
        ("Food assistance in pregnancy", "Aide alimentaire pendant la grossesse"),
        (
            "Whether a public programme gave the mother food in this pregnancy.",
            "Si un programme public a fourni des aliments à la mère pendant cette grossesse.",
        ),
        source="IJE natality",
        aliases=("wic",),
        at=Places(ije=("WIC",), loinc="87303-4"),
    )
    education = element(
        EDUCATION,
        ("Mother's education", "Scolarité de la mère"),
        ("The highest level completed.", "Le plus haut niveau terminé."),
        source="IJE natality",
        aliases=("meduc", "education_level", "scolarite"),
        at=Places(ije=("MEDUC",), xml=("levelOfEducation",), loinc="57712-2"),
    )
    father_education = element(
        EDUCATION,
        ("Father's education", "Scolarité du père"),
        ("The highest level completed.", "Le plus haut niveau terminé."),
        source="IJE natality",
        subject="event",
        aliases=("feduc", "scolarite_pere"),
        at=Places(ije=("FEDUC",), loinc="87300-0"),
    )


class Body(Block, subject="mother", privacy="clinical"):
    """Her height, and her weight before this pregnancy."""

    mother_height = element(
        "decimal",
        ("Mother's height", "Taille de la mère"),
        ("Without shoes.", "Sans chaussures."),
        source="BORN Height",
        unit="cm",
        digits=1,
        possible=(100, 230),
        plausible=(125, 200),
        aliases=("m_ht_in", "height", "maternal_height", "hin", "taille_mere"),
        at=Places(ije=("HFT", "HIN"), xml=("height",), loinc="3137-7"),
    )
    mother_weight_before = element(
        "decimal",
        ("Mother's weight before pregnancy", "Poids de la mère avant la grossesse"),
        ("Measured or remembered.", "Mesuré ou déclaré."),
        source="IJE natality",
        unit="kg",
        digits=1,
        possible=(20, 320),
        plausible=(35, 200),
        aliases=("pwgt_r", "pwgt", "prepregnancy_weight"),
        at=Places(ije=("PWGT",), loinc="56077-1"),
    )


class WeightAtDelivery(Block, subject="mother", privacy="clinical"):
    """Her weight at the end of this pregnancy."""

    mother_weight_delivery = element(
        "decimal",
        ("Mother's weight at delivery", "Poids de la mère à l’accouchement"),
        ("The last before delivery.", "Le dernier avant l’accouchement."),
        source="IJE natality",
        unit="kg",
        digits=1,
        possible=(20, 320),
        plausible=(35, 200),
        aliases=("dwgt_r", "dwgt", "delivery_weight"),
        at=Places(ije=("DWGT",), loinc="69461-2"),
    )
    mother_weight_gain = element(
        "decimal",
        ("Weight gained in pregnancy", "Poids pris pendant la grossesse"),
        (
            "Weight at delivery less weight before; a loss is negative.",
            "Poids à l’accouchement moins poids d’avant ; une perte est négative.",
        ),
        source="IJE natality",
        unit="kg",
        digits=1,
        possible=(-60, 100),
        plausible=(-20, 50),
        aliases=("gained", "wtgain", "weight_gain"),
        at=Places(ije=("PWGT", "DWGT")),
    )


class Smoking(Block, subject="mother", privacy="clinical"):
    """Whether she smoked."""

    smoking = element(
        SMOKING,
        ("Smoked in pregnancy", "A fumé pendant la grossesse"),
        (
            "Whether the mother smoked at any time in this pregnancy.",
            "Si la mère a fumé à un moment de cette grossesse.",
        ),
        source="BORN Smoking",
        aliases=("habit", "smoke", "smoker", "cig_rec", "tabac"),
        at=Places(xml=("currentPregnancy/smoking",)),
    )


class Cigarettes(Block, subject="mother", privacy="clinical"):
    """How much she smoked."""

    cigarettes_before = element(
        "integer",
        ("Cigarettes a day, before pregnancy", "Cigarettes par jour, avant la grossesse"),
        (
            "As she says herself, on average, before pregnancy; 0 for none.",
            "Selon elle, en moyenne, avant la grossesse ; 0 pour aucune.",
        ),
        source="IJE natality",
        unit="1/d",
        possible=(0, 98),
        plausible=(0, 60),
        aliases=("cig_0", "cigpn"),
        at=Places(ije=("CIGPN",), loinc="64794-1"),
    )
    cigarettes_1 = element(
        "integer",
        ("Cigarettes a day, first trimester", "Cigarettes par jour, premier trimestre"),
        (
            "As she says herself, on average, first trimester; 0 for none.",
            "Selon elle, en moyenne, premier trimestre ; 0 pour aucune.",
        ),
        source="IJE natality",
        unit="1/d",
        possible=(0, 98),
        plausible=(0, 60),
        aliases=("cig_1", "cigfn"),
        at=Places(ije=("CIGFN",), loinc="87298-6"),
    )
    cigarettes_2 = element(
        "integer",
        ("Cigarettes a day, second trimester", "Cigarettes par jour, deuxième trimestre"),
        (
            "As she says herself, on average, second trimester; 0 for none.",
            "Selon elle, en moyenne, deuxième trimestre ; 0 pour aucune.",
        ),
        source="IJE natality",
        unit="1/d",
        possible=(0, 98),
        plausible=(0, 60),
        aliases=("cig_2", "cigsn"),
        at=Places(ije=("CIGSN",), loinc="87299-4"),
    )
    cigarettes_3 = element(
        "integer",
        ("Cigarettes a day, third trimester", "Cigarettes par jour, troisième trimestre"),
        (
            "As she says herself, on average, third trimester; 0 for none.",
            "Selon elle, en moyenne, troisième trimestre ; 0 pour aucune.",
        ),
        source="IJE natality",
        unit="1/d",
        possible=(0, 98),
        plausible=(0, 60),
        aliases=("cig_3", "cigln"),
        at=Places(ije=("CIGLN",), loinc="64795-8"),
    )
