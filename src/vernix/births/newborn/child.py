"""What every encounter of a newborn repeats of the birth, so that the two can be brought together."""

from __future__ import annotations

from dataclasses import replace

from vernix.births.birth.child import ConditionAtBirth
from vernix.births.birth.event import Event
from vernix.births.elements import Element

BORN: tuple[Element, ...] = (Event.birth_date, Event.birth_time, Event.birth_order, Event.plurality)
"""When a child was born, and which of several it is."""

SEX: Element = replace(ConditionAtBirth.sex, required="expected")
"""Of a child who is registered already: a result is not refused because a laboratory was not told it."""

AT_BIRTH: tuple[Element, ...] = (SEX, Event.gestation, ConditionAtBirth.birth_weight)
"""How a child was when it was born."""
