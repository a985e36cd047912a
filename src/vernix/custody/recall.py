"""The recall: what a sender signs to take a delivery back. On it the gateway deletes the parts.

Canonical JSON, format and signing domain ``vernix/recall/v1``, signed by one key of the sender. It says which
delivery, and nothing else: no reason stands outside a seal.

Rule of change: any new or changed field makes ``vernix/recall/v2`` with a domain of its own; readers refuse
what they do not know.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vernix.custody import canonical
from vernix.custody.directory import Directory
from vernix.custody.fields import Fields
from vernix.custody.identifiers import format_time
from vernix.custody.key import CLOCK_TOLERANCE
from vernix.custody.signatures import RECALL, Signed, SigningKey
from vernix.errors import NotProven


@dataclass(frozen=True, slots=True)
class Recall:
    """The ``sender`` took the delivery ``delivery`` back at ``recalled``."""

    delivery: str
    sender: str
    recalled: datetime

    @classmethod
    def parse(cls, data: bytes) -> Recall:
        """Read canonical bytes; DataRefused names the field. Says nothing of who signed."""
        fields = Fields(canonical.decode(data), "recall")
        fields.format(RECALL)
        recall = cls(fields.id("delivery"), fields.partner("sender"), fields.time("recalled"))
        fields.end()
        return recall

    def to_bytes(self) -> bytes:
        """The canonical bytes. Raises DataRefused rather than write what ``parse`` would refuse."""
        document = {
            "format": RECALL,
            "delivery": self.delivery,
            "sender": self.sender,
            "recalled": format_time(self.recalled),
        }
        data = canonical.encode(document)
        Recall.parse(data)
        return data

    def sign(self, key: SigningKey) -> Signed:
        """The signed envelope."""
        return Signed.make(RECALL, self.to_bytes(), [key])

    @classmethod
    def open_signed(cls, envelope: bytes | Signed, directory: Directory, now: datetime) -> Recall:
        """The recall in ``envelope``, proven to be signed by its sender; whose the delivery is, is not known.

        Raises DataRefused or NotProven.
        """
        signed = envelope if isinstance(envelope, Signed) else Signed.decode(envelope)
        recall = cls.parse(signed.document)
        if recall.recalled > now + CLOCK_TOLERANCE:
            raise NotProven("The recall was made in the future.", hint="Check the clocks on both sides.")
        directory.check_signature(signed, RECALL, recall.sender, recall.recalled)
        return recall
