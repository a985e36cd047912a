"""``vernix-registry report``: a report on the book's current view, stamped with the state it was made from.

Needs no key: the book holds nobody's name. The same extraction version gives the same report for ever.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from vernix import __version__
from vernix.births import encounters
from vernix.births.elements import Privacy
from vernix.console import say
from vernix.custody.durable import write_file
from vernix.custody.trust import DirectoryMirror
from vernix.errors import NotProven, UsageError
from vernix.insights.births import births_report
from vernix.insights.measures import BIRTH_MEASURES, Measure
from vernix.registry.book import Book, book_schema, open_engine
from vernix.registry.options import Data
from vernix.registry.settings import RegistryFolder, find_folder

if TYPE_CHECKING:
    import ibis.expr.types as ir

_IN_THE_BOOK: tuple[Privacy, ...] = ("quasi", "clinical")

OF_PARTNERS = ("site", "submitter")
"""Groups that hold the id of a partner (a site may also be a text that the rows brought)."""

Format = Literal["table", "csv", "json", "svg", "html"]


@dataclass(frozen=True)
class Report:
    """A kind of report: the encounter it reads, its measures, and the expression that makes it."""

    name: str
    title: str
    encounter: str
    measures: Sequence[Measure]
    make: Callable[[ir.Table, Sequence[str]], ir.Table]


REPORTS = {
    "births": Report("births", "Births", "birth", BIRTH_MEASURES, births_report),
}


@dataclass(frozen=True)
class Made:
    """A report that was made: from which state, grouped by what, and its rows (a null is withheld).

    ``names`` says what people call a partner that the rows name by its id.
    """

    report: Report
    by: tuple[str, ...]
    extraction: dict[str, Any]
    rows: list[dict[str, Any]]
    names: Mapping[str, str] = field(default_factory=dict)

    def group(self, row: dict[str, Any], column: str) -> str:
        """What a row is grouped under, for people: "unknown" is an answer that was sent, blank is none."""
        value = row[column]
        if value is None:
            return "not sent"
        return self.names.get(value, value) if column in OF_PARTNERS else str(value)

    @property
    def title(self) -> str:
        """The report's name and what it is grouped by."""
        return self.report.title + (f" by {' and '.join(self.by)}" if self.by else "")


def report(
    name: str,
    *,
    format: Format = "table",
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
    by: str = "site,year",
    extraction: int | None = None,
    data: Data = None,
) -> None:
    """Make a report, as a table, CSV, JSON, a picture (SVG) or a page (HTML).

    Parameters
    ----------
    name
        Which report: births.
    format
        What to make of it.
    output
        The file to write; standard output when not given.
    by
        What to group by, separated by commas: elements that name nobody, "submitter", "year"; "" for one row.
    extraction
        Make it from an earlier state of the book: the version that an earlier report was stamped with.
    """
    if name not in REPORTS:
        raise UsageError(
            f"There is no report {name!r}.", hint=f"There is: {', '.join(REPORTS)}, data-quality."
        )
    if output is not None and not output.absolute().parent.is_dir():
        raise UsageError(f"There is no folder {output.parent}.", hint="Make it first, or name another place.")
    folder = find_folder(data)
    folder.profile()
    groups = tuple(part.strip() for part in by.split(",") if part.strip())
    made = make(REPORTS[name], Book(folder.book), folder.work, groups, extraction)
    made = replace(made, names=names_of(folder, made.rows))
    content = _rendered(made, format)
    if output is None:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
        return
    write_file(output.absolute(), content)
    say(f"{os.fspath(output)}: {len(made.rows)} rows, extraction {made.extraction['version']}.")


def make(kind: Report, book: Book, work: Path, by: tuple[str, ...], version: int | None = None) -> Made:
    """Make a report of a kind, on the book's newest or an earlier state.

    Raises:
        UsageError: a column to group by is not in the book, or there is no such state.
    """
    stamp = book.extraction(kind.encounter, version)
    engine = open_engine(work)
    try:
        births = book.current(engine, kind.encounter, stamp.version, _looked_at(kind, by))
        rows = engine.to_pyarrow(kind.make(births, by)).to_pylist()
    finally:
        engine.disconnect()
    return Made(kind, by, {**asdict(stamp), "vernix": __version__}, rows)


def names_of(folder: RegistryFolder, rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The names of the partners in a report by their ids; none where nobody vouches for the directory."""
    try:
        partners = DirectoryMirror(folder.public, folder.profile().root_fingerprint).current().partners
    except NotProven:
        return {}
    said = {row[column] for row in rows for column in OF_PARTNERS if column in row}
    # Two groups that look alike would be one: then the id stands beside the name.
    taken = Counter([*(partner.name for partner in partners), *(said - {each.id for each in partners})])
    return {
        each.id: each.name if taken[each.name] == 1 else f"{each.name} ({each.id})"
        for each in partners
        if each.id in said
    }


def _looked_at(kind: Report, by: tuple[str, ...]) -> set[str]:
    """The columns of the book that a report looks at."""
    import ibis
    from ibis.expr.operations import Field

    schema = ibis.Schema.from_pyarrow(book_schema(kind.encounter))
    # What the registry adds (pseudonym, delivery, row) would make a table of records, not of births.
    dictionary = {element.name for element in encounters.get(kind.encounter).with_privacy(*_IN_THE_BOOK)}
    unknown = [name for name in by if name not in {*dictionary, "submitter", "year"}]
    if unknown:
        raise UsageError(
            f"The book has no column {', '.join(unknown)} to group by.",
            hint="Take an element of the data dictionary that is no direct identifier, submitter or year.",
        )
    book = ibis.table(schema, name="book")
    fields = kind.make(book, by).op().find(Field)
    return {field.name for field in fields if field.rel == book.op()}


def _rendered(made: Made, format: Format) -> bytes:
    if format == "svg":
        from vernix.registry.charts import svg

        return svg(made).encode()
    from vernix.registry import rendering

    if format == "html":
        from vernix.registry.charts import svg

        return rendering.as_html(made, svg(made) if made.rows else "").encode()
    plain = {"table": rendering.as_table, "csv": rendering.as_csv, "json": rendering.as_json}
    return plain[format](made).encode()
