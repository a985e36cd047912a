"""Rights, groups, suspension and revocation, as the registry's commands change the directory."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.exchange_kit import ExchangeKit

from vernix.custody.directory import Directory
from vernix.custody.identifiers import utc_now
from vernix.errors import DataRefused, NotFound, NotProven, UsageError
from vernix.registry import granting, partners
from vernix.registry.unlocked import Registry

Say = Callable[..., Any]


@pytest.fixture(autouse=True)
def in_this_process(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    """The gateway is away throughout: what matters here is what is published."""
    for module in (granting, partners):
        monkeypatch.setattr(module, "unlock", lambda *_: registry)
    monkeypatch.setattr(partners, "find_folder", lambda _data: registry.folder)


@pytest.fixture
def now_is(registry: Registry) -> Callable[[], Directory]:
    return registry.publishing.current


def test_a_right_is_granted_and_taken_back(now_is: Callable[[], Directory]) -> None:
    assert not now_is().may_send("riverside", "lakeside", "message")
    granting.grant("riverside", "lakeside", "test", "message")
    assert now_is().may_send("riverside", "lakeside", "message")
    assert not now_is().may_send("lakeside", "riverside", "message")
    granting.revoke_right("riverside", "lakeside", "test")
    assert now_is().may_send("riverside", "lakeside", "message")
    assert not now_is().may_send("riverside", "lakeside", "test")
    granting.revoke_right("riverside", "lakeside")
    assert not now_is().may_send("riverside", "lakeside", "message")
    assert now_is().may_send("riverside", "registry", "submission"), "the other rights stand"


def test_what_is_so_already_makes_no_new_version(now_is: Callable[[], Directory]) -> None:
    granting.grant("riverside", "lakeside", "message", "test")
    granting.group("pilots", add=["riverside"])
    partners.suspend("lakeside")
    version = now_is().version
    granting.grant("riverside", "lakeside", "message")
    granting.group("@pilots", add=["riverside"], remove=["lakeside"])
    granting.revoke_right("lakeside", "riverside")
    partners.suspend("lakeside")
    assert now_is().version == version


def test_rights_of_one_pair_are_one_right(now_is: Callable[[], Directory]) -> None:
    granting.grant("riverside", "lakeside", "message")
    granting.grant("riverside", "lakeside", "test")
    assert [each.purposes for each in now_is().rights if each.sender == "riverside"] == [("message", "test")]


def test_a_group_lends_its_rights_to_whoever_is_in_it(now_is: Callable[[], Directory]) -> None:
    granting.group("pilots", add=["riverside"])
    granting.grant("@pilots", "lakeside", "message")
    assert now_is().may_send("riverside", "lakeside", "message")
    granting.group("pilots", remove=["riverside"])
    assert not now_is().may_send("riverside", "lakeside", "message")
    assert now_is().groups[0].members == ()
    granting.group("pilots", dissolve=True)
    assert now_is().groups == ()
    assert not [right for right in now_is().rights if right.sender == "@pilots"]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: granting.grant("*", "*", "message"),
        lambda: granting.grant("riverside", "lakeside"),
        lambda: granting.grant("riverside", "lakeside", "everything"),
        lambda: granting.grant("riverside", "@pilots", "message"),
        lambda: granting.grant("stranger", "lakeside", "message"),
        lambda: granting.group("pilots", add=["stranger"]),
        lambda: granting.group("pilots", add=["riverside"], dissolve=True),
        lambda: granting.group("Pilots & Co", add=["riverside"]),
        lambda: partners.suspend("stranger"),
        lambda: partners.suspend("registry"),
        lambda: partners.revoke_key("0" * 16),
    ],
)
def test_what_cannot_be_changes_nothing(wrong: Say, now_is: Callable[[], Directory]) -> None:
    version = now_is().version
    with pytest.raises((UsageError, DataRefused)):
        wrong()
    assert now_is().version == version


def test_a_suspended_partner_is_nobody_until_it_is_reinstated(
    now_is: Callable[[], Directory], kit: ExchangeKit
) -> None:
    key = kit.members["riverside"].key.key_id
    partners.suspend("riverside")
    with pytest.raises(NotProven, match="suspended"):
        now_is().signing_key(key, utc_now())
    assert not now_is().may_send("registry", "riverside", "message")
    partners.reinstate("riverside")
    assert now_is().signing_key(key, utc_now())[0].id == "riverside"


def test_a_revoked_key_is_taken_for_nothing(
    now_is: Callable[[], Directory], kit: ExchangeKit, capsys: pytest.CaptureFixture[str]
) -> None:
    member = kit.members["riverside"]
    partners.revoke_key(member.key.key_id)
    with pytest.raises(NotProven, match="revoked"):
        now_is().signing_key(member.key.key_id, utc_now())
    assert "its last: invite it again" in capsys.readouterr().err
    (recipient,) = (key.id for key in now_is().partner("riverside").keys if key.kind == "recipient")
    partners.revoke_key(recipient)
    with pytest.raises(NotFound, match="no valid recipient"):
        now_is().recipients("riverside", utc_now())
    with pytest.raises(UsageError, match="registry's own key"):
        partners.revoke_key(kit.members["registry"].key.key_id)


def test_a_gateway_that_is_away_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert partners.suspend("riverside", json=True) == 4
    said = capsys.readouterr()
    assert json.loads(said.out) == {
        "partner": "riverside",
        "published_at_gateway": False,
        "status": "suspended",
    }
    assert "Run the command again" in said.err


def test_partners_are_listed(capsys: pytest.CaptureFixture[str], kit: ExchangeKit) -> None:
    granting.group("pilots", add=["riverside"])
    granting.grant("@pilots", "lakeside", "message")
    partners.suspend("lakeside")
    partners.revoke_key(kit.members["riverside"].key.key_id)
    capsys.readouterr()
    partners.partners(json=True)
    listed = json.loads(capsys.readouterr().out)
    by_id = {each["id"]: each for each in listed["partners"]}
    assert by_id["lakeside"]["status"] == "suspended"
    assert by_id["riverside"]["groups"] == ["pilots"]
    assert {key["kind"]: key["state"] for key in by_id["riverside"]["keys"]} == {
        "signing": "revoked",
        "recipient": "holds",
    }
    assert {"sender": "@pilots", "addressee": "lakeside", "purposes": ["message"]} in listed["rights"]
    partners.partners()
    text = capsys.readouterr().out
    assert "lakeside: Lakeside, suspended\n" in text
    assert "@pilots may send to lakeside: message\n" in text
