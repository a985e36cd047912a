"""Encounter ``newborn_screening_follow_up``: what became of a child whose screen was positive."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from vernix.births.against_births import against_births
from vernix.births.birth.child import ConditionAtBirth
from vernix.births.birth.event import Event
from vernix.births.checks import Check, one
from vernix.births.codes import UNKNOWN, YES_NO, Code, CodeSet, Words, code
from vernix.births.declaring import Block, element, elements_of
from vernix.births.encounter import Encounter
from vernix.births.identity import ChildIdentity, MotherIdentity, Record
from vernix.births.identity_checks import identity_checks
from vernix.births.moments import days_between
from vernix.births.newborn.child import BORN
from vernix.births.newborn.discharge import ChildDischarge
from vernix.births.newborn.screening.card import Card
from vernix.births.newborn.screening.results import HearingRisk, ScreenedConditions, ScreenResult
from vernix.births.rules import asks_for, in_order, not_to_come, nothing_told_of

if TYPE_CHECKING:
    import ibis

SCREENED_CONDITION = CodeSet(
    "screened_condition",
    (
        # The conditions are those that the screen has a result for: told there, and only there.
        *(
            Code(each.name, each.label, tuple(alias for alias in each.aliases if not alias.startswith("la")))
            for each in ScreenedConditions.elements + HearingRisk.elements
        ),
        code("other", "Other", "Autre"),
        UNKNOWN,
    ),
)

FOLLOW_UP_OUTCOME = CodeSet(
    "follow_up_outcome",
    (
        code("confirmed", "The condition screened for", "La maladie dépistée", "true positive", "affected"),
        code("other_condition", "Another condition", "Une autre maladie", "incidental"),
        code("variant", "A mild or uncertain form", "Une forme légère ou incertaine", "variant"),
        code("carrier", "Carrier", "Porteur", "trait"),
        code("not_affected", "Not affected", "Non atteint", "false positive", "normal"),
        code("mother_affected", "The mother's condition", "La maladie de la mère", "maternal"),
        code("pending", "Still under way", "En cours"),
        code("lost", "Lost to follow-up", "Perdu de vue", "ltfu"),
        code("declined", "Declined", "Refusé", "refused"),
        code("died", "Died before it was known", "Décédé avant que l’on sache", "deceased"),
        UNKNOWN,
    ),
)

DIAGNOSIS_BY = CodeSet(
    "diagnosis_by",
    (
        code("biochemical", "Biochemical test", "Test biochimique", "metabolites"),
        code("enzyme", "Enzyme activity", "Activité enzymatique"),
        code("molecular", "Genes", "Gènes", "dna", "genetic"),
        code("hormone", "Hormones", "Hormones"),
        code("hemoglobin", "Hemoglobin analysis", "Analyse de l’hémoglobine", "electrophoresis"),
        code("sweat", "Sweat chloride", "Chlorure sudoral"),
        code("imaging", "Imaging", "Imagerie"),
        code("clinical", "Clinical examination", "Examen clinique"),
        code("other", "Other", "Autre"),
        UNKNOWN,
    ),
)


class FollowUp(Block, subject="child", privacy="clinical", source="NSO diagnostic evaluation report form"):
    """From the positive screen to a diagnosis."""

    screened_condition = element(
        SCREENED_CONDITION,
        ("Condition screened positive", "Maladie au dépistage positif"),
        (
            "What the screen was positive for; one row for each.",
            "Ce pour quoi le dépistage était positif ; une ligne pour chacune.",
        ),
        required="required",
        aliases=("disorder", "condition", "maladie"),
    )
    screen_positive_date = element(
        "date",
        ("Date of the positive screen", "Date du dépistage positif"),
        ("The day the laboratory reported it.", "Le jour du rapport du laboratoire."),
        privacy="quasi",
        aliases=("positive_date",),
    )
    family_reached_date = element(
        "date",
        ("Date the family was reached", "Date où la famille a été jointe"),
        (
            "The first time somebody spoke with them of the result.",
            "La première fois que le résultat leur a été annoncé.",
        ),
        privacy="quasi",
        aliases=("contact_date", "retrieval_date"),
    )
    first_visit_date = element(
        "date",
        ("Date of first visit", "Date de la première visite"),
        ("To the treatment centre.", "Au centre de traitement."),
        privacy="quasi",
        aliases=("assessment_date", "first_seen"),
    )
    ill_at_first_visit = element(
        YES_NO,
        ("Ill at the first visit", "Malade à la première visite"),
        ("Signs of the condition when first seen.", "Signes de la maladie au premier examen."),
        aliases=("symptomatic",),
    )
    hospitalised_before_result = element(
        YES_NO,
        ("In hospital before the result", "À l’hôpital avant le résultat"),
        ("Because of the condition.", "À cause de la maladie."),
        aliases=("admitted_before_result",),
    )
    follow_up_outcome = element(
        FOLLOW_UP_OUTCOME,
        ("Outcome of the evaluation", "Issue de l’évaluation"),
        ("What the child was found to have.", "Ce que l’enfant s’est révélé avoir."),
        required="expected",
        aliases=("outcome", "final_diagnosis", "derf_outcome"),
    )
    diagnosis_date = element(
        "date",
        ("Date of diagnosis", "Date du diagnostic"),
        ("The day the outcome was certain.", "Le jour où l’issue a été certaine."),
        privacy="quasi",
        aliases=("date_of_diagnosis",),
    )
    diagnosis_by = element(
        DIAGNOSIS_BY,
        ("How it was made certain", "Comment on s’en est assuré"),
        ("The test that decided.", "Le test qui a décidé."),
        aliases=("diagnostic_method",),
    )
    diagnosis_known_before = element(
        YES_NO,
        ("Known before the screen", "Connue avant le dépistage"),
        (
            "From a test before birth or an affected brother or sister.",
            "Par un test prénatal ou un frère ou une sœur atteint.",
        ),
        aliases=("prenatally_known",),
    )
    treatment_begun = element(
        YES_NO,
        ("Treatment begun", "Traitement commencé"),
        ("Diet, medicine, transplant or other.", "Diète, médicament, greffe ou autre."),
        aliases=("treated",),
    )
    treatment_date = element(
        "date",
        ("Date treatment began", "Date du début du traitement"),
        ("The first day.", "Le premier jour."),
        privacy="quasi",
        aliases=("treatment_start",),
    )
    genetic_counselling = element(
        YES_NO,
        ("Genetic counselling", "Conseil génétique"),
        ("Offered to the parents.", "Offert aux parents."),
        aliases=("counselling",),
    )
    follow_up_closed_date = element(
        "date",
        ("Date closed", "Date de clôture"),
        ("The day the report was complete.", "Le jour où le rapport a été complet."),
        privacy="quasi",
        aliases=("closed_date", "derf_date"),
    )


def _diagnosis_without_date(t: ibis.Table) -> ibis.Value:
    return t.follow_up_outcome.isin(("confirmed", "other_condition", "variant")) & t.diagnosis_date.isnull()


def _slow_to_be_reached(t: ibis.Table) -> ibis.Value:
    return days_between(t.screen_positive_date, t.family_reached_date) > 30


def _closed_and_under_way(t: ibis.Table) -> ibis.Value:
    return (t.follow_up_outcome == "pending") & t.follow_up_closed_date.notnull()


_FIRST = date(2024, 3, 1)

FOLLOW_UP_CHECKS = (
    not_to_come("NF-DAT-01", FollowUp.diagnosis_date, source="NSO diagnostic evaluation report form"),
    in_order("NF-DAT-02", Event.birth_date, FollowUp.screen_positive_date, source="NSO report"),
    in_order(
        "NF-DAT-03",
        FollowUp.screen_positive_date,
        FollowUp.family_reached_date,
        source="NSO diagnostic evaluation report form",
    ),
    in_order(
        "NF-DAT-04",
        Event.birth_date,
        FollowUp.first_visit_date,
        source="NSO diagnostic evaluation report form",
    ),
    in_order(
        "NF-DAT-05",
        FollowUp.diagnosis_date,
        FollowUp.follow_up_closed_date,
        source="NSO diagnostic evaluation report form",
    ),
    in_order(
        "NF-DAT-06",
        Event.birth_date,
        FollowUp.treatment_date,
        source="NSO diagnostic evaluation report form",
    ),
    Check(
        code="NF-DAT-07",
        severity="soft",
        elements=("family_reached_date", "screen_positive_date"),
        text=Words(
            "It took more than a month to reach the family: check both dates.",
            "Il a fallu plus d’un mois pour joindre la famille : vérifiez les deux dates.",
        ),
        source="NSO diagnostic evaluation report form",
        expression=_slow_to_be_reached,
        examples=(
            one("in May", True, screen_positive_date=_FIRST, family_reached_date=date(2024, 5, 2)),
            one("the next day", False, screen_positive_date=_FIRST, family_reached_date=date(2024, 3, 2)),
        ),
    ),
    Check(
        code="NF-OUT-01",
        severity="soft",
        elements=("diagnosis_date", "follow_up_outcome"),
        text=Words(
            "A condition was found, yet there is no date of diagnosis: fill it in.",
            "Une maladie a été trouvée, mais sans date de diagnostic : remplissez-la.",
        ),
        source="NSO diagnostic evaluation report form",
        expression=_diagnosis_without_date,
        examples=(
            one("confirmed, no date", True, follow_up_outcome="confirmed"),
            one("confirmed, with a date", False, follow_up_outcome="confirmed", diagnosis_date=_FIRST),
            one("not affected", False, follow_up_outcome="not_affected"),
        ),
    ),
    Check(
        code="NF-OUT-02",
        severity="hard",
        elements=("follow_up_closed_date", "follow_up_outcome"),
        text=Words(
            "The report is closed, yet the evaluation is still under way: correct one of them.",
            "Le rapport est clos, mais l’évaluation est en cours : corrigez l’un des deux.",
        ),
        source="NSO diagnostic evaluation report form",
        expression=_closed_and_under_way,
        examples=(
            one("closed", True, follow_up_outcome="pending", follow_up_closed_date=_FIRST),
            one("open", False, follow_up_outcome="pending"),
            one("closed with an outcome", False, follow_up_outcome="carrier", follow_up_closed_date=_FIRST),
        ),
    ),
    nothing_told_of(
        "NF-OUT-03",
        FollowUp.follow_up_outcome,
        ("not_affected",),
        (FollowUp.treatment_date,),
        source="NSO diagnostic evaluation report form",
    ),
    asks_for(
        "NF-TRE-01",
        FollowUp.treatment_begun,
        ("yes",),
        FollowUp.treatment_date,
        source="NSO diagnostic evaluation report form",
    ),
)

_ELEMENTS = elements_of(
    Record,
    ChildIdentity,
    *BORN,
    ConditionAtBirth.sex,
    MotherIdentity,
    Card.card_number,
    ScreenResult.treatment_centre,
    FollowUp,
    ChildDischarge.child_death_date,
)

NEWBORN_SCREENING_FOLLOW_UP = Encounter(
    name="newborn_screening_follow_up",
    label=Words("Newborn screening, follow-up", "Dépistage néonatal, suivi"),
    definition=Words(
        "The diagnostic evaluation of a child whose screen was positive, by the regional treatment centre. "
        "One "
        "row for each child and condition.",
        "L’évaluation diagnostique d’un enfant au dépistage positif, par le centre régional de traitement. "
        "Une "
        "ligne par enfant et par maladie.",
    ),
    elements=_ELEMENTS,
    when=("screen_positive_date", "birth_date"),
    checks=identity_checks("NF", _ELEMENTS) + FOLLOW_UP_CHECKS,
    book_checks=against_births("NF", _ELEMENTS),
)
