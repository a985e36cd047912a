"""The proven receipt: one file that shows to anybody with the directory what was received, by whom, when.

Canonical JSON, format ``vernix/proven-receipt/v1``: the signed delivery and the signed receipt; the event
that tells of the receipt, with its salt and place; the path from its leaf to the head; the log's checkpoint
with its cosignatures. It is not signed itself: each thing in it is.

Rule of change: a new or changed field makes ``vernix/proven-receipt/v2``; readers read both for ever, since
such a file is kept.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from vernix.custody import canonical
from vernix.custody.checkpoint import Log
from vernix.custody.delivery import Delivery
from vernix.custody.directory import Directory
from vernix.custody.event import RECEIPT as RECEIPT_EVENT
from vernix.custody.event import Leaf
from vernix.custody.fields import Fields, to_base64
from vernix.custody.identifiers import REGISTRY
from vernix.custody.merkle import HASH, check_inclusion
from vernix.custody.notes import MOST_BYTES
from vernix.custody.receipt import Receipt
from vernix.custody.signatures import DELIVERY, RECEIPT, Signed
from vernix.custody.witnesses import witnesses
from vernix.errors import DataRefused, NotProven

FORMAT = "vernix/proven-receipt/v1"

_LONGEST_PATH = 64


@dataclass(frozen=True, slots=True)
class Proven:
    """What holds: the delivery, its receipt, and since when the ledger has told of it.

    ``vouched`` is the log's own time, ``witnesses`` are partners with theirs; seconds since the epoch.
    """

    delivery: Delivery
    receipt: Receipt
    index: int
    vouched: int
    witnesses: dict[str, int]


@dataclass(frozen=True, slots=True)
class ProvenReceipt:
    """The file, read and not yet checked. ``path`` holds 32-byte hashes, ``checkpoint`` a signed note."""

    delivery: Signed
    receipt: Signed
    log: Log
    leaf: Leaf
    path: tuple[bytes, ...]
    checkpoint: bytes

    @classmethod
    def parse(cls, data: bytes) -> ProvenReceipt:
        """Read canonical bytes; DataRefused names the field."""
        fields = Fields(canonical.decode(data), "proven receipt")
        fields.format(FORMAT)
        log = Log.from_object(fields.value("log"))
        if log is None:
            raise DataRefused("The proven receipt names no log.")
        proven = cls(
            delivery=Signed.from_object(fields.value("delivery")),
            receipt=Signed.from_object(fields.value("receipt")),
            log=log,
            leaf=Leaf.from_object(fields.value("leaf")),
            path=tuple(
                Fields({"path": item}, "proven receipt").binary("path", HASH)
                for item in fields.items("path", most=_LONGEST_PATH)
            ),
            checkpoint=fields.text("checkpoint", most=MOST_BYTES, lines=True).encode("utf-8"),
        )
        fields.end()
        return proven

    def to_bytes(self) -> bytes:
        """The canonical bytes."""
        return canonical.encode(
            {
                "format": FORMAT,
                "delivery": self.delivery.to_object(),
                "receipt": self.receipt.to_object(),
                "log": self.log.to_object(),
                "leaf": self.leaf.to_object(),
                "path": [to_base64(item) for item in self.path],
                "checkpoint": self.checkpoint.decode("utf-8"),
            }
        )

    def check(self, directory: Directory) -> Proven:
        """What this file proves by ``directory``. Needs no network and no clock.

        Raises DataRefused (malformed) or NotProven, which says what does not hold.
        """
        delivery, receipt = self._documents(directory)
        signed = self.log.open(self.checkpoint)
        by = witnesses(signed, self.log, directory)
        # The registry cosigns no log but the one it pinned: its word stands when that log has been replaced.
        if directory.log != self.log and REGISTRY not in by:
            raise NotProven(
                "The proven receipt is of another log than the one that the directory names.",
                hint="Nobody but that log vouches for it: ask the registry whether it was the gateway's.",
            )
        self._check_event(receipt)
        check_inclusion(self.leaf.hash, self.leaf.index, signed.size, self.path, signed.checkpoint.root)
        return Proven(delivery, receipt, self.leaf.index, signed.vouched, by)

    def _documents(self, directory: Directory) -> tuple[Delivery, Receipt]:
        """Both documents, signed by whom they name."""
        delivery, receipt = Delivery.parse(self.delivery.document), Receipt.parse(self.receipt.document)
        directory.check_signature(self.delivery, DELIVERY, delivery.sender, delivery.created)
        directory.check_signature(self.receipt, RECEIPT, receipt.addressee, receipt.received)
        receipt.check_against(delivery)
        return delivery, receipt

    def _check_event(self, receipt: Receipt) -> None:
        """The event must tell of this very receipt."""
        event = self.leaf.event
        told = (event.kind, event.actor, event.delivery, event.outcome, event.digest)
        digest = hashlib.sha256(self.receipt.encode()).hexdigest()
        if told != (RECEIPT_EVENT, receipt.addressee, receipt.delivery, receipt.result, digest):
            raise NotProven(
                "The event in the ledger tells of something else than this receipt.",
                hint="The file was put together from two: collect the receipt again.",
            )
