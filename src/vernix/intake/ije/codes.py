"""What the code lists of the Inter-Jurisdictional Exchange mean in ours, and the other way.

Where several of their codes mean one of ours, the first is written that says no more than is known; where
several of ours mean one of theirs, each is written so.
"""

from __future__ import annotations

from collections.abc import Mapping

YES_NO: Mapping[str, str] = {"Y": "yes", "N": "no", "U": "unknown"}
_ANOMALY: Mapping[str, str] = {"C": "confirmed", "P": "suspected", "N": "none", "U": "unknown"}
_GIVEN: Mapping[str, str] = {"Y": "given", "N": "none", "U": "unknown"}
_EDUCATION: Mapping[str, str] = {
    **{"1": "primary", "2": "some_secondary", "3": "secondary", "4": "some_college", "5": "college"},
    **{"6": "bachelor", "7": "master", "8": "doctorate", "9": "unknown"},
}

READ: Mapping[str, Mapping[str, str]] = {
    "ISEX": {"M": "male", "F": "female", "N": "undetermined", "U": "unknown"},
    "BPLACE": {
        "1": "hospital",
        "2": "birth_centre",
        "3": "home",
        "4": "home",
        "5": "home",
        "6": "clinic",
        "7": "other",
        "9": "unknown",
    },
    "PRES": {"1": "cephalic", "2": "breech", "3": "other", "9": "unknown"},
    "ROUT": {"1": "spontaneous", "2": "forceps", "3": "vacuum", "4": "caesarean", "9": "unknown"},
    "PAY": {
        "1": "public",
        "2": "private",
        "3": "self_pay",
        "4": "indigenous",
        "5": "military",
        "6": "other_government",
        "8": "other",
        "9": "unknown",
    },
    "DOWT": _ANOMALY,
    "CDIT": _ANOMALY,
    "MEDUC": _EDUCATION,
    "FEDUC": _EDUCATION,
    "ATTEND": {
        "1": "physician",
        "2": "physician",
        "3": "midwife",
        "4": "midwife",
        "5": "other",
        "9": "unknown",
    },
    "STER": _GIVEN,
    "ESAN": _GIVEN,
    "TLAB": {**YES_NO, "X": "not_applicable"},
    "BFED": {"Y": "breastfed", "N": "substitute", "U": "unknown"},
    "ETIME": {"N": "before_labour", "L": "seen_in_labour", "A": "in_labour", "U": "unknown"},
    "AUTOP": {**YES_NO, "P": "planned"},
    "HISTOP": {**YES_NO, "P": "planned"},
    "AUTOPF": {**YES_NO, "X": ""},
    "MARN": {"Y": "married", "N": "not_married", "U": "unknown"},
    # The item asks for severe tears only: its No leaves open whether there was another.
    "PLAC": {"Y": "severe", "N": "", "U": "unknown"},
    "BW_BYPASS": {"0": "no", "1": "yes", "2": ""},
}
"""By item: their code and our word; "" where theirs says nothing that ours could."""

WRITTEN: Mapping[str, Mapping[str, str]] = {
    "ISEX": {"unknown": "N"},
    "BPLACE": {"home": "5"},
    "PRES": {"transverse": "3"},
    "ROUT": {"vaginal": "9"},
    "MARN": {"common_law": "N", "single": "N"},
    "STER": {"one": "Y", "two": "Y"},
    "ESAN": {"epidural": "Y", "spinal": "Y", "combined": "Y"},
    "BFED": {"breast_milk": "Y", "combination": "Y", "other": "U"},
    "ATTEND": {
        **dict.fromkeys(("obstetrician", "family_physician"), "1"),
        **dict.fromkeys(("nurse", "resident", "paramedic", "nobody"), "5"),
    },
    "PLAC": {"none": "N", "first": "N", "second": "N", "third": "Y", "fourth": "Y"},
}
"""By item: our words that the reading table does not give, or gives twice, and what is written."""


def meanings(item: str) -> Mapping[str, str]:
    """Their codes of one item and our words."""
    return READ.get(item, YES_NO)


def code_for(item: str, word: str) -> str:
    """What is written for one of our words; blank where their list has nothing for it."""
    chosen = WRITTEN.get(item, {}).get(word)
    if chosen is not None:
        return chosen
    return next((theirs for theirs, ours in meanings(item).items() if ours == word), "")
