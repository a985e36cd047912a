"""The way out of a house whose programs reach the internet through a proxy only (``HTTPS_PROXY``).

The proxy is asked to connect us (CONNECT) and then carries bytes: TLS goes on from here to the gateway, so
the proxy learns the gateway's name, sizes and times, and can change nothing unnoticed. The variables are
those that other programs obey: ``HTTPS_PROXY``, and ``NO_PROXY`` for what is reached without it.
"""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit
from urllib.request import proxy_bypass

from vernix.errors import UsageError

VARIABLES = ("https_proxy", "HTTPS_PROXY")
"""Where a proxy may be named; the first that is there counts, and an empty one means none."""


@dataclass(frozen=True)
class Proxy:
    """A proxy: its address, and what it asks of us. ``headers`` may hold a password."""

    address: str
    headers: Mapping[str, str] = field(repr=False)


def proxy_for(gateway: str) -> Proxy | None:
    """The proxy on the way to ``gateway`` (``host`` or ``host:port``, spoken to by https); None for none.

    Raises ``UsageError`` when what the environment names is not the address of a proxy.
    """
    named = next((os.environ[name] for name in VARIABLES if name in os.environ), "")
    return _parse(named) if named and not proxy_bypass(gateway) else None


def _parse(text: str) -> Proxy:
    try:
        parts = urlsplit(text if "://" in text else f"http://{text}")
        host, port = parts.hostname, parts.port or 80
    except ValueError:
        raise _refused() from None
    if parts.scheme != "http" or not host or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise _refused()
    headers = {}
    if parts.username is not None:
        secret = f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode()
        headers["Proxy-Authorization"] = f"Basic {b64encode(secret).decode('ascii')}"
    return Proxy(f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}", headers)


def _refused() -> UsageError:
    # What was written there is not repeated: it may hold a password.
    return UsageError(
        "HTTPS_PROXY does not hold the address of a proxy.",
        hint="Write http://HOST:PORT, or http://NAME:PASSWORD@HOST:PORT if the proxy asks for a password.",
    )
