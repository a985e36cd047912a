"""Which lines of a quality report are withheld from others than the site itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from vernix.insights.disclosure import SMALLEST_SHOWN, Reason

Audience = Literal["site", "others"]
"""``site``: whose own records are counted; it has them, so nothing is withheld. ``others``: all else."""


def withheld(line: Mapping[str, Any], names: Iterable[str], audience: Audience) -> dict[str, Any]:
    """A line with its counts ``names`` and a ``reason``.

    For others all counts of the line are withheld where one of them, or the rest of ``of``, is 1 to 5: none
    can then be found from another.
    """
    counts = [line[name] for name in names if line[name] is not None]
    rests = [line["of"] - count for count in counts] if line.get("of") is not None else []
    reason: Reason | None = None
    if audience == "others" and any(0 < each < SMALLEST_SHOWN for each in (*counts, *rests)):
        reason = "small"
    hidden = dict.fromkeys(names) if reason else {}
    if reason and 0 < (line.get("of") or 0) < SMALLEST_SHOWN:
        hidden["of"] = None
    return {**line, **hidden, "reason": reason}
