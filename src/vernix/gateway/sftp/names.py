"""The files that partners write over SFTP, as rows: an upload like any other, found by the hash of its name.

A name may say whose birth is in the file. So it is never kept: a row holds SHA-256 over a secret of this
gateway, the partner, the addressee and the name, enough to find the file when the same name comes again.
Every function works inside the caller's transaction.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, select, update

from vernix.custody.durable import held, write_file
from vernix.custody.identifiers import new_id
from vernix.errors import Conflict
from vernix.gateway import capabilities, telling
from vernix.gateway.blobs import new_blob
from vernix.gateway.sftp.paths import Place
from vernix.gateway.tables import SFTP_FILES, UPLOADS
from vernix.gateway.uploads import State, Upload

_SECRET = 32


@dataclass(frozen=True)
class Written:
    """A file on its way out: ``size`` bytes of it are safe; ``due`` is when it may be delivered (seconds), or
    None while it is being written. ``state`` says whether it was delivered (bound) already; ``final`` whether
    its name is its last, so that it is delivered once it is whole; ``writer`` who opened it last to write,
    until that one has closed it.
    """

    upload: str
    blob: str
    sender: str
    addressee: str
    size: int
    state: State
    due: int | None
    changed: int
    final: bool
    writer: str | None


class Names:
    """Hashes names with this gateway's secret, which is made at the first start and kept beside the data."""

    def __init__(self, path: Path) -> None:
        with held(path.with_suffix(".lock"), wait=True):
            if not path.exists():
                write_file(path, secrets.token_bytes(_SECRET), private=True)
        self._secret = path.read_bytes()

    def of(self, sender: str, place: Place) -> bytes:
        """What stands for a name: 32 bytes, the same whenever the same partner says the same."""
        words = (self._secret, sender.encode(), place.partner.encode(), place.name)
        return hashlib.sha256(b"".join(len(word).to_bytes(4, "big") + word for word in words)).digest()


def find(connection: Connection, name: bytes) -> Written | None:
    """The file of that name, if there is one."""
    row = connection.execute(_query().where(SFTP_FILES.c.name == name)).one_or_none()
    return None if row is None else _written(row)


def by_upload(connection: Connection, file: str) -> Written | None:
    """The file that is this upload, if it still has a name."""
    row = connection.execute(_query().where(SFTP_FILES.c.upload == file)).one_or_none()
    return None if row is None else _written(row)


def finished(connection: Connection, now: int) -> list[Written]:
    """Files that are whole, by all that can be seen, and wait to be delivered."""
    query = _query().where(SFTP_FILES.c.due <= now, UPLOADS.c.state == State.OPEN)
    query = query.order_by(SFTP_FILES.c.due).limit(100)
    return [_written(row) for row in connection.execute(query)]


def create(  # one row's worth of facts
    connection: Connection, name: bytes, sender: str, addressee: str, now: int, life: int
) -> Written:
    """A new, empty file under ``name``; what was delivered under it before gives the name up.

    It is charged by the caller, and expires after ``life`` seconds if it is not delivered.
    """
    connection.execute(delete(SFTP_FILES).where(SFTP_FILES.c.name == name))
    upload, blob = new_id(), new_blob()
    row = {
        "id": upload,
        # No capability has this hash, so nothing comes to these bytes over HTTP.
        "capability": os.urandom(32),
        "blob": blob,
        "sender": sender,
        "size": 0,
        "header": 0,
        "offset": 0,
        "state": State.OPEN,
        "created": now,
        "expires": now + life,
    }
    connection.execute(UPLOADS.insert().values(row))
    entry = {"upload": upload, "name": name, "addressee": addressee, "due": None, "changed": now}
    connection.execute(SFTP_FILES.insert().values(entry))
    return Written(upload, blob, sender, addressee, 0, State.OPEN, None, now, final=False, writer=None)


def begin_writing(connection: Connection, file: Written, *, final: bool) -> Written:
    """The file is opened to write: it is not due, and whoever had it open before sees that it must let go."""
    writer = secrets.token_hex(8)
    values = {"due": None, "writer": writer, "final": final}
    connection.execute(update(SFTP_FILES).where(SFTP_FILES.c.upload == file.upload).values(values))
    return replace(file, due=None, writer=writer, final=final)


def end_writing(connection: Connection, file: str, writer: str | None) -> bool:
    """Its writer has closed it; whether it has its final name by now. False for one that is gone."""
    mine = (SFTP_FILES.c.upload == file) & (SFTP_FILES.c.writer == writer)
    connection.execute(update(SFTP_FILES).where(mine).values(writer=None))
    found = select(SFTP_FILES.c.final).where(SFTP_FILES.c.upload == file)
    return bool(connection.execute(found).scalar_one_or_none())


def writers(connection: Connection, files: Collection[str]) -> dict[str, str | None]:
    """Who opened each of the files last to write; one that is gone is not there."""
    query = select(SFTP_FILES.c.upload, SFTP_FILES.c.writer).where(SFTP_FILES.c.upload.in_(files))
    return {row.upload: row.writer for row in connection.execute(query)}


def set_size(connection: Connection, file: str, size: int, now: int) -> None:
    """``size`` bytes are safe, and the file is being written. Raises ``Conflict`` when it is gone."""
    step = update(UPLOADS).where(UPLOADS.c.id == file, UPLOADS.c.state == State.OPEN)
    if connection.execute(step.values(size=size, offset=size)).rowcount != 1:
        raise Conflict("This file was taken away meanwhile.", hint="Send it again from its start.")
    changed = update(SFTP_FILES).where(SFTP_FILES.c.upload == file)
    connection.execute(changed.values(changed=now, due=None))


def set_due(connection: Connection, file: str, due: int | None) -> None:
    """The file may be delivered from ``due`` on (seconds since the epoch); None: not yet."""
    connection.execute(update(SFTP_FILES).where(SFTP_FILES.c.upload == file).values(due=due))


def put_off(connection: Connection, file: str, due: int) -> None:
    """A file that is due is so later, at ``due`` (seconds since the epoch); one that is not stays so."""
    step = update(SFTP_FILES).where(SFTP_FILES.c.upload == file, SFTP_FILES.c.due.is_not(None))
    connection.execute(step.values(due=due))


def rename(connection: Connection, file: str, name: bytes, *, final: bool) -> None:
    """Give a file another name, which nobody else may have: see ``free``."""
    values = {"name": name, "final": final}
    connection.execute(update(SFTP_FILES).where(SFTP_FILES.c.upload == file).values(values))


def free(connection: Connection, file: Written, outcome: str, now: int) -> list[str]:
    """Take a name away from its file; blobs to delete when the transaction stands.

    What was delivered stays so; what was still being written goes, and ``outcome`` tells why.
    """
    connection.execute(delete(SFTP_FILES).where(SFTP_FILES.c.upload == file.upload))
    if file.state is State.BOUND:
        return []
    connection.execute(delete(UPLOADS).where(UPLOADS.c.id == file.upload, UPLOADS.c.state != State.BOUND))
    telling.dropped(connection, file.upload, file.sender, file.size, outcome, now)
    return [file.blob]


def complete(connection: Connection, file: Written, header: int, digest: str) -> Upload:
    """The bytes are all there and have this digest: an upload as it is after its last byte over HTTP."""
    step = update(UPLOADS).where(UPLOADS.c.id == file.upload, UPLOADS.c.state == State.OPEN)
    values = {"state": State.COMPLETE, "header": header, "digest": digest}
    if connection.execute(step.values(values)).rowcount != 1:
        raise Conflict("This file was taken away meanwhile.")
    return capabilities.require(connection, file.upload).upload


def _query() -> Select[Any]:
    return select(
        UPLOADS.c.id, UPLOADS.c.blob, UPLOADS.c.sender, UPLOADS.c.size, UPLOADS.c.state,
        SFTP_FILES.c.addressee, SFTP_FILES.c.due, SFTP_FILES.c.changed,
        SFTP_FILES.c.final, SFTP_FILES.c.writer,
    ).join(SFTP_FILES, SFTP_FILES.c.upload == UPLOADS.c.id)  # fmt: skip


def _written(row: Row[Any]) -> Written:
    return Written(
        row.id, row.blob, row.sender, row.addressee, row.size, State(row.state), row.due, row.changed,
        row.final, row.writer,
    )  # fmt: skip
