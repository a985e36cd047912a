"""Checks on the screen for group B streptococcus: the same rules before labour and in it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from vernix.births.checks import Check, asked_of, one
from vernix.births.codes import Words
from vernix.births.elements import Element
from vernix.births.labour.course import Protection
from vernix.births.rules import asks_for, nothing_told_of

if TYPE_CHECKING:
    import ibis

_SOURCE = "BORN Maternal Newborn Dashboard; SOGC 298"


def streptococcus_checks(letters: str, elements: Iterable[Element]) -> tuple[Check, ...]:
    """The checks that can be asked of these elements; ``letters`` begin their codes (LB: LB-GBS-01)."""
    return asked_of(elements, _SCREEN, letters)


def _screened_out_of_season(t: ibis.Table) -> ibis.Value:
    return ~t.gbs_screen_gestation.between(35 * 7, 37 * 7 + 6)


def _screened_after_birth(t: ibis.Table) -> ibis.Value:
    return t.gbs_screen_gestation > t.gestation + 6


_SCREEN = (
    asks_for(
        "GBS-01",
        Protection.gbs_screen,
        ("positive", "negative"),
        Protection.gbs_screen_gestation,
        source=_SOURCE,
    ),
    nothing_told_of(
        "GBS-02",
        Protection.gbs_screen,
        ("not_done", "declined"),
        (Protection.gbs_screen_gestation,),
        source=_SOURCE,
    ),
    Check(
        code="GBS-03",
        severity="soft",
        elements=("gbs_screen_gestation",),
        text=Words(
            "The streptococcus screen was not at 35 to 37 weeks: confirm when it was, or correct it.",
            "Le dépistage du streptocoque B n’est pas à 35 à 37 semaines : confirmez quand, ou corrigez.",
        ),
        source=_SOURCE,
        expression=_screened_out_of_season,
        examples=(
            one("at 34w6d", True, gbs_screen_gestation=244),
            one("at 35 weeks", False, gbs_screen_gestation=245),
            one("at 37w6d", False, gbs_screen_gestation=265),
            one("at 38 weeks", True, gbs_screen_gestation=266),
        ),
    ),
    Check(
        code="GBS-04",
        severity="hard",
        elements=("gbs_screen_gestation", "gestation"),
        text=Words(
            "The streptococcus screen is later than the birth: correct the gestation of one of them.",
            "Le dépistage du streptocoque B est après la naissance : corrigez l’âge gestationnel de l’un.",
        ),
        source=_SOURCE,
        expression=_screened_after_birth,
        examples=(
            one("at 37 weeks, born at 35", True, gbs_screen_gestation=259, gestation=245),
            one("at 36w4d, born at 36 completed weeks", False, gbs_screen_gestation=256, gestation=252),
            one("at 36 weeks, born at 39", False, gbs_screen_gestation=252, gestation=273),
        ),
    ),
)
