"""What was read, beside what the registry has: rules on two tables, asked when a submission is read.

Who is the same is told by keyed names only: the pseudonyms of records and mothers, and the vault's blind
index of a child's health number. No identity meets the engine. What is found are warnings: nothing that is
kept depends on them, so that a kill in the midst changes nothing.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vernix.births import encounters
from vernix.births.against_book import KEYS, BookCheck
from vernix.intake.checking import ROW
from vernix.intake.findings import Kind
from vernix.registry.book import ORDER, Book, book_schema, fold, open_engine
from vernix.registry.vault import INDEXES

if TYPE_CHECKING:
    import pyarrow as pa

    from vernix.births.encounter import Encounter
    from vernix.intake.reading import Reading
    from vernix.registry.parting import Naming
    from vernix.registry.vault import Origin, Vault

_CHILD = "child_health_number"
_INDEX = f"index_{_CHILD}"
_SAID = ("pseudonym", "mother_pseudonym", "cleared", *ORDER)
"""What is read of the book beside the elements of a rule."""


def questioned(
    reading: Reading, origin: Origin, naming: Naming, vault: Vault, book: Book, work: Path
) -> Reading:
    """A reading with the warnings that the book gives rise to."""
    checks = [check for check in reading.encounter.book_checks if book.table(check.against).exists]
    if not checks or not reading.counts.accepted:
        return reading
    sent = _sent(reading, origin, naming, vault)
    with _engine(work) as engine:
        engine.register("sent", sent)
        for against in sorted({check.against for check in checks}):
            rules = [check for check in checks if check.against == against]
            is_empty = _register_kept(engine, against, rules, sent, vault, book)
            for check in rules:
                # Where nothing was said, nothing is contradicted, and only what is wanted can be missing.
                if is_empty and check.wanted_by is None:
                    continue
                rows = _broken(engine, _statements(reading.encounter.name)[check.code])
                reading = reading.questioned(_kind(check, reading.names), rows) if len(rows) else reading
    return reading


def _register_kept(
    engine: Any, against: str, rules: Sequence[BookCheck], sent: pa.Table, vault: Vault, book: Book
) -> bool:
    """Show the engine what was said of the mothers and children that were sent; whether that is nothing."""
    known = vault.known(_CHILD, sent["child"].drop_null())
    mothers, read = sent["mother"].drop_null().unique(), {name for rule in rules for name in rule.reads}
    said = book.about(against, mothers, known["pseudonym"], [*_SAID, *read])
    engine.register("known", known)
    engine.register("said", said)
    return not len(said)


def _broken(engine: Any, statement: str) -> pa.Int64Array:
    import pyarrow as pa

    return pa.array(engine.execute(statement).fetchnumpy()[ROW])


@contextmanager
def _engine(work: Path) -> Iterator[Any]:
    folder = work / "open-beside"
    backend = open_engine(folder)
    try:
        yield backend.con
    finally:
        backend.disconnect()
        shutil.rmtree(folder, ignore_errors=True)


def _sent(reading: Reading, origin: Origin, naming: Naming, vault: Vault) -> pa.Table:
    """The accepted rows under keyed names, with what the rules read."""
    import pyarrow as pa

    records, encounter = reading.records, reading.encounter
    numbers = records.select([name for name in INDEXES[_CHILD] if name in records.column_names])
    found = {
        "record": naming.records(encounter, records, origin),
        "mother": naming.mothers(records),
        "child": vault.indexed(_CHILD, numbers.to_pylist(), origin.submitter) or [None] * len(records),
    }
    schema = _sent_schema(encounter)
    for name in set(schema.names).difference(found):
        given = name in records.column_names
        found[name] = records[name] if given else pa.nulls(len(records), schema.field(name).type)
    return pa.table(found, schema=schema)


def _sent_schema(encounter: Encounter) -> pa.Schema:
    """Keyed names, the row's number, and the elements that the rules read: none is a direct identifier."""
    import pyarrow as pa

    read = {
        name: book_schema(check.against).field(name).type
        for check in encounter.book_checks
        for name in check.reads
    }
    return pa.schema([*((key, pa.binary()) for key in KEYS), *read.items(), (ROW, pa.int64())])


@cache
def _statements(name: str) -> Mapping[str, str]:
    """SQL for each rule of an encounter, over ``sent``, ``said`` and ``known``: the rows that break it.

    Compiling costs more than running, so it is done once.
    """
    return {check.code: _statement(check, encounters.get(name)) for check in encounters.get(name).book_checks}


def _statement(check: BookCheck, encounter: Encounter) -> str:
    import ibis
    import pyarrow as pa

    columns = [book_schema(check.against).field(name) for name in (*_SAID, *check.reads)]
    sent = ibis.table(ibis.Schema.from_pyarrow(_sent_schema(encounter)), "sent")
    said = ibis.table(ibis.Schema.from_pyarrow(pa.schema(columns)), "said")
    known = ibis.table({"pseudonym": "binary", _INDEX: "binary"}, "known")
    latest = fold(said, ["mother_pseudonym", *check.reads]).left_join(known, "pseudonym")
    kept = latest.select(
        *check.reads, record=latest.pseudonym, mother=latest.mother_pseudonym, child=latest[_INDEX]
    )
    return str(ibis.to_sql(check.broken(sent, kept).select(ROW).order_by(ROW), dialect="duckdb"))


def _kind(check: BookCheck, names: dict[str, str]) -> Kind:
    element = next((name for name in check.elements if name in names), check.elements[0])
    return Kind(check.code, "warning", names.get(element), element, check.text.en, check.text.fr)
