"""How a pregnancy was dated, and how it is to be cared for."""

from __future__ import annotations

from vernix.births.antenatal.codes import CARE_PLANNED, SCREEN_CHOSEN
from vernix.births.codes import YES_NO
from vernix.births.declaring import Block, element
from vernix.births.elements import Places
from vernix.births.labour.codes import ATTENDANT


class LastPeriod(Block, subject="mother", privacy="quasi", source="BORN Antenatal record"):
    """The period from which the pregnancy is counted."""

    last_period = element(
        "date",
        ("First day of the last period", "Premier jour des dernières règles"),
        (
            "Of the last normal one before this pregnancy.",
            "Des dernières règles normales avant la grossesse.",
        ),
        aliases=("lmp", "last_menstrual_period", "ddr", "dernieres_regles"),
        at=Places(ije=("DLMP_YR", "DLMP_MO", "DLMP_DY"), xml=("LMP",), loinc="8665-2"),
    )


class Dating(Block, subject="mother", privacy="clinical", source="BORN Antenatal record"):
    """What the due date rests on."""

    last_period_certain = element(
        YES_NO,
        ("Last period certain", "Dernières règles certaines"),
        ("Whether she is sure of the day.", "Si elle est sûre du jour."),
        aliases=("lmp_certain",),
        at=Places(xml=("LMPCertain",)),
    )
    cycle_length = element(
        "integer",
        ("Length of her cycle", "Durée du cycle"),
        ("From the first day of one period to the next.", "Du premier jour des règles aux suivantes."),
        unit="d",
        possible=(10, 120),
        plausible=(20, 45),
        aliases=("menstrual_cycle", "cycle"),
        at=Places(xml=("menCycle",)),
    )
    cycle_regular = element(
        YES_NO,
        ("Cycle regular", "Cycle régulier"),
        ("Before this pregnancy.", "Avant cette grossesse."),
        aliases=("menstrual_cycle_regular",),
        at=Places(xml=("menCycleRegular",)),
    )
    contraception_ended = element(
        "date",
        ("Contraception last used", "Dernière contraception"),
        ("The last day that it was used.", "Le dernier jour d’utilisation."),
        privacy="quasi",
        aliases=("contraceptive_last_used",),
        at=Places(xml=("contraceptiveLastUsed",)),
    )
    menstrual_due_date = element(
        "date",
        ("Due date by the last period", "Date prévue selon les règles"),
        ("280 days after it, before any correction.", "280 jours après, avant toute correction."),
        privacy="quasi",
        aliases=("menstrual_edb", "edb_lmp"),
        at=Places(xml=("menstrualEDB",), loinc="11779-6"),
    )
    first_ultrasound_date = element(
        "date",
        ("Dating ultrasound", "Échographie de datation"),
        ("The day of the first that measured the fetus.", "Le jour de la première qui a mesuré le fœtus."),
        privacy="quasi",
        source="SOGC 388",
        aliases=("dating_ultrasound_date", "t1_ultrasound_date"),
    )
    first_ultrasound_gestation = element(
        "gestation",
        ("Gestation at the dating ultrasound", "Âge gestationnel à l’échographie de datation"),
        ("As measured there.", "Tel que mesuré alors."),
        source="SOGC 388",
        unit="d",
        possible=(28, 300),
        plausible=(42, 168),
        aliases=("dating_ultrasound_ga",),
    )


class CarePlan(Block, subject="mother", privacy="clinical", source="BORN Antenatal record"):
    """Who is to care for mother and child, and what screening was chosen."""

    attendant_planned = element(
        ATTENDANT,
        ("Attendant planned", "Intervenant prévu"),
        ("Who is to attend the birth.", "Qui doit assister à la naissance."),
        aliases=("planned_attendant",),
    )
    newborn_care_planned = element(
        CARE_PLANNED,
        ("Care of the newborn planned", "Suivi prévu du nouveau-né"),
        ("Who is to care for the child.", "Qui doit suivre l’enfant."),
        aliases=("newborn_care_provider",),
        at=Places(xml=("newbornCare",)),
    )
    screen_chosen = element(
        SCREEN_CHOSEN,
        ("Genetic screening chosen", "Dépistage génétique choisi"),
        ("What she chose, the last of several.", "Ce qu’elle a choisi ; le dernier de plusieurs."),
        aliases=("prenatal_genetic_screening", "genetic_screening"),
        at=Places(xml=("MSSIPSFTS",)),
    )
    last_visit_date = element(
        "date",
        ("Last visit told of here", "Dernière visite rapportée ici"),
        (
            "The record speaks of the pregnancy up to this day.",
            "Le dossier décrit la grossesse jusqu’à ce jour.",
        ),
        privacy="quasi",
        aliases=("record_date", "form_date", "derniere_visite"),
    )
