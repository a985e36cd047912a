"""Checks of a fertility cycle: dates in order, numbers that can only shrink, one embryo if one was meant."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from vernix.births.age import completed_years
from vernix.births.birth.event import Event
from vernix.births.checks import Check, one
from vernix.births.codes import Words
from vernix.births.fertility.cycle import Cycle, EggsAndEmbryos
from vernix.births.fertility.transfer import AfterTransfer, Transfer
from vernix.births.moments import days_between
from vernix.births.rules import asks_for, in_order, not_to_come, nothing_told_of

if TYPE_CHECKING:
    import ibis

_FIRST = date(2024, 3, 1)
_PREGNANT = ("ectopic", "miscarriage", "termination", "ongoing", "live_birth", "stillbirth")


def _age_is_not_the_dates(t: ibis.Table) -> ibis.Value:
    return t.age_at_cycle != completed_years(t.mother_birth_date, t.cycle_start_date)


def _more_than_retrieved(t: ibis.Table) -> ibis.Value:
    return t.oocytes_mature > t.oocytes_retrieved


def _more_than_could_be(t: ibis.Table) -> ibis.Value:
    eggs = t.oocytes_retrieved.fill_null(0) + t.oocytes_thawed.fill_null(0)
    return (eggs > 0) & (t.oocytes_fertilised > eggs)


def _several_by_choice_of_one(t: ibis.Table) -> ibis.Value:
    return (t.elective_single == "yes") & (t.embryos_transferred != 1)


def _banking_with_transfer(t: ibis.Table) -> ibis.Value:
    banking = t.cycle_kind.isin(("egg_banking", "embryo_banking", "donor"))
    return banking & (t.transfer_date.notnull() | (t.embryos_transferred > 0).fill_null(False))


def _sacs_of_too_few(t: ibis.Table) -> ibis.Value:
    # One embryo may split once; more sacs than twice the embryos are a typing error.
    return t.gestational_sacs > 2 * t.embryos_transferred


def _negative_but_pregnant(t: ibis.Table) -> ibis.Value:
    return (t.pregnancy_test_positive == "no") & t.cycle_outcome.isin(_PREGNANT)


def _due_date_is_not_the_transfers(t: ibis.Table) -> ibis.Value:
    return (days_between(t.transfer_date, t.due_date) + t.embryo_age - 266).abs() > 3


_DATES = (
    not_to_come("FC-DAT-01", Cycle.cycle_start_date, source="CARTR Plus"),
    in_order("FC-DAT-02", Cycle.cycle_start_date, EggsAndEmbryos.retrieval_date, source="CARTR Plus"),
    in_order("FC-DAT-03", Cycle.cycle_start_date, Transfer.transfer_date, source="CARTR Plus"),
    in_order("FC-DAT-04", EggsAndEmbryos.retrieval_date, Transfer.transfer_date, source="CARTR Plus"),
    in_order("FC-DAT-05", Transfer.transfer_date, AfterTransfer.pregnancy_test_date, source="CARTR Plus"),
    in_order("FC-DAT-06", Transfer.transfer_date, Event.birth_date, source="CARTR Plus"),
    Check(
        code="FC-DAT-07",
        severity="soft",
        elements=("due_date", "transfer_date", "embryo_age"),
        text=Words(
            "The estimated date of birth does not follow from the transfer: it is 266 days after it, less "
            "the "
            "age of the embryo; correct the one that is wrong.",
            "La date prévue d’accouchement ne découle pas du transfert : 266 jours après celui-ci, moins "
            "l’âge de l’embryon ; corrigez ce qui est faux.",
        ),
        source="SOGC 388: dating of assisted conception",
        expression=_due_date_is_not_the_transfers,
        examples=(
            one(
                "261 days after a blastocyst",
                False,
                transfer_date=_FIRST,
                embryo_age=5,
                due_date=_FIRST + timedelta(days=261),
            ),
            one(
                "280 days, as from a period",
                True,
                transfer_date=_FIRST,
                embryo_age=5,
                due_date=_FIRST + timedelta(days=280),
            ),
        ),
    ),
    Check(
        code="FC-AGE-01",
        severity="soft",
        elements=("age_at_cycle", "mother_birth_date", "cycle_start_date"),
        text=Words(
            "Her age does not follow from her date of birth: correct the one that is wrong.",
            "Son âge ne découle pas de sa date de naissance : corrigez ce qui est faux.",
        ),
        source="CARTR Plus",
        expression=_age_is_not_the_dates,
        examples=(
            one(
                "a year off",
                True,
                age_at_cycle=35,
                mother_birth_date=date(1990, 3, 2),
                cycle_start_date=_FIRST,
            ),
            one(
                "birthday is tomorrow",
                False,
                age_at_cycle=33,
                mother_birth_date=date(1990, 3, 2),
                cycle_start_date=_FIRST,
            ),
        ),
    ),
)

_NUMBERS = (
    Check(
        code="FC-NUM-01",
        severity="hard",
        elements=("oocytes_mature", "oocytes_retrieved"),
        text=Words(
            "More eggs are mature than were retrieved: correct one of the numbers.",
            "Plus d’ovocytes matures que prélevés : corrigez l’un des nombres.",
        ),
        source="CARTR Plus",
        expression=_more_than_retrieved,
        examples=(
            one("12 of 10", True, oocytes_mature=12, oocytes_retrieved=10),
            one("all 10", False, oocytes_mature=10, oocytes_retrieved=10),
        ),
    ),
    Check(
        code="FC-NUM-02",
        severity="hard",
        elements=("oocytes_fertilised", "oocytes_retrieved", "oocytes_thawed"),
        text=Words(
            "More eggs are fertilised than there were: correct one of the numbers.",
            "Plus d’ovocytes fécondés qu’il n’y en avait : corrigez l’un des nombres.",
        ),
        source="CARTR Plus",
        expression=_more_than_could_be,
        examples=(
            one("11 of 10", True, oocytes_fertilised=11, oocytes_retrieved=10),
            one(
                "11 of 10 and 4 thawed", False, oocytes_fertilised=11, oocytes_retrieved=10, oocytes_thawed=4
            ),
            one("eggs are not told", False, oocytes_fertilised=11),
        ),
    ),
    Check(
        code="FC-NUM-03",
        severity="hard",
        elements=("elective_single", "embryos_transferred"),
        text=Words(
            "One by choice means that one was transferred: correct the number or the choice.",
            "Un seul par choix veut dire qu’un seul a été transféré : corrigez le nombre ou le choix.",
        ),
        source="CARTR Plus: audited weak spot",
        expression=_several_by_choice_of_one,
        examples=(
            one("two", True, elective_single="yes", embryos_transferred=2),
            one("one", False, elective_single="yes", embryos_transferred=1),
            one("two, not by choice of one", False, elective_single="no", embryos_transferred=2),
        ),
    ),
    Check(
        code="FC-NUM-04",
        severity="soft",
        elements=("gestational_sacs", "embryos_transferred"),
        text=Words(
            "There are more than twice as many sacs as embryos transferred: correct one of the numbers.",
            "Il y a plus du double de sacs que d’embryons transférés : corrigez l’un des nombres.",
        ),
        source="CARTR Plus",
        expression=_sacs_of_too_few,
        examples=(
            one("three of one", True, gestational_sacs=3, embryos_transferred=1),
            one("one that split", False, gestational_sacs=2, embryos_transferred=1),
        ),
    ),
)

_COURSE = (
    Check(
        code="FC-KND-01",
        severity="hard",
        elements=("cycle_kind", "transfer_date", "embryos_transferred"),
        text=Words(
            "In a cycle that banks or donates nothing is transferred: correct the kind or the transfer.",
            "Dans un cycle de congélation ou de don, rien n’est transféré : corrigez le genre ou le "
            "transfert.",
        ),
        source="CARTR Plus",
        expression=_banking_with_transfer,
        examples=(
            one("banking, with a day", True, cycle_kind="egg_banking", transfer_date=_FIRST),
            one("banking, none transferred", False, cycle_kind="egg_banking", embryos_transferred=0),
            one("frozen transfer", False, cycle_kind="frozen_transfer", transfer_date=_FIRST),
        ),
    ),
    asks_for("FC-KND-02", Cycle.cycle_kind, ("egg_banking",), Cycle.preservation_reason, source="CARTR Plus"),
    asks_for(
        "FC-END-01", EggsAndEmbryos.cycle_end, ("transfer",), Transfer.transfer_date, source="CARTR Plus"
    ),
    nothing_told_of(
        "FC-END-02",
        EggsAndEmbryos.cycle_end,
        ("cancelled",),
        (EggsAndEmbryos.retrieval_date, EggsAndEmbryos.oocytes_retrieved, Transfer.transfer_date),
        source="CARTR Plus",
        severity="hard",
    ),
    nothing_told_of(
        "FC-TES-01",
        EggsAndEmbryos.embryo_test,
        ("none",),
        (EggsAndEmbryos.embryos_tested,),
        source="CARTR Plus",
    ),
    Check(
        code="FC-OUT-01",
        severity="hard",
        elements=("cycle_outcome", "pregnancy_test_positive"),
        text=Words(
            "The pregnancy test was negative, yet there was a pregnancy: correct one of them.",
            "Le test de grossesse était négatif, mais il y a eu une grossesse : corrigez l’un des deux.",
        ),
        source="CARTR Plus",
        expression=_negative_but_pregnant,
        examples=(
            one("a live birth", True, pregnancy_test_positive="no", cycle_outcome="live_birth"),
            one("not pregnant", False, pregnancy_test_positive="no", cycle_outcome="not_pregnant"),
        ),
    ),
    asks_for(
        "FC-OUT-02", AfterTransfer.cycle_outcome, ("live_birth",), Event.birth_date, source="CARTR Plus"
    ),
)

FERTILITY_CHECKS: tuple[Check, ...] = _DATES + _NUMBERS + _COURSE
