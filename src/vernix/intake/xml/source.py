"""An XML batch of an electronic medical record as a source: one root, one element for each patient.

Which element of the dictionary a tag fills follows from where the elements say they stand in XML, or from
their own names. The same tag may be the child's or the mother's: what stands above it tells; where nothing
does, it is the patient's of the encounter, the child's where there is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path

import pyarrow as pa

from vernix.births import encounters
from vernix.births.codes import Words
from vernix.births.elements import Element, Subject
from vernix.births.encounter import Encounter
from vernix.intake.findings import Kind, Unit, shown
from vernix.intake.mapping import MappedColumn, Mapping
from vernix.intake.source import Remark, RowBatch, Source, text_batch
from vernix.intake.xml.records import Record, records, survey

_ROWS = 2_000
PATIENTS = Unit(Words("patient", "patient"), Words("patients", "patients"))
_ABOVE: tuple[tuple[Subject, re.Pattern[str]], ...] = (
    ("mother", re.compile(r"mother|maternal|mere|mère", re.IGNORECASE)),
    ("child", re.compile(r"child|baby|infant|newborn|fetus|enfant|bebe|bébé|nouveau", re.IGNORECASE)),
)
# The batches' own list of issuers is numbered, and what its numbers mean was never published.
_UNREAD = ("HealthCardType",)
_UNKNOWN = frozenset({"-1"})
"""How batches write that a figure is not known."""


class XmlSource(Source):
    """One batch. Raises ``FileRefused`` where it is none."""

    format = "xml"
    media_type = "application/xml"
    unit = PATIENTS

    def __init__(self, path: Path) -> None:
        self._path = path
        self._shape = survey(path, lambda tag: _plain(tag) in _known_tags())
        self.header = self._shape.paths

    def mapping(self, encounter: Encounter) -> Mapping:
        """As the elements say where they stand; of several columns for one element, the first."""
        found: dict[str, MappedColumn] = {}
        for path in self.header:
            element = _element(encounter, path)
            if element is not None and element.name not in found:
                unknown = _UNKNOWN if element.type in ("integer", "decimal") else frozenset()
                found[element.name] = MappedColumn(element, path, unknown=unknown)
        return Mapping(encounter, tuple(found.values()), {})

    def batches(self) -> Iterator[RowBatch]:
        """The patients, numbered from 1. An element that one does not have is a blank."""
        coming = records(self._path, self._shape)
        first = 1
        while together := list(islice(coming, _ROWS)):
            columns = [[record.texts.get(path, "") for record in together] for path in self.header]
            numbers = pa.arange(first, first + len(together))
            yield RowBatch(text_batch(columns), numbers, remarks=tuple(self._twice(together)))
            first += len(together)

    def _twice(self, together: list[Record]) -> Iterator[Remark]:
        """Elements that stand more than once for one patient."""
        for path in sorted(set().union(*(record.twice for record in together))):
            mask = pa.array([path in record.twice for record in together])
            yield Remark(_said_twice(path), mask, self.header.index(path))


def is_xml(head: bytes) -> bool:
    """Whether a file begins like an XML document that is no web page."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        start = start[2:].replace(b"\0", b"")
    return bool(re.match(rb"<(\?xml|!DOCTYPE (?!html)|!--|(?!html)[A-Za-z_])", start, re.IGNORECASE))


def _plain(name: str) -> str:
    return re.sub(r"[^0-9a-z]", "", name.lower())


@cache
def _tags(encounter: str) -> dict[str, tuple[Element, ...]]:
    """The elements by the plain form of their tags and names."""
    found: dict[str, tuple[Element, ...]] = {}
    for element in encounters.get(encounter).elements:
        for name in dict.fromkeys(map(_plain, (*element.at.xml, element.name))):
            if name not in map(_plain, _UNREAD):
                found[name] = (*found.get(name, ()), element)
    return found


@cache
def _known_tags() -> frozenset[str]:
    return frozenset(tag for name in encounters.names() for tag in _tags(name))


def _element(encounter: Encounter, path: str) -> Element | None:
    """The element that a path fills."""
    *above, tag = path.split("/")
    could_be = _tags(encounter.name).get(_plain(tag), ())
    for place in reversed(above):
        for subject, pattern in _ABOVE:
            if pattern.search(place):
                return next((each for each in could_be if each.subject == subject), None)
    whose: tuple[Subject, ...] = ("event", "child", "mother")
    return min(could_be, key=lambda each: whose.index(each.subject), default=None)


def _said_twice(path: str) -> Kind:
    return Kind(
        "xml.twice",
        "error",
        shown(path),
        None,
        "The element stands more than once for this patient. Send it once.",
        "L’élément figure plus d’une fois pour ce patient. Envoyez-le une seule fois.",
    )
