"""The read receipt: what the addressee signs when a person has looked at what was delivered.

The receipt (``vernix.custody.receipt``) says that all of it arrived and was verified, which a program can do
at night; this says that somebody has seen it. Canonical JSON, format and signing domain
``vernix/read-receipt/v1``, signed by one key of the addressee.

Rule of change: any new or changed field makes ``vernix/read-receipt/v2`` with a domain of its own; readers
refuse what they do not know.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vernix.custody import canonical
from vernix.custody.directory import Directory
from vernix.custody.fields import Fields
from vernix.custody.identifiers import format_time
from vernix.custody.key import CLOCK_TOLERANCE
from vernix.custody.signatures import READ_RECEIPT, Signed, SigningKey
from vernix.errors import NotProven


@dataclass(frozen=True, slots=True)
class ReadReceipt:
    """A person at ``addressee`` looked at the delivery ``delivery`` of ``sender`` at ``read``."""

    delivery: str
    addressee: str
    sender: str
    read: datetime

    @classmethod
    def parse(cls, data: bytes) -> ReadReceipt:
        """Read canonical bytes; DataRefused names the field. Says nothing of who signed."""
        fields = Fields(canonical.decode(data), "read receipt")
        fields.format(READ_RECEIPT)
        receipt = cls(
            delivery=fields.id("delivery"),
            addressee=fields.partner("addressee"),
            sender=fields.partner("sender"),
            read=fields.time("read"),
        )
        fields.end()
        return receipt

    def to_bytes(self) -> bytes:
        """The canonical bytes. Raises DataRefused rather than write what ``parse`` would refuse."""
        document = {
            "format": READ_RECEIPT,
            "delivery": self.delivery,
            "addressee": self.addressee,
            "sender": self.sender,
            "read": format_time(self.read),
        }
        data = canonical.encode(document)
        ReadReceipt.parse(data)
        return data

    def sign(self, key: SigningKey) -> Signed:
        """The signed envelope."""
        return Signed.make(READ_RECEIPT, self.to_bytes(), [key])

    @classmethod
    def open_signed(cls, envelope: bytes | Signed, directory: Directory, now: datetime) -> ReadReceipt:
        """The read receipt in ``envelope``, proven to be signed by its addressee.

        Raises DataRefused or NotProven.
        """
        signed = envelope if isinstance(envelope, Signed) else Signed.decode(envelope)
        receipt = cls.parse(signed.document)
        if receipt.read > now + CLOCK_TOLERANCE:
            raise NotProven(
                "The read receipt was made in the future.", hint="Check the clocks on both sides."
            )
        directory.check_signature(signed, READ_RECEIPT, receipt.addressee, receipt.read)
        return receipt
