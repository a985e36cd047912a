"""Encounter ``well_baby_visit``: a child's visit to primary care, with growth, review and referrals."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from vernix.births.birth.child import ConditionAtBirth
from vernix.births.birth.event import Event
from vernix.births.checks import Check, one
from vernix.births.childhood.codes import (
    CHILD_FEEDING_NOW,
    DEVELOPMENT,
    IMMUNISED,
    REFERRAL,
    REVIEWED,
    VISIT_AGE,
)
from vernix.births.codes import YES_NO, Words
from vernix.births.declaring import Block, Pair, element, elements_of
from vernix.births.elements import Places
from vernix.births.encounter import Encounter
from vernix.births.identity import ChildIdentity, MotherIdentity, Record
from vernix.births.identity_checks import identity_checks
from vernix.births.moments import days_between
from vernix.births.newborn.child import AT_BIRTH
from vernix.births.newborn.discharge import ChildDischarge
from vernix.births.rules import asks_for, in_order, not_to_come

if TYPE_CHECKING:
    import ibis


class Visit(Block, subject="child", privacy="clinical", source="BORN Well-Baby; Rourke record"):
    """When, and how the child has grown."""

    visit_date = element(
        "date",
        ("Date of visit", "Date de la visite"),
        ("The day the child was seen.", "Le jour où l’enfant a été vu."),
        privacy="quasi",
        required="required",
        aliases=("visitdate", "encounter_date", "date_visite"),
        at=Places(xml=("VisitDate",)),
    )
    visit_age = element(
        VISIT_AGE,
        ("Scheduled age", "Âge prévu"),
        ("Which visit of the schedule this is.", "De quelle visite du calendrier il s’agit."),
        aliases=("rourke_visit", "schedule"),
    )
    provider_number = element(
        "text",
        ("Number of the provider", "Numéro du fournisseur"),
        (
            "Billing or College number of who saw the child.",
            "Numéro de facturation ou d’Ordre de qui a vu l’enfant.",
        ),
        privacy="direct",
        longest=10,
        aliases=("providernumber", "cpsonumber"),
        at=Places(xml=("ProviderNumber", "CPSONumber")),
    )
    visit_weight = element(
        "integer",
        ("Weight at the visit", "Poids à la visite"),
        ("Without clothes, in grams.", "Sans vêtements, en grammes."),
        unit="g",
        possible=(500, 60000),
        plausible=(2000, 35000),
        aliases=("weight_at_visit", "current_weight"),
        at=Places(xml=("Weight",), loinc="29463-7"),
    )
    visit_height = element(
        "decimal",
        ("Length or height at the visit", "Taille à la visite"),
        ("Lying to two years, standing after.", "Couché jusqu’à deux ans, debout ensuite."),
        unit="cm",
        digits=1,
        possible=(25, 150),
        plausible=(43, 125),
        aliases=("height_cm", "current_length"),
        at=Places(xml=("Height",), loinc="8302-2"),
    )
    visit_head_circumference = element(
        "decimal",
        ("Head circumference at the visit", "Périmètre crânien à la visite"),
        ("The largest.", "Le plus grand."),
        unit="cm",
        digits=1,
        possible=(20, 70),
        plausible=(31, 56),
        aliases=("headcirc", "head_circ_visit"),
        at=Places(xml=("HeadCirc",), loinc="9843-4"),
    )
    visit_concerns = element(
        "text",
        ("What the parents worry about", "Ce qui préoccupe les parents"),
        ("In their words.", "Dans leurs mots."),
        privacy="direct",
        longest=2500,
        aliases=("parental_concerns", "concerns"),
        at=Places(xml=("ParentalCaregiverConcerns",)),
    )


def _reviewed(label: Pair, *aliases: str) -> Any:
    """A subject of the visit."""
    english, french = label
    return element(
        REVIEWED,
        label,
        (
            f"Whether it was discussed, and gave concern: {english}.",
            f"Si l’on en a discuté, et s’il y a préoccupation : {french}.",
        ),
        aliases=aliases,
    )


class Review(Block, subject="child", privacy="clinical", source="Rourke record"):
    """What was gone through with the parents, and what was seen."""

    feeding_now = element(
        CHILD_FEEDING_NOW,
        ("Feeding now", "Alimentation actuelle"),
        ("In the day before the visit.", "Dans la journée précédant la visite."),
        aliases=("current_feeding",),
    )
    vitamin_d = element(
        YES_NO,
        ("Vitamin D", "Vitamine D"),
        ("Given daily.", "Donnée chaque jour."),
        source="CPS: vitamin D",
        aliases=("vit_d",),
    )
    review_nutrition = _reviewed(("Nutrition", "Nutrition"), "nutrition")
    review_growth = _reviewed(("Growth", "Croissance"), "growth")
    review_sleep = _reviewed(("Sleep", "Sommeil"), "sleep")
    review_safety = _reviewed(("Safety", "Sécurité"), "safety")
    review_behaviour = _reviewed(("Behaviour", "Comportement"), "behaviour")
    review_vision = _reviewed(("Vision", "Vision"), "eyes")
    review_hearing = _reviewed(("Hearing", "Audition"), "ears")
    review_teeth = _reviewed(("Teeth", "Dents"), "dental")
    review_parents = _reviewed(("How the parents are", "Le bien-être des parents"), "parental_mood")
    physical_exam = _reviewed(("Physical examination", "Examen physique"), "physical_examination")
    smoke_at_home = element(
        YES_NO,
        ("Smoke at home", "Fumée à la maison"),
        (
            "Whether anybody smokes or vapes where the child lives.",
            "Si quelqu’un fume ou vapote où vit l’enfant.",
        ),
        aliases=("second_hand_smoke", "smoke_since_birth"),
        at=Places(xml=("SecondHandSmokeExposureSinceBirth",)),
    )


class Growing(Block, subject="child", privacy="clinical", source="Rourke record; Nipissing screen"):
    """Development, immunisation, and what is to be done."""

    nipissing_date = element(
        "date",
        ("Date of the development questionnaire", "Date du questionnaire de développement"),
        ("The day the parents filled in the screen.", "Le jour où les parents ont rempli le dépistage."),
        privacy="quasi",
        aliases=("ndds_date", "looksee_date"),
    )
    nipissing_no = element(
        "integer",
        ("Answers of no", "Réponses négatives"),
        (
            "How many of the questions were answered with “not yet”.",
            "À combien de questions la réponse est « pas encore ».",
        ),
        possible=(0, 25),
        plausible=(0, 15),
        aliases=("ndds_no_count",),
    )
    development = element(
        DEVELOPMENT,
        ("Development", "Développement"),
        ("As judged at this visit.", "Selon cette visite."),
        required="expected",
        aliases=("developmental_outcome",),
    )
    needs_assessment = element(
        YES_NO,
        ("Needs further assessment", "Évaluation nécessaire"),
        ("As judged at this visit.", "Selon cette visite."),
        aliases=("further_assessment",),
    )
    immunised = element(
        IMMUNISED,
        ("Immunisation", "Immunisation"),
        (
            "By the schedule of the province, at the end of the visit.",
            "Selon le calendrier de la province, en fin de visite.",
        ),
        required="expected",
        aliases=("immunization", "immunizations_up_to_date", "vaccination"),
    )
    vaccine_given = element(
        YES_NO,
        ("Vaccine given", "Vaccin donné"),
        ("At this visit.", "À cette visite."),
        aliases=("immunised_today",),
    )
    referral = element(
        REFERRAL,
        ("Referral", "Orientation"),
        ("The main one.", "La principale."),
        aliases=("referral_1", "problems_and_plans"),
        at=Places(xml=("ProblemsAndPlans",)),
    )
    referral_second = element(
        REFERRAL,
        ("Second referral", "Deuxième orientation"),
        ("If there is one.", "S’il y en a une."),
        aliases=("referral_2",),
    )
    next_visit_date = element(
        "date",
        ("Date of next visit", "Date de la prochaine visite"),
        ("As arranged.", "Selon l’entente."),
        privacy="quasi",
        aliases=("follow_up_date",),
    )


_FIRST = date(2024, 3, 1)
# The youngest and oldest days at which a visit of the schedule can be meant.
_AGES = {
    "1_week": (2, 21),
    "2_weeks": (7, 35),
    "1_month": (20, 60),
    "2_months": (42, 105),
    "4_months": (90, 170),
    "6_months": (150, 245),
    "9_months": (230, 340),
    "12_months": (330, 430),
    "15_months": (420, 520),
    "18_months": (500, 660),
    "2_years": (690, 1460),
    "4_years": (1400, 2250),
}


def _not_the_age(t: ibis.Table) -> ibis.Value:
    import ibis

    age = days_between(t.birth_date, t.visit_date)
    return ibis.cases(
        *((t.visit_age == name, (age < low) | (age > high)) for name, (low, high) in _AGES.items()),
        else_=False,
    )


def _no_child(t: ibis.Table) -> ibis.Value:
    return days_between(t.birth_date, t.visit_date) > 7 * 366


def _lighter_than_at_birth(t: ibis.Table) -> ibis.Value:
    older = days_between(t.birth_date, t.visit_date) > 30
    return older & (t.visit_weight < t.birth_weight)


def _heavy_for_days(t: ibis.Table) -> ibis.Value:
    young = days_between(t.birth_date, t.visit_date) < 90
    return young & (t.visit_weight > 9000)


WELL_BABY_CHECKS = (
    not_to_come("WB-DAT-01", Visit.visit_date, source="BORN Well-Baby"),
    in_order("WB-DAT-02", Event.birth_date, Visit.visit_date, source="BORN Well-Baby"),
    in_order("WB-DAT-03", Event.birth_date, Growing.nipissing_date, source="BORN Well-Baby"),
    in_order("WB-DAT-04", Visit.visit_date, Growing.next_visit_date, source="vernix", severity="soft"),
    Check(
        code="WB-AGE-01",
        severity="soft",
        elements=("visit_age", "visit_date", "birth_date"),
        text=Words(
            "The child was not of this age on the day of the visit: correct the age or one of the dates.",
            "L’enfant n’avait pas cet âge le jour de la visite : corrigez l’âge ou l’une des dates.",
        ),
        source="Rourke record: schedule",
        expression=_not_the_age,
        examples=(
            one(
                "18 months at one",
                True,
                visit_age="18_months",
                birth_date=_FIRST,
                visit_date=date(2025, 3, 1),
            ),
            one("18 months", False, visit_age="18_months", birth_date=_FIRST, visit_date=date(2025, 9, 3)),
            one(
                "another age is any", False, visit_age="other", birth_date=_FIRST, visit_date=date(2025, 3, 1)
            ),
        ),
    ),
    Check(
        code="WB-AGE-02",
        severity="hard",
        elements=("visit_date", "birth_date"),
        text=Words(
            "The child would be over seven at this visit: correct one of the dates.",
            "L’enfant aurait plus de sept ans à cette visite : corrigez l’une des dates.",
        ),
        source="BORN Well-Baby",
        expression=_no_child,
        examples=(
            one("the mother's date of birth", True, birth_date=date(1994, 1, 2), visit_date=_FIRST),
            one("five years", False, birth_date=date(2019, 3, 1), visit_date=_FIRST),
        ),
    ),
    Check(
        code="WB-GRO-01",
        severity="soft",
        elements=("visit_weight", "birth_weight", "visit_date", "birth_date"),
        text=Words(
            "After a month the child weighs less than at birth: check both weights and their units.",
            "Après un mois, l’enfant pèse moins qu’à la naissance : vérifiez les deux poids et leurs unités.",
        ),
        source="WHO growth standards, in spirit",
        expression=_lighter_than_at_birth,
        examples=(
            one(
                "2900 g at two months",
                True,
                birth_weight=3500,
                visit_weight=2900,
                birth_date=_FIRST,
                visit_date=date(2024, 5, 1),
            ),
            one(
                "2900 g at a week",
                False,
                birth_weight=3500,
                visit_weight=2900,
                birth_date=_FIRST,
                visit_date=date(2024, 3, 8),
            ),
        ),
    ),
    Check(
        code="WB-GRO-02",
        severity="soft",
        elements=("visit_weight", "visit_date", "birth_date"),
        text=Words(
            "The weight is that of a far older child: check the weight and its unit, and both dates.",
            "Le poids est celui d’un enfant bien plus âgé : vérifiez le poids et son unité, et les deux "
            "dates.",
        ),
        source="WHO growth standards, in spirit",
        expression=_heavy_for_days,
        examples=(
            one(
                "a digit too many at two months",
                True,
                visit_weight=51000,
                birth_date=_FIRST,
                visit_date=date(2024, 5, 1),
            ),
            one(
                "5100 g at two months",
                False,
                visit_weight=5100,
                birth_date=_FIRST,
                visit_date=date(2024, 5, 1),
            ),
        ),
    ),
    asks_for(
        "WB-DEV-01",
        Growing.development,
        ("several_areas",),
        Growing.referral,
        source="BORN Well-Baby markers",
    ),
    asks_for(
        "WB-DEV-02", Growing.needs_assessment, ("yes",), Growing.referral, source="BORN Well-Baby markers"
    ),
)

_ELEMENTS = elements_of(
    Record,
    ChildIdentity,
    Event.birth_date,
    *AT_BIRTH,
    ConditionAtBirth.length,
    ConditionAtBirth.head_circumference,
    ChildDischarge.discharge_weight,
    MotherIdentity,
    Visit,
    Review,
    Growing,
)

WELL_BABY_VISIT = Encounter(
    name="well_baby_visit",
    label=Words("Well-baby visit", "Visite de l’enfant bien portant"),
    definition=Words(
        "One visit of a child to primary care, from the first week to school: growth, what was reviewed, "
        "development, immunisation, referrals. One row for each visit.",
        "Une visite d’un enfant aux soins primaires, de la première semaine à l’école : croissance, sujets "
        "passés en revue, développement, immunisation, orientations. Une ligne par visite.",
    ),
    elements=_ELEMENTS,
    when=("visit_date",),
    checks=identity_checks("WB", _ELEMENTS) + WELL_BABY_CHECKS,
)
