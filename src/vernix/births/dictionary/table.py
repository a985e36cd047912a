"""The dictionary as a table in CSV: a row for each element of each encounter, for spreadsheets.

Code sets stand in the row of each element that has one, as ``code, label | code, label``: the way in which
REDCap's dictionaries write their choices. The file begins with a byte-order mark, without which Excel takes
its accents for something else.
"""

from __future__ import annotations

import csv
import io

from vernix.births import encounters
from vernix.births.dictionary import facts
from vernix.births.elements import Element, Range
from vernix.births.encounter import Encounter


def to_csv() -> bytes:
    """The whole file."""
    rows = [
        _row(encounter, number, element)
        for encounter in map(encounters.get, encounters.names())
        for number, element in enumerate(encounter.elements, start=1)
    ]
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def _row(encounter: Encounter, number: int, element: Element) -> dict[str, str]:
    return {
        "encounter": encounter.name,
        "encounter_en": encounter.label.en,
        "encounter_fr": encounter.label.fr,
        "number": str(number),
        "element": element.name,
        "label_en": element.label.en,
        "label_fr": element.label.fr,
        "definition_en": element.definition.en,
        "definition_fr": element.definition.fr,
        "type": element.type,
        "unit": element.unit or "",
        "digits": str(element.digits) if element.type == "decimal" else "",
        "longest": str(element.longest) if element.type == "text" else "",
        **_limits("possible", element.possible),
        **_limits("plausible", element.plausible),
        "required": element.required,
        "privacy": element.privacy,
        "subject": element.subject,
        "code_set": element.codes.name if element.codes else "",
        "codes_en": _choices(element, "en"),
        "codes_fr": _choices(element, "fr"),
        "source": element.source,
        "also_called": " | ".join(element.aliases),
        "stands_at": " | ".join(f"{name} {', '.join(found)}" for name, found in facts.places(element.at)),
        "since": element.since,
        "until": element.until or "",
        "version": str(element.version),
    }


def _limits(name: str, within: Range | None) -> dict[str, str]:
    """Of a gestation in days, as it is kept."""
    return {
        f"{name}_lowest": str(within.low) if within else "",
        f"{name}_highest": str(within.high) if within else "",
    }


def _choices(element: Element, language: str) -> str:
    codes = element.codes.codes if element.codes else ()
    return " | ".join(f"{each.code}, {each.label.said(language)}" for each in codes)
