"""FHIR written as XML: the same resource as its JSON would be, so that one reader reads both.

The two forms say the same but for three things that only the name of an element tells in XML: what is a list,
what is a number or a truth, and what is a resource (R4, section 2.6.1, Resource Formats: XML and JSON).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from vernix.intake.fhir.documents import MAX_DOCUMENT, SHAPE, too_large
from vernix.intake.fhir.resources import Resource
from vernix.intake.findings import Kind
from vernix.intake.xml.guarded import Guarded

_BLOCK = 256 << 10

_LISTS = frozenset(
    {
        *(
            "extension",
            "entry",
            "section",
            "coding",
            "given",
            "line",
            "profile",
            "component",
            "item",
            "answer",
        ),
        *("evidence", "relationship", "telecom", "contained", "communication"),
    }
)
"""What is a list wherever it stands. What stands twice is one as well."""
_PEOPLE = frozenset({"Patient", "RelatedPerson"})
_LISTS_OF = {
    "name": _PEOPLE,
    "address": _PEOPLE,
    "identifier": _PEOPLE | {"Location", "Organization", "Practitioner"},
    "type": frozenset({"Encounter", "Location", "Organization"}),
    "category": frozenset({"Observation", "Condition", "DiagnosticReport"}),
    "focus": frozenset({"Observation", "MessageHeader"}),
    "location": frozenset({"Encounter"}),
    "code": frozenset({"evidence"}),
}
"""What is a list below these elements alone."""
_HOLDERS = frozenset({"resource", "contained"})
"""What holds a resource: the element in it is named by the resource's type."""
_NARRATIVE = "div"
_TYPES = ("Date", "Time", "String", "Code", "Boolean", "Integer", "Int", "Decimal")
_PRIMITIVES = frozenset(
    {
        *("birthDate", "gender", "status", "family", "given", "line", "city", "postalCode", "value", "text"),
        *("multipleBirthInteger", "multipleBirthBoolean", "deceasedDateTime"),
    }
)
"""What holds nothing but a value, though it may be left out and an extension say why."""
_NUMBER = re.compile(r"(-?(?:0|[1-9][0-9]{0,17}))(\.[0-9]{1,17})?([eE][+-]?[0-9]{1,3})?")


class _Element:
    """An element that is open: its name, its attributes, and what stood in it."""

    __slots__ = ("attributes", "below", "name")

    def __init__(self, name: str, attributes: dict[str, str]) -> None:
        self.name = name
        self.attributes = attributes
        self.below: dict[str, Any] = {}


def documents(path: Path) -> Iterator[Resource | Kind]:
    """The one resource of a file. Raises ``FileRefused`` where it is no XML that is taken, or too large."""
    tree = _Tree()
    size = 0
    with path.open("rb") as stream:
        # Blank space in front of a declaration is wrong, and harmless.
        block = stream.read(_BLOCK).lstrip(b" \t\r\n")
        while block:
            size += len(block)
            if size > MAX_DOCUMENT:
                raise too_large()
            tree.parser.feed(block)
            block = stream.read(_BLOCK)
    tree.parser.feed(b"")
    try:
        yield msgspec.convert(tree.resource, Resource)
    except (msgspec.ValidationError, RecursionError):
        yield SHAPE


class _Tree:
    """Builds the JSON form while the parser goes through the XML."""

    def __init__(self) -> None:
        self.parser = Guarded(self._start, self._end, lambda text: None)
        self.resource: dict[str, Any] | None = None
        self._open: list[_Element] = []
        self._narrative = 0

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if self._narrative or name == _NARRATIVE:
            self._narrative += 1
            return
        self._open.append(_Element(name, attributes))

    def _end(self, name: str) -> None:
        del name
        if self._narrative:
            self._narrative -= 1
            return
        element = self._open.pop()
        if not self._open or self._open[-1].name in _HOLDERS:
            resource = {"resourceType": element.name, **element.below}
            if self._open:
                self._open[-1].below = resource
            else:
                self.resource = resource
            return
        above = self._open[-1]
        _put(above, element)


def _put(above: _Element, element: _Element) -> None:
    """Add an element to the one that it stands in, as JSON has it."""
    name, text = element.name, element.attributes.get("value")
    if text is None and not _is_primitive(name):
        kept = {key: value for key, value in element.attributes.items() if key in ("id", "url")}
        _add(above, name, {**kept, **element.below})
        return
    if text is not None or name in _LISTS:
        _add(above, name, None if text is None else _primitive(above.name, name, text))
    if element.below:
        above.below[f"_{name}"] = element.below


def _is_primitive(name: str) -> bool:
    return name in _PRIMITIVES or (name.startswith("value") and name.endswith(_TYPES))


def _add(above: _Element, name: str, value: Any) -> None:
    if name in _LISTS or above.name in _LISTS_OF.get(name, ()):
        above.below.setdefault(name, []).append(value)
    elif name not in above.below:
        above.below[name] = value
    elif isinstance(above.below[name], list):
        above.below[name].append(value)
    else:
        above.below[name] = [above.below[name], value]


def _primitive(above: str, name: str, text: str) -> Any:
    """A value in its JSON type. What is none stays a text, and is refused where it is read."""
    if name.endswith("Boolean"):
        return {"true": True, "false": False}.get(text, text)
    if name.endswith(("Integer", "Int", "Decimal")) or (name == "value" and above.endswith("Quantity")):
        found = _NUMBER.fullmatch(text)
        return text if found is None else float(text) if found[2] or found[3] else int(text)
    return text
