"""Birth weight for gestation and sex: the Canadian reference of Kramer and others, 2001.

Grams at the 10th and 90th centile for each completed week, 22 to 43, singletons.
Source: Kramer MS et al., A new and improved population-based Canadian reference for birth weight for
gestational age, Pediatrics 2001;108:e35.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis

REFERENCE = "Kramer 2001"
FIRST_WEEK, LAST_WEEK = 22, 43
_WEEKS = range(FIRST_WEEK, LAST_WEEK + 1)

# fmt: off
KRAMER_MALE: tuple[tuple[int, int], ...] = (
    (401, 587), (475, 714), (547, 844), (617, 981), (686, 1125), (763, 1278), (853, 1445), (964, 1629),
    (1099, 1837), (1259, 2069), (1444, 2319), (1648, 2580), (1866, 2851), (2091, 3132), (2321, 3411),
    (2552, 3665), (2766, 3877), (2942, 4049), (3079, 4200), (3179, 4328), (3233, 4433), (3249, 4528),
)
KRAMER_FEMALE: tuple[tuple[int, int], ...] = (
    (385, 552), (450, 669), (513, 790), (578, 918), (645, 1060), (717, 1218), (802, 1390), (903, 1578),
    (1022, 1783), (1168, 2004), (1346, 2242), (1548, 2494), (1768, 2761), (1998, 3037), (2227, 3307),
    (2452, 3543), (2658, 3738), (2825, 3895), (2955, 4034), (3051, 4154), (3114, 4251), (3159, 4333),
)
# fmt: on

# The 10th and 90th centile of a normal distribution lie this many standard deviations apart.
_SPAN = 2.563
# Beyond four standard deviations a typing error is far likelier than a child.
_FAR = 4.0


def centre_and_spread(sex: str, week: int) -> tuple[float, float]:
    """Middle and standard deviation of weight in grams, taken from the 10th and 90th centile.

    ``sex`` other than ``male`` and ``female`` takes the mean of the two; ``week`` is clipped to 22..43.
    """
    place = min(max(week, FIRST_WEEK), LAST_WEEK) - FIRST_WEEK
    tables = {"male": (KRAMER_MALE,), "female": (KRAMER_FEMALE,)}.get(sex, (KRAMER_MALE, KRAMER_FEMALE))
    low = sum(table[place][0] for table in tables) / len(tables)
    high = sum(table[place][1] for table in tables) / len(tables)
    return (low + high) / 2, (high - low) / _SPAN


def is_far_from_reference(
    weight: ibis.Value, gestation: ibis.Value, sex: ibis.Value | None = None
) -> ibis.Value:
    """True where a weight (g) is more than four standard deviations from the middle of its week (days // 7).

    By the table of the child's sex; where it is not known, by the middle of both. Null outside of 22..43
    weeks.
    """

    def bound(end: int) -> ibis.Value:
        either = _of_week(gestation // 7, "unknown", end)
        if sex is None:
            return either
        own = ((each, _of_week(gestation // 7, each, end)) for each in ("male", "female"))
        return sex.cases(*own, else_=either)

    return (weight < bound(0)) | (weight > bound(1))


def _of_week(week: ibis.Value, sex: str, end: int) -> ibis.Value:
    return week.cases(*((number, _bounds(sex, number)[end]) for number in _WEEKS))


def _bounds(sex: str, week: int) -> tuple[int, int]:
    middle, spread = centre_and_spread(sex, week)
    return round(middle - _FAR * spread), round(middle + _FAR * spread)
