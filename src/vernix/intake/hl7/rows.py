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
_WITHDRAWN = frozenset({"D", "W"})
_NOT_OBTAINED = "X"
_STATED_IN = ("ORC", "OBR")


@dataclass(frozen=True, slots=True)
class Observation:
    """One answer: its value type (OBX-2), value, units, flag, as they stand in the message."""

    kind: str
    value: str
    unit: str
    flag: str


@dataclass
class Gathered:
    """The fields of some rows: by segment and index one text for each row, and by question its answers."""

    count: int = 0
    fields: dict[tuple[str, int], list[str]] = field(default_factory=dict)
    answers: dict[str, dict[int, list[Observation]]] = field(default_factory=dict)
    stray: set[int] = field(default_factory=set)


def patients_of(message: str) -> list[str]:
    """A message as one text for each of its patients, each with the message's own header."""
    if message.count("\rPID|") < 2:
        return [message]
    head, *parts = message.split("\rPID|")
    header = message.partition("\r")[0]
    return [f"{head if not number else header}\rPID|{part}" for number, part in enumerate(parts)]


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
        self._observed_at = 14 in wanted.pop("OBX", set())
        self._wanted = {segment: tuple(sorted(indexes)) for segment, indexes in wanted.items()}

    def gather(self, rows: Iterable[tuple[str, bool]]) -> Gathered:
        """The fields of some rows; with each it is said whether its patient is a mother."""
        found = Gathered()
        for segment, indexes in self._wanted.items():
            for index in indexes:
                found.fields[segment, index] = []
        if self._observed_at:
            found.fields["OBX", 14] = []
        for text, is_mother in rows:
            self._row(text, is_mother, found)
            found.count += 1
        return found

    def _row(self, text: str, is_mother: bool, found: Gathered) -> None:
        segments: dict[str, list[str]] = {}
        told_at = ""
        asked = False
        for segment in text.split("\r"):
            name = segment[:3]
            if name == "OBX":
                parts = segment.split("|", 15)
                question = self._question(parts)
                if question is not None:
                    self._answer(question, parts, found)
                    told_at = told_at or (parts[14] if len(parts) > 14 else "")
                    asked = asked or question in self._own
            elif name in _STATED_IN:
                # The order that asks for this encounter is the one over its first own answer.
                if not asked or name not in segments:
                    segments[name] = segment.split("|")
            elif name == "NK1":
                self._next_of_kin(segment, segments)
            elif name == "PID":
                segments.setdefault("PID:MTH" if is_mother else "PID", segment.split("|"))
            elif name in self._wanted:
                segments.setdefault(name, segment.split("|"))
            elif segment and segment[3:4] != "|":
                found.stray.add(found.count)
        self._put(segments, told_at, found)

    def _question(self, parts: list[str]) -> str | None:
        if len(parts) < 6:
            return None
        asked = parts[3].split("^", 4)
        question = self._questions.get(asked[0])
        if question is None and len(asked) > 3:
            question = self._questions.get(asked[3])
        return question

    def _answer(self, question: str, parts: list[str], found: Gathered) -> None:
        value, status = parts[5], parts[11] if len(parts) > 11 else ""
        if status == _NOT_OBTAINED:
            return
        if status in _WITHDRAWN:
            value = '""'
        unit, flag = (parts[6], parts[8]) if len(parts) > 8 else (parts[6] if len(parts) > 6 else "", "")
        given = found.answers.setdefault(question, {}).setdefault(found.count, [])
        given.append(Observation(parts[2], value, unit, flag))

    def _next_of_kin(self, segment: str, segments: dict[str, list[str]]) -> None:
        parts = segment.split("|")
        if len(parts) > 3 and "NK1:MTH" not in segments:
            relation = parts[3].split("^", 2)
            if not MOTHERS.isdisjoint(word.upper() for word in relation[:2]):
                segments["NK1:MTH"] = parts

    def _put(self, segments: dict[str, list[str]], told_at: str, found: Gathered) -> None:
        for segment, indexes in self._wanted.items():
            parts = segments.get(segment, ())
            count = len(parts)
            for index in indexes:
                found.fields[segment, index].append(parts[index] if index < count else "")
        if self._observed_at:
            found.fields["OBX", 14].append(told_at)
