"""Checks of the encounter ``birth`` on what can hardly be true of one pregnancy and child together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vernix.births.checks import Check, one
from vernix.births.codes import Words
from vernix.births.growth import is_far_from_reference

if TYPE_CHECKING:
    import ibis


def _stillbirth_with_apgar(t: ibis.Table) -> ibis.Value:
    scores = (t.apgar_1, t.apgar_5, t.apgar_10)
    alive = (scores[0].fill_null(0) > 0) | (scores[1].fill_null(0) > 0) | (scores[2].fill_null(0) > 0)
    return (t.outcome == "stillbirth") & alive


def _stillbirth_too_early(t: ibis.Table) -> ibis.Value:
    return (t.outcome == "stillbirth") & (t.gestation < 140) & (t.birth_weight < 500)


def _stillbirth_with_number(t: ibis.Table) -> ibis.Value:
    return (t.outcome == "stillbirth") & t.child_health_number.notnull()


def _live_birth_very_light(t: ibis.Table) -> ibis.Value:
    return (t.outcome == "live") & (t.birth_weight < 400) & ~t.weight_confirmed.fill_null(False)


def _weight_far_from_gestation(t: ibis.Table) -> ibis.Value:
    return is_far_from_reference(t.birth_weight, t.gestation, t.sex) & ~t.weight_confirmed.fill_null(False)


def _class_is_not_the_weights(t: ibis.Table) -> ibis.Value:
    # 50 g is more than any rounding of pounds and ounces moves a weight.
    heavy = (t.low_birth_weight == "yes") & (t.birth_weight >= 2550)
    light = (t.low_birth_weight == "no") & (t.birth_weight < 2450)
    return heavy.fill_null(False) | light.fill_null(False)


def _apgar_falls(t: ibis.Table) -> ibis.Value:
    return t.apgar_5 < t.apgar_1 - 3


OUTCOME = (
    Check(
        code="B-OUT-01",
        severity="hard",
        elements=("outcome", "apgar_1", "apgar_5", "apgar_10"),
        text=Words(
            "A stillbirth has no Apgar score above 0: correct the outcome or the scores.",
            "Une mortinaissance n’a pas d’indice d’Apgar supérieur à 0 : corrigez l’issue ou les indices.",
        ),
        source="Exactly one of live birth and stillbirth",
        expression=_stillbirth_with_apgar,
        examples=(
            one("a score of 9", True, outcome="stillbirth", apgar_5=9),
            one("scores of 0", False, outcome="stillbirth", apgar_1=0, apgar_5=0),
            one("no scores", False, outcome="stillbirth"),
            one("a live birth", False, outcome="live", apgar_5=9),
        ),
    ),
    Check(
        code="B-OUT-02",
        severity="soft",
        elements=("outcome", "gestation", "birth_weight"),
        text=Words(
            "Under 20 weeks and under 500 g is not a stillbirth by definition: check weight, gestation and "
            "outcome.",
            "Avant 20 semaines et sous 500 g, ce n’est pas une mortinaissance : vérifiez poids, âge "
            "gestationnel et issue.",
        ),
        source="BORN Birth Child",
        expression=_stillbirth_too_early,
        examples=(
            one("18 weeks, 200 g", True, outcome="stillbirth", gestation=126, birth_weight=200),
            one("20 weeks is enough", False, outcome="stillbirth", gestation=140, birth_weight=300),
            one("500 g is enough", False, outcome="stillbirth", gestation=139, birth_weight=500),
        ),
    ),
    Check(
        code="B-OUT-03",
        severity="soft",
        elements=("child_health_number", "outcome"),
        text=Words(
            "A stillborn child gets no health number: check the outcome, or leave the number blank.",
            "Un enfant mort-né ne reçoit pas de numéro de carte Santé : vérifiez l’issue, ou laissez en "
            "blanc.",
        ),
        source="Ontario infant registration",
        expression=_stillbirth_with_number,
        examples=(
            one("with a number", True, outcome="stillbirth", child_health_number="9393881587"),
            one("without", False, outcome="stillbirth"),
        ),
    ),
    Check(
        code="B-APG-01",
        severity="soft",
        elements=("apgar_5", "apgar_1"),
        text=Words(
            "The Apgar score falls by more than 3 from 1 to 5 min: look whether the two were exchanged.",
            "L’indice d’Apgar baisse de plus de 3 entre 1 et 5 min : vérifiez si les deux n’ont pas été "
            "échangés.",
        ),
        source="vernix",
        expression=_apgar_falls,
        examples=(
            one("9, then 5", True, apgar_1=9, apgar_5=5),
            one("9, then 6", False, apgar_1=9, apgar_5=6),
        ),
    ),
)

WEIGHT = (
    Check(
        code="B-WGT-01",
        severity="soft",
        elements=("birth_weight", "gestation", "sex", "weight_confirmed"),
        text=Words(
            "This weight hardly goes with this gestation: compare both with the chart; if they are right, "
            "set weight_confirmed.",
            "Ce poids ne va guère avec cet âge gestationnel : comparez les deux avec le dossier ; s’ils "
            "sont justes, indiquez weight_confirmed.",
        ),
        source="Kramer 2001, beyond 4 standard deviations",
        expression=_weight_far_from_gestation,
        examples=(
            one("3400 g at 28 weeks: weeks typed 10 early", True, birth_weight=3400, gestation=196),
            one("the same, confirmed", False, birth_weight=3400, gestation=196, weight_confirmed=True),
            one("3400 g at 38 weeks", False, birth_weight=3400, gestation=266),
            one("340 g at 38 weeks: a digit lost", True, birth_weight=340, gestation=266),
            one("no reference before 22 weeks", False, birth_weight=3400, gestation=147),
            one("too heavy for a girl of 38 weeks", True, birth_weight=4980, gestation=266, sex="female"),
            one("not for a boy", False, birth_weight=4980, gestation=266, sex="male"),
        ),
    ),
    Check(
        code="B-WGT-02",
        severity="soft",
        elements=("birth_weight", "outcome", "weight_confirmed"),
        text=Words(
            "A live birth under 400 g: confirm weight and outcome; if they are right, set weight_confirmed.",
            "Une naissance vivante de moins de 400 g : confirmez poids et issue ; s’ils sont justes, "
            "indiquez weight_confirmed.",
        ),
        source="vernix",
        expression=_live_birth_very_light,
        examples=(
            one("399 g", True, outcome="live", birth_weight=399),
            one("400 g", False, outcome="live", birth_weight=400),
            one("a stillbirth", False, outcome="stillbirth", birth_weight=350),
        ),
    ),
    Check(
        code="B-WGT-03",
        severity="soft",
        elements=("low_birth_weight", "birth_weight"),
        text=Words(
            "The class of low birth weight does not follow from the weight: look at the unit of the weight.",
            "La classe de petit poids ne découle pas du poids : voyez l’unité du poids.",
        ),
        source="vernix",
        expression=_class_is_not_the_weights,
        examples=(
            one("low, with 3400 g", True, low_birth_weight="yes", birth_weight=3400),
            one("not low, with 1200 g", True, low_birth_weight="no", birth_weight=1200),
            one("5.50 lb rounded", False, low_birth_weight="no", birth_weight=2495),
            one("no weight", False, low_birth_weight="no"),
        ),
    ),
)

CLINICAL_CHECKS: tuple[Check, ...] = OUTCOME + WEIGHT
