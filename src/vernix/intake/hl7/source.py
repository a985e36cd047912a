"""A file of messages as a source: one row for each patient of each message."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from vernix.births import encounters
from vernix.births.codes import Words
from vernix.births.encounter import Encounter
from vernix.errors import UsageError
from vernix.intake.findings import Kind, Unit
from vernix.intake.hl7 import sentences
from vernix.intake.hl7.columns import Column, listed
from vernix.intake.hl7.framing import Envelope, Message, messages_of
from vernix.intake.hl7.patients import Patient, patient_of
from vernix.intake.hl7.places import READ, by_question, own_questions, standing
from vernix.intake.hl7.rows import Gathering, patients_of
from vernix.intake.hl7.values import UNKNOWN_UNIT
from vernix.intake.mapping import MappedColumn, Mapping
from vernix.intake.refusals import FileRefused
from vernix.intake.sentences import guessed_encoding
from vernix.intake.source import Remark, RowBatch, Source, text_batch

_ROWS = 2_000
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


class Hl7Source(Source):
    """One file. Raises ``FileRefused`` where it holds no message, or one without an end."""

    format = "hl7"
    media_type = "application/hl7-v2"
    unit = MESSAGES

    def __init__(self, path: Path) -> None:
        self._path = path
        self._survey = survey(path)
        held = self._survey.held
        self.encounter = max(held, key=lambda name: (held[name][0], -READ.index(name)), default=None)
        self._choose(self.encounter or READ[0])

    def mapping(self, encounter: Encounter) -> Mapping:
        """As the elements say where they stand. What is asked for here is what `batches` give."""
        if encounter.name not in READ:
            raise UsageError(f"HL7 messages hold no {encounter.name}.", hint=f"Say --as {' or '.join(READ)}.")
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
        reading = _Reading(self._chosen)
        row = 0
        for message in messages_of(self._path):
            if not message.number:
                continue
            for text in _patients(message):
                row += 1
                reading.take(row, text)
            if reading.full:
                yield reading.batch()
        if reading.begun:
            yield reading.batch()

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


def survey(path: Path) -> Survey:
    """Look through a whole file. Raises ``FileRefused`` where it holds no message."""
    found = Survey()
    row = 1
    for message in messages_of(path):
        found.envelope.take(message)
        found.guessed = found.guessed or message.guessed
        found.messages = message.number
        if not message.number:
            continue
        texts = _patients(message)
        for text in texts:
            for name in _judged(text).encounters:
                found.held.setdefault(name, [0, message.number])[0] += 1
        if len(texts) > 1:
            more = found.several[-1][1] if found.several else 0
            found.several.append((row, more + len(texts) - 1))
        row += len(texts)
    if not found.messages:
        raise FileRefused(
            Words("The file holds no message.", "Le fichier ne contient aucun message."),
            Words(
                "Check that each message begins with MSH on a line of its own.",
                "Vérifiez que chaque message commence par MSH sur sa propre ligne.",
            ),
        )
    return found


def _patients(message: Message) -> Sequence[str]:
    return patients_of(message.text) if message.text is not None else ("",)


def _judged(text: str) -> Patient:
    return patient_of(text) if text else Patient(refused=sentences.DELIMITERS)


class _Reading:
    """The rows of one batch as they come together."""

    def __init__(self, encounter: str) -> None:
        stands = standing(encounter)
        self._encounter = encounter
        self._gathering = Gathering(stands, by_question(encounter), own_questions(encounter))
        self._columns = [Column(each) for each in stands]
        self._begin()

    def _begin(self) -> None:
        self._rows: list[int] = []
        self._texts: list[tuple[str, bool]] = []
        self._lost: list[tuple[int, Kind]] = []

    def take(self, row: int, text: str) -> None:
        """Keep a row that is of the encounter, and say why another is of none."""
        patient = _judged(text)
        if patient.refused is not None:
            self._lost.append((row, patient.refused))
        elif self._encounter in patient.encounters:
            self._rows.append(row)
            self._texts.append((text, patient.is_mother))

    @property
    def full(self) -> bool:
        """Whether a batch has come together."""
        return len(self._rows) + len(self._lost) >= _ROWS

    @property
    def begun(self) -> bool:
        """Whether there is anything to give."""
        return bool(self._rows or self._lost)

    def batch(self) -> RowBatch:
        """What came together since the last."""
        found = self._gathering.gather(self._texts)
        mothers = [mother for _, mother in self._texts]
        lists = listed(found)
        texts = [column.texts(found, mothers, lists) for column in self._columns]
        remarks = [*self._of_rows(found.stray)]
        for place, column in enumerate(self._columns):
            remarks += _of_units(place, column.name, texts[place])
        batch = RowBatch(
            text_batch(texts), pa.array(self._rows, pa.int64()), tuple(self._lost), tuple(remarks)
        )
        self._begin()
        return batch

    def _of_rows(self, stray: set[int]) -> Iterator[Remark]:
        if stray:
            yield Remark(sentences.STRAY, pa.array([row in stray for row in range(len(self._rows))]))
        tests = [_is_for_tests(text) for text, _ in self._texts]
        if any(tests):
            yield Remark(sentences.FOR_TESTS, pa.array(tests))


def _is_for_tests(text: str) -> bool:
    fields = text.split("|", 11)
    return len(fields) > 10 and fields[10][:1] in ("T", "D")


def _of_units(place: int, column: str, texts: list[str]) -> Iterator[Remark]:
    """Take away the figures whose unit is none, and say where they stood."""
    if UNKNOWN_UNIT in texts:
        wrong = [text == UNKNOWN_UNIT for text in texts]
        texts[:] = ["" if text == UNKNOWN_UNIT else text for text in texts]
        yield Remark(sentences.unit(column), pa.array(wrong), place)
