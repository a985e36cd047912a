"""A message becomes rows, one for each patient; their fields are gathered column by column.

Only the segments and fields that an element stands at are looked at. Nothing is understood here: fields are
text with their delimiters, and observations are found by what they ask.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from vernix.intake.hl7.places import Standing

MOTHERS = frozenset({"MTH", "MOTHER", "NMTH", "MOM"})
"""How a next of kin is called who is the mother (table 0063, and what others write)."""
KIND, VALUE, UNIT, FLAG, STATUS, TOLD_AT = 2, 5, 6, 8, 11, 14
"""Where the fields of an observation stand among its parts."""
Observation = list[str]
"""One answer: the parts of its segment (OBX), at least to its value."""

_WITHDRAWN = ("D", "W")
_NOT_OBTAINED = "X"
_STATED_IN = ("ORC", "OBR")


@dataclass
class Gathered:
    """The fields of some rows: by segment and index one text for each row, and by question its answers.

    An answer stands with its row, in their order. ``stray`` are rows with a line that is no segment.
    """

    count: int = 0
    fields: dict[tuple[str, int], list[str]] = field(default_factory=dict)
    answers: dict[str, list[tuple[int, Observation]]] = field(default_factory=dict)
    stray: set[int] = field(default_factory=set)


def patients_of(message: str) -> list[str]:
    """A message as one text for each of its patients, each with the message's own header."""
    if message.count("\rPID|") < 2:
        return [message]
    head, *parts = message.split("\rPID|")
    header = message.partition("\r")[0]
    return [f"{head if not number else header}\rPID|{part}" for number, part in enumerate(parts)]


def is_mother(relation: str) -> bool:
    """Whether a relation (NK1-3) says the mother, as a code or in words."""
    return any(word.upper() in MOTHERS for word in relation.split("^", 2)[:2])


class Gathering:
    """What is looked at for one encounter."""

    def __init__(
        self, standing: Iterable[Standing], questions: Mapping[str, str], own: frozenset[str]
    ) -> None:
        self._questions = questions
        self._own = own
        wanted: dict[str, set[int]] = {}
        for each in standing:
            for place in each.places:
                wanted.setdefault(place.segment, set()).add(place.index)
        self._wanted = {segment: tuple(sorted(indexes)) for segment, indexes in wanted.items()}

    def gather(self, rows: Iterable[tuple[str, bool]]) -> Gathered:
        """The fields of some rows; with each it is said whether its patient is a mother."""
        found = Gathered()
        found.fields = {(name, index): [] for name, indexes in self._wanted.items() for index in indexes}
        found.answers = {question: [] for question in self._questions.values()}
        columns = [
            (name, index, found.fields[name, index].append)
            for name, indexes in self._wanted.items()
            for index in indexes
        ]
        for text, mother in rows:
            segments = self._segments(text, mother, found)
            for name, index, append in columns:
                parts = segments.get(name)
                append(parts[index] if parts is not None and index < len(parts) else "")
            found.count += 1
        return found

    def _segments(self, text: str, mother: bool, found: Gathered) -> dict[str, list[str]]:
        """The segments of one row that are looked at, by name; its answers go to their questions."""
        segments: dict[str, list[str]] = {}
        asked = False
        for segment in text.split("\r"):
            name = segment[:3]
            if name == "OBX":
                question = self._answer(segment, segments, found)
                asked = asked or question in self._own
            elif name in _STATED_IN:
                # The order that asks for this encounter is the one over its first own answer.
                if not asked or name not in segments:
                    segments[name] = segment.split("|")
            elif name == "PID":
                segments.setdefault("PID:MTH" if mother else "PID", segment.split("|"))
            elif name == "NK1":
                parts = segment.split("|")
                if len(parts) > 3 and "NK1:MTH" not in segments and is_mother(parts[3]):
                    segments["NK1:MTH"] = parts
            elif name in self._wanted:
                segments.setdefault(name, segment.split("|"))
            elif segment and segment[3:4] != "|":
                found.stray.add(found.count)
        return segments

    def _answer(self, segment: str, segments: dict[str, list[str]], found: Gathered) -> str | None:
        """Keep an answer where it belongs; give the question that it answers, None where nobody asks it."""
        parts = segment.split("|", TOLD_AT + 1)
        if len(parts) <= VALUE:
            return None
        asked = parts[3].split("^", 4)
        question = self._questions.get(asked[0])
        if question is None:
            question = self._questions.get(asked[3]) if len(asked) > 3 else None
            if question is None:
                return None
        status = parts[STATUS] if len(parts) > STATUS else ""
        if status == _NOT_OBTAINED:
            return question
        if status in _WITHDRAWN:
            parts[VALUE] = '""'
        found.answers[question].append((found.count, parts))
        segments.setdefault("OBX", parts)
        return question
