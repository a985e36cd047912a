"""The child: how it was at birth, what care it needed."""

from __future__ import annotations

from vernix.births.codes import (
    ANOMALY,
    FEEDING_INTENTION,
    SEX,
    YES_NO,
)
from vernix.births.declaring import Block, element
from vernix.births.elements import Places


class ConditionAtBirth(Block, subject="child", privacy="clinical"):
    """How the child was in its first minutes."""

    sex = element(
        SEX,
        ("Sex at birth", "Sexe à la naissance"),
        ("As observed at birth.", "Tel que constaté à la naissance."),
        source="BORN Gender",
        privacy="quasi",
        required="expected",
        aliases=("isex", "gender", "sex_baby", "baby_sex", "infant_sex", "sexe"),
        at=Places(ije=("ISEX",), hl7=("PID-8",), fhir=("Patient.gender",), xml=("Gender",)),
    )
    birth_weight = element(
        "integer",
        ("Birth weight", "Poids à la naissance"),
        (
            "The first weight measured after birth, in grams.",
            "Le premier poids mesuré après la naissance, en grammes.",
        ),
        source="BORN BirthWeight",
        required="expected",
        unit="g",
        possible=(100, 7500),
        # Under 400 g is questioned only of a live birth (B-WGT-02): a stillbirth of 20 weeks may weigh 250 g.
        plausible=(200, 5500),
        aliases=("dbwt", "weight", "bwg", "bwt", "birthweight", "birth weight", "poids", "poids_naissance"),
        at=Places(ije=("BWG",), xml=("BirthWeight",), loinc="8339-4"),
    )
    low_birth_weight = element(
        YES_NO,
        ("Low birth weight, as classed by the site", "Petit poids, selon l’établissement"),
        (
            "The site's own class (under 2500 g), made from the weight as measured. It decides where "
            "the weight that is sent was rounded or converted, for instance from pounds.",
            "La classe établie par l’établissement (moins de 2500 g) d’après le poids mesuré. Elle "
            "décide là où le poids transmis a été arrondi ou converti, par exemple à partir de livres.",
        ),
        source="vernix; openintro births14",
        aliases=("lowbirthweight", "lbw", "petit_poids"),
    )
    weight_confirmed = element(
        "boolean",
        ("Weight and gestation confirmed", "Poids et âge gestationnel confirmés"),
        (
            "The site has compared weight and gestation with the chart; they stand although they are "
            "unusual.",
            "L’établissement a comparé poids et âge gestationnel avec le dossier ; ils sont exacts "
            "quoique rares.",
        ),
        source="IJE natality",
        aliases=("bw_bypass", "poids_confirme"),
        at=Places(ije=("BW_BYPASS",), fhir=("Observation.value.extension",)),
    )
    apgar_1 = element(
        "integer",
        ("Apgar score at 1 min", "Indice d’Apgar à 1 min"),
        (
            "The sum of five signs, 0 to 10, at 1 min after birth.",
            "La somme de cinq signes, de 0 à 10, 1 min après la naissance.",
        ),
        source="BORN Apgar",
        possible=(0, 10),
        aliases=("apgar1", "apgar 1"),
        at=Places(xml=("APGAR1",), loinc="9272-6"),
    )
    apgar_5 = element(
        "integer",
        ("Apgar score at 5 min", "Indice d’Apgar à 5 min"),
        (
            "The sum of five signs, 0 to 10, at 5 min after birth.",
            "La somme de cinq signes, de 0 à 10, 5 min après la naissance.",
        ),
        source="BORN Apgar",
        required="expected",
        possible=(0, 10),
        aliases=("apgar5", "apgar 5", "apgar5r"),
        at=Places(ije=("APGAR5",), xml=("APGAR5",), loinc="9274-2"),
    )
    apgar_10 = element(
        "integer",
        ("Apgar score at 10 min", "Indice d’Apgar à 10 min"),
        (
            "The sum of five signs, 0 to 10, at 10 min after birth.",
            "La somme de cinq signes, de 0 à 10, 10 min après la naissance.",
        ),
        source="BORN Apgar",
        possible=(0, 10),
        aliases=("apgar10", "apgar 10"),
        at=Places(ije=("APGAR10",), loinc="9271-8"),
    )
    length = element(
        "decimal",
        ("Length", "Taille"),
        ("Crown to heel, after birth.", "Du sommet de la tête au talon, après la naissance."),
        source="BORN BirthLength",
        unit="cm",
        digits=1,
        possible=(10, 80),
        plausible=(25, 62),
        aliases=("birthlength", "birth_length", "taille"),
        at=Places(xml=("BirthLength",), loinc="8305-5"),
    )
    head_circumference = element(
        "decimal",
        ("Head circumference", "Périmètre crânien"),
        ("The largest, after birth.", "Le plus grand, après la naissance."),
        source="BORN BirthHeadCirc",
        unit="cm",
        digits=1,
        possible=(10, 60),
        plausible=(18, 42),
        aliases=("birthheadcirc", "head_circ", "hc", "perimetre_cranien"),
        at=Places(xml=("BirthHeadCirc",)),
    )


class CareAtBirth(Block, subject="child", privacy="clinical"):
    """What care the child needed, and what was seen."""

    nicu = element(
        YES_NO,
        ("Admitted to neonatal intensive care", "Admis aux soins intensifs néonatals"),
        ("To an intensive or special care nursery.", "Dans une unité de soins intensifs ou spéciaux."),
        source="IJE natality",
        aliases=("ab_nicu", "usin"),
        at=Places(ije=("NICU",)),
    )
    ventilation = element(
        YES_NO,
        ("Ventilated at once", "Ventilé immédiatement"),
        ("Assisted ventilation right after delivery.", "Ventilation assistée dès l’accouchement."),
        source="IJE natality",
        aliases=("ab_aven1", "aven1"),
        at=Places(ije=("AVEN1",)),
    )
    ventilation_6h = element(
        YES_NO,
        ("Ventilated more than 6 h", "Ventilé plus de 6 h"),
        ("Assisted ventilation for more than six hours.", "Ventilation assistée pendant plus de six heures."),
        source="IJE natality",
        aliases=("ab_aven6", "aven6"),
        at=Places(ije=("AVEN6",)),
    )
    surfactant = element(
        YES_NO,
        ("Surfactant given", "Surfactant administré"),
        ("Surfactant replacement therapy.", "Traitement par surfactant exogène."),
        source="IJE natality",
        aliases=("ab_surf", "surf"),
        at=Places(ije=("SURF",)),
    )
    antibiotics = element(
        YES_NO,
        ("Antibiotics for suspected sepsis", "Antibiotiques pour sepsis soupçonné"),
        ("Given to the child.", "Administrés à l’enfant."),
        source="IJE natality",
        aliases=("ab_anti", "anti"),
        at=Places(ije=("ANTI",)),
    )
    seizures = element(
        YES_NO,
        ("Seizures", "Convulsions"),
        ("Seizure or serious neurologic dysfunction.", "Convulsion ou trouble neurologique grave."),
        source="IJE natality",
        aliases=("ab_seiz", "seiz", "convulsions"),
        at=Places(ije=("SEIZ",)),
    )
    congenital_anomaly = element(
        ANOMALY,
        ("Congenital anomaly", "Anomalie congénitale"),
        (
            "Any anomaly seen by discharge. None seen is said, never left blank.",
            "Toute anomalie constatée avant le congé. Aucune constatée se dit, ne se laisse pas en blanc.",
        ),
        source="BORN Birth Child; IJE ANEN to HYPO",
        aliases=("anomaly", "suspected_anomaly", "congenital_anomalies", "anomalie"),
    )
    neural_tube_defect = element(
        YES_NO,
        ("Neural tube defect", "Anomalie du tube neural"),
        ("Anencephaly or spina bifida.", "Anencéphalie ou spina-bifida."),
        source="IJE natality",
        aliases=("anen", "mnsb"),
        at=Places(ije=("ANEN", "MNSB")),
    )
    heart_defect = element(
        YES_NO,
        ("Cyanotic heart defect", "Cardiopathie cyanogène"),
        ("Cyanotic congenital heart disease.", "Cardiopathie congénitale cyanogène."),
        source="IJE natality",
        aliases=("cchd",),
        at=Places(ije=("CCHD",)),
    )
    abdominal_wall_defect = element(
        YES_NO,
        ("Abdominal wall defect", "Anomalie de la paroi abdominale"),
        ("Omphalocele or gastroschisis.", "Omphalocèle ou laparoschisis."),
        source="IJE natality",
        aliases=("omph", "gast"),
        at=Places(ije=("OMPH", "GAST")),
    )
    cleft = element(
        YES_NO,
        ("Cleft lip or palate", "Fente labiale ou palatine"),
        ("With or without the other.", "Avec ou sans l’autre."),
        source="IJE natality",
        aliases=("cl", "cp"),
        at=Places(ije=("CL", "CP")),
    )
    down_syndrome = element(
        ANOMALY,
        ("Down syndrome", "Syndrome de Down"),
        ("Suspected, or confirmed by karyotype.", "Soupçonné, ou confirmé par caryotype."),
        source="IJE natality",
        aliases=("dowt", "trisomy_21", "trisomie_21"),
        at=Places(ije=("DOWT",)),
    )
    diaphragmatic_hernia = element(
        YES_NO,
        ("Diaphragmatic hernia", "Hernie diaphragmatique"),
        ("Present since birth.", "Présente dès la naissance."),
        source="IJE natality",
        aliases=("cdh",),
        at=Places(ije=("CDH",)),
    )
    limb_defect = element(
        YES_NO,
        ("Limb reduction defect", "Réduction d’un membre"),
        ("A limb or a part of one did not form.", "Un membre, ou une partie, ne s’est pas formé."),
        source="IJE natality",
        aliases=("limb",),
        at=Places(ije=("LIMB",)),
    )
    chromosomal_disorder = element(
        ANOMALY,
        ("Other chromosomal disorder", "Autre anomalie chromosomique"),
        (
            "Another than Down syndrome; suspected, or confirmed by karyotype.",
            "Autre que le syndrome de Down ; soupçonnée, ou confirmée par caryotype.",
        ),
        source="IJE natality",
        aliases=("cdit",),
        at=Places(ije=("CDIT",)),
    )
    hypospadias = element(
        YES_NO,
        ("Hypospadias", "Hypospadias"),
        ("The urethra opens below the tip.", "L’urètre s’ouvre sous l’extrémité."),
        source="IJE natality",
        aliases=("hypo",),
        at=Places(ije=("HYPO",)),
    )
    microcephaly = element(
        YES_NO,
        ("Microcephaly", "Microcéphalie"),
        ("A head far too small for gestation.", "Une tête bien trop petite pour l’âge gestationnel."),
        source="IJE natality",
        aliases=("mcph", "microcephalie"),
        at=Places(ije=("MCPH",)),
    )
    child_transfer = element(
        YES_NO,
        ("Child transferred", "Enfant transféré"),
        ("To another site within 24 h.", "Vers un autre établissement dans les 24 h."),
        source="IJE natality",
        aliases=("itran", "infant_transfer"),
        at=Places(ije=("ITRAN",), fhir=("Encounter.hospitalization.dischargeDisposition",)),
    )
    living_at_report = element(
        YES_NO,
        ("Living when reported", "Vivant au moment du rapport"),
        (
            "Whether the child lived when the record was made; not the same as born alive.",
            "Si l’enfant vivait lors de l’établissement du dossier ; autre chose que né vivant.",
        ),
        source="IJE natality",
        aliases=("ilive", "iliv"),
        at=Places(ije=("ILIV",), loinc="73757-7"),
    )
    feeding_intention = element(
        FEEDING_INTENTION,
        ("Intended feeding", "Alimentation prévue"),
        ("What the mother intended before the birth.", "Ce que la mère prévoyait avant la naissance."),
        source="BORN M0047",
        subject="mother",
        aliases=("m0047", "intention_to_breastfeed", "feeding"),
    )
