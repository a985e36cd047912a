"""Enrolling: sealed, by an open invitation only, one waiting for each, bounded in size and rate."""

from __future__ import annotations

import pytest
from tests.exchange_kit import ExchangeKit, Reply, RunningGateway

from vernix.custody.invitation import Invitation
from vernix.sealing.sealer import seal_bytes


@pytest.fixture
def invitation(kit: ExchangeKit, gateway: RunningGateway) -> Invitation:
    """An invitation that the gateway knows of."""
    made = kit.invite()
    assert gateway.publish(kit.publisher.files()).status == 200
    return made


def enrol(gateway: RunningGateway, invitation: Invitation, body: bytes) -> Reply:
    key = invitation.signing_key()
    fields = gateway.signature(key, invitation.request_key_id, "POST", "/enrolments", body)
    return gateway.request("POST", "/enrolments", body, fields)


def waiting(gateway: RunningGateway, invitation: Invitation) -> list[str]:
    entries = gateway.signed("registry", "GET", "/enrolments").json["enrolments"]
    return [entry["id"] for entry in entries if entry["invitation"] == invitation.id]


def test_an_enrolment_waits_until_the_registry_removes_it(
    kit: ExchangeKit, gateway: RunningGateway, invitation: Invitation
) -> None:
    sealed = kit.seal(b"my keys").content
    assert enrol(gateway, invitation, sealed).status == 201
    (number,) = waiting(gateway, invitation)
    assert gateway.signed("registry", "GET", f"/enrolments/{number}").body == sealed
    assert gateway.signed("registry", "DELETE", f"/enrolments/{number}").status == 204
    assert gateway.signed("registry", "GET", f"/enrolments/{number}").status == 404
    assert waiting(gateway, invitation) == []


def test_repeating_replaces(kit: ExchangeKit, gateway: RunningGateway, invitation: Invitation) -> None:
    first = kit.seal(b"first").content
    number = enrol(gateway, invitation, first).json["id"]
    assert enrol(gateway, invitation, first).json["id"] == number
    second = kit.seal(b"second").content
    replaced = enrol(gateway, invitation, second).json["id"]
    assert waiting(gateway, invitation) == [replaced]
    assert gateway.signed("registry", "GET", f"/enrolments/{replaced}").body == second


def test_it_must_be_sealed(gateway: RunningGateway, invitation: Invitation) -> None:
    for body in (b"", b"name=Riverside", b"age-encryption.org/v1\n"):
        assert enrol(gateway, invitation, body).status == 422
    assert waiting(gateway, invitation) == []


def test_its_size_is_bounded(kit: ExchangeKit, gateway: RunningGateway, invitation: Invitation) -> None:
    large = seal_bytes(bytes(70_000), [kit.members["registry"].identity.recipient])
    assert enrol(gateway, invitation, large).status == 413
    assert waiting(gateway, invitation) == []


def test_its_rate_is_bounded(kit: ExchangeKit, gateway: RunningGateway, invitation: Invitation) -> None:
    sealed = kit.seal(b"again").content
    replies = [enrol(gateway, invitation, sealed) for _ in range(26)]
    assert replies[0].status == 201
    # The hour may turn while this runs; two hours' worth is the most that can pass.
    assert replies[-1].status == 429
    assert replies[-1].headers["retry-after"] == "60"


def test_a_renewal_waits_among_the_enrolments(kit: ExchangeKit, gateway: RunningGateway) -> None:
    sealed = kit.seal(b"new keys").content
    number = gateway.signed("riverside", "POST", "/renewals", sealed).json["id"]
    waiting = gateway.signed("registry", "GET", "/enrolments").json["enrolments"]
    (entry,) = (each for each in waiting if each["id"] == number)
    assert entry["invitation"] == f"key:{kit.members['riverside'].key.key_id}"
    assert gateway.signed("registry", "GET", f"/enrolments/{number}").body == sealed
    assert gateway.signed("riverside", "POST", "/renewals", b"in the clear").status == 422
    gateway.signed("registry", "DELETE", f"/enrolments/{number}")
