"""A CSV file as a source: its columns mean what their names say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from vernix.births.codes import Words
from vernix.intake import sentences
from vernix.intake.csv.rows import read_rows
from vernix.intake.csv.structure import survey
from vernix.intake.findings import lettered, shown
from vernix.intake.source import RowBatch, Source


class CsvSource(Source):
    """One CSV file. Raises ``FileRefused`` where it is none."""

    format = "csv"
    media_type = "text/csv"

    def __init__(self, path: Path) -> None:
        self._path = path
        self._structure = survey(path)
        self.header = self._structure.header
        if self._structure.guessed:
            self.remarks = (sentences.guessed_encoding(self._structure.encoding),)

    def spot(self, column: str | None) -> Words | None:
        """The column's letter, as a spreadsheet program shows the file."""
        places = (place for place, name in enumerate(self.header) if shown(name) == column)
        return next(map(lettered, places), None)

    def batches(self) -> Iterator[RowBatch]:
        """The rows, numbered from 1, the header not counted."""
        return read_rows(self._path, self._structure)
