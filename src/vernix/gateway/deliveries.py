"""Deliveries and receipts: posted whole or not at all, seen at once, deleted on a signed receipt.

Every function works inside the caller's transaction, on documents that were proven before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from vernix.custody.delivery import Carried, Delivery
from vernix.custody.drop import Drop
from vernix.custody.receipt import Receipt
from vernix.custody.signatures import Signed
from vernix.errors import Conflict, NotFound
from vernix.gateway import brakes, capabilities, mailboxes, telling, uploads
from vernix.gateway.tables import ADDRESSEES, DELIVERIES, UPLOADS
from vernix.gateway.uploads import Claim, Upload

WAITING = "waiting"
RECEIVED = "received"
EXPIRED = "expired"


@dataclass(frozen=True)
class StoredPart:
    """The bytes of one part: the random name they are under, how many there are, and who sent them."""

    blob: str
    size: int
    sender: str


def post(connection: Connection, delivery: Delivery, envelope: bytes, now: int, keep: int) -> bool:
    """Store a delivery, bind its parts, put it into each mailbox. False when it was there before.

    It ends after ``keep`` seconds, if it does not say an earlier end itself.

    Raises ``Conflict`` for other bytes under the same id or a part that is not what the delivery says,
    ``NotFound`` for a part that is no upload of this sender.
    """
    stored = _find(connection, delivery.id)
    if stored is not None:
        if bytes(stored.envelope) == envelope:
            return False
        raise Conflict("Another delivery has this id.", hint="Make a new delivery with an id of its own.")
    row = {
        "id": delivery.id,
        "sender": delivery.sender,
        "envelope": envelope,
        "dropped": False,
        "state": WAITING,
        "posted": now,
        "expires": min(int(delivery.expires.timestamp()), now + keep),
    }
    connection.execute(DELIVERIES.insert().values(row))
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
    for addressee in delivery.addressees:
        connection.execute(ADDRESSEES.insert().values(delivery=delivery.id, partner=addressee))
        mailboxes.put(connection, addressee, mailboxes.DELIVERY, delivery.id, addressee)
    telling.announced(connection, delivery, envelope, now)
    return True


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
    }
    connection.execute(DELIVERIES.insert().values(row))
    claim = Claim(dropped.size, dropped.header, dropped.digest)
    capabilities.bind(connection, uploads.bind(file, dropped.id, 0, dropped.sender, claim))
    connection.execute(ADDRESSEES.insert().values(delivery=dropped.id, partner=dropped.addressee))
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
    mailboxes.put(connection, stored.sender, mailboxes.RECEIPT, receipt.delivery, receipt.addressee)
    open_places = select(ADDRESSEES.c.partner).where(
        ADDRESSEES.c.delivery == receipt.delivery, ADDRESSEES.c.receipt.is_(None)
    )
    telling.received(connection, receipt, envelope, now)
    if connection.execute(open_places).first() is not None:
        return True, []
    return True, end(connection, receipt.delivery, RECEIVED, now)


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
        select(UPLOADS.c.blob, UPLOADS.c.size, DELIVERIES.c.sender)
        .join(DELIVERIES, DELIVERIES.c.id == UPLOADS.c.delivery)
        .join(ADDRESSEES, ADDRESSEES.c.delivery == UPLOADS.c.delivery)
        .where(UPLOADS.c.delivery == delivery, UPLOADS.c.number == number, DELIVERIES.c.expires > now)
        .where(ADDRESSEES.c.partner == partner, ADDRESSEES.c.receipt.is_(None))
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        raise _unknown()
    return StoredPart(row.blob, row.size, row.sender)


def describe(connection: Connection, delivery: str, partner: str) -> dict[str, object]:
    """What became of a delivery, for its sender (every receipt) or an addressee (its own)."""
    stored = _find(connection, delivery)
    places = connection.execute(select(ADDRESSEES).where(ADDRESSEES.c.delivery == delivery)).all()
    if stored is None or partner not in (stored.sender, *(place.partner for place in places)):
        raise _unknown()
    signed = [
        Signed.decode(bytes(place.receipt)).to_object()
        for place in places
        if place.receipt is not None and partner in (stored.sender, place.partner)
    ]
    return {"id": stored.id, "state": stored.state, "receipts": signed}


def _carried(document: bytes, dropped: bool) -> Carried:
    return Drop.parse(document) if dropped else Delivery.parse(Signed.decode(document).document)


def _people(connection: Connection, delivery: str) -> list[str]:
    """The sender of a delivery and its addressees."""
    sender = select(DELIVERIES.c.sender).where(DELIVERIES.c.id == delivery)
    addressees = select(ADDRESSEES.c.partner).where(ADDRESSEES.c.delivery == delivery)
    return [*connection.execute(sender).scalars(), *connection.execute(addressees).scalars()]


def _find(connection: Connection, delivery: str) -> Row[Any] | None:
    return connection.execute(select(DELIVERIES).where(DELIVERIES.c.id == delivery)).one_or_none()


def _unknown() -> NotFound:
    # The same words whether it does not exist, is over, or is somebody else's.
    return NotFound("There is no such delivery for you here (any more).", hint="Look into the mailbox again.")
