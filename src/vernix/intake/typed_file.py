"""A file's rows as typed columns, one batch in memory at a time, as often as they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce

import pyarrow as pa
import pyarrow.compute as pc

from vernix.births.age import completed_years_of
from vernix.births.elements import Range, arrow_type
from vernix.births.encounter import Encounter
from vernix.births.gestation import bare_meaning
from vernix.intake import sentences
from vernix.intake.checking import ROW
from vernix.intake.findings import Kind, shown
from vernix.intake.mapping import MappedColumn, Mapping
from vernix.intake.ordered import in_order
from vernix.intake.source import RowBatch, Source
from vernix.intake.typed import TypedColumn, constant

CLEARED = "_cleared"
_SETTLED_BY = 20_000  # rows by which the meaning of a column's bare numbers is settled
_MOTHER, _CHILD, _AGE = "mother_birth_date", "birth_date", "mother_age"


@dataclass
class TypedBatch:
    """Some rows, typed.

    ``records`` has a column for each element that the file brings, ``_row`` and ``_cleared``; ``problems``
    the rows (masks) by what reading their cells met; ``unread`` those by element that hold what could not be
    read; ``lost`` the rows that are not among ``records`` because they cannot be any, and why.
    """

    records: pa.RecordBatch
    lost: Sequence[tuple[int, Kind]]
    problems: dict[Kind, pa.BooleanArray] = field(default_factory=dict)
    unread: dict[str, pa.BooleanArray] = field(default_factory=dict)


class TypedFile:
    """One file, read as one encounter with a mapping that fits it."""

    def __init__(self, source: Source, mapping: Mapping) -> None:
        self.encounter: Encounter = mapping.encounter
        self.mapping = mapping
        self.source = source
        self._columns: list[TypedColumn] = []
        held = {each.element.name for each in mapping.columns} | set(mapping.constants)
        self._ages = {_MOTHER, _CHILD} <= held and _AGE in self.encounter.by_name
        held |= {_AGE} if self._ages else set()
        self._ordered = [name for name in self.encounter.by_name if name in held]

    @property
    def schema(self) -> pa.Schema:
        """The columns of every batch."""
        fields = [(name, arrow_type(self.encounter.element(name))) for name in self._ordered]
        return pa.schema([*fields, (ROW, pa.int64()), (CLEARED, pa.list_(pa.string()))])

    @property
    def names(self) -> dict[str, str]:
        """The partner's names of the columns, by element."""
        return {each.element.name: shown(each.column) for each in self.mapping.columns}

    def batches(self) -> Iterator[TypedBatch]:
        """Parse and type the file from its beginning."""
        return in_order(self._parsed(), self._typed)

    def _parsed(self) -> Iterator[RowBatch]:
        """The batches as they are parsed. How columns are read is settled by the first that has rows."""
        for batch in self.source.batches():
            if len(batch.rows) and not self._columns:
                self._columns = [self._column(each, batch) for each in self.mapping.columns]
            yield batch

    def _typed(self, batch: RowBatch) -> TypedBatch:
        count = len(batch.rows)
        arrays: dict[str, pa.Array] = {}
        cleared: dict[str, pa.BooleanArray] = {}
        typed = TypedBatch(pa.RecordBatch.from_pylist([], self.schema), batch.lost)
        if not count:
            return typed
        for column in self._columns:
            said = batch.said_of(column.place)
            name, outcome = column.element.name, column.apply(batch.cells.column(column.place), said)
            arrays[name] = outcome.values
            if outcome.cleared is not None:
                cleared[name] = outcome.cleared
            unread = [mask for mask in (outcome.unread, said) if mask is not None]
            if unread:
                typed.unread[name] = reduce(pc.or_, unread)
            typed.problems |= {column.kind(problem): mask for problem, mask in outcome.problems.items()}
        typed.problems |= self._remarks(batch)
        for name, value in self.mapping.constants.items():
            arrays[name] = constant(self.encounter.element(name), value, count)
        if self._ages:
            said = [masks[_AGE] for masks in (cleared, typed.unread) if _AGE in masks]
            self._work_out_age(arrays, said, typed)
        columns = [*(arrays[name] for name in self._ordered), batch.rows, _cleared(cleared, count)]
        typed.records = pa.record_batch(columns, schema=self.schema)
        return typed

    def _remarks(self, batch: RowBatch) -> dict[Kind, pa.BooleanArray]:
        """What the format itself says of rows, and of cells that something is read from."""
        read = {column.place: column.element for column in reversed(self._columns)}
        found = {each.kind: each.rows for each in batch.remarks if each.place is None}
        for each in batch.remarks:
            element = read.get(each.place) if each.place is not None else None
            if element is not None and each.concerns(element):
                found[replace(each.kind, element=element.name)] = each.rows
        return found

    def _work_out_age(
        self, arrays: dict[str, pa.Array], said: Sequence[pa.BooleanArray], typed: TypedBatch
    ) -> None:
        """Fill a blank age of the mother from the two dates of birth; question it like one that was sent.

        Where ``said`` is true, something else than an age was sent. An impossible age is left blank: the
        check of the two dates (MOT-01) says what is wrong.
        """
        element = self.encounter.element(_AGE)
        sent = arrays.get(_AGE, pa.nulls(len(arrays[_CHILD]), arrow_type(element)))
        if not sent.null_count:
            arrays[_AGE] = sent
            return
        age = completed_years_of(arrays[_MOTHER], arrays[_CHILD])
        wanted = reduce(pc.and_not, said, pc.and_(sent.is_null(), _within(age, element.possible)))
        age = pc.if_else(wanted, age, pa.scalar(None, age.type))
        arrays[_AGE] = pc.coalesce(sent, age)
        odd = pc.and_not(wanted, _within(age, element.plausible))
        if odd.true_count:
            typed.problems[sentences.problem("implausible", element, self.names.get(_MOTHER, ""))] = odd

    def _column(self, mapped: MappedColumn, first: RowBatch) -> TypedColumn:
        place = self.source.header.index(mapped.column)
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


def _within(numbers: pa.Array, limits: Range | None) -> pa.BooleanArray:
    """Where a number is known and within its limits."""
    if limits is None:
        return numbers.is_valid()
    within = pc.and_(pc.greater_equal(numbers, limits.low), pc.less_equal(numbers, limits.high))
    return within.fill_null(False)


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
