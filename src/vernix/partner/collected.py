"""What was collected, remembered: whose it was, what it said, where its files lie, whether somebody read it.

    incoming/done/<id>.json     one delivery: the signed receipt, and what is remembered of it

It serves to say once only that a delivery arrived, and to show, to read and to answer it later. It goes a
year after the delivery has expired.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from vernix.courier.keeping import read_json, sweep, write_json
from vernix.custody.delivery import Carried, Delivery
from vernix.custody.durable import remove_unfinished
from vernix.custody.identifiers import format_time, parse_time
from vernix.custody.manifest import File, Manifest
from vernix.custody.read_receipt import ReadReceipt
from vernix.custody.receipt import Receipt
from vernix.custody.signatures import Signed
from vernix.errors import KeeperFailed, VernixError

KEPT = timedelta(days=366)
"""After its expiry; the gateway shows no delivery again that has been expired for so long."""


@dataclass(frozen=True)
class Collected:
    """A delivery or drop that was taken in, or refused. ``envelope`` is our signed receipt, ``read`` our
    signed read receipt.

    ``bare``, ``signed``: as in ``vernix.partner.dropped``. ``refusal`` is why a drop was refused.
    """

    delivery: str
    sender: str
    addressees: tuple[str, ...]
    purpose: str
    created: datetime
    received: datetime
    expires: datetime
    in_reply_to: str | None
    note: str
    files: tuple[tuple[str, str], ...]
    digests: tuple[str, ...]
    envelope: bytes
    read: bytes | None = None
    bare: bool = False
    signed: str | None = None
    refusal: str | None = None

    @classmethod
    def of(
        cls,
        carried: Carried,
        manifest: Manifest,
        placed: tuple[tuple[File, Path], ...],
        envelope: bytes,
    ) -> Collected:
        """What to remember of a delivery or drop that was just taken in; ``envelope`` is our receipt."""
        files = tuple(("/".join((*file.folder, file.name)), str(path)) for file, path in placed)
        basis = cls._basis(carried, envelope)
        return replace(
            basis, addressees=manifest.recipients, purpose=manifest.purpose, note=manifest.note, files=files
        )

    @classmethod
    def refused(cls, carried: Carried, envelope: bytes, why: VernixError) -> Collected:
        """What to remember of a drop that was just refused."""
        return replace(cls._basis(carried, envelope), refusal=str(why))

    @classmethod
    def _basis(cls, carried: Carried, envelope: bytes) -> Collected:
        receipt = Receipt.parse(Signed.decode(envelope).document)
        return cls(
            delivery=carried.id,
            sender=carried.sender,
            addressees=carried.addressees,
            purpose="message",
            created=carried.created,
            received=receipt.received,
            expires=carried.expires,
            in_reply_to=carried.in_reply_to if isinstance(carried, Delivery) else None,
            note="",
            files=(),
            digests=receipt.digests,
            envelope=envelope,
        )

    def to_document(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "delivery": self.delivery,
            "sender": self.sender,
            "addressees": list(self.addressees),
            "purpose": self.purpose,
            "created": format_time(self.created),
            "received": format_time(self.received),
            "expires": format_time(self.expires),
            "in_reply_to": self.in_reply_to,
            "note": self.note,
            "files": [list(file) for file in self.files],
            "digests": list(self.digests),
            "receipt": self.envelope.decode("utf-8"),
            "read": None if self.read is None else self.read.decode("utf-8"),
            "bare": self.bare,
            "signed": self.signed,
            "refusal": self.refusal,
        }

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> Collected:
        """The inverse of ``to_document``. Raises ``KeeperFailed`` when it is damaged."""
        try:
            return cls(
                delivery=document["delivery"],
                sender=document["sender"],
                addressees=tuple(document["addressees"]),
                purpose=document["purpose"],
                created=parse_time(document["created"]),
                received=parse_time(document["received"]),
                expires=parse_time(document["expires"]),
                in_reply_to=document["in_reply_to"],
                note=document["note"],
                files=tuple((name, path) for name, path in document["files"]),
                digests=tuple(document["digests"]),
                envelope=document["receipt"].encode("utf-8"),
                read=None if document["read"] is None else document["read"].encode("utf-8"),
                # What was collected before there were drops has none of these.
                bare=document.get("bare", False),
                signed=document.get("signed"),
                refusal=document.get("refusal"),
            )
        except (KeyError, TypeError, ValueError, AttributeError):
            raise KeeperFailed(
                "The memory of a collected delivery is damaged.", hint="Restore it from a backup."
            ) from None

    @property
    def receipt(self) -> Receipt:
        """What we signed."""
        return Receipt.parse(Signed.decode(self.envelope).document)


class Memory:
    """The collected deliveries of one partner; ``incoming`` is its folder for what comes in."""

    def __init__(self, incoming: Path) -> None:
        self._folder = incoming / "done"

    def find(self, delivery: str) -> Collected | None:
        """What is remembered of a delivery, by its id."""
        document = read_json(self._path(delivery))
        return None if document is None else Collected.from_document(document)

    def with_signed(self, signed: str | None) -> Collected | None:
        """The bundle that was taken in and is known by ``signed``; looks through everything, newest first."""
        if signed is None:
            return None
        return next((each for each in self.all() if each.signed == signed and each.refusal is None), None)

    def has(self, delivery: str) -> bool:
        """Whether a delivery has been taken in, even if our receipt for it was lost on its way."""
        return self._path(delivery).exists()

    def keep(self, collected: Collected) -> None:
        """Remember it, durably."""
        write_json(self._path(collected.delivery), collected.to_document())

    def all(self) -> Iterator[Collected]:
        """All that is remembered, newest first."""
        for path in sorted(self._folder.glob("*.json"), reverse=True):
            document = read_json(path)
            if document is not None:
                yield Collected.from_document(document)

    def tidy(self, now: datetime) -> None:
        """Remove what a killed run left half written, and what is old. Only while no other run collects."""
        remove_unfinished(self._folder)
        for collected in self.all():
            if collected.expires + KEPT < now:
                sweep(self._path(collected.delivery))

    def _path(self, delivery: str) -> Path:
        return self._folder / f"{delivery}.json"


def document(collected: Collected) -> dict[str, Any]:
    """A collected delivery for ``--json``."""
    read_at = None
    if collected.read is not None:
        read_at = format_time(ReadReceipt.parse(Signed.decode(collected.read).document).read)
    return {
        "delivery": collected.delivery,
        "from": collected.sender,
        "to": list(collected.addressees),
        "purpose": collected.purpose,
        "created": format_time(collected.created),
        "collected": format_time(collected.received),
        "read": read_at,
        "in_reply_to": collected.in_reply_to,
        "note": collected.note,
        "files": [{"name": name, "path": path} for name, path in collected.files],
        "bare": collected.bare,
        "refused": collected.refusal,
    }
