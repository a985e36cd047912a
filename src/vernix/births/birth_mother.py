"""The mother: who she is (direct identifiers), her body and habits, those before this child."""

from __future__ import annotations

from vernix.births.codes import HEALTH_CARD, MARITAL_STATUS, SMOKING, YES_NO, Words
from vernix.births.elements import Element, Range


def _identifier(
    name: str, label: Words, definition: Words, source: str, *aliases: str, longest: int = 250
) -> Element:
    return Element(
        name=name,
        type="text",
        label=label,
        definition=definition,
        source=source,
        privacy="direct",
        subject="mother",
        longest=longest,
        aliases=aliases,
    )


def _count(name: str, label: Words, definition: Words, source: str, *aliases: str) -> Element:
    """How many children or pregnancies before this one."""
    return Element(
        name=name,
        type="integer",
        label=label,
        definition=definition,
        source=source,
        privacy="clinical",
        subject="mother",
        possible=Range(0, 30),
        plausible=Range(0, 15),
        aliases=aliases,
    )


def _weight(name: str, label: Words, definition: Words, source: str, *aliases: str) -> Element:
    return Element(
        name=name,
        type="decimal",
        places=1,
        unit="kg",
        label=label,
        definition=definition,
        source=source,
        privacy="clinical",
        subject="mother",
        possible=Range(20, 320),
        plausible=Range(35, 200),
        aliases=aliases,
    )


def _cigarettes(name: str, when: Words, source: str, *aliases: str) -> Element:
    return Element(
        name=name,
        type="integer",
        unit="1/d",
        label=Words(f"Cigarettes a day, {when.en}", f"Cigarettes par jour, {when.fr}"),
        definition=Words(
            f"As she says herself, on average, {when.en}; 0 for none.",
            f"Selon elle, en moyenne, {when.fr} ; 0 pour aucune.",
        ),
        source=source,
        privacy="clinical",
        subject="mother",
        possible=Range(0, 98),
        plausible=Range(0, 60),
        aliases=aliases,
    )


IDENTITY = (
    _identifier(
        "mother_family_name",
        Words("Mother's family name", "Nom de famille de la mère"),
        Words("As on her health card.", "Comme sur sa carte Santé."),
        "BORN LastName; IJE MOMLNAME",
        "mother_last_name",
        "momlname",
        "maternal_last_name",
        "nom_mere",
    ),
    _identifier(
        "mother_given_names",
        Words("Mother's given names", "Prénoms de la mère"),
        Words("As on her health card.", "Comme sur sa carte Santé."),
        "BORN FirstName; IJE MOMFNAME",
        "mother_first_name",
        "momfname",
        "maternal_first_name",
        "prenom_mere",
    ),
    _identifier(
        "mother_birth_family_name",
        Words("Mother's family name at birth", "Nom de naissance de la mère"),
        Words("Before any marriage.", "Avant tout mariage."),
        "IJE MOMMAIDN",
        "mommaidn",
        "maiden_name",
        "nom_jeune_fille",
    ),
    Element(
        name="mother_birth_date",
        type="date",
        label=Words("Mother's date of birth", "Date de naissance de la mère"),
        definition=Words("The day the mother was born.", "Le jour où la mère est née."),
        source="BORN DOB; IJE MDOB_YR, MDOB_MO, MDOB_DY",
        privacy="direct",
        subject="mother",
        aliases=("mother_dob", "mdob", "maternal_dob", "date_naissance_mere"),
    ),
    _identifier(
        "mother_health_number",
        Words("Mother's health number", "Numéro de carte Santé de la mère"),
        Words(
            "Ten digits in Ontario, without the version code.",
            "Dix chiffres en Ontario, sans le code de version.",
        ),
        "BORN HealthCardNum",
        "mother_hcn",
        "maternal_hcn",
        "hcn_mere",
        "mother_hin",
        longest=20,
    ),
    Element(
        name="mother_health_card",
        type="code",
        codes=HEALTH_CARD,
        label=Words("Issuer of the mother's health card", "Émetteur de la carte Santé de la mère"),
        definition=Words(
            "Whose number the mother's health number is; a blank means Ontario.",
            "De qui est le numéro de carte Santé de la mère ; un blanc signifie l’Ontario.",
        ),
        source="BORN HealthCardType",
        privacy="quasi",
        subject="mother",
        aliases=("mother_health_card_type",),
    ),
    _identifier(
        "mother_chart_number",
        Words("Mother's chart number", "Numéro de dossier médical de la mère"),
        Words("The site's own number for the mother.", "Le numéro de la mère dans l’établissement."),
        "BORN ChartNumber",
        "mother_chart",
        "mother_mrn",
        longest=20,
    ),
    _identifier(
        "address_line_1",
        Words("Address, line 1", "Adresse, ligne 1"),
        Words("Number and street where the mother lives.", "Numéro et rue où vit la mère."),
        "BORN ResidentAddressLine1",
        "residentaddressline1",
        "address",
        "street",
        "adresse",
    ),
    _identifier(
        "address_line_2",
        Words("Address, line 2", "Adresse, ligne 2"),
        Words("Apartment, rural route, or care of.", "Appartement, route rurale, ou aux soins de."),
        "BORN ResidentAddressLine2",
        "residentaddressline2",
        "address2",
    ),
    _identifier(
        "city",
        Words("City", "Ville"),
        Words("City, town or community where the mother lives.", "Ville ou communauté où vit la mère."),
        "BORN ResidentCity",
        "residentcity",
        "town",
        "municipality",
        "ville",
        longest=100,
    ),
    _identifier(
        "postal_code",
        Words("Postal code", "Code postal"),
        Words(
            "Of the mother's home: letter, digit, letter, digit, letter, digit.",
            "Du domicile de la mère : lettre, chiffre, lettre, chiffre, lettre, chiffre.",
        ),
        "BORN ResidentPostalCode",
        "residentpostalcode",
        "postalcode",
        "postcode",
        "zip",
        longest=10,
    ),
    _identifier(
        "phone",
        Words("Telephone", "Téléphone"),
        Words("A number at which the mother can be reached.", "Un numéro où joindre la mère."),
        "BORN Antenatal record",
        "telephone",
        "phone_number",
        longest=40,
    ),
)

PERSON = (
    Element(
        name="mother_age",
        type="integer",
        unit="a",
        label=Words("Mother's age", "Âge de la mère"),
        definition=Words(
            "In completed years on the day of the birth. Where it is blank, it is worked out from both dates "
            "of birth.",
            "En années révolues le jour de la naissance. S’il manque, il est déduit des deux dates de "
            "naissance.",
        ),
        source="IJE MAGER; BORN Age",
        privacy="quasi",
        subject="mother",
        required="expected",
        possible=Range(10, 65),
        plausible=Range(14, 52),
        aliases=("mager", "mage", "m_age", "maternal_age", "mother age", "age_mere", "age"),
    ),
    Element(
        name="father_age",
        type="integer",
        unit="a",
        label=Words("Father's age", "Âge du père"),
        definition=Words(
            "In completed years on the day of the birth.", "En années révolues le jour de la naissance."
        ),
        source="IJE FAGER",
        privacy="quasi",
        subject="event",
        possible=Range(10, 100),
        plausible=Range(14, 70),
        aliases=("fagecomb", "fage", "f_age", "paternal_age", "age_pere"),
    ),
    Element(
        name="marital_status",
        type="code",
        codes=MARITAL_STATUS,
        label=Words("Marital status", "État matrimonial"),
        definition=Words("Of the mother, at the birth.", "De la mère, à la naissance."),
        source="BORN Antenatal record; IJE MARN",
        privacy="quasi",
        subject="mother",
        aliases=("marital", "marn", "etat_matrimonial"),
    ),
    Element(
        name="food_assistance",
        type="code",
        codes=YES_NO,
        label=Words("Food assistance in pregnancy", "Aide alimentaire pendant la grossesse"),
        definition=Words(
            "Whether a public programme gave the mother food in this pregnancy.",
            "Si un programme public a fourni des aliments à la mère pendant cette grossesse.",
        ),
        source="IJE WIC",
        privacy="quasi",
        subject="mother",
        aliases=("wic",),
    ),
    Element(
        name="mother_height",
        type="decimal",
        places=1,
        unit="cm",
        label=Words("Mother's height", "Taille de la mère"),
        definition=Words("Without shoes.", "Sans chaussures."),
        source="IJE HFT, HIN; BORN Height",
        privacy="clinical",
        subject="mother",
        possible=Range(100, 230),
        plausible=Range(125, 200),
        aliases=("m_ht_in", "height", "maternal_height", "hin", "taille_mere"),
    ),
    _weight(
        "mother_weight_before",
        Words("Mother's weight before pregnancy", "Poids de la mère avant la grossesse"),
        Words("Measured or remembered.", "Mesuré ou déclaré."),
        "IJE PWGT",
        "pwgt_r",
        "pwgt",
        "prepregnancy_weight",
    ),
    _weight(
        "mother_weight_delivery",
        Words("Mother's weight at delivery", "Poids de la mère à l’accouchement"),
        Words("The last before delivery.", "Le dernier avant l’accouchement."),
        "IJE DWGT",
        "dwgt_r",
        "dwgt",
        "delivery_weight",
    ),
    Element(
        name="mother_weight_gain",
        type="decimal",
        places=1,
        unit="kg",
        label=Words("Weight gained in pregnancy", "Poids pris pendant la grossesse"),
        definition=Words(
            "Weight at delivery less weight before; a loss is negative.",
            "Poids à l’accouchement moins poids d’avant ; une perte est négative.",
        ),
        source="IJE PWGT, DWGT",
        privacy="clinical",
        subject="mother",
        possible=Range(-60, 100),
        plausible=Range(-20, 50),
        aliases=("gained", "wtgain", "weight_gain"),
    ),
    Element(
        name="smoking",
        type="code",
        codes=SMOKING,
        label=Words("Smoked in pregnancy", "A fumé pendant la grossesse"),
        definition=Words(
            "Whether the mother smoked at any time in this pregnancy.",
            "Si la mère a fumé à un moment de cette grossesse.",
        ),
        source="BORN Smoking",
        privacy="clinical",
        subject="mother",
        aliases=("habit", "smoke", "smoker", "cig_rec", "tabac"),
    ),
    _cigarettes(
        "cigarettes_before", Words("before pregnancy", "avant la grossesse"), "IJE CIGPN", "cig_0", "cigpn"
    ),
    _cigarettes("cigarettes_1", Words("first trimester", "premier trimestre"), "IJE CIGFN", "cig_1", "cigfn"),
    _cigarettes(
        "cigarettes_2", Words("second trimester", "deuxième trimestre"), "IJE CIGSN", "cig_2", "cigsn"
    ),
    _cigarettes(
        "cigarettes_3", Words("third trimester", "troisième trimestre"), "IJE CIGLN", "cig_3", "cigln"
    ),
)

HISTORY = (
    _count(
        "gravida",
        Words("Pregnancies", "Grossesses"),
        Words("All, this one included.", "Toutes, celle-ci comprise."),
        "BORN Gravida",
        "gravidity",
        "gestité",
    ),
    _count(
        "parity",
        Words("Parity", "Parité"),
        Words(
            "Earlier pregnancies that ended in a birth of 20 weeks or more.",
            "Grossesses antérieures menées à 20 semaines ou plus.",
        ),
        "BORN Term and Preterm; WHO Robson 2017",
        "para",
        "parite",
    ),
    _count(
        "previous_live_births_living",
        Words("Earlier children now living", "Enfants antérieurs vivants"),
        Words(
            "Born alive before this birth, living now.", "Nés vivants avant cette naissance, encore vivants."
        ),
        "IJE PLBL",
        "priorlive",
        "plbl",
    ),
    _count(
        "previous_live_births_dead",
        Words("Earlier children now dead", "Enfants antérieurs décédés"),
        Words(
            "Born alive before this birth, since dead.", "Nés vivants avant cette naissance, décédés depuis."
        ),
        "IJE PLBD",
        "priordead",
        "plbd",
    ),
    _count(
        "previous_other_outcomes",
        Words("Earlier pregnancies without live birth", "Grossesses antérieures sans naissance vivante"),
        Words("Losses and terminations of any duration.", "Pertes et interruptions de toute durée."),
        "IJE POPO",
        "priorterm",
        "popo",
    ),
    _count(
        "previous_caesareans",
        Words("Earlier caesareans", "Césariennes antérieures"),
        Words("How many; 0 for none.", "Combien ; 0 pour aucune."),
        "IJE PCES, NPCES; WHO Robson 2017",
        "npces",
        "rf_cesarn",
        "previous_cs",
    ),
)

MOTHER = IDENTITY + PERSON + HISTORY
