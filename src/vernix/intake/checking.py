"""The encounter's own checks, run over columns and never a row at a time.

Each check is an Ibis expression (`vernix.births`), true where it is broken. Here they become two statements
for DuckDB, which reads the Arrow columns where they lie: one of what can be asked of some rows at a time, one
of what compares the rows of a whole file. The engine may reach no file and no network.

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
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Literal

import pyarrow as pa

from vernix.births import encounters
from vernix.births.checks import Check
from vernix.births.elements import arrow_type
from vernix.births.encounter import Encounter
from vernix.errors import KeeperFailed
from vernix.intake.findings import Kind

COMPILED = Path(__file__).parent / "compiled"
ROW = "_row"
Scope = Literal["within", "across"]
_TABLE = "rows"
SPILL_SEALED = {"temp_file_encryption": True, "force_mbedtls_unsafe": True}
"""What makes DuckDB encrypt the pages that it spills. Without the first they lie on the disk in the clear;
without its own cipher allowed ("unsafe" because of its random numbers) it refuses to spill at all."""
_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    # What is compared across a file's rows is a few columns, which mostly fit; what does not is spilled, and
    # never in the clear.
    **SPILL_SEALED,
    "memory_limit": "512MB",
    "enable_external_access": "false",
    "autoload_known_extensions": "false",
    "autoinstall_known_extensions": "false",
}


class Checker:
    """The checks of one encounter, ready to be asked of rows; an engine of its own until it is left.

    Rows are Arrow columns as `vernix.intake.reading` types them: the elements that the file brought, and
    ``_row`` (int64).
    """

    def __init__(self, encounter: Encounter) -> None:
        import duckdb

        self.encounter = encounter
        self._spill = TemporaryDirectory(prefix="vernix-checks-")  # its owner's alone
        self._engine = duckdb.connect(":memory:", config={**_SETTINGS, "temp_directory": self._spill.name})

    def __enter__(self) -> Checker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._engine.close()
        self._spill.cleanup()

    def within(self, rows: pa.Table) -> Iterator[tuple[Check, pa.Array]]:
        """For each check that some of these rows break by themselves: their numbers (``_row``).

        The engine makes ready anew for half a hundred checks each time: ask of many rows at once.
        """
        # All answers of all rows: a WHERE would have each asked twice over (measured).
        found = self._run(rows, compiled(self.encounter.name)["within"])
        for check in asked(self.encounter, "within"):
            yield from _some(check, found[ROW].filter(found[check.code]))

    def across(self, rows: pa.Table) -> Iterator[tuple[Check, pa.Array]]:
        """For each check that compares rows: the numbers of those that break it; ``rows`` are the whole file.

        Columns that no such check looks at (`compared`) may be left out.
        """
        # One after another: each holds what it compares of all rows in memory, together they would thrice.
        for check in asked(self.encounter, "across"):
            found = self._run(rows, compiled(self.encounter.name)[check.code])
            yield from _some(check, found[ROW])

    def _run(self, rows: pa.Table, sql: str) -> pa.Table:
        import duckdb

        try:
            self._engine.register("file", rows)
            self._engine.execute(view(rows, self.encounter))
            return _table_of(self._engine.execute(sql))
        except duckdb.Error:
            # The engine's sentence may quote what it choked on.
            raise KeeperFailed(
                "The checks could not be run.", hint="This is a fault of vernix; please report it."
            ) from None
        finally:
            self._engine.unregister("file")


def _some(check: Check, numbers: pa.ChunkedArray) -> Iterator[tuple[Check, pa.Array]]:
    if len(numbers):
        yield check, numbers.combine_chunks().sort()


def asked(encounter: Encounter, scope: Scope) -> tuple[Check, ...]:
    """The checks that can be asked of some rows at a time (``within``), or only of all (``across``)."""
    return tuple(check for check in encounter.checks if check.across == (scope == "across"))


def compared(encounter: Encounter) -> frozenset[str]:
    """The elements that are compared across the rows of a file."""
    return frozenset(name for check in asked(encounter, "across") for name in check.elements)


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
    """SQL of one encounter, as `compile_checks` gives it: the kept one if it is fresh, else compiled now."""
    encounter = encounters.get(name)
    kept = COMPILED / f"{encounter.name}.json"
    if kept.is_file():
        document = json.loads(kept.read_bytes())
        if document["fingerprint"] == fingerprint(encounter):
            sql: dict[str, str] = document["sql"]
            return sql
    return compile_checks(encounter)


def compile_checks(encounter: Encounter) -> dict[str, str]:
    """Compile the checks with Ibis into queries over the view ``rows``.

    ``within`` gives ``_row`` and for each check that is asked of single rows, under its code, whether the row
    breaks it. Under its own code each check that compares rows gives the numbers (``_row``) of those that do.
    """
    import ibis

    schema: dict[str, Any] = {element.name: arrow_type(element) for element in encounter.elements}
    table = ibis.table(
        ibis.schema({**{k: ibis.dtype(v) for k, v in schema.items()}, ROW: "int64"}), name=_TABLE
    )
    within = {check.code: check.fails(table) for check in asked(encounter, "within")}
    queries = {"within": table.select(ROW, **within)}
    for check in asked(encounter, "across"):
        queries[check.code] = table.filter(check.fails(table)).select(ROW)
    return {name: str(ibis.to_sql(query, dialect="duckdb", pretty=False)) for name, query in queries.items()}


def fingerprint(encounter: Encounter) -> str:
    """SHA-256 over what the SQL follows from: the columns' types, the checks, the modules that speak Ibis.

    Those are the ones that all encounters share and those of the encounter's own rooms, so that a rule of the
    newborn's makes no other encounter's SQL stale. What a rule was made of (`vernix.births.rules`) shows in
    its elements and examples.
    """
    digest = hashlib.sha256(encounter.name.encode())
    for element in encounter.elements:
        digest.update(f"{element.name} {arrow_type(element)}\n".encode())
    for check in encounter.checks:
        digest.update(f"{check.code} {check.across} {check.elements} {check.examples}\n".encode())
    births = Path(encounters.__file__).parent
    own = (source for room in rooms(encounter) for source in (births / room).rglob("*.py"))
    for source in sorted({*births.glob("*.py"), *own}):
        text = source.read_bytes()
        if b"ibis" in text:
            digest.update(source.name.encode() + b"\0" + text)
    return digest.hexdigest()


def rooms(encounter: Encounter) -> frozenset[str]:
    """The rooms of `vernix.births` in which the encounter's own rules are written."""
    package = encounters.__name__.rpartition(".")[0] + "."
    modules = (check.expression.__module__.removeprefix(package) for check in encounter.checks)
    return frozenset(module.partition(".")[0] for module in modules if "." in module)


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
        else f'CAST(NULL AS {types.get(element.type, f"DECIMAL(9,{element.digits})")}) AS "{element.name}"'
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
