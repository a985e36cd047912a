"""The OpenAPI document against the running gateway: requests that fit it, and requests that nearly do.

Schemathesis makes them. Each goes over a real socket, signed by whoever may use the route, its body spelled
canonically or not. No answer may be a failure of ours, leave its schema, or say less than what to do.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import requests
import schemathesis
from requests.auth import AuthBase
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance
from tests.exchange_kit import ExchangeKit, RunningGateway

from vernix.custody import canonical
from vernix.custody.identifiers import utc_now
from vernix.custody.invitation import Invitation
from vernix.custody.requests import Request, sign_request
from vernix.custody.signatures import SigningKey
from vernix.errors import VernixError
from vernix.gateway import openapi
from vernix.gateway.authentication import Access
from vernix.gateway.routes import ROUTES
from vernix.gateway.shapes import SHAPES

DOCUMENT = copy.deepcopy(openapi.document())
# Names that nobody has are tried elsewhere: here a request shall come further.
for _path in ("/uploads", "/creations"):
    _asked = DOCUMENT["paths"][_path]["post"]["requestBody"]["content"]["application/json"]["schema"]
    _asked["properties"]["to"]["items"] = {"type": "string", "enum": ["registry"]}
INTERFACE = schemathesis.openapi.from_dict(DOCUMENT)
ACCESS = {route.name: route.access for route in ROUTES}


class Signing(AuthBase):
    """Signs a request that is ready to go, as a client of ours would."""

    def __init__(self, key: SigningKey, key_id: str) -> None:
        self._key, self._key_id = key, key_id

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        assert isinstance(request.body, bytes | str | None)
        body = _canonical(request.body or b"")
        if request.body:
            request.prepare_body(body, None)
        assert request.method
        assert request.url
        signed = Request.to_url(request.method, request.url, body)
        request.headers.update(sign_request(signed, self._key, self._key_id, utc_now()))
        return request


@pytest.fixture(scope="module")
def invitation(kit: ExchangeKit) -> Invitation:
    return kit.invite()


@pytest.fixture(scope="module")
def gateway(kit: ExchangeKit, invitation: Invitation) -> Iterator[RunningGateway]:
    with kit.running() as running:
        yield running


@pytest.fixture(scope="module")
def callers(kit: ExchangeKit, invitation: Invitation) -> dict[Access, AuthBase | None]:
    """Who asks, so that a request comes as far as its route's own code."""
    registry, partner = kit.members["registry"].key, kit.members["riverside"].key
    return {
        Access.PUBLIC: None,
        Access.PARTNER: Signing(partner, partner.key_id),
        Access.SENDER: Signing(partner, partner.key_id),
        Access.REGISTRY: Signing(registry, registry.key_id),
        Access.INVITATION: Signing(invitation.signing_key(), invitation.request_key_id),
    }


def test_every_route_has_its_shape() -> None:
    assert set(SHAPES) == set(ACCESS)


@INTERFACE.parametrize()
@hypothesis.settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=list(hypothesis.HealthCheck),
    # Found again by anybody: what one run finds is not hidden in a folder of this machine.
    database=None,
)
def test_no_request_is_met_with_a_failure(
    gateway: RunningGateway, callers: dict[Access, AuthBase | None], case: Case[Any]
) -> None:
    who = callers[ACCESS[case.operation.definition.raw["operationId"]]]
    case.query = {**(case.query or {}), "wait": 0} if "wait" in (case.query or {}) else case.query
    response = case.call(base_url=gateway.url, auth=who, timeout=30)
    case.validate_response(response, checks=[not_a_server_error, response_schema_conformance])
    if response.status_code >= 400:
        refusal = json.loads(response.content) if case.method != "HEAD" else {"error": "", "hint": ""}
        assert set(refusal) == {"error", "hint"}
        assert "Traceback" not in refusal["error"]


def test_nothing_failed_on_the_way(gateway: RunningGateway) -> None:
    """After all of the above: alive, and no failure of ours in the log."""
    assert gateway.request("GET", "/health").status == 200
    log = gateway.log.read_text()
    assert "Traceback" not in log
    assert '"event":"failed"' not in log.replace(" ", "")


def _canonical(body: bytes | str) -> bytes:
    """In our spelling, if what was made can be spelled so; else as it is."""
    data = body.encode() if isinstance(body, str) else body
    try:
        return canonical.encode(json.loads(data))
    except (VernixError, ValueError, TypeError, RecursionError):
        return data
