"""Signed requests: the RFC's own example, another implementation as judge, and every change refused."""

from __future__ import annotations

import base64
import dataclasses
from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vernix.custody.requests import Request, content_digest, sign_request, signature_base, verify_request
from vernix.custody.signatures import SigningKey, VerifyKey
from vernix.errors import NotProven, UsageError

KEY = SigningKey.from_bytes(bytes([7]) * 32)
OTHER = SigningKey.from_bytes(bytes([8]) * 32)
BODY = b'{"a":1}'
POST = Request.to_url("POST", "https://gateway.example/deliveries?a=1&b=%20x", BODY)
GET = Request.to_url("GET", "https://gateway.example:8443/mailbox?after=7&wait=30")
REQUESTS = {"with a body": POST, "without a body": GET, "without a query": Request("GET", "g.example", "/x")}


class Gateway:
    """Who signs, and which nonces have been seen."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.nonces: set[str] = set()

    def find_key(self, key_id: str) -> VerifyKey | None:
        return {KEY.key_id: KEY.verify_key, "invitation:7": KEY.verify_key}.get(key_id)

    def seen(self, nonce: str) -> bool:
        there = nonce in self.nonces
        self.nonces.add(nonce)
        return there

    def verify(self, request: Request, headers: Any) -> str:
        return verify_request(request, headers, self.find_key, self.seen, self.now)


@pytest.fixture
def gateway(now: datetime) -> Gateway:
    return Gateway(now)


def test_the_example_of_rfc_9421() -> None:
    """RFC 9421, appendix B.2.6: signing a request using ed25519."""
    private = "MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF"
    key = SigningKey.from_bytes(base64.b64decode(private)[-32:])
    assert base64.urlsafe_b64encode(key.public).rstrip(b"=") == b"JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs"
    components = [
        ("date", "Tue, 20 Apr 2021 02:07:55 GMT"),
        ("@method", "POST"),
        ("@path", "/foo"),
        ("@authority", "example.com"),
        ("content-type", "application/json"),
        ("content-length", "18"),
    ]
    params = (
        '("date" "@method" "@path" "@authority" "content-type" "content-length")'
        ';created=1618884473;keyid="test-key-ed25519"'
    )
    expected = "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="
    assert key.sign_raw(signature_base(components, params)) == base64.b64decode(expected)


def test_the_digest_of_rfc_9530() -> None:
    """RFC 9530, appendix B.1 (SHA-256 of {"hello": "world"} and a newline)."""
    assert content_digest(b'{"hello": "world"}\n') == "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:"


@pytest.mark.parametrize("name", REQUESTS)
@pytest.mark.parametrize("key_id", [KEY.key_id, "invitation:7"])
def test_an_honest_request_is_believed(name: str, key_id: str, gateway: Gateway, now: datetime) -> None:
    request = REQUESTS[name]
    headers = sign_request(request, KEY, key_id, now)
    assert ("Content-Digest" in headers) is bool(request.digest)
    assert gateway.verify(request, headers) == key_id
    request.check_body(BODY if request.digest else b"")


@pytest.mark.parametrize("name", REQUESTS)
def test_another_implementation_believes_it_too(name: str) -> None:
    """The library reads the wall clock, so this test does."""
    from http_message_signatures import HTTPMessageVerifier, HTTPSignatureKeyResolver
    from http_message_signatures.algorithms import ED25519

    class Resolver(HTTPSignatureKeyResolver):
        def resolve_public_key(self, key_id: str) -> Any:
            return KEY.private.public_key() if key_id == KEY.key_id else None

        def resolve_private_key(self, key_id: str) -> Any:
            raise AssertionError("nothing is signed here")

    request = REQUESTS[name]
    query = f"?{request.query}" if request.query else ""
    message = SimpleNamespace(
        method=request.method,
        url=f"https://{request.authority}{request.path}{query}",
        headers=sign_request(request, KEY, KEY.key_id, datetime.now().astimezone()),
    )
    judge = HTTPMessageVerifier(signature_algorithm=ED25519, key_resolver=Resolver())
    (result,) = judge.verify(message, expect_tag="vernix", body=BODY if request.digest else b"")
    covered = [name.strip('"') for name in result.covered_components]
    assert covered[:4] == ["@method", "@authority", "@path", "@query"]
    assert ("content-digest" in covered) is bool(request.digest)


CHANGES: dict[str, Callable[[Request], Request]] = {
    "method": lambda r: dataclasses.replace(r, method="DELETE"),
    "authority": lambda r: dataclasses.replace(r, authority="evil.example"),
    "port": lambda r: dataclasses.replace(r, authority=f"{r.authority}9"),
    "path": lambda r: dataclasses.replace(r, path=f"{r.path}x"),
    "path, other encoding": lambda r: dataclasses.replace(
        r, path=r.path.replace("d", "%64").replace("m", "%6D")
    ),
    "query": lambda r: dataclasses.replace(r, query=r.query.replace("a", "b")),
    "query cut": lambda r: dataclasses.replace(r, query=""),
    "query added": lambda r: dataclasses.replace(r, query=f"{r.query}&c=1"),
    "digest": lambda r: dataclasses.replace(r, digest=content_digest(b"other")),
    "digest taken away or given": lambda r: dataclasses.replace(
        r, digest="" if r.digest else content_digest(b"x")
    ),
    "digest with a line break": lambda r: dataclasses.replace(r, digest=f"{r.digest}\n"),
    "path with a line break": lambda r: dataclasses.replace(r, path=f'{r.path}\n"@query": ?'),
}


@pytest.mark.parametrize("which", ["with a body", "without a body"])
@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_request_is_refused(name: str, which: str, gateway: Gateway, now: datetime) -> None:
    request = REQUESTS[which]
    headers = sign_request(request, KEY, KEY.key_id, now)
    with pytest.raises(NotProven):
        gateway.verify(CHANGES[name](request), headers)
    assert gateway.nonces == set()
    assert gateway.verify(request, headers) == KEY.key_id


@pytest.mark.parametrize(
    ("signed", "sent"), [(POST, b""), (POST, b"other"), (POST, BODY + b" "), (GET, b"x")]
)
def test_a_body_that_was_not_signed_is_refused(signed: Request, sent: bytes) -> None:
    with pytest.raises(NotProven, match="another body"):
        signed.check_body(sent)


@pytest.mark.parametrize(("signed", "digest"), [(POST, ""), (GET, content_digest(b"x"))])
def test_the_digest_is_covered_exactly_when_there_is_a_body(
    signed: Request, digest: str, gateway: Gateway, now: datetime
) -> None:
    headers = sign_request(signed, KEY, KEY.key_id, now)
    with pytest.raises(NotProven, match="does not cover its body"):
        gateway.verify(dataclasses.replace(signed, digest=digest), headers)


def test_a_changed_body_with_its_own_digest_is_refused(gateway: Gateway, now: datetime) -> None:
    headers = sign_request(POST, KEY, KEY.key_id, now)
    headers["Content-Digest"] = content_digest(b"other")
    with pytest.raises(NotProven):
        gateway.verify(dataclasses.replace(POST, digest=content_digest(b"other")), headers)


def test_a_request_is_taken_once(gateway: Gateway, now: datetime) -> None:
    headers = sign_request(POST, KEY, KEY.key_id, now)
    gateway.verify(POST, headers)
    with pytest.raises(NotProven, match="replay"):
        gateway.verify(POST, headers)
    gateway.verify(POST, sign_request(POST, KEY, KEY.key_id, now))


@pytest.mark.parametrize(
    ("seconds", "believed"),
    [(0, True), (59, True), (60, False), (3600, False), (-30, True), (-31, False)],
)
def test_a_request_has_its_minute(seconds: int, believed: bool, gateway: Gateway, now: datetime) -> None:
    """``seconds`` from signing to verifying; negative where the sender's clock is ahead."""
    headers = sign_request(GET, KEY, KEY.key_id, now)
    gateway.now = now + timedelta(seconds=seconds)
    if believed:
        assert gateway.verify(GET, headers) == KEY.key_id
    else:
        with pytest.raises(NotProven, match="within the last minute"):
            gateway.verify(GET, headers)


def test_an_unknown_key_is_refused(gateway: Gateway, now: datetime) -> None:
    with pytest.raises(NotProven, match="nobody knows"):
        gateway.verify(GET, sign_request(GET, KEY, "0" * 16, now))
    with pytest.raises(NotProven, match="does not verify"):
        gateway.verify(GET, sign_request(GET, OTHER, KEY.key_id, now))


def test_an_expired_key_is_refused(directory: Any, keys: Any, gateway: Gateway, now: datetime) -> None:
    """The directory says who may sign now; what it refuses is refused here."""
    key = keys["riverside-hospital"]
    headers = sign_request(GET, key, key.key_id, now)

    def find(moment: datetime) -> Callable[[str], VerifyKey]:
        return lambda key_id: directory.signing_key(key_id, moment)[1]

    assert verify_request(GET, headers, find(now), gateway.seen, now) == key.key_id
    gateway.nonces.clear()
    with pytest.raises(NotProven, match="not valid then"):
        verify_request(GET, headers, find(now - timedelta(days=60)), gateway.seen, now)
    assert gateway.nonces == set()


def _spare_bits(value: str) -> str:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    last = value[-4]
    return f"{value[:-4]}{alphabet[alphabet.index(last) ^ 1]}==:"


TAMPERED: dict[str, tuple[str, Callable[[str], str | None]]] = {
    "no signature": ("Signature", lambda _: None),
    "no input": ("Signature-Input", lambda _: None),
    "no digest": ("Content-Digest", lambda _: None),
    "empty signature": ("Signature", lambda _: "vernix=::"),
    "signature of another label": ("Signature", lambda value: value.replace("vernix", "other")),
    "second signature": ("Signature", lambda value: f"{value}, other=:AAAA:"),
    "spare bits of the signature set": ("Signature", _spare_bits),
    "another digest algorithm": ("Content-Digest", lambda value: value.replace("sha-256", "sha-512")),
    "two digests": ("Content-Digest", lambda value: f"{value}, md5=:AAAA:"),
    "body not covered": ("Signature-Input", lambda value: value.replace(' "content-digest"', "")),
    "method not covered": ("Signature-Input", lambda value: value.replace('"@method" ', "")),
    "other order": (
        "Signature-Input",
        lambda value: value.replace('"@method" "@authority"', '"@authority" "@method"'),
    ),
    "another tag": ("Signature-Input", lambda value: value.replace('tag="vernix"', 'tag="other"')),
    "no nonce": ("Signature-Input", lambda value: value.replace("nonce=", "once=")),
    "algorithm named": ("Signature-Input", lambda value: f'{value};alg="ed25519"'),
    "later expiry": ("Signature-Input", lambda value: value.replace("expires=17", "expires=27")),
    "earlier creation": ("Signature-Input", lambda value: value.replace("created=17", "created=16")),
    "another key id": ("Signature-Input", lambda value: value.replace(KEY.key_id, "invitation:7")),
    "white space": ("Signature-Input", lambda value: value.replace(";created", "; created")),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_tampered_fields_are_refused(name: str, gateway: Gateway, now: datetime) -> None:
    field, change = TAMPERED[name]
    headers = sign_request(POST, KEY, KEY.key_id, now)
    value = change(headers.pop(field))
    if value is not None:
        headers[field] = value
    with pytest.raises(NotProven):
        gateway.verify(POST, headers)
    assert gateway.nonces == set()


def test_a_window_of_more_than_a_minute_is_refused_though_signed(gateway: Gateway, now: datetime) -> None:
    headers = sign_request(GET, KEY, KEY.key_id, now)
    created = int(now.timestamp())
    params = (
        headers["Signature-Input"]
        .removeprefix("vernix=")
        .replace(f"expires={created + 60}", f"expires={created + 61}")
    )
    components = [
        ("@method", GET.method),
        ("@authority", GET.authority),
        ("@path", GET.path),
        ("@query", f"?{GET.query}"),
    ]
    value = KEY.sign_raw(signature_base(components, params))
    forged = {
        "Signature-Input": f"vernix={params}",
        "Signature": f"vernix=:{base64.b64encode(value).decode()}:",
    }
    with pytest.raises(NotProven, match="longer than a minute"):
        gateway.verify(GET, forged)


@given(st.data())
def test_any_changed_character_is_refused(draw: st.DataObject) -> None:
    now = datetime.fromisoformat("2026-03-01T12:00:00+00:00")
    gateway = Gateway(now)
    headers = sign_request(POST, KEY, KEY.key_id, now)
    field = draw.draw(st.sampled_from(sorted(headers)))
    place = draw.draw(st.integers(0, len(headers[field]) - 1))
    other = draw.draw(st.characters(min_codepoint=0x20, max_codepoint=0x7E))
    if other != headers[field][place]:
        headers[field] = headers[field][:place] + other + headers[field][place + 1 :]
        with pytest.raises(NotProven):
            gateway.verify(POST, headers)


def test_a_field_given_twice_is_refused(gateway: Gateway, now: datetime) -> None:
    from starlette.datastructures import Headers

    headers = sign_request(GET, KEY, KEY.key_id, now)
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    assert gateway.verify(GET, Headers(raw=raw)) == KEY.key_id
    with pytest.raises(NotProven, match="or several"):
        gateway.verify(GET, Headers(raw=[*raw, raw[0]]))


def test_what_cannot_be_signed(now: datetime) -> None:
    for url in ("https://user@gateway.example/x", "https://gateway.example/é", "https://gateway.example/a b"):
        with pytest.raises(UsageError):
            sign_request(Request.to_url("GET", url), KEY, KEY.key_id, now)
    with pytest.raises(UsageError):
        sign_request(GET, KEY, 'key"id', now)


# The two sides see the same request.

URLS = [
    "https://gateway.example/deliveries?a=1&b=%20x",
    "https://gateway.example:8443/mailbox",
    "https://GATEWAY.example:443/",
    "http://127.0.0.1:8000/parts/a%2Fb?",
]


@pytest.mark.parametrize("url", URLS)
def test_what_a_client_signs_is_what_a_server_sees(url: str) -> None:
    from urllib.parse import unquote, urlsplit

    parts = urlsplit(url)
    sent = Request.to_url("POST", url, b"x")
    scope = {
        "type": "http",
        "method": "POST",
        "scheme": parts.scheme,
        "path": unquote(parts.path),
        "raw_path": parts.path.encode(),
        "query_string": parts.query.encode(),
        "headers": [(b"host", parts.netloc.encode()), (b"content-digest", sent.digest.encode())],
    }
    assert Request.from_scope(scope) == sent


@pytest.mark.parametrize("hosts", [[], ["a.example", "b.example"]])
def test_a_request_names_one_host(hosts: list[str]) -> None:
    headers = [(b"host", host.encode()) for host in hosts]
    with pytest.raises(NotProven, match="host"):
        Request.from_scope({"method": "GET", "path": "/", "headers": headers})
