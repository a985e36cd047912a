"""Checks of labour and birth: hours in order, reasons where there was something, none where there was not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vernix.births.birth.event import Event
from vernix.births.checks import Check, one
from vernix.births.codes import Words
from vernix.births.labour.admission import Admission, Induction
from vernix.births.labour.course import Membranes
from vernix.births.labour.delivery import Caesarean, ThirdStage
from vernix.births.mother import Smoking
from vernix.births.mother_checks import VAGINAL
from vernix.births.rules import asks_for, in_order, not_to_come, nothing_told_of

if TYPE_CHECKING:
    import ibis

_BORN = "BORN Labour and Birth Mother"


def _before_the_due_date(t: ibis.Table) -> ibis.Value:
    indicated = (t.induction_indication == "post_dates") | (t.induction_indication_second == "post_dates")
    return indicated & (t.gestation < 280)


def _bled_without_haemorrhage(t: ibis.Table) -> ibis.Value:
    return (t.blood_loss >= 1000) & (t.postpartum_haemorrhage == "no")


HOURS = (
    not_to_come("LB-DAT-01", Event.birth_date, source="vernix"),
    in_order(
        "LB-DAT-02", Induction.labour_date, Event.birth_date,
        times=(Induction.labour_time, Event.birth_time), source=_BORN,
    ),
    in_order(
        "LB-DAT-03", Membranes.membranes_date, Event.birth_date,
        times=(Membranes.membranes_time, Event.birth_time), source=_BORN,
    ),
    in_order(
        "LB-DAT-04", Membranes.full_dilatation_date, Event.birth_date,
        times=(Membranes.full_dilatation_time, Event.birth_time), source=_BORN,
    ),
    in_order(
        "LB-DAT-05", Induction.labour_date, Membranes.full_dilatation_date,
        times=(Induction.labour_time, Membranes.full_dilatation_time), source=_BORN,
    ),
)  # fmt: skip

BEGINNING = (
    asks_for("LB-IND-01", Event.labour_type, ("induced",), Induction.induction_indication, source=_BORN),
    nothing_told_of(
        "LB-IND-02",
        Event.labour_type,
        ("spontaneous", "none"),
        (
            Induction.induction_indication,
            Induction.induction_oxytocin,
            Induction.induction_prostaglandin,
            Induction.induction_amniotomy,
            Induction.induction_balloon,
        ),
        source=_BORN,
    ),
    nothing_told_of(
        "LB-AUG-01",
        Event.labour_type,
        ("none",),
        (Induction.augmentation, Induction.augmentation_oxytocin, Induction.augmentation_amniotomy),
        source="IJE AUGL",
    ),
    Check(
        code="LB-IND-03",
        severity="soft",
        elements=("induction_indication", "induction_indication_second", "gestation"),
        text=Words(
            "Post-dates is given as a reason before the due date: correct the reason, or gestation.",
            "Terme dépassé est le motif, avant la date prévue : corrigez le motif, ou l’âge gestationnel.",
        ),
        source="BORN Maternal Newborn Dashboard",
        expression=_before_the_due_date,
        examples=(
            one("at 39 weeks", True, induction_indication="post_dates", gestation=273),
            one("as the second reason", True, induction_indication="diabetes",
                induction_indication_second="post_dates", gestation=273),
            one("at 41 weeks", False, induction_indication="post_dates", gestation=287),
            one("another reason at 39 weeks", False, induction_indication="diabetes", gestation=273),
        ),
    ),
)  # fmt: skip

BIRTH = (
    nothing_told_of("LB-SMK-02", Smoking.smoking, ("none",), (Admission.cigarettes_at_labour,), source=_BORN),
    asks_for("LB-CSN-01", Event.delivery_method, ("caesarean",), Caesarean.caesarean_type, source=_BORN),
    asks_for(
        "LB-CSN-02", Event.delivery_method, ("caesarean",), Caesarean.caesarean_indication, source=_BORN
    ),
    nothing_told_of(
        "LB-CSN-03",
        Event.delivery_method,
        VAGINAL,
        (Caesarean.caesarean_type, Caesarean.caesarean_indication, Caesarean.caesarean_dilatation),
        source=_BORN,
    ),
    nothing_told_of(
        "LB-EPI-01", Event.delivery_method, ("caesarean",), (ThirdStage.episiotomy,),
        source="BORN Maternal Newborn Dashboard",
    ),
    Check(
        code="LB-PPH-01",
        severity="soft",
        elements=("postpartum_haemorrhage", "blood_loss"),
        text=Words(
            "1000 ml or more were lost, yet no haemorrhage is told: is it in ml? Correct one.",
            "1000 ml ou plus ont été perdus, mais sans hémorragie : voyez si c’est en ml, ou corrigez.",
        ),
        source="SOGC 431",
        expression=_bled_without_haemorrhage,
        examples=(
            one("1000 ml", True, postpartum_haemorrhage="no", blood_loss=1000),
            one("400 ml", False, postpartum_haemorrhage="no", blood_loss=400),
            one("told", False, postpartum_haemorrhage="yes", blood_loss=2000),
        ),
    ),
)  # fmt: skip

LABOUR_CHECKS: tuple[Check, ...] = HOURS + BEGINNING + BIRTH
