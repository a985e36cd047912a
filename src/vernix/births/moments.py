"""The time between two moments, each a day and a time of day, as an expression for checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis


def days_between(earlier: ibis.Value, later: ibis.Value) -> ibis.Value:
    """Calendar days from one date to another, negative if they are out of order; null where one is."""
    return later.delta(earlier, unit="day")


def minutes_between(
    earlier: ibis.Value, earlier_time: ibis.Value, later: ibis.Value, later_time: ibis.Value
) -> ibis.Value:
    """Minutes from one moment to another, negative if they are out of order; null where a part is unknown.

    A night on which clocks change counts as any other: an hour decides nothing that is checked here.
    """
    return days_between(earlier, later) * 1440 + _minute(later_time) - _minute(earlier_time)


def _minute(time: ibis.Value) -> ibis.Value:
    """The minute of the day of a time written HH:MM."""
    return time.substr(0, 2).cast("int32") * 60 + time.substr(3, 2).cast("int32")
