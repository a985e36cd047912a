"""Checks on the names of children who have none yet: Baby Girl, Bébé garçon. The same in every encounter.

A stand-in is welcome where the given names go, for a child must be told of before it is named. Among the
family names it would hide the family, and one that speaks of a girl beside a boy's sex is of another child.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vernix.births.checks import Check, one
from vernix.births.codes import Words

if TYPE_CHECKING:
    import ibis

_STAND_IN = "(?i)^(?:baby|bébé|bebe|infant|newborn|nouveau-né|twin)(?:[ -]|$)"
_GIRL = "(?i)(?:^|[ -])(?:girl|fille)(?:[ -]|$)"
_BOY = "(?i)(?:^|[ -])(?:boy|garçon|garcon)(?:[ -]|$)"


def _stand_in_for_a_family(t: ibis.Table) -> ibis.Value:
    return t.child_family_name.re_search(_STAND_IN)


def _stand_in_of_the_other_sex(t: ibis.Table) -> ibis.Value:
    girl = t.child_given_names.re_search(_GIRL) & (t.sex == "male")
    boy = t.child_given_names.re_search(_BOY) & (t.sex == "female")
    return girl.fill_null(False) | boy.fill_null(False)


NAME_CHECKS: tuple[Check, ...] = (
    Check(
        code="NAM-01",
        severity="soft",
        elements=("child_family_name",),
        text=Words(
            "The family name begins with a stand-in such as Baby Girl: put it into the given names, and the "
            "family's name here.",
            "Le nom de famille commence par un nom provisoire tel que Bébé fille : mettez celui-ci aux "
            "prénoms, et ici le nom de la famille.",
        ),
        source="Temporary names of newborns",
        expression=_stand_in_for_a_family,
        examples=(
            one("Baby Girl Smith in one field", True, child_family_name="Baby Girl Smith"),
            one("in French", True, child_family_name="BÉBÉ GARÇON"),
            one("a family called so in part", False, child_family_name="Babineau"),
            one("a family's name", False, child_family_name="Smith"),
        ),
    ),
    Check(
        code="NAM-02",
        severity="soft",
        elements=("child_given_names", "sex"),
        text=Words(
            "The stand-in for a name is of the other sex: see whether twins were exchanged, or correct one.",
            "Le nom provisoire est de l’autre sexe : voyez si des jumeaux ont été échangés, ou corrigez.",
        ),
        source="Temporary names of newborns",
        expression=_stand_in_of_the_other_sex,
        examples=(
            one("Baby Girl, male", True, child_given_names="Baby Girl", sex="male"),
            one("Bébé garçon, female", True, child_given_names="Bébé garçon", sex="female"),
            one("Baby Girl A, female", False, child_given_names="Baby Girl A", sex="female"),
            one("sex not yet determined", False, child_given_names="Baby Boy", sex="undetermined"),
            one("a name", False, child_given_names="Zoé", sex="female"),
        ),
    ),
)
