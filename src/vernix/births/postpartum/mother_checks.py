"""Checks of the mother after birth: dates in order, blood that adds up, a score that is acted upon."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from vernix.births.birth.event import Event
from vernix.births.checks import Check, one
from vernix.births.codes import Words
from vernix.births.moments import days_between
from vernix.births.postpartum.mother import MotherDischarge, MotherIllness, MotherMind
from vernix.births.rules import asks_for, in_order, not_to_come, nothing_told_of

if TYPE_CHECKING:
    import ibis

_FIRST = date(2024, 3, 1)


def _litre_denied(t: ibis.Table) -> ibis.Value:
    return (t.postpartum_haemorrhage == "no") & (t.postpartum_blood_loss >= 1000)


def _haemorrhage_of_little(t: ibis.Table) -> ibis.Value:
    return (t.postpartum_haemorrhage == "yes") & (t.postpartum_blood_loss < 400)


def _high_score_without_referral(t: ibis.Table) -> ibis.Value:
    in_need = (t.depression_score_postpartum >= 13).fill_null(False) | (t.self_harm_thoughts == "yes")
    return in_need.fill_null(False) & (t.mental_health_referral.fill_null("no") == "no")


def _score_without_screen(t: ibis.Table) -> ibis.Value:
    return (
        t.depression_screen_postpartum.isin(("declined", "missed")) & t.depression_score_postpartum.notnull()
    )


def _readmitted_late(t: ibis.Table) -> ibis.Value:
    return days_between(t.birth_date, t.mother_readmitted_date) > 42


def _death_is_no_discharge_home(t: ibis.Table) -> ibis.Value:
    before = t.mother_death_date <= t.mother_discharge_date
    return before & t.mother_discharged_to.isin(("home", "hospital", "other_unit", "foster_care"))


def _discharge_of_a_child(t: ibis.Table) -> ibis.Value:
    return t.mother_discharged_to == "foster_care"


POSTPARTUM_MOTHER_CHECKS: tuple[Check, ...] = (
    not_to_come("PM-DAT-01", MotherDischarge.mother_discharge_date, source="BORN Postpartum Mother"),
    in_order(
        "PM-DAT-02",
        Event.birth_date,
        MotherDischarge.mother_discharge_date,
        times=(Event.birth_time, MotherDischarge.mother_discharge_time),
        source="Birth before discharge",
    ),
    in_order(
        "PM-DAT-03",
        MotherDischarge.mother_discharge_date,
        MotherDischarge.mother_readmitted_date,
        source="BORN Postpartum Mother",
    ),
    in_order("PM-DAT-04", Event.birth_date, MotherMind.six_week_visit_date, source="BORN Postpartum Mother"),
    in_order("PM-DAT-05", Event.birth_date, MotherDischarge.mother_death_date, source="WHO ICD-10"),
    Check(
        code="PM-DAT-06",
        severity="soft",
        elements=("mother_readmitted_date", "birth_date"),
        text=Words(
            "The readmission is more than six weeks after birth: check both dates, or leave it out.",
            "La réhospitalisation est à plus de six semaines de l’accouchement : vérifiez les deux dates, ou "
            "ne l’inscrivez pas.",
        ),
        source="BORN Postpartum Mother",
        expression=_readmitted_late,
        examples=(
            one("in May", True, birth_date=_FIRST, mother_readmitted_date=date(2024, 5, 2)),
            one("the next week", False, birth_date=_FIRST, mother_readmitted_date=date(2024, 3, 8)),
        ),
    ),
    Check(
        code="PM-BLD-01",
        severity="soft",
        elements=("postpartum_haemorrhage", "postpartum_blood_loss"),
        text=Words(
            "A litre or more was lost, yet a haemorrhage is denied: correct one of them.",
            "Un litre ou plus a été perdu, mais l’hémorragie est niée : corrigez l’un des deux.",
        ),
        source="SOGC: postpartum haemorrhage",
        expression=_litre_denied,
        examples=(
            one("1000 mL", True, postpartum_haemorrhage="no", postpartum_blood_loss=1000),
            one("999 mL", False, postpartum_haemorrhage="no", postpartum_blood_loss=999),
            one("said so", False, postpartum_haemorrhage="yes", postpartum_blood_loss=1500),
        ),
    ),
    Check(
        code="PM-BLD-02",
        severity="soft",
        elements=("postpartum_blood_loss", "postpartum_haemorrhage"),
        text=Words(
            "Under 400 mL is no haemorrhage: check the amount and its unit, or correct the other.",
            "Moins de 400 mL n’est pas une hémorragie : vérifiez la quantité et son unité, ou corrigez "
            "l’autre.",
        ),
        source="SOGC: postpartum haemorrhage",
        expression=_haemorrhage_of_little,
        examples=(
            one("1.2 L written as 1", True, postpartum_haemorrhage="yes", postpartum_blood_loss=1),
            one("1200 mL", False, postpartum_haemorrhage="yes", postpartum_blood_loss=1200),
        ),
    ),
    nothing_told_of(
        "PM-BLD-03",
        MotherIllness.postpartum_haemorrhage,
        ("no",),
        (MotherIllness.haemorrhage_treatment,),
        source="SOGC: postpartum haemorrhage",
    ),
    Check(
        code="PM-MND-01",
        severity="soft",
        elements=("mental_health_referral", "depression_score_postpartum", "self_harm_thoughts"),
        text=Words(
            "The score, or thoughts of harming herself, call for an assessment, and no referral is told: see "
            "that she is seen, and say so.",
            "Le score, ou des pensées de se faire du mal, appelle une évaluation, et aucune orientation "
            "n’est "
            "dite : veillez à ce qu’elle soit vue, et indiquez-le.",
        ),
        source="EPDS: 13 or more, or question 10",
        expression=_high_score_without_referral,
        examples=(
            one("13", True, depression_score_postpartum=13),
            one("thoughts of harm", True, depression_score_postpartum=5, self_harm_thoughts="yes"),
            one("referred", False, depression_score_postpartum=20, mental_health_referral="yes"),
            one("12", False, depression_score_postpartum=12),
        ),
    ),
    Check(
        code="PM-MND-02",
        severity="hard",
        elements=("depression_score_postpartum", "depression_screen_postpartum"),
        text=Words(
            "There is a score, yet no screen was done: correct one of them.",
            "Il y a un score, mais aucun dépistage n’a été fait : corrigez l’un des deux.",
        ),
        source="EPDS",
        expression=_score_without_screen,
        examples=(
            one("declined", True, depression_screen_postpartum="declined", depression_score_postpartum=0),
            one("done", False, depression_screen_postpartum="done", depression_score_postpartum=0),
        ),
    ),
    asks_for(
        "PM-MND-03",
        MotherMind.depression_screen_postpartum,
        ("done",),
        MotherMind.depression_score_postpartum,
        source="EPDS",
    ),
    Check(
        code="PM-OUT-01",
        severity="hard",
        elements=("mother_death_date", "mother_discharge_date", "mother_discharged_to"),
        text=Words(
            "She died before she was discharged, yet went somewhere alive: correct one of them.",
            "Elle est décédée avant son congé, mais serait partie vivante : corrigez l’un des deux.",
        ),
        source="vernix",
        expression=_death_is_no_discharge_home,
        examples=(
            one(
                "home after death",
                True,
                mother_death_date=_FIRST,
                mother_discharge_date=date(2024, 3, 3),
                mother_discharged_to="home",
            ),
            one(
                "died at home later",
                False,
                mother_death_date=date(2024, 4, 1),
                mother_discharge_date=date(2024, 3, 3),
                mother_discharged_to="home",
            ),
        ),
    ),
    Check(
        code="PM-OUT-02",
        severity="hard",
        elements=("mother_discharged_to",),
        text=Words(
            "Foster care is a child's destination: correct it; the row may be the child's.",
            "La famille d’accueil est une destination d’enfant : corrigez ; la ligne est peut-être celle de "
            "l’enfant.",
        ),
        source="vernix",
        expression=_discharge_of_a_child,
        examples=(
            one("foster care", True, mother_discharged_to="foster_care"),
            one("home", False, mother_discharged_to="home"),
        ),
    ),
    asks_for(
        "PM-RET-01",
        MotherDischarge.mother_readmission_reason,
        ("haemorrhage", "infection", "hypertension"),
        MotherDischarge.mother_readmitted_date,
        source="BORN Postpartum Mother",
    ),
)
