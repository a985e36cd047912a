"""A file of messages, sheaf after sheaf: some messages at a time, taken apart and judged together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from vernix.intake.hl7.framing import Message, messages_of
from vernix.intake.hl7.patients import FIELDS_NEEDED, NEEDED, Patient, judge
from vernix.intake.hl7.rows import patients_of
from vernix.intake.hl7.segments import Lines, Segments

_TOGETHER = 20_000
"""Patients of a sheaf, unless their messages are long."""
_WIDE = 16 << 20
"""Characters of messages from which a sheaf may have fewer."""
_KEPT = 32 << 20
"""Characters of messages up to which a file is read once."""


@dataclass
class Sheaf:
    """Some messages. ``texts`` has a text for each of their patients, blank for a message that cannot be
    divided, and ``counts`` says how many of them each message has; ``length`` are their characters.
    """

    messages: list[Message] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    length: int = 0

    def take(self, message: Message) -> None:
        """Add a message."""
        texts = [] if not message.number else patients_of(message.text) if message.text is not None else [""]
        self.messages.append(message)
        self.counts.append(len(texts))
        self.texts += texts
        self.length += len(message.text or "")

    @cached_property
    def lines(self) -> Lines:
        """The lines of all texts."""
        return Lines(self.texts)

    @cached_property
    def patients(self) -> list[Patient]:
        """What each text is about."""
        return judge(self.texts, Segments(self.lines, NEEDED, FIELDS_NEEDED))


def sheaves(path: Path) -> Iterator[Sheaf]:
    """A file's sheaves in order. Raises as `messages_of` does."""
    sheaf = Sheaf()
    for message in messages_of(path):
        sheaf.take(message)
        if len(sheaf.texts) >= _TOGETHER or sheaf.length >= _WIDE:
            yield sheaf
            sheaf = Sheaf()
    if sheaf.messages:
        yield sheaf


class Sheaves:
    """The sheaves of a file, as often as they are asked for: a small file is kept, a large one read again."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._kept: list[Sheaf] | None = None

    def __iter__(self) -> Iterator[Sheaf]:
        if self._kept is not None:
            yield from self._kept
            return
        kept, length = [], 0
        for sheaf in sheaves(self._path):
            length += sheaf.length
            if length <= _KEPT:
                kept.append(sheaf)
            yield sheaf
        self._kept = kept if length <= _KEPT else None
