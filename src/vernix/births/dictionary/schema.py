"""The record of a web form as a JSON Schema (draft 2020-12), one for each encounter.

It says what a program can know before the registry's checks: which keys there are, what may stand in each,
and which must. What it lets pass is read; whether the values fit each other, the checks decide.
"""

from __future__ import annotations

from typing import Any

from vernix.births import editions
from vernix.births.elements import Element, Type
from vernix.births.encounter import Encounter

DRAFT = "https://json-schema.org/draft/2020-12/schema"
CLEAR = "!clear"

Schema = dict[str, Any]

_PLAIN: dict[Type, Schema] = {
    "gestation": {"type": "string", "pattern": "^[0-9]{1,2}w[0-6]d$"},
    "date": {"type": "string", "format": "date"},
    "time": {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"},
    "boolean": {"type": "boolean"},
}


def schema(encounter: Encounter) -> Schema:
    """The schema of one record. Keywords that begin with ``x-`` are ours; validators leave them alone."""
    return {
        "$schema": DRAFT,
        "$id": f"urn:vernix:form:{encounter.name}:{editions.current().number}",
        "title": encounter.label.en,
        "x-title-fr": encounter.label.fr,
        "type": "object",
        "properties": {element.name: _property(element) for element in encounter.elements},
        "required": [element.name for element in encounter.elements if element.required == "required"],
        "additionalProperties": False,
    }


def _property(element: Element) -> Schema:
    told: Schema = {
        "title": element.label.en,
        "x-title-fr": element.label.fr,
        "description": element.definition.en,
        "x-description-fr": element.definition.fr,
        "x-level": element.required,
        "x-privacy": element.privacy,
    }
    if element.unit and element.type != "gestation":
        told["x-unit"] = element.unit
    if element.plausible:
        told["x-plausible"] = [_figure(element.plausible.low), _figure(element.plausible.high)]
    if element.required == "required":
        return told | _value(element)
    # A blank changes nothing; what was sent before goes only where that is said.
    return told | {"anyOf": [_value(element), {"type": "null"}, {"const": CLEAR}]}


def _value(element: Element) -> Schema:
    if element.codes is not None:
        return {"oneOf": [_choice(code.code, code.label.en, code.label.fr) for code in element.codes.codes]}
    if element.type in ("integer", "decimal"):
        return _number(element)
    if element.type == "text":
        return {"type": "string", "minLength": 1, "maxLength": element.longest}
    return dict(_PLAIN[element.type])


def _number(element: Element) -> Schema:
    found: Schema = {"type": "integer" if element.type == "integer" else "number"}
    if element.possible:
        found |= {"minimum": _figure(element.possible.low), "maximum": _figure(element.possible.high)}
    return found


def _figure(end: Any) -> int | float:
    return int(end) if end == int(end) else float(end)


def _choice(word: str, english: str, french: str) -> Schema:
    return {"const": word, "title": english, "x-title-fr": french}
