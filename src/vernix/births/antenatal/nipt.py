"""The encounter ``nipt`` (non-invasive prenatal test, cell-free DNA), put together, with its checks."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from vernix.births.antenatal.dating import LastPeriod
from vernix.births.antenatal.diagnosis import Diagnosis, Requisition
from vernix.births.antenatal.diagnosis_checks import diagnosis_checks
from vernix.births.antenatal.screening_codes import NIPT_FAILURE, NIPT_REASON, NIPT_RESULT
from vernix.births.birth.event import Event
from vernix.births.checks import Check, one
from vernix.births.codes import YES_NO, Words
from vernix.births.declaring import Block, element, elements_of
from vernix.births.encounter import Encounter
from vernix.births.fertility.cycle import Cycle
from vernix.births.identity import MotherIdentity, PregnancyIdentity, Record
from vernix.births.identity_checks import identity_checks
from vernix.births.pregnancy import Conception
from vernix.births.pregnancy_checks import pregnancy_checks
from vernix.births.rules import asks_for, in_order, not_to_come, nothing_told_of

if TYPE_CHECKING:
    import ibis

_NIPT = "BORN NIPT"


class CellFreeTest(Block, subject="mother", privacy="clinical", source=_NIPT):
    """Why the test was asked for, on what blood, and what it says."""

    nipt_reason = element(
        NIPT_REASON,
        ("Reason for the test", "Motif du test"),
        ("The one that decided who pays.", "Celui qui a décidé qui paie."),
        aliases=("nipt_indication", "indication"),
    )
    nipt_funded = element(
        YES_NO,
        ("Publicly funded", "Financé par l’État"),
        ("Whether the province paid.", "Si la province a payé."),
        privacy="quasi",
        aliases=("funded", "ohip_funded"),
    )
    nipt_blood_date = element(
        "date",
        ("Date of the blood", "Date de la prise de sang"),
        ("Of which the result is.", "D’où vient le résultat."),
        privacy="quasi",
        required="expected",
        aliases=("draw_date", "collection_date_nipt"),
    )
    nipt_gestation = element(
        "gestation",
        ("Gestation at the blood", "Âge gestationnel à la prise de sang"),
        ("From nine or ten weeks the test can be read.", "Le test est lisible dès neuf ou dix semaines."),
        unit="d",
        possible=(42, 315),
        plausible=(63, 280),
        aliases=("nipt_ga", "ga_at_draw"),
    )
    nipt_weight = element(
        "decimal",
        ("Mother's weight at the blood", "Poids de la mère à la prise de sang"),
        (
            "Heavier mothers have less fetal DNA in a sample.",
            "Plus lourde, elle a moins d’ADN fœtal par prise.",
        ),
        unit="kg",
        digits=1,
        possible=(20, 320),
        plausible=(35, 200),
        aliases=("weight_at_draw",),
    )
    nipt_draw = element(
        "integer",
        ("Which draw", "Quelle prise"),
        ("1 for the first blood, 2 after a failure.", "1 pour la première prise, 2 après un échec."),
        possible=(1, 5),
        aliases=("draw_number", "redraw"),
    )
    fetal_fraction = element(
        "decimal",
        ("Fetal fraction", "Fraction fœtale"),
        ("Per cent of the DNA that is the fetus's.", "Pourcentage de l’ADN qui vient du fœtus."),
        unit="%",
        digits=1,
        possible=(0, 60),
        plausible=(1, 40),
        aliases=("ff", "fetal_fraction_percent"),
    )
    nipt_failure = element(
        NIPT_FAILURE,
        ("Why there is no result", "Pourquoi il n’y a pas de résultat"),
        ("Where the laboratory gave none.", "Si le laboratoire n’en a pas donné."),
        aliases=("no_call_reason",),
    )
    nipt_21 = element(
        NIPT_RESULT,
        ("Trisomy 21", "Trisomie 21"),
        ("The laboratory's verdict.", "Le verdict du laboratoire."),
        required="expected",
        aliases=("t21", "nipt_t21"),
    )
    nipt_18 = element(
        NIPT_RESULT,
        ("Trisomy 18", "Trisomie 18"),
        ("The laboratory's verdict.", "Le verdict du laboratoire."),
        aliases=("t18", "nipt_t18"),
    )
    nipt_13 = element(
        NIPT_RESULT,
        ("Trisomy 13", "Trisomie 13"),
        ("The laboratory's verdict.", "Le verdict du laboratoire."),
        aliases=("t13", "nipt_t13"),
    )
    nipt_sex = element(
        NIPT_RESULT,
        ("Sex chromosomes", "Gonosomes"),
        (
            "Too many or too few; which sex it is is not asked.",
            "En trop ou en moins ; le sexe n’est pas demandé.",
        ),
        aliases=("sca", "sex_chromosome_aneuploidy"),
    )
    nipt_microdeletion = element(
        NIPT_RESULT,
        ("Microdeletions", "Microdélétions"),
        ("22q11 and others that were asked for.", "22q11 et d’autres qui ont été demandées."),
        aliases=("microdeletion", "22q"),
    )


_ELEMENTS = elements_of(
    Record,
    PregnancyIdentity,
    MotherIdentity,
    Requisition,
    LastPeriod,
    Event.gestation_method,
    Event.plurality,
    Conception.conception,
    Cycle.oocyte_age,
    CellFreeTest,
    Diagnosis,
)


def _too_early(t: ibis.Table) -> ibis.Value:
    return (t.nipt_gestation < 63) & t.nipt_21.isin(("low", "high"))


def _called_on_little(t: ibis.Table) -> ibis.Value:
    return (t.fetal_fraction < 1) & t.nipt_21.isin(("low", "high"))


def _own_wish_paid(t: ibis.Table) -> ibis.Value:
    return (t.nipt_reason == "own_wish") & (t.nipt_funded == "yes")


_CHECKS = (
    not_to_come("NP-DAT-01", CellFreeTest.nipt_blood_date, source=_NIPT),
    in_order("NP-DAT-02", LastPeriod.last_period, CellFreeTest.nipt_blood_date, source=_NIPT),
    in_order("NP-DAT-03", CellFreeTest.nipt_blood_date, Requisition.report_date, source=_NIPT),
    in_order(
        "NP-DAT-04", CellFreeTest.nipt_blood_date, Diagnosis.procedure_date, source=_NIPT, severity="soft"
    ),
    asks_for("NP-RES-01", CellFreeTest.nipt_21, ("no_call",), CellFreeTest.nipt_failure, source=_NIPT),
    nothing_told_of(
        "NP-RES-02", CellFreeTest.nipt_21, ("low", "high"), (CellFreeTest.nipt_failure,), source=_NIPT
    ),
    asks_for("NP-RES-03", CellFreeTest.nipt_21, ("high",), Diagnosis.follow_up_chosen, source=_NIPT),
    Check(
        code="NP-GES-01",
        severity="soft",
        elements=("nipt_gestation", "nipt_21"),
        text=Words(
            "A result before nine weeks: look at the gestation, or at the date of the blood.",
            "Un résultat avant neuf semaines : voyez l’âge gestationnel, ou la date de la prise de sang.",
        ),
        source=_NIPT,
        expression=_too_early,
        examples=(
            one("at 8 weeks", True, nipt_gestation=56, nipt_21="low"),
            one("at 10 weeks", False, nipt_gestation=70, nipt_21="low"),
            one("at 8 weeks, no result", False, nipt_gestation=56, nipt_21="no_call"),
        ),
    ),
    Check(
        code="NP-FRA-01",
        severity="soft",
        elements=("fetal_fraction", "nipt_21"),
        text=Words(
            "A result on less than one per cent of fetal DNA: give the fraction in per cent, or correct it.",
            "Un résultat sur moins d’un pour cent d’ADN fœtal : donnez la fraction en %, ou corrigez.",
        ),
        source=_NIPT,
        expression=_called_on_little,
        examples=(
            one("0.1 for 10 per cent", True, fetal_fraction=Decimal("0.1"), nipt_21="low"),
            one("10 per cent", False, fetal_fraction=Decimal("10.0"), nipt_21="low"),
            one("too little, so no result", False, fetal_fraction=Decimal("0.8"), nipt_21="no_call"),
        ),
    ),
    Check(
        code="NP-PAY-01",
        severity="soft",
        elements=("nipt_funded", "nipt_reason"),
        text=Words(
            "At her own wish, yet funded: correct the reason, or who paid.",
            "À sa demande, mais financé : corrigez le motif, ou qui a payé.",
        ),
        source=_NIPT,
        expression=_own_wish_paid,
        examples=(
            one("funded", True, nipt_reason="own_wish", nipt_funded="yes"),
            one("self-paid", False, nipt_reason="own_wish", nipt_funded="no"),
            one("screen positive, funded", False, nipt_reason="screen_positive", nipt_funded="yes"),
        ),
    ),
)

NIPT = Encounter(
    name="nipt",
    label=Words("Non-invasive prenatal test", "Test prénatal non invasif"),
    definition=Words(
        "One test of fetal DNA in a mother's blood, with its result for each chromosome and what followed; "
        "one row for each draw.",
        "Un test de l’ADN fœtal dans le sang de la mère, avec le résultat par chromosome et la suite ; "
        "une ligne par prise.",
    ),
    elements=_ELEMENTS,
    when=("report_date", "requisition_date"),
    checks=identity_checks("NP", _ELEMENTS)
    + _CHECKS
    + diagnosis_checks("NP", _ELEMENTS)
    + pregnancy_checks("NP", _ELEMENTS),
)
