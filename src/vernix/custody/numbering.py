"""The numbers under which a machine sends its files of data, so that a missing one is noticed.

A machine counts what it sends for each purpose and encounter: 1, 2, 3 and so on, in a *series* of its own, so
that several machines of one partner do not count each other's files. The numbers stand in the manifest, under
seal and signature. They are a help for people and decide nothing: no file is refused for its number.

Rule of change: that of the manifest, of which this is a part.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from vernix.custody.fields import Fields
from vernix.errors import DataRefused

_SERIES = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class Numbers:
    """``series`` is one machine's; ``of_files`` the number of each file of a manifest, None where none is
    counted. Some file has one.
    """

    series: str
    of_files: tuple[int | None, ...]

    @classmethod
    def parse(cls, fields: Fields, counted: Sequence[bool]) -> Numbers:
        """Take the fields ``series`` and ``numbers``; ``counted`` says which files may have one.

        Raises DataRefused.
        """
        series = fields.matching("series", _SERIES)
        numbers = tuple(
            Fields({"number": item}, "manifest's number").optional_integer("number", least=1)
            for item in fields.items("numbers", least=len(counted), most=len(counted))
        )
        if not any(numbers) or any(number and not may for number, may in zip(numbers, counted, strict=True)):
            raise DataRefused("The manifest's field 'numbers' counts something else than files of data.")
        return cls(series, numbers)

    def to_object(self) -> dict[str, object]:
        """The fields as the manifest writes them."""
        return {"series": self.series, "numbers": list(self.of_files)}


def new_series() -> str:
    """A name for the count of a new machine."""
    return secrets.token_hex(8)
