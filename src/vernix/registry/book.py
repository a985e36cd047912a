"""The book: clinical rows under pseudonyms, append-only, one Delta table for each kind of encounter.

A row says what one file said about one record. A correction is a later row under the same pseudonym: a blank
left the earlier value alone, a clear took it away. `Book.current` is what all rows of a record say together,
and is what every report reads.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vernix.births import encounters
from vernix.registry.lakehouse import Lakehouse

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa
    from ibis.backends.duckdb import Backend

ORDER = ("sent_at", "submission", "row")
"""What makes one row later than another: the sender's signed time, then the delivery's id, then the row."""


ALWAYS = ("pseudonym", "mother_pseudonym", "submitter", "site")
"""Columns that the current view is made with, whatever else is asked of it."""


@dataclass(frozen=True)
class Extraction:
    """Which state of the book a report was made from; the same version gives the same report for ever."""

    table: str
    version: int
    written_at: str


def book_schema(encounter: str) -> pa.Schema:
    """The columns of an encounter's table: what the registry adds, then the elements."""
    import pyarrow as pa

    moment = pa.timestamp("us", tz="UTC")
    own = [
        pa.field("pseudonym", pa.binary(), nullable=False),
        pa.field("mother_pseudonym", pa.binary()),
        pa.field("submitter", pa.string(), nullable=False),
        pa.field("submission", pa.string(), nullable=False),
        pa.field("batch", pa.string(), nullable=False),
        pa.field("row", pa.int64(), nullable=False),
        pa.field("sent_at", moment, nullable=False),
        pa.field("received_at", moment, nullable=False),
        pa.field("cleared", pa.list_(pa.string())),
        # Codes of warnings that the partner stands by; why is the vault's, for it is free text.
        pa.field("confirmed", pa.list_(pa.string())),
        # Which direct identifiers the row brought, by name: what they say is the vault's.
        pa.field("identified_by", pa.list_(pa.string())),
    ]
    # Direct identifiers have no column here: what the book cannot hold, it cannot leak.
    return pa.schema([*own, *encounters.get(encounter).arrow_schema("quasi", "clinical")])


class Book:
    """The clinical tables in ``DATA/book``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._tables: dict[str, Lakehouse] = {}

    def table(self, encounter: str) -> Lakehouse:
        """The table of one kind of encounter."""
        if encounter not in self._tables:
            self._tables[encounter] = Lakehouse(self.folder / encounter, book_schema(encounter))
        return self._tables[encounter]

    def found(self) -> None:
        """Make the table of births, which reports are made from; the others come with their first rows."""
        self.table("birth").found()

    def kept(self) -> Iterator[tuple[str, Lakehouse]]:
        """The encounters that have a table, with it: those of which rows were ever kept, and births."""
        for encounter in encounters.names():
            if (table := self.table(encounter)).exists:
                yield encounter, table

    def keep(self, encounter: str, rows: pa.Table, batch: str) -> bool:
        """Append one file's rows (columns of `book_schema`) once; returns whether they were appended now."""
        table = self.table(encounter)
        table.found()
        return table.append_once(rows.cast(book_schema(encounter)), batch)

    def compact(self) -> None:
        """Rewrite small files into few where there are many."""
        for _, table in self.kept():
            table.compact()

    def extraction(self, encounter: str, version: int | None = None) -> Extraction:
        """A state of a table, the newest unless named, for the stamp on a report.

        Raises:
            UsageError: the table has no such version.
        """
        table = self.table(encounter).at(version)
        # Only the newest table tells its history right: an older one labels the newest commits with its own.
        commits = self.table(encounter).table().history(1 if version is None else None)
        moment = next(commit["timestamp"] for commit in commits if commit["version"] == table.version())
        written = datetime.fromtimestamp(moment / 1000, tz=UTC)
        return Extraction(f"book/{encounter}", table.version(), written.strftime("%Y-%m-%dT%H:%M:%SZ"))

    def rows(self, engine: Backend, encounter: str, version: int | None = None) -> ir.Table:
        """Every row ever said (up to a version), as a table of the engine."""
        import ibis

        files = self.table(encounter).at(version).file_uris()
        wanted = book_schema(encounter)
        if not files:
            return ibis.memtable(wanted.empty_table())
        said = engine.read_parquet(files, union_by_name=True)
        # Files from before an element was declared lack its column.
        types = ibis.Schema.from_pyarrow(wanted)
        return said.select(
            **{name: said[name] if name in said.columns else ibis.null(kind) for name, kind in types.items()}
        )

    def about(
        self, encounter: str, mothers: pa.Array, records: pa.Array, columns: Collection[str]
    ) -> pa.Table:
        """Every row ever said of some records (``pseudonym``) and of the records of some mothers."""
        import pyarrow.compute as pc

        table, record = self.table(encounter), pc.field("pseudonym")
        theirs = pc.field("mother_pseudonym").isin(mothers) | record.isin(records)
        wanted = table.read_where(["pseudonym"], theirs)["pseudonym"].unique()
        return table.read_where(list(columns), record.isin(wanted))

    def current(
        self,
        engine: Backend,
        encounter: str,
        version: int | None = None,
        columns: Collection[str] | None = None,
    ) -> ir.Table:
        """One row a record: for each element the latest value said, none where it was cleared since.

        ``site`` is the site that the record names, else the partner that sent it; a mother without a health
        number counts as nobody else's mother. ``columns`` are those that will be looked at, if not all: an
        expression over all of them takes longer to compile than to run.
        """
        said = self.rows(engine, encounter, version)
        latest = fold(said, [name for name in said.columns if columns is None or name in {*ALWAYS, *columns}])
        return latest.mutate(
            site=latest.site.coalesce(latest.submitter),
            mother_pseudonym=latest.mother_pseudonym.coalesce(latest.pseudonym),
        )


def fold(said: ir.Table, columns: Collection[str], **counted: Any) -> ir.Table:
    """What all rows under one pseudonym say together, in these columns, and what is ``counted`` of them.

    Written for two engines: `max_by` with a structure as its value keeps a clear (a null) that a plain
    `max_by` would skip, and both DuckDB and Spark order structures field by field.
    """
    import ibis

    moment = ibis.struct({name: said[name] for name in ORDER})

    def latest(name: str) -> Any:
        spoken = said[name].notnull() | said["cleared"].contains(name)
        return ibis.struct({"value": said[name]}).argmax(moment, where=spoken)["value"]

    names = [name for name in columns if name not in ("pseudonym", "cleared")]
    return said.group_by("pseudonym").agg(**{name: latest(name) for name in names}, **counted)


def open_engine(work: Path) -> Backend:
    """An embedded engine whose spilled pages are encrypted and lie in the private work folder.

    The book holds no identity; the vault never meets this engine.
    """
    import ibis

    from vernix.intake.checking import SPILL_SEALED

    spill = work / "spill"
    spill.mkdir(mode=0o700, parents=True, exist_ok=True)
    return ibis.duckdb.connect(temp_directory=str(spill), **SPILL_SEALED)
