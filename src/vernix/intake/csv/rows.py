"""The rows of a CSV file as columns of text, batch after batch, byte for byte as sent.

Every cell is text here: nothing is trimmed, evaluated or guessed. Memory is a few batches, whatever the
size of the file. Rows are numbered from 1, the header not counted, blank lines not counted, and a cell with
line ends inside counts as part of its row.
"""

from __future__ import annotations

import codecs
import io
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import csv

from vernix.births.codes import Words
from vernix.intake import sentences
from vernix.intake.csv.structure import BLOCK, MAX_ROW, Structure
from vernix.intake.refusals import FileRefused
from vernix.intake.source import TOGETHER, WIDE, RowBatch

# One parsed block: a row has to fit into one. Arrow sets a whole block's bytes aside for every column, so
# this is what decides how much memory reading takes.
_PIECE = 2 * MAX_ROW
MAX_RAGGED = 10_000


def read_rows(path: Path, structure: Structure) -> Iterator[RowBatch]:
    """Parse ``path`` as ``structure`` says. Raises ``FileRefused`` where it cannot be parsed to its end."""
    waiting: list[RowBatch] = []
    for batch in _pieces(path, structure):
        waiting.append(batch)
        if (
            sum(len(each.rows) for each in waiting) >= TOGETHER
            or sum(each.cells.nbytes for each in waiting) >= WIDE
        ):
            yield _joined(waiting)
            waiting = []
    if waiting:
        yield _joined(waiting)


def _joined(batches: list[RowBatch]) -> RowBatch:
    if len(batches) == 1:
        return batches[0]
    return RowBatch(
        pa.concat_batches([each.cells for each in batches]),
        pa.concat_arrays([each.rows for each in batches]),
        tuple(lost for each in batches for lost in each.lost),
    )


def _pieces(path: Path, structure: Structure) -> Iterator[RowBatch]:
    width = len(structure.header)
    numbering = _Numbering(width)
    # A row that only we can have written ends the file: if it does not come back, a quote was left open
    # somewhere and swallowed the rest.
    mark = f"end-{secrets.token_hex(16)}"
    with path.open("rb") as stream:
        body = _Body(stream, structure, (structure.delimiter.join([mark] * width)).encode())
        reached = False
        header = 1  # rows at the start of the next batch that are the header
        for parsed in _parse(body, structure, numbering):
            if not parsed.num_rows:
                continue
            reached = parsed.column(0)[-1].as_py() == mark
            yield numbering.number(parsed.slice(header, parsed.num_rows - header - reached))
            header = 0
        if numbering.ragged:
            yield numbering.number(_no_cells(width))
    if not reached:
        raise FileRefused(
            Words(
                'A cell opens with a quotation mark (") that is never closed; the end of the file is lost in '
                "it.",
                'Une cellule s’ouvre par un guillemet (") qui n’est jamais fermé ; la fin du fichier '
                "s’y perd.",
            ),
            Words(
                "Export the file again, or look for a single quotation mark in the last rows.",
                "Exportez le fichier de nouveau, ou cherchez un guillemet seul dans les dernières lignes.",
            ),
        )


def _parse(body: _Body, structure: Structure, numbering: _Numbering) -> Iterator[pa.RecordBatch]:
    names = [f"c{place}" for place in range(len(structure.header))]
    try:
        reader = csv.open_csv(
            pa.PythonFile(body, mode="r"),
            # One thread, because only then does pyarrow say which row a ragged row is.
            read_options=csv.ReadOptions(column_names=names, block_size=_PIECE, use_threads=False),
            parse_options=csv.ParseOptions(
                delimiter=structure.delimiter,
                newlines_in_values=structure.quoted,
                invalid_row_handler=numbering.on_ragged,
            ),
            convert_options=csv.ConvertOptions(
                column_types={name: pa.string() for name in names},
                strings_can_be_null=False,
                quoted_strings_can_be_null=False,
            ),
        )
        yield from reader
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        # The library's sentence quotes the row: only its kind may be passed on.
        raise _refusal(str(error), numbering) from None


def _refusal(text: str, numbering: _Numbering) -> FileRefused:
    last = numbering.next - 1
    if numbering.too_many:
        return FileRefused(
            Words(
                f"More than {MAX_RAGGED} rows do not have as many cells as the header has columns.",
                f"Plus de {MAX_RAGGED} lignes n’ont pas autant de cellules que l’en-tête a de colonnes.",
            ),
            Words(
                "Check the delimiter and the quoting of the export.",
                "Vérifiez le séparateur et les guillemets de l’exportation.",
            ),
        )
    if "straddling" in text or "block" in text:
        which = (
            Words(f"A row after row {last}", f"Une ligne après la ligne {last}")
            if last
            else Words("The first row", "La première ligne")
        )
        return FileRefused(
            Words(
                f"{which.en} is longer than {MAX_ROW >> 20} MiB.",
                f"{which.fr} dépasse {MAX_ROW >> 20} Mio.",
            ),
            Words(
                'Look for a quotation mark (") that is never closed, or export the file again.',
                'Cherchez un guillemet (") jamais fermé, ou exportez le fichier de nouveau.',
            ),
        )
    return FileRefused(
        Words(
            f"The rows after row {last} cannot be read as a table.",
            f"Les lignes après la ligne {last} ne peuvent être lues comme un tableau.",
        ),
        Words("Export the file again as 'CSV UTF-8'.", "Exportez le fichier de nouveau en « CSV UTF-8 »."),
    )


@dataclass
class _Numbering:
    """Gives every row its number though rows that do not fit the header drop out."""

    width: int
    next: int = 1
    ragged: list[int] = field(default_factory=list)
    total: int = 0
    too_many: bool = False

    def on_ragged(self, row: Any) -> str:
        """Called by pyarrow for a row with the wrong number of cells; its first row is the header."""
        self.total += 1
        if self.total > MAX_RAGGED:
            self.too_many = True
            return "error"
        self.ragged.append(row.number - 1)
        return "skip"

    def number(self, cells: pa.RecordBatch) -> RowBatch:
        """Number one parsed batch; the ragged rows before its end are known by now."""
        pieces: list[pa.Array] = []
        wanted, taken = cells.num_rows, 0
        for row in self.ragged:
            gap = row - self.next
            if gap > wanted:
                break
            pieces.append(pa.arange(self.next, row))
            wanted, self.next, taken = wanted - gap, row + 1, taken + 1
        pieces.append(pa.arange(self.next, self.next + wanted))
        self.next += wanted
        lost, self.ragged = self.ragged[:taken], self.ragged[taken:]
        kind = sentences.ragged(self.width)
        return RowBatch(cells, pa.concat_arrays(pieces), tuple((row, kind) for row in lost))


def _no_cells(width: int) -> pa.RecordBatch:
    return pa.record_batch({f"c{place}": pa.array([], pa.string()) for place in range(width)})


class _Body(io.RawIOBase):
    """The file as UTF-8 bytes without byte-order mark and preamble, ended by our own last row."""

    def __init__(self, stream: io.BufferedReader, structure: Structure, last_row: bytes) -> None:
        super().__init__()
        self._stream = stream
        self._decoder: codecs.IncrementalDecoder | None = None
        if structure.encoding != "utf-8":
            self._decoder = codecs.getincrementaldecoder(structure.encoding)("strict")
        self._last = b"\n" + last_row + b"\n"
        self._ready = bytearray()
        self._ended = False
        stream.seek(structure.skip)
        self._skip_lines(structure.preamble)

    def readable(self) -> bool:
        """Always: this is a source."""
        return True

    def read(self, size: int = -1) -> bytes:
        """At most ``size`` bytes; empty only at the end."""
        if not self._ready and not self._ended and self._decoder is None and size > 0:
            data = self._stream.read(size)  # the plain case: no copy
            if data:
                return data
        while not self._ended and (size < 0 or len(self._ready) < size):
            self._fill()
        size = len(self._ready) if size < 0 else size
        taken = bytes(self._ready[:size])
        del self._ready[:size]
        return taken

    def _fill(self) -> None:
        data = self._stream.read(BLOCK)
        if self._decoder is not None:
            data, more = (
                self._decoder.decode(data, final=not data).encode("utf-8", "surrogatepass"),
                bool(data),
            )
        else:
            more = bool(data)
        self._ready += data
        if not more:
            self._ready += self._last
            self._ended = True

    def _skip_lines(self, count: int) -> None:
        """Drop the lines before the header (``sep=;``), which end in a line feed."""
        for _ in range(count):
            while b"\n" not in self._ready and not self._ended:
                self._fill()
            start = self._ready.lstrip(b"\r\n")
            cut = start.find(b"\n") + 1
            self._ready = bytearray(start[cut:])
