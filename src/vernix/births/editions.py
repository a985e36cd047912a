"""Editions of the dictionary: which there are, from when each is valid, and when it can no longer change.

An edition in preparation follows the declarations, and its snapshot with them (``make reference``). Once it
is settled, partners build on it: its snapshot never changes again, and a change of the declarations is a new
edition's. What a partner must change between two is said by ``vernix dictionary --diff``.

To change a settled dictionary: append an edition here, give new elements ``since`` its number, raise
``version`` where what an element means has changed, and run ``make reference``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from vernix.births.codes import Words


@dataclass(frozen=True)
class Edition:
    """One edition, valid from the first day given to the day before the next edition's.

    ``settled``: nothing that it says will change.
    """

    number: str
    valid_from: date
    summary: Words
    settled: bool = False


FIRST_EDITION = "1"
EDITIONS: tuple[Edition, ...] = (
    Edition(
        FIRST_EDITION,
        date(2027, 1, 1),
        Words("The first dictionary of all encounters.", "Le premier dictionnaire de toutes les rencontres."),
    ),
)
"""In their order. The declarations are those of the last."""


def current() -> Edition:
    """The edition that the declarations are."""
    return EDITIONS[-1]
