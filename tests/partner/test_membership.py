"""Joining: keys stay where they are made, and nobody can put others in their place."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.exchange_kit import ExchangeKit, Member
from tests.lying_gateway import Asked, LyingGateway, Told
from tests.partner.conftest import Document, Vernix
from tests.partner_kit import everything_in

from vernix.custody.directory import Key, Partner
from vernix.custody.identifiers import partner_id_for, utc_now
from vernix.custody.invitation import Enrolment, Invitation, verify_enrolment
from vernix.custody.signatures import Signed
from vernix.custody.ssh_keys import ensure_ssh_key
from vernix.partner import state
from vernix.partner.state import PartnerFolder
from vernix.sealing.opening import open_bytes


class Desk:
    """The registry's side of enrolment: opens, verifies, publishes at once."""

    def __init__(self, kit: ExchangeKit, gateway: LyingGateway, invitation: Invitation) -> None:
        self.kit, self.gateway, self.invitation = kit, gateway, invitation
        self.enrolments: list[Enrolment] = []

    def take(self, asked: Asked, told: Told) -> Told:
        envelope = open_bytes(asked.body, [self.kit.members["registry"].identity], 1 << 16)
        enrolment = verify_enrolment(Signed.decode(envelope), self.invitation.public_entry(), utc_now())
        self.enrolments.append(enrolment)
        self.admit(enrolment.signing_key, (*enrolment.recipients, *enrolment.ssh_keys))
        return told

    def admit(self, signing: str, others: tuple[str, ...]) -> None:
        """List a partner with these keys, and close the invitation."""
        keys = sorted((Key.make(text, self.kit.since) for text in (signing, *others)), key=lambda key: key.id)
        name = self.invitation.partner_name
        entry = Partner(partner_id_for(name), name, tuple(keys))
        self.kit.publish(partners=self.kit.with_partner(entry), invitations=())
        self.gateway.republish()


@pytest.fixture
def invitation(kit: ExchangeKit, gateway: LyingGateway) -> Invitation:
    made = kit.invite("Hôpital Sainte-Anne")
    gateway.republish()
    return made


@pytest.fixture
def desk(kit: ExchangeKit, gateway: LyingGateway, invitation: Invitation) -> Desk:
    return Desk(kit, gateway, invitation)


@pytest.fixture
def folder(tmp_path: Path) -> PartnerFolder:
    return PartnerFolder(tmp_path / "hospital")


def test_an_invited_hospital_joins(
    gateway: LyingGateway, invitation: Invitation, desk: Desk, folder: PartnerFolder, document: Document
) -> None:
    gateway.lie("enrol", desk.take)
    joined = document("join", invitation.to_text(), "--data", folder.path)
    assert joined["id"] == "hopital-sainte-anne"
    partner = state.load(folder.path)
    assert partner.name == "Hôpital Sainte-Anne"
    assert desk.enrolments[0].signing_key == partner.signing_key().verify_key.to_text()
    assert folder.signing_file.stat().st_mode & 0o077 == 0
    assert folder.identity_file.stat().st_mode & 0o077 == 0
    assert desk.enrolments[0].ssh_keys == (ensure_ssh_key(folder.ssh_file),)
    assert folder.path.stat().st_mode & 0o077 == 0
    # Joining again changes nothing.
    before = folder.signing_file.read_bytes()
    assert document("join", invitation.to_text(), "--data", folder.path) == joined
    assert folder.signing_file.read_bytes() == before
    assert len(desk.enrolments) == 1


@pytest.mark.parametrize(("content", "code"), [(None, 2), ("no certificate\n", 1)])
def test_an_authority_that_is_none_is_named_and_not_kept(
    vernix: Vernix,
    invitation: Invitation,
    folder: PartnerFolder,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    content: str | None,
    code: int,
) -> None:
    named = tmp_path / "authority.pem"
    if content is not None:
        named.write_text(content)
    remote = replace(invitation, gateway="https://gate.example.org").to_text()
    assert vernix("join", remote, "--ca", named, "--data", folder.path) == code
    assert str(named) in capsys.readouterr().err
    assert not folder.ca.exists()


def test_what_the_gateway_sees_of_an_enrolment_is_sealed(
    gateway: LyingGateway, invitation: Invitation, desk: Desk, folder: PartnerFolder, vernix: Vernix
) -> None:
    gateway.lie("enrol", desk.take)
    vernix("join", invitation.to_text(), "--data", folder.path)
    [sealed] = gateway.enrolments.values()
    assert b"Sainte-Anne" not in sealed
    assert desk.enrolments[0].signing_key.encode() not in sealed


def test_an_interrupted_join_goes_on_with_the_same_keys_and_the_same_bytes(
    kit: ExchangeKit,
    gateway: LyingGateway,
    invitation: Invitation,
    desk: Desk,
    folder: PartnerFolder,
    vernix: Vernix,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert vernix("join", invitation.to_text(), "--wait", 0, "--data", folder.path) == 4
    assert "Run the same command again" in capsys.readouterr().err
    files = (folder.signing_file, folder.identity_file, folder.ssh_file)
    keys = [file.read_bytes() for file in files]
    first = dict(gateway.enrolments)
    litter = [place / ".writing-0123456789abcdef" for place in (folder.path, folder.signing_file.parent)]
    for path in litter:
        path.write_bytes(b"half")
    gateway.lie("enrol", desk.take)
    assert vernix("join", invitation.to_text(), "--data", folder.path) == 0
    assert [file.read_bytes() for file in files] == keys
    assert gateway.enrolments == first
    assert [name for name in everything_in(folder.path) if "enrolment" in name or "writing" in name] == []


def test_another_registrys_directory_is_refused(
    gateway: LyingGateway,
    invitation: Invitation,
    folder: PartnerFolder,
    vernix: Vernix,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The gateway is taken over and shows a directory of its own, so that the enrolment would be sealed to
    it."""
    gateway.files = ExchangeKit(tmp_path / "evil").publisher.files()
    assert vernix("join", invitation.to_text(), "--wait", 0, "--data", folder.path) == 3
    assert "pinned" in capsys.readouterr().err
    assert gateway.enrolments == {}
    assert not folder.card.exists()


def test_a_partner_listed_with_other_keys_is_refused(
    gateway: LyingGateway,
    invitation: Invitation,
    desk: Desk,
    folder: PartnerFolder,
    vernix: Vernix,
    capsys: pytest.CaptureFixture[str],
) -> None:
    thief = Member.make("thief")

    def used_by_another(_asked: Asked, told: Told) -> Told:
        desk.admit(thief.key.verify_key.to_text(), (str(thief.identity.recipient),))
        return told

    gateway.lie("enrol", used_by_another)
    assert vernix("join", invitation.to_text(), "--wait", 5, "--data", folder.path) == 3
    assert "not with the keys made here" in capsys.readouterr().err
    assert not folder.card.exists()


def test_a_foreign_recipient_beside_our_key_is_refused(
    gateway: LyingGateway,
    invitation: Invitation,
    desk: Desk,
    folder: PartnerFolder,
    vernix: Vernix,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def add_recipient(asked: Asked, told: Told) -> Told:
        envelope = open_bytes(asked.body, [desk.kit.members["registry"].identity], 1 << 16)
        enrolment = Enrolment.parse(Signed.decode(envelope).document)
        desk.admit(enrolment.signing_key, (*enrolment.recipients, str(Member.make("spy").identity.recipient)))
        return told

    gateway.lie("enrol", add_recipient)
    assert vernix("join", invitation.to_text(), "--wait", 5, "--data", folder.path) == 3
    assert "were not made here" in capsys.readouterr().err
    assert not folder.card.exists()


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda text: text[:-8], 1),
        (lambda text: text.replace("vernix-invite-1-", "vernix-invite-9-"), 1),
        (lambda _text: "hello", 1),
    ],
)
def test_a_spoilt_invitation_is_refused(
    invitation: Invitation, folder: PartnerFolder, vernix: Vernix, spoil: Callable[[str], str], code: int
) -> None:
    assert vernix("join", spoil(invitation.to_text()), "--data", folder.path) == code
    assert not folder.path.exists()


def test_an_expired_invitation_is_refused_before_anything_is_sent(
    gateway: LyingGateway, invitation: Invitation, folder: PartnerFolder, vernix: Vernix
) -> None:
    old = replace(invitation, expires=utc_now())
    assert vernix("join", old.to_text(), "--data", folder.path) == 3
    assert gateway.enrolments == {}


def test_an_invitation_can_come_by_standard_input(
    gateway: LyingGateway,
    invitation: Invitation,
    desk: Desk,
    folder: PartnerFolder,
    vernix: Vernix,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An argument can be read by every user of the machine; a pipe cannot."""
    gateway.lie("enrol", desk.take)
    monkeypatch.setattr(sys, "stdin", io.StringIO(invitation.to_text() + "\n"))
    assert vernix("join", "-", "--data", folder.path) == 0


def test_a_folder_belongs_to_one_registry(
    gateway: LyingGateway,
    invitation: Invitation,
    desk: Desk,
    folder: PartnerFolder,
    vernix: Vernix,
    capsys: pytest.CaptureFixture[str],
) -> None:
    gateway.lie("enrol", desk.take)
    assert vernix("join", invitation.to_text(), "--data", folder.path) == 0
    other = replace(invitation, root_fingerprint="ab" * 32)
    assert vernix("join", other.to_text(), "--data", folder.path) == 2
    assert "another registry" in capsys.readouterr().err
