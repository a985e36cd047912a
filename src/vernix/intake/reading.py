"""Read a partner's file: records that may be kept, and findings about the rest.

One path for every sender and both sides of the exchange: what ``vernix check`` says at the hospital is what
the registry says later. The file is parsed, typed and checked batch by batch, in flat memory but for the few
columns in which its rows are compared with each other. Rows with an error are left out; the others are given
batch by batch as well, from a second reading where the file is large: no row is ever written anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Mapping as ReadOnly
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import count
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from vernix.births import encounters
from vernix.births.checks import Check
from vernix.births.codes import Words
from vernix.births.encounter import Encounter
from vernix.intake import checking, sentences
from vernix.intake.checking import ROW
from vernix.intake.findings import Counts, Finding, Findings, Kind, each_finding, shown
from vernix.intake.fitting import fitting, unused_columns
from vernix.intake.formats import open_source
from vernix.intake.mapping import Mapping
from vernix.intake.overriding import OVERRIDE, Overrides, confirmed
from vernix.intake.recognising import better_than
from vernix.intake.refusals import FileRefused
from vernix.intake.source import Source
from vernix.intake.typed_file import CLEARED, TypedBatch, TypedFile

_ASKED = 150_000  # rows about which the engine is asked at once
_KEPT = 8 << 20  # bytes of typed rows; a file with more is read a second time for its records


@dataclass(frozen=True)
class Reading:
    """What a file holds.

    ``unused`` are the file's columns that nothing was read from; ``overrides`` which warnings were confirmed.
    """

    encounter: Encounter
    source: Source
    findings: Findings
    counts: Counts
    unused: tuple[str, ...]
    overrides: Overrides
    _rows: _Rows

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The accepted rows, in order and in flat memory: a large file is read again for them.

        A typed column for each element the file brought, ``_row`` (int64, its number in the file) and
        ``_cleared`` (list of names of elements to clear; a null value that is not named there means
        "unchanged").

        Raises ``FileRefused`` where the file changed since it was read.
        """
        return self._rows.chosen(rejected=False)

    def refused(self) -> Iterator[pa.RecordBatch]:
        """The rows that are not in `batches`, in the same manner: what of them could be read.

        A row whose cells do not fit its header is in neither.
        """
        return self._rows.chosen(rejected=True)

    def judged(self) -> Iterator[tuple[bool, list[Finding]]]:
        """For row after row of the file, as many as are asked for: whether it is accepted, and what was found
        on it as far as that was kept. Raises as `batches` does."""
        kept = (row for batch in self.batches() for row in batch.column(ROW).to_pylist())
        said = (finding for finding, _ in each_finding(self.findings.causes(), self.source.place))
        next_kept = next(kept, None)
        next_said = next((each for each in said if each.row is not None), None)
        for row in count(1):
            found: list[Finding] = []
            while next_said is not None and next_said.row == row:
                found.append(next_said)
                next_said = next(said, None)
            accepted = next_kept == row
            next_kept = next(kept, None) if accepted else next_kept
            yield accepted, found

    @cached_property
    def records(self) -> pa.Table:
        """All of `batches` as one table, for a file of moderate size."""
        return pa.Table.from_batches(self.batches(), self._rows.file.schema)

    @property
    def names(self) -> dict[str, str]:
        """The partner's names of the columns, by element."""
        return self._rows.file.names

    def questioned(self, kind: Kind, rows: pa.Int64Array) -> Reading:
        """This reading with one more warning (``kind``) about accepted rows, by their numbers in order."""
        return replace(self, counts=self._rows.question(kind, rows))


def read(path: Path, encounter: str, mapping: Mapping | None = None, *, format: str | None = None) -> Reading:
    """Read and check ``path`` as ``encounter``.

    Raises ``FileRefused`` where the file as a whole cannot be read, ``UsageError`` where encounter, mapping
    and format do not fit together.
    """
    return read_source(open_source(path, format, mapping, encounter=encounter), encounter, mapping)


def read_source(source: Source, encounter: str, mapping: Mapping | None = None) -> Reading:
    """Read and check a file that is open already. Raises as `read` does."""
    kind = encounters.get(encounter)
    mapping = fitting(mapping, kind, source)
    findings = Findings(source.place)
    _say_what_is_known_already(source, mapping, findings)
    rows = _Rows(TypedFile(source, mapping), findings)
    counts = rows.judge()
    return Reading(
        kind, source, findings, counts, unused_columns(mapping, source.header), rows.overrides, rows
    )


def _say_what_is_known_already(source: Source, mapping: Mapping, findings: Findings) -> None:
    for kind in source.remarks:
        findings.add_to_file(kind)
    key = mapping.encounter.record_key
    if key not in {each.element.name for each in mapping.columns}:
        findings.add_to_file(sentences.no_record_key(mapping.encounter.element(key)))
    if mapping.by_own_names:
        # A mapping chooses its columns on purpose; without one, a column that we do not know may be a
        # misspelling.
        for column in unused_columns(mapping, source.header):
            findings.add_to_file(sentences.unknown_column(shown(column)))
        fitting_better = better_than(mapping.encounter, source.header)
        if fitting_better is not None:
            findings.add_to_file(sentences.other_columns(mapping.encounter, fitting_better))


class _Rows:
    """The rows of a file: which of them have errors or warnings, and those that have none once more."""

    def __init__(self, file: TypedFile, findings: Findings) -> None:
        self.file = file
        self._findings = findings
        self._compared = _Compared(file)
        compared = checking.asked(file.encounter, "across")
        self.overrides = Overrides(file.encounter, [check.code for check in compared])
        self._lost = 0
        self._hard: list[pa.BooleanArray] = []
        self._soft: list[pa.BooleanArray] = []
        self._kept: list[pa.RecordBatch] | None = []

    def judge(self) -> Counts:
        """Look at every row, by itself and beside the others."""
        with checking.Checker(self.file.encounter) as checker:
            for together in _together(self.file.batches()):
                broken = _broken(together, checker)
                for typed in together:
                    self._take(typed, [(check, _among(numbers, typed)) for check, numbers in broken])
                together.clear()
                pa.default_memory_pool().release_unused()
            hard, soft = (pa.chunked_array(masks, pa.bool_()) for masks in (self._hard, self._soft))
            self.overrides.whole_file()
            for kind, rows in self._compared.broken(checker):
                mask = pc.is_in(self._compared.rows, value_set=self._say(kind, rows))
                hard, soft = (
                    (pc.or_(hard, mask), soft) if kind.severity == "error" else (hard, pc.or_(soft, mask))
                )
        if not len(hard) and not self._lost:
            raise FileRefused(
                Words("The file has a header but no rows.", "Le fichier a un en-tête mais aucune ligne."),
                Words(
                    "Check that the export holds the records; if there are none, there is nothing to send.",
                    "Vérifiez que l’exportation contient les dossiers ; s’il n’y en a pas, il n’y a rien à "
                    "envoyer.",
                ),
            )
        self._hard, self._soft = [], []
        self._rejected = hard.combine_chunks()
        self._warned = pc.and_not(soft, hard).combine_chunks()
        return self._counts()

    def question(self, kind: Kind, rows: pa.Int64Array) -> Counts:
        """Warn of accepted rows once more, and count anew."""
        mask = pc.is_in(self._compared.rows, value_set=self._say(kind, rows)).combine_chunks()
        self._warned = pc.or_(self._warned, mask)
        return self._counts()

    def _counts(self) -> Counts:
        rejected = self._rejected.true_count
        return Counts(len(self._rejected) - rejected, self._warned.true_count, rejected + self._lost)

    def chosen(self, *, rejected: bool) -> Iterator[pa.RecordBatch]:
        """The rows with errors, or those without, from memory if they are few, else from the file."""
        again = self._kept if self._kept is not None else (each.records for each in self.file.batches())
        seen = 0
        for records in again:
            wrong = self._rejected[seen : seen + records.num_rows]
            seen += records.num_rows
            if len(wrong) < records.num_rows:
                break
            if kept := records.filter(wrong if rejected else pc.invert(wrong)):
                yield kept
        if seen != len(self._rejected):
            raise FileRefused(
                Words("The file changed while it was read.", "Le fichier a changé pendant qu’il était lu."),
                Words("Try again when nobody writes to it.", "Réessayez quand personne n’y écrit."),
            )

    def _take(self, typed: TypedBatch, broken: Sequence[tuple[Check, pa.Int64Array]]) -> None:
        """Note the findings of one batch, and what the whole file will be asked for."""
        self._lost += len(typed.lost)
        for row, kind in typed.lost:
            self._findings.add(kind, [row], 1)
        records = typed.records
        if not records.num_rows:
            return
        rows = records.column(ROW)
        masks = {severity: pa.repeat(False, len(rows)) for severity in ("error", "warning")}
        some: dict[str, list[pa.Int64Array]] = {severity: [] for severity in masks}
        for kind, wrong in self.overrides.take(records, self.file.names.get(OVERRIDE)):
            some[kind.severity].append(self._say(kind, wrong))
        for kind, mask in typed.problems.items():
            standing = self._say(kind, rows.filter(mask))
            if len(standing) == mask.true_count:
                masks[kind.severity] = pc.or_(masks[kind.severity], mask)
            else:
                some[kind.severity].append(standing)
        unread = {name: rows.filter(mask) for name, mask in typed.unread.items()}
        for check, numbers in broken:
            if len(known := _known(check, numbers, unread)):
                kind = checking.kind_of(check, self.file.names)
                some[kind.severity].append(self._say(kind, known))
        for severity, mask in masks.items():
            if some[severity]:
                found = pc.is_in(rows, value_set=pa.concat_arrays(some[severity]))
                masks[severity] = pc.or_(mask, found)
        self._hard.append(masks["error"])
        self._soft.append(masks["warning"])
        self._compared.take(typed)
        self._keep(records)

    def _say(self, kind: Kind, rows: pa.Int64Array) -> pa.Int64Array:
        """Count what was found in some rows; returns those of which it was not confirmed."""
        standing, settled = self.overrides.standing(kind, rows)
        for said, some in ((kind, standing), (confirmed(kind), settled)):
            if len(some):
                self._findings.add(said, some[: self._findings.room(said)].to_pylist(), len(some))
        return standing

    def _keep(self, records: pa.RecordBatch) -> None:
        """Hold on to the rows of a small file, so that it is read once."""
        if self._kept is not None:
            self._kept.append(records)
            if sum(each.nbytes for each in self._kept) > _KEPT:
                self._kept = None


class _Compared:
    """What is compared across the rows of a file: a few columns of all of them."""

    def __init__(self, file: TypedFile) -> None:
        self._file = file
        compared = checking.compared(file.encounter)
        self._columns = [name for name in file.schema.names if name in compared] + [ROW]
        self._batches: list[pa.RecordBatch] = []
        self._unread: dict[str, list[pa.Int64Array]] = {name: [] for name in compared}

    @property
    def rows(self) -> pa.ChunkedArray:
        """The numbers of all rows."""
        return pa.chunked_array([batch.column(ROW) for batch in self._batches], pa.int64())

    def take(self, typed: TypedBatch) -> None:
        """Hold on to what is compared."""
        self._batches.append(typed.records.select(self._columns))
        for name in self._unread.keys() & typed.unread.keys():
            self._unread[name].append(typed.records.column(ROW).filter(typed.unread[name]))

    def broken(self, checker: checking.Checker) -> Iterator[tuple[Kind, pa.Int64Array]]:
        """The rows that break a check beside others, by kind of finding."""
        if not self._batches:
            return
        unread = {name: pa.concat_arrays(rows) for name, rows in self._unread.items() if rows}
        pa.default_memory_pool().release_unused()  # the engine has its own memory
        for check, numbers in checker.across(pa.Table.from_batches(self._batches)):
            if len(rows := _known(check, numbers, unread)):
                yield checking.kind_of(check, self._file.names), rows


def _together(batches: Iterator[TypedBatch]) -> Iterator[list[TypedBatch]]:
    """Several batches at a time, as many as the engine is asked about at once."""
    waiting: list[TypedBatch] = []
    for typed in batches:
        waiting.append(typed)
        if sum(each.records.num_rows for each in waiting) >= _ASKED:
            yield waiting
            waiting = []
    if waiting:
        yield waiting


def _broken(together: Sequence[TypedBatch], checker: checking.Checker) -> list[tuple[Check, pa.Int64Array]]:
    """The checks that rows break by themselves, and which rows."""
    records = [typed.records for typed in together if typed.records.num_rows]
    if not records:
        return []
    return list(checker.within(pa.Table.from_batches(records).drop_columns([CLEARED])))


def _among(numbers: pa.Int64Array, typed: TypedBatch) -> pa.Int64Array:
    """Those of some rows that are in a batch; numbers ascend through the file."""
    rows = typed.records.column(ROW)
    if not len(rows):
        return rows
    within = pc.and_(pc.greater_equal(numbers, rows[0]), pc.less_equal(numbers, rows[-1]))
    return numbers.filter(within)


def _known(check: Check, rows: pa.Int64Array, unread: ReadOnly[str, pa.Int64Array]) -> pa.Int64Array:
    """Those rows of which all was read that a check looks at: of what could not be read, enough was said."""
    for name in check.elements:
        if name in unread:
            rows = rows.filter(pc.invert(pc.is_in(rows, value_set=unread[name])))
    return rows
