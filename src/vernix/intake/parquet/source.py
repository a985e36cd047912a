"""A Parquet file as a source: typed columns, called as its schema calls them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from vernix.births.codes import Words
from vernix.births.elements import Element
from vernix.intake.findings import Kind, shown
from vernix.intake.headers import check_names
from vernix.intake.parquet.columns import cells_of, is_number, is_read
from vernix.intake.parquet.pages import damaged, survey, too_large
from vernix.intake.refusals import FileRefused
from vernix.intake.source import TOGETHER, Remark, RowBatch, Source

MAX_FOOTER = 4 << 20
"""Bytes of the description at the file's end."""
MAX_COLUMNS = 2000
_FEW_ROWS = 100_000
_BUFFER = 256 << 10  # read of each column at a time
_LIMITS = {"thrift_string_size_limit": MAX_FOOTER, "thrift_container_size_limit": 1 << 20}


def is_parquet(head: bytes) -> bool:
    """Whether a file's beginning is that of a Parquet file, encrypted or not."""
    return head.startswith((b"PAR1", b"PARE"))


class ParquetSource(Source):
    """One Parquet file. Raises ``FileRefused`` where it is none, or none that fits into memory."""

    format = "parquet"
    media_type = "application/vnd.apache.parquet"

    def __init__(self, path: Path) -> None:
        import pyarrow.parquet as pq

        self._path = path
        footer = _footer(path)
        with _reading(), path.open("rb") as stream:
            metadata = pq.read_metadata(stream)
            # No real row is shorter than a byte.
            if metadata.num_rows > max(_FEW_ROWS, path.stat().st_size) or metadata.num_columns > MAX_COLUMNS:
                raise too_large()
            facts = survey(stream, footer, metadata.num_columns)
            self._dictionaries = [
                metadata.schema.column(place).path for place, each in enumerate(facts) if each.by_dictionary
            ]
            with self._open() as file:
                schema = file.schema_arrow
        self._names, self._types = schema.names, schema.types
        self.header = tuple(name.strip() for name in schema.names)
        check_names(self.header)

    def batches(self) -> Iterator[RowBatch]:
        """The rows, numbered from 1."""
        first = 1
        # A list may be longer than memory, and nothing is read from it: its columns are left out.
        wanted = [name for name, kind in zip(self._names, self._types, strict=True) if is_read(kind)]
        with _reading(), self._open() as file:
            for rows in file.iter_batches(TOGETHER, columns=wanted):
                if rows.schema.names != wanted:
                    raise damaged()
                yield self._batch(rows, first)
                first += rows.num_rows

    def _open(self) -> Any:
        import pyarrow.parquet as pq

        return pq.ParquetFile(
            self._path, read_dictionary=self._dictionaries, buffer_size=_BUFFER, pre_buffer=False, **_LIMITS
        )

    def _batch(self, rows: pa.RecordBatch, first: int) -> RowBatch:
        count = rows.num_rows
        columns = iter(rows.columns)
        remarks: list[Remark] = []
        cells: dict[str, pa.Array] = {}
        for place, kind in enumerate(self._types):
            name, column = self.header[place], next(columns) if is_read(kind) else None
            if column is None:
                remarks.append(Remark(_not_read(name), pa.repeat(True, count), place))
            elif is_number(kind):
                remarks.append(Remark(_stored_as_number(name), column.is_valid(), place, _is_health_number))
            cells[f"c{place}"] = cells_of(column if column is not None else pa.nulls(count))
        return RowBatch(pa.record_batch(cells), pa.arange(first, first + count), remarks=tuple(remarks))


def _footer(path: Path) -> bytes:
    """The file's description of itself. The last bytes say how long it is, and whether it is sealed."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        start = stream.read(4)
        stream.seek(max(0, size - 8))
        end = stream.read(8)
        if b"PARE" in (start, end[4:]):
            raise _encrypted()
        length = int.from_bytes(end[:4], "little")
        if size < 12 or start != b"PAR1" or end[4:] != b"PAR1" or length > size - 12:
            raise damaged()
        if length > MAX_FOOTER:
            raise too_large()
        stream.seek(size - 8 - length)
        return stream.read(length)


@contextmanager
def _reading() -> Iterator[None]:
    """Whatever the library meets becomes a refusal; its own words may quote the file."""
    try:
        yield
    except FileRefused:
        raise
    except (pa.ArrowException, OSError, ValueError, KeyError, OverflowError, TypeError):
        raise damaged() from None


def _is_health_number(element: Element) -> bool:
    return element.name.endswith("health_number")


def _stored_as_number(column: str) -> Kind:
    return Kind(
        "parquet.number",
        "warning",
        shown(column),
        None,
        "The health number was stored as a number, so zeros in front are lost. Export the column as text, "
        "and compare the number with the card.",
        "Le numéro de carte Santé est enregistré comme un nombre ; des zéros au début sont perdus. Exportez "
        "la colonne comme du texte, et comparez le numéro à la carte.",
    )


def _not_read(column: str) -> Kind:
    return Kind(
        "parquet.type",
        "error",
        shown(column),
        None,
        "The column holds lists, structures or another type that is no cell. Export one plain value for each "
        "row.",
        "La colonne contient des listes, des structures ou un autre type qui n’est pas une cellule. Exportez "
        "une seule valeur par ligne.",
    )


def _encrypted() -> FileRefused:
    return FileRefused(
        Words("The Parquet file is encrypted.", "Le fichier Parquet est chiffré."),
        Words(
            "Write it without encryption: the delivery is sealed anyway.",
            "Écrivez-le sans chiffrement : l’envoi est scellé de toute façon.",
        ),
    )
