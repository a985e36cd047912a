"""The encounter ``antenatal_visit``, put together, with its checks: one row for each visit of a pregnancy."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from vernix.births.antenatal.series import series_checks
from vernix.births.antenatal.visit import FetusSeen, Visit
from vernix.births.antenatal.wellbeing import Examination
from vernix.births.birth.event import Event
from vernix.births.checks import Check, Example, one
from vernix.births.codes import Words
from vernix.births.declaring import elements_of
from vernix.births.encounter import Encounter
from vernix.births.identity import MotherIdentity, PregnancyIdentity, Record
from vernix.births.identity_checks import digits, identity_checks
from vernix.births.moments import days_between
from vernix.births.mother_checks import mother_checks
from vernix.births.rules import in_order, not_to_come

if TYPE_CHECKING:
    import ibis

_RECORD = "BORN Antenatal record"
_MARCH, _APRIL = date(2024, 3, 1), date(2024, 3, 29)
_NUMBER = "9393881587"

_ELEMENTS = elements_of(
    Record,
    PregnancyIdentity,
    MotherIdentity,
    Event.plurality,
    Visit,
    Examination.systolic,
    Examination.diastolic,
    FetusSeen,
)


def _height_is_not_the_weeks(t: ibis.Table) -> ibis.Value:
    # Between 24 and 38 weeks a single fetus raises the fundus by about a centimetre a week.
    in_season = t.prenatal_visit_gestation.between(24 * 7, 38 * 7) & (t.plurality.fill_null(1) == 1)
    return in_season & ((t.fundal_height * 7 - t.prenatal_visit_gestation).abs() > 42)


def _weight_jumps(t: ibis.Table) -> ibis.Value:
    import ibis

    known = t.mother_health_number.notnull() & t.weight_at_visit.notnull()
    hers = ibis.window(group_by=[digits(t.mother_health_number), known], order_by=t.prenatal_visit_date)
    days = days_between(t.prenatal_visit_date.lag().over(hers), t.prenatal_visit_date)
    return known & (days <= 60) & ((t.weight_at_visit - t.weight_at_visit.lag().over(hers)).abs() > 15)


def _heard_too_early(t: ibis.Table) -> ibis.Value:
    return (t.prenatal_visit_gestation < 14 * 7) & t.fetal_movements.isin(("felt", "fewer", "none"))


VISIT_CHECKS: tuple[Check, ...] = (
    not_to_come("AV-DAT-01", Visit.prenatal_visit_date, source=_RECORD),
    in_order("AV-DAT-02", Visit.prenatal_visit_date, Visit.next_prenatal_visit_date, source=_RECORD),
    Check(
        code="AV-SFH-01",
        severity="soft",
        elements=("fundal_height", "prenatal_visit_gestation", "plurality"),
        text=Words(
            "The fundal height is six weeks or more from gestation: is it in centimetres? Correct one.",
            "La hauteur utérine s’écarte de six semaines ou plus de l’âge gestationnel : est-elle en "
            "centimètres ? Corrigez.",
        ),
        source="SOGC 441",
        expression=_height_is_not_the_weeks,
        examples=(
            one("12 inches at 30 weeks", True, fundal_height=Decimal("12.0"), prenatal_visit_gestation=210),
            one("30 cm at 30 weeks", False, fundal_height=Decimal("30.0"), prenatal_visit_gestation=210),
            one("twins", False, fundal_height=Decimal("40.0"), prenatal_visit_gestation=210, plurality=2),
            one("at 20 weeks", False, fundal_height=Decimal("12.0"), prenatal_visit_gestation=140),
        ),
    ),
    Check(
        code="AV-MOV-01",
        severity="soft",
        elements=("fetal_movements", "prenatal_visit_gestation"),
        text=Words(
            "Movements are told of before 14 weeks: correct gestation, or say not yet.",
            "Des mouvements sont rapportés avant 14 semaines : corrigez l’âge gestationnel, ou dites pas "
            "encore.",
        ),
        source="vernix",
        expression=_heard_too_early,
        examples=(
            one("at 10 weeks", True, fetal_movements="felt", prenatal_visit_gestation=70),
            one("at 22 weeks", False, fetal_movements="felt", prenatal_visit_gestation=154),
            one("not yet", False, fetal_movements="not_yet", prenatal_visit_gestation=70),
        ),
    ),
    Check(
        code="AV-WGT-01",
        severity="soft",
        elements=("weight_at_visit", "mother_health_number", "prenatal_visit_date"),
        text=Words(
            "Her weight is more than 15 kg from that of the visit before: look at the unit of both.",
            "Son poids s’écarte de plus de 15 kg de celui de la visite précédente : voyez l’unité des deux.",
        ),
        source="vernix",
        expression=_weight_jumps,
        across=True,
        examples=(
            Example(
                "pounds after kilograms",
                (
                    {"mother_health_number": _NUMBER, "prenatal_visit_date": _MARCH,
                     "weight_at_visit": Decimal("64.0")},
                    {"mother_health_number": _NUMBER, "prenatal_visit_date": _APRIL,
                     "weight_at_visit": Decimal("143.0")},
                ),
                (False, True),
            ),
            Example(
                "a kilogram in four weeks",
                (
                    {"mother_health_number": _NUMBER, "prenatal_visit_date": _MARCH,
                     "weight_at_visit": Decimal("64.0")},
                    {"mother_health_number": _NUMBER, "prenatal_visit_date": _APRIL,
                     "weight_at_visit": Decimal("65.0")},
                ),
                (False, False),
            ),
            Example(
                "mothers without a number",
                (
                    {"prenatal_visit_date": _MARCH, "weight_at_visit": Decimal("64.0")},
                    {"prenatal_visit_date": _APRIL, "weight_at_visit": Decimal("143.0")},
                ),
                (False, False),
            ),
        ),
    ),
)  # fmt: skip

ANTENATAL_VISIT = Encounter(
    name="antenatal_visit",
    label=Words("Antenatal visit", "Visite prénatale"),
    definition=Words(
        "One visit before birth: what was measured and asked on that day. One row for each visit; what is "
        "told once of a pregnancy stands in antenatal care.",
        "Une visite avant la naissance : ce qui a été mesuré et demandé ce jour-là. Une ligne par visite ; "
        "ce qui se dit une fois d’une grossesse est au suivi prénatal.",
    ),
    elements=_ELEMENTS,
    when=("prenatal_visit_date",),
    optional=(PregnancyIdentity.due_date, Event.plurality),
    checks=(
        identity_checks("AV", _ELEMENTS)
        + VISIT_CHECKS
        + series_checks("AV", Visit.prenatal_visit_date, Visit.prenatal_visit_gestation)
        + mother_checks("AV", _ELEMENTS)
    ),
)
