"""Whether a partner suddenly collects far more than it ever did. The decision alone: no clock, no database.

Who has stolen a partner's keys empties its mailbox, and goes on emptying it. A day may therefore be at most
``FACTOR`` times the largest of the days before it; below the floor nothing is compared, so that a partner
whose work begins is not stopped.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

FACTOR = 4


@dataclass(frozen=True)
class Volume:
    """What was collected in a day: deliveries, and sealed bytes, each part counted once."""

    deliveries: int = 0
    size: int = 0


def too_much(past: Iterable[Volume], today: Volume, floor: Volume) -> bool:
    """Whether ``today``, with what is asked for now, is beyond the floor and beyond every day of ``past``."""
    days = list(past)
    most_deliveries = max((day.deliveries for day in days), default=0)
    most_bytes = max((day.size for day in days), default=0)
    return today.deliveries > max(floor.deliveries, FACTOR * most_deliveries) or today.size > max(
        floor.size, FACTOR * most_bytes
    )
