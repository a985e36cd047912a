"""The delivery: an addressed, signed set of sealed parts. Whoever carries it can check it and open nothing.

Canonical JSON, format and signing domain ``vernix/delivery/v1``, signed by one key of the sender. The first
part is the sealed manifest.

Rule of change: any new or changed field makes ``vernix/delivery/v2`` with a domain of its own. Gateways and
clients read the old format for at least a year after they read the new one; writers go over when the
directory says that everybody can read it. A reader refuses what it does not know.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from vernix.custody import canonical
from vernix.custody.directory import PURPOSES, Directory
from vernix.custody.fields import Fields
from vernix.custody.identifiers import format_time
from vernix.custody.key import CLOCK_TOLERANCE
from vernix.custody.signatures import DELIVERY, Signed, SigningKey
from vernix.errors import DataRefused, NotProven

__all__ = ["MAX_LIFETIME", "MAX_PARTS", "PURPOSES", "Carried", "Delivery", "Part"]

MAX_PARTS = 10_000
MAX_ADDRESSEES = 100
MAX_LIFETIME = timedelta(days=30)
"""From creation to expiry at most; also bounds how far a thief could backdate with an expired key."""

_UPLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}")
_MAX_SIZE = 2**50
_MAX_HEADER = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Part:
    """A sealed file: the gateway's id of its upload, its size and its age header's size in bytes, its digest.

    ``digest`` is the head of ``vernix.custody.tree`` in hex.
    """

    upload: str
    size: int
    header: int
    digest: str


class Carried(Protocol):
    """What is fetched by parts and signed for: a delivery, or a drop (``vernix.custody.drop``)."""

    @property
    def id(self) -> str:
        """Its id."""
        ...

    @property
    def sender(self) -> str:
        """Who sent it."""
        ...

    @property
    def addressees(self) -> tuple[str, ...]:
        """To whom it goes."""
        ...

    @property
    def parts(self) -> tuple[Part, ...]:
        """Its sealed files."""
        ...

    @property
    def created(self) -> datetime:
        """When it was made."""
        ...

    @property
    def expires(self) -> datetime:
        """Until when it is kept."""
        ...


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a sender signs. Times are UTC to the second; ``parts[0]`` is the manifest.

    ``downloads`` is how often each addressee may fetch it (None: as often as it likes until it signs).
    """

    id: str
    sender: str
    addressees: tuple[str, ...]
    purpose: str
    parts: tuple[Part, ...]
    directory_version: int
    created: datetime
    expires: datetime
    in_reply_to: str | None = None
    downloads: int | None = None

    @classmethod
    def parse(cls, data: bytes) -> Delivery:
        """Read canonical bytes; DataRefused names the field. Says nothing of who signed."""
        return cls.from_object(canonical.decode(data))

    @classmethod
    def from_object(cls, value: object) -> Delivery:
        """Read a delivery that stood inside a larger canonical document."""
        fields = Fields(value, "delivery")
        fields.format(DELIVERY)
        delivery = cls(
            id=fields.id("id"),
            sender=fields.partner("sender"),
            addressees=fields.partners("addressees", most=MAX_ADDRESSEES),
            purpose=fields.choice("purpose", PURPOSES),
            parts=tuple(_parse_part(item) for item in fields.items("parts", least=1, most=MAX_PARTS)),
            directory_version=fields.integer("directory_version", least=1),
            created=fields.time("created"),
            expires=fields.time("expires"),
            in_reply_to=fields.optional_id("in_reply_to"),
            downloads=fields.optional_integer("downloads", least=1),
        )
        fields.end()
        if not timedelta(0) < delivery.expires - delivery.created <= MAX_LIFETIME:
            raise DataRefused("The delivery's field 'expires' is not within 30 days after 'created'.")
        if len({part.upload for part in delivery.parts}) != len(delivery.parts):
            raise DataRefused("The delivery's field 'parts' names an upload twice.")
        return delivery

    def to_bytes(self) -> bytes:
        """The canonical bytes. Raises DataRefused rather than write what ``parse`` would refuse."""
        document = {
            "format": DELIVERY,
            "id": self.id,
            "sender": self.sender,
            "addressees": list(self.addressees),
            "purpose": self.purpose,
            "parts": [
                {"upload": part.upload, "size": part.size, "header": part.header, "digest": part.digest}
                for part in self.parts
            ],
            "directory_version": self.directory_version,
            "created": format_time(self.created),
            "expires": format_time(self.expires),
            "in_reply_to": self.in_reply_to,
            "downloads": self.downloads,
        }
        data = canonical.encode(document)
        Delivery.parse(data)
        return data

    def sign(self, key: SigningKey) -> Signed:
        """The signed envelope."""
        return Signed.make(DELIVERY, self.to_bytes(), [key])

    @classmethod
    def open_signed(cls, envelope: bytes | Signed, directory: Directory, now: datetime) -> Delivery:
        """The delivery in ``envelope``, proven: signed by the sender, in time, within the sender's rights.

        Raises DataRefused (malformed), NotProven (signature, key, times) or FarSideRefused (rights).
        """
        signed = envelope if isinstance(envelope, Signed) else Signed.decode(envelope)
        delivery = cls.from_object(signed.content())
        delivery.check_times(now)
        directory.check_signature(signed, DELIVERY, delivery.sender, delivery.created)
        directory.check_rights(delivery.sender, delivery.addressees, delivery.purpose)
        return delivery

    def check_times(self, now: datetime) -> None:
        """Raise NotProven for a delivery made in the future or over at ``now``."""
        if self.created > now + CLOCK_TOLERANCE:
            raise NotProven("The delivery was made in the future.", hint="Check the clocks on both sides.")
        if self.expires <= now:
            raise NotProven("The delivery has expired.", hint="Send the files again.")


def _parse_part(value: object) -> Part:
    fields = Fields(value, "delivery's part")
    part = Part(
        upload=fields.matching("upload", _UPLOAD),
        size=fields.integer("size", least=2, most=_MAX_SIZE),
        header=fields.integer("header", least=1, most=_MAX_HEADER),
        digest=fields.digest("digest"),
    )
    fields.end()
    if part.header >= part.size:
        raise DataRefused("The delivery's part has a field 'header' that is not smaller than its 'size'.")
    return part
