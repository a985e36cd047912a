"""The sheets of an .ods workbook, looked at before they are read (OpenDocument 1.3 part 3, section 9)."""

from __future__ import annotations

import zipfile

from vernix.intake.excel.facts import Facts, Trouble, too_large
from vernix.intake.excel.packed import pieces
from vernix.intake.xml.guarded import Guarded


def facts_of(archive: zipfile.ZipFile) -> dict[str, Facts]:
    """What is to be known of each sheet, by name. Raises ``FileRefused`` where one is too large."""
    walk = _Tables()
    Guarded(walk.on_start, walk.on_end, walk.on_text).parse(pieces(archive, "content.xml"))
    return walk.tables


class _Tables:
    """Walks through all tables. A cell and a row may stand for many: ``repeated`` says how many.

    Blank ones reach nowhere, however often they are repeated: programs fill a sheet with them to its end.
    """

    def __init__(self) -> None:
        self.tables: dict[str, Facts] = {}
        self._facts = Facts()
        self._row = self._column = self._rows = self._columns = 0
        self._cells: list[tuple[int, int, Trouble | None]] = []
        self._text: str | None = None
        self._formula = False
        self._kind = ""

    def on_start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        if name == "table":
            self._facts = self.tables.setdefault(attributes.get("name", ""), Facts())
            self._row = self._rows = 0
        elif name == "table-row":
            self._row += self._rows
            self._rows = _times(attributes.get("number-rows-repeated"))
            self._column = self._columns = 0
            self._cells = []
        elif name in ("table-cell", "covered-table-cell"):
            self._column += self._columns
            self._columns = _times(attributes.get("number-columns-repeated"))
            self._text = ""
            self._kind = attributes.get("value-type", "")
            self._formula = "formula" in attributes

    def on_text(self, text: str) -> None:
        """A text, of a cell or not."""
        if self._text is not None and len(self._text) < 16:
            self._text += text.strip()

    def on_end(self, name: str) -> None:
        """An element ends: a cell is noted, a row taken in."""
        if name in ("table-cell", "covered-table-cell"):
            self._take_cell()
        elif name == "table-row":
            self._take_row()

    def _take_cell(self) -> None:
        text, self._text = self._text or "", None
        filled = bool(text or (self._kind and self._kind != "string"))
        trouble: Trouble | None = None
        if text.startswith("#") and text.endswith(("!", "/A", "/D", "?")) and self._formula:
            trouble = "error"
        elif self._formula and not self._kind:
            trouble = "formula"
        if filled or trouble:
            self._cells.append((self._column, self._columns, trouble))

    def _take_row(self) -> None:
        for column, times, trouble in self._cells:
            self._facts.reach(self._row + self._rows - 1, column + times - 1)
            if trouble is None:
                continue
            for row in range(self._row, self._row + self._rows):
                self._facts.troubles |= {(row, column + each): trouble for each in range(times)}
                self._facts.check()


def _times(repeated: str | None) -> int:
    if repeated is None:
        return 1
    if not (repeated.isascii() and repeated.isdigit() and len(repeated) < 9):
        raise too_large()
    return max(1, int(repeated))
