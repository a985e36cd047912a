"""At the door: each record falls apart into who (for the vault) and what happened (for the book).

The two halves share a pseudonym and nothing else. A pseudonym is a keyed hash of what makes the record the
same record again (the site's own number, or else this row of this very file), so that doing a step twice
names the same records, and a correction meets the rows it corrects.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vernix.births.encounter import Encounter
from vernix.intake.reading import Reading
from vernix.intake.typed_file import CLEARED
from vernix.registry.book import book_schema
from vernix.registry.refusals import refused_rows
from vernix.registry.vault import Origin, normal
from vernix.sealing.records import BlindIndexKey

if TYPE_CHECKING:
    import pyarrow as pa

_BETWEEN = "\x1f"


@dataclass(frozen=True)
class Parted:
    """One file's records, parted: the same rows in the same order under the same pseudonyms."""

    pseudonyms: list[bytes]
    rows: pa.ChunkedArray
    identities: pa.Table
    clinical: pa.Table
    refused: pa.Table


class Naming:
    """Names records, mothers and batches by keyed hashes; without the key a name says nothing."""

    def __init__(self, key: bytes) -> None:
        self._key = BlindIndexKey.derive(key)

    def batch(self, submitter: str, encounter: str, file: Path, mapping: bytes | None) -> str:
        """The name of what a file says: the same content, read the same way, has the same name."""
        with file.open("rb") as stream:
            content = hashlib.file_digest(stream, "sha256").hexdigest()
        reading = hashlib.sha256(mapping).hexdigest() if mapping is not None else ""
        return self._key.index("batch", _BETWEEN.join((submitter, encounter, content, reading))).hex()

    def records(self, encounter: Encounter, records: pa.Table, origin: Origin) -> list[bytes]:
        """A pseudonym for each record."""
        rows = records["_row"].to_pylist()
        numbers: list[str | None] = [None] * len(rows)
        if encounter.record_key in records.column_names:
            numbers = records[encounter.record_key].to_pylist()
        texts = [
            _BETWEEN.join((origin.submitter, encounter.name, "number", number.strip()))
            if number and number.strip()
            else _BETWEEN.join((origin.batch, "row", str(row)))
            for number, row in zip(numbers, rows, strict=True)
        ]
        return [name for name in self._key.index_many("record", texts) if name is not None]

    def mothers(self, records: pa.Table) -> Sequence[bytes | None]:
        """The same pseudonym for the same health number of a mother; none without a number."""
        if "mother_health_number" not in records.column_names:
            return [None] * records.num_rows
        numbers = records["mother_health_number"].to_pylist()
        return self._key.index_many(
            "mother", (normal(number) or None if number else None for number in numbers)
        )


def part(reading: Reading, origin: Origin, naming: Naming) -> Parted:
    """Part what was read from one file, and say which of its rows were refused."""
    records = reading.records
    pseudonyms = naming.records(reading.encounter, records, origin)
    direct = [element.name for element in reading.encounter.with_privacy("direct")]
    held = [name for name in direct if name in records.column_names]
    identities = records.select(held).append_column("cleared", _cleared(records, set(direct)))
    clinical = _clinical(reading, pseudonyms, origin, naming)
    return Parted(pseudonyms, records["_row"], identities, clinical, refused_rows(reading, origin, naming))


def _clinical(reading: Reading, pseudonyms: list[bytes], origin: Origin, naming: Naming) -> pa.Table:
    import pyarrow as pa

    records, count = reading.records, reading.records.num_rows
    schema = book_schema(reading.encounter.name)
    moment = schema.field("sent_at").type
    columns = {
        "pseudonym": pa.array(pseudonyms, pa.binary()),
        "mother_pseudonym": pa.array(naming.mothers(records), pa.binary()),
        "submitter": pa.repeat(origin.submitter, count),
        "submission": pa.repeat(origin.submission, count),
        "batch": pa.repeat(origin.batch, count),
        "row": records["_row"],
        "sent_at": pa.repeat(pa.scalar(origin.sent_at, moment), count),
        "received_at": pa.repeat(pa.scalar(origin.received_at, moment), count),
        # With her number goes the pseudonym that was made of it.
        "cleared": _cleared(records, set(schema.names), {"mother_health_number": "mother_pseudonym"}),
        "confirmed": _confirmed(reading),
        "identified_by": _identified_by(reading),
    }
    for field in schema:
        if field.name not in columns:
            given = field.name in records.column_names
            columns[field.name] = records[field.name] if given else pa.nulls(count, field.type)
    return pa.table([columns[name] for name in schema.names], schema=schema)


def _confirmed(reading: Reading) -> pa.Array:
    """The codes of the warnings that each row stands by; none where it was not asked."""
    import pyarrow as pa

    codes: dict[int, list[str]] = {}
    for code, rows in reading.overrides.confirmed.items():
        for row in rows:
            codes.setdefault(row, []).append(code)
    kept = [sorted(codes[row]) if row in codes else None for row in reading.records["_row"].to_pylist()]
    return pa.array(kept, pa.list_(pa.string()))


def _identified_by(reading: Reading) -> pa.Array | pa.ChunkedArray:
    """The names of the direct identifiers that each row brought; none where it brought none."""
    import pyarrow as pa
    import pyarrow.compute as pc

    records = reading.records
    direct = (element.name for element in reading.encounter.with_privacy("direct"))
    none = pa.scalar(None, pa.string())
    brought = [
        pc.if_else(records[name].is_valid(), name, none) for name in direct if name in records.column_names
    ]
    if not brought:
        return pa.nulls(records.num_rows, pa.list_(pa.string()))
    joined = pc.binary_join_element_wise(*brought, " ", null_handling="skip")
    return pc.split_pattern(pc.if_else(pc.equal(joined, ""), none, joined), " ")


def _cleared(records: pa.Table, names: set[str], known_as: Mapping[str, str] | None = None) -> pa.Array:
    """The cleared elements of each row, those of ``names`` only: a clear tells as much as a value would.

    ``known_as`` are names that stand for others there.
    """
    import pyarrow as pa

    known = {name: name for name in names} | dict(known_as or {})
    kept = [
        [known[name] for name in cleared or () if name in known] for cleared in records[CLEARED].to_pylist()
    ]
    return pa.array(kept, pa.list_(pa.string()))
