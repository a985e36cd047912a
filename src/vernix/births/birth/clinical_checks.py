"""Checks of the encounter ``birth`` on what can hardly be true of one pregnancy and child together."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from vernix.births.checks import Check, one
from vernix.births.codes import Words
from vernix.births.growth import is_far_from_reference

if TYPE_CHECKING:
    import ibis

_VAGINAL = ("spontaneous", "forceps", "vacuum", "vaginal")


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
    return is_far_from_reference(t.birth_weight, t.gestation) & ~t.weight_confirmed.fill_null(False)


def _class_is_not_the_weights(t: ibis.Table) -> ibis.Value:
    # 50 g is more than any rounding of pounds and ounces moves a weight.
    heavy = (t.low_birth_weight == "yes") & (t.birth_weight >= 2550)
    light = (t.low_birth_weight == "no") & (t.birth_weight < 2450)
    return heavy.fill_null(False) | light.fill_null(False)


def _apgar_falls(t: ibis.Table) -> ibis.Value:
    return t.apgar_5 < t.apgar_1 - 3


def _no_labour_but_vaginal(t: ibis.Table) -> ibis.Value:
    return (t.labour_type == "none") & t.delivery_method.isin(_VAGINAL)


def _induction_is_not_the_onset(t: ibis.Table) -> ibis.Value:
    induced_alone = (t.labour_type == "induced") & (t.induction == "no")
    onset_alone = t.labour_type.isin(("spontaneous", "none")) & (t.induction == "yes")
    return induced_alone.fill_null(False) | onset_alone.fill_null(False)


def _tear_at_caesarean(t: ibis.Table) -> ibis.Value:
    return (t.delivery_method == "caesarean") & t.perineal_tear.isin(("third", "fourth", "severe"))


def _more_caesareans_than_births(t: ibis.Table) -> ibis.Value:
    return t.previous_caesareans > t.parity


def _parity_beyond_gravida(t: ibis.Table) -> ibis.Value:
    return t.parity >= t.gravida


def _gain_is_not_the_weights(t: ibis.Table) -> ibis.Value:
    return (t.mother_weight_delivery - t.mother_weight_before - t.mother_weight_gain).abs() > 2


def _cigarettes_of_a_non_smoker(t: ibis.Table) -> ibis.Value:
    counts = (t.cigarettes_1, t.cigarettes_2, t.cigarettes_3)
    some = (counts[0].fill_null(0) > 0) | (counts[1].fill_null(0) > 0) | (counts[2].fill_null(0) > 0)
    return (t.smoking == "none") & some


def _care_without_visits(t: ibis.Table) -> ibis.Value:
    return (t.prenatal_visits == 0) & (t.prenatal_care_month > 0)


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
        elements=("birth_weight", "gestation", "weight_confirmed"),
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

DELIVERY = (
    Check(
        code="B-DEL-01",
        severity="soft",
        elements=("labour_type", "delivery_method"),
        text=Words(
            "A vaginal birth without labour: correct the onset of labour or the method of delivery.",
            "Une naissance vaginale sans travail : corrigez le début du travail ou le mode d’accouchement.",
        ),
        source="WHO Robson 2017",
        expression=_no_labour_but_vaginal,
        examples=(
            one("vaginal", True, labour_type="none", delivery_method="spontaneous"),
            one("caesarean before labour", False, labour_type="none", delivery_method="caesarean"),
        ),
    ),
    Check(
        code="B-DEL-02",
        severity="soft",
        elements=("induction", "labour_type"),
        text=Words(
            "Induction and onset of labour contradict each other: correct one of them.",
            "Déclenchement et début du travail se contredisent : corrigez l’un des deux.",
        ),
        source="BORN Labour type",
        expression=_induction_is_not_the_onset,
        examples=(
            one("induced, though spontaneous", True, labour_type="spontaneous", induction="yes"),
            one("not induced, though induced", True, labour_type="induced", induction="no"),
            one("both say induced", False, labour_type="induced", induction="yes"),
            one("unknown contradicts nothing", False, labour_type="induced", induction="unknown"),
        ),
    ),
    Check(
        code="B-DEL-03",
        severity="soft",
        elements=("perineal_tear", "delivery_method"),
        text=Words(
            "A severe perineal tear at a caesarean: confirm that an instrument was tried first, or correct "
            "it.",
            "Une déchirure grave du périnée lors d’une césarienne : confirmez qu’un instrument a d’abord été "
            "essayé, ou corrigez.",
        ),
        source="vernix",
        expression=_tear_at_caesarean,
        examples=(
            one("third degree", True, delivery_method="caesarean", perineal_tear="third"),
            one("none", False, delivery_method="caesarean", perineal_tear="none"),
            one("with forceps", False, delivery_method="forceps", perineal_tear="third"),
        ),
    ),
)

MOTHER = (
    Check(
        code="B-PAR-01",
        severity="soft",
        elements=("previous_caesareans", "parity"),
        text=Words(
            "More earlier caesareans than earlier births: correct one of them.",
            "Plus de césariennes antérieures que de naissances antérieures : corrigez l’un des deux.",
        ),
        source="US natality revision, compound check of 2012",
        expression=_more_caesareans_than_births,
        examples=(
            one("2 of 1", True, previous_caesareans=2, parity=1),
            one("2 of 2", False, previous_caesareans=2, parity=2),
        ),
    ),
    Check(
        code="B-PAR-02",
        severity="soft",
        elements=("parity", "gravida"),
        text=Words(
            "Pregnancies include this one, so there must be more of them than earlier births: correct one.",
            "Les grossesses comprennent celle-ci et doivent dépasser les naissances antérieures : corrigez.",
        ),
        source="BORN Gravida",
        expression=_parity_beyond_gravida,
        examples=(
            one("first pregnancy, one earlier birth", True, gravida=1, parity=1),
            one("first pregnancy", False, gravida=1, parity=0),
        ),
    ),
    Check(
        code="B-MWT-01",
        severity="soft",
        elements=("mother_weight_gain", "mother_weight_before", "mother_weight_delivery"),
        text=Words(
            "The weight gained is not the difference of the two weights: look at their units.",
            "Le poids pris n’est pas la différence des deux poids : voyez leurs unités.",
        ),
        source="IJE PWGT, DWGT",
        expression=_gain_is_not_the_weights,
        examples=(
            one(
                "pounds among kilograms",
                True,
                mother_weight_before=Decimal("60.0"),
                mother_weight_delivery=Decimal("72.0"),
                mother_weight_gain=Decimal("26.4"),
            ),
            one(
                "rounding",
                False,
                mother_weight_before=Decimal("60.0"),
                mother_weight_delivery=Decimal("72.0"),
                mother_weight_gain=Decimal("13.5"),
            ),
        ),
    ),
    Check(
        code="B-SMK-01",
        severity="soft",
        elements=("smoking", "cigarettes_1", "cigarettes_2", "cigarettes_3"),
        text=Words(
            "Cigarettes are counted of a mother who did not smoke: correct one of them.",
            "Des cigarettes sont comptées pour une mère qui n’a pas fumé : corrigez l’un des deux.",
        ),
        source="vernix",
        expression=_cigarettes_of_a_non_smoker,
        examples=(
            one("five a day", True, smoking="none", cigarettes_2=5),
            one("none", False, smoking="none", cigarettes_2=0),
            one("she smoked", False, smoking="some", cigarettes_2=5),
        ),
    ),
    Check(
        code="B-VIS-01",
        severity="soft",
        elements=("prenatal_visits", "prenatal_care_month"),
        text=Words(
            "Prenatal care began, yet there was no visit: correct one of them.",
            "Les soins prénatals ont commencé, mais sans visite : corrigez l’un des deux.",
        ),
        source="IJE DOFP, NPREV",
        expression=_care_without_visits,
        examples=(
            one("month 3, no visit", True, prenatal_care_month=3, prenatal_visits=0),
            one("no care, no visit", False, prenatal_care_month=0, prenatal_visits=0),
        ),
    ),
)

CLINICAL_CHECKS: tuple[Check, ...] = OUTCOME + WEIGHT + DELIVERY + MOTHER
