"""Records written as lines of the Inter-Jurisdictional Exchange: the way back from `source`.

An item that no element fills is blank. What does not fit into its item is never cut to another meaning: a
number of a person or a record is left blank, a name ends where the room does, and both are counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from vernix.births import encounters
from vernix.intake.ije.filling import Filling, fillings
from vernix.intake.ije.layouts import FETAL_DEATH, NATALITY, Layout

LAYOUTS = {"ije-natality": NATALITY, "ije-fetal-death": FETAL_DEATH}
"""The layouts by the names that they are asked for by."""
_OUTCOMES = {"ije-natality": ("live",), "ije-fetal-death": ("stillbirth", "termination")}
_WHOLE = ("FILENO", "FNPI", "ZIPCODE", "INF_MED_REC_NUM", "MOM_MED_REC_NUM")


@dataclass
class IjeWriter:
    """Writes births in one layout. ``written`` and ``left_out`` (records of another outcome) are counted, and
    in ``unfit``, by item, the values that had no room."""

    name: str
    written: int = 0
    left_out: int = 0
    unfit: Counter[str] = field(default_factory=Counter)

    def lines(self, batches: Iterable[pa.RecordBatch]) -> Iterator[str]:
        """A line (with its end) for each birth of the layout's outcome; one of no stated outcome is live."""
        layout = LAYOUTS[self.name]
        chosen = [each for each in fillings(encounters.get("birth"), layout) if each.write is not None]
        for batch in batches:
            for record in batch.to_pylist():
                if (record.get("outcome") or "live") not in _OUTCOMES[self.name]:
                    self.left_out += 1
                    continue
                self.written += 1
                yield self._line(record, layout, chosen)

    def _line(self, record: dict[str, Any], layout: Layout, chosen: list[Filling]) -> str:
        line = [" "] * layout.length
        for filling in chosen:
            value = record.get(filling.element.name)
            if value is None or filling.write is None:
                continue
            places = [layout.items[item] for item in filling.items]
            texts = filling.write(value, [stop - start for start, stop in places])
            for item, (start, stop), text in zip(filling.items, places, texts, strict=True):
                kept = self._fitted(item, text, stop - start)
                line[start : start + len(kept)] = kept
        return "".join(line) + "\n"

    def _fitted(self, item: str, text: str, width: int) -> str:
        if len(text) <= width:
            return text
        self.unfit[item] += 1
        return "" if item in _WHOLE else text[:width]
