"""What the code lists of messages mean in ours: HL7's own tables, LOINC's answers, units.

A code set's aliases hold LOINC's answers where these name a word of ours (`vernix.births`); here stands what
only messages say.
"""

from __future__ import annotations

from collections.abc import Mapping

_FINDINGS: Mapping[str, str] = {
    "17621005": "negative",
    "260385009": "negative",
    "263654008": "positive",
    "10828004": "positive",
}
"""SNOMED CT's normal, negative, abnormal and positive."""

MEANT: Mapping[str, Mapping[str, str]] = {
    # Table 0001, and the older A (ambiguous), N (not applicable).
    "sex": {
        "f": "female",
        "m": "male",
        "o": "undetermined",
        "a": "undetermined",
        "u": "unknown",
        "n": "unknown",
    },
    # Table 0136; LOINC's and SNOMED CT's yes and no; a list of risks or factors that says "none".
    "yes_no": {
        "la33-6": "yes",
        "la32-8": "no",
        "373066001": "yes",
        "373067005": "no",
        "la137-2": "no",
        "none": "no",
        "17621005": "no",
        "260385009": "no",
        "normal": "no",
        "negative": "no",
        "": "",
    },
    # Table 0363, as Ontario writes it.
    "health_card": {
        "canon": "ontario",
        **{
            f"can{province}": "other"
            for province in ("ab", "bc", "mb", "nb", "nl", "ns", "nt", "nu", "pe", "qc", "sk", "yt")
        },
    },
    "screen_result": {
        **_FINDINGS,
        "la12431-5": "positive",
        "out of range requiring immediate second-tier testing for at least one condition": "positive",
        "all screening is in range for the conditions tested": "negative",
        "screen is out of range for at least one condition": "positive",
    },
    "condition_result": _FINDINGS,
    "pass_or_refer": {
        code: {"positive": "refer", "negative": "pass"}[word] for code, word in _FINDINGS.items()
    },
    "screen_feeding": {"la16915-3": "formula", "lactose formula": "formula"},
    "screen_reason": {"subsequent screen - reason unknown": "repeat"},
}
"""By code set: their code or text (lower case) and our word."""

OTHERWISE: Mapping[str, str] = {"language": "other"}
"""By code set: what every other code means."""

ANY_OTHER_ANSWER: Mapping[str, str] = {"58232-0": "yes"}
"""By question: what every answer means that names one of a list and is not "none"."""

COUNTED: Mapping[str, str] = {
    "la12411-7": "1",
    "singleton": "1",
    "single": "1",
    "la12412-5": "2",
    "twins": "2",
    "twin": "2",
    "triplets": "3",
    "triplet": "3",
    "quadruplets": "4",
    "quintuplets": "5",
}
"""How many children a birth had, in words."""

UNITS: Mapping[str, str] = {
    "[lb_av]": "lb",
    "[oz_av]": "oz",
    "[in_i]": "in",
    "[ft_i]": "ft",
    "gm": "g",
    "gms": "g",
    "kilograms": "kg",
    "week(s)": "wk",
    "wks": "wk",
    "day(s)": "d",
    "hour(s)": "h",
    "hours": "h",
    "hour": "h",
    "hr": "h",
    "hrs": "h",
    "percent": "%",
}
"""UCUM and what laboratories write instead, as `vernix.intake.units` calls them."""

ASKS_THE_SAME: Mapping[str, str] = {"57714-8": "11884-4"}
"""Questions that a card asks in words of its own, and the code that the element says."""

POSITIVE, EQUIVOCAL, TESTED, FACTORS = "57131-5", "57720-5", "57719-7", "57713-0"
_SUSPECTED = ("57793-2", "57792-4", "57791-6")  # amino acid, fatty acid and organic acid disorders
LIST_QUESTIONS: Mapping[str, str] = {
    POSITIVE: "positive",
    EQUIVOCAL: "inconclusive",
    **dict.fromkeys(_SUSPECTED, "positive"),
    TESTED: "negative",
    FACTORS: "yes",
}
"""Questions whose answers each name an element, and what is then true of it."""
ANSWERS_IN_A_LIST = ("condition_result", "yes_no")

PANELS: Mapping[str, str] = {
    "54089-8": "newborn_screening",
    "57128-1": "newborn_screening",
    "57717-1": "newborn_screening",
}
"""What is ordered (OBR-4) and needs no observation to be known."""

NORMAL_FLAGS = frozenset({"N"})
ABNORMAL_FLAGS = frozenset({"A", "AA", "H", "HH", "L", "LL"})
"""Table 0078; looked at only where an interpretation has no value of its own."""
