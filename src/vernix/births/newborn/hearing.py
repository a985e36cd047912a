"""Encounter ``hearing_screening``: a newborn's hearing, ear by ear, and what may threaten it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from vernix.births.against_births import against_births
from vernix.births.birth.event import Event
from vernix.births.checks import Check, one
from vernix.births.codes import UNKNOWN, YES_NO, CodeSet, Words, code
from vernix.births.declaring import Block, Pair, element, elements_of
from vernix.births.elements import Places
from vernix.births.encounter import Encounter
from vernix.births.identity import ChildIdentity, MotherIdentity, Record
from vernix.births.identity_checks import identity_checks
from vernix.births.moments import days_between
from vernix.births.newborn.child import BORN
from vernix.births.newborn.screen_codes import PASS_OR_REFER, SCREEN_SETTING, SCREEN_STATUS
from vernix.births.newborn.screening.codes import CONDITION_RESULT, SCREEN_NOT_DONE_REASON
from vernix.births.rules import asks_for, in_order, not_to_come, nothing_told_of

if TYPE_CHECKING:
    import ibis

HEARING_METHOD = CodeSet(
    "hearing_method",
    (
        code("oae", "Otoacoustic emissions", "Émissions otoacoustiques", "dpoae", "teoae"),
        code("abr", "Auditory brainstem response", "Potentiels évoqués auditifs", "aabr", "aodpoae"),
        code("both", "Both", "Les deux"),
        UNKNOWN,
    ),
)

HEARING_STAGE = CodeSet(
    "hearing_stage",
    (
        code("first", "First, before discharge", "Premier, avant le congé", "1", "stage 1", "hospital"),
        code("second", "Second, before discharge", "Deuxième, avant le congé", "2", "stage 2"),
        code("community", "In the community", "Dans la communauté", "outpatient"),
        code("surveillance", "Later, because of a risk", "Plus tard, à cause d’un risque", "monitoring"),
        UNKNOWN,
    ),
)

HEARING_LOSS = CodeSet(
    "hearing_loss",
    (
        code("none", "None", "Aucune", "no", "normal"),
        code("conductive", "Conductive, may pass", "De transmission, peut passer", "temporary"),
        code("one_ear", "Permanent, one ear", "Permanente, une oreille", "unilateral"),
        code("both_ears", "Permanent, both ears", "Permanente, deux oreilles", "bilateral"),
        code("pending", "Assessment under way", "Évaluation en cours"),
        UNKNOWN,
    ),
)


class HearingScreen(Block, subject="child", privacy="clinical", source="Infant Hearing Program"):
    """Whether a child was screened, when, where and how."""

    hearing_screen_status = element(
        SCREEN_STATUS,
        ("Hearing screen done", "Dépistage auditif fait"),
        ("Whether both ears could be tested.", "Si les deux oreilles ont pu être testées."),
        required="expected",
        aliases=("unhs_status", "hearing_status"),
    )
    hearing_not_done_reason = element(
        SCREEN_NOT_DONE_REASON,
        ("Why there was no hearing screen", "Pourquoi pas de dépistage auditif"),
        ("The main reason.", "La raison principale."),
        aliases=("unhs_not_done_reason",),
    )
    hearing_screen_date = element(
        "date",
        ("Date of hearing screen", "Date du dépistage auditif"),
        ("The day of this screen.", "Le jour de ce dépistage."),
        privacy="quasi",
        required="expected",
        aliases=("unhs_date",),
        at=Places(hl7=("OBX-14", "OBR-7")),
    )
    hearing_stage = element(
        HEARING_STAGE,
        ("Stage", "Étape"),
        ("Which of the programme's screens this is.", "De quel dépistage du programme il s’agit."),
        aliases=("screen_stage", "stage"),
    )
    hearing_setting = element(
        SCREEN_SETTING,
        ("Where hearing was screened", "Lieu du dépistage auditif"),
        ("Kind of place.", "Genre de lieu."),
        aliases=("unhs_location",),
    )
    hearing_method = element(
        HEARING_METHOD,
        ("Method", "Méthode"),
        (
            "What was measured; after intensive care the brainstem response is wanted.",
            "Ce qui a été mesuré ; après des soins intensifs, les potentiels évoqués sont attendus.",
        ),
        required="expected",
        aliases=("screen_method", "method"),
    )
    nicu_over_5_days = element(
        YES_NO,
        ("In intensive care more than 5 days", "Soins intensifs plus de 5 jours"),
        ("Without a break.", "Sans interruption."),
        aliases=("nicu_gt_5_days",),
    )


class HearingResult(Block, subject="child", privacy="clinical", source="Infant Hearing Program"):
    """What was found, and what followed."""

    right_ear = element(
        PASS_OR_REFER,
        ("Right ear", "Oreille droite"),
        ("Result of this screen.", "Résultat de ce dépistage."),
        required="expected",
        aliases=("right_ear_result", "right"),
        at=Places(loinc="54109-4"),
    )
    left_ear = element(
        PASS_OR_REFER,
        ("Left ear", "Oreille gauche"),
        ("Result of this screen.", "Résultat de ce dépistage."),
        required="expected",
        aliases=("left_ear_result", "left"),
        at=Places(loinc="54108-6"),
    )
    hearing_screen_result = element(
        PASS_OR_REFER,
        ("Result of the hearing screen", "Résultat du dépistage auditif"),
        ("Pass only if both ears pass.", "Réussi seulement si les deux oreilles le sont."),
        required="expected",
        aliases=("unhs_result",),
    )
    hearing_referral = element(
        YES_NO,
        ("Referred to an audiologist", "Dirigé vers un audiologiste"),
        ("Because of the result or of a risk.", "À cause du résultat ou d’un risque."),
        aliases=("referred", "audiology_referral"),
    )
    hearing_referral_date = element(
        "date",
        ("Date of referral", "Date d’orientation"),
        ("The day the audiologist was asked.", "Le jour de la demande à l’audiologiste."),
        privacy="quasi",
        aliases=("referral_date",),
    )
    hearing_assessment_date = element(
        "date",
        ("Date of assessment", "Date de l’évaluation"),
        (
            "The first by an audiologist; wanted by three months of age.",
            "La première d’un audiologiste ; attendue avant trois mois.",
        ),
        privacy="quasi",
        aliases=("audiology_date", "assessment_date"),
    )
    hearing_loss = element(
        HEARING_LOSS,
        ("Hearing loss", "Perte auditive"),
        ("As the assessment found.", "Selon l’évaluation."),
        aliases=("audiology_result",),
    )


def _risk(label: Pair, definition: Pair, *aliases: str) -> Any:
    return element(YES_NO, label, definition, aliases=aliases)


class HearingRisks(
    Block, subject="child", privacy="clinical", source="Infant Hearing Program; LOINC 58232-0"
):
    """What makes a hearing loss likelier, now or later."""

    hearing_risk = element(
        YES_NO,
        ("Any risk of hearing loss", "Un risque de perte auditive"),
        ("Whether one of the risks below is present.", "Si l’un des risques ci-dessous est présent."),
        aliases=("risk_indicator", "risk_factor"),
        at=Places(loinc="58232-0"),
    )
    hearing_risk_screen = element(
        CONDITION_RESULT,
        ("Blood-spot test of hearing risk", "Test du risque auditif sur sang séché"),
        (
            "Cytomegalovirus or genes of hearing loss in the newborn-screening sample.",
            "Cytomégalovirus ou gènes de surdité dans le prélèvement du dépistage néonatal.",
        ),
        aliases=("dbs_risk_result",),
    )
    hearing_risk_family = _risk(
        ("Childhood hearing loss in the family", "Surdité infantile dans la famille"),
        ("Permanent, in a parent, brother or sister.", "Permanente, chez un parent, un frère ou une sœur."),
        "family_history",
    )
    hearing_risk_infection = _risk(
        ("Infection before birth", "Infection avant la naissance"),
        (
            "Cytomegalovirus, toxoplasmosis, rubella, syphilis, herpes or Zika.",
            "Cytomégalovirus, toxoplasmose, rubéole, syphilis, herpès ou Zika.",
        ),
        "torch",
    )
    hearing_risk_meningitis = _risk(
        ("Meningitis", "Méningite"), ("Bacterial or viral, confirmed.", "Bactérienne ou virale, confirmée.")
    )
    hearing_risk_jaundice = _risk(
        ("Jaundice that called for exchange", "Ictère ayant exigé une exsanguino-transfusion"),
        ("Or at its threshold.", "Ou à son seuil."),
        "hyperbilirubinemia",
    )
    hearing_risk_anomaly = _risk(
        ("Anomaly of head or ears", "Anomalie de la tête ou des oreilles"),
        ("Tags and pits alone do not count.", "Les appendices et fistules isolés ne comptent pas."),
        "craniofacial",
    )
    hearing_risk_syndrome = _risk(
        ("Syndrome with hearing loss", "Syndrome avec surdité"),
        ("Known or suspected.", "Connu ou soupçonné."),
        "syndrome",
    )
    hearing_risk_asphyxia = _risk(
        ("Asphyxia treated by cooling", "Asphyxie traitée par refroidissement"),
        ("Hypoxic-ischemic encephalopathy.", "Encéphalopathie hypoxo-ischémique."),
        "hie",
    )
    hearing_risk_ecmo = _risk(
        ("Extracorporeal oxygenation", "Oxygénation extracorporelle"),
        ("At any time.", "À tout moment."),
        "ecmo",
    )


_FIRST = date(2024, 3, 1)


def _pass_with_one_ear(t: ibis.Table) -> ibis.Value:
    failing = ("refer", "repeat", "not_tested")
    ears = t.right_ear.isin(failing).fill_null(False) | t.left_ear.isin(failing).fill_null(False)
    return (t.hearing_screen_result == "pass") & ears


def _refer_with_both_ears(t: ibis.Table) -> ibis.Value:
    return (t.hearing_screen_result == "refer") & (t.right_ear == "pass") & (t.left_ear == "pass")


def _emissions_after_intensive_care(t: ibis.Table) -> ibis.Value:
    return (t.nicu_over_5_days == "yes") & (t.hearing_method == "oae")


def _late(t: ibis.Table) -> ibis.Value:
    # The programme's own aim is a month; two allow for a child who was long in hospital.
    return t.hearing_stage.isin(("first", "second")) & (
        days_between(t.birth_date, t.hearing_screen_date) > 62
    )


HEARING_CHECKS = (
    nothing_told_of(
        "HR-STA-03",
        HearingScreen.hearing_screen_status,
        ("done",),
        (HearingScreen.hearing_not_done_reason,),
        source="Infant Hearing Program",
    ),
    not_to_come("HR-DAT-01", HearingScreen.hearing_screen_date, source="Infant Hearing Program"),
    in_order(
        "HR-DAT-02", Event.birth_date, HearingScreen.hearing_screen_date, source="Infant Hearing Program"
    ),
    in_order(
        "HR-DAT-03",
        HearingScreen.hearing_screen_date,
        HearingResult.hearing_referral_date,
        source="Infant Hearing Program",
    ),
    in_order(
        "HR-DAT-04",
        HearingResult.hearing_referral_date,
        HearingResult.hearing_assessment_date,
        source="Infant Hearing Program",
        severity="soft",
    ),
    Check(
        code="HR-DAT-05",
        severity="soft",
        elements=("hearing_screen_date", "birth_date", "hearing_stage"),
        text=Words(
            "This screen was more than two months after birth, yet is told to be before discharge: check "
            "dates and stage.",
            "Ce dépistage a eu lieu plus de deux mois après la naissance, mais serait d’avant le congé : "
            "vérifiez les dates et l’étape.",
        ),
        source="Infant Hearing Program: screened by one month",
        expression=_late,
        examples=(
            one(
                "in June",
                True,
                birth_date=_FIRST,
                hearing_screen_date=date(2024, 6, 1),
                hearing_stage="first",
            ),
            one(
                "two days later",
                False,
                birth_date=_FIRST,
                hearing_screen_date=date(2024, 3, 3),
                hearing_stage="first",
            ),
            one(
                "in June, at a clinic",
                False,
                birth_date=_FIRST,
                hearing_screen_date=date(2024, 6, 1),
                hearing_stage="community",
            ),
        ),
    ),
    Check(
        code="HR-RES-01",
        severity="hard",
        elements=("hearing_screen_result", "right_ear", "left_ear"),
        text=Words(
            "The screen is passed, yet one ear is not: correct the result or the ear.",
            "Le dépistage est réussi, mais une oreille ne l’est pas : corrigez le résultat ou l’oreille.",
        ),
        source="Infant Hearing Program",
        expression=_pass_with_one_ear,
        examples=(
            one("left ear refers", True, hearing_screen_result="pass", right_ear="pass", left_ear="refer"),
            one("both pass", False, hearing_screen_result="pass", right_ear="pass", left_ear="pass"),
            one("ears are not sent", False, hearing_screen_result="pass"),
        ),
    ),
    Check(
        code="HR-RES-02",
        severity="hard",
        elements=("hearing_screen_result", "right_ear", "left_ear"),
        text=Words(
            "Both ears pass, yet the screen refers: correct the result or the ears.",
            "Les deux oreilles sont réussies, mais le dépistage oriente : corrigez le résultat ou les "
            "oreilles.",
        ),
        source="Infant Hearing Program",
        expression=_refer_with_both_ears,
        examples=(
            one("both pass", True, hearing_screen_result="refer", right_ear="pass", left_ear="pass"),
            one("one does not", False, hearing_screen_result="refer", right_ear="refer", left_ear="pass"),
        ),
    ),
    Check(
        code="HR-MET-01",
        severity="soft",
        elements=("hearing_method", "nicu_over_5_days"),
        text=Words(
            "After more than five days of intensive care emissions alone miss losses of the nerve: measure "
            "the brainstem response, or correct the method.",
            "Après plus de cinq jours de soins intensifs, les émissions seules manquent les atteintes du "
            "nerf : mesurez les potentiels évoqués, ou corrigez la méthode.",
        ),
        source="JCIH position statement 2019",
        expression=_emissions_after_intensive_care,
        examples=(
            one("emissions alone", True, nicu_over_5_days="yes", hearing_method="oae"),
            one("brainstem response", False, nicu_over_5_days="yes", hearing_method="abr"),
            one("from the nursery", False, nicu_over_5_days="no", hearing_method="oae"),
        ),
    ),
    asks_for(
        "HR-RES-03",
        HearingResult.hearing_screen_result,
        ("refer",),
        HearingResult.hearing_referral,
        source="Infant Hearing Program",
    ),
    nothing_told_of(
        "HR-STA-01",
        HearingScreen.hearing_screen_status,
        ("declined", "missed"),
        (HearingResult.right_ear, HearingResult.left_ear, HearingResult.hearing_screen_result),
        source="Infant Hearing Program",
        severity="hard",
    ),
    nothing_told_of(
        "HR-RSK-01",
        HearingRisks.hearing_risk,
        ("no",),
        HearingRisks.elements[2:],
        source="Infant Hearing Program",
    ),
)

_ELEMENTS = elements_of(
    Record, ChildIdentity, *BORN, Event.gestation, MotherIdentity, HearingScreen, HearingResult, HearingRisks
)

HEARING_SCREENING = Encounter(
    name="hearing_screening",
    label=Words("Hearing screening", "Dépistage auditif"),
    definition=Words(
        "One screen of a newborn's hearing, ear by ear, with the risks of a hearing loss and what followed. "
        "One row for each screen.",
        "Un dépistage auditif d’un nouveau-né, oreille par oreille, avec les risques de perte auditive et la "
        "suite. Une ligne par dépistage.",
    ),
    elements=_ELEMENTS,
    when=("hearing_screen_date", "birth_date"),
    optional=(Event.gestation, Event.plurality),
    checks=identity_checks("HR", _ELEMENTS) + HEARING_CHECKS,
    book_checks=against_births("HR", _ELEMENTS),
)
