"""What a file holds as a number, a date or a time becomes the text that a person would have written.

Of workbooks calamine gives numbers, texts, truth values, and dates and times where a cell's format says so
(1900 and 1904 alike). A text stays as it is, leading zeros too. A whole number has no decimal point.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pyarrow as pa

Value = str | float | int | bool | date | datetime | time | timedelta


def texts_of(values: Sequence[Value]) -> list[str]:
    """The texts of one column."""
    kinds = set(map(type, values))
    if kinds <= {str}:
        return list(values)  # type: ignore[arg-type]
    if kinds <= {str, float}:
        # Few numbers are distinct. Of other kinds two may be equal and mean different things: True and 1.
        texts = {value: text_of(value) for value in set(values)}
        return list(map(texts.__getitem__, values))
    return list(map(text_of, values))


def text_of(value: Value) -> str:
    """The text of one cell."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float | int):
        return _number(value)
    return _duration(value) if isinstance(value, timedelta) else _moment(value)


def _moment(value: date | time) -> str:
    """A date, with the time of day where it has one; a time of day, with seconds where it has some."""
    if isinstance(value, time):
        return value.isoformat("seconds" if value.second else "minutes")
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    return str(value)


def _number(value: float) -> str:
    if not abs(value) < 1e30:  # nor a number that is none
        return repr(value)
    return str(int(value)) if value == int(value) else format(Decimal(repr(value)), "f")


def _duration(value: timedelta) -> str:
    """A time of day beyond 24 hours stays what it is: 25:00 is no time, and the reader says so."""
    minutes, seconds = divmod(int(value.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}" + (f":{seconds:02}" if seconds else "")


def numbers_among(values: Iterable[Value]) -> pa.BooleanArray | None:
    """Where a column holds numbers, if it does."""
    kinds = list(map(type, values))
    if float not in kinds and int not in kinds:
        return None
    return pa.array([kind is float or kind is int for kind in kinds])
