"""Segments taken apart at once are those that are found one after another, and so are answers."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from vernix.intake.hl7.observations import Answers, Observation
from vernix.intake.hl7.rows import patients_of
from vernix.intake.hl7.segments import Lines, Segments

NAMES = ("MSH", "PID", "NK1", "OBX")
QUESTIONS = {"1-1": "1-1", "2-2": "2-2", "3-3": "2-2"}

fields = st.text("aé^~&\\ 1", max_size=5)
names = st.sampled_from([*NAMES, "ZZ1", "obx", "a line", "", "PIDX", "NK"])
lines = st.builds(lambda name, parts: "|".join([name, *parts]), names, st.lists(fields, max_size=6))
answers = st.builds(
    "OBX|1|{}|{}^q^LN^{}||{}|{}||{}|||{}".format,
    st.sampled_from(["NM", "CWE"]),
    st.sampled_from(["1-1", "2-2", "9-9"]),
    st.sampled_from(["", "3-3"]),
    fields,
    fields,
    fields,
    st.sampled_from(["F", "W", "X", "D", ""]),
)
texts = st.lists(st.lists(lines | answers, max_size=8).map("\r".join), max_size=6)


def one_by_one(text: str) -> list[list[str]]:
    """The segments of one text that are looked at."""
    parts = (line.split("|") for line in text.split("\r"))
    return [each for each in parts if each[0] in NAMES]


@given(texts)
def test_each_field_is_where_one_would_find_it(rows: list[str]) -> None:
    segments = Segments(Lines(rows), NAMES)
    for name in NAMES:
        first, last = (each(segments.named(name)) for each in (segments.first, segments.last))
        for index in range(8):
            for row, text in enumerate(rows):
                found = [each for each in one_by_one(text) if each[0] == name]
                for positions, segment in ((first, found[:1]), (last, found[-1:])):
                    expected = segment[0][index] if segment and index < len(segment[0]) else ""
                    assert segments.field(positions, index)[row].as_py() == expected


@given(texts)
def test_a_line_that_is_no_segment_is_known(rows: list[str]) -> None:
    known = ("MSH", "PID", "NK1", "OBX", "ZZ1", "")
    stray = {
        row for row, text in enumerate(rows) if any(p.split("|")[0] not in known for p in text.split("\r"))
    }
    blank_names = {row for row, text in enumerate(rows) if any(p.startswith("|") for p in text.split("\r"))}
    assert Lines(rows).stray == stray | blank_names


@given(texts, st.integers(0, 1))
def test_the_answers_of_a_question_are_those_of_its_segments(rows: list[str], nth: int) -> None:
    found = Answers(Segments(Lines(rows), NAMES), QUESTIONS)
    for question in ("1-1", "2-2"):
        read = found.texts(question, nth, "+".join)
        for row, text in enumerate(rows):
            told = [answer for part in one_by_one(text) if (answer := _answer(part, question)) is not None]
            expected = "+".join(told[nth]) if nth < len(told) else ""
            assert (read[row].as_py() if read is not None else "") == expected


def _answer(parts: list[str], question: str) -> Observation | None:
    """What one segment says to a question, as the standard describes it."""
    if parts[0] != "OBX" or len(parts) < 6:
        return None
    parts = [*parts, *[""] * 12]
    code, *others = parts[3].split("^")
    asked = QUESTIONS.get(code) or (QUESTIONS.get(others[2]) if len(others) > 2 else None)
    if asked != question or parts[11] == "X":
        return None
    value = '""' if parts[11] in ("D", "W") else parts[5]
    return Observation(parts[2], value, parts[6], parts[8])


def test_no_rows_are_no_rows() -> None:
    segments = Segments(Lines([]), NAMES)
    assert segments.first(segments.named("PID")) == pa.array([], pa.int32())
    assert len(segments.field(segments.named("PID"), 3)) == 0


def test_each_patient_keeps_the_header() -> None:
    assert patients_of("MSH|1\rPID|1\rOBX|1\rPID|2\rOBX|2") == ["MSH|1\rPID|1\rOBX|1", "MSH|1\rPID|2\rOBX|2"]
