"""The child: who it is (direct identifiers), how it was at birth, what care it needed."""

from __future__ import annotations

from vernix.births.codes import ANOMALY, FEEDING_INTENTION, HEALTH_CARD, SEX, YES_NO, Words
from vernix.births.elements import Element, Range


def _flag(name: str, label: Words, definition: Words, source: str, *aliases: str) -> Element:
    """A yes, no or unknown about the child's care."""
    return Element(
        name=name,
        type="code",
        codes=YES_NO,
        label=label,
        definition=definition,
        source=source,
        privacy="clinical",
        subject="child",
        aliases=aliases,
    )


def _apgar(minutes: int, *aliases: str) -> Element:
    return Element(
        name=f"apgar_{minutes}",
        type="integer",
        label=Words(f"Apgar score at {minutes} min", f"Indice d’Apgar à {minutes} min"),
        definition=Words(
            f"The sum of five signs, 0 to 10, at {minutes} min after birth.",
            f"La somme de cinq signes, de 0 à 10, {minutes} min après la naissance.",
        ),
        source="BORN Apgar; IJE APGAR5, APGAR10",
        privacy="clinical",
        subject="child",
        required="expected" if minutes == 5 else "optional",
        possible=Range(0, 10),
        aliases=aliases,
    )


IDENTITY = (
    Element(
        name="child_family_name",
        type="text",
        label=Words("Child's family name", "Nom de famille de l’enfant"),
        definition=Words(
            "As written at the site; often the mother's, and often changed later.",
            "Tel qu’écrit par l’établissement ; souvent celui de la mère, souvent changé ensuite.",
        ),
        source="BORN LastName; IJE KIDLNAME",
        privacy="direct",
        subject="child",
        aliases=("baby_last_name", "child_last_name", "infant_last_name", "kidlname", "nom_enfant"),
    ),
    Element(
        name="child_given_names",
        type="text",
        label=Words("Child's given names", "Prénoms de l’enfant"),
        definition=Words(
            "Blank, or a stand-in such as Baby Girl, until the child is named.",
            "En blanc, ou un nom provisoire tel que Bébé fille, jusqu’à ce que l’enfant soit nommé.",
        ),
        source="BORN FirstName; IJE KIDFNAME",
        privacy="direct",
        subject="child",
        aliases=("baby_first_name", "child_first_name", "infant_first_name", "kidfname", "prenom_enfant"),
    ),
    Element(
        name="child_health_number",
        type="text",
        label=Words("Child's health number", "Numéro de carte Santé de l’enfant"),
        definition=Words(
            "Ten digits in Ontario, without the version code; the number given in advance on the "
            "registration form counts. Blank if there is none: never the mother's.",
            "Dix chiffres en Ontario, sans le code de version ; le numéro attribué d’avance sur le "
            "formulaire compte. En blanc s’il n’y en a pas : jamais celui de la mère.",
        ),
        source="BORN HealthCardNum; Ontario form 4440-82",
        privacy="direct",
        subject="child",
        longest=20,
        aliases=("baby_hcn", "infant_hcn", "child_hcn", "baby_health_number", "hcn_enfant", "infant_hin"),
    ),
    Element(
        name="child_health_card",
        type="code",
        codes=HEALTH_CARD,
        label=Words("Issuer of the child's health card", "Émetteur de la carte Santé de l’enfant"),
        definition=Words(
            "Whose number the child's health number is; a blank means Ontario.",
            "De qui est le numéro de carte Santé de l’enfant ; un blanc signifie l’Ontario.",
        ),
        source="BORN HealthCardType",
        privacy="quasi",
        subject="child",
        aliases=("healthcardtype", "baby_health_card_type"),
    ),
    Element(
        name="child_chart_number",
        type="text",
        label=Words("Child's chart number", "Numéro de dossier médical de l’enfant"),
        definition=Words(
            "The site's own number for the child; it changes when the child is transferred.",
            "Le numéro de l’enfant dans l’établissement ; il change lors d’un transfert.",
        ),
        source="BORN ChartNumber",
        privacy="direct",
        subject="child",
        longest=20,
        aliases=("chartnumber", "chart_number", "baby_chart", "mrn", "baby_mrn"),
    ),
)

CONDITION = (
    Element(
        name="sex",
        type="code",
        codes=SEX,
        label=Words("Sex at birth", "Sexe à la naissance"),
        definition=Words("As observed at birth.", "Tel que constaté à la naissance."),
        source="BORN Gender; IJE ISEX",
        privacy="quasi",
        subject="child",
        required="required",
        aliases=("isex", "gender", "sex_baby", "baby_sex", "infant_sex", "sexe"),
    ),
    Element(
        name="birth_weight",
        type="integer",
        unit="g",
        label=Words("Birth weight", "Poids à la naissance"),
        definition=Words(
            "The first weight measured after birth, in grams.",
            "Le premier poids mesuré après la naissance, en grammes.",
        ),
        source="BORN BirthWeight; IJE BWG",
        privacy="clinical",
        subject="child",
        required="expected",
        possible=Range(100, 7500),
        # Under 400 g is questioned only of a live birth (B-WGT-02): a stillbirth of 20 weeks may weigh 250 g.
        plausible=Range(200, 5500),
        aliases=("dbwt", "weight", "bwg", "bwt", "birthweight", "birth weight", "poids", "poids_naissance"),
    ),
    Element(
        name="low_birth_weight",
        type="code",
        codes=YES_NO,
        label=Words("Low birth weight, as classed by the site", "Petit poids, selon l’établissement"),
        definition=Words(
            "The site's own class (under 2500 g), made from the weight as measured. It decides where the "
            "weight that is sent was rounded or converted, for instance from pounds.",
            "La classe établie par l’établissement (moins de 2500 g) d’après le poids mesuré. Elle décide "
            "là où le poids transmis a été arrondi ou converti, par exemple à partir de livres.",
        ),
        source="vernix; openintro births14",
        privacy="clinical",
        subject="child",
        aliases=("lowbirthweight", "lbw", "petit_poids"),
    ),
    Element(
        name="weight_confirmed",
        type="boolean",
        label=Words("Weight and gestation confirmed", "Poids et âge gestationnel confirmés"),
        definition=Words(
            "The site has compared weight and gestation with the chart; they stand although they are "
            "unusual.",
            "L’établissement a comparé poids et âge gestationnel avec le dossier ; ils sont exacts quoique "
            "rares.",
        ),
        source="IJE BW_BYPASS",
        privacy="clinical",
        subject="child",
        aliases=("bw_bypass", "poids_confirme"),
    ),
    _apgar(1, "apgar1", "apgar 1"),
    _apgar(5, "apgar5", "apgar 5", "apgar5r"),
    _apgar(10, "apgar10", "apgar 10"),
    Element(
        name="length",
        type="decimal",
        places=1,
        unit="cm",
        label=Words("Length", "Taille"),
        definition=Words("Crown to heel, after birth.", "Du sommet de la tête au talon, après la naissance."),
        source="BORN BirthLength",
        privacy="clinical",
        subject="child",
        possible=Range(10, 80),
        plausible=Range(25, 62),
        aliases=("birthlength", "birth_length", "taille"),
    ),
    Element(
        name="head_circumference",
        type="decimal",
        places=1,
        unit="cm",
        label=Words("Head circumference", "Périmètre crânien"),
        definition=Words("The largest, after birth.", "Le plus grand, après la naissance."),
        source="BORN BirthHeadCirc",
        privacy="clinical",
        subject="child",
        possible=Range(10, 60),
        plausible=Range(18, 42),
        aliases=("birthheadcirc", "head_circ", "hc", "perimetre_cranien"),
    ),
)

CARE = (
    _flag(
        "nicu",
        Words("Admitted to neonatal intensive care", "Admis aux soins intensifs néonatals"),
        Words("To an intensive or special care nursery.", "Dans une unité de soins intensifs ou spéciaux."),
        "IJE NICU",
        "ab_nicu",
        "usin",
    ),
    _flag(
        "ventilation",
        Words("Ventilated at once", "Ventilé immédiatement"),
        Words("Assisted ventilation right after delivery.", "Ventilation assistée dès l’accouchement."),
        "IJE AVEN1",
        "ab_aven1",
        "aven1",
    ),
    _flag(
        "ventilation_6h",
        Words("Ventilated more than 6 h", "Ventilé plus de 6 h"),
        Words(
            "Assisted ventilation for more than six hours.",
            "Ventilation assistée pendant plus de six heures.",
        ),
        "IJE AVEN6",
        "ab_aven6",
        "aven6",
    ),
    _flag(
        "surfactant",
        Words("Surfactant given", "Surfactant administré"),
        Words("Surfactant replacement therapy.", "Traitement par surfactant exogène."),
        "IJE SURF",
        "ab_surf",
        "surf",
    ),
    _flag(
        "antibiotics",
        Words("Antibiotics for suspected sepsis", "Antibiotiques pour sepsis soupçonné"),
        Words("Given to the child.", "Administrés à l’enfant."),
        "IJE ANTI",
        "ab_anti",
        "anti",
    ),
    _flag(
        "seizures",
        Words("Seizures", "Convulsions"),
        Words("Seizure or serious neurologic dysfunction.", "Convulsion ou trouble neurologique grave."),
        "IJE SEIZ",
        "ab_seiz",
        "seiz",
        "convulsions",
    ),
    Element(
        name="congenital_anomaly",
        type="code",
        codes=ANOMALY,
        label=Words("Congenital anomaly", "Anomalie congénitale"),
        definition=Words(
            "Any anomaly seen by discharge. None seen is said, never left blank.",
            "Toute anomalie constatée avant le congé. Aucune constatée se dit, ne se laisse pas en blanc.",
        ),
        source="BORN Birth Child; IJE ANEN to HYPO",
        privacy="clinical",
        subject="child",
        aliases=("anomaly", "suspected_anomaly", "congenital_anomalies", "anomalie"),
    ),
    _flag(
        "neural_tube_defect",
        Words("Neural tube defect", "Anomalie du tube neural"),
        Words("Anencephaly or spina bifida.", "Anencéphalie ou spina-bifida."),
        "IJE ANEN, MNSB",
        "anen",
        "mnsb",
    ),
    _flag(
        "heart_defect",
        Words("Cyanotic heart defect", "Cardiopathie cyanogène"),
        Words("Cyanotic congenital heart disease.", "Cardiopathie congénitale cyanogène."),
        "IJE CCHD",
        "cchd",
    ),
    _flag(
        "abdominal_wall_defect",
        Words("Abdominal wall defect", "Anomalie de la paroi abdominale"),
        Words("Omphalocele or gastroschisis.", "Omphalocèle ou laparoschisis."),
        "IJE OMPH, GAST",
        "omph",
        "gast",
    ),
    _flag(
        "cleft",
        Words("Cleft lip or palate", "Fente labiale ou palatine"),
        Words("With or without the other.", "Avec ou sans l’autre."),
        "IJE CL, CP",
        "cl",
        "cp",
    ),
    Element(
        name="down_syndrome",
        type="code",
        codes=ANOMALY,
        label=Words("Down syndrome", "Syndrome de Down"),
        definition=Words(
            "Suspected, or confirmed by karyotype.",
            "Soupçonné, ou confirmé par caryotype.",
        ),
        source="IJE DOWT",
        privacy="clinical",
        subject="child",
        aliases=("dowt", "trisomy_21", "trisomie_21"),
    ),
    _flag(
        "child_transfer",
        Words("Child transferred", "Enfant transféré"),
        Words("To another site within 24 h.", "Vers un autre établissement dans les 24 h."),
        "IJE ITRAN",
        "itran",
        "infant_transfer",
    ),
    _flag(
        "living_at_report",
        Words("Living when reported", "Vivant au moment du rapport"),
        Words(
            "Whether the child lived when the record was made; not the same as born alive.",
            "Si l’enfant vivait lors de l’établissement du dossier ; autre chose que né vivant.",
        ),
        "IJE ILIV",
        "ilive",
        "iliv",
    ),
    Element(
        name="feeding_intention",
        type="code",
        codes=FEEDING_INTENTION,
        label=Words("Intended feeding", "Alimentation prévue"),
        definition=Words(
            "What the mother intended before the birth.",
            "Ce que la mère prévoyait avant la naissance.",
        ),
        source="BORN M0047",
        privacy="clinical",
        subject="mother",
        aliases=("m0047", "intention_to_breastfeed", "feeding"),
    ),
)

CHILD = IDENTITY + CONDITION + CARE
