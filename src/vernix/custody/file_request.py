"""A request for files: a partner asks somebody without an account for one package.

The partner signs a *file request* (canonical JSON, format and signing domain ``vernix/file-request/v1``): the
public half of a one-time key, until when, and how many sealed bytes. It hands the secret half over in a
*ticket*, one token of text, ``vernix-request-1-`` and unpadded base64url of canonical JSON (format
``vernix/ticket/v1``), which also pins the directory's root. Who holds the ticket signs one delivery with the
one-time key, in the name of ``request-<id>``. So a chain of signatures leads from the directory to the
delivery: the partner's key signed the request, whose key signed the delivery. Who held the ticket is not
proven, only that it was the ticket.

Rule of change: another prefix (``vernix-request-2-``) and ``/v2`` formats; readers refuse what they do not
know.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from vernix.custody import canonical
from vernix.custody.delivery import Delivery
from vernix.custody.directory import Directory
from vernix.custody.fields import Fields, from_base64, to_base64
from vernix.custody.identifiers import format_time, new_id
from vernix.custody.key import CLOCK_TOLERANCE
from vernix.custody.manifest import Manifest
from vernix.custody.partner import FILE_REQUESTS
from vernix.custody.signatures import DELIVERY, FILE_REQUEST, Signed, SigningKey, VerifyKey
from vernix.errors import DataRefused, FarSideRefused, NotProven

TICKET = "vernix/ticket/v1"
MAX_LIFETIME = timedelta(days=30)
MOST_BYTES = 64 << 30
"""Sealed bytes that a request may allow at most."""
PURPOSE = "message"
SECRET_SIZE = 16

_PREFIX = "vernix-request-1-"
_MAX_TEXT = 4000
_SENDER = re.compile(r"request-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")


@dataclass(frozen=True, slots=True)
class FileRequest:
    """What ``partner`` signs: the one-time ``key`` (``ed25519:...``), open until ``expires``.

    ``most_bytes`` is the sealed size of all parts together.
    """

    id: str
    partner: str
    key: str
    most_bytes: int
    created: datetime
    expires: datetime

    @property
    def sender(self) -> str:
        """In whose name the answer is sent: a partner's id by its form, and no partner's."""
        return f"request-{self.id}"

    @classmethod
    def parse(cls, data: bytes) -> FileRequest:
        """Read canonical bytes; DataRefused names the field. Says nothing of who signed."""
        fields = Fields(canonical.decode(data), "file request")
        fields.format(FILE_REQUEST)
        request = cls(
            id=fields.id("id"),
            partner=fields.partner("partner"),
            key=fields.text("key"),
            most_bytes=fields.integer("most_bytes", least=1, most=MOST_BYTES),
            created=fields.time("created"),
            expires=fields.time("expires"),
        )
        fields.end()
        VerifyKey.from_text(request.key)
        if not timedelta(0) < request.expires - request.created <= MAX_LIFETIME:
            raise DataRefused("The file request's field 'expires' is not within 30 days after 'created'.")
        return request

    def to_bytes(self) -> bytes:
        """The canonical bytes. Raises DataRefused rather than write what ``parse`` would refuse."""
        document = {
            "format": FILE_REQUEST,
            "id": self.id,
            "partner": self.partner,
            "key": self.key,
            "most_bytes": self.most_bytes,
            "created": format_time(self.created),
            "expires": format_time(self.expires),
        }
        data = canonical.encode(document)
        FileRequest.parse(data)
        return data

    def sign(self, key: SigningKey) -> Signed:
        """The signed envelope."""
        return Signed.make(FILE_REQUEST, self.to_bytes(), [key])

    @classmethod
    def open_signed(cls, envelope: bytes | Signed, directory: Directory, now: datetime) -> FileRequest:
        """The request in ``envelope``, proven: signed by its partner, to whom the directory grants to ask.

        Whether it is still open is asked by ``check_open``. Raises DataRefused, NotProven or FarSideRefused.
        """
        signed = envelope if isinstance(envelope, Signed) else Signed.decode(envelope)
        request = cls.parse(signed.document)
        if request.created > now + CLOCK_TOLERANCE:
            raise NotProven(
                "The file request was made in the future.", hint="Check the clocks on both sides."
            )
        directory.check_signature(signed, FILE_REQUEST, request.partner, request.created)
        if FILE_REQUESTS not in directory.partner(request.partner).grants:
            raise FarSideRefused(
                f"The directory does not let {request.partner} ask for files.",
                hint="Ask the registry for that grant: vernix-registry allow PARTNER --file-requests.",
            )
        return request

    def check_open(self, now: datetime) -> None:
        """Raise NotProven when the request has expired."""
        if now >= self.expires:
            raise NotProven("The request for files has expired.", hint="Ask whoever sent it for a new one.")

    def check_use(self, addressees: tuple[str, ...], purpose: str, size: int) -> None:
        """Raise FarSideRefused unless ``size`` sealed bytes in all may be sent so by who holds the ticket."""
        if addressees != (self.partner,) or purpose != PURPOSE:
            raise FarSideRefused("A request for files is answered by a message to who asked, nobody else.")
        if size > self.most_bytes:
            raise FarSideRefused(
                f"The request allows {self.most_bytes} sealed bytes; this is more.",
                hint="Send less, or ask for a larger request.",
            )

    def prove_delivery(self, envelope: bytes | Signed, now: datetime) -> Delivery:
        """The delivery in ``envelope``, proven to answer this request. Raises DataRefused or NotProven."""
        signed = envelope if isinstance(envelope, Signed) else Signed.decode(envelope)
        delivery = Delivery.parse(signed.document)
        delivery.check_times(now)
        if delivery.sender != self.sender or not self._covers(delivery.created):
            raise NotProven("The delivery answers another request for files, or came too late.")
        signed.check(DELIVERY, [VerifyKey.from_text(self.key)])
        self.check_use(delivery.addressees, delivery.purpose, sum(part.size for part in delivery.parts))
        return delivery

    def prove_manifest(self, envelope: bytes | Signed, reader: str, now: datetime) -> Manifest:
        """The manifest in ``envelope``, proven as ``Manifest.open_signed`` would. Raises as that does."""
        signed = envelope if isinstance(envelope, Signed) else Signed.decode(envelope)
        manifest = Manifest.parse(signed.document)
        manifest.check_reader(reader, now)
        if manifest.sender != self.sender:
            raise NotProven("The manifest answers another request for files.")
        signed.check(manifest.format, [VerifyKey.from_text(self.key)])
        return manifest

    def _covers(self, moment: datetime) -> bool:
        return self.created - CLOCK_TOLERANCE <= moment < self.expires


def request_behind(sender: str) -> str | None:
    """The id of the file request in whose name ``sender`` sends; None for a partner."""
    found = _SENDER.fullmatch(sender)
    return None if found is None else found[1]


@dataclass(frozen=True, slots=True)
class Ticket:
    """What the partner hands over: ``title`` says to a person what for, ``secret`` is 16 random bytes."""

    id: str
    gateway: str
    root_fingerprint: str
    partner: str
    title: str
    secret: bytes = field(repr=False)
    expires: datetime

    @classmethod
    def make(cls, gateway: str, root_fingerprint: str, partner: str, title: str, expires: datetime) -> Ticket:
        """A fresh ticket."""
        secret = secrets.token_bytes(SECRET_SIZE)
        return cls(new_id(), gateway, root_fingerprint, partner, title, secret, expires)

    @classmethod
    def from_text(cls, text: str) -> Ticket:
        """Read the token; DataRefused otherwise. White space around it is forgiven; expiry is not checked."""
        token = text.strip()
        if not token.startswith(_PREFIX) or len(token) > _MAX_TEXT:
            raise DataRefused(
                f"A request for files begins with {_PREFIX}.", hint="Copy the whole line that you were sent."
            )
        try:
            return cls._read(Fields(canonical.decode(from_base64(token[len(_PREFIX) :])), "ticket"))
        except DataRefused:
            # Which byte is wrong helps nobody: what a person can do is to copy it once more.
            raise DataRefused(
                "The request for files is damaged or not whole.",
                hint="Copy the whole line that you were sent.",
            ) from None

    @classmethod
    def _read(cls, fields: Fields) -> Ticket:
        fields.format(TICKET)
        ticket = cls(
            id=fields.id("id"),
            gateway=fields.gateway_url("gateway"),
            root_fingerprint=fields.digest("root_fingerprint"),
            partner=fields.partner("partner"),
            title=fields.text("title"),
            secret=fields.binary("secret", SECRET_SIZE),
            expires=fields.time("expires"),
        )
        fields.end()
        return ticket

    def to_text(self) -> str:
        """The token, one line without spaces. It is a secret until it is used or expires."""
        document = {
            "format": TICKET,
            "id": self.id,
            "gateway": self.gateway,
            "root_fingerprint": self.root_fingerprint,
            "partner": self.partner,
            "title": self.title,
            "secret": to_base64(self.secret),
            "expires": format_time(self.expires),
        }
        data = canonical.encode(document)
        self._read(Fields(canonical.decode(data), "ticket"))
        return _PREFIX + to_base64(data)

    def signing_key(self) -> SigningKey:
        """The one-time key: HKDF-SHA-256 of the secret, no salt, info ``vernix/file-request/v1``."""
        seed = HKDF(algorithm=SHA256(), length=32, salt=None, info=FILE_REQUEST.encode()).derive(self.secret)
        return SigningKey.from_bytes(seed)

    def file_request(self, most_bytes: int, now: datetime) -> FileRequest:
        """What the partner signs; nothing secret is in it, and no title."""
        key = self.signing_key().verify_key.to_text()
        return FileRequest(self.id, self.partner, key, most_bytes, now, self.expires)

    @property
    def key_id(self) -> str:
        """The key id under which requests to the gateway are signed."""
        return f"request:{self.id}"
