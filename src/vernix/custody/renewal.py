"""A renewal: a partner's new keys, vouched for by a key that it holds. No invitation and no telephone call.

Canonical JSON, format and signing domain ``vernix/renewal/v2``, signed by a present signing key of the
partner *and* by the new one; the caller seals it to the registry. Whoever stole a signing key could renew it,
too: the directory shows the new keys, and revoking the old one does not revoke them.

Version 1 has no SSH keys. Rule of change: a new or changed field makes ``vernix/renewal/v3``; the registry
reads both for a year.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from vernix.custody import canonical
from vernix.custody.directory import Directory, Key
from vernix.custody.fields import Fields
from vernix.custody.identifiers import format_time
from vernix.custody.key import CLOCK_TOLERANCE, check_recipient_text, check_ssh_text
from vernix.custody.signatures import RENEWAL, RENEWAL_V1, Signed, SigningKey, VerifyKey
from vernix.errors import DataRefused, NotProven

LIFETIME = timedelta(days=14)
"""How long a renewal may wait for the registry; an older one may be somebody's copy."""

_LIMIT = 64 * 1024
_MAX_KEYS = 10


@dataclass(frozen=True, slots=True)
class Renewal:
    """``signing_key`` (``ed25519:...``), ``recipients`` (``age1...``) and ``ssh_keys`` (``ssh-ed25519 ...``;
    None in version 1) in the place of the keys whose ids are in ``replaces``: those of the machine that asks.
    """

    partner: str
    signing_key: str
    recipients: tuple[str, ...]
    replaces: tuple[str, ...]
    created: datetime
    ssh_keys: tuple[str, ...] | None = ()

    @property
    def format(self) -> str:
        """The document's format, and the domain in which it is signed."""
        return RENEWAL_V1 if self.ssh_keys is None else RENEWAL

    @classmethod
    def parse(cls, data: bytes) -> Renewal:
        """Read canonical bytes; DataRefused names the field. Says nothing of who signed."""
        fields = Fields(canonical.decode(data, limit=_LIMIT), "renewal")
        version = fields.choice("format", (RENEWAL, RENEWAL_V1))
        renewal = cls(
            partner=fields.partner("partner"),
            signing_key=fields.text("signing_key"),
            recipients=tuple(
                check_recipient_text(Fields({"recipient": item}, "renewal").text("recipient", most=4000))
                for item in fields.items("recipients", least=1, most=_MAX_KEYS)
            ),
            ssh_keys=None
            if version == RENEWAL_V1
            else tuple(
                check_ssh_text(Fields({"key": item}, "renewal").text("key"))
                for item in fields.items("ssh_keys", most=_MAX_KEYS)
            ),
            replaces=tuple(
                Fields({"key": item}, "renewal").key_id("key")
                for item in fields.items("replaces", least=1, most=_MAX_KEYS)
            ),
            created=fields.time("created"),
        )
        fields.end()
        VerifyKey.from_text(renewal.signing_key)
        for name in ("recipients", "replaces", "ssh_keys"):
            named = getattr(renewal, name) or ()
            if len(set(named)) != len(named):
                raise DataRefused(f"The renewal's field {name!r} names one twice.")
        return renewal

    def to_bytes(self) -> bytes:
        """The canonical bytes. Raises DataRefused rather than write what ``parse`` would refuse."""
        document: dict[str, object] = {
            "format": self.format,
            "partner": self.partner,
            "signing_key": self.signing_key,
            "recipients": list(self.recipients),
            "replaces": list(self.replaces),
            "created": format_time(self.created),
        }
        if self.ssh_keys is not None:
            document["ssh_keys"] = list(self.ssh_keys)
        data = canonical.encode(document)
        Renewal.parse(data)
        return data

    def sign(self, present: SigningKey, new: SigningKey) -> Signed:
        """The envelope, signed by the key that the directory knows and by the one that it shall know."""
        return Signed.make(self.format, self.to_bytes(), [present, new])


def verify_renewal(signed: Signed, directory: Directory, now: datetime) -> tuple[Renewal, Key]:
    """The renewal in ``signed`` and the directory's entry of the present key that vouches for it.

    Raises DataRefused (malformed, or a recipient that is none) or NotProven: not signed by both, by another
    partner's key, by one that is revoked, of other partners' keys, too old.
    """
    from vernix.sealing.recipients import parse_recipient

    renewal = Renewal.parse(signed.document)
    new_key = VerifyKey.from_text(renewal.signing_key)
    others = [key_id for key_id, _ in signed.signatures if key_id != new_key.key_id]
    if len(others) != 1:
        raise _refused("must be signed by the new key and by one present key")
    partner, present = directory.signing_key(others[0], now)
    if partner.id != renewal.partner:
        raise _refused("is signed by another partner")
    signed.check(renewal.format, [present, new_key])
    entries = {key.id: key for key in partner.keys}
    if present.key_id not in renewal.replaces or not set(renewal.replaces) <= set(entries):
        raise _refused("must replace the key that signs it, and no keys of others")
    if not now - LIFETIME <= renewal.created <= now + CLOCK_TOLERANCE:
        raise _refused("is too old, or made in the future")
    for recipient in renewal.recipients:
        parse_recipient(recipient)
    return renewal, entries[present.key_id]


def _refused(why: str) -> NotProven:
    return NotProven(f"The renewal {why}.", hint="Run vernix renew again, where the present keys are.")
