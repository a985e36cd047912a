"""Refusals of a whole file: why it cannot be read, and what to do, in English and French.

Like a finding, a refusal never repeats what stands in a cell.
"""

from __future__ import annotations

from vernix.births.codes import Words
from vernix.errors import DataRefused
from vernix.intake.findings import Kind

CODE = "file.refused"

SAVE_AS_CSV = Words("Save it as 'CSV UTF-8' and try again.", "Enregistrez-le en « CSV UTF-8 » et réessayez.")


class FileRefused(DataRefused):
    """A file that cannot be read at all. As an error it speaks English."""

    def __init__(self, message: Words, hint: Words) -> None:
        super().__init__(message.en, hint=hint.en)
        self.french = DataRefused(message.fr, hint=hint.fr)


def in_language(refusal: DataRefused, language: str) -> DataRefused:
    """A refusal as it is to be raised before somebody who reads ``en`` or ``fr``."""
    return refusal.french if language == "fr" and isinstance(refusal, FileRefused) else refusal


def kind_of(refusal: DataRefused) -> Kind:
    """A refusal as what is found about the file; in English twice where it has no French."""
    return Kind(CODE, "error", None, None, str(refusal), str(in_language(refusal, "fr")))
