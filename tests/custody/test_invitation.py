"""Invitation and enrolment: one token, one use, two signatures."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vernix.custody import canonical
from vernix.custody.fields import from_base64, to_base64
from vernix.custody.invitation import Enrolment, Invitation, verify_enrolment
from vernix.custody.signatures import ENROLMENT, MANIFEST, Signed, SigningKey
from vernix.errors import DataRefused, NotProven
from vernix.sealing.recipients import X25519Recipient

PREFIX = "vernix-invite-1-"
NEW_KEY = SigningKey.from_bytes(bytes([40]) * 32)


@pytest.fixture
def enrolment(invitation: Invitation, now: datetime) -> Enrolment:
    return Enrolment(
        invitation=invitation.id,
        partner_name=invitation.partner_name,
        signing_key=NEW_KEY.verify_key.to_text(),
        recipients=(str(X25519Recipient(bytes([41]) * 32)),),
        ssh_keys=(),
        created=now,
    )


def test_round_trip(invitation: Invitation) -> None:
    text = invitation.to_text()
    assert text.startswith(PREFIX)
    assert text.isascii()
    assert " " not in text
    assert Invitation.from_text(text) == invitation
    assert Invitation.from_text(f"  {text}\n") == invitation


def test_the_secret_is_not_shown(invitation: Invitation) -> None:
    assert invitation.secret.hex() not in repr(invitation)
    assert repr(invitation.secret) not in repr(invitation)
    assert to_base64(invitation.secret) not in repr(invitation.public_entry())


def test_a_made_invitation_is_open_for_two_weeks(now: datetime) -> None:
    made = Invitation.make("https://gateway.example", "ab" * 32, "Riverside Hospital", now)
    other = Invitation.make("https://gateway.example", "ab" * 32, "Riverside Hospital", now)
    assert made.secret != other.secret
    made.check_open(now + timedelta(days=13))
    with pytest.raises(NotProven, match="expired"):
        made.check_open(now + timedelta(days=14))


CHANGES: dict[str, tuple[str, object]] = {
    "another format": ("format", "vernix/invitation/v2"),
    "secret too short": ("secret", to_base64(bytes(15))),
    "secret too long": ("secret", to_base64(bytes(17))),
    "gateway in the clear": ("gateway", "http://gateway.example"),
    "fingerprint cut short": ("root_fingerprint", "ab" * 31),
    "no name": ("partner_name", ""),
    "unknown field": ("more", 1),
}


@pytest.mark.parametrize("name", CHANGES)
def test_no_other_invitation_is_read(name: str, invitation: Invitation) -> None:
    field, value = CHANGES[name]
    document: Any = canonical.decode(from_base64(invitation.to_text()[len(PREFIX) :]))
    document[field] = value
    with pytest.raises(DataRefused):
        Invitation.from_text(PREFIX + to_base64(canonical.encode(document)))


@pytest.mark.parametrize(
    "text", ["", "hello", PREFIX, PREFIX + "=", "vernix-invite-2-AAAA", PREFIX + "A" * 5000]
)
def test_what_is_no_invitation(text: str) -> None:
    with pytest.raises(DataRefused):
        Invitation.from_text(text)


@given(st.data())
def test_a_mistyped_character_is_refused_or_changes_the_key(draw: st.DataObject) -> None:
    now = datetime.fromisoformat("2026-03-01T12:00:00+00:00")
    invitation = Invitation.make("https://gateway.example", "ab" * 32, "Riverside", now)
    text = invitation.to_text()
    place = draw.draw(st.integers(0, len(text) - 1))
    other = text[:place] + draw.draw(st.sampled_from("ABCxyz019-_ ")) + text[place + 1 :]
    try:
        found = Invitation.from_text(other)
    except DataRefused:
        return
    assert found != invitation or other.strip() == text


def test_the_derived_key_is_this_one(invitation: Invitation) -> None:
    """HKDF-SHA-256 of 00..0f without salt, info "vernix/invitation/v1", computed here by its definition."""
    import hashlib
    import hmac

    extracted = hmac.digest(bytes(32), bytes(range(16)), hashlib.sha256)
    expanded = hmac.digest(extracted, b"vernix/invitation/v1\x01", hashlib.sha256)
    assert invitation.signing_key().to_bytes() == expanded
    assert invitation.public_entry().key == SigningKey.from_bytes(expanded).verify_key.to_text()


def test_an_honest_enrolment_is_believed(enrolment: Enrolment, invitation: Invitation, now: datetime) -> None:
    assert Enrolment.parse(enrolment.to_bytes()) == enrolment
    signed = Signed.decode(enrolment.sign(NEW_KEY, invitation).encode())
    assert verify_enrolment(signed, invitation.public_entry(), now) == enrolment


def test_both_keys_must_sign(enrolment: Enrolment, invitation: Invitation, now: datetime) -> None:
    document, entry = enrolment.to_bytes(), invitation.public_entry()
    stranger = SigningKey.generate()
    for keys in (
        [NEW_KEY],
        [invitation.signing_key()],
        [NEW_KEY, stranger],
        [invitation.signing_key(), stranger],
        [NEW_KEY, invitation.signing_key(), stranger],
    ):
        with pytest.raises(NotProven):
            verify_enrolment(Signed.make(ENROLMENT, document, keys), entry, now)
    crossed = Signed.make(MANIFEST, document, [NEW_KEY, invitation.signing_key()])
    with pytest.raises(NotProven):
        verify_enrolment(crossed, entry, now)


def test_swapped_keys_are_noticed(enrolment: Enrolment, invitation: Invitation, now: datetime) -> None:
    """The gateway puts its own recipient in and keeps the signatures."""
    signed = enrolment.sign(NEW_KEY, invitation)
    own = dataclasses.replace(enrolment, recipients=(str(X25519Recipient(bytes([66]) * 32)),))
    with pytest.raises(NotProven):
        verify_enrolment(Signed(own.to_bytes(), signed.signatures), invitation.public_entry(), now)


def test_the_invitations_key_is_no_partners_key(
    enrolment: Enrolment, invitation: Invitation, now: datetime
) -> None:
    key = invitation.signing_key()
    own = dataclasses.replace(enrolment, signing_key=key.verify_key.to_text())
    with pytest.raises(NotProven, match="invitation's own"):
        verify_enrolment(Signed.make(ENROLMENT, own.to_bytes(), [key]), invitation.public_entry(), now)


def test_an_enrolment_answers_one_invitation_in_time(
    enrolment: Enrolment, invitation: Invitation, now: datetime
) -> None:
    entry = invitation.public_entry()
    signed = enrolment.sign(NEW_KEY, invitation)
    with pytest.raises(NotProven, match="expired"):
        verify_enrolment(signed, entry, invitation.expires)
    with pytest.raises(NotProven, match="future"):
        verify_enrolment(signed, entry, now - timedelta(minutes=6))
    with pytest.raises(NotProven, match="another invitation"):
        verify_enrolment(signed, dataclasses.replace(entry, partner_name="Somebody Else"), now)
    other = dataclasses.replace(entry, id="019caf1d-3000-7000-8000-0000000000ff")
    with pytest.raises(NotProven, match="another invitation"):
        verify_enrolment(signed, other, now)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("recipients", []),
        ("recipients", ["age1short"]),
        ("recipients", ["AGE1" + "Q" * 58]),
        ("signing_key", "ed25519:AAAA"),
        ("partner_name", "a\nb"),
        ("more", 1),
    ],
)
def test_no_other_enrolment_is_read(field: str, value: object, enrolment: Enrolment) -> None:
    document: Any = canonical.decode(enrolment.to_bytes())
    document[field] = value
    with pytest.raises(DataRefused):
        Enrolment.parse(canonical.encode(document))


def test_a_recipient_with_a_wrong_checksum_is_refused(
    enrolment: Enrolment, invitation: Invitation, now: datetime
) -> None:
    text = enrolment.recipients[0]
    broken = text[:-1] + ("q" if text[-1] != "q" else "p")
    own = dataclasses.replace(enrolment, recipients=(broken,))
    with pytest.raises(DataRefused):
        verify_enrolment(own.sign(NEW_KEY, invitation), invitation.public_entry(), now)
