"""A file of IJE records as a source: natality or fetal death, one record a line."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as ReadOnly
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from vernix.births import encounters
from vernix.births.codes import Words
from vernix.births.encounter import Encounter
from vernix.errors import UsageError
from vernix.intake import sentences
from vernix.intake.findings import Kind, Unit, shown
from vernix.intake.ije.cutting import cut
from vernix.intake.ije.filling import Filling, fillings
from vernix.intake.ije.layouts import FETAL_DEATH
from vernix.intake.ije.lines import records_of, survey
from vernix.intake.mapping import Mapping
from vernix.intake.source import Remark, RowBatch, Source, text_batch
from vernix.intake.typed import MEMO

RECORDS = Unit(Words("record", "enregistrement"), Words("records", "enregistrements"))


class IjeSource(Source):
    """One file of records in one layout. Raises ``FileRefused`` where it is none."""

    format = "ije"
    media_type = "text/x-ije"
    unit = RECORDS
    encounter = "birth"

    def __init__(self, path: Path) -> None:
        self._path = path
        found = survey(path)
        self._layout, self._encoding = found.layout, found.encoding
        self._fillings = fillings(encounters.get("birth"), self._layout)
        named = dict.fromkeys(("VOID", *(item for each in self._fillings for item in each.items)))
        self._places = {item: self._layout.items[item] for item in named}
        self._known: dict[str, dict[str, str]] = {}
        self.header = tuple(dict.fromkeys(each.name for each in self._fillings))
        if self._encoding != "utf-8":
            self.remarks = (sentences.guessed_encoding(self._encoding),)

    def mapping(self, encounter: Encounter) -> Mapping:
        """As the elements say where they stand; the layout says whether a child was born alive."""
        if encounter.name != "birth":
            raise UsageError(f"IJE records are births, not {encounter.name}.", hint="Say --as birth.")
        outcome = "stillbirth" if self._layout is FETAL_DEATH else "live"
        return Mapping(encounter, tuple(each.column for each in self._fillings), {"outcome": outcome})

    def spot(self, column: str | None) -> Words | None:
        """The characters of the record that the items stand at, counted from 1."""
        found = next((each for each in self._fillings if shown(each.name) == column), None)
        if found is None:
            return None
        places = ", ".join(_characters(*self._layout.items[item]) for item in found.items)
        return Words(f"characters {places}", f"caractères {places}")

    def batches(self) -> Iterator[RowBatch]:
        """The records, numbered from 1; blank lines are left out."""
        first = 1
        for records in records_of(self._path, self._encoding):
            yield self._batch(records, first)
            first += len(records)

    def _batch(self, records: pa.StringArray, first: int) -> RowBatch:
        numbers, length = pa.arange(first, first + len(records)), pc.utf8_length(records)
        items = cut(records, self._places)
        void, long = pc.equal(items["VOID"], "1"), pc.greater(length, self._layout.length)
        if long.true_count:
            # Blanks at its end make no record longer.
            long = pc.greater(pc.utf8_length(pc.utf8_rtrim_whitespace(records)), self._layout.length)
        short = pc.less(length, self._layout.length)
        cells = self._cells(items)
        lost = [(number, _VOID) for number in numbers.filter(void).to_pylist()]
        lost += [(number, _LONG) for number in numbers.filter(pc.and_not(long, void)).to_pylist()]
        if lost:
            kept = pc.invert(pc.or_(void, long))
            cells, numbers, short = cells.filter(kept), numbers.filter(kept), short.filter(kept)
        remarks = (Remark(_SHORT, short),) if short.true_count else ()
        return RowBatch(cells, numbers, tuple(sorted(lost, key=_number)), remarks)

    def _cells(self, items: ReadOnly[str, pa.StringArray]) -> pa.RecordBatch:
        columns = {
            each.name: self._column([items[item] for item in each.items], each) for each in self._fillings
        }
        return text_batch([columns[name] for name in self.header])

    def _column(self, items: list[pa.StringArray], filling: Filling) -> pa.StringArray:
        """The texts of one filling; items that say the same are read once."""
        if filling.is_as_written:
            return items[0]
        # No item holds a line end.
        together = items[0] if len(items) == 1 else pc.binary_join_element_wise(*items, "\n")
        encoded = together.dictionary_encode()
        known = self._known.setdefault(filling.element.name, {})
        if len(known) > MEMO:
            known.clear()
        read = []
        for text in encoded.dictionary.to_pylist():
            if text not in known:
                known[text] = filling.read(tuple(text.split("\n")))
            read.append(known[text])
        return pa.array(read, pa.string()).take(encoded.indices)


def _characters(start: int, end: int) -> str:
    """A stretch as people count it: ``29–32``, or ``30``."""
    return f"{start + 1}" if end == start + 1 else f"{start + 1}–{end}"


def _number(lost: tuple[int, Kind]) -> int:
    return lost[0]


_VOID = Kind(
    "ije.void",
    "error",
    None,
    None,
    "The record is marked as void, so nothing of it was taken. Leave void records out; correct an earlier "
    "one by sending it again under its number.",
    "L’enregistrement est marqué comme annulé ; rien n’en a été pris. Omettez les enregistrements annulés ; "
    "pour corriger un envoi antérieur, renvoyez-le sous son numéro.",
)
_LONG = Kind(
    "ije.long",
    "error",
    None,
    None,
    "The record is longer than its layout, so its items may be shifted. Export it again.",
    "L’enregistrement est plus long que sa structure ; ses zones peuvent être décalées. Exportez-le de "
    "nouveau.",
)
_SHORT = Kind(
    "ije.short",
    "warning",
    None,
    None,
    "The record is shorter than its layout; what is missing at its end was read as blank. Check that nothing "
    "was cut off.",
    "L’enregistrement est plus court que sa structure ; ce qui manque à la fin a été lu comme un blanc. "
    "Vérifiez que rien n’a été coupé.",
)
