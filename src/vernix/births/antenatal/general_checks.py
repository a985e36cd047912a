"""Checks of the antenatal record: dates in order, figures in their unit, no result of what was not done."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from vernix.births.antenatal.dating import CarePlan, Dating, LastPeriod
from vernix.births.antenatal.laboratory import FirstLaboratory, Immunoprophylaxis
from vernix.births.antenatal.wellbeing import CurrentPregnancy
from vernix.births.checks import Check, one
from vernix.births.codes import Words
from vernix.births.mother import Smoking
from vernix.births.pregnancy import Conception
from vernix.births.rules import asks_for, in_order, not_to_come, nothing_told_of

if TYPE_CHECKING:
    import ibis

_RECORD = "BORN Antenatal record"


def _mass_is_not_the_measures(t: ibis.Table) -> ibis.Value:
    metres = t.mother_height.cast("float64") / 100
    return (t.mother_weight_before.cast("float64") / (metres * metres) - t.body_mass_index).abs() > 2


def _gravida_is_not_the_sum(t: ibis.Table) -> ibis.Value:
    # A pregnancy ends once, whatever the number of children; this one has not ended.
    return t.gravida != t.term_births + t.preterm_births + t.abortions + 1


def _high_yet_not_followed(t: ibis.Table) -> ibis.Value:
    # 11.1 mmol/L or more an hour after 50 g is diabetes of pregnancy without another test.
    return (t.glucose_challenge >= Decimal("11.1")) & (t.diabetes == "none")


def _rhesus_negative_unprotected(t: ibis.Table) -> ibis.Value:
    return (t.rhesus == "negative") & (t.rh_immunoglobulin == "no") & (t.last_visit_date > t.due_date)


DATES = (
    not_to_come("AG-DAT-01", CarePlan.last_visit_date, source=_RECORD),
    not_to_come("AG-DAT-02", LastPeriod.last_period, source=_RECORD),
    in_order("AG-DAT-03", LastPeriod.last_period, Conception.first_prenatal_visit_date, source=_RECORD),
    in_order("AG-DAT-04", LastPeriod.last_period, Dating.first_ultrasound_date, source="SOGC 388"),
    in_order("AG-DAT-05", Conception.first_prenatal_visit_date, CarePlan.last_visit_date, source=_RECORD),
    in_order("AG-DAT-06", LastPeriod.last_period, Immunoprophylaxis.rh_immunoglobulin_date, source=_RECORD),
)

RESULTS = (
    nothing_told_of(
        "AG-PAP-01", FirstLaboratory.pap_result, ("not_done",), (FirstLaboratory.pap_date,), source=_RECORD
    ),
    nothing_told_of(
        "AG-RHG-01", Immunoprophylaxis.rh_immunoglobulin, ("no",),
        (Immunoprophylaxis.rh_immunoglobulin_date,), source="SOGC 448",
    ),
    asks_for(
        "AG-RHG-02", Immunoprophylaxis.rh_immunoglobulin, ("yes",), FirstLaboratory.rhesus, source="SOGC 448"
    ),
    Check(
        code="AG-RHG-03",
        severity="soft",
        elements=("rh_immunoglobulin", "rhesus", "last_visit_date", "due_date"),
        text=Words(
            "Rhesus negative and past the due date without immunoglobulin: confirm, or correct one of them.",
            "Rhésus négatif, terme passé, sans immunoglobuline : confirmez, ou corrigez l’un des deux.",
        ),
        source="SOGC 448",
        expression=_rhesus_negative_unprotected,
        examples=(
            one("none by term", True, rhesus="negative", rh_immunoglobulin="no",
                last_visit_date=date(2024, 10, 9), due_date=date(2024, 10, 7)),
            one("not yet due", False, rhesus="negative", rh_immunoglobulin="no",
                last_visit_date=date(2024, 6, 1), due_date=date(2024, 10, 7)),
            one("given", False, rhesus="negative", rh_immunoglobulin="yes",
                last_visit_date=date(2024, 10, 9), due_date=date(2024, 10, 7)),
        ),
    ),
    Check(
        code="AG-GLU-01",
        severity="soft",
        elements=("glucose_challenge", "diabetes"),
        text=Words(
            "This glucose is diabetes of pregnancy by itself: correct diabetes, or look at the unit.",
            "Cette glycémie est à elle seule un diabète gestationnel : corrigez, ou voyez l’unité.",
        ),
        source="SOGC 393; Diabetes Canada",
        expression=_high_yet_not_followed,
        examples=(
            one("12.0, no diabetes", True, glucose_challenge=Decimal("12.0"), diabetes="none"),
            one("7.0, no diabetes", False, glucose_challenge=Decimal("7.0"), diabetes="none"),
            one("12.0, diabetes", False, glucose_challenge=Decimal("12.0"), diabetes="gestational"),
        ),
    ),
)  # fmt: skip

FIGURES = (
    Check(
        code="AG-BMI-01",
        severity="soft",
        elements=("body_mass_index", "mother_weight_before", "mother_height"),
        text=Words(
            "The body mass index does not follow from weight and height: look at their units.",
            "L’indice de masse corporelle ne découle pas du poids et de la taille : voyez leurs unités.",
        ),
        source=_RECORD,
        expression=_mass_is_not_the_measures,
        examples=(
            one("pounds for kilograms", True, body_mass_index=Decimal("22.9"),
                mother_weight_before=Decimal("132.0"), mother_height=Decimal("162.0")),
            one("in its units", False, body_mass_index=Decimal("22.9"),
                mother_weight_before=Decimal("60.0"), mother_height=Decimal("162.0")),
            one("no height", False, body_mass_index=Decimal("22.9"), mother_weight_before=Decimal("60.0")),
        ),
    ),
    Check(
        code="AG-PAR-03",
        severity="soft",
        elements=("gravida", "term_births", "preterm_births", "abortions"),
        text=Words(
            "Pregnancies are not the sum of those that ended and this one: correct the count that is wrong.",
            "Les grossesses ne sont pas la somme des terminées et de celle-ci : corrigez le nombre faux.",
        ),
        source="BORN Gravida, Term, Preterm, Abortuses",
        expression=_gravida_is_not_the_sum,
        examples=(
            one("3, with one before", True, gravida=3, term_births=1, preterm_births=0, abortions=0),
            one("3, with two before", False, gravida=3, term_births=1, preterm_births=0, abortions=1),
            one("the first", False, gravida=1, term_births=0, preterm_births=0, abortions=0),
            one("not all counted", False, gravida=3, term_births=1),
        ),
    ),
    nothing_told_of(
        "AG-SMK-02", Smoking.smoking, ("none",), (CurrentPregnancy.cigarettes_first_visit,), source=_RECORD
    ),
)  # fmt: skip

GENERAL_CHECKS: tuple[Check, ...] = DATES + RESULTS + FIGURES
