"""The answers that ``vernix check`` writes to files: what the registry would say, before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from vernix.errors import DataRefused, UsageError

if TYPE_CHECKING:
    from vernix.intake.answering import Answer, Answered
    from vernix.intake.reading import Reading


@dataclass(frozen=True)
class Wanted:
    """Where the answers are to be written: the page, and the one that the sender's own system takes."""

    page: Path | None
    own: Path | None

    def check(self) -> None:
        """Raise ``UsageError`` where one of them is there already."""
        for target in (self.page, self.own):
            if target is not None and target.exists():
                raise UsageError(
                    f"{target} is there already.", hint="Choose another name; nothing is overwritten."
                )

    def write(self, answered: Answered, language: str) -> None:
        """Write what is wanted."""
        from vernix.intake.answering import DOCUMENT, own_answer

        if self.own is not None:
            _write(self.own, own_answer(answered.acknowledgement.source) or DOCUMENT, answered)
        if self.page is not None:
            from vernix.custody.durable import write_file
            from vernix.intake.page.page import to_html

            page = to_html(answered.acknowledgement, language=language)
            write_file(self.page, page.encode("utf-8", "replace"))


def answer_to(reading: Reading, file: Path) -> Answered:
    """What a file that was read would be answered with."""
    from vernix.custody.identifiers import format_time, utc_now
    from vernix.intake.acknowledgement import Acknowledgement
    from vernix.intake.answering import Answered

    said = Acknowledgement.of(reading, file.name, at=format_time(utc_now()))
    return Answered(said, file, reading, datetime.now().astimezone())


def answer_to_refused(refusal: DataRefused, file: Path, format_: str | None) -> Answered:
    """What a file that could not be read would be answered with."""
    from vernix.custody.identifiers import format_time, utc_now
    from vernix.intake.acknowledgement import Acknowledgement
    from vernix.intake.answering import Answered
    from vernix.intake.formats import recognise

    source = format_ or recognise(file).name
    said = Acknowledgement.refused(refusal, file.name, source=source, at=format_time(utc_now()))
    return Answered(said, file, None, datetime.now().astimezone())


def _write(target: Path, answer: Answer, answered: Answered) -> None:
    """As long as the file is: written piece by piece, there only when it is whole."""
    from vernix.sealing.placing import new_file

    with (
        new_file(target, mode=0o666, replace=False) as descriptor,
        open(descriptor, "wb", closefd=False) as sink,
    ):
        sink.writelines(answer.write(answered))
