"""The plain kinds of items: how one is read and written, whatever element it fills."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

Read = Callable[[Sequence[str]], str]
Write = Callable[[Any, Sequence[int]], Sequence[str]]
"""A value and the widths of its items -> their texts."""

Composed = tuple[Read, Write | None, str | None]
"""How to read, how to write (None: others write the items), and the unit that a figure is in."""

_NOT_KNOWN = frozenset(digit * length for digit in "98" for length in range(2, 61))
"""Nines and eights, as long as any item may be; one alone is a figure."""


def first(texts: Sequence[str]) -> str:
    """The first item, as it is."""
    return texts[0]


def known(texts: Sequence[str]) -> str:
    """A figure; nines only say that it is not known, and eights that the question was not put."""
    return "" if texts[0] in _NOT_KNOWN else texts[0]


def read_date(texts: Sequence[str]) -> str:
    """A date of which all parts are known."""
    return "-".join(texts) if all(texts) and _NOT_KNOWN.isdisjoint(texts) else ""


def write_date(value: Any, widths: Sequence[int]) -> Sequence[str]:
    """Year, month and day."""
    del widths
    return f"{value.year:04}", f"{value.month:02}", f"{value.day:02}"


def write_time(value: Any, widths: Sequence[int]) -> Sequence[str]:
    """Hours and minutes in four digits."""
    del widths
    return (str(value).replace(":", ""),)


def write_text(value: Any, widths: Sequence[int]) -> Sequence[str]:
    """A text without line ends, which would end the record; the writer looks whether there is room."""
    del widths
    return (" ".join(str(value).split()),)


def write_number(value: Any, widths: Sequence[int]) -> Sequence[str]:
    """A whole number, filled with zeros; blank where there is no room for it or it would say "unknown"."""
    text = f"{int(value):0{widths[0]}}" if value >= 0 else ""
    return (text if len(text) <= widths[0] and known([text]) else "",)


def write_weeks(value: Any, widths: Sequence[int]) -> Sequence[str]:
    """Completed weeks of a gestation in days."""
    return write_number(value // 7, widths)
