"""The template as a workbook of three sheets: the columns to fill in, what each of them is, and all codes.

The first sheet's cells have the format of their column before anything is typed: a health number keeps its
leading zero, and a date is a date. What the cells may hold is asked by the program that they are typed into,
as a warning and not as a bar: ``!clear`` is allowed everywhere, and the registry's own checks come later.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from vernix.births.codes import CodeSet, Words
from vernix.births.dictionary import facts
from vernix.births.elements import Element, Type
from vernix.births.encounter import Encounter
from vernix.partner.template.examples import example

_LAST_ROW, _MESSAGE, _TITLE = 1_048_575, 255, 32  # what a sheet and a cell's message can hold
_CODES = "Codes"
_FORMATS: Mapping[Type, str] = {"date": "yyyy-mm-dd", "integer": "0", "decimal": "0.0##"}
_TEXT = "@"
_HEADS = {"required": "#1f4e5f", "expected": "#5b8a9a", "optional": "#a9c3cc"}
_ERROR = (
    "The dictionary expects something else here; see the sheet Instructions. Keep it all the same?\n"
    "Le dictionnaire attend autre chose ici ; voyez la feuille Instructions. Le garder quand même ?"
)
_HOW = (
    Words(
        "Fill in the first sheet, a row for each record; do not change its first line. Send it as it is.",
        "Remplissez la première feuille, une ligne par dossier, sans changer sa première ligne. "
        "Envoyez-la telle quelle.",
    ),
    Words(
        "Required columns (dark) must not be blank; expected ones (medium) count as missing where they are. "
        "Columns you have nothing for may be deleted, unless they are required.",
        "Les colonnes obligatoires (foncées) ne restent pas vides ; les attendues (moyennes) comptent comme "
        "manquantes. Les colonnes inutiles peuvent être supprimées, sauf les obligatoires.",
    ),
    Words(
        "A blank leaves what was sent before; !clear takes it away; unknown says that somebody looked.",
        "Un blanc laisse ce qui fut envoyé ; !clear l’efface ; unknown dit que l’on a cherché sans trouver.",
    ),
)
_COLUMNS: Mapping[str, int] = {
    "element": 28,
    "label (en)": 32,
    "libellé (fr)": 32,
    "definition (en)": 50,
    "définition (fr)": 50,
    "type (en)": 24,
    "type (fr)": 24,
    "level (en)": 12,
    "niveau (fr)": 12,
    "possible": 16,
    "plausible": 16,
    "codes (en)": 50,
    "codes (fr)": 50,
    "example / exemple": 20,
}
"""The columns of the instructions, and how wide they are, in characters."""


def workbook(encounter: Encounter, spoken: str) -> bytes:
    """The file. ``spoken`` is the language of the labels that codes are chosen by: ``fr``, or ``en`` for the
    codes' own words."""
    stream = io.BytesIO()
    # What is written is text, whatever it begins with.
    book = Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": encounter.label.said(spoken), "created": datetime(2000, 1, 1)})
    filled = book.add_worksheet(encounter.name)
    _instruct(book, book.add_worksheet("Instructions"), encounter)
    ranges = _list_codes(book, book.add_worksheet(_CODES), encounter, spoken)
    for place, element in enumerate(encounter.elements):
        _column(book, filled, place, element, ranges)
    filled.freeze_panes(1, 1)
    book.close()
    return stream.getvalue()


def _column(
    book: Workbook, sheet: Worksheet, place: int, element: Element, ranges: Mapping[str, str]
) -> None:
    kept = book.add_format({"num_format": _FORMATS.get(element.type, _TEXT)})
    sheet.set_column(place, place, max(12, len(element.name) + 2), kept)
    sheet.write_string(0, place, element.name, _head(book, element))
    message = f"{element.label.en} / {element.label.fr}\n{facts.kind(element).en} / {facts.kind(element).fr}"
    asked = {
        "input_title": element.name[:_TITLE],
        "input_message": message[:_MESSAGE],
        "error_title": "?",
        "error_message": _ERROR,
        "error_type": "warning",
    }
    sheet.data_validation(1, place, _LAST_ROW, place, asked | _allowed(element, ranges))


def _head(book: Workbook, element: Element) -> Format:
    dark = element.required != "optional"
    return book.add_format(
        {
            "bold": True,
            "num_format": _TEXT,
            "bg_color": _HEADS[element.required],
            "font_color": "white" if dark else "black",
        }
    )


def _allowed(element: Element, ranges: Mapping[str, str]) -> dict[str, Any]:
    if element.codes is not None:
        return {"validate": "list", "source": ranges[element.codes.name]}
    if element.type == "boolean":
        return {"validate": "list", "source": ["yes", "no"]}
    if element.type == "date":
        return {
            "validate": "date",
            "criteria": "between",
            "minimum": date(1900, 1, 1),
            "maximum": date(2199, 12, 31),
        }
    if element.possible and element.type in ("integer", "decimal"):
        low, high = element.possible.low, element.possible.high
        return {"validate": element.type, "criteria": "between", "minimum": low, "maximum": high}
    return {"validate": "any"}


def _list_codes(book: Workbook, sheet: Worksheet, encounter: Encounter, spoken: str) -> dict[str, str]:
    """Write the codes of all sets, and say in which cells those of each set are chosen from."""
    sets: dict[str, CodeSet] = {
        element.codes.name: element.codes for element in encounter.elements if element.codes
    }
    bold = book.add_format({"bold": True})
    for place, (title, width) in enumerate(
        (("set / jeu", 28), ("code", 28), ("English", 44), ("français", 44))
    ):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, title, bold)
    chosen, ranges, row = "D" if spoken == "fr" else "B", {}, 1
    for name, code_set in sets.items():
        ranges[name] = f"={_CODES}!${chosen}${row + 1}:${chosen}${row + len(code_set.codes)}"
        for each in code_set.codes:
            for place, text in enumerate((name, each.code, each.label.en, each.label.fr)):
                sheet.write_string(row, place, text)
            row += 1
    sheet.freeze_panes(1, 0)
    return ranges


def _instruct(book: Workbook, sheet: Worksheet, encounter: Encounter) -> None:
    bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    sheet.write_string(0, 0, f"{encounter.label.en} / {encounter.label.fr}", bold)
    lines = [encounter.definition, *_HOW]
    for row, text in enumerate([each.en for each in lines] + [each.fr for each in lines], start=1):
        sheet.write_string(row, 0, text)
    top = 2 * len(lines) + 2
    for place, (title, width) in enumerate(_COLUMNS.items()):
        sheet.set_column(place, place, width)
        sheet.write_string(top, place, title, bold)
    for row, element in enumerate(encounter.elements, start=top + 1):
        for place, text in enumerate(_told(encounter, element)):
            sheet.write_string(row, place, text, wrapped)
    sheet.autofilter(top, 0, top + len(encounter.elements), len(_COLUMNS) - 1)


def _told(encounter: Encounter, element: Element) -> tuple[str, ...]:
    """What is said of an element, in the order of the sheet's columns."""
    kind, level = facts.kind(element), facts.REQUIRED[element.required]
    limits = [
        facts.limits(element, within).en if within else "" for within in (element.possible, element.plausible)
    ]
    codes = element.codes.codes if element.codes else ()
    choices = [
        "\n".join(f"{each.code}: {each.label.said(language)}" for each in codes) for language in ("en", "fr")
    ]
    return (
        element.name,
        *(element.label.en, element.label.fr, element.definition.en, element.definition.fr),
        *(kind.en, kind.fr, level.en, level.fr),
        *limits,
        *choices,
        example(encounter, element),
    )
