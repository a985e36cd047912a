"""Signed requests to the gateway: HTTP Message Signatures (RFC 9421), one fixed profile, no other accepted.

Every request carries three fields at most::

    Content-Digest: sha-256=:<base64>:                      (RFC 9530; exactly when there is a body)
    Signature-Input: vernix=("@method" "@authority" "@path" "@query" "content-digest");created=<seconds>
        ;expires=<seconds>;nonce="<22 characters>";keyid="<key id>";tag="vernix"        (on one line)
    Signature: vernix=:<base64 of 64 bytes>:

``"content-digest"`` is covered when there is a body and absent when there is none, so that a request can be
believed by its head alone, before its body is read; then the body must have that digest. Ed25519 is the only
algorithm: the key says so. ``expires`` is at most 60 seconds after ``created``; a nonce is 16 random bytes in
unpadded base64url and is taken once. The profile is written here and not by a library because it is one
string comparison; the libraries read the wall clock, and accept what we would have to refuse again.

Rule of change: another profile has another tag and label ("vernix2"); a gateway takes both during a change.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from vernix.custody.fields import to_base64
from vernix.custody.signatures import SigningKey, VerifyKey
from vernix.errors import NotProven, UsageError

WINDOW = timedelta(seconds=60)
"""How long a signed request may be presented."""
SKEW = timedelta(seconds=30)
"""How far the sender's clock may be ahead. A nonce must be remembered for ``WINDOW + SKEW``."""

_COVERED = ("@method", "@authority", "@path", "@query")
_KEY_ID = r"[A-Za-z0-9:._-]{1,80}"
_INPUT = re.compile(
    r'vernix=(?P<params>\("@method" "@authority" "@path" "@query"(?P<digest> "content-digest")?\)'
    r";created=(?P<created>[1-9][0-9]{0,11});expires=(?P<expires>[1-9][0-9]{0,11})"
    rf';nonce="(?P<nonce>[A-Za-z0-9_-]{{22}})";keyid="(?P<keyid>{_KEY_ID})";tag="vernix")'
)
_SIGNATURE = re.compile(r"vernix=:(?P<value>[A-Za-z0-9+/]{86}==):")
_METHOD = re.compile(r"[A-Z]{3,10}")
_AUTHORITY = re.compile(r"[a-z0-9.\[\]:-]{1,260}")
_PATH = re.compile(r"/[!-\"$->@-~]*")
_QUERY = re.compile(r"[!-\"$-~]*")
_DIGEST = re.compile(r"(?:sha-256=:[A-Za-z0-9+/]{43}=:)?")
_DEFAULT_PORTS = {"https": ":443", "http": ":80"}


@dataclass(frozen=True, slots=True)
class Request:
    """The parts of an HTTP request that are signed.

    ``method`` in capitals; ``authority`` host and, unless it is the scheme's own, port, lower case; ``path``
    and ``query`` (without "?") as on the wire, percent-encoded; ``digest`` the body's, as Content-Digest
    spells it, empty where there is no body.
    """

    method: str
    authority: str
    path: str
    query: str = ""
    digest: str = ""

    @classmethod
    def to_url(cls, method: str, url: str, body: bytes = b"") -> Request:
        """The request that a client is about to send to an absolute URL."""
        parts = urlsplit(url)
        authority = parts.netloc.lower().removesuffix(_DEFAULT_PORTS.get(parts.scheme, "/"))
        return cls(method, authority, parts.path or "/", parts.query, _digest_of(body))

    @classmethod
    def from_scope(cls, scope: Mapping[str, object]) -> Request:
        """The request that an ASGI server received, by its head (``scope``, as Starlette hands it on).

        Its body is still to be read, and then to be checked by ``check_body``.
        """
        hosts = [value for name, value in _scope_headers(scope) if name == b"host"]
        digests = [value for name, value in _scope_headers(scope) if name == b"content-digest"]
        if len(hosts) != 1:
            raise NotProven("The request names no host, or several.", hint="Send one Host field.")
        raw_path, path, query = scope.get("raw_path"), scope["path"], scope.get("query_string", b"")
        if not isinstance(raw_path, bytes):
            raw_path = str(path).encode("utf-8")
        suffix = _DEFAULT_PORTS.get(str(scope.get("scheme", "")), "/")
        return cls(
            method=str(scope["method"]),
            authority=hosts[0].decode("latin-1").lower().removesuffix(suffix),
            path=raw_path.split(b"?", 1)[0].decode("latin-1"),
            query=query.decode("latin-1") if isinstance(query, bytes) else "",
            digest=b", ".join(digests).decode("latin-1"),
        )

    def check_body(self, body: bytes) -> None:
        """NotProven unless ``body`` is the one that was signed."""
        if _digest_of(body) != self.digest:
            raise _refused(
                "has another body than was signed", "Send it again; something changed it on the way."
            )


def sign_request(request: Request, key: SigningKey, key_id: str, now: datetime) -> dict[str, str]:
    """The header fields to add to ``request``. Every call makes a fresh nonce: sign again to send again."""
    created = int(now.timestamp())
    covered = _covered(request)
    names = " ".join(f'"{name}"' for name in covered)
    params = (
        f"({names});created={created};expires={created + int(WINDOW.total_seconds())}"
        f';nonce="{to_base64(secrets.token_bytes(16))}";keyid="{key_id}";tag="vernix"'
    )
    fields = {"Signature-Input": f"vernix={params}"}
    if not _INPUT.fullmatch(fields["Signature-Input"]) or not _well_formed(request):
        raise UsageError("A request cannot be signed in this form.", hint="Check its URL and key id.")
    if request.digest:
        fields["Content-Digest"] = request.digest
    value = key.sign_raw(signature_base([(name, _component(request, name)) for name in covered], params))
    fields["Signature"] = f"vernix=:{base64.b64encode(value).decode('ascii')}:"
    return fields


def verify_request(
    request: Request,
    headers: Mapping[str, str],
    find_key: Callable[[str], VerifyKey | None],
    seen_nonce: Callable[[str], bool],
    now: datetime,
) -> str:
    """The key id that signed the head of ``request``; NotProven for anything else. ``check_body`` comes next.

    ``headers`` are the received fields (Starlette's ``request.headers`` or any mapping). ``find_key`` returns
    the key that may sign at ``now`` or None (or raises NotProven). ``seen_nonce`` remembers a nonce for at
    least ``WINDOW + SKEW`` and says whether it had been there; it is asked only when all else has held, so
    that noise cannot fill it. The caller compares ``request.authority`` with its own address.
    """
    found = _INPUT.fullmatch(_only(headers, "signature-input"))
    signature = _SIGNATURE.fullmatch(_only(headers, "signature"))
    if found is None or signature is None or not _well_formed(request):
        raise _refused("is not in the form that this gateway takes", "Use a current vernix client.")
    if bool(found["digest"]) != bool(request.digest):
        raise _refused("does not cover its body", "Use a current vernix client.")
    if request.digest and _only(headers, "content-digest") != request.digest:
        raise _refused("has another body than was signed", "Send it again; something changed it on the way.")
    _check_window(int(found["created"]), int(found["expires"]), int(now.timestamp()))
    key = find_key(found["keyid"])
    if key is None:
        raise _refused("is signed by a key that nobody knows", "Refresh the directory, or join again.")
    components = [(name, _component(request, name)) for name in _covered(request)]
    base = signature_base(components, found["params"])
    key.verify_raw(base, _decode_signature(signature["value"]))
    if seen_nonce(found["nonce"]):
        raise _refused("has been sent before (replay)", "Sign each request anew.")
    return found["keyid"]


def signature_base(components: Sequence[tuple[str, str]], params: str) -> bytes:
    """RFC 9421 section 2.5: a line for each component (name, value), then the signature's parameters."""
    lines = [f'"{name}": {value}' for name, value in components]
    return "\n".join([*lines, f'"@signature-params": {params}']).encode("ascii")


def content_digest(body: bytes) -> str:
    """The value of the Content-Digest field for ``body`` (RFC 9530)."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode('ascii')}:"


def _digest_of(body: bytes) -> str:
    return content_digest(body) if body else ""


def _covered(request: Request) -> tuple[str, ...]:
    return (*_COVERED, "content-digest") if request.digest else _COVERED


def _component(request: Request, name: str) -> str:
    return {
        "@method": request.method,
        "@authority": request.authority,
        "@path": request.path,
        "@query": f"?{request.query}",
        "content-digest": request.digest,
    }[name]


def _well_formed(request: Request) -> bool:
    """Whether no component could smuggle a line break or a second spelling into the signature base."""
    checks = (
        (_METHOD, request.method),
        (_AUTHORITY, request.authority),
        (_PATH, request.path),
        (_QUERY, request.query),
        (_DIGEST, request.digest),
    )
    return all(pattern.fullmatch(value) for pattern, value in checks)


def _check_window(created: int, expires: int, now: int) -> None:
    if not 0 < expires - created <= WINDOW.total_seconds():
        raise _refused("is valid for longer than a minute", "Use a current vernix client.")
    if created > now + SKEW.total_seconds() or expires <= now:
        raise _refused("was not signed within the last minute", "Set this machine's clock (NTP) and repeat.")


def _decode_signature(text: str) -> bytes:
    value = base64.b64decode(text, validate=True)
    if base64.b64encode(value).decode("ascii") != text:
        raise _refused("has a signature in another spelling", "Use a current vernix client.")
    return value


def _only(headers: Mapping[str, str], name: str) -> str:
    values = [value for key, value in headers.items() if key.lower() == name]
    if len(values) != 1:
        raise _refused(f"has no {name} field, or several", "Use a current vernix client.")
    return values[0]


def _scope_headers(scope: Mapping[str, object]) -> list[tuple[bytes, bytes]]:
    headers = scope.get("headers", [])
    return [(bytes(name), bytes(value)) for name, value in headers]  # type: ignore[attr-defined]


def _refused(why: str, hint: str) -> NotProven:
    return NotProven(f"The request {why}.", hint=hint)
