"""A file of messages as a source: one row for each patient of each message."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from vernix.births import encounters
from vernix.births.codes import Words
from vernix.births.encounter import Encounter
from vernix.intake.findings import Kind, Unit
from vernix.intake.hl7 import sentences
from vernix.intake.hl7.columns import Column, listed
from vernix.intake.hl7.framing import Envelope
from vernix.intake.hl7.patients import as_named
from vernix.intake.hl7.places import RECOGNISED, standing
from vernix.intake.hl7.rows import Gathered, looked_at
from vernix.intake.hl7.segments import Lines, Segments
from vernix.intake.hl7.sheaves import Sheaf, Sheaves
from vernix.intake.hl7.values import UNKNOWN_UNIT
from vernix.intake.mapping import MappedColumn, Mapping
from vernix.intake.refusals import FileRefused
from vernix.intake.sentences import guessed_encoding
from vernix.intake.source import Remark, RowBatch, Source, text_batch

_LANE = 10
MESSAGES = Unit(Words("message", "message"), Words("messages", "messages"))


@dataclass
class Survey:
    """What a file holds, found out before a row is given.

    ``held`` says for each encounter how many patients have a record of it, and in which message the first
    stands. ``several`` are the rows at which a message of several patients begins, and how many rows more
    than messages there are from there on.
    """

    messages: int = 0
    held: dict[str, list[int]] = field(default_factory=dict)
    several: list[tuple[int, int]] = field(default_factory=list)
    envelope: Envelope = field(default_factory=Envelope)
    guessed: str | None = None
    _rows: int = 0

    def take(self, sheaf: Sheaf) -> None:
        """Look at the next messages."""
        patients = iter(sheaf.patients)
        for message, count in zip(sheaf.messages, sheaf.counts, strict=True):
            self.envelope.take(message)
            self.guessed = self.guessed or message.guessed
            self.messages = message.number
            for patient in islice(patients, count):
                for name in patient.encounters:
                    self.held.setdefault(name, [0, message.number])[0] += 1
            if count > 1:
                more = self.several[-1][1] if self.several else 0
                self.several.append((self._rows + 1, more + count - 1))
            self._rows += count


class Hl7Source(Source):
    """One file. Raises ``FileRefused`` where it holds no message, or one without an end."""

    format = "hl7"
    media_type = "application/hl7-v2"
    unit = MESSAGES

    def __init__(self, path: Path) -> None:
        self._sheaves = Sheaves(path)
        self._survey = survey(self._sheaves)
        held = self._survey.held
        self.encounter = max(held, key=lambda name: (held[name][0], -RECOGNISED.index(name)), default=None)
        self._choose(self.encounter or RECOGNISED[0])

    def mapping(self, encounter: Encounter) -> Mapping:
        """As the elements say where they stand. What is asked for here is what `batches` give."""
        self._choose(encounter.name)
        columns = (MappedColumn(each.element, each.column) for each in standing(encounter.name))
        return Mapping(encounter, tuple(columns), {})

    def _choose(self, encounter: str) -> None:
        self._chosen = encounter
        self.header = tuple(each.column for each in standing(encounter))
        self.remarks = tuple(self._said_of_the_file())

    def place(self, row: int) -> Words:
        """``message 3``, and which of its patients where it has several."""
        at = bisect_right(self._survey.several, (row, 1 << 62)) - 1
        first, more = self._survey.several[at] if at >= 0 else (0, 0)
        before = self._survey.several[at - 1][1] if at > 0 else 0
        if at < 0 or row > first + more - before:
            return self.unit.place(row - more)
        place, patient = self.unit.place(first - before), row - first + 1
        return Words(f"{place.en}, patient {patient}", f"{place.fr}, patient {patient}")

    def batches(self) -> Iterator[RowBatch]:
        """The patients of the encounter that is read, in order; the others are counted, not given."""
        reader = _Reader(self._chosen)
        first, given = 1, False
        for sheaf in self._sheaves:
            batch = reader.batch(sheaf, first)
            if len(batch.rows) or batch.lost:
                yield batch
                given = True
            first += len(sheaf.texts)
        if not given:
            raise self._none_of_it()

    def _none_of_it(self) -> FileRefused:
        """Why a file without a row of what it is read as is refused: what it holds instead."""
        held = sorted(self._survey.held, key=RECOGNISED.index)
        return sentences.other_kind(encounters.get(self._chosen), [encounters.get(name) for name in held])

    def _said_of_the_file(self) -> Iterator[Kind]:
        found = self._survey
        if found.guessed is not None:
            yield guessed_encoding(found.guessed)
        if found.envelope.wrong:
            yield sentences.COUNT
        if found.envelope.cut_off:
            yield sentences.CUT_OFF
        for name, (patients, first) in sorted(found.held.items()):
            if name not in (self._chosen, "patient_profile"):
                yield sentences.other_encounter(encounters.get(name), patients, first)


def survey(sheaves: Iterable[Sheaf]) -> Survey:
    """Look through a whole file. Raises ``FileRefused`` where it holds no message."""
    found = Survey()
    for sheaf in sheaves:
        found.take(sheaf)
    if not found.messages:
        raise FileRefused(
            Words("The file holds no message.", "Le fichier ne contient aucun message."),
            Words(
                "Check that each message begins with MSH on a line of its own.",
                "Vérifiez que chaque message commence par MSH sur sa propre ligne.",
            ),
        )
    return found


class _Reader:
    """Reads sheaves as one encounter."""

    def __init__(self, encounter: str) -> None:
        stands = standing(encounter)
        self._names = looked_at(stands)
        self._encounter = encounter
        self._columns = [Column(each) for each in stands]

    def batch(self, sheaf: Sheaf, first: int) -> RowBatch:
        """The rows of a sheaf, whose first text is of row ``first``: those of the encounter, and why others
        are of none."""
        segments = Segments(sheaf.lines, self._names)
        patients = as_named(self._encounter, sheaf.texts, segments, sheaf.patients)
        chosen = [row for row, each in enumerate(patients) if self._encounter in each.encounters]
        lost = [(first + row, each.refused) for row, each in enumerate(patients) if each.refused is not None]
        lines = sheaf.lines
        if len(chosen) < len(patients):
            lines = Lines([sheaf.texts[row] for row in chosen])
            segments = Segments(lines, self._names)
        mothers = pa.array([patients[row].is_mother for row in chosen], pa.bool_())
        found = Gathered(segments, mothers, self._encounter)
        lists = listed(found)
        texts = [column.texts(found, lists) for column in self._columns]
        remarks = [*_of_rows(lines, found)]
        for place, column in enumerate(self._columns):
            if (wrong := pc.equal(texts[place], UNKNOWN_UNIT)).true_count:
                texts[place] = pc.if_else(wrong, "", texts[place])
                remarks.append(Remark(sentences.unit(column.name), wrong, place))
        rows = pa.array([first + row for row in chosen], pa.int64())
        return RowBatch(text_batch(texts), rows, tuple(lost), tuple(remarks))


def _of_rows(lines: Lines, found: Gathered) -> Iterator[Remark]:
    if lines.stray:
        yield Remark(sentences.STRAY, pa.array([row in lines.stray for row in range(lines.rows)]))
    lanes = found.field("MSH", _LANE)
    tests = pa.array([text[:1] in ("T", "D") for text in lanes.texts], pa.bool_())
    if tests.true_count:
        yield Remark(sentences.FOR_TESTS, tests.take(lanes.indices))
