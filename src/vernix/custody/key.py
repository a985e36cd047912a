"""A key of a partner, as the directory lists it: what it is for, and when it holds."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from vernix.custody.fields import Fields
from vernix.custody.identifiers import format_time
from vernix.custody.signatures import VerifyKey
from vernix.errors import DataRefused

CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far two honest clocks may differ."""

SIGNING = "signing"
RECIPIENT = "recipient"
SSH = "ssh"
KEY_WARNING = timedelta(days=30)
"""How long before a key ends its holder is told."""
MAX_LABEL = 40
"""Characters of a key's label: what tells one machine from another, nobody's story."""

_RECIPIENT_TEXT = re.compile(r"age1(?:pq1)?[02-9ac-hj-np-z]{20,3000}")
# RFC 8709 section 4: the name's length and "ssh-ed25519", the key's length and 32 bytes; 68 digits in all.
_SSH_TEXT = re.compile(r"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI[A-Za-z0-9+/]{43}")


@dataclass(frozen=True, slots=True)
class Key:
    """A partner's key and when it holds: from ``valid_from`` until before ``valid_until``.

    ``kind`` is "signing" (``value`` is ``ed25519:...``), "recipient" (``value`` is ``age1...``) or "ssh", by
    which its holder logs in over SFTP (``value`` is ``ssh-ed25519 AAAA...``, without a comment). A key that
    is ``revoked`` is taken for nothing at all, whatever time a document claims: a thief can backdate.
    ``label`` says which of the partner's keys this is ("Ward 3 machine"); it may be empty.
    """

    id: str
    kind: str
    value: str
    valid_from: datetime
    valid_until: datetime | None = None
    revoked: datetime | None = None
    label: str = ""

    @classmethod
    def make(
        cls, value: str, valid_from: datetime, valid_until: datetime | None = None, label: str = ""
    ) -> Key:
        """The entry for the text of a verify key, a recipient or an SSH key; id and kind follow from it."""
        return cls(key_id_of(value), _kind_of(value), value, valid_from, valid_until, label=label)

    @classmethod
    def parse(cls, value: object) -> Key:
        """A key of the directory; DataRefused names the field that is not as it must be."""
        fields = Fields(value, "directory's key")
        key = cls(
            id=fields.key_id("id"),
            kind=fields.choice("kind", tuple(_SPELLING)),
            value=fields.text("value", most=4000),
            valid_from=fields.time("valid_from"),
            valid_until=fields.optional_time("valid_until"),
            revoked=fields.optional_time("revoked"),
            label=fields.text("label", most=MAX_LABEL, empty=True),
        )
        fields.end()
        _SPELLING[key.kind](key.value)
        if key.id != key_id_of(key.value):
            raise DataRefused("The directory's key has another id than its value gives it.")
        return key

    def to_object(self) -> dict[str, object]:
        """As the directory writes it."""
        return {
            "id": self.id,
            "kind": self.kind,
            "value": self.value,
            "valid_from": format_time(self.valid_from),
            "valid_until": None if self.valid_until is None else format_time(self.valid_until),
            "revoked": None if self.revoked is None else format_time(self.revoked),
            "label": self.label,
        }

    def until(self, end: datetime) -> Key:
        """The same, holding no longer than until before ``end``."""
        return replace(self, valid_until=min(self.valid_until or end, end))

    def holds(self, at: datetime) -> bool:
        """Whether the key may be used for something done at ``at``; clocks may differ by five minutes."""
        if self.revoked is not None or at < self.valid_from - CLOCK_TOLERANCE:
            return False
        return self.valid_until is None or at < self.valid_until


def key_id_of(value: str) -> str:
    """The id of a key from its text: of a verify key its own id, of all others SHA-256 over the text."""
    if value.startswith("ed25519:"):
        return VerifyKey.from_text(value).key_id
    return hashlib.sha256(value.encode("utf-8")).hexdigest()[:16]


def check_recipient_text(text: str) -> str:
    """``text`` if it looks like an age recipient (``age1`` and lower-case Bech32); DataRefused otherwise."""
    if not _RECIPIENT_TEXT.fullmatch(text):
        raise DataRefused("A recipient is not spelled age1...", hint="Copy it again, whole.")
    return text


def check_ssh_text(text: str) -> str:
    """``text`` if it is an Ed25519 key as OpenSSH spells it, without a comment; DataRefused otherwise."""
    if not _SSH_TEXT.fullmatch(text):
        raise DataRefused("An SSH key is not spelled ssh-ed25519 AAAA...", hint="Copy it again, whole.")
    return text


def _kind_of(value: str) -> str:
    if value.startswith("ed25519:"):
        return SIGNING
    return SSH if value.startswith("ssh-") else RECIPIENT


_SPELLING: dict[str, Callable[[str], object]] = {
    SIGNING: VerifyKey.from_text,
    RECIPIENT: check_recipient_text,
    SSH: check_ssh_text,
}
