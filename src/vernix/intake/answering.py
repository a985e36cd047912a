"""What goes back for a file, as files: for programs, for people, and as the sender's own system takes it.

All of them say the same: the acknowledgement. A format names the form in which its senders are answered
(`vernix.intake.formats.Format.answer`), as it names what opens their files; a new form is a writer in the
format's room.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from vernix.intake.acknowledgement import Acknowledgement

if TYPE_CHECKING:
    from vernix.intake.reading import Reading

_LONGEST_NAME = 200
_NAME = re.compile(r"acknowledgement-(\d+)(\.[a-z0-9.]+)")


@dataclass(frozen=True)
class Answered:
    """A file and what became of it: what an answer is written from.

    ``reading`` is None where the file could not be read, or nobody read it; ``when`` is the time that the
    answer is given at.
    """

    acknowledgement: Acknowledgement
    path: Path
    reading: Reading | None
    when: datetime


@dataclass(frozen=True)
class Answer:
    """One form of answer: how its file's name ends, its media type, and what writes it in flat memory.

    ``by_message`` says that it answers each message of the file, so that the file has to be read for it.
    """

    ending: str
    media_type: str
    write: Callable[[Answered], Iterator[bytes]]
    by_message: bool = False


def carried_name(number: int, answer: Answer) -> str:
    """What an answer is called on its way: the name of the sender's file may be a person's."""
    return f"acknowledgement-{number}{answer.ending}"


def own_names(carried: Sequence[str], documents: Sequence[tuple[str, bytes]]) -> list[str]:
    """What answers are called at the sender's: ``march.acknowledgement.csv`` answers ``march.csv``.

    ``documents`` are the acknowledgements among them, each with its carried name.
    """
    answered = {_NAME.sub(r"\1", name): Acknowledgement.parse(document).file for name, document in documents}
    names = []
    for name in carried:
        found = _NAME.fullmatch(name)
        stem = Path(answered.get(found[1], "")).stem[:_LONGEST_NAME] if found else ""
        names.append(f"{stem}.acknowledgement{found[2]}" if found and stem else name)
    return names


def answers_to(format: str) -> tuple[Answer, ...]:
    """The answers to a file in a format; of one that is in none, what anybody can read."""
    return (DOCUMENT, PAGE, *([own] if (own := own_answer(format)) else []))


def own_answer(format: str) -> Answer | None:
    """The answer that the sender's own system takes; None where that is the document itself."""
    from vernix.intake import formats

    return formats.get(format).answer if format in formats.names() else None


def _document(answered: Answered) -> Iterator[bytes]:
    yield answered.acknowledgement.to_bytes()


def _page(answered: Answered) -> Iterator[bytes]:
    from vernix.intake.page.page import to_html
    from vernix.intake.page.words import beside

    answer = answered.acknowledgement
    fullest = own_answer(answer.source) or DOCUMENT
    yield to_html(answer, beside(fullest.ending)).encode("utf-8")


DOCUMENT = Answer(".json", "application/json", _document)
PAGE = Answer(".html", "text/html", _page)
