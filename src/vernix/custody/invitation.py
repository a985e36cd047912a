"""The invitation that the registry gives a new partner, and the enrolment with which the partner answers.

An invitation is one token of text, ``vernix-invite-1-`` and unpadded base64url of canonical JSON (format
``vernix/invitation/v1``): it pins the directory's root, so a gateway cannot show another directory, and it
carries a one-time secret of 128 bits, from which a signing key is derived that proves the answer. An
enrolment is canonical JSON, format and signing domain ``vernix/enrolment/v1``, signed by the new key *and*
the invitation's; the caller seals it to the registry.

Rule of change: another prefix (``vernix-invite-2-``) and ``/v2`` formats. Invitations are short-lived, so
the registry stops writing the old form a month before it stops reading it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from vernix.custody import canonical
from vernix.custody.fields import Fields, from_base64, to_base64
from vernix.custody.identifiers import format_time, new_id
from vernix.custody.key import CLOCK_TOLERANCE, MAX_LABEL, check_recipient_text, check_ssh_text
from vernix.custody.signatures import ENROLMENT, Signed, SigningKey, VerifyKey
from vernix.errors import DataRefused, NotProven

FORMAT = "vernix/invitation/v1"
LIFETIME = timedelta(days=14)
SECRET_SIZE = 16

_PREFIX = "vernix-invite-1-"
_MAX_TEXT = 4000
_MAX_KEYS = 10


@dataclass(frozen=True, slots=True)
class Invitation:
    """What the registry hands to a partner over a channel that it trusts. ``secret`` is 16 random bytes.

    ``partner`` is the id of the partner to whose keys those of the invited machine are added; None for a
    newcomer.
    """

    id: str
    gateway: str
    root_fingerprint: str
    partner_name: str
    secret: bytes = field(repr=False)
    expires: datetime
    partner: str | None = None

    @classmethod
    def make(
        cls,
        gateway: str,
        root_fingerprint: str,
        partner_name: str,
        now: datetime,
        partner: str | None = None,
    ) -> Invitation:
        """A fresh invitation that is open for 14 days."""
        secret = secrets.token_bytes(SECRET_SIZE)
        return cls(new_id(), gateway, root_fingerprint, partner_name, secret, now + LIFETIME, partner)

    @classmethod
    def from_text(cls, text: str) -> Invitation:
        """Read the token; DataRefused otherwise. White space around it is forgiven; expiry is not checked."""
        token = text.strip()
        if not token.startswith(_PREFIX) or len(token) > _MAX_TEXT:
            raise DataRefused(
                f"An invitation begins with {_PREFIX}.", hint="Copy the whole line that the registry sent."
            )
        try:
            return cls._read(Fields(canonical.decode(from_base64(token[len(_PREFIX) :])), "invitation"))
        except DataRefused:
            # Which byte is wrong helps nobody: what a person can do is to copy it once more.
            raise DataRefused(
                "The invitation is damaged or not whole.", hint="Copy the whole line that the registry sent."
            ) from None

    @classmethod
    def _read(cls, fields: Fields) -> Invitation:
        fields.format(FORMAT)
        invitation = cls(
            id=fields.id("id"),
            gateway=fields.gateway_url("gateway"),
            root_fingerprint=fields.digest("root_fingerprint"),
            partner_name=fields.text("partner_name"),
            secret=fields.binary("secret", SECRET_SIZE),
            expires=fields.time("expires"),
            partner=fields.optional_partner("partner"),
        )
        fields.end()
        return invitation

    def to_text(self) -> str:
        """The token, one line without spaces. It is a secret until it is used or expires."""
        document = {
            "format": FORMAT,
            "id": self.id,
            "gateway": self.gateway,
            "root_fingerprint": self.root_fingerprint,
            "partner_name": self.partner_name,
            "secret": to_base64(self.secret),
            "expires": format_time(self.expires),
            "partner": self.partner,
        }
        data = canonical.encode(document)
        self._read(Fields(canonical.decode(data), "invitation"))
        return _PREFIX + to_base64(data)

    def check_open(self, now: datetime) -> None:
        """Raise NotProven when the invitation has expired."""
        if now >= self.expires:
            raise NotProven("The invitation has expired.", hint="Ask the registry for a new one.")

    def signing_key(self) -> SigningKey:
        """The key that proves the secret is known: HKDF-SHA-256, no salt, info ``vernix/invitation/v1``."""
        seed = HKDF(algorithm=SHA256(), length=32, salt=None, info=FORMAT.encode()).derive(self.secret)
        return SigningKey.from_bytes(seed)

    def public_entry(self) -> InvitationKey:
        """What the directory says of this invitation while it is open; nothing secret is in it."""
        key = self.signing_key().verify_key.to_text()
        return InvitationKey(self.id, key, self.partner_name, self.expires)

    @property
    def request_key_id(self) -> str:
        """The key id under which an enrolment's request to the gateway is signed."""
        return f"invitation:{self.id}"


@dataclass(frozen=True, slots=True)
class InvitationKey:
    """An open invitation as the directory lists it: ``key`` is the text of the verify key that follows from
    its secret.
    """

    id: str
    key: str
    partner_name: str
    expires: datetime

    @classmethod
    def parse(cls, value: object) -> InvitationKey:
        """An invitation of the directory; DataRefused names the field that is not as it must be."""
        fields = Fields(value, "directory's invitation")
        invitation = cls(
            id=fields.id("id"),
            key=fields.text("key"),
            partner_name=fields.text("partner_name"),
            expires=fields.time("expires"),
        )
        fields.end()
        VerifyKey.from_text(invitation.key)
        return invitation

    def to_object(self) -> dict[str, object]:
        """As the directory writes it."""
        return {
            "id": self.id,
            "key": self.key,
            "partner_name": self.partner_name,
            "expires": format_time(self.expires),
        }


@dataclass(frozen=True, slots=True)
class Enrolment:
    """The new partner's keys: ``signing_key`` as ``ed25519:...``, ``recipients`` as ``age1...``,
    ``ssh_keys`` as ``ssh-ed25519 AAAA...`` (none for a partner that will not use SFTP). ``label`` tells the
    machine from others of the same partner; it may be empty."""

    invitation: str
    partner_name: str
    signing_key: str
    recipients: tuple[str, ...]
    ssh_keys: tuple[str, ...]
    created: datetime
    label: str = ""

    @classmethod
    def parse(cls, data: bytes) -> Enrolment:
        """Read canonical bytes; DataRefused names the field. Says nothing of who signed."""
        fields = Fields(canonical.decode(data, limit=64 * 1024), "enrolment")
        fields.format(ENROLMENT)
        enrolment = cls(
            invitation=fields.id("invitation"),
            partner_name=fields.text("partner_name"),
            signing_key=fields.text("signing_key"),
            recipients=_texts(fields, "recipients", check_recipient_text, least=1),
            ssh_keys=_texts(fields, "ssh_keys", check_ssh_text, least=0),
            created=fields.time("created"),
            label=fields.text("label", most=MAX_LABEL, empty=True),
        )
        fields.end()
        VerifyKey.from_text(enrolment.signing_key)
        return enrolment

    def to_bytes(self) -> bytes:
        """The canonical bytes. Raises DataRefused rather than write what ``parse`` would refuse."""
        document = {
            "format": ENROLMENT,
            "invitation": self.invitation,
            "partner_name": self.partner_name,
            "signing_key": self.signing_key,
            "recipients": list(self.recipients),
            "ssh_keys": list(self.ssh_keys),
            "created": format_time(self.created),
            "label": self.label,
        }
        data = canonical.encode(document)
        Enrolment.parse(data)
        return data

    def sign(self, key: SigningKey, invitation: Invitation) -> Signed:
        """The envelope, signed by the partner's new ``key`` and by the invitation's."""
        return Signed.make(ENROLMENT, self.to_bytes(), [key, invitation.signing_key()])


def _texts(fields: Fields, name: str, check: Callable[[str], str], *, least: int) -> tuple[str, ...]:
    """A list of keys, each spelled as ``check`` wants it and there once."""
    items = fields.items(name, least=least, most=_MAX_KEYS)
    found = tuple(check(Fields({name: item}, "enrolment").text(name, most=4000)) for item in items)
    if len(set(found)) != len(found):
        raise DataRefused(f"The enrolment's field {name!r} names one twice.")
    return found


def verify_enrolment(signed: Signed, invitation: InvitationKey, now: datetime) -> Enrolment:
    """The enrolment in ``signed``, proven: both keys signed, for this open invitation, under its name.

    Raises DataRefused (malformed, or a recipient that is none) or NotProven.
    """
    from vernix.sealing.recipients import parse_recipient

    enrolment = Enrolment.parse(signed.document)
    new_key = VerifyKey.from_text(enrolment.signing_key)
    signed.check(ENROLMENT, [new_key, VerifyKey.from_text(invitation.key)])
    if len(signed.signatures) != 2:
        raise NotProven(
            "The enrolment's new key is the invitation's own.", hint="Make a new key and join again."
        )
    if enrolment.invitation != invitation.id or enrolment.partner_name != invitation.partner_name:
        raise NotProven(
            "The enrolment answers another invitation.", hint="Join with the invitation you were sent."
        )
    if now >= invitation.expires:
        raise NotProven("The invitation has expired.", hint="Ask the registry for a new one.")
    if enrolment.created > now + CLOCK_TOLERANCE:
        raise NotProven("The enrolment was made in the future.", hint="Check the clocks on both sides.")
    for recipient in enrolment.recipients:
        parse_recipient(recipient)
    return enrolment
