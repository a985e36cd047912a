"""An example of what a column may hold, spelled as a person types it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from vernix.births import gestation
from vernix.births.elements import Element
from vernix.births.encounter import Encounter
from vernix.births.identity import Record
from vernix.births.rules import sample


def example(encounter: Encounter, element: Element) -> str:
    """A value of the element: of a text one that the encounter's checks let pass, of a number a middling one.

    A text that no check speaks of is shown by an ``A1``. Overridden is one of the encounter's own warnings.
    """
    if element is Record.override:
        return next(check.code for check in encounter.checks if check.severity == "soft")
    if element.type == "text":
        return next(_passing(encounter, element), str(sample(element)))
    return spelled(element, _middling(element) or sample(element))


def spelled(element: Element, value: Any) -> str:
    """A value as it is typed: ``38w4d``, ``2024-03-01``, ``yes``."""
    if element.type == "gestation":
        return gestation.spelled(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat() if isinstance(value, date) else str(value)


def _passing(encounter: Encounter, element: Element) -> Iterator[str]:
    for check in encounter.checks:
        if check.elements[0] == element.name:
            for each in check.examples:
                found = each.rows[0].get(element.name)
                if found and not any(each.fails):
                    yield found


def _middling(element: Element) -> int | Decimal | None:
    limits = element.plausible or element.possible
    if limits is None:
        return None
    middle = Decimal(limits.low + limits.high) / 2
    return int(middle) if element.digits == 0 else round(middle, element.digits)
