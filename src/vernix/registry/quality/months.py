"""Months of a calendar, as people and documents write them: ``2026-03``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from vernix.custody.period import MONTH
from vernix.errors import UsageError


@dataclass(frozen=True, order=True)
class Month:
    """A month; as text ``YYYY-MM``."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Month:
        """Read ``YYYY-MM``; UsageError for anything else."""
        if not MONTH.fullmatch(text):
            raise UsageError(
                f"{text!r} is no month.", hint="Write it as year and month: 2026-03 for March 2026."
            )
        return cls(int(text[:4]), int(text[5:]))

    @classmethod
    def of(cls, day: date) -> Month:
        """The month of a day."""
        return cls(day.year, day.month)

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.number, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        following = date(self.year + self.number // 12, self.number % 12 + 1, 1)
        return following - timedelta(days=1)

    @property
    def before(self) -> Month:
        """The month before."""
        return Month.of(self.first - timedelta(days=1))

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"
