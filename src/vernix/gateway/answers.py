"""What goes back: canonical JSON, one form for every refusal, headers that tie a browser's hands."""

from __future__ import annotations

import errno
from collections.abc import Mapping

from starlette.responses import Response

from vernix.custody import canonical
from vernix.errors import KeeperFailed, UsageError, VernixError

HEADERS = {
    # Replaces the server's own name and version.
    "server": "vernix",
    "cache-control": "no-store",
    "content-security-policy": (
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=63072000",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
"""On every answer, whatever it is."""

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class ProtocolRefused(UsageError):
    """The request breaks a rule of HTTP or tus. ``http_status`` is what that rule names."""

    def __init__(self, status: int, message: str, *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.http_status = status


def document(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A canonical JSON answer."""
    return Response(canonical.encode(value), status, dict(headers or {}), media_type="application/json")


def sealed(content: bytes) -> Response:
    """Opaque bytes."""
    return Response(content, 200, media_type="application/octet-stream")


def refusal(error: VernixError, headers: Mapping[str, str] | None = None) -> Response:
    """An error of ours, as the client reads it."""
    return document({"error": error.message, "hint": error.hint}, error.http_status, headers)


def as_ours(error: BaseException) -> VernixError:
    """Any error as one of ours, with nothing of its text: a full disk is 507, the rest is our own fault."""
    if isinstance(error, VernixError):
        return error
    if isinstance(error, OSError) and error.errno in _FULL:
        return KeeperFailed(
            "The gateway's disk is full; what it held before is safe.",
            hint="Try again later; tell the registry if it lasts.",
        )
    fault = VernixError("The gateway failed.", hint="Try again later; tell the registry if it lasts.")
    return fault
