"""``vernix cohort``: write a synthetic cohort, births and all that came before and after, with the truth."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vernix.console import print_json, say
from vernix.errors import UsageError
from vernix.partner.options import Json

if TYPE_CHECKING:
    import pyarrow as pa

    from vernix.births.checks import Check
    from vernix.births.encounter import Encounter

TRUTH = "truth"
ALL = "all"


def cohort(
    *,
    births: int,
    out: Path,
    seed: int = 2026,
    error_rate: float = 0.03,
    encounter: tuple[str, ...] = (),
    json: Json = False,
) -> int:
    """Write a synthetic cohort: one CSV file for each site, and truth.csv with what is true of a row.

    The people are invented. Some rows are spoiled on purpose; truth.csv says which and how. The same seed
    gives the same files, and the same people in every encounter.

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
    encounter
        Besides the births, what else of the same people: the name of an encounter, several times for
        several, or "all". Each has a folder of its own with a file for each sender.
    """
    from vernix.births.cohort.births import generate

    if births < 0 or not 0 <= error_rate <= 1 or seed < 0:
        raise UsageError(
            "a cohort has 0 or more births, a seed of 0 or more, and an error rate of 0 to 1.",
            hint="For instance: vernix cohort --births 1000 --out cohort",
        )
    others = _others(encounter)
    drawn = generate(births, seed, error_rate=error_rate)
    _write_all(out, drawn.files | {TRUTH: drawn.truth})
    told = [_told("birth", out, drawn.files)]
    for name in others:
        files, truth = _contacts(name, births, seed, error_rate)
        _write_all(out / name, files | {TRUTH: truth})
        told.append(_told(name, out / name, files))
    _answer(births, seed, out, told, json)
    return 0


def _others(wanted: tuple[str, ...]) -> list[str]:
    """The encounters besides birth; raises `UsageError` for one that there is not."""
    from vernix.births import encounters

    names = encounters.names() if ALL in wanted else [encounters.get(name).name for name in wanted]
    return [name for name in dict.fromkeys(names) if name != "birth"]


def _contacts(name: str, births: int, seed: int, error_rate: float) -> tuple[dict[str, pa.Table], pa.Table]:
    from vernix.births import encounters
    from vernix.births.cohort.contacts import contacts

    encounter = encounters.get(name)
    drawn = contacts(name, births, lambda rows: _asked(encounter, rows), seed=seed, error_rate=error_rate)
    return drawn.files, drawn.truth


def _asked(encounter: Encounter, rows: pa.Table) -> Iterator[tuple[Check, pa.Array]]:
    """What the encounter's checks ask about some rows, as they are asked of a partner's file."""
    from vernix.intake.checking import Checker, compared

    with Checker(encounter) as checker:
        yield from checker.within(rows)
        if compared(encounter):
            yield from checker.across(rows)


def _told(name: str, folder: Path, files: Mapping[str, pa.Table]) -> dict[str, Any]:
    rows = [{"site": site, "file": f"{site}.csv", "rows": table.num_rows} for site, table in files.items()]
    return {"encounter": name, "folder": str(folder), "files": rows, "truth": f"{TRUTH}.csv"}


def _answer(births: int, seed: int, out: Path, told: list[dict[str, Any]], json: bool) -> None:
    if json:
        sites = [
            {"site": each["site"], "file": each["file"], "births": each["rows"]} for each in told[0]["files"]
        ]
        print_json(
            {
                "births": births,
                "seed": seed,
                "folder": str(out),
                "sites": sites,
                "truth": f"{TRUTH}.csv",
                "encounters": told,
            }
        )
        return
    say(f"Wrote {births} births of {len(told[0]['files'])} sites, and {TRUTH}.csv, into {out}.")
    for each in told[1:]:
        rows = sum(file["rows"] for file in each["files"])
        say(f"Wrote {rows} rows of {each['encounter']} into {each['folder']}.")


def _write_all(folder: Path, files: Mapping[str, pa.Table]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in files.items():
        _write(folder / f"{name}.csv", table)


def _write(target: Path, table: pa.Table) -> None:
    """A CSV file as a hospital's own program writes it, quoted only where needed; whole or not at all."""
    import duckdb

    temporary = target.with_name(f".{target.name}.part")
    try:
        with duckdb.connect(":memory:") as engine:
            engine.register("rows", table)
            engine.execute("COPY rows TO $file (FORMAT csv, HEADER true)", {"file": str(temporary)})
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
