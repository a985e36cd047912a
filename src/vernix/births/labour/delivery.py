"""The birth itself, as the mother's record tells it: how, by whom, and what became of her."""

from __future__ import annotations

from vernix.births.codes import YES_NO
from vernix.births.declaring import Block, element
from vernix.births.elements import Places
from vernix.births.labour.codes import (
    ATTENDANT,
    CAESAREAN_INDICATION,
    CAESAREAN_TYPE,
    EPISIOTOMY,
    MOTHER_OUTCOME,
    PLACENTA_DELIVERY,
    TRIAL,
    VERSION_ATTEMPT,
)


class Caesarean(Block, subject="mother", privacy="clinical", source="BORN Labour and Birth Mother"):
    """What was tried, and why it came to a caesarean."""

    external_version = element(
        VERSION_ATTEMPT,
        ("External version", "Version par manœuvre externe"),
        (
            "Whether a fetus not head down was turned from outside.",
            "Si un fœtus mal placé a été tourné de dehors.",
        ),
        source="IJE natality",
        aliases=("ecv", "op_ecvs", "ecvs", "ecvf"),
        at=Places(ije=("ECVS", "ECVF")),
    )
    forceps_tried = element(
        YES_NO,
        ("Forceps tried", "Forceps tentés"),
        ("Put on, whether or not the child was born by them.", "Appliqués, que l’enfant en soit né ou non."),
        aliases=("attempted_forceps", "attf"),
        at=Places(ije=("ATTF",)),
    )
    vacuum_tried = element(
        YES_NO,
        ("Vacuum tried", "Ventouse tentée"),
        ("Put on, whether or not the child was born by it.", "Appliquée, que l’enfant en soit né ou non."),
        aliases=("attempted_vacuum", "attv"),
        at=Places(ije=("ATTV",)),
    )
    caesarean_type = element(
        CAESAREAN_TYPE,
        ("Planned or unplanned caesarean", "Césarienne prévue ou non"),
        (
            "Whether there was one, and whether it was planned.",
            "S’il y en a eu une, et si elle était prévue.",
        ),
        aliases=("cs_type", "cesarean_type", "type_of_caesarean"),
    )
    caesarean_indication = element(
        CAESAREAN_INDICATION,
        ("Main reason for caesarean", "Motif principal de la césarienne"),
        ("The reason that decided.", "Le motif qui a décidé."),
        aliases=("indication_for_cs", "primary_cs_indication", "motif_cesarienne"),
    )
    caesarean_indication_second = element(
        CAESAREAN_INDICATION,
        ("Another reason for caesarean", "Autre motif de la césarienne"),
        ("A second reason, where there was one.", "Un second motif, s’il y en avait un."),
        aliases=("other_cs_indication", "secondary_cs_indication"),
    )
    caesarean_dilatation = element(
        "integer",
        ("Dilatation at caesarean", "Dilatation à la césarienne"),
        ("The last measured before it.", "La dernière mesurée avant celle-ci."),
        unit="cm",
        possible=(0, 10),
        aliases=("dilation_at_cs",),
    )
    trial_of_labour = element(
        TRIAL,
        ("Trial of labour", "Épreuve de travail"),
        (
            "Whether labour was tried, by a woman with an earlier caesarean or before this one.",
            "Si le travail a été tenté, après une césarienne antérieure ou avant celle-ci.",
        ),
        source="IJE natality",
        aliases=("tlab", "tolac", "me_trial", "vbac_attempt"),
        at=Places(ije=("TLAB",), loinc="73760-1"),
    )


class ThirdStage(Block, subject="mother", privacy="clinical", source="BORN Labour and Birth Mother"):
    """The perineum, the placenta, the blood."""

    episiotomy = element(
        EPISIOTOMY,
        ("Episiotomy", "Épisiotomie"),
        ("Whether the perineum was cut, and how.", "Si le périnée a été incisé, et comment."),
        source="BORN Maternal Newborn Dashboard",
        required="expected",
        aliases=("episiotomie", "epis"),
    )
    oxytocin_third_stage = element(
        YES_NO,
        ("Oxytocin for the placenta", "Ocytocine pour la délivrance"),
        ("Given when or just after the child was born.", "Donnée à la naissance de l’enfant ou juste après."),
        source="SOGC 431",
        aliases=("active_management", "third_stage_oxytocin"),
    )
    placenta_delivery = element(
        PLACENTA_DELIVERY,
        ("Delivery of the placenta", "Délivrance du placenta"),
        ("How it came.", "Comment il est venu."),
        aliases=("third_stage", "delivrance"),
    )
    cord_clamping = element(
        "integer",
        ("Time to clamping of the cord", "Délai de clampage du cordon"),
        ("Seconds from the birth of the first child.", "Secondes depuis la naissance du premier enfant."),
        unit="s",
        possible=(0, 3600),
        plausible=(0, 900),
        aliases=("delayed_cord_clamping_seconds", "clampage"),
    )
    blood_loss = element(
        "integer",
        ("Blood lost", "Sang perdu"),
        ("To the first hour after the birth.", "Jusqu’à la première heure après la naissance."),
        unit="mL",
        possible=(0, 15000),
        plausible=(20, 5000),
        aliases=("ebl", "estimated_blood_loss", "qbl", "pertes_sanguines"),
    )
    blood_loss_measured = element(
        YES_NO,
        ("Blood loss measured", "Perte de sang mesurée"),
        (
            "Weighed or collected; no means estimated by eye.",
            "Pesée ou recueillie ; non signifie estimée à l’œil.",
        ),
        aliases=("quantitative_blood_loss",),
    )


class Attendance(Block, subject="mother", privacy="clinical", source="BORN Labour and Birth Mother"):
    """Who was there, and what became of her."""

    attendant = element(
        ATTENDANT,
        ("Attendant at the birth", "Intervenant à la naissance"),
        ("Who received the child.", "Qui a accueilli l’enfant."),
        source="IJE natality",
        aliases=("attend", "birth_attendant", "intervenant"),
        at=Places(ije=("ATTEND",), xml=("birthAttendants",)),
    )
    labour_attendant = element(
        ATTENDANT,
        ("Main caregiver in labour", "Intervenant principal pendant le travail"),
        ("Who was responsible when labour began.", "Qui était responsable au début du travail."),
        aliases=("most_responsible_provider", "mrp"),
    )
    mother_outcome = element(
        MOTHER_OUTCOME,
        ("Mother, an hour after", "La mère, une heure après"),
        (
            "Where and how she was an hour after the birth.",
            "Où et comment elle était une heure après la naissance.",
        ),
        required="expected",
        aliases=("maternal_outcome", "issue_mere"),
    )
