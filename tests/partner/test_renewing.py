"""Renewing on the partner's side: one request, made anew when the registry would refuse the old bytes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from tests.exchange_kit import ExchangeKit, Member
from tests.lying_gateway import Asked, LyingGateway, Told
from tests.partner.conftest import Vernix

from vernix.custody.directory import Key
from vernix.custody.identifiers import utc_now
from vernix.custody.renewal import Renewal, verify_renewal
from vernix.custody.signatures import Signed, SigningKey
from vernix.custody.ssh_keys import ensure_ssh_key, public_text
from vernix.partner import renewing
from vernix.partner.state import Partner
from vernix.sealing.opening import open_bytes

Ask = Callable[[timedelta], bytes]


@pytest.fixture
def ask(gateway: LyingGateway, riverside: Partner, vernix: Vernix, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Run ``vernix renew`` so long from now, with a registry that is away; what it posted."""
    posted: list[bytes] = []

    def keep(asked: Asked) -> Told:
        posted.append(asked.body)
        return Told(201, b"{}")

    gateway._routes.append(("renew", r"POST /renewals", True, keep))

    def run(later: timedelta) -> bytes:
        monkeypatch.setattr(renewing, "utc_now", lambda: utc_now() + later)
        assert vernix("renew", "--wait", 0, "--data", riverside.folder.path) == 4
        return posted[-1]

    return run


def proven(kit: ExchangeKit, sealed: bytes, now: datetime) -> Renewal:
    """What the registry finds in a request at ``now``; it raises when it would refuse it."""
    signed = Signed.decode(open_bytes(sealed, [kit.members["registry"].identity], 1 << 16))
    return verify_renewal(signed, kit.directory, now)[0]


def test_a_request_is_posted_again_until_it_is_too_old(kit: ExchangeKit, ask: Ask) -> None:
    day = timedelta(days=1)
    first = ask(timedelta())
    assert ask(13 * day - timedelta(hours=1)) == first
    second = ask(15 * day)
    made = proven(kit, first, utc_now())
    anew = proven(kit, second, utc_now() + 15 * day)
    assert replace(anew, created=made.created) == made, "for the same new keys"
    assert ask(16 * day) == second
    proven(kit, ask(timedelta()), utc_now())  # a clock that was ahead is no reason to be refused for ever


def test_a_request_is_made_anew_for_other_keys_of_the_registry(
    kit: ExchangeKit, gateway: LyingGateway, ask: Ask
) -> None:
    first = ask(timedelta())
    renewed = Member("registry", kit.members["registry"].key, Member.make("registry").identity)
    kit.members["registry"] = renewed
    kit.publish(partners=kit.with_partner(renewed.entry(kit.since)))
    gateway.republish()
    second = ask(timedelta())
    assert second != first
    proven(kit, second, utc_now())
    assert ask(timedelta()) == second


def test_a_request_is_made_anew_when_another_key_signs_here(
    kit: ExchangeKit, gateway: LyingGateway, riverside: Partner, ask: Ask
) -> None:
    first, key = ask(timedelta()), SigningKey.generate()
    key.save(riverside.folder.signing_file)
    kit.members["riverside"] = replace(kit.members["riverside"], key=key)
    kit.publish(partners=kit.with_partner(kit.members["riverside"].entry(kit.since)))
    gateway.republish()
    assert (
        Key.make(key.verify_key.to_text(), kit.since).id in proven(kit, ask(timedelta()), utc_now()).replaces
    )
    assert ask(timedelta()) != first


def test_the_ssh_key_is_renewed_with_the_others(
    kit: ExchangeKit, riverside: Partner, ask: Ask, vernix: Vernix, gateway: LyingGateway
) -> None:
    before = ensure_ssh_key(riverside.folder.ssh_file)
    listed = Key.make(before, kit.since)
    entry = kit.directory.partner("riverside")
    keys = tuple(sorted((*entry.keys, listed), key=lambda key: key.id))
    kit.publish(partners=kit.with_partner(replace(entry, keys=keys)))
    gateway.republish()
    asked = proven(kit, ask(timedelta()), utc_now())
    assert listed.id in asked.replaces
    (new,) = asked.ssh_keys or ()
    assert public_text(riverside.folder.ssh_file) == before, "the present one stays until the new is listed"
    values = (asked.signing_key, *asked.recipients, new)
    entry = kit.directory.partner("riverside")
    both = (*entry.keys, *(Key.make(value, kit.since) for value in values))
    kit.publish(partners=kit.with_partner(replace(entry, keys=tuple(sorted(both, key=lambda key: key.id)))))
    gateway.republish()
    assert vernix("renew", "--data", riverside.folder.path) == 0
    assert public_text(riverside.folder.ssh_file) == new
    assert riverside.folder.ssh_file.stat().st_mode & 0o777 == 0o600
