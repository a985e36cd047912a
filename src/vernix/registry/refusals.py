"""Refused rows: which rows of a file were not taken, and why. Codes and places, never a value.

A row here has the pseudonym that it would have had in the book, so that it is seen when its record was mended
and taken later. It serves the data-quality report, and nothing else reads it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from vernix.intake.checking import ROW
from vernix.registry.lakehouse import Lakehouse

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa
    from ibis.backends.duckdb import Backend

    from vernix.intake.reading import Reading
    from vernix.registry.parting import Naming
    from vernix.registry.vault import Origin


def refusals_schema() -> pa.Schema:
    """The columns: where a row comes from, the day it tells of, and its causes (``CODE`` or ``CODE
    ELEMENT``)."""
    import pyarrow as pa

    moment = pa.timestamp("us", tz="UTC")
    return pa.schema(
        [
            pa.field("pseudonym", pa.binary(), nullable=False),
            pa.field("submitter", pa.string(), nullable=False),
            pa.field("submission", pa.string(), nullable=False),
            pa.field("batch", pa.string(), nullable=False),
            pa.field("row", pa.int64(), nullable=False),
            pa.field("received_at", moment, nullable=False),
            pa.field("happened", pa.date32()),
            pa.field("causes", pa.list_(pa.string())),
        ]
    )


class Refusals:
    """The tables of refused rows in ``DATA/refusals``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._tables: dict[str, Lakehouse] = {}

    def table(self, encounter: str) -> Lakehouse:
        """The table of one kind of encounter."""
        if encounter not in self._tables:
            self._tables[encounter] = Lakehouse(self.folder / encounter, refusals_schema())
        return self._tables[encounter]

    def keep(self, encounter: str, rows: pa.Table, batch: str) -> bool:
        """Append one file's refused rows once; returns whether they were appended now."""
        table = self.table(encounter)
        table.found()
        return table.append_once(rows, batch)

    def rows(self, engine: Backend, encounter: str, version: int | None = None) -> ir.Table:
        """Every row that was ever refused (up to a version), as a table of the engine."""
        import ibis

        table = self.table(encounter)
        # A version below 0 is the state before the first row was refused.
        there = table.exists and (version is None or version >= 0)
        files = table.at(version).file_uris() if there else []
        return engine.read_parquet(files) if files else ibis.memtable(refusals_schema().empty_table())


def refused_rows(reading: Reading, origin: Origin, naming: Naming) -> pa.Table:
    """What is kept of the rows of one file that were refused."""
    import pyarrow as pa

    if not reading.counts.rejected:
        return refusals_schema().empty_table()
    kind = reading.encounter
    causes = _causes(reading)
    wanted = (ROW, kind.record_key, *kind.when)
    batches = [batch.select([n for n in batch.schema.names if n in wanted]) for batch in reading.refused()]
    rows = pa.Table.from_batches(batches) if batches else pa.table({ROW: pa.array([], pa.int64())})
    # A row that is no row of its table (too few cells) can only be counted.
    lost = sorted(causes.keys() - set(rows[ROW].to_pylist()))
    rows = pa.concat_tables([rows, pa.table({ROW: pa.array(lost, pa.int64())})], promote_options="default")
    count = rows.num_rows
    moment = refusals_schema().field("received_at").type
    columns = {
        "pseudonym": pa.array(naming.records(kind, rows, origin), pa.binary()),
        "submitter": pa.repeat(origin.submitter, count),
        "submission": pa.repeat(origin.submission, count),
        "batch": pa.repeat(origin.batch, count),
        "row": rows[ROW],
        "received_at": pa.repeat(pa.scalar(origin.received_at, moment), count),
        "happened": _happened(rows, kind.when),
        "causes": pa.array([causes.get(row, []) for row in rows[ROW].to_pylist()], pa.list_(pa.string())),
    }
    return pa.table(columns, schema=refusals_schema())


def _causes(reading: Reading) -> dict[int, list[str]]:
    """By row why it was refused; of one cause in one file so many rows as are kept for its answer."""
    found: dict[int, list[str]] = {}
    for cause in reading.findings.causes():
        kind = cause.kind
        if kind.severity == "error" and not cause.is_of_the_file:
            for row in cause.rows:
                found.setdefault(row, []).append(f"{kind.code} {kind.element}" if kind.element else kind.code)
    return found


def _happened(rows: pa.Table, when: tuple[str, ...]) -> pa.ChunkedArray | pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    known = [rows[name] for name in when if name in rows.column_names]
    return pc.coalesce(*known) if known else pa.nulls(rows.num_rows, pa.date32())
