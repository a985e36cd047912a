"""What a partner's mailbox holds, as lists of things with sizes and times: for who looks at it over SFTP.

Every function works inside the caller's transaction.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from vernix.errors import NotFound
from vernix.gateway.tables import ADDRESSEES, DELIVERIES, UPLOADS

_MOST = 10_000
"""Entries of one list: who has more waiting collects some first."""


@dataclass(frozen=True)
class WaitingPart:
    """A sealed part that waits: of ``size`` bytes, under a random name, posted then (seconds)."""

    delivery: str
    number: int
    blob: str
    size: int
    posted: int


@dataclass(frozen=True)
class SignedReceipt:
    """A receipt that came for something that the partner sent."""

    delivery: str
    addressee: str
    envelope: bytes
    received: int


def waiting_parts(
    connection: Connection, partner: str, now: int, delivery: str | None = None
) -> list[WaitingPart]:
    """The parts that wait for ``partner``, of all deliveries or of one, oldest first."""
    query = (
        select(UPLOADS.c.delivery, UPLOADS.c.number, UPLOADS.c.blob, UPLOADS.c.size, DELIVERIES.c.posted)
        .join(DELIVERIES, DELIVERIES.c.id == UPLOADS.c.delivery)
        .join(ADDRESSEES, ADDRESSEES.c.delivery == UPLOADS.c.delivery)
        .where(ADDRESSEES.c.partner == partner, ADDRESSEES.c.receipt.is_(None), DELIVERIES.c.expires > now)
        .order_by(UPLOADS.c.delivery, UPLOADS.c.number)
        .limit(_MOST)
    )
    if delivery is not None:
        query = query.where(UPLOADS.c.delivery == delivery)
    return [WaitingPart(*row) for row in connection.execute(query)]


def waiting_part(connection: Connection, partner: str, now: int, delivery: str, number: int) -> WaitingPart:
    """One of them. Raises ``NotFound``."""
    for part in waiting_parts(connection, partner, now, delivery):
        if part.number == number:
            return part
    raise NotFound("Nothing waits for you under this name (any more).")


def receipts(
    connection: Connection, partner: str, delivery: str | None = None, addressee: str | None = None
) -> list[SignedReceipt]:
    """The receipts for what ``partner`` sent, of all deliveries or one, by all addressees or one."""
    query = (
        select(ADDRESSEES.c.delivery, ADDRESSEES.c.partner, ADDRESSEES.c.receipt, ADDRESSEES.c.received)
        .join(DELIVERIES, DELIVERIES.c.id == ADDRESSEES.c.delivery)
        .where(DELIVERIES.c.sender == partner, ADDRESSEES.c.receipt.is_not(None))
        .order_by(ADDRESSEES.c.delivery, ADDRESSEES.c.partner)
        .limit(_MOST)
    )
    if delivery is not None:
        query = query.where(ADDRESSEES.c.delivery == delivery)
    if addressee is not None:
        query = query.where(ADDRESSEES.c.partner == addressee)
    return [SignedReceipt(row[0], row[1], bytes(row[2]), row[3]) for row in connection.execute(query)]


def receipt(connection: Connection, partner: str, delivery: str, addressee: str) -> SignedReceipt:
    """One of them. Raises ``NotFound``."""
    found = receipts(connection, partner, delivery, addressee)
    if not found:
        raise NotFound("There is no such receipt.")
    return found[0]
