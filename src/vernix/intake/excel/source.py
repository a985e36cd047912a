"""A workbook as a source: one sheet, its columns called as its header says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from vernix.births.codes import Words
from vernix.births.elements import Element
from vernix.intake.excel.facts import Trouble, said_of
from vernix.intake.excel.workbook import choose_sheet
from vernix.intake.findings import ROWS, Kind, Unit, lettered, shown
from vernix.intake.formats import Fit
from vernix.intake.headers import check_names
from vernix.intake.source import Remark, RowBatch, Source, text_batch
from vernix.intake.texts import Value, numbers_among, texts_of

_ROWS = 10_000  # of a batch
_SHORTEST_NUMBER = 6  # digits of a health number that lost its zeros


class ExcelSource(Source):
    """One workbook. Raises ``FileRefused`` where it is none, or none that can be read."""

    format = "excel"

    def __init__(self, path: Path, fit: Fit) -> None:
        chosen = choose_sheet(path, fit)
        self.media_type = chosen.media_type
        self._sheet = chosen.sheet
        name = shown(chosen.sheet.name)
        self.unit = Unit(Words(f"sheet {name}, row", f"feuille {name}, ligne"), ROWS.many)
        self.header = chosen.sheet.header.names
        check_names(self.header)
        self.remarks = tuple(
            _other_sheet(name, hidden)
            for names, hidden in ((chosen.hidden, True), (chosen.others, False))
            for name in names
        )
        self._troubles = _by_column(chosen.sheet.facts.troubles, chosen.sheet.left)

    def spot(self, column: str | None) -> Words | None:
        """The column's letter in the sheet."""
        named = zip(self._sheet.header.columns, self.header, strict=True)
        return next(
            (lettered(self._sheet.left + place) for place, name in named if shown(name) == column), None
        )

    def batches(self) -> Iterator[RowBatch]:
        """The rows below the header that hold anything, numbered as in the sheet."""
        rows = self._sheet.cells.iter_rows()
        below = self._sheet.header.row + 1
        next(islice(rows, below - 1, below), None)
        while together := list(islice(rows, _ROWS)):
            yield self._batch(together, below)
            below += len(together)

    def _batch(self, rows: Sequence[Sequence[Value]], first: int) -> RowBatch:
        values = list(zip(*rows, strict=True))
        columns = [values[column] for column in self._sheet.header.columns]
        texts = [texts_of(each) for each in columns]
        numbers = pa.arange(first + 1, first + 1 + len(rows))
        remarks = [*self._in_trouble(first, texts), *self._numbers(columns, texts)]
        cells = text_batch(texts)
        filled = reduce(pc.or_, [pc.not_equal(pc.utf8_trim_whitespace(each), "") for each in cells.columns])
        filled = reduce(pc.or_, [each.rows for each in remarks if each.kind.severity == "error"], filled)
        if filled.true_count == len(rows):
            return RowBatch(cells, numbers, remarks=tuple(remarks))
        kept = [
            Remark(each.kind, each.rows.filter(filled), each.place, each.concerns)
            for each in remarks
            if pc.any(pc.and_(each.rows, filled)).as_py()
        ]
        return RowBatch(cells.filter(filled), numbers.filter(filled), remarks=tuple(kept))

    def _in_trouble(self, first: int, texts: Sequence[list[str]]) -> Iterator[Remark]:
        """Cells that hold an error, or a formula without its value; what stands there is taken out."""
        count = len(texts[0])
        for place, column in enumerate(self._sheet.header.columns):
            for trouble, rows in self._troubles.get(column, {}).items():
                at = [row - first for row in rows if first <= row < first + count]
                for each in at:
                    texts[place][each] = ""
                if at:
                    mask = pc.is_in(pa.arange(0, count), value_set=pa.array(at, pa.int64()))
                    yield Remark(said_of(trouble, shown(self.header[place])), mask, place)

    def _numbers(self, columns: Sequence[Sequence[Value]], texts: Sequence[list[str]]) -> Iterator[Remark]:
        """Numbers where a health number may stand: no other column of numbers has so many digits."""
        for place, (values, written) in enumerate(zip(columns, texts, strict=True)):
            if max(map(len, written)) >= _SHORTEST_NUMBER and (mask := numbers_among(values)) is not None:
                yield Remark(_stored_as_number(self.header[place]), mask, place, _is_health_number)


Troubled = dict[int, dict[Trouble, list[int]]]


def _by_column(troubles: dict[tuple[int, int], Trouble], left: int) -> Troubled:
    """The rows in trouble by column as it lies in memory."""
    found: Troubled = {}
    for (row, column), trouble in troubles.items():
        found.setdefault(column - left, {}).setdefault(trouble, []).append(row)
    return found


def _is_health_number(element: Element) -> bool:
    return element.name.endswith("health_number")


def _stored_as_number(column: str) -> Kind:
    return Kind(
        "excel.number",
        "warning",
        shown(column),
        None,
        "The health number was stored as a number, so zeros in front are lost. Format the column as text "
        "before writing or pasting into it, and compare the number with the card.",
        "Le numéro de carte Santé est enregistré comme un nombre ; des zéros au début sont perdus. Mettez la "
        "colonne au format texte avant d’y écrire ou d’y coller, et comparez le numéro à la carte.",
    )


def _other_sheet(name: str, hidden: bool) -> Kind:
    english, french = ("hidden sheet", "feuille masquée") if hidden else ("sheet", "feuille")
    return Kind(
        "excel.other-sheet",
        "warning",
        None,
        None,
        f"The {english} {name} looks like data too, and was not read. If it is data, send it as a "
        "file of its own.",
        f"La {french} {name} ressemble aussi à des données et n’a pas été lue. Si c’en est, envoyez-la dans "
        "son propre fichier.",
    )
