"""Records written as lines of the Inter-Jurisdictional Exchange: the way back from `source`.

An item that no element fills is blank. What does not fit into its item is never cut to another meaning: a
number of a person or a record is left blank, a name ends where the room does, and both are counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from vernix.births import encounters
from vernix.intake.ije.filling import Filling, fillings
from vernix.intake.ije.items import Write
from vernix.intake.ije.layouts import FETAL_DEATH, NATALITY, Layout

LAYOUTS = {"ije-natality": NATALITY, "ije-fetal-death": FETAL_DEATH}
"""The layouts by the names that they are asked for by."""
_OUTCOMES = {"ije-natality": ("live",), "ije-fetal-death": ("stillbirth", "termination")}
_TOGETHER = 2_000  # lines of a text
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
        """Some lines at a time, each with its end: one for each birth of the layout's outcome; one of no
        stated outcome is live."""
        layout = LAYOUTS[self.name]
        chosen = [
            (each, each.write) for each in fillings(encounters.get("birth"), layout) if each.write is not None
        ]
        for batch in batches:
            kept = batch.filter(_are(batch, _OUTCOMES[self.name]))
            self.written += kept.num_rows
            self.left_out += batch.num_rows - kept.num_rows
            for start in range(0, kept.num_rows, _TOGETHER):
                yield self._text(kept.slice(start, _TOGETHER), layout, chosen)

    def _text(self, batch: pa.RecordBatch, layout: Layout, chosen: Sequence[tuple[Filling, Write]]) -> str:
        items: dict[str, pa.StringArray] = {}
        for filling, write in chosen:
            if filling.element.name in batch.schema.names:
                places = {item: layout.items[item] for item in filling.items}
                for item, texts in self._items(places, write, batch.column(filling.element.name)):
                    blank = pc.equal(pc.utf8_trim_whitespace(texts), "")
                    items[item] = pc.if_else(blank, items.get(item, texts), texts)
        lines = pc.binary_join_element_wise(*_in_order(items, layout, batch.num_rows), "")
        return "".join(lines.to_pylist())

    def _items(
        self, places: Mapping[str, tuple[int, int]], write: Write, values: pa.Array
    ) -> Iterator[tuple[str, pa.StringArray]]:
        """The items of one element, as wide as they are; what is the same is written once."""
        widths = [stop - start for start, stop in places.values()]
        encoded = values.dictionary_encode()
        written = [write(value, widths) for value in encoded.dictionary.to_pylist()]
        for place, (item, width) in enumerate(zip(places, widths, strict=True)):
            texts = [each[place] for each in written]
            unfit = pa.array([len(text) > width for text in texts], pa.bool_()).take(encoded.indices)
            if unfit.true_count:
                self.unfit[item] += unfit.true_count
            fitted = pa.array([_fitted(item, text, width) for text in texts], pa.string())
            yield item, fitted.take(encoded.indices).fill_null(" " * width)


def _are(batch: pa.RecordBatch, outcomes: tuple[str, ...]) -> pa.BooleanArray:
    if "outcome" not in batch.schema.names:
        return pa.repeat("live" in outcomes, batch.num_rows)
    return pc.is_in(batch.column("outcome").fill_null("live"), value_set=pa.array(outcomes))


def _fitted(item: str, text: str, width: int) -> str:
    """A text as wide as its item."""
    if len(text) > width:
        text = "" if item in _WHOLE else text[:width]
    return text.ljust(width)


def _in_order(items: Mapping[str, pa.StringArray], layout: Layout, rows: int) -> Iterator[pa.StringArray]:
    """The parts of a line: the items where they stand, blanks between them, and the line's end."""
    end = 0
    for item in sorted(items, key=lambda item: layout.items[item]):
        start, stop = layout.items[item]
        yield pa.repeat(" " * (start - end), rows)
        yield items[item]
        end = stop
    yield pa.repeat(" " * (layout.length - end) + "\n", rows)
