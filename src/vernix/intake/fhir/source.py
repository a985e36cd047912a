"""FHIR R4 as a source: each child of each document is a row."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from vernix.births import encounters
from vernix.births.codes import Words
from vernix.births.encounter import Encounter
from vernix.intake.fhir import bundles, markup
from vernix.intake.fhir import documents as json_form
from vernix.intake.fhir.beginnings import is_markup
from vernix.intake.fhir.codes import LISTS, OF_ELEMENT
from vernix.intake.fhir.documents import SHAPE
from vernix.intake.fhir.loose import Loose
from vernix.intake.fhir.patients import code_of
from vernix.intake.fhir.picking import Row, rows_of
from vernix.intake.fhir.places import Places, places
from vernix.intake.fhir.resources import Bundle, Composition, Resource
from vernix.intake.findings import Kind, Unit, shown
from vernix.intake.mapping import Mapping
from vernix.intake.source import Remark, RowBatch, Source

_ROWS = 5_000
_LOOKED_AT = 20
DOCUMENTS = Unit(Words("document", "document"), Words("documents", "documents"))
MISSHAPEN = (TypeError, AttributeError, LookupError, ValueError, ArithmeticError, RecursionError)


class FhirSource(Source):
    """One file of FHIR documents. Raises ``FileRefused`` where it is none."""

    format = "fhir"
    unit = DOCUMENTS

    def __init__(self, path: Path) -> None:
        self._path = path
        self._documents = array("q")
        self._children = array("q")
        self.media_type = "application/fhir+xml" if is_markup(path) else "application/fhir+json"
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
        document = self.unit.place(self._documents[row - 1])
        child = self._children[row - 1]
        if child == 1:
            return document
        return Words(f"{document.en}, child {child}", f"{document.fr}, enfant {child}")

    def documents(self, rows: int) -> list[range]:
        """The rows of each document, of ``rows`` that have been given."""
        stands = self._documents[:rows]
        firsts = [row for row in range(1, rows + 1) if row == 1 or stands[row - 1] != stands[row - 2]]
        return list(map(range, firsts, [*firsts[1:], rows + 1]))

    def batches(self) -> Iterator[RowBatch]:
        """The rows, numbered from 1 through all documents; those of loose resources come last."""
        self._documents, self._children = array("q"), array("q")
        batch = _Batch(self.header)
        for document, found in self._found():
            rows: Sequence[Row | Kind] = found if isinstance(found, list) else [found]
            for child, row in enumerate(rows, 1):
                self._documents.append(document)
                self._children.append(child)
                batch.add(len(self._documents), row)
            if batch.size >= _ROWS:
                yield batch.whole()
                batch = _Batch(self.header)
        if batch.size:
            yield batch.whole()

    def _found(self) -> Iterator[tuple[int, list[Row] | Kind]]:
        """What becomes of each document, with its number. Loose resources are joined if one is first."""
        loose: Loose | None = None
        for number, document in enumerate(_documents(self._path), 1):
            if number == 1 and not isinstance(document, Bundle | Kind):
                loose = Loose(self._places)
            if isinstance(document, Kind):
                yield number, document
            elif loose is None or isinstance(document, Bundle) or not loose.takes(number, document):
                yield number, rows_in(document, self._places)
        if loose is not None:
            yield from loose.found()


class _Batch:
    """Some rows, column by column."""

    def __init__(self, header: tuple[str, ...]) -> None:
        self._header = header
        self._rows: list[tuple[int, Row]] = []
        self._lost: list[tuple[int, Kind]] = []

    @property
    def size(self) -> int:
        """How many rows there are, lost ones among them."""
        return len(self._rows) + len(self._lost)

    def add(self, number: int, row: Row | Kind) -> None:
        """Take one row in, or why there is none."""
        if isinstance(row, Kind):
            self._lost.append((number, row))
        else:
            self._rows.append((number, row))

    def whole(self) -> RowBatch:
        """The batch."""
        texts: dict[str, list[str]] = {}
        for place, (_, row) in enumerate(self._rows):
            for name, text in row.cells.items():
                column = texts.get(name)
                if column is None:
                    column = texts[name] = [""] * len(self._rows)
                column[place] = text
        blank = pa.repeat(pa.scalar(""), len(self._rows))
        columns = [pa.array(texts[name], pa.string()) if name in texts else blank for name in self._header]
        cells = pa.record_batch({f"c{place}": column for place, column in enumerate(columns)})
        numbers = pa.array([number for number, _ in self._rows], pa.int64())
        return RowBatch(cells, numbers, tuple(self._lost), tuple(self._remarks()))

    def _remarks(self) -> Iterator[Remark]:
        rows = [row for _, row in self._rows]
        for kind, chosen in _OF_COLUMNS.items():
            for name in sorted(set().union(*map(chosen, rows))):
                mask = pa.array([name in chosen(row) for row in rows])
                yield Remark(kind(name), mask, self._header.index(name))


def rows_in(document: Resource | Kind, known: Places) -> list[Row] | Kind:
    """The rows of one document, or why it has none."""
    if isinstance(document, Kind):
        return document
    try:
        inside = bundles.contents(document)
        if isinstance(inside, Kind):
            return inside
        return rows_of(inside, known) or bundles.NOBODY
    except MISSHAPEN:
        return SHAPE


def _documents(path: Path) -> Iterator[Resource | Kind]:
    return markup.documents(path) if is_markup(path) else json_form.documents(path)


def _encounter(path: Path) -> str:
    """The encounter that knows most of what the first documents ask; of several, the birth."""
    asked: Counter[str] = Counter()
    for document, _ in zip(_documents(path), range(_LOOKED_AT), strict=False):
        if not isinstance(document, Kind):
            asked.update(_questions(document))
    known = {
        name: sum(count for loinc, count in asked.items() if loinc in places(name).questions)
        for name in encounters.names()
        if places(name).complete
    }
    if any(code in LISTS or code in OF_ELEMENT["outcome"] for code in asked):
        return "birth"
    return max(known, key=lambda name: (known[name], name == "birth"))


def _questions(document: Resource) -> Iterator[str]:
    try:
        inside = bundles.contents(document)
        if isinstance(inside, Kind):
            return
        for observation in inside.observations:
            for holder in (observation, *(observation.component or ())):
                yield code_of(holder.code)
        for resource in inside.others:
            if isinstance(resource, Composition):
                yield code_of(resource.type)
    except MISSHAPEN:
        return


def _unfit(row: Row) -> Iterable[str]:
    return row.unfit


def _twice(row: Row) -> Iterable[str]:
    return row.twice


def _odd(row: Row) -> Iterable[str]:
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


_OF_COLUMNS: dict[Callable[[str], Kind], Callable[[Row], Iterable[str]]] = {
    _unit: _unfit,
    _contradiction: _twice,
    _although_none: _odd,
}
