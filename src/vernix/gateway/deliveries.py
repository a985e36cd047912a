"""Deliveries and receipts: posted whole or not at all, seen at once, deleted on a signed receipt.

Every function works inside the caller's transaction, on documents that were proven before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from vernix.custody.delivery import Carried, Delivery
from vernix.custody.drop import Drop
from vernix.custody.file_request import request_behind
from vernix.custody.read_receipt import ReadReceipt
from vernix.custody.recall import Recall
from vernix.custody.receipt import Receipt
from vernix.custody.signatures import Signed
from vernix.errors import Conflict, NotFound
from vernix.gateway import brakes, capabilities, mailboxes, telling, uploads
from vernix.gateway.statements import Statement
from vernix.gateway.tables import ADDRESSEES, DELIVERIES, UPLOADS
from vernix.gateway.uploads import Claim, Upload

WAITING = "waiting"
RECEIVED = "received"
EXPIRED = "expired"
RECALLED = "recalled"

# Built once: to build them takes longer than to run them.
_BY_ID = select(DELIVERIES).where(DELIVERIES.c.id == bindparam("which"))
_ENVELOPE_OF = Statement(select(DELIVERIES.c.envelope).where(DELIVERIES.c.id == bindparam("which")))
_ADD = Statement(insert(DELIVERIES))
_ADDRESS = Statement(insert(ADDRESSEES))


@dataclass(frozen=True)
class Body:
    """A part that waits, whose bytes behind its age header another may have too: name and sizes in bytes."""

    blob: str
    size: int
    header: int


@dataclass(frozen=True)
class StoredPart:
    """The bytes of one part: their random name and count, who sent them, and how often they may be had."""

    blob: str
    size: int
    sender: str
    downloads: int | None


def post(connection: Connection, delivery: Delivery, envelope: bytes, now: int, keep: int) -> bool:
    """Store a delivery, bind its parts, put it into each mailbox. False when it was there before.

    It ends after ``keep`` seconds, if it does not say an earlier end itself.

    Raises ``Conflict`` for other bytes under the same id or a part that is not what the delivery says,
    ``NotFound`` for a part that is no upload of this sender.
    """
    if is_there(connection, delivery.id, envelope):
        return False
    add(connection, delivery, envelope, now, keep)
    for number, part in enumerate(delivery.parts):
        held = capabilities.find_by_id(connection, part.upload)
        if held is None:
            raise NotFound(
                f"Part {number} names no upload of this sender.",
                hint="Upload the part, then post the delivery.",
            )
        uploads.check_alive(held.upload, now)
        claim = Claim(part.size, part.header, part.digest)
        capabilities.bind(connection, uploads.bind(held.upload, delivery.id, number, delivery.sender, claim))
    put_into_mailboxes(connection, delivery)
    telling.announced(connection, delivery, envelope, now)
    return True


def is_there(connection: Connection, delivery: str, envelope: bytes) -> bool:
    """Whether these very bytes were posted before. Raises ``Conflict`` for others under the same id."""
    stored = _ENVELOPE_OF.run(connection, {"which": delivery}).fetchone()
    if stored is not None and bytes(stored[0]) != envelope:
        raise Conflict("Another delivery has this id.", hint="Make a new delivery with an id of its own.")
    return stored is not None


def add(connection: Connection, delivery: Delivery, envelope: bytes, now: int, keep: int) -> None:
    """A delivery's own row, without its parts and in no mailbox yet."""
    row = {
        "id": delivery.id,
        "sender": delivery.sender,
        "envelope": envelope,
        "dropped": False,
        "state": WAITING,
        "posted": now,
        "expires": min(int(delivery.expires.timestamp()), now + keep),
        "downloads": delivery.downloads,
    }
    _ADD.run(connection, row)


def put_into_mailboxes(connection: Connection, delivery: Delivery) -> None:
    """Each addressee sees it when the transaction stands."""
    for addressee in delivery.addressees:
        _ADDRESS.run(connection, {"delivery": delivery.id, "partner": addressee})
        mailboxes.put(connection, addressee, mailboxes.DELIVERY, delivery.id, addressee)


def drop(connection: Connection, dropped: Drop, file: Upload, now: int) -> None:
    """Put a whole file that came over SFTP into its addressee's mailbox."""
    row = {
        "id": dropped.id,
        "sender": dropped.sender,
        "envelope": dropped.to_bytes(),
        "dropped": True,
        "state": WAITING,
        "posted": now,
        "expires": int(dropped.expires.timestamp()),
        "downloads": None,
    }
    _ADD.run(connection, row)
    claim = Claim(dropped.size, dropped.header, dropped.digest)
    capabilities.bind(connection, uploads.bind(file, dropped.id, 0, dropped.sender, claim))
    _ADDRESS.run(connection, {"delivery": dropped.id, "partner": dropped.addressee})
    mailboxes.put(connection, dropped.addressee, mailboxes.DROP, dropped.id, dropped.addressee)
    telling.uploaded(connection, file, now)
    telling.dropped_in(connection, dropped, now)


def sign_for(connection: Connection, receipt: Receipt, envelope: bytes, now: int) -> tuple[bool, list[str]]:
    """Store a receipt for the sender; once every addressee has signed, forget the parts.

    Returns whether it is new, and the names of blobs to delete when the transaction stands. Raises
    ``NotFound`` for a delivery that the signer never got, ``NotProven`` for one that it does not match,
    ``Conflict`` for a second, different receipt.
    """
    stored = _find(connection, receipt.delivery)
    mine = (ADDRESSEES.c.delivery == receipt.delivery) & (ADDRESSEES.c.partner == receipt.addressee)
    place = connection.execute(select(ADDRESSEES).where(mine)).one_or_none()
    if stored is None or place is None:
        raise _unknown()
    receipt.check_against(_carried(bytes(stored.envelope), stored.dropped))
    if place.receipt is not None:
        if bytes(place.receipt) == envelope:
            return False, []
        raise Conflict("Another receipt for this delivery is here already.", hint="The first receipt stands.")
    connection.execute(update(ADDRESSEES).where(mine).values(receipt=envelope, received=now))
    mailboxes.take_out(connection, receipt.addressee, receipt.delivery)
    _tell_sender(connection, stored.sender, mailboxes.RECEIPT, receipt)
    open_places = select(ADDRESSEES.c.partner).where(
        ADDRESSEES.c.delivery == receipt.delivery, ADDRESSEES.c.receipt.is_(None)
    )
    telling.received(connection, receipt, envelope, now)
    # Who had fetched all of it before a recall says so all the same: the sender must know.
    if stored.state == RECALLED or connection.execute(open_places).first() is not None:
        return True, []
    return True, end(connection, receipt.delivery, RECEIVED, now)


def sign_as_read(connection: Connection, receipt: ReadReceipt, envelope: bytes, now: int) -> bool:
    """Store a read receipt for the sender; False when the very same was there before.

    Raises ``NotFound`` for a delivery that the signer has not signed for, ``Conflict`` for a second one that
    differs.
    """
    stored = _find(connection, receipt.delivery)
    mine = (ADDRESSEES.c.delivery == receipt.delivery) & (ADDRESSEES.c.partner == receipt.addressee)
    place = connection.execute(select(ADDRESSEES).where(mine)).one_or_none()
    if stored is None or place is None or place.receipt is None or stored.sender != receipt.sender:
        raise _unknown()
    if place.read_receipt is not None:
        if bytes(place.read_receipt) == envelope:
            return False
        raise Conflict(
            "Another read receipt for this delivery is here already.", hint="The first read receipt stands."
        )
    connection.execute(update(ADDRESSEES).where(mine).values(read_receipt=envelope))
    _tell_sender(connection, stored.sender, mailboxes.READ, receipt)
    telling.read(connection, receipt, envelope, now)
    return True


def _tell_sender(connection: Connection, sender: str, kind: str, receipt: Receipt | ReadReceipt) -> None:
    # Who answered a request for files has no mailbox; it may ask what became of its delivery.
    if request_behind(sender) is None:
        mailboxes.put(connection, sender, kind, receipt.delivery, receipt.addressee)


def recall(connection: Connection, taken_back: Recall, envelope: bytes, now: int) -> tuple[bool, list[str]]:
    """Take a delivery back from everybody who has not signed for it, and tell them.

    Returns whether it is new, and the names of blobs to delete when the transaction stands. Raises
    ``NotFound`` for a delivery that the signer never sent, ``Conflict`` when nothing is left to take back.
    """
    stored = _find(connection, taken_back.delivery)
    if stored is None or stored.sender != taken_back.sender:
        raise _unknown()
    if stored.recall is not None:
        if bytes(stored.recall) == envelope:
            return False, []
        raise Conflict("This delivery was recalled already.", hint="The first recall stands.")
    if stored.state != WAITING:
        raise Conflict(
            f"This delivery is {stored.state} and not here any more; nothing can be recalled.",
            hint="Ask those who have it to delete it.",
        )
    this = DELIVERIES.c.id == stored.id
    connection.execute(update(DELIVERIES).where(this).values(recall=envelope))
    waiting = select(ADDRESSEES.c.partner).where(
        ADDRESSEES.c.delivery == stored.id, ADDRESSEES.c.receipt.is_(None)
    )
    for partner in connection.execute(waiting).scalars().all():
        mailboxes.take_out(connection, partner, stored.id)
        mailboxes.put(connection, partner, mailboxes.RECALL, stored.id, partner)
    telling.recalled(connection, taken_back, envelope, _people(connection, stored.id), now)
    return True, end(connection, stored.id, RECALLED, now)


def end(connection: Connection, delivery: str, state: str, now: int) -> list[str]:
    """Forget a delivery's parts; the names of their blobs, to delete when the transaction stands."""
    parts = UPLOADS.c.delivery == delivery
    rows = connection.execute(select(UPLOADS.c.blob, UPLOADS.c.size).where(parts)).all()
    connection.execute(delete(UPLOADS).where(parts))
    connection.execute(update(DELIVERIES).where(DELIVERIES.c.id == delivery).values(state=state))
    brakes.forget(connection, delivery)
    size = sum(row.size for row in rows)
    telling.ended(connection, delivery, _people(connection, delivery), size, state, now)
    return [row.blob for row in rows]


def part(connection: Connection, delivery: str, number: int, partner: str, now: int) -> StoredPart:
    """Part ``number`` for an addressee who has not signed for it yet; ``NotFound`` for everybody else."""
    query = (
        select(UPLOADS.c.blob, UPLOADS.c.size, DELIVERIES.c.sender, DELIVERIES.c.downloads)
        .join(DELIVERIES, DELIVERIES.c.id == UPLOADS.c.delivery)
        .join(ADDRESSEES, ADDRESSEES.c.delivery == UPLOADS.c.delivery)
        .where(UPLOADS.c.delivery == delivery, UPLOADS.c.number == number, DELIVERIES.c.expires > now)
        .where(ADDRESSEES.c.partner == partner, ADDRESSEES.c.receipt.is_(None))
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        raise _unknown()
    return StoredPart(row.blob, row.size, row.sender, row.downloads)


def body(connection: Connection, delivery: str, number: int, sender: str, upload: Upload, now: int) -> Body:
    """The body of a part that ``sender`` sent and that waits still, for an upload that has its header.

    Raises ``NotFound`` for everybody else's and when it is gone, ``Conflict`` where the two do not fit.
    """
    query = (
        select(UPLOADS.c.blob, UPLOADS.c.size, UPLOADS.c.header)
        .join(DELIVERIES, DELIVERIES.c.id == UPLOADS.c.delivery)
        .where(UPLOADS.c.delivery == delivery, UPLOADS.c.number == number)
        .where(DELIVERIES.c.sender == sender, DELIVERIES.c.dropped.is_(False), DELIVERIES.c.expires > now)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        raise body_is_gone()
    found = Body(row.blob, row.size, row.header)
    uploads.check_fits(upload, found.size - found.header, now)
    return found


def body_is_gone() -> NotFound:
    """The same words for what never was and for what was collected in this moment."""
    return NotFound(
        "No such delivery of yours waits here (any more), so its bytes cannot be used again.",
        hint="Send the files again.",
    )


def describe(connection: Connection, delivery: str, partner: str) -> dict[str, object]:
    """What became of a delivery, for its sender (everybody's receipts) or an addressee (its own)."""
    stored = _find(connection, delivery)
    places = connection.execute(select(ADDRESSEES).where(ADDRESSEES.c.delivery == delivery)).all()
    if stored is None or partner not in (stored.sender, *(place.partner for place in places)):
        raise _unknown()
    mine = [place for place in places if partner in (stored.sender, place.partner)]
    return {
        "id": stored.id,
        "state": stored.state,
        "receipts": [_envelope(place.receipt) for place in mine if place.receipt is not None],
        "read_receipts": [_envelope(place.read_receipt) for place in mine if place.read_receipt is not None],
        "recall": None if stored.recall is None else _envelope(stored.recall),
    }


def _envelope(data: bytes) -> dict[str, object]:
    return Signed.decode(bytes(data)).to_object()


def _carried(document: bytes, dropped: bool) -> Carried:
    return Drop.parse(document) if dropped else Delivery.parse(Signed.decode(document).document)


def _people(connection: Connection, delivery: str) -> list[str]:
    """The sender of a delivery and its addressees."""
    sender = select(DELIVERIES.c.sender).where(DELIVERIES.c.id == delivery)
    addressees = select(ADDRESSEES.c.partner).where(ADDRESSEES.c.delivery == delivery)
    return [*connection.execute(sender).scalars(), *connection.execute(addressees).scalars()]


def _find(connection: Connection, delivery: str) -> Row[Any] | None:
    return connection.execute(_BY_ID, {"which": delivery}).one_or_none()


def _unknown() -> NotFound:
    # The same words whether it does not exist, is over, or is somebody else's.
    return NotFound("There is no such delivery for you here (any more).", hint="Look into the mailbox again.")
