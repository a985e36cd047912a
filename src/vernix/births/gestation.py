"""Gestation in all the ways people write it: ``38w4d``, ``38+4``, ``38 4/7``, ``384``, ``38``, ``270 d``.

Inside vernix gestation is whole days; completed weeks are ``days // 7`` (so 36w6d is 36 weeks, and preterm).
A bare number is not clear by itself: what it means is settled once for a whole column (`bare_meaning`),
because ``266`` among ``270`` and ``281`` is days, and among ``384`` and ``402`` is 26w6d.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

Bare = Literal["weeks", "days", "weeks_and_day"]

_WEEKS = r"(?:w(?:k|ks|eeks?)?|s(?:em|emaines?)?)\.?"
_DAYS = r"(?:d(?:ays?)?|j(?:ours?)?)\.?"
_WEEKS_AND_DAYS = re.compile(rf"(\d{{1,2}})\s*(?:{_WEEKS}|\+|-|\s)\s*([0-6])\s*(?:{_DAYS}|/\s*7)?")
_WEEKS_ONLY = re.compile(rf"(\d{{1,2}})\s*{_WEEKS}")
_DAYS_ONLY = re.compile(rf"(\d{{2,3}})\s*{_DAYS}")
# Spreadsheets and data frames write a whole number as "39.0". Any other fraction is refused: 38.4 is 38w4d to
# one clerk and 38.4 weeks (38w3d) to the next.
_BARE = re.compile(r"(\d{1,3})(?:\.0+)?")

TERM_DAYS = 259
"""37 completed weeks: fewer is preterm."""


def spelled(days: int) -> str:
    """A gestation the way vernix writes it: ``38w4d``."""
    return f"{days // 7}w{days % 7}d"


def parse(text: str, bare: Bare | None = None) -> int | None:
    """A gestation in days, or None where the text is not one.

    ``bare`` says what a number without a unit means; without it, one or two digits are completed weeks, and
    three digits are days where that is a human gestation (140 to 315), else weeks and a day.
    """
    written = text.strip().lower()
    if match := _BARE.fullmatch(written):
        return _from_number(int(match[1]), bare)
    if match := _DAYS_ONLY.fullmatch(written):
        return int(match[1])
    if match := _WEEKS_ONLY.fullmatch(written):
        return int(match[1]) * 7
    if match := _WEEKS_AND_DAYS.fullmatch(written):
        return int(match[1]) * 7 + int(match[2])
    return None


def bare_meaning(texts: Iterable[str]) -> Bare | None:
    """What the bare numbers of one column mean, judged together; None where it has none.

    Weeks and a day never end in 7, 8 or 9, and most births lie between 37w0d and 41w6d (370 to 416): a column
    of days has one in three numbers ending in those digits and almost none above 310.
    """
    numbers = [int(match[1]) for text in texts if (match := _BARE.fullmatch(text.strip()))]
    long = [number for number in numbers if number >= 100]
    if not long:
        return "weeks" if numbers else None
    compact = all(number % 10 <= 6 for number in long) and sum(number >= 340 for number in long) * 2 > len(
        long
    )
    return "weeks_and_day" if compact else "days"


def _from_number(number: int, bare: Bare | None) -> int | None:
    if bare == "days":
        return number
    if number < 100:
        return number * 7
    if bare is None and 140 <= number <= 315:
        return number
    if bare == "weeks" or number % 10 > 6:
        return None
    return number // 10 * 7 + number % 10
