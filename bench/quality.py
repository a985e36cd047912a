"""A month's data-quality report, of all sites and of one, over a book of a million births.

The rows are drawn at random, a year of 94 sites, every element of the dictionary filled in nine of ten; the
month lies scattered over all files, which is the worst order. Beside it stands the same report over a book of
the month alone: what the other eleven months cost.
"""

from __future__ import annotations

import json
import os
import resource
import tempfile
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from vernix.births import encounters
from vernix.births.elements import Element
from vernix.registry.book import Book, book_schema
from vernix.registry.quality.making import Quality, Wanted, make
from vernix.registry.quality.months import Month
from vernix.registry.refusals import Refusals

ROWS, SITES, FILES = 1_000_000, 94, 20
JUNE = Month(2025, 6)


def run(rows: int = ROWS) -> dict[str, Any]:
    """Seconds of processor and of the clock for each report, and the peak of memory in MiB."""
    with tempfile.TemporaryDirectory() as name:
        year = Path(name) / "year"
        _fill(year, rows, days=365, first="2025-01-01")
        month = Path(name) / "month"
        _fill(month, rows // 12, days=30, first="2025-06-01")
        _report(month, Wanted("birth", JUNE))  # what is loaded once counts for neither
        return {
            "rows": rows,
            "all sites": _timed(lambda: _report(year, Wanted("birth", JUNE))),
            "one site": _timed(lambda: _report(year, Wanted("birth", JUNE, "hospital-3", "site"))),
            "all sites, book of the month alone": _timed(lambda: _report(month, Wanted("birth", JUNE))),
            "peak MiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        }


def _report(root: Path, wanted: Wanted) -> Quality:
    return make(Book(root / "book"), Refusals(root / "refusals"), root / "work", wanted)


def _timed(act: Callable[[], Quality]) -> dict[str, Any]:
    clock, processor = time.perf_counter(), time.process_time()
    quality = act()
    return {
        "seconds": round(time.perf_counter() - clock, 2),
        "processor seconds": round(time.process_time() - processor, 2),
        "records": sum(row["records"] or 0 for row in quality.rows),
    }


def _fill(root: Path, rows: int, *, days: int, first: str) -> None:
    draw = np.random.default_rng(7)
    book = Book(root / "book")
    for number in range(FILES):
        book.keep("birth", _births(draw, rows // FILES, days, first, number), f"batch-{number}")


def _births(draw: np.random.Generator, count: int, days: int, first: str, number: int) -> pa.Table:
    schema = book_schema("birth")
    born = np.datetime64(first) + draw.integers(0, days, count)
    arrived = pa.array((born + draw.integers(1, 60, count)).astype("datetime64[us]"))
    columns: dict[str, Any] = {
        "pseudonym": [os.urandom(16) for _ in range(count)],
        "mother_pseudonym": [os.urandom(16) for _ in range(count)],
        "submitter": [f"hospital-{site}" for site in draw.integers(0, SITES, count)],
        "submission": pa.repeat(f"delivery-{number}", count),
        "batch": pa.repeat(f"batch-{number}", count),
        "row": np.arange(count),
        "sent_at": arrived.cast(schema.field("sent_at").type),
        "received_at": arrived.cast(schema.field("received_at").type),
        "identified_by": [["record_number", "mother_health_number"]] * count,
        "birth_date": born.astype("datetime64[D]"),
    }
    kind = encounters.get("birth")
    for element in kind.with_privacy("quasi", "clinical"):
        if element.name not in columns:
            columns[element.name] = _values(draw, element, count)
    filled = [
        pa.array(columns[field.name], field.type) if field.name in columns else pa.nulls(count, field.type)
        for field in schema
    ]
    return pa.table(filled, schema=schema)


def _values(draw: np.random.Generator, element: Element, count: int) -> Any:
    """Plausible values of an element, one of ten blank; none of texts and times."""
    if element.codes is not None:
        values: Any = [code.code for code in element.codes.codes]
    elif element.type in ("integer", "gestation", "decimal"):
        low, high = (element.plausible.low, element.plausible.high) if element.plausible else (0, 10)
        whole = range(int(low), int(high) + 1)
        values = [Decimal(number) for number in whole] if element.type == "decimal" else list(whole)
    elif element.type == "boolean":
        values = [False, True]
    else:
        return [None] * count
    drawn = draw.integers(0, len(values), count)
    return [values[at] if known else None for at, known in zip(drawn, draw.random(count) < 0.9, strict=True)]


if __name__ == "__main__":
    print(json.dumps(run(), indent=2))
