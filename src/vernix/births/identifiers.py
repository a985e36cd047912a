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

    number = column.try_cast("int64")
    # Nearly all are ten digits and nothing else: there figures cost a fifth of what patterns do (measured).
    plain = is_plain_number(column) & number.between(1_000_000_000, 9_999_999_999)
    # Half of one keeps each quotient off the whole numbers, so that rounding down is exact. In a list of one
    # the figure is made once, and not at each of the places where it is used.
    figure = number.cast("float64") + 0.5
    return ibis.ifelse(plain, ibis.array([figure]).map(_adds_up)[0], _is_shaped_and_adds_up(column))


def is_plain_number(column: ibis.expr.types.StringValue) -> ibis.expr.types.BooleanValue:
    """Whether each text is nothing but a number's digits, without zeros in front; null or false where not."""
    number = column.try_cast("int64")
    # An engine takes more for a number than we do ("1e9", " 7"): written again, it must be the same text.
    return (number >= 0) & (number.cast("string") == column)


def _adds_up(figure: ibis.expr.types.FloatingValue) -> ibis.expr.types.BooleanValue:
    """Whether the check digit of ten digits (and a half) is right, from what stands before each place.

    With q(k) the number without its last k digits and r(k) a fifth of it, both rounded down, the digit at
    place k is q(k) - 10 q(k + 1), and it is above 4 where r(k) is odd: r(k) = 2 q(k + 1) + 1. Put into the
    sum of digits and folded digits, all that is left of it, modulo 10, is this.
    """

    def without(place: int, share: float = 1.0) -> ibis.Value:
        return (figure * (share * 10.0**-place)).floor()

    ninefold = sum((without(place) for place in (4, 6, 8)), without(2))
    double = sum((without(place) for place in (3, 5, 7, 9)), without(1))
    fifths = sum((without(place, 0.2) for place in (3, 5, 7, 9)), without(1, 0.2))
    return (figure.floor() + ninefold * 9 + double * 2 + fifths) % 10 == 0


def _is_shaped_and_adds_up(column: ibis.expr.types.StringValue) -> ibis.expr.types.BooleanValue:
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
    import ibis

    # As nearly all are written, or else in small letters and between blanks: the first alone costs a third.
    as_usual = column.re_search(POSTAL_CODE_SHAPE)
    return ibis.ifelse(as_usual, as_usual, column.strip().upper().re_search(POSTAL_CODE_SHAPE))


def _folded(digit: int) -> int:
    """Twice a digit, its own two digits added."""
    return digit * 2 - 9 if digit > 4 else digit * 2
