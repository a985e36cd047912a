"""Births by the million, as a registry's partners would have them: one CSV file, and the same as Parquet.

The cohort is drawn in pieces, so that writing needs little memory too. Record numbers are unique over all
pieces; three rows in a hundred hold the errors that people make. In Parquet numbers and dates are typed, as
an export has them; what is none is null there.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from vernix.births import encounters
from vernix.births.cohort.births import generate

COLUMNS = 44
_PIECE = 100_000


def write(births: int, as_csv: Path, as_parquet: Path) -> None:
    """Write ``births`` births into two files."""
    with as_csv.open("w", newline="", encoding="utf-8") as stream:
        texts, rows = csv.writer(stream), None
        for place in range(0, births, _PIECE):
            piece = _piece(min(_PIECE, births - place), place)
            typed = pa.table({name: _typed(name, piece.column(name)) for name in piece.column_names})
            if rows is None:
                rows = pq.ParquetWriter(as_parquet, typed.schema)
                texts.writerow(piece.column_names)
            texts.writerows(zip(*(column.to_pylist() for column in piece.columns), strict=True))
            rows.write_table(typed)
        if rows is not None:
            rows.close()


def _piece(births: int, first: int) -> pa.Table:
    """Some births in the columns that checks look at, and of the others the first ones."""
    table = pa.concat_tables(generate(births, 2026 + first).files.values())
    looked_at = {name for check in encounters.get("birth").checks for name in check.elements}
    names = sorted(table.column_names, key=lambda name: name not in looked_at)[:COLUMNS]
    numbers = pa.arange(first + 1, first + 1 + table.num_rows).cast(pa.string())
    table = table.set_column(table.column_names.index("record_number"), "record_number", numbers)
    return table.select([name for name in table.column_names if name in names])


def _typed(name: str, texts: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = encounters.get("birth").element(name).type
    if kind == "date":
        return pc.strptime(texts, "%Y-%m-%d", "s", error_is_null=True).cast(pa.date32())
    if kind in ("integer", "decimal"):
        known = pc.match_substring_regex(texts, r"^[0-9]{1,9}(?:\.[0-9]{1,9})?$")
        figures = pc.if_else(known, texts, pa.scalar(None, pa.string())).cast(pa.float64())
        return figures.cast(pa.int32(), safe=False) if kind == "integer" else figures
    return texts
