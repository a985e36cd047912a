"""What every format gives: named columns of text, batch after batch, and where each row of them stands.

A source is one opened file. Behind it all formats are the same: mapping, types, checks, findings, records.
Every cell is text, byte for byte as sent; nothing is trimmed or evaluated, and a blank is the empty text.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import TYPE_CHECKING, ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from vernix.births.codes import Words
from vernix.births.elements import Element
from vernix.births.encounter import Encounter
from vernix.intake.findings import ROWS, Kind, Unit

if TYPE_CHECKING:
    from vernix.intake.mapping import Mapping

TOGETHER = 30_000
"""Rows that a batch should have, unless they are wide."""
WIDE = 8 << 20
"""Bytes of text from which a batch may have fewer rows."""


@dataclass(frozen=True)
class Remark:
    """What a format itself has to say about some rows of a batch, before a cell is read as an element.

    ``rows`` is a mask over the batch. ``place`` is the index of the column that it is about, None for whole
    rows. A remark about a column that nothing is read from, or from which an element is read that it does not
    concern, is dropped. An error rejects the row, and nothing more is said about that cell.
    """

    kind: Kind
    rows: pa.BooleanArray
    place: int | None = None
    concerns: Callable[[Element], bool] = field(default=lambda element: True)


@dataclass(frozen=True)
class RowBatch:
    """Some rows: ``cells`` has one text column for each name of the header, ``rows`` their numbers (int64).

    Numbers ascend through the file and none comes twice. ``lost`` are rows that cannot be records at all,
    and why; they are not among ``rows``.
    """

    cells: pa.RecordBatch
    rows: pa.Int64Array
    lost: tuple[tuple[int, Kind], ...] = ()
    remarks: tuple[Remark, ...] = ()

    def said_of(self, place: int) -> pa.BooleanArray | None:
        """The rows in which the format could not read the cell of this column."""
        masks = [each.rows for each in self.remarks if each.place == place and each.kind.severity == "error"]
        return reduce(pc.or_, masks) if masks else None


class Source(ABC):
    """One file, opened as one format.

    ``format`` is the format's name, ``media_type`` what a manifest calls this file; ``unit`` what its rows
    are called; ``header`` the columns' names; ``remarks`` what is to be said of the file as a whole;
    ``encounter`` the encounter that the format says by itself, None where the columns or the user have to
    tell.
    """

    format: ClassVar[str]
    media_type: str
    unit: Unit = ROWS
    header: tuple[str, ...]
    remarks: tuple[Kind, ...] = ()
    encounter: str | None = None

    @abstractmethod
    def batches(self) -> Iterator[RowBatch]:
        """The rows from the beginning, as often as they are asked for, in flat memory.

        Raises ``FileRefused`` where the file cannot be read to its end.
        """

    def place(self, row: int) -> Words:
        """Where a row stands, as a clerk would look for it: ``row 12``, ``message 3``."""
        return self.unit.place(row)

    def spot(self, column: str | None) -> Words | None:
        """Where a column stands, if its name does not say it: ``column D``. ``column`` is its name as it is
        shown."""
        del column
        return None

    def mapping(self, encounter: Encounter) -> Mapping | None:
        """How this format's own columns fill the elements; None where they mean what their names say."""
        del encounter
        return None


def text_batch(columns: Sequence[Sequence[str] | pa.StringArray]) -> pa.RecordBatch:
    """Cells from texts, a sequence or an array for each column."""
    arrays = (each if isinstance(each, pa.StringArray) else pa.array(each, pa.string()) for each in columns)
    return pa.record_batch({f"c{place}": texts for place, texts in enumerate(arrays)})
