"""The event itself: which birth, where, when, how pregnancy ended, and who paid."""

from __future__ import annotations

from vernix.births.codes import (
    BIRTH_PLACE,
    DELIVERY_METHOD,
    GESTATION_METHOD,
    LABOUR_TYPE,
    OUTCOME,
    PAYMENT,
    PRESENTATION,
    YES_NO,
)
from vernix.births.declaring import Block, element
from vernix.births.elements import Places


class Event(Block, subject="child", privacy="clinical"):
    """A birth."""

    birth_date = element(
        "date",
        ("Date of birth", "Date de naissance"),
        ("The day the child was born.", "Le jour où l’enfant est né."),
        source="BORN DOB",
        privacy="quasi",
        required="expected",
        aliases=("dob", "date of birth", "baby_dob", "child_birth_date", "infant_dob", "date_naissance"),
        at=Places(
            ije=("IDOB_YR", "IDOB_MO", "IDOB_DY"), hl7=("PID-7",), fhir=("Patient.birthDate",), xml=("DOB",)
        ),
    )
    birth_time = element(
        "time",
        ("Time of birth", "Heure de naissance"),
        (
            "Local time, 00:00 to 23:59. Midnight is 00:00 of the day that begins.",
            "Heure locale, de 00:00 à 23:59. Minuit est 00:00 du jour qui commence.",
        ),
        source="IJE natality",
        privacy="quasi",
        aliases=("tb", "time of birth", "tob", "heure_naissance"),
        at=Places(ije=("TB",), hl7=("PID-7",), fhir=("Patient.birthDate.extension.value",), loinc="57715-5"),
    )
    birth_year = element(
        "integer",
        ("Year of birth", "Année de naissance"),
        (
            "The year the child was born, where the date itself is not sent.",
            "L’année de naissance de l’enfant, lorsque la date elle-même n’est pas transmise.",
        ),
        source="IJE natality",
        privacy="quasi",
        possible=(1900, 2200),
        plausible=(1960, 2100),
        aliases=("year", "idob_yr", "dob_yy", "annee"),
        at=Places(ije=("IDOB_YR",), fhir=("Patient.birthDate.substring(0, 4)",)),
    )
    outcome = element(
        OUTCOME,
        ("Outcome of the birth", "Issue de la naissance"),
        (
            "Whether the child showed signs of life. A stillbirth is of 20 weeks or more, or of 500 g "
            "or more.",
            "Si l’enfant a montré des signes de vie. Une mortinaissance est de 20 semaines ou plus, ou "
            "de 500 g ou plus.",
        ),
        source="BORN Birth Child",
        required="expected",
        aliases=("birth_outcome", "birth outcome", "issue", "live_still"),
        at=Places(fhir=("Composition.type",)),
    )
    gestation = element(
        "gestation",
        ("Gestation at birth", "Âge gestationnel à la naissance"),
        (
            "Best estimate, in days; 38w4d, 38+4, 38 (completed weeks) or a number of days. Weeks "
            "alone count as weeks and no days, so only completed weeks are comparable between sites.",
            "Meilleure estimation, en jours ; 38w4d, 38+4, 38 (semaines révolues) ou un nombre de "
            "jours. Des semaines seules valent zéro jour de plus ; seules les semaines révolues se "
            "comparent.",
        ),
        source="BORN GA at birth",
        required="expected",
        unit="d",
        # Real birth files hold live births recorded at 18 and at 46 weeks: questioned, not refused.
        possible=(98, 342),
        plausible=(154, 307),
        aliases=(
            "combgest",
            "weeks",
            "owgest",
            "ga",
            "gestational_age",
            "gestational age",
            "gestationalage",
            "gestation_weeks",
            "ga_weeks",
            "age_gestationnel",
        ),
        at=Places(ije=("OWGEST",), xml=("GestationalAge",), loinc="11884-4"),
    )
    gestation_method = element(
        GESTATION_METHOD,
        ("Dating method", "Méthode de datation"),
        (
            "How gestation was estimated; the most exact method that was used.",
            "Comment l’âge gestationnel a été estimé ; la plus exacte des méthodes employées.",
        ),
        source="BORN DatingMethods; SOGC 388",
        subject="mother",
        aliases=("dating_method", "dating method", "datation"),
        at=Places(xml=("datingMethods",)),
    )
    plurality = element(
        "integer",
        ("Number of children of this pregnancy", "Nombre d’enfants de cette grossesse"),
        (
            "Born alive or dead: 1 for a single child, 2 for twins.",
            "Nés vivants ou morts : 1 pour un enfant unique, 2 pour des jumeaux.",
        ),
        source="IJE natality",
        subject="event",
        required="expected",
        possible=(1, 12),
        plausible=(1, 4),
        aliases=("dplural", "plur", "fetuses", "number_of_fetuses", "births_in_confinement", "pluralite"),
        at=Places(ije=("PLUR",), fhir=("Patient.multipleBirth.extension.value",), loinc="57722-1"),
    )
    birth_order = element(
        "integer",
        ("Order of birth", "Rang de naissance"),
        (
            "This child's place among the children of this pregnancy: 1 for the first born.",
            "La place de cet enfant parmi ceux de cette grossesse : 1 pour le premier-né.",
        ),
        source="IJE natality",
        possible=(1, 12),
        plausible=(1, 4),
        aliases=("sord", "set_order", "rang"),
        at=Places(ije=("SORD",), hl7=("PID-25",), fhir=("Patient.multipleBirthInteger",)),
    )
    born_alive = element(
        "integer",
        ("Children born alive", "Enfants nés vivants"),
        ("Of this pregnancy, this child included.", "De cette grossesse, cet enfant compris."),
        source="IJE natality",
        subject="event",
        possible=(0, 12),
        plausible=(0, 4),
        aliases=("liveb", "nes_vivants"),
        at=Places(ije=("LIVEB",), loinc="73773-4"),
    )
    birth_place = element(
        BIRTH_PLACE,
        ("Kind of place", "Genre de lieu"),
        ("Where the child was born.", "Où l’enfant est né."),
        source="IJE natality",
        subject="event",
        privacy="quasi",
        aliases=("ubfacil", "bplace", "place_of_birth", "place of birth", "bfacil", "lieu_naissance"),
        at=Places(ije=("BPLACE",), fhir=("Encounter.location.physicalType",)),
    )
    labour_type = element(
        LABOUR_TYPE,
        ("Onset of labour", "Début du travail"),
        (
            "How labour began; no labour means a caesarean before it.",
            "Comment le travail a commencé ; pas de travail signifie une césarienne avant celui-ci.",
        ),
        source="BORN Labour type; WHO Robson 2017",
        subject="mother",
        required="expected",
        aliases=("labor_type", "onset_of_labour", "labour", "travail"),
    )
    induction = element(
        YES_NO,
        ("Labour induced", "Travail déclenché"),
        (
            "Whether anything was done to begin labour before it began by itself.",
            "Si quelque chose a été fait pour déclencher le travail avant qu’il ne commence de lui-même.",
        ),
        source="IJE natality",
        subject="mother",
        # The 1989 form asked for induction as well (uop_induc); two columns cannot fill one element.
        aliases=("ld_indl", "indl", "induced", "declenchement"),
        at=Places(ije=("INDL",)),
    )
    presentation = element(
        PRESENTATION,
        ("Presentation", "Présentation"),
        (
            "What of the child came first at delivery; in a mother's record, of the first child.",
            "La partie de l’enfant qui se présentait ; au dossier de la mère, celle du premier enfant.",
        ),
        source="WHO Robson 2017",
        aliases=("me_pres", "pres", "fetal_presentation"),
        at=Places(ije=("PRES",), loinc="73761-9"),
    )
    delivery_method = element(
        DELIVERY_METHOD,
        ("Method of delivery", "Mode d’accouchement"),
        (
            "How this child was finally born. After a failed instrument, what succeeded; in a mother's "
            "record, that of the last child.",
            "Comment cet enfant est finalement né. Après un instrument sans succès, ce qui a réussi ; au "
            "dossier de la mère, celui du dernier enfant.",
        ),
        source="BORN Type of birth",
        required="expected",
        aliases=("me_rout", "rout", "mode_of_delivery", "delivery", "type_of_birth", "dmeth", "accouchement"),
        at=Places(ije=("ROUT",), loinc="73762-7"),
    )
    insurance = element(
        PAYMENT,
        ("Who pays", "Qui paie"),
        ("The main payer of the birth.", "Le principal payeur de la naissance."),
        source="IJE natality",
        subject="mother",
        privacy="quasi",
        aliases=("pay", "payment", "payer", "pay_rec", "assurance"),
        at=Places(ije=("PAY",), fhir=("Coverage.type",)),
    )
