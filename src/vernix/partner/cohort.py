"""``vernix cohort``: write a synthetic cohort of births, with the truth beside it."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path
from typing import TYPE_CHECKING

from vernix.console import print_json, say
from vernix.errors import UsageError
from vernix.partner.options import Json

if TYPE_CHECKING:
    import pyarrow as pa

TRUTH = "truth"


def cohort(
    *,
    births: int,
    out: Path,
    seed: int = 2026,
    error_rate: float = 0.03,
    json: Json = False,
) -> int:
    """Write a synthetic cohort: one CSV file for each site, and truth.csv with what is true of a row.

    The people are invented. Some rows are spoiled on purpose; truth.csv says which and how. The same seed
    gives the same files.

    Parameters
    ----------
    births
        How many children in all.
    out
        The folder to write into; made if it is missing. Files of the same names are replaced.
    seed
        Another seed, another cohort.
    error_rate
        The share of rows that are spoiled, 0 to 1.
    """
    from vernix.births.cohort.births import generate

    if births < 0 or not 0 <= error_rate <= 1 or seed < 0:
        raise UsageError(
            "a cohort has 0 or more births, a seed of 0 or more, and an error rate of 0 to 1.",
            hint="For instance: vernix cohort --births 1000 --out cohort",
        )
    drawn = generate(births, seed, error_rate=error_rate)
    out.mkdir(parents=True, exist_ok=True)
    files = drawn.files | {TRUTH: drawn.truth}
    for name, table in files.items():
        _write(out / f"{name}.csv", table)
    if json:
        sites = [
            {"site": name, "file": f"{name}.csv", "births": table.num_rows}
            for name, table in drawn.files.items()
        ]
        print_json(
            {"births": births, "seed": seed, "folder": str(out), "sites": sites, "truth": f"{TRUTH}.csv"}
        )
    else:
        say(f"Wrote {births} births of {len(drawn.files)} sites, and {TRUTH}.csv, into {out}.")
    return 0


def _write(target: Path, table: pa.Table) -> None:
    """A CSV file as a hospital's own program writes it, quoted only where needed; whole or not at all."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.column_names)
    writer.writerows(zip(*(column.to_pylist() for column in table.columns), strict=True))
    temporary = target.with_name(f".{target.name}.part")
    try:
        with temporary.open("wb") as file:
            file.write(text.getvalue().encode())
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
