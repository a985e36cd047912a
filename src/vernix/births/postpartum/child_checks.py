"""Checks of the child after birth: feeding that adds up, treatment that follows illness, screens in time."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from vernix.births.birth.event import Event
from vernix.births.checks import Check, one
from vernix.births.codes import Words
from vernix.births.newborn.discharge import ChildDischarge
from vernix.births.newborn.hearing import HearingScreen
from vernix.births.newborn.heart import HeartResult, HeartScreen
from vernix.births.newborn.screening.card import Sample, ScreenDecision
from vernix.births.postpartum.child import ChildFeeding, ChildFollowUp, ChildIllness
from vernix.births.rules import asks_for, in_order, not_to_come, nothing_told_of

if TYPE_CHECKING:
    import ibis

_BOTTLE = ("combination", "substitute")


def _substitute_without_bottle(t: ibis.Table) -> ibis.Value:
    return (t.feeding_to_discharge == "breast_milk") & t.feeding_at_discharge.isin(_BOTTLE)


def _never_fed_at_the_breast(t: ibis.Table) -> ibis.Value:
    return (t.breastfeeding_begun == "no") & t.feeding_to_discharge.isin(("breast_milk", "combination"))


def _lost_a_lot(t: ibis.Table) -> ibis.Value:
    return t.lowest_weight * 100 < t.birth_weight * 85


def _heavier_than_at_birth(t: ibis.Table) -> ibis.Value:
    return t.lowest_weight > t.birth_weight


def _low_glucose_denied(t: ibis.Table) -> ibis.Value:
    low = (t.glucose_lowest < 2) & (t.glucose_lowest > 0)
    return (t.hypoglycemia == "no") & low


def _death_without_date(t: ibis.Table) -> ibis.Value:
    died = t.child_discharged_to == "died"
    return (died & t.child_death_date.isnull()) | (~died & t.child_death_date.notnull()).fill_null(False)


def _day_of_a_sample_never_taken(t: ibis.Table) -> ibis.Value:
    return t.screen_decision.isin(("declined", "missed")) & t.collection_date.notnull()


def _untreated_jaundice(t: ibis.Table) -> ibis.Value:
    # The lines for phototherapy level off at five days: 360 µmol/L at term without risk, 300 with it.
    line = (t.gestation >= 266).ifelse(360, 300)
    return (t.phototherapy == "no") & (t.bilirubin_highest >= line)


_DATES = (
    not_to_come("PC-DAT-01", ChildDischarge.child_discharge_date, source="BORN Postpartum Child"),
    in_order(
        "PC-DAT-02",
        Event.birth_date,
        ChildDischarge.child_discharge_date,
        times=(Event.birth_time, ChildDischarge.child_discharge_time),
        source="Birth before discharge",
    ),
    in_order(
        "PC-DAT-03",
        Event.birth_date,
        Sample.collection_date,
        source="NSO card",
    ),
    in_order("PC-DAT-04", Event.birth_date, HeartScreen.heart_screen_date, source="NSO CCHD screen"),
    in_order(
        "PC-DAT-05", Event.birth_date, HearingScreen.hearing_screen_date, source="Infant Hearing Program"
    ),
    in_order("PC-DAT-06", Event.birth_date, ChildIllness.bilirubin_date, source="vernix"),
    in_order("PC-DAT-07", Event.birth_date, ChildDischarge.child_death_date, source="vernix"),
    in_order(
        "PC-DAT-08",
        Event.birth_date,
        ChildFeeding.first_feed_date,
        times=(Event.birth_time, ChildFeeding.first_feed_time),
        source="vernix",
        severity="soft",
    ),
)

_FEEDING = (
    Check(
        code="PC-FED-01",
        severity="hard",
        elements=("feeding_to_discharge", "feeding_at_discharge"),
        text=Words(
            "Breast milk only from birth to discharge, yet a substitute at discharge: one bottle makes a "
            "combination; correct one of them.",
            "Lait maternel seulement jusqu’au congé, mais un substitut au congé : un seul biberon fait une "
            "combinaison ; corrigez l’un des deux.",
        ),
        source="BORN N0044; dashboard measure 3",
        expression=_substitute_without_bottle,
        examples=(
            one(
                "formula at discharge",
                True,
                feeding_to_discharge="breast_milk",
                feeding_at_discharge="substitute",
            ),
            one(
                "breast milk throughout",
                False,
                feeding_to_discharge="breast_milk",
                feeding_at_discharge="breast_milk",
            ),
            one(
                "a bottle early on",
                False,
                feeding_to_discharge="combination",
                feeding_at_discharge="breast_milk",
            ),
        ),
    ),
    Check(
        code="PC-FED-02",
        severity="soft",
        elements=("breastfeeding_begun", "feeding_to_discharge"),
        text=Words(
            "Breastfeeding was never begun, yet the child had breast milk: correct one of them.",
            "L’allaitement n’a pas commencé, mais l’enfant a reçu du lait maternel : corrigez l’un des deux.",
        ),
        source="Baby-Friendly Initiative",
        expression=_never_fed_at_the_breast,
        examples=(
            one("breast milk", True, breastfeeding_begun="no", feeding_to_discharge="breast_milk"),
            one("substitute only", False, breastfeeding_begun="no", feeding_to_discharge="substitute"),
        ),
    ),
    asks_for(
        "PC-FED-03",
        ChildFeeding.feeding_to_discharge,
        ("combination", "substitute"),
        ChildFeeding.supplement_reason,
        source="Dashboard measure 3",
    ),
    nothing_told_of(
        "PC-FED-04",
        ChildFeeding.feeding_to_discharge,
        ("breast_milk",),
        (ChildFeeding.supplement_reason,),
        source="BORN N0044",
    ),
)

_ILLNESS = (
    Check(
        code="PC-WGT-01",
        severity="soft",
        elements=("lowest_weight", "birth_weight"),
        text=Words(
            "The child lost more than 15 % of its weight: check both weights; if they are right, see the "
            "child.",
            "L’enfant a perdu plus de 15 % de son poids : vérifiez les deux poids ; s’ils sont exacts, voyez "
            "l’enfant.",
        ),
        source="CPS: weight loss of the breastfed newborn",
        expression=_lost_a_lot,
        examples=(
            one("3500 to 2900", True, birth_weight=3500, lowest_weight=2900),
            one("3500 to 3200", False, birth_weight=3500, lowest_weight=3200),
        ),
    ),
    Check(
        code="PC-WGT-02",
        severity="soft",
        elements=("lowest_weight", "birth_weight"),
        text=Words(
            "The lowest weight is above the birth weight: correct one of them.",
            "Le poids le plus bas dépasse le poids à la naissance : corrigez l’un des deux.",
        ),
        source="vernix",
        expression=_heavier_than_at_birth,
        examples=(
            one("above", True, birth_weight=3500, lowest_weight=3600),
            one("no loss at all", False, birth_weight=3500, lowest_weight=3500),
        ),
    ),
    Check(
        code="PC-GLU-01",
        severity="soft",
        elements=("hypoglycemia", "glucose_lowest"),
        text=Words(
            "The lowest glucose is under 2 mmol/L, yet low blood sugar is denied: correct one of them, and "
            "check the unit.",
            "La glycémie la plus basse est sous 2 mmol/L, mais l’hypoglycémie est niée : corrigez l’un des "
            "deux, et vérifiez l’unité.",
        ),
        source="CPS: hypoglycemia",
        expression=_low_glucose_denied,
        examples=(
            one("1.8", True, hypoglycemia="no", glucose_lowest=Decimal("1.8")),
            one("3.1", False, hypoglycemia="no", glucose_lowest=Decimal("3.1")),
            one("low and said so", False, hypoglycemia="yes", glucose_lowest=Decimal("1.8")),
        ),
    ),
    nothing_told_of(
        "PC-JAU-01",
        ChildIllness.phototherapy,
        ("no",),
        (ChildIllness.phototherapy_hours,),
        source="CPS: hyperbilirubinemia",
    ),
    nothing_told_of(
        "PC-JAU-02",
        ChildIllness.jaundice,
        ("no",),
        (ChildIllness.phototherapy, ChildIllness.phototherapy_hours),
        source="CPS: hyperbilirubinemia",
    ),
)

_END = (
    Check(
        code="PC-OUT-01",
        severity="hard",
        elements=("child_death_date", "child_discharged_to"),
        text=Words(
            "A date of death and a discharge that is not a death, or the other way round: correct one of "
            "them.",
            "Une date de décès et un congé qui n’est pas un décès, ou l’inverse : corrigez l’un des deux.",
        ),
        source="vernix",
        expression=_death_without_date,
        examples=(
            one("went home, and died", True, child_discharged_to="home", child_death_date=date(2024, 3, 1)),
            one("died, no date", True, child_discharged_to="died"),
            one("died, with a date", False, child_discharged_to="died", child_death_date=date(2024, 3, 1)),
            one("went home", False, child_discharged_to="home"),
            one("nothing said of discharge", False, child_death_date=date(2024, 3, 1)),
        ),
    ),
    Check(
        code="PC-SCR-01",
        severity="hard",
        elements=("collection_date", "screen_decision"),
        text=Words(
            "A blood-spot sample was declined or missed, yet there is a day of collection: correct one of "
            "them.",
            "Un prélèvement refusé ou omis a une date de prélèvement : corrigez l’un des deux.",
        ),
        source="NSO card: decline section",
        expression=_day_of_a_sample_never_taken,
        examples=(
            one("declined, with a day", True, screen_decision="declined", collection_date=date(2024, 3, 1)),
            one("collected", False, screen_decision="collected", collection_date=date(2024, 3, 1)),
        ),
    ),
    asks_for(
        "PC-SCR-02",
        ScreenDecision.screen_decision,
        ("declined", "deferred", "missed"),
        ScreenDecision.screen_not_done_reason,
        source="Missed-screen alert",
    ),
    nothing_told_of(
        "PC-SCR-03",
        HeartScreen.heart_screen_status,
        ("declined", "missed"),
        (HeartScreen.heart_screen_date, HeartResult.heart_screen_result),
        source="NSO CCHD screen",
        severity="hard",
    ),
    nothing_told_of(
        "PC-SCR-04",
        ScreenDecision.screen_decision,
        ("collected",),
        (ScreenDecision.screen_not_done_reason,),
        source="Missed-screen alert",
    ),
    nothing_told_of(
        "PC-SCR-05",
        ChildFollowUp.public_health_screen,
        ("done",),
        (ChildFollowUp.public_health_not_done_reason,),
        source="BORN HBHC",
    ),
    Check(
        code="PC-JAU-03",
        severity="soft",
        elements=("phototherapy", "bilirubin_highest", "gestation"),
        text=Words(
            "No phototherapy at a bilirubin that calls for it at any age: is it in µmol/L? Correct one.",
            "Pas de photothérapie pour une bilirubine qui l’exige à tout âge : est-elle en µmol/L ? "
            "Corrigez.",
        ),
        source="CPS: hyperbilirubinemia",
        expression=_untreated_jaundice,
        examples=(
            one("400 at term", True, phototherapy="no", bilirubin_highest=400, gestation=280),
            one("310 at 36 weeks", True, phototherapy="no", bilirubin_highest=310, gestation=252),
            one("310 at term", False, phototherapy="no", bilirubin_highest=310, gestation=280),
            one("treated", False, phototherapy="yes", bilirubin_highest=400, gestation=280),
        ),
    ),
)

POSTPARTUM_CHILD_CHECKS: tuple[Check, ...] = _DATES + _FEEDING + _ILLNESS + _END
