"""Identifiers of people and places in Ontario: the health number and the postal code.

Each rule stands here twice over the same definition: for one value (a form, a test) and as an expression on a
column (checks). A version code is never part of a health number: it changes with each reissued card.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis

_HEALTH_NUMBER = re.compile(r"([0-9]{4})[ -]?([0-9]{3})[ -]?([0-9]{3})(?:[ -]?[A-Za-z]{1,2})?")
# Judged by shape and never by a list of areas, which ages: letters D F I O Q U are not used, W and Z never
# first.
POSTAL_CODE_SHAPE = "^[ABCEGHJKLMNPRSTVXY][0-9][ABCEGHJKLMNPRSTVWXYZ] ?[0-9][ABCEGHJKLMNPRSTVWXYZ][0-9]$"


def health_number(text: str) -> str | None:
    """The ten digits of a health number, without separators and version code; None if not shaped so."""
    match = _HEALTH_NUMBER.fullmatch(text.strip())
    return "".join(match.groups()) if match else None


def check_digit(first_nine: str) -> int:
    """The tenth digit: every second one from the right doubled, digits added, brought to a multiple of 10.

    Source: registry facts 4.1 (ISO/IEC 7812 mod 10).
    """
    total = sum(
        _folded(int(digit)) if place % 2 == 0 else int(digit) for place, digit in enumerate(first_nine)
    )
    return -total % 10


def is_health_number(text: str) -> bool:
    """Whether it is an Ontario health number with the right check digit and a first digit that is not 0."""
    digits = health_number(text)
    return digits is not None and digits[0] != "0" and check_digit(digits[:9]) == int(digits[9])


def health_number_is_right(column: ibis.expr.types.StringValue) -> ibis.expr.types.BooleanValue:
    """`is_health_number` on a column; null where the column is null."""
    import ibis

    # Where a digit stands in it is what it is worth.
    plain, folded = ibis.literal("0123456789"), ibis.literal("0516273849")

    def worth(digit: ibis.expr.types.StringValue, place: ibis.Value) -> ibis.Value:
        return ibis.ifelse(place % 2 == 0, folded.find(digit), plain.find(digit))

    written = column.strip()
    # The digits are made once, as a list: ten expressions of them would each make them again (measured).
    digits = written.re_replace("[^0-9]", "").split("")
    shaped = written.re_search("^[1-9][0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{3}([ -]?[A-Za-z]{1,2})?$")
    return shaped & (digits.map(worth).sums() % 10 == 0)


def postal_code(text: str) -> str | None:
    """A Canadian postal code as six characters (``K1A0B1``); None if it is not shaped like one."""
    written = text.strip().upper()
    return written.replace(" ", "") if re.match(POSTAL_CODE_SHAPE, written) else None


def postal_code_is_shaped(column: ibis.expr.types.StringValue) -> ibis.expr.types.BooleanValue:
    """Whether each text of a column is shaped like a Canadian postal code; null where it is null."""
    shaped: ibis.expr.types.BooleanValue = column.strip().upper().re_search(POSTAL_CODE_SHAPE)
    return shaped


def _folded(digit: int) -> int:
    """Twice a digit, its own two digits added."""
    return digit * 2 - 9 if digit > 4 else digit * 2
