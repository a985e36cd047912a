"""The dictionary as one JSON document: what programs read, and what two editions are compared by.

    format       "vernix/dictionary/v1"
    edition      its number; valid_from and valid_until are its first and last day (null: no end is set)
    encounters   in order: name, label, definition, record_key, elements (names, in their order), checks
    elements     each once: the fields of `Element`; codes is the name of a set, a range is [lowest, highest]
    code_sets    by name: each with its codes, their labels and their other spellings

Words are ``{"en": …, "fr": …}``. Figures are texts, so that 0.1 stays 0.1 in every language that reads them.

Rule of change: a reader refuses another ``format``; new fields need a new one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from vernix.births import editions, encounters
from vernix.births.checks import Check
from vernix.births.codes import CodeSet, Words
from vernix.births.elements import Element, Places, Range
from vernix.births.encounter import Encounter
from vernix.errors import DataRefused

FORMAT = "vernix/dictionary/v1"
_KEYS = {"format", "edition", "valid_from", "valid_until", "encounters", "elements", "code_sets"}


def document() -> dict[str, Any]:
    """What the declarations say."""
    kinds = [encounters.get(name) for name in encounters.names()]
    elements: dict[str, Element] = {}
    for element in (each for kind in kinds for each in kind.elements):
        elements.setdefault(element.name, element)
    return {
        "format": FORMAT,
        "edition": editions.current().number,
        "valid_from": editions.current().valid_from.isoformat(),
        "valid_until": None,
        "encounters": [_encounter(kind, elements) for kind in kinds],
        "elements": [_element(element) for element in elements.values()],
        "code_sets": [_code_set(code_set) for code_set in encounters.code_sets()],
    }


def to_text(said: dict[str, Any]) -> str:
    """A document in its one spelling, a line for each thing that is declared, so that changes can be read."""
    parts = ["{"]
    for name, value in said.items():
        if isinstance(value, list):
            lines = ",\n".join(_encode(each) for each in value)
            parts.append(f'"{name}": [\n{lines}\n],')
        else:
            parts.append(f'"{name}": {_encode(value)},')
    return "\n".join(parts).removesuffix(",") + "\n}\n"


def parse(data: bytes) -> dict[str, Any]:
    """Read what `to_text` wrote, in UTF-8; raises ``DataRefused`` where it is something else."""
    try:
        said = json.loads(data)
        if not isinstance(said, dict) or set(said) != _KEYS or said["format"] != FORMAT:
            raise no_dictionary()
        if to_text(said).encode() != data:
            raise no_dictionary()
    except (ValueError, RecursionError):
        raise no_dictionary() from None
    return said


def no_dictionary() -> DataRefused:
    """The refusal of a document that is something else."""
    return DataRefused(
        "This is not a dictionary that this version of vernix can read.",
        hint="Write one with: vernix dictionary --json FILE.",
    )


def level_in(encounter: Mapping[str, Any], element: Mapping[str, Any]) -> str:
    """How much an encounter needs an element: its own word, or else the element's."""
    level: str = encounter.get("levels", {}).get(element["name"], element["required"])
    return level


def _encounter(encounter: Encounter, elements: Mapping[str, Element]) -> dict[str, Any]:
    """``levels`` are those of the elements that it needs more or less than the element's own entry says."""
    levels = {
        each.name: each.required
        for each in encounter.elements
        if each.required != elements[each.name].required
    }
    return {
        "name": encounter.name,
        "label": asdict(encounter.label),
        "definition": asdict(encounter.definition),
        "record_key": encounter.record_key,
        "elements": list(encounter.by_name),
        "levels": levels,
        "checks": [_check(check) for check in encounter.checks],
    }


def _check(check: Check) -> dict[str, Any]:
    return {
        "code": check.code,
        "severity": check.severity,
        "elements": list(check.elements),
        "text": asdict(check.text),
        "source": check.source,
    }


def _element(element: Element) -> dict[str, Any]:
    return {name: _plain(value) for name, value in vars(element).items()}


def _code_set(code_set: CodeSet) -> dict[str, Any]:
    codes = [
        {"code": each.code, "label": asdict(each.label), "aliases": list(each.aliases)}
        for each in code_set.codes
    ]
    return {"name": code_set.name, "codes": codes}


def _plain(value: Any) -> Any:
    """A declared fact as JSON holds it."""
    match value:
        case CodeSet():
            return value.name
        case Range():
            return [str(value.low), str(value.high)]
        case Words() | Places():
            return {name: _plain(each) for name, each in vars(value).items()}
        case tuple():
            return list(value)
    return value


def _encode(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
