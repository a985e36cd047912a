"""The rows behind uploads: who asked for one, the capability that leads to it, how far it has come.

A capability is 256 random bits in a URL. Whoever has it may add bytes to one upload, read how many there
are, and take it back; nothing else. The database keeps its SHA-256 only. Every function works inside the
caller's transaction.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, select, update
from sqlalchemy import insert as inserting

from vernix.custody.fields import to_base64
from vernix.custody.identifiers import new_id
from vernix.custody.quota import Quota
from vernix.errors import Conflict, NotFound
from vernix.gateway import contents, file_requests, quotas, uploads
from vernix.gateway.blobs import new_blob
from vernix.gateway.limits import Limits, check_size
from vernix.gateway.quotas import Used
from vernix.gateway.statements import Statement
from vernix.gateway.tables import IS_OPEN, UPLOADS
from vernix.gateway.uploads import State, Upload

TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")

# Built once: building a statement takes three times as long as running it (measured).
_ADD = Statement(inserting(UPLOADS))
_BY_CAPABILITY = select(UPLOADS).where(UPLOADS.c.capability == bindparam("hashed"))
_BY_ID = select(UPLOADS).where(UPLOADS.c.id == bindparam("which"))
_OUTSTANDING = Statement(select(func.coalesce(func.sum(UPLOADS.c.size - UPLOADS.c.offset), 0)).where(IS_OPEN))
# What they set are the columns among the values that they are executed with.
_ADVANCE = update(UPLOADS).where(
    UPLOADS.c.id == bindparam("which"),
    UPLOADS.c.offset == bindparam("from_offset"),
    UPLOADS.c.state == bindparam("from_state"),
)
_BIND = update(UPLOADS).where(UPLOADS.c.id == bindparam("which"), UPLOADS.c.state == State.COMPLETE)


@dataclass(frozen=True)
class Held:
    """An upload as its row stands: its state, the random name of its bytes, its place in a creation."""

    upload: Upload
    blob: str
    place: int | None = None


@dataclass(frozen=True)
class Whole:
    """All bytes of a small part, to be kept under the name ``blob``: the length of its age header, its
    digest.
    """

    blob: str
    content: bytes
    header: int
    digest: str


@dataclass(frozen=True)
class Allotted:
    """A new upload, and its capability: 43 characters, shown once, kept nowhere. ``used`` is what of the
    sender's quota is nearly used up.
    """

    upload: Upload
    token: str
    used: Used | None


def allot(  # each is asked by another rule
    connection: Connection,
    sender: str,
    size: int,
    header: int,
    now: int,
    limits: Limits,
    quota: Quota | None = None,
) -> Allotted:
    """A new upload for ``sender``, charged to who pays for it and to ``quota`` (the gateway's own for
    partners, if none is given).

    Raises ``UsageError`` for impossible sizes, ``TooMuch`` and ``TooOften`` beyond the quota.
    """
    upload, used = _charged(connection, sender, (size, header), now, limits, quota or limits.quota)
    return Allotted(upload, insert(connection, upload, now), used)


def allot_whole(
    connection: Connection, sender: str, part: Whole, now: int, limits: Limits, quota: Quota
) -> Allotted:
    """As ``allot``, for a part that is here already: a complete upload."""
    size = len(part.content)
    begun, used = _charged(connection, sender, (size, part.header), now, limits, quota)
    upload = uploads.extend(begun, size, part.digest)
    token = insert(connection, upload, now, blob=part.blob)
    contents.add(connection, {part.blob: part.content})
    return Allotted(upload, token, used)


def _charged(
    connection: Connection, sender: str, sizes: tuple[int, int], now: int, limits: Limits, quota: Quota
) -> tuple[Upload, Used | None]:
    size, header = sizes
    check_size(size, limits.part_bytes, "One part")
    life = min(limits.upload_life, limits.keep)
    upload = uploads.begin(new_id(), sender, size, header, now + life)
    payer = file_requests.payer_of(connection, sender)
    return upload, quotas.charge(connection, payer, size, now, quota)


def insert(
    connection: Connection,
    upload: Upload,
    now: int,
    creation: bytes | None = None,
    blob: str | None = None,
) -> str:
    """A row for a new upload that was charged before; its capability. ``blob`` is where its bytes are, if
    they are."""
    token = new_token()
    _ADD.run(connection, _row(upload, hashed(token), blob or new_blob(), now, creation))
    return token


def insert_whole(connection: Connection, parts: Sequence[Upload], blobs: Sequence[str], now: int) -> None:
    """Rows for parts that came with their delivery, in this order. No capability leads to them."""
    rows = [
        _row(upload, secrets.token_bytes(32), blob, now) for upload, blob in zip(parts, blobs, strict=True)
    ]
    _ADD.run_each(connection, rows)


def _row(
    upload: Upload, capability: bytes, blob: str, now: int, creation: bytes | None = None
) -> dict[str, object]:
    return {
        "id": upload.id,
        "capability": capability,
        "blob": blob,
        "sender": upload.sender,
        "size": upload.size,
        "header": upload.header,
        "offset": upload.offset,
        "state": upload.state,
        "digest": upload.digest,
        "created": now,
        "expires": upload.expires,
        "creation": creation,
        "delivery": upload.delivery,
        "number": upload.number,
    }


def outstanding(connection: Connection) -> int:
    """Bytes that were promised a place and have not arrived yet."""
    return int(_OUTSTANDING.run(connection, {}).fetchone()[0])


def find(connection: Connection, token: str) -> Held:
    """The upload that a capability leads to. Raises ``NotFound``, the same for a wrong and a used-up one."""
    # Looked up by hash: how long the comparison takes says nothing of the capability itself.
    row = connection.execute(_BY_CAPABILITY, {"hashed": hashed(token)}).one_or_none()
    if row is None:
        raise NotFound(
            "There is no such upload (any more).",
            hint="Ask for a new upload and send the part from its start.",
        )
    return held(row)


def find_by_id(connection: Connection, upload_id: str) -> Held | None:
    """The upload of an id, which is no secret: the signed delivery names it."""
    row = connection.execute(_BY_ID, {"which": upload_id}).one_or_none()
    return None if row is None else held(row)


def require(connection: Connection, upload_id: str) -> Held:
    """As ``find_by_id``; raises ``NotFound`` when it is gone."""
    found = find_by_id(connection, upload_id)
    if found is None:
        raise NotFound("The upload was taken back.", hint="Ask for a new one.")
    return found


def advance(connection: Connection, before: Upload, after: Upload) -> None:
    """Write a step, if the row still stands at ``before``. Raises ``Conflict``."""
    step = {
        "which": before.id,
        "from_offset": before.offset,
        "from_state": before.state,
        "offset": after.offset,
        "state": after.state,
        "digest": after.digest,
    }
    if connection.execute(_ADVANCE, step).rowcount != 1:
        raise Conflict("Another connection went on with this upload.", hint="Ask for its offset with HEAD.")


def bind(connection: Connection, after: Upload) -> None:
    """Write that a complete upload became part of a delivery."""
    step = {
        "which": after.id, "state": after.state, "delivery": after.delivery, "number": after.number
    }  # fmt: skip
    if connection.execute(_BIND, step).rowcount != 1:
        raise Conflict("An upload changed while its delivery was posted.", hint="Post the delivery again.")


def remove(connection: Connection, upload: Upload) -> None:
    """Forget an upload. Its blob is the caller's to delete once the transaction stands."""
    connection.execute(delete(UPLOADS).where(UPLOADS.c.id == upload.id))


def held(row: Row[Any]) -> Held:
    """A row of ``uploads`` as its state."""
    return Held(
        Upload(
            id=row.id,
            sender=row.sender,
            size=row.size,
            header=row.header,
            expires=row.expires,
            offset=row.offset,
            state=State(row.state),
            digest=row.digest,
            delivery=row.delivery,
            number=row.number,
            final=row.final,
            concat=row.concat,
        ),
        row.blob,
        row.place,
    )


def new_token() -> str:
    """A capability: 256 random bits as 43 characters."""
    return to_base64(secrets.token_bytes(32))


def hashed(token: str) -> bytes:
    """What is kept of a capability; of what cannot be one, what no capability has."""
    return hashlib.sha256(token.encode("ascii")).digest() if TOKEN.fullmatch(token) else b""
