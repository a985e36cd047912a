"""The directory: who exists, with which keys, and who may send what to whom. The TUF target "directory.json".

Canonical JSON, format ``vernix/directory/v1``. It is believed only when it comes out of
``vernix.custody.trust``: the document itself carries no signature.

Rule of change: a new or changed field makes ``vernix/directory/v2``. A reader refuses formats that it does
not know, so v2 is published only when every partner's client reads it; a purpose or role is added the same
way.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from vernix.custody import canonical
from vernix.custody.checkpoint import Log
from vernix.custody.fields import Fields
from vernix.custody.identifiers import format_time
from vernix.custody.quota import Quota
from vernix.custody.rights import (
    EVERYBODY,
    GROUP_MARK,
    MAX_GROUPS,
    MAX_RIGHTS,
    PURPOSES,
    Grants,
    Group,
    Right,
    check_names,
    group_object,
    parse_group,
    parse_right,
    right_object,
)
from vernix.custody.signatures import Signed, VerifyKey
from vernix.errors import DataRefused, FarSideRefused, NotFound, NotProven

if TYPE_CHECKING:
    from vernix.sealing.recipients import Recipient

__all__ = [
    "CLOCK_TOLERANCE",
    "EVERYBODY",
    "FORMAT",
    "GROUP_MARK",
    "KEY_WARNING",
    "MAX_LABEL",
    "PURPOSES",
    "RECIPIENT",
    "SIGNING",
    "Directory",
    "Group",
    "InvitationKey",
    "Key",
    "Partner",
    "Right",
    "check_recipient_text",
    "key_id_of",
]

FORMAT = "vernix/directory/v1"
CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far two honest clocks may differ."""

SIGNING = "signing"
RECIPIENT = "recipient"
KEY_WARNING = timedelta(days=30)
MAX_LABEL = 40
"""Characters of a key's label: what tells one machine from another, nobody's story."""
SSH = "ssh"

BARE_FILES = "bare-files"
"""The grant to leave age files that other tools made, whose sender nobody but the gateway vouches for."""
FILE_REQUESTS = "file-requests"
"""The grant to ask somebody without an account for files (``vernix.custody.file_request``)."""
GRANTS = (BARE_FILES, FILE_REQUESTS)

_ROLES = ("registry", "partner")
_STATES = ("active", "suspended")
_RECIPIENT_TEXT = re.compile(r"age1(?:pq1)?[02-9ac-hj-np-z]{20,3000}")
# RFC 8709 section 4: the name's length and "ssh-ed25519", the key's length and 32 bytes; 68 digits in all.
_SSH_TEXT = re.compile(r"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI[A-Za-z0-9+/]{43}")
_POST_QUANTUM = "age1pq1"
_MAX_PARTNERS = 20_000
_MAX_KEYS = 50


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

    def holds(self, at: datetime) -> bool:
        """Whether the key may be used for something done at ``at``; clocks may differ by five minutes."""
        if self.revoked is not None or at < self.valid_from - CLOCK_TOLERANCE:
            return False
        return self.valid_until is None or at < self.valid_until


@dataclass(frozen=True, slots=True)
class Partner:
    """An organisation. ``role`` "registry" or "partner"; ``status`` "active" or "suspended".

    ``grants`` are what it may do beside sending, such as "bare-files"; ascending, each once.
    """

    id: str
    name: str
    keys: tuple[Key, ...]
    role: str = "partner"
    status: str = "active"
    quota: Quota | None = None
    grants: tuple[str, ...] = ()

    def ending(self, now: datetime) -> tuple[Key, ...]:
        """The keys that end within 30 days of ``now`` with no later one of the same kind and label."""
        soon = now + KEY_WARNING
        held = [key for key in self.keys if key.holds(now)]
        lasting = {(key.kind, key.label) for key in held if key.valid_until is None or key.valid_until > soon}
        return tuple(key for key in held if (key.kind, key.label) not in lasting)


@dataclass(frozen=True, slots=True)
class InvitationKey:
    """An open invitation: ``key`` is the text of the verify key derived from its secret."""

    id: str
    key: str
    partner_name: str
    expires: datetime


@dataclass(frozen=True)
class Directory:
    """One version of the directory. Partners, keys, groups and invitations ascend by id, each there once.

    ``log`` is the gateway's ledger, from when the registry has met it.
    """

    version: int
    created: datetime
    gateway: str
    partners: tuple[Partner, ...]
    rights: tuple[Right, ...]
    invitations: tuple[InvitationKey, ...] = ()
    groups: tuple[Group, ...] = ()
    log: Log | None = None
    recovered: datetime | None = None
    """When the registry was last recovered with custodians' shares: every client says so."""
    _by_id: dict[str, Partner] = field(init=False, repr=False, compare=False)
    _by_key: dict[str, tuple[Partner, Key]] = field(init=False, repr=False, compare=False)
    _grants: Grants = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_id = {partner.id: partner for partner in self.partners}
        by_key = {key.id: (partner, key) for partner in self.partners for key in partner.keys}
        object.__setattr__(self, "_by_id", by_id)
        object.__setattr__(self, "_by_key", by_key)
        object.__setattr__(self, "_grants", Grants(self.rights, self.groups))

    @classmethod
    def parse(cls, data: bytes) -> Directory:
        """Read canonical bytes; DataRefused names the field that is not as it must be."""
        fields = Fields(canonical.decode(data), "directory")
        fields.format(FORMAT)
        directory = cls(
            version=fields.integer("version", least=1),
            created=fields.time("created"),
            gateway=fields.gateway_url("gateway"),
            partners=tuple(_parse_partner(item) for item in fields.items("partners", most=_MAX_PARTNERS)),
            rights=tuple(parse_right(item) for item in fields.items("rights", most=MAX_RIGHTS)),
            invitations=tuple(
                _parse_invitation(item) for item in fields.items("invitations", most=_MAX_PARTNERS)
            ),
            recovered=fields.optional_time("recovered"),
            groups=tuple(parse_group(item) for item in fields.items("groups", most=MAX_GROUPS)),
            log=Log.from_object(fields.value("log")),
        )
        fields.end()
        _check_ascending("partners", [partner.id for partner in directory.partners])
        _check_ascending("invitations", [invitation.id for invitation in directory.invitations])
        _check_ascending("groups", [group.id for group in directory.groups])
        check_names(directory.rights, directory.groups, directory._by_id)
        keys = [key.id for partner in directory.partners for key in partner.keys]
        if len(set(keys)) != len(keys):
            raise DataRefused("The directory has the same key twice.")
        return directory

    def to_bytes(self) -> bytes:
        """The canonical bytes. Raises DataRefused rather than write what ``parse`` would refuse."""
        document = {
            "format": FORMAT,
            "version": self.version,
            "created": format_time(self.created),
            "gateway": self.gateway,
            "partners": [_partner_object(partner) for partner in sorted(self.partners, key=_id_of)],
            "rights": [right_object(right) for right in self.rights],
            "recovered": None if self.recovered is None else format_time(self.recovered),
            "groups": [group_object(group) for group in sorted(self.groups, key=_id_of)],
            "invitations": [_invitation_object(item) for item in sorted(self.invitations, key=_id_of)],
            "log": None if self.log is None else self.log.to_object(),
        }
        data = canonical.encode(document)
        Directory.parse(data)
        return data

    def partner(self, partner_id: str) -> Partner:
        """The partner of that id, active or not; NotFound otherwise."""
        try:
            return self._by_id[partner_id]
        except KeyError:
            raise NotFound(
                "The directory knows no such partner.",
                hint="Refresh the directory, or check the partner's id.",
            ) from None

    def ending(self, now: datetime) -> list[tuple[Partner, Key]]:
        """Every key that ends soon and has no successor (``Partner.ending``), with whose it is."""
        return [(partner, key) for partner in self.partners for key in partner.ending(now)]

    def may_send(self, sender: str, addressee: str, purpose: str) -> bool:
        """Whether both are active and a right lets ``sender`` send ``purpose`` to ``addressee``."""
        for partner_id in (sender, addressee):
            partner = self._by_id.get(partner_id)
            if partner is None or partner.status != "active":
                return False
        return self._grants.allow(sender, addressee, purpose)

    def addressees(self, name: str, sender: str) -> tuple[str, ...]:
        """Whom ``name`` stands for when ``sender`` sends: a partner, or a group's active members but itself.

        NotFound for a group that is not there or in which nobody is left; a partner is not looked up.
        """
        if not name.startswith(GROUP_MARK):
            return (name,)
        group = next((each for each in self.groups if GROUP_MARK + each.id == name), None)
        members = group.members if group else ()
        found = tuple(each for each in members if each != sender and self._by_id[each].status == "active")
        if not found:
            raise NotFound(
                f"The directory has no group {name}, or nobody else is in it.",
                hint="Ask the registry which groups there are.",
            )
        return found

    def may_send_anything(self, sender: str, addressee: str) -> bool:
        """Whether ``sender`` may send to ``addressee`` for any purpose but to answer."""
        return any(
            self.may_send(sender, addressee, purpose) for purpose in PURPOSES if purpose != "acknowledgement"
        )

    def check_rights(self, sender: str, addressees: Iterable[str], purpose: str) -> None:
        """Raise FarSideRefused unless ``sender`` may send ``purpose`` to every one of ``addressees``."""
        for addressee in addressees:
            for partner_id in (sender, addressee):
                self._check_active(partner_id)
            if not self.may_send(sender, addressee, purpose):
                raise FarSideRefused(
                    f"The directory does not let {sender} send a {purpose} to {addressee}.",
                    hint="Ask the registry for that right.",
                )

    def _check_active(self, partner_id: str) -> None:
        partner = self._by_id.get(partner_id)
        if partner is None:
            raise FarSideRefused(
                f"The directory knows no partner {partner_id}.", hint="Check the partner's id."
            )
        if partner.status != "active":
            raise FarSideRefused(f"The partner {partner_id} is suspended.", hint="Ask the registry why.")

    def signing_key(self, key_id: str, at: datetime) -> tuple[Partner, VerifyKey]:
        """The active partner who held signing key ``key_id`` at ``at``, and the key; NotProven otherwise."""
        found = self._by_key.get(key_id)
        if found is None or found[1].kind != SIGNING:
            raise NotProven(
                "The directory knows no such signing key.",
                hint="Ask the registry whether this partner is still listed, and with which key.",
            )
        partner, key = found
        if partner.status != "active":
            raise NotProven(f"The partner {partner.id} is suspended.", hint="Ask the registry why.")
        if key.revoked is not None:
            raise NotProven(f"The key {key_id} has been revoked.", hint="Sign with the partner's new key.")
        if not key.holds(at):
            raise NotProven(f"The key {key_id} was not valid then.", hint="Sign with a key that is.")
        return partner, VerifyKey.from_text(key.value)

    def check_signature(self, signed: Signed, domain: str, partner_id: str, at: datetime) -> None:
        """Raise NotProven unless ``signed`` bears one signature, by a key ``partner_id`` held at ``at``."""
        partner, key = self.signing_key(signed.only_key_id, at)
        if partner.id != partner_id:
            raise NotProven(
                f"A document in the name of {partner_id} is signed by {partner.id}.",
                hint="Only the partner named in it can sign it.",
            )
        signed.check(domain, [key])

    def recipients(self, partner_id: str, at: datetime) -> list[Recipient]:
        """The recipients to seal to for a partner: post-quantum ones alone where it has any, else the others.

        The two kinds are never mixed in one file (age's rule). NotFound when no key holds at ``at``.
        """
        from vernix.sealing.recipients import parse_recipient

        partner = self.partner(partner_id)
        if partner.status != "active":
            raise NotProven(f"The partner {partner.id} is suspended.", hint="Ask the registry why.")
        texts = [key.value for key in partner.keys if key.kind == RECIPIENT and key.holds(at)]
        strongest = [text for text in texts if text.startswith(_POST_QUANTUM)] or texts
        if not strongest:
            raise NotFound(
                f"The directory has no valid recipient of {partner_id}.", hint="Ask them to renew their keys."
            )
        return [parse_recipient(text) for text in strongest]

    def ssh_keys(self, partner_id: str, at: datetime) -> tuple[str, ...]:
        """The texts of the keys with which a partner may log in at ``at``; none for who is not active."""
        partner = self._by_id.get(partner_id)
        if partner is None or partner.status != "active":
            return ()
        return tuple(key.value for key in partner.keys if key.kind == SSH and key.holds(at))

    def invitation(self, invitation_id: str, at: datetime) -> InvitationKey:
        """The open invitation of that id; NotProven when there is none or it has expired."""
        for invitation in self.invitations:
            if invitation.id == invitation_id and at < invitation.expires:
                return invitation
        raise NotProven("There is no such open invitation.", hint="Ask the registry for a new one.")


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


def _id_of(item: Partner | Key | InvitationKey | Group) -> str:
    return item.id


def _check_ascending(what: str, ids: list[str]) -> None:
    if ids != sorted(set(ids)):
        raise DataRefused(f"The directory's {what} are not in order of their ids, each once.")


def _parse_partner(value: object) -> Partner:
    fields = Fields(value, "directory's partner")
    partner = Partner(
        id=fields.partner("id"),
        name=fields.text("name"),
        keys=tuple(_parse_key(item) for item in fields.items("keys", most=_MAX_KEYS)),
        role=fields.choice("role", _ROLES),
        status=fields.choice("status", _STATES),
        quota=Quota.parse(fields.value("quota")),
        grants=fields.choices("grants", GRANTS),
    )
    fields.end()
    _check_ascending("keys", [key.id for key in partner.keys])
    return partner


def _parse_key(value: object) -> Key:
    fields = Fields(value, "directory's key")
    key = Key(
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


_SPELLING: dict[str, Callable[[str], object]] = {
    SIGNING: VerifyKey.from_text,
    RECIPIENT: check_recipient_text,
    SSH: check_ssh_text,
}


def _parse_invitation(value: object) -> InvitationKey:
    fields = Fields(value, "directory's invitation")
    invitation = InvitationKey(
        id=fields.id("id"),
        key=fields.text("key"),
        partner_name=fields.text("partner_name"),
        expires=fields.time("expires"),
    )
    fields.end()
    VerifyKey.from_text(invitation.key)
    return invitation


def _partner_object(partner: Partner) -> dict[str, object]:
    return {
        "id": partner.id,
        "name": partner.name,
        "keys": [_key_object(key) for key in sorted(partner.keys, key=_id_of)],
        "role": partner.role,
        "status": partner.status,
        "quota": None if partner.quota is None else partner.quota.to_object(),
        "grants": list(partner.grants),
    }


def _key_object(key: Key) -> dict[str, object]:
    return {
        "id": key.id,
        "kind": key.kind,
        "value": key.value,
        "valid_from": format_time(key.valid_from),
        "valid_until": None if key.valid_until is None else format_time(key.valid_until),
        "revoked": None if key.revoked is None else format_time(key.revoked),
        "label": key.label,
    }


def _invitation_object(invitation: InvitationKey) -> dict[str, object]:
    return {
        "id": invitation.id,
        "key": invitation.key,
        "partner_name": invitation.partner_name,
        "expires": format_time(invitation.expires),
    }
