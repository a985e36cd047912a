"""Every event there is, and what it tells: one function each, called last in what happened's transaction.

What is told is who, when, which delivery, how many bytes, how it ended; never a name of a file or a value.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, or_, update

from vernix.custody import event
from vernix.custody.delivery import Delivery
from vernix.custody.directory import EVERYBODY, Directory
from vernix.custody.drop import Drop
from vernix.custody.event import Event
from vernix.custody.read_receipt import ReadReceipt
from vernix.custody.recall import Recall
from vernix.custody.receipt import Receipt
from vernix.errors import VernixError
from vernix.gateway import ledger
from vernix.gateway.limits import HOUR
from vernix.gateway.tables import COLLECTED, LEDGER
from vernix.gateway.uploads import Upload

UNSIGNED = "unsigned"
NOT_SEALED = "not-sealed"
WITHDRAWN = "withdrawn"


def uploaded(connection: Connection, upload: Upload, now: int) -> None:
    """A part is whole and safe."""
    ledger.append(connection, _uploaded(upload, now))


def announced(connection: Connection, delivery: Delivery, envelope: bytes, now: int) -> None:
    """A delivery was posted, and lies in its addressees' mailboxes."""
    ledger.append(connection, _announced(delivery, envelope, now))


def came_whole(
    connection: Connection, delivery: Delivery, envelope: bytes, parts: Iterable[Upload], now: int
) -> None:
    """All of that at once, of a delivery and its parts."""
    told = [_uploaded(part, now) for part in parts]
    ledger.append(connection, *told, _announced(delivery, envelope, now))


def _uploaded(upload: Upload, now: int) -> Event:
    return _event(
        event.UPLOAD,
        now,
        [upload.sender],
        actor=upload.sender,
        upload=upload.id,
        size=upload.size,
        digest=upload.digest,
    )


def _announced(delivery: Delivery, envelope: bytes, now: int) -> Event:
    return _event(
        event.ANNOUNCE,
        now,
        [delivery.sender, *delivery.addressees],
        actor=delivery.sender,
        delivery=delivery.id,
        size=sum(part.size for part in delivery.parts),
        digest=hashlib.sha256(envelope).hexdigest(),
    )


def dropped_in(connection: Connection, drop: Drop, now: int) -> None:
    """A file that came over SFTP lies in its addressee's mailbox; nobody but the gateway says whose it is."""
    _tell(
        connection,
        event.ANNOUNCE,
        now,
        [drop.sender, drop.addressee],
        actor=drop.sender,
        delivery=drop.id,
        size=drop.size,
        digest=hashlib.sha256(drop.to_bytes()).hexdigest(),
        outcome=UNSIGNED,
    )


def collected(
    connection: Connection, addressee: str, sender: str, delivery: str, part: int, size: int, now: int
) -> None:
    """An addressee begins to collect a part of ``size`` bytes; told before the first of them leaves.

    The brake has counted it before. Told once an hour at most, however often and in however many ranges it
    asks: the ledger is for ever, and nobody shall be able to make it grow by asking.
    """
    this = (
        (COLLECTED.c.delivery == delivery) & (COLLECTED.c.number == part) & (COLLECTED.c.partner == addressee)
    )
    due = or_(COLLECTED.c.told.is_(None), COLLECTED.c.told <= now - HOUR)
    if connection.execute(update(COLLECTED).where(this, due).values(told=now)).rowcount:
        facts = {"delivery": delivery, "part": part, "size": size}
        _tell(connection, event.COLLECT, now, [addressee, sender], actor=addressee, **facts)


def received(connection: Connection, receipt: Receipt, envelope: bytes, now: int) -> None:
    """An addressee signed for a delivery."""
    _tell(
        connection,
        event.RECEIPT,
        now,
        [receipt.addressee, receipt.sender],
        actor=receipt.addressee,
        delivery=receipt.delivery,
        digest=hashlib.sha256(envelope).hexdigest(),
        outcome=receipt.result,
    )


def read(connection: Connection, receipt: ReadReceipt, envelope: bytes, now: int) -> None:
    """An addressee signed that a person looked at a delivery."""
    facts = {"delivery": receipt.delivery, "digest": hashlib.sha256(envelope).hexdigest()}
    _tell(connection, event.READ, now, [receipt.addressee, receipt.sender], actor=receipt.addressee, **facts)


def recalled(
    connection: Connection, recall: Recall, envelope: bytes, concerned: Iterable[str], now: int
) -> None:
    """A sender took a delivery back."""
    facts = {"delivery": recall.delivery, "digest": hashlib.sha256(envelope).hexdigest()}
    _tell(connection, event.RECALL, now, concerned, actor=recall.sender, **facts)


def ended(
    connection: Connection, delivery: str, concerned: Iterable[str], size: int, outcome: str, now: int
) -> None:
    """A delivery's bytes go: it was received by all, or its time is over."""
    _tell(connection, event.DELETE, now, concerned, delivery=delivery, size=size, outcome=outcome)


def withdrawn(connection: Connection, upload: Upload, now: int) -> None:
    """A sender takes an upload back that was in no delivery yet."""
    facts = {"upload": upload.id, "size": upload.offset, "outcome": WITHDRAWN}
    _tell(connection, event.DELETE, now, [upload.sender], actor=upload.sender, **facts)


def dropped(connection: Connection, upload: str, sender: str, size: int, outcome: str, now: int) -> None:
    """An upload that was in no delivery goes, with the ``size`` bytes that were there."""
    _tell(connection, event.DELETE, now, [sender], upload=upload, size=size, outcome=outcome)


def refused(connection: Connection, caller: str, route: str, error: VernixError, now: int) -> None:
    """A proven caller was refused: which way, and what kind of refusal; never a value."""
    _tell(connection, event.REFUSE, now, [caller], actor=caller, outcome=type(error).__name__, route=route)


def mirrored(connection: Connection, directory: Directory, now: int) -> None:
    """The directory's version, unless the ledger has it.

    A directory is put in place as files, so that a kill may come between them and this; whoever starts or
    sweeps next tells it then.
    """
    newer = update(LEDGER).where(LEDGER.c.id == 1, LEDGER.c.directory < directory.version)
    if connection.execute(newer.values(directory=directory.version)).rowcount:
        digest = hashlib.sha256(directory.to_bytes()).hexdigest()
        _tell(connection, event.DIRECTORY, now, [EVERYBODY], version=directory.version, digest=digest)


def _tell(connection: Connection, kind: str, now: int, concerned: Iterable[str], **facts: Any) -> None:
    ledger.append(connection, _event(kind, now, concerned, **facts))


def _event(kind: str, now: int, concerned: Iterable[str], **facts: Any) -> Event:
    return Event(kind, datetime.fromtimestamp(now, UTC), tuple(sorted(set(concerned))), **facts)
