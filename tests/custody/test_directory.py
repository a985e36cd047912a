"""Who may send what to whom, with which keys: told as tables."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from typing import Any

import pytest

from vernix.custody import canonical
from vernix.custody.directory import Directory, Group, Key, Partner, Right
from vernix.custody.invitation import Invitation
from vernix.custody.quota import NAMES, Quota
from vernix.custody.signatures import DELIVERY, RECEIPT, Signed, SigningKey
from vernix.errors import DataRefused, FarSideRefused, NotFound, NotProven

Keys = dict[str, SigningKey]


def test_round_trip(directory: Directory) -> None:
    assert Directory.parse(directory.to_bytes()) == directory


def test_a_quota_comes_back_as_it_was_written(directory: Directory) -> None:
    first, *others = directory.partners
    bounded = dataclasses.replace(first, quota=Quota(bytes_per_day=20_000, requests_at_once=3))
    changed = dataclasses.replace(directory, partners=(bounded, *others))
    assert Directory.parse(changed.to_bytes()) == changed
    document: Any = canonical.decode(directory.to_bytes())
    assert document["partners"][0]["quota"] is None
    nothing = dataclasses.replace(directory, partners=(dataclasses.replace(first, quota=Quota()), *others))
    assert nothing.to_bytes() == directory.to_bytes(), "a quota of nothing is spelled as none"


def test_writing_puts_everything_in_order(directory: Directory) -> None:
    shuffled = dataclasses.replace(
        directory,
        partners=tuple(
            dataclasses.replace(partner, keys=partner.keys[::-1]) for partner in directory.partners[::-1]
        ),
        rights=tuple(dataclasses.replace(right, purposes=right.purposes[::-1]) for right in directory.rights),
    )
    assert shuffled.to_bytes() == directory.to_bytes()


CHANGES: dict[str, tuple[list[str | int], object]] = {
    "another format": (["format"], "vernix/directory/v2"),
    "version zero": (["version"], 0),
    "version as text": (["version"], "7"),
    "time without a zone": (["created"], "2026-03-01T12:00:00"),
    "gateway with a path": (["gateway"], "https://gateway.example/x"),
    "gateway in the clear": (["gateway"], "http://gateway.example"),
    "partners missing": (["partners"], None),
    "partner id in capitals": (["partners", 0, "id"], "Lakeside"),
    "partners out of order": (["partners", 0, "id"], "zz"),
    "partner twice": (["partners", 0, "id"], "registry"),
    "name with a line break": (["partners", 0, "name"], "a\nb"),
    "name that turns writing around": (["partners", 0, "name"], "a\u202eb"),
    "unknown role": (["partners", 0, "role"], "admin"),
    "unknown status": (["partners", 0, "status"], "deleted"),
    "quota that bounds nothing": (["partners", 0, "quota"], dict.fromkeys(NAMES)),
    "quota of zero": (["partners", 0, "quota"], dict.fromkeys(NAMES) | {"bytes_per_day": 0}),
    "quota without all its fields": (["partners", 0, "quota"], {"bytes_per_day": 5}),
    "unknown field of a quota": (["partners", 0, "quota"], dict.fromkeys(NAMES, 1) | {"more": 1}),
    "key id of another key": (["partners", 0, "keys", 0, "id"], "0" * 16),
    "unknown kind of key": (["partners", 0, "keys", 0, "kind"], "ssh"),
    "key that is none": (["partners", 0, "keys", 0, "value"], "ed25519:AAAA"),
    "key without a beginning": (["partners", 0, "keys", 0, "valid_from"], None),
    "same key for two partners": (["partners", 0, "keys"], "of the next"),
    "unknown purpose": (["rights", 0, "purposes"], ["everything"]),
    "purpose twice": (["rights", 0, "purposes"], ["test", "test"]),
    "purposes out of order": (["rights", 0, "purposes"], ["test", "submission"]),
    "no purpose": (["rights", 0, "purposes"], []),
    "everybody to everybody": (["rights", 0, "addressee"], "*"),
    "right of a pattern": (["rights", 0, "sender"], "river*"),
    "right of a group that is not there": (["rights", 0, "sender"], "@clinics"),
    "group id that is none": (["groups", 0, "id"], "@hospitals"),
    "member that is no partner": (["groups", 0, "members"], ["stranger"]),
    "member twice": (["groups", 0, "members"], ["registry", "registry"]),
    "members out of order": (["groups", 0, "members"], ["riverside-hospital", "registry"]),
    "unknown field of a group": (["groups", 0, "more"], 1),
    "label of 41 characters": (["partners", 0, "keys", 0, "label"], "x" * 41),
    "label with a line break": (["partners", 0, "keys", 0, "label"], "a\nb"),
    "invitation key that is none": (["invitations", 0, "key"], "ed25519:"),
    "invitation id that is none": (["invitations", 0, "id"], "1"),
    "unknown field": (["more"], 1),
    "unknown field of a partner": (["partners", 0, "more"], 1),
    "unknown field of a key": (["partners", 0, "keys", 0, "more"], 1),
    "unknown field of a right": (["rights", 0, "more"], 1),
    "unknown field of an invitation": (["invitations", 0, "more"], 1),
}


@pytest.mark.parametrize("name", CHANGES)
def test_no_other_directory_is_read(name: str, directory: Directory) -> None:
    path, value = CHANGES[name]
    document: Any = canonical.decode(directory.to_bytes())
    place = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = document["partners"][1]["keys"] if value == "of the next" else value
    with pytest.raises(DataRefused):
        Directory.parse(canonical.encode(document))


@pytest.mark.parametrize(
    "field",
    ["format", "version", "created", "gateway", "partners", "groups", "rights", "recovered", "invitations"],
)
def test_every_field_must_be_there(field: str, directory: Directory) -> None:
    document: Any = canonical.decode(directory.to_bytes())
    del document[field]
    with pytest.raises(DataRefused, match=f"'{field}'"):
        Directory.parse(canonical.encode(document))


RIGHTS = [
    # sender, addressee, purpose, may it?
    ("riverside-hospital", "registry", "submission", True),
    ("lakeside-midwives", "registry", "test", True),
    ("registry", "riverside-hospital", "acknowledgement", True),
    ("registry", "lakeside-midwives", "message", True),
    ("riverside-hospital", "registry", "message", False),
    ("riverside-hospital", "lakeside-midwives", "submission", False),
    ("registry", "riverside-hospital", "submission", False),
    ("stranger", "registry", "submission", False),
    ("registry", "stranger", "message", False),
    ("*", "registry", "submission", False),
    ("registry", "*", "message", False),
]


@pytest.mark.parametrize(("sender", "addressee", "purpose", "may"), RIGHTS)
def test_who_may_send_what_to_whom(
    sender: str, addressee: str, purpose: str, may: bool, directory: Directory
) -> None:
    assert directory.may_send(sender, addressee, purpose) is may
    if may:
        directory.check_rights(sender, [addressee], purpose)
    else:
        with pytest.raises(FarSideRefused):
            directory.check_rights(sender, ["registry", addressee], purpose)


@pytest.mark.parametrize(
    ("purposes", "held"),
    [(("test",), True), (("message", "test"), True), (("submission", "test"), False), (("message",), False)],
)
def test_who_may_send_tests_and_no_submissions_is_held_to_them(
    purposes: tuple[str, ...], held: bool, directory: Directory
) -> None:
    granted = dataclasses.replace(directory, rights=(Right("riverside-hospital", "registry", purposes),))
    assert granted.is_held_to_tests("riverside-hospital", "registry") is held
    assert not granted.is_held_to_tests("lakeside-midwives", "registry")
    if held:
        with pytest.raises(FarSideRefused) as refused:
            granted.check_rights("riverside-hospital", ["registry"], "submission")
        assert "--lane test" in refused.value.hint


GROUP_RIGHTS = [
    # right's sender, right's addressee, sender, addressee, may it?
    ("@hospitals", "lakeside-midwives", "riverside-hospital", "lakeside-midwives", True),
    ("lakeside-midwives", "@hospitals", "lakeside-midwives", "riverside-hospital", True),
    ("@hospitals", "@hospitals", "registry", "riverside-hospital", True),
    ("*", "@hospitals", "lakeside-midwives", "riverside-hospital", True),
    ("@hospitals", "*", "riverside-hospital", "lakeside-midwives", True),
    ("@hospitals", "lakeside-midwives", "lakeside-midwives", "riverside-hospital", False),
    ("@hospitals", "@hospitals", "riverside-hospital", "lakeside-midwives", False),
    ("@empty", "riverside-hospital", "lakeside-midwives", "riverside-hospital", False),
]


@pytest.mark.parametrize(("of", "to", "sender", "addressee", "may"), GROUP_RIGHTS)
def test_a_right_of_a_group_is_a_right_of_each_member(
    of: str, to: str, sender: str, addressee: str, may: bool, directory: Directory
) -> None:
    granted = dataclasses.replace(
        directory,
        rights=(Right(of, to, ("message",)),),
        groups=(Group("empty", ()), Group("hospitals", ("registry", "riverside-hospital"))),
    )
    assert granted.may_send(sender, addressee, "message") is may
    assert not granted.may_send(sender, addressee, "test")
    assert Directory.parse(granted.to_bytes()) == granted


def test_a_group_stands_for_its_active_members_but_the_sender(directory: Directory) -> None:
    members = ("lakeside-midwives", "registry", "riverside-hospital")
    grouped = dataclasses.replace(directory, groups=(Group("all", members), Group("none", ())))
    assert grouped.addressees("@all", "registry") == ("lakeside-midwives", "riverside-hospital")
    assert grouped.addressees("riverside-hospital", "registry") == ("riverside-hospital",)
    stopped = suspended(grouped, "lakeside-midwives")
    assert stopped.addressees("@all", "registry") == ("riverside-hospital",)
    for name in ("@none", "@others"):
        with pytest.raises(NotFound, match="no group"):
            grouped.addressees(name, "registry")


def suspended(directory: Directory, partner_id: str) -> Directory:
    return dataclasses.replace(
        directory,
        partners=tuple(
            dataclasses.replace(partner, status="suspended") if partner.id == partner_id else partner
            for partner in directory.partners
        ),
    )


def test_a_suspended_partner_may_nothing(directory: Directory, keys: Keys, now: datetime) -> None:
    stopped = suspended(directory, "riverside-hospital")
    assert not stopped.may_send("riverside-hospital", "registry", "submission")
    assert not stopped.may_send("registry", "riverside-hospital", "message")
    with pytest.raises(NotProven, match="suspended"):
        stopped.signing_key(keys["riverside-hospital"].key_id, now)
    with pytest.raises(NotProven, match="suspended"):
        stopped.recipients("riverside-hospital", now)
    assert directory.may_send("riverside-hospital", "registry", "submission")


def with_key(directory: Directory, key: Key) -> Directory:
    partner = Partner("riverside-hospital", "Riverside Hospital", (key,))
    others = tuple(other for other in directory.partners if other.id != partner.id)
    return dataclasses.replace(directory, partners=(*others, partner))


@pytest.mark.parametrize(
    ("begins", "ends", "revoked", "holds"),
    [
        # hours from now
        (-1, None, None, True),
        (-1, 1, None, True),
        (0, None, None, True),
        (0.05, None, None, True),  # three minutes: clocks differ
        (0.1, None, None, False),
        (-2, -1, None, False),
        (-2, 0, None, False),
        (-2, None, -1, False),
        (-2, None, 1, False),  # revocation is never a plan for later
    ],
)
def test_when_a_key_holds(
    begins: float, ends: float | None, revoked: float | None, holds: bool, directory: Directory, now: datetime
) -> None:
    def hours(amount: float | None) -> datetime | None:
        return None if amount is None else now + timedelta(hours=amount)

    text = SigningKey.from_bytes(bytes([9]) * 32).verify_key.to_text()
    begin = hours(begins)
    assert begin is not None
    key = dataclasses.replace(Key.make(text, begin, hours(ends)), revoked=hours(revoked))
    there = Directory.parse(with_key(directory, key).to_bytes())
    if holds:
        partner, found = there.signing_key(key.id, now)
        assert (partner.id, found.to_text()) == ("riverside-hospital", text)
    else:
        with pytest.raises(NotProven, match="was not valid then" if revoked is None else "has been revoked"):
            there.signing_key(key.id, now)


def test_a_recipient_is_no_signing_key(directory: Directory, now: datetime) -> None:
    recipient = next(key for key in directory.partner("registry").keys if key.kind == "recipient")
    with pytest.raises(NotProven):
        directory.signing_key(recipient.id, now)


def test_a_signature_counts_for_its_own_partner_and_domain(
    directory: Directory, keys: Keys, now: datetime
) -> None:
    document = canonical.encode({"a": 1})
    signed = Signed.make(DELIVERY, document, [keys["riverside-hospital"]])
    directory.check_signature(signed, DELIVERY, "riverside-hospital", now)
    with pytest.raises(NotProven, match="in the name of"):
        directory.check_signature(signed, DELIVERY, "registry", now)
    with pytest.raises(NotProven):
        directory.check_signature(signed, RECEIPT, "riverside-hospital", now)
    stranger = Signed.make(DELIVERY, document, [keys["stranger"]])
    with pytest.raises(NotProven, match="no such signing key"):
        directory.check_signature(stranger, DELIVERY, "riverside-hospital", now)
    both = Signed.make(DELIVERY, document, [keys["riverside-hospital"], keys["registry"]])
    with pytest.raises(NotProven, match="more signatures"):
        directory.check_signature(both, DELIVERY, "riverside-hospital", now)


def test_post_quantum_recipients_are_used_alone(directory: Directory, now: datetime) -> None:
    from vernix.sealing.identities import HybridIdentity
    from vernix.sealing.recipients import X25519Recipient

    strong, old = str(HybridIdentity.generate().recipient), str(X25519Recipient(bytes([7]) * 32))
    made = tuple(sorted((Key.make(text, now) for text in (strong, old)), key=lambda key: key.id))
    partner = Partner("site", "Site", made)
    both = dataclasses.replace(directory, partners=(*directory.partners, partner))
    assert [str(found) for found in both.recipients("site", now)] == [strong]
    assert len(directory.recipients("registry", now)) == 1
    with pytest.raises(NotFound, match="no valid recipient"):
        both.recipients("site", now - timedelta(days=1))
    with pytest.raises(NotFound, match="no such partner"):
        both.recipients("stranger", now)


def test_an_open_invitation_is_found_until_it_expires(
    directory: Directory, invitation: Invitation, now: datetime
) -> None:
    assert directory.invitation(invitation.id, now) == invitation.public_entry()
    for place, moment in ((invitation.id, invitation.expires), ("another", now)):
        with pytest.raises(NotProven):
            directory.invitation(place, moment)
