"""The encounter ``prenatal_screening``, put together, with its checks."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from vernix.births.antenatal.dating import LastPeriod
from vernix.births.antenatal.diagnosis import Diagnosis, Requisition
from vernix.births.antenatal.diagnosis_checks import diagnosis_checks
from vernix.births.antenatal.measures import Risks, ScreenKind, ScreenUltrasound
from vernix.births.antenatal.serum import Serum
from vernix.births.birth.event import Event
from vernix.births.checks import Check, one
from vernix.births.codes import Words
from vernix.births.declaring import elements_of
from vernix.births.encounter import Encounter
from vernix.births.fertility.cycle import Cycle
from vernix.births.identity import MotherIdentity, PregnancyIdentity, Record
from vernix.births.identity_checks import identity_checks
from vernix.births.mother import Smoking
from vernix.births.mother_checks import mother_checks
from vernix.births.pregnancy import Conception
from vernix.births.pregnancy_checks import pregnancy_checks
from vernix.births.rules import asks_for, in_order, not_to_come

if TYPE_CHECKING:
    import ibis

_SCREEN = "BORN Prenatal Screening"

_ELEMENTS = elements_of(
    Record,
    PregnancyIdentity,
    MotherIdentity,
    ScreenKind.prenatal_screen,
    Requisition,
    LastPeriod,
    Event.gestation_method,
    Event.plurality,
    Conception.conception,
    Cycle.oocyte_age,
    ScreenKind.weight_at_serum,
    ScreenKind.insulin_before,
    Smoking,
    ScreenUltrasound,
    Serum,
    Risks,
    Diagnosis,
)


def _nuchal_out_of_season(t: ibis.Table) -> ibis.Value:
    # The method is defined for a crown-rump length of 45 to 84 mm.
    return t.nuchal.notnull() & ~t.crown_rump.between(45, 84)


def _centimetres(t: ibis.Table) -> ibis.Value:
    return (t.crown_rump < 10) & (t.serum_gestation > 77)


def _part_positive_whole_negative(t: ibis.Table) -> ibis.Value:
    parts = (t.screen_trisomy_21, t.screen_trisomy_18, t.screen_trisomy_13, t.screen_neural_tube)
    positive = (parts[0] == "positive").fill_null(False)
    for part in parts[1:]:
        positive = positive | (part == "positive").fill_null(False)
    return positive & (t.prenatal_screen_result == "negative")


def _risk_against_result(t: ibis.Table) -> ibis.Value:
    high = (t.risk_trisomy_21 <= 50) & (t.screen_trisomy_21 == "negative")
    low = (t.risk_trisomy_21 > 2000) & (t.screen_trisomy_21 == "positive")
    return high.fill_null(False) | low.fill_null(False)


def _second_of_one(t: ibis.Table) -> ibis.Value:
    return (t.plurality == 1) & (t.crown_rump_second.notnull() | t.nuchal_second.notnull())


DATES = (
    not_to_come("PS-DAT-01", Requisition.requisition_date, source=_SCREEN),
    in_order("PS-DAT-02", LastPeriod.last_period, Serum.serum_date, source=_SCREEN),
    in_order("PS-DAT-03", Serum.serum_date, Serum.serum_date_second, source=_SCREEN),
    in_order("PS-DAT-04", Serum.serum_date, Requisition.report_date, source=_SCREEN),
    in_order("PS-DAT-05", LastPeriod.last_period, ScreenUltrasound.nuchal_date, source=_SCREEN),
)

RESULTS = (
    asks_for(
        "PS-RES-01", Risks.prenatal_screen_result, ("positive",), Diagnosis.follow_up_chosen, source=_SCREEN
    ),
    Check(
        code="PS-RES-02",
        severity="hard",
        elements=(
            "prenatal_screen_result", "screen_trisomy_21", "screen_trisomy_18", "screen_trisomy_13",
            "screen_neural_tube",
        ),
        text=Words(
            "A part of the screen is positive, yet the whole is negative: correct one of them.",
            "Une partie du dépistage est positive, mais l’ensemble négatif : corrigez l’un des deux.",
        ),
        source=_SCREEN,
        expression=_part_positive_whole_negative,
        examples=(
            one("trisomy 18 positive", True, screen_trisomy_18="positive", prenatal_screen_result="negative"),
            one("all negative", False, screen_trisomy_21="negative", prenatal_screen_result="negative"),
            one("both positive", False, screen_trisomy_21="positive", prenatal_screen_result="positive"),
        ),
    ),
    Check(
        code="PS-RES-03",
        severity="soft",
        elements=("risk_trisomy_21", "screen_trisomy_21"),
        text=Words(
            "The risk of trisomy 21 and its result contradict each other: it is written as one in so many.",
            "Le risque de trisomie 21 et son résultat se contredisent : il s’écrit un sur tant.",
        ),
        source=_SCREEN,
        expression=_risk_against_result,
        examples=(
            one("1 in 20, negative", True, risk_trisomy_21=20, screen_trisomy_21="negative"),
            one("1 in 9000, positive", True, risk_trisomy_21=9000, screen_trisomy_21="positive"),
            one("1 in 200, positive", False, risk_trisomy_21=200, screen_trisomy_21="positive"),
            one("1 in 9000, negative", False, risk_trisomy_21=9000, screen_trisomy_21="negative"),
        ),
    ),
)  # fmt: skip

MEASURES = (
    Check(
        code="PS-NUC-01",
        severity="soft",
        elements=("nuchal", "crown_rump"),
        text=Words(
            "Nuchal translucency counts for a crown-rump length of 45 to 84 mm: look at both.",
            "La clarté nucale vaut pour une longueur cranio-caudale de 45 à 84 mm : voyez les deux.",
        ),
        source="Fetal Medicine Foundation",
        expression=_nuchal_out_of_season,
        examples=(
            one("at 90 mm", True, nuchal=Decimal("1.8"), crown_rump=Decimal("90.0")),
            one("in centimetres", True, nuchal=Decimal("1.8"), crown_rump=Decimal("6.2")),
            one("at 62 mm", False, nuchal=Decimal("1.8"), crown_rump=Decimal("62.0")),
            one("no length", False, nuchal=Decimal("1.8")),
        ),
    ),
    Check(
        code="PS-CRL-01",
        severity="hard",
        elements=("crown_rump", "serum_gestation"),
        text=Words(
            "The crown-rump length is in centimetres: give it in millimetres.",
            "La longueur cranio-caudale est en centimètres : donnez-la en millimètres.",
        ),
        source="SOGC 388",
        expression=_centimetres,
        examples=(
            one("6.2 at 12 weeks", True, crown_rump=Decimal("6.2"), serum_gestation=86),
            one("62.0 at 12 weeks", False, crown_rump=Decimal("62.0"), serum_gestation=86),
            one("6.2 at 6 weeks", False, crown_rump=Decimal("6.2"), serum_gestation=44),
        ),
    ),
    Check(
        code="PS-TWN-01",
        severity="soft",
        elements=("plurality", "crown_rump_second", "nuchal_second"),
        text=Words(
            "A second fetus is measured of a single pregnancy: correct the number, or the measure.",
            "Un second fœtus est mesuré dans une grossesse unique : corrigez le nombre, ou la mesure.",
        ),
        source=_SCREEN,
        expression=_second_of_one,
        examples=(
            one("one fetus", True, plurality=1, crown_rump_second=Decimal("61.0")),
            one("twins", False, plurality=2, crown_rump_second=Decimal("61.0")),
            one("one measured", False, plurality=1),
        ),
    ),
)

PRENATAL_SCREENING = Encounter(
    name="prenatal_screening",
    label=Words("Prenatal screening", "Dépistage prénatal"),
    definition=Words(
        "One screen of a pregnancy for trisomies and open neural tube defects, by ultrasound and blood, with "
        "what followed; one row for each report.",
        "Un dépistage des trisomies et des anomalies ouvertes du tube neural, par échographie et prise de "
        "sang, avec la suite ; une ligne par rapport.",
    ),
    elements=_ELEMENTS,
    when=("report_date", "requisition_date"),
    checks=(
        identity_checks("PS", _ELEMENTS)
        + DATES
        + RESULTS
        + MEASURES
        + diagnosis_checks("PS", _ELEMENTS)
        + pregnancy_checks("PS", _ELEMENTS)
        + mother_checks("PS", _ELEMENTS)
    ),
)
