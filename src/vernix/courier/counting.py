"""The numbers of what this machine sends: 1, 2, 3 for each purpose and encounter, in a series of its own.

    numbers.json    the series, the last number that was used up, and those that were given back

A number is taken when a plan is made and used up when the delivery is verified; the number of a plan that was
given up is taken by the next. So a number that is missing at the addressee is a file that did not arrive.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vernix.courier.keeping import read_json, write_json
from vernix.custody.numbering import Numbers, new_series
from vernix.custody.rights import OF_DATA
from vernix.errors import KeeperFailed

Taken = Mapping[str, Sequence[int]]
"""Numbers by what is counted: a purpose and an encounter, with a space between."""


@dataclass
class _Count:
    last: int = 0
    returned: set[int] = field(default_factory=set)

    def next(self, taken: set[int]) -> int:
        """The number to take when some are taken, but not used up."""
        if free := self.returned - taken:
            return min(free)
        return max(self.last, *taken, 0) + 1


class Counter:
    """The count in one outbox. Its caller holds the outbox's lock."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "numbers.json"

    def take(
        self, purpose: str, encounters: Sequence[str | None], under_way: Iterable[Taken]
    ) -> Numbers | None:
        """Numbers for the files of a new plan, by their encounters (None: not data); None where none is
        counted.

        ``under_way`` are the numbers of the plans that are.
        """
        if purpose not in OF_DATA or not any(encounters):
            return None
        series, counts = self._read()
        taken: dict[str, set[int]] = {}
        for plan in under_way:
            for what, numbers in plan.items():
                taken.setdefault(what, set()).update(numbers)

        def take_one(encounter: str) -> int:
            what = f"{purpose} {encounter}"
            number = counts.get(what, _Count()).next(taken.setdefault(what, set()))
            taken[what].add(number)
            return number

        self._write(series, counts)  # a series is kept before it is used
        return Numbers(series, tuple(take_one(each) if each else None for each in encounters))

    def use_up(self, taken: Taken) -> None:
        """Note that these numbers were sent."""
        self._change(taken, used=True)

    def give_back(self, taken: Taken) -> None:
        """Note that these numbers were not sent after all, or will not arrive: the next plans take them."""
        self._change(taken, used=False)

    def _change(self, taken: Taken, *, used: bool) -> None:
        if not any(taken.values()):
            return
        series, counts = self._read()
        for what, numbers in taken.items():
            count = counts.setdefault(what, _Count())
            if used:
                count.last = max(count.last, *numbers)
                count.returned -= set(numbers)
            else:
                count.returned |= set(numbers)
        self._write(series, counts)

    def _read(self) -> tuple[str, dict[str, _Count]]:
        document = read_json(self._path)
        if document is None:
            return new_series(), {}
        try:
            counts: dict[str, Any] = document["counts"]
            return document["series"], {
                what: _Count(count["last"], set(count["returned"])) for what, count in counts.items()
            }
        except (KeyError, TypeError, AttributeError):
            raise KeeperFailed(
                f"{self._path} is damaged.", hint="Remove it: counting begins anew, in a series of its own."
            ) from None

    def _write(self, series: str, counts: Mapping[str, _Count]) -> None:
        documents = {
            what: {"last": count.last, "returned": sorted(count.returned)} for what, count in counts.items()
        }
        write_json(self._path, {"series": series, "counts": documents})
