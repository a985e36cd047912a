"""The directory: who exists, with which keys, and who may send what to whom. The TUF target "directory.json".

Canonical JSON, format ``vernix/directory/v1``. It is believed only when it comes out of
``vernix.custody.trust``: the document itself carries no signature.

Rule of change: a new or changed field makes ``vernix/directory/v2``. A reader refuses formats that it does
not know, so v2 is published only when every partner's client reads it; a purpose or role is added the same
way.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from vernix.custody import canonical
from vernix.custody.checkpoint import Log
from vernix.custody.fields import Fields, check_ascending
from vernix.custody.identifiers import format_time
from vernix.custody.invitation import InvitationKey
from vernix.custody.key import (
    RECIPIENT,
    SIGNING,
    SSH,
    Key,
)
from vernix.custody.partner import Partner
from vernix.custody.rights import (
    EVERYBODY,
    GROUP_MARK,
    MAX_GROUPS,
    MAX_RIGHTS,
    OF_DATA,
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
    "EVERYBODY",
    "FORMAT",
    "GROUP_MARK",
    "PURPOSES",
    "Directory",
    "Group",
    "InvitationKey",
    "Key",
    "Partner",
    "Right",
]

FORMAT = "vernix/directory/v1"
_POST_QUANTUM = "age1pq1"
_MAX_PARTNERS = 20_000
_HELD_TO_TESTS = "It may send tests: --lane test. The registry grants submissions when these read well."


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
            partners=tuple(Partner.parse(item) for item in fields.items("partners", most=_MAX_PARTNERS)),
            rights=tuple(parse_right(item) for item in fields.items("rights", most=MAX_RIGHTS)),
            invitations=tuple(
                InvitationKey.parse(item) for item in fields.items("invitations", most=_MAX_PARTNERS)
            ),
            recovered=fields.optional_time("recovered"),
            groups=tuple(parse_group(item) for item in fields.items("groups", most=MAX_GROUPS)),
            log=Log.from_object(fields.value("log")),
        )
        fields.end()
        check_ascending("directory's partners", [partner.id for partner in directory.partners])
        check_ascending("directory's invitations", [invitation.id for invitation in directory.invitations])
        check_ascending("directory's groups", [group.id for group in directory.groups])
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
            "partners": [partner.to_object() for partner in sorted(self.partners, key=_id_of)],
            "rights": [right_object(right) for right in self.rights],
            "recovered": None if self.recovered is None else format_time(self.recovered),
            "groups": [group_object(group) for group in sorted(self.groups, key=_id_of)],
            "invitations": [item.to_object() for item in sorted(self.invitations, key=_id_of)],
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

    def is_held_to_tests(self, sender: str, addressee: str) -> bool:
        """Whether ``sender`` may send data in the test lane only."""
        submission, test = (self.may_send(sender, addressee, purpose) for purpose in OF_DATA)
        return test and not submission

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
                    hint=_HELD_TO_TESTS
                    if self.is_held_to_tests(sender, addressee)
                    else "Ask the registry for that right.",
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
            raise NotProven(
                f"The key {key_id} has been revoked.",
                hint="Whoever signed it must sign with a key that holds.",
            )
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


def _id_of(item: Partner | InvitationKey | Group) -> str:
    return item.id
