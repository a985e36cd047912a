"""Age in completed years between two days: as an expression for checks, and on Arrow columns for reading.

The two say the same of every pair of days; somebody born on 29 February has a birthday on 1 March in other
years.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis
    import pyarrow as pa


def completed_years(born: ibis.Value, on: ibis.Value) -> ibis.Value:
    """Completed years of somebody born on one day, on another; null where either day is."""
    birthday_to_come = on.month() * 100 + on.day() < born.month() * 100 + born.day()
    return on.year() - born.year() - birthday_to_come.cast("int32")


def completed_years_of(born: pa.Array, on: pa.Array) -> pa.Array:
    """`completed_years` of two Arrow columns of dates (date32), as int32."""
    import pyarrow as pa
    import pyarrow.compute as pc

    def in_year(day: pa.Array) -> pa.Array:
        return pc.add(pc.multiply(pc.month(day), 100), pc.day(day))

    birthday_to_come = pc.less(in_year(on), in_year(born)).cast(pa.int64())
    years = pc.subtract(pc.subtract(pc.year(on), pc.year(born)), birthday_to_come)
    return years.cast(pa.int32())
