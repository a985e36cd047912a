"""The records of a web form as a source: JSON objects whose keys are the elements' names."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from vernix.births.codes import Words
from vernix.intake.findings import Kind, Unit, shown
from vernix.intake.form.documents import documents
from vernix.intake.refusals import FileRefused
from vernix.intake.source import Remark, RowBatch, Source, text_batch

_ROWS = 5_000
MAX_KEYS = 2000
RECORDS = Unit(Words("record", "enregistrement"), Words("records", "enregistrements"))


class FormSource(Source):
    """One file of objects. Raises ``FileRefused`` where it is none."""

    format = "form"
    media_type = "application/json"
    unit = RECORDS

    def __init__(self, path: Path) -> None:
        self._path = path
        keys: dict[str, None] = {}
        for record in documents(path):
            if isinstance(record, dict):
                keys |= dict.fromkeys(record)
            if len(keys) > MAX_KEYS:
                raise _too_many()
        self.header = tuple(keys)
        if not keys:
            raise _nothing()

    def batches(self) -> Iterator[RowBatch]:
        """The records, numbered from 1. A key that a record does not have is a blank, and so is null."""
        records = enumerate(documents(self._path), 1)
        while together := list(islice(records, _ROWS)):
            lost = tuple((number, _NO_RECORD) for number, record in together if not isinstance(record, dict))
            kept = [(number, record) for number, record in together if isinstance(record, dict)]
            columns = [[record.get(key) for _, record in kept] for key in self.header]
            yield RowBatch(
                text_batch([[_text(value) for value in column] for column in columns]),
                pa.array([number for number, _ in kept], pa.int64()),
                lost,
                tuple(self._nested(columns)),
            )

    def _nested(self, columns: list[list[Any]]) -> Iterator[Remark]:
        for place, column in enumerate(columns):
            mask = [isinstance(value, dict | list) for value in column]
            if any(mask):
                yield Remark(_nested(self.header[place]), pa.array(mask), place)


def _text(value: Any) -> str:
    """Numbers are texts already; what is nested has none."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else ""


def is_form(head: bytes) -> bool:
    """Whether a file begins like JSON objects."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")
    return start[:1] == b"{" or (start[:1] == b"[" and start[1:].lstrip(b" \t\r\n")[:1] in (b"{", b"]"))


def _nested(key: str) -> Kind:
    return Kind(
        "form.nested",
        "error",
        shown(key),
        None,
        "The value is a list or an object. Send one value: a text, a number, true or false.",
        "La valeur est une liste ou un objet. Envoyez une seule valeur : un texte, un nombre, vrai ou faux.",
    )


_NO_RECORD = Kind(
    "form.record",
    "error",
    None,
    None,
    "This is not an object. Send each record as an object with the elements' names as its keys.",
    "Ce n’est pas un objet. Envoyez chaque enregistrement comme un objet dont les clés sont les noms des "
    "éléments.",
)


def _too_many() -> FileRefused:
    return FileRefused(
        Words(
            f"The records have more than {MAX_KEYS} different keys.",
            f"Les enregistrements ont plus de {MAX_KEYS} clés différentes.",
        ),
        Words(
            "Use the elements' names as keys; values belong behind them.",
            "Employez les noms des éléments comme clés ; les valeurs viennent après.",
        ),
    )


def _nothing() -> FileRefused:
    return FileRefused(
        Words("The file holds no record.", "Le fichier ne contient aucun enregistrement."),
        Words(
            "Send one object, a list of objects, or one object a line.",
            "Envoyez un objet, une liste d’objets ou un objet par ligne.",
        ),
    )
