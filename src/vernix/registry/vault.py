"""The vault: who a record is about. Every row is one sealed blob and keyed blind indexes; nothing in it is
readable.

The blob is bound to its pseudonym, so that it cannot be moved to another record. Looking somebody up goes
through an index (a keyed hash of the normalised value), never through an opened column. No query engine meets
an identity here: what DuckDB would spill to a disk does not exist.
"""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vernix.errors import DataRefused
from vernix.registry.lakehouse import Lakehouse
from vernix.sealing.records import BlindIndexKey, RecordKey

if TYPE_CHECKING:
    import pyarrow as pa

INDEXES: dict[str, tuple[str, ...]] = {
    "child_health_number": ("child_health_number",),
    "mother_health_number": ("mother_health_number",),
    "child_name": ("child_family_name", "child_given_names"),
    "mother_name_birth_date": ("mother_family_name", "mother_given_names", "mother_birth_date"),
    "mother_postal_code_birth_date": ("postal_code", "mother_birth_date"),
    "child_chart": ("submitter", "child_chart_number"),
    "mother_chart": ("submitter", "mother_chart_number"),
}
"""What a record can be found by: the index's name and the fields that make it, all of which must be there."""

_CONTEXT = b"vernix/vault/v1\0"
_ORDER = ("sent_at", "submission", "row")
"""What makes one row later than another, as in the book."""


@dataclass(frozen=True)
class Origin:
    """Where rows come from: the same few facts stand beside every row of a file, in vault and book."""

    submitter: str
    submission: str
    batch: str
    sent_at: datetime
    received_at: datetime


def vault_schema() -> pa.Schema:
    """The vault's columns: where a row comes from, the blind indexes, and the sealed blob."""
    import pyarrow as pa

    return pa.schema(
        [
            pa.field("pseudonym", pa.binary(), nullable=False),
            pa.field("submission", pa.string(), nullable=False),
            pa.field("batch", pa.string(), nullable=False),
            pa.field("row", pa.int64(), nullable=False),
            pa.field("sent_at", pa.timestamp("us", tz="UTC"), nullable=False),
            *(pa.field(f"index_{name}", pa.binary()) for name in INDEXES),
            pa.field("sealed", pa.binary(), nullable=False),
        ]
    )


class Vault:
    """The sealed identities in ``DATA/vault``."""

    def __init__(self, folder: Path, vault_key: bytes, index_key: bytes) -> None:
        self.table = Lakehouse(folder / "identity", vault_schema())
        self._records = RecordKey.derive(vault_key)
        self._index = BlindIndexKey.derive(index_key)

    def found(self) -> None:
        """Make the table where it is missing."""
        self.table.found()

    def keep(
        self, identities: pa.Table, pseudonyms: Sequence[bytes], rows: pa.ChunkedArray, origin: Origin
    ) -> bool:
        """Seal and append one file's identities once; returns whether they were appended now.

        Args:
            identities: one row a record, its direct identifiers only, with ``cleared`` (their names).
            pseudonyms: of the same rows.
            rows: the row numbers in the partner's file.
            origin: where they come from.
        """
        if self.table.holds(origin.batch):
            return False
        import pyarrow as pa

        people = identities.to_pylist()
        blobs = self._records.seal_many(
            (_blob(person), _CONTEXT + pseudonym)
            for person, pseudonym in zip(people, pseudonyms, strict=True)
        )
        count = len(people)
        columns: dict[str, Any] = {
            "pseudonym": list(pseudonyms),
            "submission": pa.repeat(origin.submission, count),
            "batch": pa.repeat(origin.batch, count),
            "row": rows,
            "sent_at": pa.repeat(pa.scalar(origin.sent_at, pa.timestamp("us", tz="UTC")), count),
            **{f"index_{name}": self.indexed(name, people, origin.submitter) for name in INDEXES},
            "sealed": blobs,
        }
        return self.table.append_once(pa.table(columns, schema=vault_schema()), origin.batch)

    def known(self, index: str, wanted: pa.Array) -> pa.Table:
        """The records (``pseudonym``) that now have one of some blind indexes (``index_NAME``).

        One that was corrected or cleared since counts no more; what was cleared stands in the sealed blob
        alone.
        """
        import pyarrow as pa
        import pyarrow.compute as pc

        column = f"index_{index}"
        once = self.table.read_where(["pseudonym"], pc.field(column).isin(wanted))["pseudonym"].unique()
        said = self.table.read_where(
            ["pseudonym", column, "sealed", *_ORDER], pc.field("pseudonym").isin(once)
        ).sort_by([(name, "ascending") for name in _ORDER])
        latest: dict[bytes, bytes | None] = {}
        columns = (said[name].to_pylist() for name in ("pseudonym", column, "sealed"))
        for pseudonym, value, sealed in zip(*columns, strict=True):
            if value is not None or not self._open(pseudonym, sealed)[1].isdisjoint(INDEXES[index]):
                latest[pseudonym] = value
        schema = said.select(["pseudonym", column]).schema
        found = pa.table([list(latest), list(latest.values())], schema=schema)
        return found.filter(pc.is_in(found[column], value_set=wanted))

    def find(self, index: str, values: Mapping[str, Any]) -> list[bytes]:
        """The pseudonyms of records that once said exactly these values for ``INDEXES[index]``."""
        import pyarrow.compute as pc

        wanted = self._index.index(index, _key_text(INDEXES[index], values) or "")
        matching = pc.field(f"index_{index}") == wanted
        found = self.table.read_where(["pseudonym"], matching)
        return sorted(set(found["pseudonym"].to_pylist()))

    def identity(self, pseudonym: bytes) -> dict[str, Any]:
        """What all rows of a record say about who it is: the latest value of each field, none where cleared
        since.

        Raises:
            DataRefused: a blob was altered, or belongs to another record.
        """
        import pyarrow.compute as pc

        found = self.table.read_where(["sealed", *_ORDER], pc.field("pseudonym") == pseudonym)
        person: dict[str, Any] = {}
        for sealed in found.sort_by([(name, "ascending") for name in _ORDER])["sealed"].to_pylist():
            said, cleared = self._open(pseudonym, sealed)
            for name in cleared:
                person.pop(name, None)
            person.update(said)
        return person

    def _open(self, pseudonym: bytes, sealed: bytes) -> tuple[dict[str, Any], frozenset[str]]:
        """What one row says of who it is, and which names it clears."""
        said = json.loads(self._records.open(sealed, _CONTEXT + pseudonym))
        return said, frozenset(said.pop("cleared", ()))

    def check(self) -> Iterator[tuple[str, int, int]]:
        """For each batch, how many blobs do not open and how many do."""
        broken: Counter[str] = Counter()
        whole: Counter[str] = Counter()
        rows = self.table.read(["batch", "pseudonym", "sealed"])
        for batch, pseudonym, sealed in zip(*(column.to_pylist() for column in rows.columns), strict=True):
            try:
                self._records.open(sealed, _CONTEXT + pseudonym)
                whole[batch] += 1
            except DataRefused:
                broken[batch] += 1
        for batch in sorted({*broken, *whole}):
            yield batch, broken[batch], whole[batch]

    def indexed(self, index: str, people: list[dict[str, Any]], submitter: str) -> list[bytes | None]:
        """The blind index of each of some people, none where a field of it is not told."""
        names = INDEXES[index]
        if not people or not {*people[0], "submitter"}.issuperset(names):
            return [None] * len(people)
        return self._index.index_many(
            index, (_key_text(names, {"submitter": submitter, **p}) for p in people)
        )


def normal(value: Any) -> str:
    """A value as an index sees it: no accents, case, spaces or signs, so that spellings of one value meet."""
    plain = unicodedata.normalize("NFKD", str(value))
    return "".join(sign for sign in plain.casefold() if sign.isalnum())


def _key_text(names: tuple[str, ...], values: Mapping[str, Any]) -> str | None:
    parts = [normal(values[name]) if values.get(name) is not None else "" for name in names]
    return "\x1f".join(parts) if all(parts) else None


def _blob(person: Mapping[str, Any]) -> bytes:
    said = {name: value for name, value in person.items() if value is not None and value != []}
    return json.dumps(said, ensure_ascii=False, default=str, separators=(",", ":")).encode()
