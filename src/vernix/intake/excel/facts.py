"""What is known of a sheet before it is read: how far it reaches, and which cells hold no value.

The reader makes a rectangle of a sheet in memory, however few of its cells are filled, and gives a blank for
an error (``#N/A``) and for a formula whose value was never saved. So both are found out first, in the file
itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from vernix.births.codes import Words
from vernix.intake.findings import Kind
from vernix.intake.refusals import FileRefused

MAX_CELLS = 12_000_000
"""Cells of the rectangle; calamine needs up to 90 bytes for each."""
MAX_ROWS = 1_048_576
MAX_COLUMNS = 2000

Trouble = Literal["error", "formula"]


@dataclass
class Facts:
    """Rows and columns that a sheet reaches to, and the cells (row, column: from 0) in trouble.

    ``error``: an error value such as ``#N/A``; ``formula``: a formula without a saved value.
    """

    rows: int = 0
    columns: int = 0
    troubles: dict[tuple[int, int], Trouble] = field(default_factory=dict)

    def reach(self, row: int, column: int) -> None:
        """Take in a cell. Raises ``FileRefused`` where the rectangle would not fit into memory."""
        if row >= self.rows or column >= self.columns:
            self.rows, self.columns = max(self.rows, row + 1), max(self.columns, column + 1)
            self.check()

    def check(self) -> None:
        """Raise ``FileRefused`` where the rectangle would not fit into memory."""
        if self.rows > MAX_ROWS or self.columns > MAX_COLUMNS or len(self.troubles) > MAX_CELLS // 20:
            raise too_large()
        self.check_cells()

    def check_cells(self) -> None:
        """Raise ``FileRefused`` where there are more cells than fit, in however many rows."""
        if self.rows * self.columns > MAX_CELLS:
            raise too_large()


def too_large() -> FileRefused:
    """The refusal of a workbook that would not fit into memory."""
    return FileRefused(
        Words(
            f"The workbook is too large, or reaches too far: more than {MAX_CELLS // 1_000_000} million "
            f"cells, {MAX_ROWS} rows or {MAX_COLUMNS} columns.",
            f"Le classeur est trop grand ou s’étend trop loin : plus de {MAX_CELLS // 1_000_000} millions de "
            f"cellules, {MAX_ROWS} lignes ou {MAX_COLUMNS} colonnes.",
        ),
        Words(
            "Save the sheet as 'CSV UTF-8', which may be as long as it likes.",
            "Enregistrez la feuille en « CSV UTF-8 », qui peut être aussi longue que voulu.",
        ),
    )


def said_of(trouble: Trouble, column: str) -> Kind:
    """The finding's kind for a cell in trouble."""
    english, french = _SENTENCES[trouble]
    return Kind(f"excel.{trouble}", "error", column, None, english, french)


_SENTENCES: dict[Trouble, tuple[str, str]] = {
    "error": (
        "The cell holds an error such as #N/A or #REF!. Write the value itself, or leave the cell blank.",
        "La cellule contient une erreur telle que #N/D ou #REF!. Inscrivez la valeur même, ou laissez-la "
        "vide.",
    ),
    "formula": (
        "The cell holds a formula whose value was not saved. Open the workbook, save it, and try again.",
        "La cellule contient une formule dont la valeur n’a pas été enregistrée. Ouvrez le classeur, "
        "enregistrez-le et réessayez.",
    ),
}
