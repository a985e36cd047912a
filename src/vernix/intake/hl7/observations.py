"""The answers of messages (OBX), by the question that they answer: still as they were written."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from vernix.intake.hl7.encoding import CLEAR_MARK
from vernix.intake.hl7.segments import Segments, by_row

QUESTION, VALUE = 3, 5
"""Where they stand among the parts of an OBX; below, the others."""
_KIND, _UNIT, _FLAG, _STATUS = 2, 6, 8, 11
_WITHDRAWN = pa.array(["D", "W"])
_NOT_OBTAINED = "X"


class Observation(NamedTuple):
    """One answer: the kind of its value (OBX-2), the value, its unit (OBX-6) and its flag (OBX-8)."""

    kind: str
    value: str
    unit: str
    flag: str


class Answers:
    """The answers of some rows to the questions that are asked for.

    ``questions`` gives for each LOINC code the question that it asks. ``positions`` are the segments that
    answer one, ``kept`` those of them that hold what was found.
    """

    def __init__(self, segments: Segments, questions: Mapping[str, str]) -> None:
        self._segments = segments
        self._numbers = {name: number for number, name in enumerate(dict.fromkeys(questions.values()))}
        obx = segments.longer_than(segments.named("OBX"), VALUE)
        asking = {code: self._numbers[name] for code, name in questions.items()}
        numbers = asked(segments.field(obx, QUESTION), asking)
        self.positions, self._asked = obx.filter(numbers.is_valid()), numbers.drop_null()
        status = segments.field(self.positions, _STATUS)
        obtained = pc.not_equal(status, _NOT_OBTAINED)
        self.kept, self._question = self.positions.filter(obtained), self._asked.filter(obtained)
        self._rows = segments.row.take(self.kept)
        self._texts = self._written(pc.is_in(status.filter(obtained), value_set=_WITHDRAWN))
        self._there = set(pc.unique(self._question).to_pylist())

    def of(self, questions: Collection[str]) -> pa.Array:
        """The positions of the segments that answer one of some questions, even if nothing was found."""
        numbers = [number for name, number in self._numbers.items() if name in questions]
        return self.positions.filter(pc.is_in(self._asked, value_set=pa.array(numbers, pa.int32())))

    def texts(
        self, question: str | None, nth: int, read: Callable[[Observation], str]
    ) -> pa.StringArray | None:
        """What was found for each row, read by ``read``: of the answers that are not blank the ``nth``; None
        where nobody answered."""
        found = self._found(question)
        if found is None:
            return None
        encoded = found[1].dictionary_encode()
        meant = [read(Observation(*text.split("|"))) for text in encoded.dictionary.to_pylist()]
        texts = pa.array(meant, pa.string()).take(encoded.indices)
        says = pc.not_equal(texts, "")
        rows, texts = found[0].filter(says), texts.filter(says)
        for _ in range(nth):
            later = _later(rows)
            rows, texts = rows.filter(later), texts.filter(later)
        return by_row(rows[::-1], texts[::-1], self._segments.rows).fill_null("")

    def values(self, question: str) -> Iterator[tuple[int, str]]:
        """Row and value of each answer to one question."""
        rows, texts = self._found(question) or ((), ())
        for row, text in zip(rows, texts, strict=True):
            yield row.as_py(), text.as_py().split("|")[1]

    def _found(self, question: str | None) -> tuple[pa.Array, pa.StringArray] | None:
        number = self._numbers.get(question or "")
        if number is None or number not in self._there:
            return None
        chosen = pc.equal(self._question, number)
        return self._rows.filter(chosen), self._texts.filter(chosen)

    def _written(self, withdrawn: pa.BooleanArray) -> pa.StringArray:
        """The parts of each answer in one text; one that was withdrawn takes away what was said."""
        value = self._segments.field(self.kept, VALUE)
        value = pc.if_else(withdrawn, CLEAR_MARK, value)
        others = (self._segments.field(self.kept, index) for index in (_UNIT, _FLAG))
        return pc.binary_join_element_wise(self._segments.field(self.kept, _KIND), value, *others, "|")


def _later(rows: pa.Array) -> pa.BooleanArray:
    """Of rows in order, which are not the first of their number."""
    if not len(rows):
        return pa.array([], pa.bool_())
    return pa.concat_arrays([pa.array([False]), pc.equal(rows.slice(1), rows.slice(0, len(rows) - 1))])


def asked(questions: pa.StringArray, asking: Mapping[str, int]) -> pa.Int32Array:
    """The number of what each text (OBX-3) asks, by its code or its other code; null where nobody asks it."""
    encoded = questions.dictionary_encode()
    codes = ([part.strip() for part in text.split("^", 4)] for text in encoded.dictionary.to_pylist())
    numbers = [asking.get(each[0], asking.get(each[3]) if len(each) > 3 else None) for each in codes]
    return pa.array(numbers, pa.int32()).take(encoded.indices)
