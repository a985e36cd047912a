"""SSH keys: they end as other keys do, a partner renews them, and the registry for those who cannot."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.exchange_kit import ExchangeKit, Member
from tests.registry.test_membership import Gateway, enrol, take

from vernix.custody.directory import Directory, Key
from vernix.custody.identifiers import utc_now
from vernix.custody.key import SSH
from vernix.custody.renewal import Renewal
from vernix.custody.ssh_keys import ensure_ssh_key
from vernix.errors import DataRefused, UsageError
from vernix.registry import partners
from vernix.registry.inviting import make_invitation
from vernix.registry.options import Access
from vernix.registry.publishing import KEY_LIFE, OVERLAP
from vernix.registry.ssh_access import ssh_key
from vernix.registry.unlocked import Registry
from vernix.sealing.sealer import seal_bytes

DAY = timedelta(days=1)


@pytest.fixture
def access(registry: Registry) -> Access:
    return Access(registry.folder.root, registry.folder.root.with_name("passphrase"))


def made(tmp_path: Path, name: str) -> str:
    return ensure_ssh_key(tmp_path / name)


def ssh_of(directory: Directory, partner: str) -> dict[str, Key]:
    return {key.value: key for key in directory.partner(partner).keys if key.kind == SSH}


def test_the_key_of_a_newcomer_ends_as_its_others_do(registry: Registry, tmp_path: Path) -> None:
    gateway, invited = Gateway(), make_invitation(registry, "Hilltop Clinic")
    value = made(tmp_path, "hilltop")
    gateway.waiting["1"] = enrol(registry, invited.invitation, ssh_keys=(value,))
    assert take(registry, gateway) == 1
    directory, now = registry.publishing.current(), utc_now()
    assert directory.ssh_keys(invited.partner, now) == (value,)
    assert directory.ssh_keys(invited.partner, now + KEY_LIFE - DAY) == (value,)
    assert directory.ssh_keys(invited.partner, now + KEY_LIFE + DAY) == ()
    ending = directory.partner(invited.partner).ending(now + KEY_LIFE - 20 * DAY)
    assert SSH in {key.kind for key in ending}, "and its holder is told before"


def test_a_renewal_brings_a_new_one_and_the_old_goes_on_for_a_while(
    registry: Registry, kit: ExchangeKit, tmp_path: Path, access: Access
) -> None:
    old, new = made(tmp_path, "old"), made(tmp_path, "new")
    assert ssh_key("riverside", f"{old} riverside@ward3", access=access) == 4, "no gateway is here"
    riverside, fresh = kit.members["riverside"], Member.make("riverside")
    ids = tuple(key.id for key in registry.publishing.current().partner("riverside").keys)
    recipients = (str(fresh.identity.recipient),)
    renewal = Renewal("riverside", fresh.key.verify_key.to_text(), recipients, ids, utc_now(), (new,))
    gateway = Gateway()
    envelope = renewal.sign(riverside.key, fresh.key).encode()
    gateway.waiting["1"] = seal_bytes(envelope, [registry.keyring.identity.recipient])
    assert take(registry, gateway) == 1
    directory, now = registry.publishing.current(), utc_now()
    assert set(directory.ssh_keys("riverside", now)) == {old, new}
    assert directory.ssh_keys("riverside", now + OVERLAP + DAY) == (new,)
    assert directory.partner("riverside").ending(now) == ()


def test_the_registry_lists_and_renews_one(registry: Registry, tmp_path: Path, access: Access) -> None:
    value = made(tmp_path, "job")
    ssh_key("riverside", value, label="Night job", access=access)
    before = ssh_of(registry.publishing.current(), "riverside")[value]
    assert (before.label, before.valid_until is not None) == ("Night job", True)
    version = registry.publishing.current().version
    ssh_key("riverside", value, access=access)
    assert registry.publishing.current().version == version, "it holds for two years already"
    # A year later.
    entry = registry.publishing.current().partner("riverside")
    aged = tuple(
        replace(key, valid_until=utc_now() + 20 * DAY) if key.value == value else key for key in entry.keys
    )
    registry.publishing.change(
        lambda directory: partners.with_changed_partner(
            directory, "riverside", lambda partner: replace(partner, keys=aged)
        )
    )
    ssh_key("riverside", value, access=access)
    after = ssh_of(registry.publishing.current(), "riverside")[value]
    assert after.valid_until is not None
    assert after.valid_until > utc_now() + KEY_LIFE - DAY
    assert (after.label, after.valid_from) == (before.label, before.valid_from)


def test_one_takes_the_place_of_another(registry: Registry, tmp_path: Path, access: Access) -> None:
    old, new = made(tmp_path, "old"), made(tmp_path, "new")
    ssh_key("riverside", old, label="Night job", access=access)
    present = ssh_of(registry.publishing.current(), "riverside")[old]
    ssh_key("riverside", new, replaces=present.id, access=access)
    directory = registry.publishing.current()
    assert ssh_of(directory, "riverside")[new].label == "Night job"
    assert directory.ssh_keys("riverside", utc_now() + OVERLAP + DAY) == (new,)


def test_what_is_no_key_of_that_partner_is_refused(
    registry: Registry, kit: ExchangeKit, tmp_path: Path, access: Access
) -> None:
    value = made(tmp_path, "job")
    ssh_key("riverside", value, access=access)
    version = registry.publishing.current().version
    for partner, key, replaces, complaint in [
        ("lakeside", value, None, "key of riverside"),
        ("registry", made(tmp_path, "own"), None, "logs in nowhere"),
        ("nobody", made(tmp_path, "nobody"), None, "no partner nobody"),
        ("lakeside", made(tmp_path, "theirs"), Key.make(value, kit.since).id, "no SSH key"),
    ]:
        with pytest.raises(UsageError, match=complaint):
            ssh_key(partner, key, replaces=replaces, access=access)
    with pytest.raises(DataRefused, match="ssh-ed25519"):
        ssh_key("lakeside", "ssh-rsa AAAA", access=access)
    partners.revoke_key(Key.make(value, kit.since).id, access=access)
    with pytest.raises(UsageError, match="was revoked"):
        ssh_key("riverside", value, access=access)
    assert registry.publishing.current().version == version + 1
