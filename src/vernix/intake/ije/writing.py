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
from vernix.intake.ije.items import Write, write_text
from vernix.intake.ije.layouts import FETAL_DEATH, NATALITY, Layout

LAYOUTS = {"ije-natality": NATALITY, "ije-fetal-death": FETAL_DEATH}
"""The layouts by the names that they are asked for by."""
_OUTCOMES = {"ije-natality": ("live",), "ije-fetal-death": ("stillbirth", "termination")}
_TOGETHER = 2_000  # lines of a text
_UNEVEN = (
    r"^ | $|  |[\t-\r\x1c-\x1f\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]"
)
"""Blanks that a text may not be written with as they are."""
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
                    items[item] = _over(items[item], texts) if item in items else texts
        lines = pc.binary_join_element_wise(*_in_order(items, layout, batch.num_rows), "")
        return "".join(lines.to_pylist())

    def _items(
        self, places: Mapping[str, tuple[int, int]], write: Write, values: pa.Array
    ) -> Iterator[tuple[str, pa.StringArray]]:
        """The items of one element, as wide as they are; what is the same is written once."""
        widths = [stop - start for start, stop in places.values()]
        encoded = values.dictionary_encode()
        written = _written(write, encoded.dictionary, widths)
        for item, width, each in zip(places, widths, written, strict=True):
            texts, unfit = each, pc.greater(pc.utf8_length(each), width)
            if unfit.true_count:
                self.unfit[item] += unfit.take(encoded.indices).true_count
                texts = pc.if_else(unfit, _cut(texts, item, width), texts)
            yield item, pc.utf8_rpad(texts, width).take(encoded.indices).fill_null(" " * width)


def _written(write: Write, values: pa.Array, widths: Sequence[int]) -> list[pa.StringArray]:
    """What is written for some values: an array for each item."""
    if write is write_text and not pc.any(pc.match_substring_regex(values, _UNEVEN)).as_py():
        return [values]
    texts = [write(value, widths) for value in values.to_pylist()]
    return [pa.array([each[place] for each in texts], pa.string()) for place in range(len(widths))]


def _cut(texts: pa.StringArray, item: str, width: int) -> pa.StringArray:
    return pa.repeat("", len(texts)) if item in _WHOLE else pc.utf8_slice_codeunits(texts, 0, width)


def _over(earlier: pa.StringArray, later: pa.StringArray) -> pa.StringArray:
    """What is written later, where it is something."""
    return pc.if_else(pc.equal(pc.utf8_trim_whitespace(later), ""), earlier, later)


def _are(batch: pa.RecordBatch, outcomes: tuple[str, ...]) -> pa.BooleanArray:
    if "outcome" not in batch.schema.names:
        return pa.repeat("live" in outcomes, batch.num_rows)
    return pc.is_in(batch.column("outcome").fill_null("live"), value_set=pa.array(outcomes))


def _in_order(items: Mapping[str, pa.StringArray], layout: Layout, rows: int) -> Iterator[pa.StringArray]:
    """The parts of a line: the items where they stand, blanks between them, and the line's end."""
    end = 0
    for item in sorted(items, key=lambda item: layout.items[item]):
        start, stop = layout.items[item]
        yield pa.repeat(" " * (start - end), rows)
        yield items[item]
        end = stop
    yield pa.repeat(" " * (layout.length - end) + "\n", rows)
