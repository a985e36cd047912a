"""One workbook: which of its sheets holds the data, once it is known to fit into memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from vernix.births.codes import Words
from vernix.intake.excel import biff, office_open, opendocument
from vernix.intake.excel.facts import Facts
from vernix.intake.excel.header import LOOKED_AT, Header, find_header
from vernix.intake.excel.packed import damaged, open_archive
from vernix.intake.findings import shown
from vernix.intake.formats import Fit
from vernix.intake.refusals import FileRefused

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ODS = "application/vnd.oasis.opendocument.spreadsheet"
_XLS = "application/vnd.ms-excel"


@dataclass(frozen=True)
class Sheet:
    """A sheet with a header. ``left`` is the column (from 0) at which its rows begin in memory."""

    name: str
    cells: CalamineSheet
    facts: Facts
    header: Header
    left: int
    hidden: bool


@dataclass(frozen=True)
class Chosen:
    """The sheet with the data, the workbook's media type, and the names of others that look like it."""

    sheet: Sheet
    media_type: str
    hidden: tuple[str, ...]
    others: tuple[str, ...]


def choose_sheet(path: Path, fit: Fit) -> Chosen:
    """Open a workbook and choose the sheet of which most columns would be read.

    Raises ``FileRefused`` where it is damaged, protected or too large, where no sheet holds anything, or
    where several fit as well as each other.
    """
    media_type, facts_by_name = _survey(path)
    with _reading():
        from python_calamine import load_workbook

        workbook = load_workbook(path)
        sheets = list(_sheets(workbook, facts_by_name(workbook.sheet_names), fit))
    seen = [each for each in sheets if not each.hidden]
    if not seen:
        raise _nothing()
    best = max(seen, key=lambda each: each.header.fits)
    if best.header.fits:
        _refuse_several([each for each in seen if each.header.fits == best.header.fits])
    alike = [each for each in sheets if each is not best and 2 * each.header.fits >= max(1, best.header.fits)]
    return Chosen(
        best,
        media_type,
        tuple(shown(each.name) for each in alike if each.hidden),
        tuple(shown(each.name) for each in alike if not each.hidden),
    )


def _survey(path: Path) -> tuple[str, Callable[[list[str]], dict[str, Facts]]]:
    """The media type, and what gives the facts of each sheet that calamine names."""
    with path.open("rb") as stream:
        old = stream.read(4) == b"\xd0\xcf\x11\xe0"
    if old:
        _refuse_protected(path)
        found = biff.facts_of(path)
        return _XLS, lambda names: dict(zip(names, found, strict=False))
    with open_archive(path) as archive:
        inside = set(archive.namelist())
        if "xl/workbook.xml" in inside:
            parts = office_open.sheet_parts(archive)
            facts = {
                name: office_open.facts_of(archive, part) for name, part in parts.items() if part in inside
            }
            return _XLSX, lambda names: facts
        if "content.xml" in inside and "xl/workbook.bin" not in inside:
            tables = opendocument.facts_of(archive)
            return _ODS, lambda names: tables
    raise damaged()


def _refuse_protected(path: Path) -> None:
    """A workbook with a password lies sealed in the old file system, under this name."""
    with path.open("rb") as stream:
        if "EncryptedPackage".encode("utf-16-le") in stream.read(1 << 20):
            raise _protected()


def _sheets(workbook: CalamineWorkbook, facts: dict[str, Facts], fit: Fit) -> Iterator[Sheet]:
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    total = Facts()
    for about in workbook.sheets_metadata:
        if about.typ != SheetTypeEnum.WorkSheet or about.name not in facts:
            continue
        known = facts[about.name]
        # All sheets are in memory together until one is chosen.
        total.rows, total.columns = total.rows + known.rows * max(known.columns, 1), 1
        total.check_cells()
        cells = workbook.get_sheet_by_name(about.name)
        left = cells.start[1] if cells.start else 0
        rows = list(islice(cells.iter_rows(), LOOKED_AT))
        merged = [
            ((first[0], max(0, first[1] - left)), (last[0], last[1] - left))
            for first, last in cells.merged_cell_ranges or ()
            if last[1] >= left
        ]
        header = find_header(rows, merged, fit)
        if header is not None:
            hidden = about.visible != SheetVisibleEnum.Visible
            yield Sheet(about.name, cells, known, header, left, hidden)


@contextmanager
def _reading() -> Iterator[None]:
    """Whatever calamine meets becomes a refusal; its own words may quote the workbook."""
    from python_calamine import CalamineError, PasswordError

    try:
        yield
    except FileRefused:
        raise
    except PasswordError:
        raise _protected() from None
    except (CalamineError, OSError, ValueError, OverflowError):
        raise damaged() from None
    except BaseException as error:
        # A panic of the Rust library comes as an exception that is none of Exception's.
        if type(error).__name__ != "PanicException":
            raise
        raise damaged() from None


def _refuse_several(sheets: list[Sheet]) -> None:
    if len(sheets) < 2:
        return
    names = ", ".join(shown(each.name) for each in sheets)
    raise FileRefused(
        Words(
            f"Several sheets hold such rows: {names}.",
            f"Plusieurs feuilles contiennent de telles lignes : {names}.",
        ),
        Words(
            "Keep one of them in the workbook, or save each as a file of its own.",
            "N’en gardez qu’une dans le classeur, ou enregistrez chacune dans son propre fichier.",
        ),
    )


def _nothing() -> FileRefused:
    return FileRefused(
        Words("No visible sheet of the workbook holds anything.", "Aucune feuille visible n’a de contenu."),
        Words(
            "Show the sheet with the records, and put the columns' names into one row.",
            "Affichez la feuille des dossiers et mettez les noms des colonnes sur une seule ligne.",
        ),
    )


def _protected() -> FileRefused:
    return FileRefused(
        Words("The workbook is protected by a password.", "Le classeur est protégé par un mot de passe."),
        Words(
            "Save it without one: the delivery is sealed anyway.",
            "Enregistrez-le sans mot de passe : l’envoi est scellé de toute façon.",
        ),
    )
