"""Read a partner's file: records that may be kept, and findings about the rest.

One path for every sender and both sides of the exchange: what ``vernix check`` says at the hospital is what
the registry says later. The file is parsed and typed batch by batch; then the encounter's checks look
across fields and rows; rows with an error are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from vernix.births import encounters
from vernix.births.elements import arrow_type
from vernix.births.encounters import Encounter
from vernix.births.gestation import bare_meaning
from vernix.errors import DataRefused, UsageError
from vernix.intake import checking, sentences
from vernix.intake.checking import ROW
from vernix.intake.csv_rows import RowBatch, read_rows
from vernix.intake.csv_structure import Structure, shown, survey
from vernix.intake.findings import LISTED_PER_KIND, Counts, Findings, Kind
from vernix.intake.mapping import MappedColumn, Mapping
from vernix.intake.typed import TypedColumn, constant

CLEARED = "_cleared"
FORMATS = ("csv",)
Format = Literal["csv"]
_NAMES_SHOWN = 60
_SETTLED_BY = 20_000  # rows by which the meaning of a column's bare numbers is settled


@dataclass(frozen=True)
class Reading:
    """What a file holds.

    ``records`` are the accepted rows: a typed column for each element the file brought, ``_row`` (int64,
    its number in the file) and ``_cleared`` (list of names of elements to clear; a null value that is not
    named there means "unchanged"). ``unused`` are the file's columns that nothing was read from.
    """

    encounter: Encounter
    records: pa.Table
    findings: Findings
    counts: Counts
    unused: tuple[str, ...]


def read(path: Path, encounter: str, mapping: Mapping | None = None, *, format: str | None = None) -> Reading:
    """Read and check ``path`` as ``encounter``.

    Raises ``DataRefused`` where the file as a whole cannot be read, ``UsageError`` where encounter, mapping
    and format do not fit together.
    """
    if format not in (None, *FORMATS):
        raise UsageError(f"The format {format} is not read yet.", hint=f"Read so far: {', '.join(FORMATS)}.")
    kind = encounters.get(encounter)
    structure = survey(path)
    mapping = _fitting(mapping, kind, structure.header)
    findings = Findings()
    _say_what_is_known_already(structure, mapping, findings)
    gathered = _Gathered(kind, mapping, structure, findings)
    batches = read_rows(path, structure)
    # The next batch is parsed while this one is typed: Arrow works outside of Python's lock.
    with ThreadPoolExecutor(1) as ahead:
        coming = ahead.submit(next, batches, None)
        while (batch := coming.result()) is not None:
            coming = ahead.submit(next, batches, None)
            gathered.take(batch)
    return gathered.finish()


def _fitting(mapping: Mapping | None, encounter: Encounter, header: tuple[str, ...]) -> Mapping:
    """The mapping to read with; the file's own names where none is given."""
    if mapping is None:
        mapping = _by_own_names(encounter, header)
    if mapping.encounter.name != encounter.name:
        raise UsageError(
            f"The mapping is for {mapping.encounter.name}, not for {encounter.name}.",
            hint="Choose one of them.",
        )
    missing = mapping.missing(header)
    if missing:
        raise DataRefused(
            f"The file lacks columns that the mapping reads: {', '.join(map(shown, missing))}.",
            hint="Export them as well, or correct the mapping.",
        )
    held = {each.element.name for each in mapping.columns} | set(mapping.constants)
    lacking = [
        each.name for each in encounter.elements if each.required == "required" and each.name not in held
    ]
    if lacking:
        raise DataRefused(
            f"The file has no column for {', '.join(lacking)}, which every record needs.",
            hint=f"Add it, or map it: vernix check --as {encounter.name} --propose FILE -o mapping.toml",
        )
    return mapping


def _by_own_names(encounter: Encounter, header: tuple[str, ...]) -> Mapping:
    """The mapping of a file whose columns are called like the elements, at least half of them."""
    mapping = Mapping.of_elements(encounter, header)
    if 2 * len(mapping.columns) >= len(header):
        return mapping
    # If no name is known, the first line may be a record and no header: then nothing of it is shown.
    unknown = ", ".join(map(shown, unused_columns(mapping, header)[:_NAMES_SHOWN])) if mapping.columns else ""
    some = f"Only {len(mapping.columns)}" if mapping.columns else "None"
    raise DataRefused(
        f"{some} of the {len(header)} columns are elements of {encounter.name}"
        + (f"; not recognised: {unknown}." if unknown else "."),
        hint="If the first line names the columns, make a mapping: "
        f"vernix check --as {encounter.name} --propose FILE -o mapping.toml",
    )


def _say_what_is_known_already(structure: Structure, mapping: Mapping, findings: Findings) -> None:
    if structure.guessed:
        findings.add_to_file(sentences.guessed_encoding(structure.encoding))
    if not mapping.source:
        # A mapping chooses its columns on purpose; without one, a column that we do not know may be a
        # misspelling.
        for column in unused_columns(mapping, structure.header):
            findings.add_to_file(sentences.unknown_column(shown(column)))


def unused_columns(mapping: Mapping, header: tuple[str, ...]) -> tuple[str, ...]:
    """The columns of a file that ``mapping`` reads nothing from."""
    used = {each.column for each in mapping.columns}
    return tuple(column for column in header if column not in used)


@dataclass
class _Gathered:
    """The rows of a file so far: typed columns, and which rows have errors or warnings."""

    encounter: Encounter
    mapping: Mapping
    structure: Structure
    findings: Findings
    columns: list[TypedColumn] = field(default_factory=list)
    batches: list[pa.RecordBatch] = field(default_factory=list)
    hard: list[pa.BooleanArray] = field(default_factory=list)
    soft: list[pa.BooleanArray] = field(default_factory=list)
    ragged: int = 0

    def take(self, batch: RowBatch) -> None:
        """Type one batch and note its findings."""
        if batch.ragged:
            self.ragged += len(batch.ragged)
            rows = [row for row, _ in batch.ragged]
            self.findings.add(sentences.ragged(len(self.structure.header)), rows, len(rows))
        if not batch.cells.num_rows:
            return
        self.columns = self.columns or [self._column(each, batch) for each in self.mapping.columns]
        arrays: dict[str, pa.Array] = {}
        masks = {"error": pa.repeat(False, len(batch.rows)), "warning": pa.repeat(False, len(batch.rows))}
        cleared: dict[str, pa.BooleanArray] = {}
        for column in self.columns:
            outcome = column.apply(batch.cells.column(column.place))
            arrays[column.element.name] = outcome.values
            if outcome.cleared is not None:
                cleared[column.element.name] = outcome.cleared
            for name, mask in outcome.problems.items():
                kind = column.kind(name)
                masks[kind.severity] = pc.or_(masks[kind.severity], mask)
                self.findings.add(kind, _first_rows(batch.rows, mask), mask.true_count)
        for name, value in self.mapping.constants.items():
            arrays[name] = constant(self.encounter.element(name), value, len(batch.rows))
        ordered = [name for name in self.encounter.by_name if name in arrays]
        self.batches.append(
            pa.record_batch(
                [*(arrays[name] for name in ordered), batch.rows, _cleared(cleared, len(batch.rows))],
                names=[*ordered, ROW, CLEARED],
            )
        )
        self.hard.append(masks["error"])
        self.soft.append(masks["warning"])

    def finish(self) -> Reading:
        """Run the checks over all rows and leave out those with an error."""
        records = self._table()
        if not records.num_rows and not self.ragged:
            raise DataRefused(
                "The file has a header but no rows.",
                hint="Check that the export holds the records; if there are none, there is nothing to send.",
            )
        hard = pa.chunked_array(self.hard, pa.bool_())
        soft = pa.chunked_array(self.soft, pa.bool_())
        named = {each.element.name: shown(each.column) for each in self.mapping.columns}
        for check, rows in checking.broken(records.drop_columns([CLEARED]), self.encounter):
            kind = checking.kind_of(check, named)
            self.findings.add(kind, rows[:LISTED_PER_KIND].to_pylist(), len(rows))
            mask = pc.is_in(records.column(ROW), value_set=rows)
            if kind.severity == "error":
                hard = pc.or_(hard, mask)
            else:
                soft = pc.or_(soft, mask)
        rejected = pc.sum(hard).as_py() or 0
        warned = (pc.sum(pc.and_not(soft, hard)).as_py() or 0) if records.num_rows else 0
        kept = records.filter(pc.invert(hard)) if rejected else records
        counts = Counts(kept.num_rows, warned, rejected + self.ragged)
        unused = unused_columns(self.mapping, self.structure.header)
        return Reading(self.encounter, kept, self.findings, counts, unused)

    def _column(self, mapped: MappedColumn, first: RowBatch) -> TypedColumn:
        place = self.structure.header.index(mapped.column)
        bare = None
        if mapped.element.type == "gestation" and not mapped.unit:
            bare = bare_meaning(first.cells.column(place)[:_SETTLED_BY].to_pylist())
        kinds: dict[str, Kind] = {}

        def kind(problem: str) -> Kind:
            if problem not in kinds:
                kinds[problem] = sentences.problem(
                    problem, mapped.element, shown(mapped.column), pattern=mapped.format
                )
            return kinds[problem]

        return TypedColumn(mapped.element, place, mapped.column, mapped.reader(bare), kind, mapped.unknown)

    def _table(self) -> pa.Table:
        if self.batches:
            return pa.Table.from_batches(self.batches)
        held = {each.element.name for each in self.mapping.columns} | set(self.mapping.constants)
        fields = [(each.name, arrow_type(each)) for each in self.encounter.elements if each.name in held]
        return pa.schema([*fields, (ROW, pa.int64()), (CLEARED, pa.list_(pa.string()))]).empty_table()


def _first_rows(rows: pa.Array, mask: pa.BooleanArray) -> Iterator[int]:
    yield from rows.filter(mask)[:LISTED_PER_KIND].to_pylist()


def _cleared(masks: dict[str, pa.BooleanArray], rows: int) -> pa.Array:
    """For each row the names of the elements that it clears; mostly none."""
    if not masks:
        return pa.ListArray.from_arrays(
            pa.repeat(pa.scalar(0, pa.int32()), rows + 1), pa.array([], pa.string())
        )
    names: list[list[str]] = [[] for _ in range(rows)]
    for name, mask in masks.items():
        for place in pc.indices_nonzero(mask).to_pylist():
            names[place].append(name)
    return pa.array(names, pa.list_(pa.string()))
