"""What every encounter of a newborn repeats of the birth, so that the two can be brought together."""

from __future__ import annotations

from vernix.births.birth.child import ConditionAtBirth
from vernix.births.birth.event import Event
from vernix.births.elements import Element

BORN: tuple[Element, ...] = (Event.birth_date, Event.birth_time, Event.birth_order, Event.plurality)
"""When a child was born, and which of several it is."""

AT_BIRTH: tuple[Element, ...] = (
    ConditionAtBirth.sex,
    Event.gestation,
    ConditionAtBirth.birth_weight,
)
"""How a child was when it was born."""
