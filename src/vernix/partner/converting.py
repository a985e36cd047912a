"""``vernix convert``: what a file holds, written in another format, on this machine.

The file is read and checked as ``vernix check`` does; the rows that the registry would accept are written.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

from cyclopts import Parameter

from vernix.console import print_json, say
from vernix.errors import DataRefused, UsageError
from vernix.partner import state
from vernix.partner.checking import must_be_file, read_file
from vernix.partner.options import Data, Json

if TYPE_CHECKING:
    from vernix.intake.ije.writing import IjeWriter
    from vernix.intake.reading import Reading


def convert(  # noqa: PLR0913 - each is an option of the command
    file: Path,
    /,
    *,
    to: str,
    output: Annotated[Path, Parameter(name=["--output", "-o"])],
    as_: Annotated[str | None, Parameter(name="--as")] = None,
    format_: Annotated[str | None, Parameter(name="--format")] = None,
    mapping: Path | None = None,
    json: Json = False,
    data: Data = None,
) -> int:
    """Write the births of a file as IJE records of fixed width.

    Takes every format that check takes. Ends with 0 if every row was written or belongs to the other layout,
    with 1 if rows were rejected: they are left out.

    Parameters
    ----------
    file
        The file to read.
    to
        ije-natality for live births, ije-fetal-death for stillbirths.
    output
        The file to write; it is readable by you alone, and none is overwritten.
    as_
        The encounter that its rows are. Left out: recognised.
    format_
        The file's format. Left out: recognised by its content.
    mapping
        The column mapping to read it with. Left out: a saved one whose columns are all in the file.
    """
    from vernix.intake.ije.writing import LAYOUTS, IjeWriter

    if to not in LAYOUTS:
        raise UsageError(f"There is no format {to!r} to write.", hint=f"There is: {', '.join(LAYOUTS)}.")
    must_be_file(file)
    reading = read_file(file, as_, format_, mapping, state.folder_at(data))
    if reading.encounter.name != "birth":
        raise UsageError("IJE records are births.", hint="Convert a file that holds births.")
    writer = IjeWriter(to)
    with _new_file(output) as stream:
        stream.writelines(writer.lines(reading.batches()))
    if not writer.written:
        output.unlink()
        raise DataRefused(f"The file has no row for {to}.", hint="Check it: vernix check.")
    _tell(writer, reading, output, json=json)
    return 1 if reading.counts.rejected else 0


@contextmanager
def _new_file(path: Path) -> Iterator[TextIO]:
    """A private file that was not there; gone again where writing it fails."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise UsageError(
            f"{path} is there already.", hint="Choose another name; nothing is overwritten."
        ) from None
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _tell(writer: IjeWriter, reading: Reading, output: Path, *, json: bool) -> None:
    rejected = reading.counts.rejected
    if json:
        print_json(
            {
                "written": writer.written,
                "other_outcome": writer.left_out,
                "rejected": rejected,
                "did_not_fit": dict(writer.unfit),
            }
        )
        return
    say(f"Wrote {writer.written} {'record' if writer.written == 1 else 'records'} to {output}.")
    if writer.left_out:
        say(f"{writer.left_out} belong to the other layout and were left out.")
    if rejected:
        say(f"{rejected} rows were rejected and left out: vernix check says why.")
    for item, count in sorted(writer.unfit.items()):
        say(f"{item}: {count} values were longer than the item.")
