"""The encounter ``ultrasound``, put together, with its checks: one row for each fetus of each examination."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from vernix.births.antenatal.diagnosis import Requisition
from vernix.births.antenatal.measures import ScreenUltrasound
from vernix.births.antenatal.series import series_checks
from vernix.births.antenatal.specialist import FetalFindings, SpecialtyPlan
from vernix.births.antenatal.ultrasound import Ultrasound, UltrasoundFindings
from vernix.births.antenatal.visit import FetusSeen
from vernix.births.checks import Check, one
from vernix.births.codes import Words
from vernix.births.declaring import elements_of
from vernix.births.encounter import Encounter
from vernix.births.growth import is_far_from_reference
from vernix.births.identity import MotherIdentity, PregnancyIdentity, Record
from vernix.births.identity_checks import identity_checks
from vernix.births.rules import asks_for, not_to_come, nothing_told_of

if TYPE_CHECKING:
    import ibis

_RECORD = "BORN Antenatal record"

_ELEMENTS = elements_of(
    Record,
    PregnancyIdentity,
    MotherIdentity,
    Ultrasound,
    Requisition.chorionicity,
    FetusSeen,
    UltrasoundFindings,
    ScreenUltrasound.crown_rump,
    ScreenUltrasound.nuchal,
    ScreenUltrasound.nasal_bone,
    ScreenUltrasound.biparietal,
    FetalFindings.fluid,
    SpecialtyPlan.cervix_length,
)


def _length_is_not_the_weeks(t: ibis.Table) -> ibis.Value:
    # Robinson and Fleming 1975: days = 8.052 sqrt(1.037 mm) + 23.73; two weeks are far beyond its error.
    length = t.crown_rump.cast("float64")
    days = 8.052 * (1.037 * length).sqrt() + 23.73
    return (length <= 84) & ((days - t.ultrasound_gestation).abs() > 14)


def _nuchal_out_of_season(t: ibis.Table) -> ibis.Value:
    return t.nuchal.notnull() & ~t.ultrasound_gestation.between(11 * 7, 14 * 7)


def _weight_is_not_the_weeks(t: ibis.Table) -> ibis.Value:
    return is_far_from_reference(t.estimated_weight, t.ultrasound_gestation)


def _number_beyond_the_fetuses(t: ibis.Table) -> ibis.Value:
    return t.fetus_number > t.fetuses_seen


def _pocket_is_not_the_fluid(t: ibis.Table) -> ibis.Value:
    dry = t.fluid.isin(("little", "none")) & (t.deepest_pocket > 20)
    full = (t.fluid == "much") & (t.deepest_pocket < 80)
    return dry.fill_null(False) | full.fill_null(False)


ULTRASOUND_CHECKS: tuple[Check, ...] = (
    not_to_come("US-DAT-01", Ultrasound.ultrasound_date, source=_RECORD),
    asks_for(
        "US-NUC-01", Ultrasound.ultrasound_kind, ("nuchal",), ScreenUltrasound.crown_rump, source="SOGC 261"
    ),
    asks_for(
        "US-CRV-01", Ultrasound.ultrasound_kind, ("cervix",), SpecialtyPlan.cervix_length, source="SOGC 401"
    ),
    nothing_told_of(
        "US-HRT-01", UltrasoundFindings.heartbeat, ("no",),
        (FetusSeen.fetal_heart_rate, UltrasoundFindings.biophysical_score), source="vernix",
    ),
    Check(
        code="US-CRL-01",
        severity="soft",
        elements=("crown_rump", "ultrasound_gestation"),
        text=Words(
            "The crown-rump length is two weeks or more from gestation: is it in millimetres? Correct one.",
            "La longueur cranio-caudale s’écarte de deux semaines ou plus de l’âge gestationnel : est-elle "
            "en millimètres ? Corrigez.",
        ),
        source="Robinson and Fleming 1975; SOGC 388",
        expression=_length_is_not_the_weeks,
        examples=(
            one("6.5, in centimetres", True, crown_rump=Decimal("6.5"), ultrasound_gestation=89),
            one("65 mm at 12 weeks and 5 days", False, crown_rump=Decimal("65.0"), ultrasound_gestation=89),
            one("beyond what it dates", False, crown_rump=Decimal("95.0"), ultrasound_gestation=140),
        ),
    ),
    Check(
        code="US-NUC-02",
        severity="soft",
        elements=("nuchal", "ultrasound_gestation"),
        text=Words(
            "A nuchal translucency outside of 11 to 14 weeks: correct gestation, or leave it blank.",
            "Une clarté nucale hors de 11 à 14 semaines : corrigez l’âge gestationnel, ou laissez en blanc.",
        ),
        source="SOGC 261",
        expression=_nuchal_out_of_season,
        examples=(
            one("at 20 weeks", True, nuchal=Decimal("1.4"), ultrasound_gestation=140),
            one("at 12 weeks", False, nuchal=Decimal("1.4"), ultrasound_gestation=84),
            one("none", False, ultrasound_gestation=140),
        ),
    ),
    Check(
        code="US-EFW-01",
        severity="soft",
        elements=("estimated_weight", "ultrasound_gestation"),
        text=Words(
            "This estimated weight hardly goes with this gestation: is it in grams? Correct one, or confirm.",
            "Ce poids estimé ne va guère avec cet âge gestationnel : est-il en grammes ? Corrigez, ou "
            "confirmez.",
        ),
        source="Kramer 2001, beyond 4 standard deviations",
        expression=_weight_is_not_the_weeks,
        examples=(
            one("3400 g at 28 weeks", True, estimated_weight=3400, ultrasound_gestation=196),
            one("1100 g at 28 weeks", False, estimated_weight=1100, ultrasound_gestation=196),
            one("no reference before 22 weeks", False, estimated_weight=900, ultrasound_gestation=140),
        ),
    ),
    Check(
        code="US-FET-01",
        severity="hard",
        elements=("fetus_number", "fetuses_seen"),
        text=Words(
            "The fetus's number is higher than the number of fetuses: correct one of them.",
            "Le numéro du fœtus dépasse le nombre de fœtus : corrigez l’un des deux.",
        ),
        source="vernix",
        expression=_number_beyond_the_fetuses,
        examples=(
            one("second of one", True, fetus_number=2, fetuses_seen=1),
            one("second of two", False, fetus_number=2, fetuses_seen=2),
            one("not said of how many", False, fetus_number=2),
        ),
    ),
    Check(
        code="US-FLU-01",
        severity="soft",
        elements=("fluid", "deepest_pocket"),
        text=Words(
            "The amount of fluid does not go with its deepest pocket: is it in millimetres? Correct one.",
            "La quantité de liquide ne va pas avec la plus grande citerne : est-elle en millimètres ? "
            "Corrigez.",
        ),
        source="SOGC 441",
        expression=_pocket_is_not_the_fluid,
        examples=(
            one("too little, with 50 mm", True, fluid="little", deepest_pocket=50),
            one("too much, with 9, in centimetres", True, fluid="much", deepest_pocket=9),
            one("too little, with 15 mm", False, fluid="little", deepest_pocket=15),
            one("normal", False, fluid="normal", deepest_pocket=50),
        ),
    ),
)  # fmt: skip

ULTRASOUND = Encounter(
    name="ultrasound",
    label=Words("Ultrasound before birth", "Échographie prénatale"),
    definition=Words(
        "One ultrasound of a pregnancy: what was measured and seen. One row for each fetus of each "
        "examination.",
        "Une échographie d’une grossesse : ce qui a été mesuré et vu. Une ligne par fœtus et par examen.",
    ),
    elements=_ELEMENTS,
    when=("ultrasound_date",),
    optional=(PregnancyIdentity.due_date,),
    checks=(
        identity_checks("US", _ELEMENTS)
        + ULTRASOUND_CHECKS
        + series_checks(
            "US", Ultrasound.ultrasound_date, Ultrasound.ultrasound_gestation, Ultrasound.fetus_number
        )
    ),
)
