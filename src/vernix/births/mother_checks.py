"""Checks on a mother, her pregnancies and her delivery: the same rules in every encounter that tells of them.

An encounter is asked those that its elements allow (`mother_checks`), under codes of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING

from vernix.births.checks import Check, asked_of, one
from vernix.births.codes import Words
from vernix.births.elements import Element

if TYPE_CHECKING:
    import ibis

VAGINAL = ("spontaneous", "forceps", "vacuum", "vaginal")


def mother_checks(letters: str, elements: Iterable[Element]) -> tuple[Check, ...]:
    """The checks that can be asked of these elements; ``letters`` begin their codes (LB: LB-PAR-01)."""
    return asked_of(elements, (*_DELIVERY, *_MOTHER), letters)


def _no_labour_but_vaginal(t: ibis.Table) -> ibis.Value:
    return (t.labour_type == "none") & t.delivery_method.isin(VAGINAL)


def _induction_is_not_the_onset(t: ibis.Table) -> ibis.Value:
    induced_alone = (t.labour_type == "induced") & (t.induction == "no")
    onset_alone = t.labour_type.isin(("spontaneous", "none")) & (t.induction == "yes")
    return induced_alone.fill_null(False) | onset_alone.fill_null(False)


def _tear_at_caesarean(t: ibis.Table) -> ibis.Value:
    return (t.delivery_method == "caesarean") & t.perineal_tear.isin(("third", "fourth", "severe"))


def _trial_without_labour(t: ibis.Table) -> ibis.Value:
    return (t.trial_of_labour == "yes") & (t.labour_type == "none")


def _caesarean_out_of_hospital(t: ibis.Table) -> ibis.Value:
    return (t.delivery_method == "caesarean") & t.birth_place.isin(("home", "birth_centre"))


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


def _pressures_exchanged(t: ibis.Table) -> ibis.Value:
    return t.systolic <= t.diastolic


_DELIVERY = (
    Check(
        code="DEL-01",
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
        code="DEL-02",
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
        code="DEL-03",
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
    Check(
        code="TOL-01",
        severity="soft",
        elements=("trial_of_labour", "labour_type"),
        text=Words(
            "Labour was tried, yet there was none: correct one of them.",
            "Le travail a été tenté, mais il n’y en a pas eu : corrigez l’un des deux.",
        ),
        source="IJE TLAB",
        expression=_trial_without_labour,
        examples=(
            one("tried without labour", True, trial_of_labour="yes", labour_type="none"),
            one("tried and spontaneous", False, trial_of_labour="yes", labour_type="spontaneous"),
            one("not tried", False, trial_of_labour="no", labour_type="none"),
        ),
    ),
    Check(
        code="PLA-01",
        severity="soft",
        elements=("birth_place", "delivery_method"),
        text=Words(
            "A caesarean at home or in a birth centre: correct the place, or the method of delivery.",
            "Césarienne à domicile ou en maison de naissance : corrigez le lieu ou le mode d’accouchement.",
        ),
        source="vernix",
        expression=_caesarean_out_of_hospital,
        examples=(
            one("at home", True, birth_place="home", delivery_method="caesarean"),
            one("in hospital", False, birth_place="hospital", delivery_method="caesarean"),
            one("born at home", False, birth_place="home", delivery_method="spontaneous"),
        ),
    ),
)

_MOTHER = (
    Check(
        code="PAR-01",
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
        code="PAR-02",
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
        code="MWT-01",
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
        code="SMK-01",
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
        code="VIS-01",
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
    Check(
        code="BPR-01",
        severity="hard",
        elements=("systolic", "diastolic"),
        text=Words(
            "The systolic pressure is not above the diastolic: see whether they were exchanged.",
            "La pression systolique ne dépasse pas la diastolique : voyez si elles ont été échangées.",
        ),
        source="vernix",
        expression=_pressures_exchanged,
        examples=(
            one("exchanged", True, systolic=70, diastolic=110),
            one("110 over 70", False, systolic=110, diastolic=70),
            one("one of them", False, systolic=110),
        ),
    ),
)
