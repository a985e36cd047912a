"""Requests for files: signed by a partner, open for one delivery of whoever holds the ticket.

A row holds the signed request, which is proven anew by the directory at every use: the database can close a
request, and never make or widen one. Every function works inside the caller's transaction.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, select, update

from vernix.custody.file_request import FileRequest, request_behind
from vernix.custody.signatures import Signed
from vernix.errors import Conflict, FarSideRefused, NotFound, TooMuch
from vernix.gateway import telling
from vernix.gateway.limits import Limits
from vernix.gateway.tables import FILE_REQUESTS, UPLOADS
from vernix.gateway.uploads import State

OPEN = "open"
ANSWERED = "answered"
WITHDRAWN = "withdrawn"

_BY_ID = select(FILE_REQUESTS).where(FILE_REQUESTS.c.id == bindparam("which"))


def post(connection: Connection, request: FileRequest, envelope: bytes, now: int, limits: Limits) -> bool:
    """Store a proven request. False when it was there before.

    Raises ``Conflict`` for other bytes under the same id, ``TooMuch`` beyond what one partner may have open.
    """
    stored = _find(connection, request.id)
    if stored is not None:
        if bytes(stored.envelope) == envelope:
            return False
        raise Conflict("Another request for files has this id.", hint="Make a new one.")
    mine = (FILE_REQUESTS.c.partner == request.partner) & (FILE_REQUESTS.c.state == OPEN)
    query = select(func.count()).select_from(FILE_REQUESTS).where(mine, FILE_REQUESTS.c.expires > now)
    if connection.execute(query).scalar_one() >= limits.file_requests:
        raise TooMuch(
            f"This partner has {limits.file_requests} requests for files open.",
            hint="Withdraw some: vernix request --withdraw ID.",
        )
    row = {
        "id": request.id,
        "partner": request.partner,
        "envelope": envelope,
        "state": OPEN,
        "expires": int(request.expires.timestamp()),
    }
    connection.execute(FILE_REQUESTS.insert().values(row))
    return True


def envelope_of(connection: Connection, request_id: str) -> bytes | None:
    """The signed request of an id, to be proven; None if there is none."""
    stored = _find(connection, request_id)
    return None if stored is None else bytes(stored.envelope)


def payer_of(connection: Connection, sender: str) -> str:
    """Who pays for what ``sender`` sends: a partner itself, or who asked for the files."""
    request_id = request_behind(sender)
    stored = None if request_id is None else _find(connection, request_id)
    return sender if stored is None else stored.partner


def describe(connection: Connection, request_id: str, partner: str | None) -> dict[str, object]:
    """The request, its state and the delivery that answered it; ``partner`` None for who holds the ticket."""
    stored = _find(connection, request_id)
    if stored is None or partner not in (None, stored.partner):
        raise _unknown()
    return {
        "envelope": Signed.decode(bytes(stored.envelope)).to_object(),
        "state": stored.state,
        "delivery": stored.delivery,
    }


def check_room(connection: Connection, request: FileRequest, size: int, limits: Limits) -> None:
    """Raise unless ``size`` bytes more may be uploaded to answer ``request``."""
    stored = _find(connection, request.id)
    if stored is None or stored.state != OPEN:
        raise _closed()
    mine = UPLOADS.c.sender == request.sender
    totals = select(func.count(), func.coalesce(func.sum(UPLOADS.c.size), 0)).where(mine)
    count, total = connection.execute(totals).one()
    request.check_use((request.partner,), "message", int(total) + size)
    if count >= limits.request_uploads:
        raise TooMuch("Too many parts were begun to answer this request.", hint="Begin again in a week.")


def answer(connection: Connection, request: FileRequest, delivery: str) -> None:
    """Close a request by its one answer. Raises ``Conflict`` when it is not open, unless by this very one."""
    this = (FILE_REQUESTS.c.id == request.id) & (FILE_REQUESTS.c.state == OPEN)
    closing = update(FILE_REQUESTS).where(this).values(state=ANSWERED, delivery=delivery)
    if connection.execute(closing).rowcount == 1:
        return
    stored = _find(connection, request.id)
    if stored is None or stored.delivery != delivery:
        raise _closed()


def withdraw(connection: Connection, request_id: str, partner: str, now: int) -> list[str]:
    """Close a request without an answer, and forget what was uploaded to answer it.

    Returns the names of blobs to delete when the transaction stands. Raises ``NotFound``, or ``Conflict``
    when it was answered.
    """
    stored = _find(connection, request_id)
    if stored is None or stored.partner != partner:
        raise _unknown()
    if stored.state == ANSWERED:
        raise Conflict("This request for files was answered.", hint="vernix inbox shows what came.")
    this = FILE_REQUESTS.c.id == request_id
    connection.execute(update(FILE_REQUESTS).where(this).values(state=WITHDRAWN))
    sender = FileRequest.parse(Signed.decode(bytes(stored.envelope)).document).sender
    begun = select(UPLOADS).where(UPLOADS.c.sender == sender, UPLOADS.c.state != State.BOUND)
    rows = connection.execute(begun).all()
    connection.execute(delete(UPLOADS).where(UPLOADS.c.id.in_([row.id for row in rows])))
    for row in rows:
        telling.dropped(connection, row.id, row.sender, row.offset, telling.WITHDRAWN, now)
    return [row.blob for row in rows]


def _find(connection: Connection, request_id: str) -> Row[Any] | None:
    return connection.execute(_BY_ID, {"which": request_id}).one_or_none()


def _unknown() -> NotFound:
    return NotFound("There is no such request for files.", hint="Ask whoever sent it for a new one.")


def _closed() -> FarSideRefused:
    return Conflict(
        "This request for files was answered, or withdrawn.", hint="Ask whoever sent it for a new one."
    )
