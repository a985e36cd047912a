"""Checks of the blood-spot screen: the sample in time, the card whole, the result of one piece."""

from __future__ import annotations

from datetime import date
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from vernix.births.birth.event import Event
from vernix.births.checks import Check, one
from vernix.births.codes import Words
from vernix.births.moments import days_between, minutes_between
from vernix.births.newborn.screening.card import Sample, SampleReceived, ScreenDecision
from vernix.births.newborn.screening.results import CONDITIONS, HearingRisk, ScreenResult
from vernix.births.rules import asks_for, in_order, not_to_come, nothing_told_of

if TYPE_CHECKING:
    import ibis

_FIRST, _SECOND, _FOURTH = date(2024, 3, 1), date(2024, 3, 2), date(2024, 3, 4)


def _too_early(t: ibis.Table) -> ibis.Value:
    return minutes_between(t.birth_date, t.birth_time, t.collection_date, t.collection_time) < 24 * 60


def _age_is_not_the_moments(t: ibis.Table) -> ibis.Value:
    minutes = minutes_between(t.birth_date, t.birth_time, t.collection_date, t.collection_time)
    return (minutes - t.age_at_collection * 60 - 30).abs() > 90


def _mark_is_not_the_moments(t: ibis.Table) -> ibis.Value:
    early = _too_early(t)
    return ((t.collected_before_24h == "no") & early) | ((t.collected_before_24h == "yes") & ~early)


def _card_had_expired(t: ibis.Table) -> ibis.Value:
    return t.collection_date > t.card_expiry


def _no_time(t: ibis.Table) -> ibis.Value:
    return t.collection_date.notnull() & t.collection_time.isnull()


def _slow(t: ibis.Table) -> ibis.Value:
    return days_between(t.collection_date, t.received_date) > 5


def _one_positive(t: ibis.Table) -> ibis.Value:
    return reduce(or_, ((t[each.name] == "positive").fill_null(False) for each in CONDITIONS))


def _positive_but_negative(t: ibis.Table) -> ibis.Value:
    return (t.screen_result == "negative") & _one_positive(t)


def _positive_of_nothing(t: ibis.Table) -> ibis.Value:
    told = reduce(or_, (t[each.name].notnull() for each in CONDITIONS))
    return (t.screen_result == "positive") & told & ~_one_positive(t)


def _result_of_an_unsatisfactory_sample(t: ibis.Table) -> ibis.Value:
    return (t.sample_quality == "unsatisfactory") & (t.screen_result == "negative")


def _second_sample_is_due(t: ibis.Table) -> ibis.Value:
    small = (t.gestation < 231).fill_null(False) | (t.birth_weight < 1500).fill_null(False)
    return small & (t.screen_reason == "initial") & (t.repeat_requested == "no")


_TIMES = (
    not_to_come("NS-DAT-01", Sample.collection_date, source="NSO card"),
    in_order(
        "NS-DAT-02",
        Event.birth_date,
        Sample.collection_date,
        times=(Event.birth_time, Sample.collection_time),
        source="NSO card: common errors, dates near midnight",
    ),
    in_order("NS-DAT-03", Sample.collection_date, SampleReceived.received_date, source="NSO laboratory"),
    in_order("NS-DAT-04", SampleReceived.received_date, ScreenResult.result_date, source="NSO report"),
    in_order(
        "NS-DAT-05", Sample.child_transfusion_date, Sample.collection_date, source="NSO card", severity="soft"
    ),
    Check(
        code="NS-DAT-06",
        severity="soft",
        elements=("collection_time", "collection_date"),
        text=Words(
            "Give the time of collection: without it nobody can say whether 24 hours had passed.",
            "Indiquez l’heure du prélèvement : sans elle, nul ne peut dire si 24 heures s’étaient écoulées.",
        ),
        source="NSO card: common errors",
        expression=_no_time,
        examples=(
            one("a day alone", True, collection_date=_FIRST),
            one("a day and a time", False, collection_date=_FIRST, collection_time="08:15"),
            one("nothing was collected", False),
        ),
    ),
    Check(
        code="NS-DAT-07",
        severity="soft",
        elements=("received_date", "collection_date"),
        text=Words(
            "The sample was more than five days on its way: check both dates, and how samples are sent.",
            "Le prélèvement a mis plus de cinq jours à arriver : vérifiez les deux dates, et l’envoi.",
        ),
        source="NSO laboratory",
        expression=_slow,
        examples=(
            one("three days", False, collection_date=_FIRST, received_date=_FOURTH),
            one("nine days", True, collection_date=_FIRST, received_date=date(2024, 3, 10)),
        ),
    ),
)

_AGE = (
    Check(
        code="NS-AGE-01",
        severity="soft",
        elements=("collection_date", "birth_date", "birth_time", "collection_time"),
        text=Words(
            "The sample was collected before 24 hours of age: check the times; a repeat is wanted.",
            "Le prélèvement a été fait avant 24 heures de vie : vérifiez les heures ; une reprise s’impose.",
        ),
        source="NSO sample collection",
        expression=_too_early,
        examples=(
            one(
                "at 23 h 59 min",
                True,
                birth_date=_FIRST,
                birth_time="08:00",
                collection_date=_SECOND,
                collection_time="07:59",
            ),
            one(
                "at 24 h",
                False,
                birth_date=_FIRST,
                birth_time="08:00",
                collection_date=_SECOND,
                collection_time="08:00",
            ),
            one("times unknown", False, birth_date=_FIRST, collection_date=_SECOND),
        ),
    ),
    Check(
        code="NS-AGE-02",
        severity="soft",
        elements=("age_at_collection", "birth_date", "birth_time", "collection_date", "collection_time"),
        text=Words(
            "The age at collection does not follow from the dates and times: correct the one that is wrong.",
            "L’âge au prélèvement ne découle pas des dates et heures : corrigez ce qui est faux.",
        ),
        source="vernix",
        expression=_age_is_not_the_moments,
        examples=(
            one(
                "days for hours",
                True,
                age_at_collection=2,
                birth_date=_FIRST,
                birth_time="08:00",
                collection_date=_SECOND,
                collection_time="20:00",
            ),
            one(
                "36 h",
                False,
                age_at_collection=36,
                birth_date=_FIRST,
                birth_time="08:00",
                collection_date=_SECOND,
                collection_time="20:30",
            ),
        ),
    ),
    Check(
        code="NS-AGE-03",
        severity="soft",
        elements=("collected_before_24h", "birth_date", "birth_time", "collection_date", "collection_time"),
        text=Words(
            "The mark for 24 hours on the card does not follow from dates and times: correct one of them.",
            "La case des 24 heures ne découle pas des dates et heures : corrigez l’une ou les autres.",
        ),
        source="NSO card",
        expression=_mark_is_not_the_moments,
        examples=(
            one(
                "marked late, collected early",
                True,
                collected_before_24h="no",
                birth_date=_FIRST,
                birth_time="08:00",
                collection_date=_FIRST,
                collection_time="20:00",
            ),
            one(
                "marked early, collected late",
                True,
                collected_before_24h="yes",
                birth_date=_FIRST,
                birth_time="08:00",
                collection_date=_FOURTH,
                collection_time="08:00",
            ),
            one("no moments to compare", False, collected_before_24h="yes"),
        ),
    ),
)

_SAMPLE = (
    Check(
        code="NS-SAM-01",
        severity="soft",
        elements=("card_expiry", "collection_date"),
        text=Words(
            "The card had expired when the sample was collected: check the date; the sample may be refused.",
            "La fiche était périmée au moment du prélèvement : vérifiez la date ; il peut être refusé.",
        ),
        source="NSO card: common errors, expired card",
        expression=_card_had_expired,
        examples=(
            one("the month before", True, card_expiry=date(2024, 2, 29), collection_date=_FIRST),
            one("the same month", False, card_expiry=date(2024, 3, 31), collection_date=_FIRST),
        ),
    ),
    asks_for(
        "NS-SAM-02",
        SampleReceived.sample_quality,
        ("unsatisfactory",),
        SampleReceived.unsatisfactory_reason,
        source="NSO report; dashboard measure 1",
    ),
    nothing_told_of(
        "NS-SAM-03",
        SampleReceived.sample_quality,
        ("satisfactory",),
        (SampleReceived.unsatisfactory_reason,),
        source="NSO report",
    ),
    nothing_told_of(
        "NS-SAM-04",
        ScreenDecision.screen_decision,
        ("declined", "missed"),
        (Sample.collection_date, ScreenResult.screen_result),
        source="NSO card: decline section",
        severity="hard",
    ),
    asks_for(
        "NS-SAM-05",
        ScreenDecision.screen_decision,
        ("collected",),
        Sample.collection_date,
        source="NSO card: common errors",
    ),
    asks_for(
        "NS-SAM-06", Sample.child_transfused, ("yes",), Sample.child_transfusion_date, source="NSO card"
    ),
    nothing_told_of(
        "NS-SAM-07",
        Sample.hearing_risk_consent,
        ("no",),
        HearingRisk.elements,
        source="NSO and Infant Hearing Program: consent",
    ),
)

_RESULT = (
    Check(
        code="NS-RES-01",
        severity="hard",
        elements=("screen_result", *(each.name for each in CONDITIONS)),
        text=Words(
            "The result over all is negative, yet one condition is positive: correct the one that is wrong.",
            "Le résultat d’ensemble est négatif, mais une maladie est positive : corrigez ce qui est faux.",
        ),
        source="NSO report",
        expression=_positive_but_negative,
        examples=(
            one("one positive", True, screen_result="negative", cystic_fibrosis="positive"),
            one("a carrier is no positive", False, screen_result="negative", sickle_cell_anemia="carrier"),
            one("positive over all", False, screen_result="positive", cystic_fibrosis="positive"),
        ),
    ),
    Check(
        code="NS-RES-02",
        severity="soft",
        elements=("screen_result", *(each.name for each in CONDITIONS)),
        text=Words(
            "The result over all is positive, yet no condition is: say which one.",
            "Le résultat d’ensemble est positif, mais aucune maladie ne l’est : indiquez laquelle.",
        ),
        source="NSO report",
        expression=_positive_of_nothing,
        examples=(
            one("all negative", True, screen_result="positive", phenylketonuria="negative"),
            one("one positive", False, screen_result="positive", phenylketonuria="positive"),
            one("conditions are not sent", False, screen_result="positive"),
        ),
    ),
    Check(
        code="NS-RES-03",
        severity="hard",
        elements=("screen_result", "sample_quality"),
        text=Words(
            "An unsatisfactory sample has no negative result: correct the quality or the result.",
            "Un prélèvement insatisfaisant n’a pas de résultat négatif : corrigez la qualité ou le résultat.",
        ),
        source="NSO report",
        expression=_result_of_an_unsatisfactory_sample,
        examples=(
            one("negative", True, sample_quality="unsatisfactory", screen_result="negative"),
            one("not tested", False, sample_quality="unsatisfactory", screen_result="not_tested"),
            one(
                "what was found in it all the same counts",
                False,
                sample_quality="unsatisfactory",
                screen_result="positive",
            ),
        ),
    ),
    Check(
        code="NS-RES-04",
        severity="soft",
        elements=("repeat_requested", "screen_reason", "gestation", "birth_weight"),
        text=Words(
            "Under 33 weeks or under 1500 g a second sample is due at three weeks: check that it is "
            "asked for.",
            "Avant 33 semaines ou sous 1500 g, un second prélèvement est dû à trois semaines : vérifiez "
            "qu’il est demandé.",
        ),
        source="NSO sample collection: preterm protocol",
        expression=_second_sample_is_due,
        examples=(
            one("32 weeks", True, gestation=230, screen_reason="initial", repeat_requested="no"),
            one("1499 g", True, birth_weight=1499, screen_reason="initial", repeat_requested="no"),
            one("33 weeks", False, gestation=231, screen_reason="initial", repeat_requested="no"),
            one(
                "this is the second",
                False,
                gestation=230,
                screen_reason="repeat_protocol",
                repeat_requested="no",
            ),
        ),
    ),
    asks_for(
        "NS-RES-05", ScreenResult.repeat_requested, ("yes",), ScreenResult.repeat_reason, source="NSO report"
    ),
)

_DECISION = (
    nothing_told_of(
        "NS-DEC-01",
        ScreenDecision.screen_decision,
        ("collected",),
        (ScreenDecision.screen_not_done_reason,),
        source="Missed-screen alert",
    ),
)

SCREENING_CHECKS: tuple[Check, ...] = _TIMES + _AGE + _SAMPLE + _RESULT + _DECISION
