"""Delta Lake tables that take a batch of rows exactly once.

A batch is named by a keyed digest of what it says; the name goes into the table's own commit as an
application transaction, so that whether a batch is there is answered by the same file that put it there. One
process writes (`vernix.registry.running` holds a lock); anybody may read.
"""

from __future__ import annotations

import errno
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from vernix.custody.durable import sync_folder
from vernix.errors import KeeperFailed, UsageError
from vernix.registry.failpoints import reached

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.dataset as ds
    from deltalake import DeltaTable

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_ROOM_A_COLUMN, _ROOM_A_COMMIT = 4 << 10, 64 << 10
_FEW_FILES = 64
"""More small files than this are worth rewriting into one while nothing else waits."""


class Lakehouse:
    """One append-only table in a folder.

    Args:
        folder: where the table lies; made by `found`.
        schema: its columns. A table made by an older version gets the columns it lacks with the next append.
    """

    def __init__(self, folder: Path, schema: pa.Schema) -> None:
        self.folder = folder
        self.schema = schema
        self._table: DeltaTable | None = None

    @property
    def exists(self) -> bool:
        """Whether the table was ever made."""
        from deltalake import DeltaTable

        return bool(DeltaTable.is_deltatable(str(self.folder)))

    def found(self) -> None:
        """Make the table where it is missing."""
        from deltalake import DeltaTable

        if not self.exists:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self._writing(0):
                # Batches are asked for by name as long as a partner may send one again; ten years is for ever
                # here.
                DeltaTable.create(
                    str(self.folder),
                    schema=self.schema,
                    mode="ignore",
                    configuration={"delta.setTransactionRetentionDuration": "interval 520 weeks"},
                )
            self._sync(0)

    def table(self) -> DeltaTable:
        """The table at its newest version."""
        from deltalake import DeltaTable

        if self._table is None:
            self._table = DeltaTable(str(self.folder))
        else:
            self._table.update_incremental()
        return self._table

    def at(self, version: int | None = None) -> DeltaTable:
        """The table at an earlier version, or at its newest.

        Raises:
            UsageError: there is no such version.
        """
        from deltalake import DeltaTable
        from deltalake.exceptions import DeltaError

        if version is None:
            return self.table()
        try:
            return DeltaTable(str(self.folder), version=version)
        except (DeltaError, OverflowError):
            raise UsageError(
                f"The book has no version {version}.", hint="Take the version that a report was stamped with."
            ) from None

    def holds(self, batch: str) -> bool:
        """Whether this batch was appended."""
        return self.table().transaction_version(batch) is not None

    def append_once(self, rows: pa.Table, batch: str) -> bool:
        """Append a batch unless it is there; returns whether it was appended now.

        A kill leaves either the whole batch or none of it (and perhaps a file that no version names).

        Raises:
            OSError: the disk is full.
            KeeperFailed: the table could not be written. Why is not repeated: it may quote rows.
        """
        from deltalake import CommitProperties, Transaction, write_deltalake

        table = self.table()
        if table.transaction_version(batch) is not None:
            return False
        missing = set(self.schema.names) - {field.name for field in table.schema().fields}
        with self._writing(rows.nbytes):
            write_deltalake(
                table,
                rows,
                mode="append",
                schema_mode="merge" if missing else None,
                commit_properties=CommitProperties(app_transactions=[Transaction(app_id=batch, version=1)]),
            )
        reached("lakehouse:committed")
        self._sync(table.version())
        return True

    def read(self, columns: list[str]) -> pa.Table:
        """These columns of every row ever appended."""
        return self.table().to_pyarrow_dataset().to_table(columns=columns)

    def read_where(self, columns: list[str], condition: ds.Expression) -> pa.Table:
        """These columns of the rows that meet a condition; null where no row was appended since a column
        came.
        """
        import pyarrow as pa

        rows = self.table().to_pyarrow_dataset()
        found = rows.to_table([name for name in columns if name in rows.schema.names], filter=condition)
        for name in set(columns).difference(found.column_names):
            found = found.append_column(name, pa.nulls(len(found), self.schema.field(name).type))
        return found.select(columns)

    def compact(self) -> bool:
        """Rewrite many small files into few, where there are many. No row changes; older versions stay."""
        table = self.table()
        files = table.file_uris()
        if len(files) <= _FEW_FILES:
            return False
        with self._writing(sum(Path(file).stat().st_size for file in files)):
            table.optimize.compact()
        self._sync(table.version())
        return True

    @contextmanager
    def _writing(self, size: int) -> Iterator[None]:
        """A write of about ``size`` bytes by Delta, whose failures are named as ours inside.

        Room is looked for first: on a disk that is full in the midst, Delta's threads panic and print so.
        """
        from deltalake.exceptions import DeltaError

        with tempfile.TemporaryFile(dir=self.folder) as probe:
            wanted = size + _ROOM_A_COLUMN * len(self.schema) + _ROOM_A_COMMIT
            os.posix_fallocate(probe.fileno(), 0, wanted)
        try:
            yield
        except (DeltaError, OSError) as error:
            for number in _FULL:
                if f"(os error {number})" in str(error):
                    # Not the rows' fault: whoever takes the step waits until there is room, however long.
                    raise OSError(number, os.strerror(number)) from None
            raise KeeperFailed(
                f"The table {self.folder.name} could not be written.", hint="Is this disk full?"
            ) from None

    def _sync(self, version: int) -> None:
        """Bring one version's files to the disk: Delta itself leaves that to the operating system."""
        log = self.folder / "_delta_log" / f"{version:020}.json"
        for path in [*self._added(log), log]:
            with path.open("rb") as stream:
                os.fsync(stream.fileno())
        for folder in (log.parent, self.folder, self.folder.parent):
            sync_folder(folder)

    def _added(self, log: Path) -> Iterator[Path]:
        for line in log.read_text(encoding="utf-8").splitlines():
            action = json.loads(line)
            if "add" in action:
                yield self.folder / unquote(action["add"]["path"])
