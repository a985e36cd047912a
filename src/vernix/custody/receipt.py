"""The receipt: what the addressee signs back. On it the gateway deletes the parts and the sender can rest.

Canonical JSON, format and signing domain ``vernix/receipt/v1``, signed by one key of the addressee.

Rule of change: any new or changed field makes ``vernix/receipt/v2`` with a domain of its own; readers refuse
what they do not know. A result is added the same way.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vernix.custody import canonical
from vernix.custody.delivery import MAX_PARTS, Carried
from vernix.custody.directory import Directory
from vernix.custody.fields import Fields
from vernix.custody.identifiers import format_time
from vernix.custody.key import CLOCK_TOLERANCE
from vernix.custody.signatures import RECEIPT, Signed, SigningKey
from vernix.errors import NotProven

RESULTS = ("accepted", "partly", "rejected", "received")


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows were accepted without remark, accepted with a warning, and rejected."""

    accepted: int = 0
    warned: int = 0
    rejected: int = 0


@dataclass(frozen=True, slots=True)
class Receipt:
    """What arrived, when, and what became of it. ``digests`` are those of the delivery's parts, in order.

    ``result`` "received" is for files that nobody reads row by row; its counts are zero.
    """

    delivery: str
    addressee: str
    sender: str
    digests: tuple[str, ...]
    received: datetime
    result: str
    counts: Counts = Counts()

    @classmethod
    def parse(cls, data: bytes) -> Receipt:
        """Read canonical bytes; DataRefused names the field. Says nothing of who signed."""
        fields = Fields(canonical.decode(data), "receipt")
        fields.format(RECEIPT)
        receipt = cls(
            delivery=fields.id("delivery"),
            addressee=fields.partner("addressee"),
            sender=fields.partner("sender"),
            digests=fields.digests("digests", most=MAX_PARTS),
            received=fields.time("received"),
            result=fields.choice("result", RESULTS),
            counts=_parse_counts(fields.value("counts")),
        )
        fields.end()
        return receipt

    def to_bytes(self) -> bytes:
        """The canonical bytes. Raises DataRefused rather than write what ``parse`` would refuse."""
        counts = self.counts
        document = {
            "format": RECEIPT,
            "delivery": self.delivery,
            "addressee": self.addressee,
            "sender": self.sender,
            "digests": list(self.digests),
            "received": format_time(self.received),
            "result": self.result,
            "counts": {"accepted": counts.accepted, "warned": counts.warned, "rejected": counts.rejected},
        }
        data = canonical.encode(document)
        Receipt.parse(data)
        return data

    def sign(self, key: SigningKey) -> Signed:
        """The signed envelope."""
        return Signed.make(RECEIPT, self.to_bytes(), [key])

    @classmethod
    def open_signed(cls, envelope: bytes | Signed, directory: Directory, now: datetime) -> Receipt:
        """The receipt in ``envelope``, proven to be signed by its addressee.

        Call ``check_against`` with the delivery as well. Raises DataRefused or NotProven.
        """
        signed = envelope if isinstance(envelope, Signed) else Signed.decode(envelope)
        receipt = cls.parse(signed.document)
        if receipt.received > now + CLOCK_TOLERANCE:
            raise NotProven("The receipt was made in the future.", hint="Check the clocks on both sides.")
        directory.check_signature(signed, RECEIPT, receipt.addressee, receipt.received)
        return receipt

    def check_against(self, delivery: Carried) -> None:
        """Raise NotProven unless this is a receipt for exactly ``delivery`` by one of its addressees."""
        agree = {
            "delivery": self.delivery == delivery.id,
            "sender": self.sender == delivery.sender,
            "addressee": self.addressee in delivery.addressees,
            "digests": self.digests == tuple(part.digest for part in delivery.parts),
            "received": self.received >= delivery.created - CLOCK_TOLERANCE,
        }
        for name, same in agree.items():
            if not same:
                raise NotProven(
                    f"The receipt and the delivery disagree in the receipt's field {name!r}.",
                    hint="It is a receipt for something else: ask the addressee.",
                )


def _parse_counts(value: object) -> Counts:
    fields = Fields(value, "receipt's counts")
    counts = Counts(fields.integer("accepted"), fields.integer("warned"), fields.integer("rejected"))
    fields.end()
    return counts
