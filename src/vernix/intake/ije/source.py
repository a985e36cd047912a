"""A file of IJE records as a source: natality or fetal death, one record a line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from vernix.births import encounters
from vernix.births.codes import Words
from vernix.births.encounter import Encounter
from vernix.errors import UsageError
from vernix.intake import sentences
from vernix.intake.findings import Kind, Unit, shown
from vernix.intake.ije.filling import Filling, fillings
from vernix.intake.ije.layouts import FETAL_DEATH, Layout
from vernix.intake.ije.lines import lines_of, survey
from vernix.intake.mapping import Mapping
from vernix.intake.source import Remark, RowBatch, Source, text_batch

_ROWS = 2_000
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
        waiting: list[str] = []
        first = 1
        for line in lines_of(self._path, self._encoding):
            waiting.append(line)
            if len(waiting) == _ROWS:
                yield self._batch(waiting, first)
                first, waiting = first + len(waiting), []
        if waiting:
            yield self._batch(waiting, first)

    def _batch(self, lines: list[str], first: int) -> RowBatch:
        numbers = pa.arange(first, first + len(lines))
        records = pa.array(lines, pa.string())
        void = pc.equal(_item(records, self._layout, "VOID"), "1")
        long = pc.greater(pc.utf8_length(pc.utf8_rtrim_whitespace(records)), self._layout.length)
        lost = [(number, _VOID) for number in numbers.filter(void).to_pylist()]
        lost += [(number, _LONG) for number in numbers.filter(pc.and_not(long, void)).to_pylist()]
        kept = pc.invert(pc.or_(void, long))
        records, numbers = records.filter(kept), numbers.filter(kept)
        short = pc.less(pc.utf8_length(records), self._layout.length)
        remarks = (Remark(_SHORT, short),) if short.true_count else ()
        return RowBatch(self._cells(records), numbers, tuple(sorted(lost, key=_number)), remarks)

    def _cells(self, records: pa.StringArray) -> pa.RecordBatch:
        records = _by_bytes(records)
        columns = {each.name: _column(records, self._layout, each) for each in self._fillings}
        return text_batch([columns[name] for name in self.header])


def _characters(start: int, end: int) -> str:
    """A stretch as people count it: ``29–32``, or ``30``."""
    return f"{start + 1}" if end == start + 1 else f"{start + 1}–{end}"


def _column(records: pa.Array, layout: Layout, filling: Filling) -> list[str]:
    texts = zip(*(_item(records, layout, item).to_pylist() for item in filling.items), strict=True)
    known: dict[tuple[str, ...], str] = {}
    return [known[each] if each in known else known.setdefault(each, filling.read(each)) for each in texts]


def _item(records: pa.Array, layout: Layout, item: str) -> pa.StringArray:
    start, stop = layout.items[item]
    if pa.types.is_binary(records.type):
        return pc.utf8_trim_whitespace(pc.binary_slice(records, start, stop).cast(pa.string()))
    return pc.utf8_trim_whitespace(pc.utf8_slice_codeunits(records, start, stop))


def _by_bytes(records: pa.StringArray) -> pa.Array:
    """Records as bytes where each letter is one, as in most files: an item is found without counting."""
    ascii_only = pc.all(pc.string_is_ascii(records), min_count=0).as_py()
    return records.cast(pa.binary()) if ascii_only else records


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
