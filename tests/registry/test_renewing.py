"""The registry's own keys renewed: one pair, however often it is killed, and nothing is lost that only the
old ones open.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs
from tests.exchange_kit import ExchangeKit
from tests.lying_gateway import LyingGateway
from tests.registry.conftest import GOOD, PASSPHRASE, Hospital, Killed, work

from vernix.custody.directory import Directory
from vernix.custody.identifiers import REGISTRY, utc_now
from vernix.custody.key import CLOCK_TOLERANCE
from vernix.errors import RoadFailed, UsageError
from vernix.registry import partners
from vernix.registry.key_ends import KeyEnds, is_due, renew_by
from vernix.registry.keyring import Keyring
from vernix.registry.options import Access
from vernix.registry.publishing import KEY_LIFE, OVERLAP
from vernix.registry.recovering import recovery_init, recovery_use
from vernix.registry.renewing import OwnRenewal, foreign_own
from vernix.registry.unlocked import Registry, unlock


def again(registry: Registry) -> Registry:
    """The registry as the next process finds it."""
    folder = registry.folder.root
    return unlock(Access(folder, folder.with_name("passphrase")))


def renew(registry: Registry) -> Registry:
    """``renew-keys``; the registry as the next process finds it."""
    OwnRenewal(again(registry), PASSPHRASE).run()
    return again(registry)


def own(directory: Directory) -> list[str]:
    """The values of the registry's keys that hold."""
    return sorted(key.value for key in directory.partner(REGISTRY).keys if key.holds(utc_now()))


@pytest.mark.parametrize("point", ["renewal:kept", "renewal:published", "renewal:told"])
def test_killed_anywhere_it_ends_the_same(
    registry: Registry, gateway: LyingGateway, hospital: Hospital, kill_at: Any, point: str
) -> None:
    kill_at(point)
    with pytest.raises(Killed):
        OwnRenewal(again(registry), PASSPHRASE).run()
    assert registry.publishing.mirror.current().gateway == gateway.kit.url
    between = again(registry)
    delivery = hospital.send(GOOD)
    assert work(between) == 0, "the keys of before go on"
    assert hospital.answer(delivery).receipt.result == "accepted"
    coming = between.keyring.coming
    assert coming is not None
    renewed = renew(registry)
    assert renewed.keyring.own.values == coming.values
    assert renewed.keyring.coming is None
    directory = renewed.publishing.current()
    assert own(directory) == sorted((*registry.keyring.own.values, *coming.values))
    assert foreign_own(directory, renewed.keyring) == []


def test_the_old_keys_end_and_open_for_ever(registry: Registry, hospital: Hospital) -> None:
    sent = hospital.send(GOOD)
    renewed = renew(registry)
    assert work(renewed) == 0
    assert hospital.answer(sent).receipt.result == "accepted"
    directory = renewed.publishing.current()
    later = utc_now() + OVERLAP + CLOCK_TOLERANCE
    held = sorted(key.value for key in directory.partner(REGISTRY).keys if key.holds(later))
    assert held == sorted(renewed.keyring.own.values)
    twice = renew(registry)
    assert [str(each) for each in twice.keyring.identities[1:]] == [
        str(renewed.keyring.identity),
        str(registry.keyring.identity),
    ]


def test_what_arrived_before_is_signed_for_by_the_key_of_then(registry: Registry) -> None:
    """A receipt is the same bytes however often it is signed, and its key held when it says that it was."""
    before = registry.keyring
    second = before.renewing().renewed(utc_now())
    third = second.renewing().renewed(utc_now() + timedelta(days=1))
    hour = timedelta(hours=1)
    assert third.signing_at(utc_now() - hour).key_id == before.signing.key_id
    assert third.signing_at(utc_now() + hour).key_id == second.signing.key_id
    assert third.signing_at(utc_now() + 25 * hour).key_id == third.signing.key_id
    assert Keyring.parse(third.to_bytes()).to_bytes() == third.to_bytes()


def test_without_a_gateway_the_present_keys_go_on(registry: Registry, kit: ExchangeKit) -> None:
    with pytest.raises(RoadFailed, match="the present ones go on"):
        renew(registry)
    assert again(registry).keyring.own.values == registry.keyring.own.values
    with LyingGateway(kit).running():
        renewed = renew(registry)
    assert len(own(renewed.publishing.current())) == 4


def test_the_copy_for_recovery_follows(
    registry: Registry, gateway: LyingGateway, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = registry.folder
    recovery_init(
        out=tmp_path / "shares", data=folder.root, passphrase_file=folder.root.with_name("passphrase")
    )
    renewed = renew(registry)
    folder.keyring.unlink()
    shares = sorted((tmp_path / "shares").iterdir())
    recovery_use(*shares[:3], data=folder.root, passphrase_file=tmp_path / "new")
    assert unlock(Access(folder.root, tmp_path / "new")).keyring.to_bytes() == renewed.keyring.to_bytes()
    assert gateway.kit.url == registry.profile.gateway


def test_a_copy_for_recovery_that_cannot_follow_stops_it(registry: Registry, gateway: LyingGateway) -> None:
    registry.folder.recovery.write_bytes(b"of before recipients were kept")
    with pytest.raises(UsageError, match="cannot follow"):
        renew(registry)
    assert again(registry).keyring.coming is None
    assert gateway.kit.url == registry.profile.gateway


def test_the_present_keys_are_not_revoked_and_the_old_ones_are(
    registry: Registry, gateway: LyingGateway, hospital: Hospital
) -> None:
    access = Access(registry.folder.root, registry.folder.root.with_name("passphrase"))
    old = [key.id for key in registry.publishing.current().partner(REGISTRY).keys]
    for key in old:
        with pytest.raises(UsageError, match="everybody knows it") as refused:
            partners.revoke_key(key, access=access)
        assert "renew-keys" in refused.value.hint
    renewed = renew(registry)
    for key in old:
        assert partners.revoke_key(key, access=access) == 0
    assert own(renewed.publishing.current()) == sorted(renewed.keyring.own.values)
    delivery = hospital.send(GOOD)
    assert work(renewed) == 0
    assert hospital.answer(delivery).receipt.result == "accepted"
    assert gateway.kit.url == registry.profile.gateway


def test_what_is_due_is_said_once_a_day(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = registry.publishing.current()
    since = min(key.valid_from for key in directory.partner(REGISTRY).keys)
    assert renew_by(directory) == since + KEY_LIFE
    assert not is_due(directory, utc_now())
    with capture_logs() as said:
        KeyEnds().warn_if_due(directory)
        assert said == []
        monkeypatch.setattr("vernix.registry.key_ends.utc_now", lambda: since + KEY_LIFE - timedelta(days=29))
        ends = KeyEnds()
        ends.warn_if_due(directory)
        ends.warn_if_due(directory)
    assert [line["event"] for line in said] == ["own keys are to be renewed"]
