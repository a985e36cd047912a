"""The fields and answers of one encounter, gathered from messages column by column.

Nothing is understood here: fields are text with their delimiters, and answers are found by what they ask.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from vernix.intake.hl7.codes import PANELS
from vernix.intake.hl7.observations import Answers, asked
from vernix.intake.hl7.places import Standing, by_question, own_questions
from vernix.intake.hl7.segments import Segments

MOTHERS = frozenset({"MTH", "MOTHER", "NMTH", "MOM", "BIRTH MOTHER", "NATURAL MOTHER", "MERE", "MÈRE"})
"""How a next of kin is called who is the mother (table 0063, and what others write)."""
_RELATION, _ORDERED = 3, 4
_ORDERS = ("ORC", "OBR")


def patients_of(message: str) -> list[str]:
    """A message as one text for each of its patients, each with the message's own header."""
    if message.count("\rPID|") < 2:
        return [message]
    head, *parts = message.split("\rPID|")
    header = message.partition("\r")[0]
    return [f"{head if not number else header}\rPID|{part}" for number, part in enumerate(parts)]


def is_mother(relation: str) -> bool:
    """Whether a relation (NK1-3) says the mother, as a code or in words."""
    return any(word.strip().upper() in MOTHERS for word in relation.split("^"))


Repetitions = list[list[str]]
"""A field, divided: for each repetition its components."""


class Field(NamedTuple):
    """What stands in one field of some rows: each ``texts`` that occurs, divided, and which one a row has
    (``indices``)."""

    indices: pa.Int32Array
    texts: Sequence[str]
    divided: Sequence[Repetitions]


class Gathered:
    """What some rows hold of one encounter; ``mothers`` says of each whether its patient is a mother."""

    def __init__(self, segments: Segments, mothers: pa.BooleanArray, encounter: str) -> None:
        self.rows = segments.rows
        self.mothers = mothers
        self.answers = Answers(segments, by_question(encounter))
        self._segments = segments
        self._encounter = encounter
        self._places: dict[str, pa.Array] = {}
        self._fields: dict[tuple[str, int], Field] = {}

    def field(self, segment: str, index: int) -> Field:
        """What stands at an index of a segment (``PID``, ``PID:MTH``, ``NK1:MTH``)."""
        if segment not in self._places:
            self._places[segment] = self._place(segment)
        if (segment, index) not in self._fields:
            found = self._segments.field(self._places[segment], index).dictionary_encode()
            texts = found.dictionary.to_pylist()
            divided = [[each.split("^") for each in text.split("~")] for text in texts]
            self._fields[segment, index] = Field(found.indices, texts, divided)
        return self._fields[segment, index]

    def _place(self, segment: str) -> pa.Array:
        """The segment of each row that is meant: the first of its name, unless there is a reason."""
        segments = self._segments
        if segment in ("PID", "PID:MTH"):
            theirs = self.mothers if segment == "PID:MTH" else pc.invert(self.mothers)
            return pc.if_else(theirs, segments.first(segments.named("PID")), _NOWHERE)
        if segment == "NK1:MTH":
            return segments.first(_mothers(segments))
        if segment == "OBX":
            return segments.first(self.answers.kept)
        if segment in _ORDERS:
            return self._order(segments.named(segment))
        return segments.first(segments.named(segment))

    def _order(self, orders: pa.Array) -> pa.Array:
        """The order over the first answer of this encounter's own, or of its panel; else the last."""
        segments = self._segments
        answers = self.answers.of(own_questions(self._encounter))
        under = pc.coalesce(segments.first(answers), segments.first(_panels(segments, self._encounter)))
        before = pc.less_equal(orders, under.take(segments.row.take(orders))).fill_null(True)
        over = segments.last(orders.filter(before))
        return pc.coalesce(over, segments.first(orders.filter(pc.invert(before))))


_NOWHERE = pa.scalar(None, pa.int32())


def _mothers(segments: Segments) -> pa.Array:
    kin = segments.named("NK1")
    relations = segments.field(kin, _RELATION).dictionary_encode()
    mothers = pa.array([is_mother(each) for each in relations.dictionary.to_pylist()], pa.bool_())
    return kin.filter(mothers.take(relations.indices))


def _panels(segments: Segments, encounter: str) -> pa.Array:
    """The orders (OBR) of the encounter's own panels."""
    orders = segments.named("OBR")
    numbers = asked(
        segments.field(orders, _ORDERED), {code: 0 for code, of in PANELS.items() if of == encounter}
    )
    return orders.filter(numbers.is_valid())


def looked_at(standing: Iterable[Standing]) -> frozenset[str]:
    """The names of the segments in which the elements of an encounter stand."""
    return frozenset({"MSH", "OBX", *(place.segment[:3] for each in standing for place in each.places)})
