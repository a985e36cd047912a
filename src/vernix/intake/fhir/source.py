"""FHIR R4 as a source: each child of each document is a row."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from vernix.births import encounters
from vernix.births.codes import Words
from vernix.births.encounter import Encounter
from vernix.intake.fhir import bundles
from vernix.intake.fhir.codes import LISTS, OF_ELEMENT
from vernix.intake.fhir.documents import Document, documents
from vernix.intake.fhir.people import code_of
from vernix.intake.fhir.picking import Row, rows_of
from vernix.intake.fhir.places import Places, places
from vernix.intake.fhir.values import NO_UNIT
from vernix.intake.findings import Kind, Unit, shown
from vernix.intake.mapping import Mapping
from vernix.intake.source import Remark, RowBatch, Source

_ROWS = 2_000
_LOOKED_AT = 20
DOCUMENTS = Unit(Words("document", "document"), Words("documents", "documents"))
_MISSHAPEN = (TypeError, AttributeError, LookupError, ValueError, ArithmeticError, RecursionError)


class FhirSource(Source):
    """One file of FHIR documents. Raises ``FileRefused`` where it is none."""

    format = "fhir"
    media_type = "application/fhir+json"
    unit = DOCUMENTS

    def __init__(self, path: Path) -> None:
        self._path = path
        self._siblings = array("q")
        self.encounter = _encounter(path)
        self._places = places(self.encounter)
        self.header = self._places.header

    def mapping(self, encounter: Encounter) -> Mapping:
        """As the elements of the encounter say where they stand."""
        self._places = places(encounter.name)
        self.header = self._places.header
        return Mapping(encounter, self._places.mapped, {})

    def place(self, row: int) -> Words:
        """The document, counted from 1, and which child of it where it is not the first."""
        before = bisect_right(self._siblings, row)
        child = 1
        while before and self._siblings[before - 1] == row - child + 1:
            before, child = before - 1, child + 1
        document = self.unit.place(row - child + 1 - before)
        return (
            document
            if child == 1
            else Words(f"{document.en}, child {child}", f"{document.fr}, enfant {child}")
        )

    def documents(self, rows: int) -> list[range]:
        """The rows of each document, of ``rows`` that have been given."""
        further = frozenset(self._siblings)
        firsts = [row for row in range(1, rows + 1) if row not in further]
        return list(map(range, firsts, [*firsts[1:], rows + 1]))

    def batches(self) -> Iterator[RowBatch]:
        """The rows, numbered from 1 through all documents."""
        self._siblings = array("q")
        number = 0
        rows: list[tuple[int, Row]] = []
        lost: list[tuple[int, Kind]] = []
        for document in documents(self._path):
            found = rows_in(document, self._places)
            if isinstance(found, Kind):
                number += 1
                lost.append((number, found))
            else:
                for place, row in enumerate(found):
                    number += 1
                    rows.append((number, row))
                    if place:
                        self._siblings.append(number)
            if len(rows) + len(lost) >= _ROWS:
                yield self._batch(rows, lost)
                rows, lost = [], []
        if rows or lost:
            yield self._batch(rows, lost)

    def _batch(self, rows: Sequence[tuple[int, Row]], lost: Sequence[tuple[int, Kind]]) -> RowBatch:
        blank = pa.repeat(pa.scalar(""), len(rows))
        held = set().union(*(row.cells for _, row in rows)) if rows else set()
        columns = []
        remarks: list[Remark] = []
        for place, name in enumerate(self.header):
            if name not in held:
                columns.append(blank)
                continue
            texts = [row.cells.get(name, "") for _, row in rows]
            if any(NO_UNIT in text for text in texts):
                remarks.append(Remark(_unit(name), pa.array([NO_UNIT in text for text in texts]), place))
                texts = ["" if NO_UNIT in text else text for text in texts]
            columns.append(pa.array(texts, pa.string()))
        remarks += self._remarks([row for _, row in rows])
        cells = pa.record_batch({f"c{place}": column for place, column in enumerate(columns)})
        return RowBatch(
            cells, pa.array([number for number, _ in rows], pa.int64()), tuple(lost), tuple(remarks)
        )

    def _remarks(self, rows: Sequence[Row]) -> Iterator[Remark]:
        for kind, chosen in _OF_COLUMNS.items():
            for name in sorted(set().union(*map(chosen, rows))):
                mask = pa.array([name in chosen(row) for row in rows])
                yield Remark(kind(name), mask, self.header.index(name))


def rows_in(document: Document | Kind, known: Places) -> list[Row] | Kind:
    """The rows of one document, or why it has none."""
    if isinstance(document, Kind):
        return document
    try:
        inside = bundles.contents(document)
        if isinstance(inside, Kind):
            return inside
        return rows_of(inside.resources, known, inside.identifier) or bundles.NOBODY
    except _MISSHAPEN:
        return bundles.SHAPE


def is_fhir(head: bytes) -> bool:
    """Whether a file begins like a FHIR resource, or a list of some."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n[")
    return start[:1] == b"{" and b'"resourceType"' in head


def _encounter(path: Path) -> str:
    """The encounter that knows most of what the first documents ask; of several, the birth."""
    asked: Counter[str] = Counter()
    for document, _ in zip(documents(path), range(_LOOKED_AT), strict=False):
        if isinstance(document, dict):
            asked.update(_questions(document))
    known = {
        name: sum(count for loinc, count in asked.items() if loinc in places(name).questions)
        for name in encounters.names()
        if places(name).complete
    }
    if any(code in LISTS or code in OF_ELEMENT["outcome"] for code in asked):
        return "birth"
    return max(known, key=lambda name: (known[name], name == "birth"))


def _questions(document: Document) -> Iterator[str]:
    try:
        inside = bundles.contents(document)
        for resource in () if isinstance(inside, Kind) else inside.resources:
            if resource["resourceType"] == "Observation":
                for holder in (resource, *resource.get("component", ())):
                    yield code_of(holder.get("code"))
            elif resource["resourceType"] == "Composition":
                yield code_of(resource.get("type"))
    except _MISSHAPEN:
        return


def _twice(row: Row) -> set[str]:
    return row.twice


def _odd(row: Row) -> set[str]:
    return row.odd


def _contradiction(name: str) -> Kind:
    return Kind(
        "fhir.contradiction",
        "error",
        shown(name),
        None,
        "Resources of one document say different things here, so none was taken. Send one of them, or mark "
        "the wrong one as entered-in-error.",
        "Des ressources d’un même document disent ici des choses différentes ; aucune n’a été prise. "
        "Envoyez-en une seule, ou marquez la fausse « entered-in-error ».",
    )


def _although_none(name: str) -> Kind:
    return Kind(
        "fhir.none-and-some",
        "warning",
        shown(name),
        None,
        "A list is said to have none that applies, and this one of it applies all the same; it was kept. "
        "Correct one of the two.",
        "Il est dit qu’aucun élément d’une liste ne s’applique, et celui-ci s’applique pourtant ; il a été "
        "gardé. Corrigez l’un des deux.",
    )


def _unit(name: str) -> Kind:
    return Kind(
        "fhir.unit",
        "error",
        shown(name),
        None,
        "The figure is in a unit that this element cannot have. Write a UCUM unit of the same quantity.",
        "Le nombre est dans une unité que cet élément ne peut avoir. Inscrivez une unité UCUM de la même "
        "grandeur.",
    )


_OF_COLUMNS: dict[Callable[[str], Kind], Callable[[Row], Any]] = {
    _contradiction: _twice,
    _although_none: _odd,
}
