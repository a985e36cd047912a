"""Checks of what pulse oximetry decides: each reading's result follows from its two saturations.

In range: 95 % or more in the right hand or a foot, and no more than 3 % between the two. Under 90 % in either
is out of range at once; whatever lies between is measured again, up to three times.
"""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from vernix.births.checks import Check, one
from vernix.births.codes import Words

if TYPE_CHECKING:
    import ibis

_READINGS = (1, 2, 3)
_NAMES = tuple(
    f"{what}_{reading}"
    for reading in _READINGS
    for what in ("heart_result", "saturation_right_hand", "saturation_foot")
)


def _in_range(t: ibis.Table, reading: int) -> ibis.Value:
    hand, foot = t[f"saturation_right_hand_{reading}"], t[f"saturation_foot_{reading}"]
    return ((hand >= 95) | (foot >= 95)) & ((hand - foot).abs() <= 3)


def _passed_out_of_range(t: ibis.Table) -> ibis.Value:
    rounds = ((t[f"heart_result_{each}"] == "pass") & ~_in_range(t, each) for each in _READINGS)
    return reduce(or_, (each.fill_null(False) for each in rounds))


def _not_passed_in_range(t: ibis.Table) -> ibis.Value:
    rounds = (t[f"heart_result_{each}"].isin(("repeat", "refer")) & _in_range(t, each) for each in _READINGS)
    return reduce(or_, (each.fill_null(False) for each in rounds))


OXIMETRY: tuple[Check, ...] = (
    Check(
        code="CC-ALG-01",
        severity="soft",
        elements=_NAMES,
        text=Words(
            "A reading counts as a pass, yet is under 95 in hand and foot, or the two are more than 3 apart: "
            "correct the reading or its result.",
            "Une lecture est dite réussie, mais la main et le pied sont sous 95, ou diffèrent de plus de 3 : "
            "corrigez la lecture ou son résultat.",
        ),
        source="CPS: pulse oximetry screening; NSO CCHD screen",
        expression=_passed_out_of_range,
        examples=(
            one("94 and 93", True, heart_result_1="pass", saturation_right_hand_1=94, saturation_foot_1=93),
            one("99 and 95", True, heart_result_2="pass", saturation_right_hand_2=99, saturation_foot_2=95),
            one("97 and 94", False, heart_result_1="pass", saturation_right_hand_1=97, saturation_foot_1=94),
            one("one of the two", False, heart_result_1="pass", saturation_foot_1=93),
        ),
    ),
    Check(
        code="CC-ALG-02",
        severity="soft",
        elements=_NAMES,
        text=Words(
            "A reading is in range, yet does not count as a pass: correct the reading or its result.",
            "Une lecture est dans les normes, mais n’est pas dite réussie : corrigez la lecture ou son "
            "résultat.",
        ),
        source="CPS: pulse oximetry screening; NSO CCHD screen",
        expression=_not_passed_in_range,
        examples=(
            one("98 and 97", True, heart_result_1="refer", saturation_right_hand_1=98, saturation_foot_1=97),
            one("89 and 96", False, heart_result_1="refer", saturation_right_hand_1=89, saturation_foot_1=96),
            one("93 and 94", False, heart_result_3="refer", saturation_right_hand_3=93, saturation_foot_3=94),
        ),
    ),
)
