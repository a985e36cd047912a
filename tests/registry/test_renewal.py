"""Renewed keys and further machines: taken in once, with an overlap, and never for somebody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.exchange_kit import ExchangeKit, Member
from tests.registry.conftest import Killed
from tests.registry.test_membership import Gateway, enrol, take

from vernix.custody.directory import Partner
from vernix.custody.identifiers import utc_now
from vernix.custody.renewal import Renewal
from vernix.errors import UsageError
from vernix.registry import partners
from vernix.registry.inviting import invite_machine
from vernix.registry.publishing import KEY_LIFE, OVERLAP
from vernix.registry.unlocked import Registry
from vernix.sealing.sealer import seal_bytes


@pytest.fixture
def gateway() -> Gateway:
    return Gateway()


@pytest.fixture
def riverside(kit: ExchangeKit) -> Member:
    return kit.members["riverside"]


def renewal_by(registry: Registry, old: Member, new: Member, **changes: Any) -> bytes:
    """A sealed renewal, as ``vernix renew`` makes it."""
    ids = tuple(key.id for key in registry.publishing.current().partner(old.id).keys)
    renewal = Renewal(old.id, new.key.verify_key.to_text(), (str(new.identity.recipient),), ids, utc_now())
    signed = replace(renewal, **changes).sign(old.key, new.key)
    return seal_bytes(signed.encode(), [registry.keyring.identity.recipient])


def test_new_keys_hold_beside_the_old_ones_for_a_while(
    registry: Registry, gateway: Gateway, riverside: Member
) -> None:
    new = Member.make("riverside")
    gateway.waiting["1"] = renewal_by(registry, riverside, new)
    assert take(registry, gateway) == 1
    assert gateway.waiting == {}
    directory, now = registry.publishing.current(), utc_now()
    for member in (riverside, new):
        assert directory.signing_key(member.key.key_id, now)[0].id == "riverside"
    assert {str(each) for each in directory.recipients("riverside", now)} == {
        str(riverside.identity.recipient),
        str(new.identity.recipient),
    }
    later = now + OVERLAP + timedelta(minutes=1)
    assert [str(each) for each in directory.recipients("riverside", later)] == [str(new.identity.recipient)]
    assert directory.ending(now) == []
    assert [partner.id for partner, _ in directory.ending(now + KEY_LIFE - timedelta(days=9))] == [
        "riverside",
        "riverside",
    ]


@pytest.mark.parametrize("point", ["enrolment:published"])
def test_killed_or_repeated_it_is_taken_once(
    registry: Registry, gateway: Gateway, riverside: Member, kill_at: Any, point: str
) -> None:
    sealed = renewal_by(registry, riverside, Member.make("riverside"))
    gateway.waiting["1"] = sealed
    kill_at(point)
    with pytest.raises(Killed):
        take(registry, gateway)
    version = registry.publishing.current().version
    gateway.waiting["2"] = sealed
    take(registry, gateway)
    assert registry.publishing.current().version == version


def test_a_revoked_key_renews_nothing(
    registry: Registry, gateway: Gateway, riverside: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(partners, "unlock", lambda *_: registry)
    gateway.waiting["1"] = renewal_by(registry, riverside, Member.make("riverside"))
    partners.revoke_key(riverside.key.key_id)
    before = registry.publishing.current()
    assert take(registry, gateway) == 0
    assert registry.publishing.current().partners == before.partners
    assert gateway.waiting == {}


def test_nobody_renews_the_keys_of_another(registry: Registry, gateway: Gateway, kit: ExchangeKit) -> None:
    before = registry.publishing.current()
    lakeside = kit.members["lakeside"]
    gateway.waiting["1"] = renewal_by(registry, lakeside, Member.make("x"), partner="riverside")
    gateway.waiting["2"] = renewal_by(registry, lakeside, kit.members["riverside"])
    assert take(registry, gateway) == 0
    assert registry.publishing.current() == before


def test_a_listed_key_proves_nothing_of_who_asks(
    registry: Registry, gateway: Gateway, riverside: Member
) -> None:
    invited = invite_machine(registry, "riverside")
    before = registry.publishing.current()
    # An invitation's id and everybody's keys are public; only the signatures are not.
    stranger, listed = Member.make("riverside"), riverside.key.verify_key.to_text()
    guessed = replace(invited.invitation, secret=b"0" * 16)
    gateway.waiting["1"] = enrol(registry, guessed, signing_key=listed)
    gateway.waiting["2"] = renewal_by(registry, stranger, riverside)
    assert take(registry, gateway) == 0
    assert gateway.waiting == {}
    assert registry.publishing.current() == before
    gateway.waiting["3"] = enrol(registry, invited.invitation)
    assert take(registry, gateway) == 1, "the invitation is as good as it was"


def test_a_machine_that_is_listed_needs_no_invitation(
    registry: Registry, gateway: Gateway, riverside: Member
) -> None:
    invited = invite_machine(registry, "riverside")
    before = registry.publishing.current()
    gateway.waiting["1"] = enrol(registry, invited.invitation, riverside.key)
    assert take(registry, gateway) == 0
    assert registry.publishing.current() == before


def test_a_second_machine_adds_its_keys(registry: Registry, gateway: Gateway, riverside: Member) -> None:
    invited = invite_machine(registry, "riverside")
    assert invited.invitation.partner == invited.partner == "riverside"
    before = registry.publishing.current()
    gateway.waiting["1"] = enrol(registry, invited.invitation, label="Ward 3 machine")
    assert take(registry, gateway) == 1
    directory = registry.publishing.current()
    assert directory.rights == before.rights, "it is one partner, with one partner's rights"
    keys = directory.partner("riverside").keys
    assert set(before.partner("riverside").keys) < set(keys)
    assert _labels(directory.partner("riverside")) == {"", "Ward 3 machine"}
    assert directory.signing_key(riverside.key.key_id, utc_now())[0].id == "riverside"


@pytest.mark.parametrize("name", ["stranger", "registry"])
def test_nobody_is_invited_to_what_is_no_partner(registry: Registry, name: str) -> None:
    with pytest.raises(UsageError, match="no partner"):
        invite_machine(registry, name)


def _labels(partner: Partner) -> set[str]:
    return {key.label for key in partner.keys}
