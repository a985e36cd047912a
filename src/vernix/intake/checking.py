"""The encounter's own checks, run over all rows of a file at once.

Each check is an Ibis expression (`vernix.births`), true where it is broken. Here it becomes SQL for DuckDB,
which reads the Arrow columns where they lie. Nothing is ever spilled in the clear: temporary files are
encrypted, and the engine may reach no file and no network.

Compiling with Ibis costs most of a second, more than reading a day's births. So the SQL is kept beside this
module (``compiled/ENCOUNTER.json``) with a fingerprint of the declarations it was made from; where the
fingerprint does not match, the expressions are compiled afresh. ``python -m vernix.intake.checking`` writes
it anew.
"""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from vernix.births import encounters
from vernix.births.checks import Check
from vernix.births.elements import arrow_type
from vernix.births.encounters import Encounter
from vernix.errors import KeeperFailed
from vernix.intake.findings import Kind

COMPILED = Path(__file__).parent / "compiled"
ROW = "_row"
_TABLE = "rows"
_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "temp_file_encryption": "true",
    "enable_external_access": "false",
    "autoload_known_extensions": "false",
    "autoinstall_known_extensions": "false",
}


def broken(records: pa.Table, encounter: Encounter) -> Iterator[tuple[Check, pa.Array]]:
    """For each check that is broken somewhere: the numbers (``_row``) of the rows that break it.

    ``records`` has the element columns that the file brought, typed, and ``_row`` (int64).
    """
    import duckdb

    if not records.num_rows or not encounter.checks:
        return
    sql = compiled(encounter.name)
    # One statement for all checks: planned once, run on all cores.
    each = [f"SELECT {n} AS n, {ROW} FROM ({sql[check.code]})" for n, check in enumerate(encounter.checks)]  # noqa: S608 - our own SQL
    with duckdb.connect(":memory:", config=_SETTINGS) as connection:
        connection.register("file", records)
        try:
            connection.execute(view(records, encounter))
            found = _table_of(connection.execute(" UNION ALL ".join(each)))
        except duckdb.Error:
            # The engine's sentence may quote what it choked on.
            raise KeeperFailed(
                "The checks could not be run.", hint="This is a fault of vernix; please report it."
            ) from None
    for n, check in enumerate(encounter.checks):
        rows = found.filter(pc.equal(found["n"], n))[ROW]
        if len(rows):
            yield check, rows.combine_chunks().sort()


def _table_of(result: Any) -> pa.Table:
    """A result as an Arrow table. The relational way that the warning praises plans the statement twice."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return result.to_arrow_table()


def kind_of(check: Check, columns: Mapping[str, str]) -> Kind:
    """The finding's kind for a check; ``columns`` are the partner's names of the elements' columns."""
    element = next((name for name in check.elements if name in columns), check.elements[0])
    return Kind(
        code=check.code,
        severity="error" if check.severity == "hard" else "warning",
        column=columns.get(element),
        element=element,
        text_en=check.text.en,
        text_fr=check.text.fr,
    )


@cache
def compiled(name: str) -> Mapping[str, str]:
    """SQL by check code of one encounter: the kept one if it is fresh, else compiled now."""
    encounter = encounters.get(name)
    kept = COMPILED / f"{encounter.name}.json"
    if kept.is_file():
        document = json.loads(kept.read_bytes())
        if document["fingerprint"] == fingerprint(encounter):
            sql: dict[str, str] = document["sql"]
            return sql
    return compile_checks(encounter)


def compile_checks(encounter: Encounter) -> dict[str, str]:
    """Compile every check with Ibis: a query over the view ``rows`` that gives ``_row`` where it is
    broken."""
    import ibis

    schema: dict[str, Any] = {element.name: arrow_type(element) for element in encounter.elements}
    table = ibis.table(
        ibis.schema({**{k: ibis.dtype(v) for k, v in schema.items()}, ROW: "int64"}), name=_TABLE
    )
    return {
        check.code: str(
            ibis.to_sql(
                table.filter(check.expression(table)).select(ROW).order_by(ROW),
                dialect="duckdb",
                pretty=False,
            )
        )
        for check in encounter.checks
    }


def fingerprint(encounter: Encounter) -> str:
    """SHA-256 over what the SQL follows from: the columns' types, and the modules that speak Ibis."""
    digest = hashlib.sha256(encounter.name.encode())
    for element in encounter.elements:
        digest.update(f"{element.name} {arrow_type(element)}\n".encode())
    for source in sorted(Path(encounters.__file__).parent.glob("*.py")):
        text = source.read_bytes()
        if b"ibis" in text:
            digest.update(source.name.encode() + b"\0" + text)
    return digest.hexdigest()


def view(records: pa.Table, encounter: Encounter) -> str:
    """All elements of the encounter, null where the file has no such column."""
    present = set(records.column_names)
    types = {
        "text": "VARCHAR",
        "integer": "INTEGER",
        "date": "DATE",
        "time": "VARCHAR",
        "code": "VARCHAR",
        "boolean": "BOOLEAN",
        "gestation": "INTEGER",
    }
    columns = [
        f'"{element.name}"'
        if element.name in present
        else f'CAST(NULL AS {types.get(element.type, f"DECIMAL(9,{element.places})")}) AS "{element.name}"'
        for element in encounter.elements
    ]
    return f'CREATE OR REPLACE TEMP VIEW "{_TABLE}" AS SELECT {", ".join(columns)}, "{ROW}" FROM file'  # noqa: S608 - our own names


def _keep() -> None:
    """Write the compiled checks of every encounter."""
    COMPILED.mkdir(exist_ok=True)
    for name in encounters.names():
        encounter = encounters.get(name)
        document = {"fingerprint": fingerprint(encounter), "sql": compile_checks(encounter)}
        text = json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False)
        (COMPILED / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    _keep()
