"""What a plan is: whose contacts of care these are, and how their dates and figures are drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vernix.births.cohort.drawing import Draw, Mask, Rows

Chosen = NDArray[np.int64]
Who = Callable[[Rows], Chosen]
"""The children of a cohort -> for each contact of care the child it belongs to, in their order."""


@dataclass(frozen=True)
class Plan:
    """One encounter of a cohort.

    ``draws``: by element, in the order in which they are drawn. ``blank``: elements that are known of the
    person and not told here. ``sender``: who sends it; the site of the birth where nobody is named. What
    is not here is copied, where the cohort knows it, or drawn from its declaration.
    """

    who: Who
    draws: Mapping[str, Draw] = field(default_factory=dict)
    blank: tuple[str, ...] = ()
    sender: str | None = None


def mothers(share: float = 1.0, where: Callable[[Rows], Mask] | None = None) -> Who:
    """Each pregnancy once: its first child stands for it."""

    def who(rows: Rows) -> Chosen:
        first = rows["birth_order"] == 1
        return _chosen(rows, np.ma.filled(first, False), share, where)

    return who


def children(share: float = 1.0, where: Callable[[Rows], Mask] | None = None) -> Who:
    """Each child that was born alive."""
    return lambda rows: _chosen(rows, rows.among("outcome", "live"), share, where)


def several(who: Who, fewest: int, most: int) -> Who:
    """The same, each several times; ``_turn`` counts from 0."""

    def repeated(rows: Rows) -> Chosen:
        chosen = who(rows)
        return np.repeat(chosen, rows.rng.integers(fewest, most + 1, len(chosen)))

    return repeated


def _chosen(rows: Rows, these: Any, share: float, where: Callable[[Rows], Mask] | None) -> Chosen:
    mask = these & rows.chance(share)
    if where is not None:
        mask &= where(rows)
    return np.flatnonzero(mask)
