"""Partners join: once an invitation, with keys that no gateway can change."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest
from tests.exchange_kit import ExchangeKit
from tests.registry.conftest import Killed

from vernix.courier.exchange import Exchange
from vernix.custody.identifiers import utc_now
from vernix.custody.invitation import Enrolment, Invitation
from vernix.custody.signatures import SigningKey
from vernix.errors import NotFound, UsageError
from vernix.registry import enrolling
from vernix.registry.enrolling import take_enrolments
from vernix.registry.inviting import (
    Invited,
    make_invitation,
    open_invitations,
    withdraw_invitation,
)
from vernix.registry.unlocked import Registry
from vernix.sealing.identities import HybridIdentity
from vernix.sealing.sealer import seal_bytes


class Gateway:
    """As much of the gateway as joining needs: waiting enrolments and the directory's files."""

    def __init__(self) -> None:
        self.waiting: dict[str, bytes] = {}
        self.files: dict[str, bytes] = {}

    def enrolments(self) -> list[str]:
        return sorted(self.waiting)

    def enrolment(self, number: str) -> bytes:
        if number not in self.waiting:
            raise NotFound("There is no such enrolment.")
        return self.waiting[number]

    def forget_enrolment(self, number: str) -> None:
        self.waiting.pop(number, None)

    def directory_file(self, name: str, _limit: int) -> bytes | None:
        return self.files.get(name)

    def publish_directory(self, files: dict[str, bytes]) -> None:
        self.files = files


@pytest.fixture
def gateway() -> Gateway:
    return Gateway()


def enrol(registry: Registry, invitation: Invitation, key: SigningKey | None = None, **changes: Any) -> bytes:
    """A sealed enrolment, as ``vernix join`` makes it."""
    key = key or SigningKey.generate()
    recipient = str(HybridIdentity.generate().recipient)
    enrolment = Enrolment(
        invitation.id, invitation.partner_name, key.verify_key.to_text(), (recipient,), (), utc_now()
    )
    signed = replace(enrolment, **changes).sign(key, invitation)
    return seal_bytes(signed.encode(), [registry.keyring.identity.recipient])


def take(registry: Registry, gateway: Gateway) -> int:
    return take_enrolments(registry, cast(Exchange, gateway))


@pytest.fixture
def invited(registry: Registry) -> Invited:
    return make_invitation(registry, "North Shore Midwives")


def test_an_invited_partner_joins(registry: Registry, gateway: Gateway, invited: Invited) -> None:
    assert [each.partner_name for each in registry.publishing.current().invitations] == [
        "North Shore Midwives"
    ]
    gateway.waiting["1"] = enrol(registry, invited.invitation)
    assert take(registry, gateway) == 1
    directory = registry.publishing.current()
    assert directory.partner("north-shore-midwives").name == "North Shore Midwives"
    assert directory.may_send("north-shore-midwives", "registry", "submission")
    assert directory.may_send("registry", "north-shore-midwives", "acknowledgement")
    assert not directory.may_send("north-shore-midwives", "riverside", "message")
    assert directory.invitations == ()
    assert gateway.waiting == {}
    assert gateway.files == registry.publishing.mirror.files()
    assert not open_invitations()


def test_an_invitation_is_good_once(registry: Registry, gateway: Gateway, invited: Invited) -> None:
    gateway.waiting["1"] = enrol(registry, invited.invitation)
    gateway.waiting["2"] = enrol(registry, invited.invitation)
    assert take(registry, gateway) == 1
    assert len(registry.publishing.current().partner("north-shore-midwives").keys) == 2
    assert gateway.waiting == {}


def test_an_expired_invitation_lets_nobody_in(
    registry: Registry, gateway: Gateway, invited: Invited, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway.waiting["1"] = enrol(registry, invited.invitation)
    later = utc_now() + timedelta(days=15)
    monkeypatch.setattr(enrolling, "utc_now", lambda: later)
    assert take(registry, gateway) == 0
    with pytest.raises(NotFound):
        registry.publishing.current().partner("north-shore-midwives")


def test_an_enrolment_without_the_secret_lets_nobody_in(
    registry: Registry, gateway: Gateway, invited: Invited
) -> None:
    gateway.waiting["1"] = enrol(registry, replace(invited.invitation, secret=b"0" * 16))
    assert take(registry, gateway) == 0
    assert open_invitations(), "the partner itself may still join"
    gateway.waiting["2"] = enrol(registry, invited.invitation)
    assert take(registry, gateway) == 1


def test_somebody_elses_key_does_not_use_an_invitation_up(
    registry: Registry, gateway: Gateway, invited: Invited, kit: ExchangeKit
) -> None:
    version = registry.publishing.current().version
    others = kit.members["riverside"].key.verify_key.to_text()
    stranger = replace(invited.invitation, secret=b"0" * 16)
    gateway.waiting["1"] = enrol(registry, stranger, signing_key=others)
    assert take(registry, gateway) == 0
    assert registry.publishing.current().version == version
    assert open_invitations(), "the partner itself may still join"


@pytest.mark.parametrize("content", [b"noise", b"age-encryption.org/v1\n-> X25519 x\n"])
def test_noise_is_removed(registry: Registry, gateway: Gateway, invited: Invited, content: bytes) -> None:
    gateway.waiting["1"] = content
    assert take(registry, gateway) == 0
    assert gateway.waiting == {}


@pytest.mark.parametrize("point", ["enrolment:added", "enrolment:published"])
def test_killed_while_somebody_joins(
    registry: Registry, gateway: Gateway, invited: Invited, kill_at: Any, point: str
) -> None:
    gateway.waiting["1"] = enrol(registry, invited.invitation)
    kill_at(point)
    with pytest.raises(Killed):
        take(registry, gateway)
    version = registry.publishing.current().version
    take(registry, gateway)
    directory = registry.publishing.current()
    assert directory.version == version, "the partner was added once"
    assert directory.partner("north-shore-midwives")
    assert gateway.waiting == {}
    assert not open_invitations()


def test_a_name_that_is_taken_is_said(registry: Registry) -> None:
    with pytest.raises(UsageError, match="riverside already"):
        make_invitation(registry, "Riverside")


@pytest.mark.parametrize("name", ["", "  ", "a\x1b[31mb", "x" * 201])
def test_a_name_that_cannot_be_is_a_misunderstood_command(registry: Registry, name: str) -> None:
    with pytest.raises(UsageError, match="name of a partner"):
        make_invitation(registry, name)


def test_two_open_invitations_of_one_name_give_two_ids(registry: Registry, invited: Invited) -> None:
    assert make_invitation(registry, "North Shore Midwives").partner == "north-shore-midwives-2"


def test_a_withdrawn_invitation_lets_nobody_in(
    registry: Registry, gateway: Gateway, invited: Invited
) -> None:
    gateway.waiting["1"] = enrol(registry, invited.invitation)
    assert withdraw_invitation(registry, "north shore midwives") == "north-shore-midwives"
    assert registry.publishing.current().invitations == ()
    assert not open_invitations()
    assert take(registry, gateway) == 0
    with pytest.raises(NotFound):
        registry.publishing.current().partner("north-shore-midwives")
    with pytest.raises(UsageError, match="No invitation is open"):
        withdraw_invitation(registry, "north-shore-midwives")
    assert make_invitation(registry, "North Shore Midwives").partner == "north-shore-midwives"


def test_of_two_in_one_name_the_named_one_is_withdrawn(
    registry: Registry, gateway: Gateway, invited: Invited
) -> None:
    second = make_invitation(registry, "North Shore Midwives")
    with pytest.raises(UsageError, match=r"2 invitations .* north-shore-midwives, north-shore-midwives-2"):
        withdraw_invitation(registry, "North Shore Midwives")
    assert withdraw_invitation(registry, "north-shore-midwives") == "north-shore-midwives"
    gateway.waiting = {"1": enrol(registry, invited.invitation), "2": enrol(registry, second.invitation)}
    assert take(registry, gateway) == 1
    assert registry.publishing.current().partner("north-shore-midwives-2")


def test_what_was_used_cannot_be_withdrawn(
    registry: Registry, gateway: Gateway, invited: Invited, kill_at: Any
) -> None:
    gateway.waiting["1"] = enrol(registry, invited.invitation)
    kill_at("enrolment:added")
    with pytest.raises(Killed):
        take(registry, gateway)
    with pytest.raises(UsageError, match="joined with it already"):
        withdraw_invitation(registry, "north-shore-midwives")
    assert registry.publishing.current().partner("north-shore-midwives")


def test_the_secret_is_kept_nowhere(registry: Registry, invited: Invited) -> None:
    from django.db import connection

    connection.close()
    secret = invited.invitation.secret
    for path in registry.folder.root.rglob("*"):
        if path.is_file():
            assert secret not in path.read_bytes()
            assert secret.hex().encode() not in path.read_bytes()
