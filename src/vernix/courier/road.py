"""The road to the gateway: HTTP/1.1 over TLS, and whose fault it is when it does not arrive.

A road carries bytes and judges only the carriage: a network that fails is ``RoadFailed`` (safe to repeat), a
gateway that says no is ``FarSideRefused`` or one of its kin, with the gateway's own words made harmless.
Redirects are never followed, nothing is repeated behind the caller's back, no answer is read beyond a limit,
and plain HTTP is spoken to this machine only. A proxy that the environment names is gone through
(``vernix.courier.proxy``). HTTP/1.1 is forced: bodies over HTTP/2 were five times slower (measured, granian).
"""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import SplitResult, urlsplit

import urllib3
from urllib3.exceptions import HTTPError, SSLError

from vernix import __version__
from vernix.courier.proxy import proxy_for
from vernix.custody.canonical import decode
from vernix.custody.identifiers import check_gateway_url
from vernix.errors import (
    Conflict,
    DataRefused,
    FarSideRefused,
    NotFound,
    NotProven,
    RoadFailed,
    TooMuch,
    TooOften,
    VernixError,
)

T = TypeVar("T")

ANSWER_LIMIT = 1 << 20
"""Bytes of an ordinary answer; more is a gateway that does not keep to the interface."""

PIECE = 1 << 18
"""Bytes that are read from a body at a time. A link that breaks loses the piece that was being read, so a
large one would keep a bad link from ever getting on."""

_REFUSALS: dict[int, type[FarSideRefused]] = {
    401: NotProven,
    404: NotFound,
    409: Conflict,
    410: NotFound,
    413: TooMuch,
    429: TooOften,
}
_TRANSIENT = {408, 425}
_REFUSED_BY_PROXY = re.compile(r"Tunnel connection failed: (\d{3})\b")
"""What the standard library says when a proxy answers CONNECT with anything but a yes."""


class BodyCapped(TooMuch):
    """Something before the gateway takes no body as large as ours: 413, in words that are not its own."""


@dataclass(frozen=True)
class Answer:
    """What came back: status, headers by lower-case name, the whole (bounded) body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Flow:
    """A body that is still arriving: its status and headers, then pieces of at most ``PIECE`` bytes."""

    status: int
    headers: Mapping[str, str]
    pieces: Iterator[bytes]


class Road:
    """One way to one gateway, for two threads at a time at most: each has a connection of its own then.

    ``ca`` names a PEM file to trust instead of the system's authorities. ``timeout`` is how many seconds a
    single step (connecting, or waiting for the next byte) may take.

    Raises ``DataRefused`` for an address that is neither https nor this machine, ``UsageError`` for a proxy
    that is none.
    """

    def __init__(self, base_url: str, ca: Path | None = None, timeout: float = 60.0) -> None:
        parts = urlsplit(check_gateway_url(base_url))
        self.base_url = base_url
        self._timeout = timeout
        self._ends: float | None = None
        self._pool = _pool(parts, ca)

    def ask(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        limit: int = ANSWER_LIMIT,
        timeout: float | None = None,
    ) -> Answer:
        """One small request and its whole answer (status below 300).

        Raises ``RoadFailed``, or ``FarSideRefused`` and its kin by status; ``NotProven`` for an endless
        answer.
        """
        patience = self._patience(timeout or self._timeout)
        with self._exchange(method, path, headers or {}, body, patience) as response:
            content = _bounded(response, limit, time.monotonic() + self._patience(patience * 2))
            return _judge(Answer(response.status, _lower(response), content))

    @contextlib.contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """A block in which what is asked may take so long in all: for one thread with a road of its own.

        Without it a gateway that dribbles could keep each of many answers almost for ever.
        """
        self._ends = time.monotonic() + seconds
        try:
            yield
        finally:
            self._ends = None

    def push(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        pieces: Iterable[bytes | memoryview],
        length: int,
    ) -> Answer:
        """Send ``length`` bytes as they come and return the answer.

        An error that ``pieces`` raises comes out as itself; the connection is then closed, so that what the
        gateway has is a prefix. Raises as ``ask`` does.
        """
        source = _Source(pieces)
        sized = {**headers, "Content-Length": str(length)}
        try:
            with self._exchange(method, path, sized, iter(source), None) as response:
                content = _bounded(response, ANSWER_LIMIT, time.monotonic() + self._timeout)
                return _judge(Answer(response.status, _lower(response), content))
        except _SourceFailed:
            raise source.error or RuntimeError("a source failed without a reason") from None

    @contextlib.contextmanager
    def pull(self, path: str, headers: Mapping[str, str]) -> Iterator[Flow]:
        """Receive a body piece by piece: ``with road.pull(...) as flow: for piece in flow.pieces``.

        Raises as ``ask`` does, also from within ``pieces``.
        """
        with self._exchange("GET", path, headers, None, None) as response:
            if response.status >= 300:
                _judge(Answer(response.status, {}, _bounded(response, ANSWER_LIMIT, time.monotonic() + 10)))
            yield Flow(response.status, _lower(response), _pieces(response))

    def url(self, path: str) -> str:
        """The absolute address of a path, as it is signed."""
        return self.base_url + path

    def _patience(self, wanted: float) -> float:
        """The seconds that one thing may take, of ``wanted``; ``RoadFailed`` when the block's are over."""
        left = wanted if self._ends is None else self._ends - time.monotonic()
        if left <= 0:
            raise RoadFailed("The gateway answers too slowly.", hint="Run it again in a while.")
        return min(wanted, left)

    @contextlib.contextmanager
    def _exchange(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes | Iterator[bytes | memoryview] | None,
        timeout: float | None,
    ) -> Iterator[urllib3.BaseHTTPResponse]:
        try:
            response = self._pool.urlopen(
                method,
                path,
                body=body,  # type: ignore[arg-type]  # urllib3 sends any iterable of buffers; its type says bytes
                headers={"User-Agent": f"vernix/{__version__}", "Accept-Encoding": "identity", **headers},
                retries=False,
                redirect=False,
                timeout=urllib3.Timeout(connect=min(10.0, self._timeout), read=timeout or self._timeout),
                preload_content=False,
                decode_content=False,
            )
        except (HTTPError, OSError) as error:
            raise _not_reached(error, through_proxy=self._pool.proxy is not None) from None
        try:
            yield response
        finally:
            # A half-read answer must not be met by the next request on this connection.
            if not response.closed:
                response.close()
            response.release_conn()


def patiently(
    action: Callable[[], T],
    *,
    attempts: int = 5,
    pause: float = 0.25,
    sleep: Callable[[float], None] = time.sleep,
) -> T:
    """Do it again while the road fails, waiting longer each time (0.25, 0.5, 1, 2 seconds), then give up.

    Only for what may be repeated. Each repetition is a new request with a signature of its own.
    """
    for attempt in range(attempts - 1):
        try:
            return action()
        except RoadFailed:
            sleep(pause * 2**attempt)
    return action()


class _SourceFailed(Exception):
    """What we send raised. Not an OSError, so that urllib3 does not take it for a failure of the network."""


class _Source:
    """Pieces to send, which remembers why they ended early."""

    def __init__(self, pieces: Iterable[bytes | memoryview]) -> None:
        self._pieces = pieces
        self.error: BaseException | None = None

    def __iter__(self) -> Iterator[bytes | memoryview]:
        try:
            yield from self._pieces
        except (VernixError, OSError) as error:
            self.error = error
            raise _SourceFailed from error


def _pool(gateway: SplitResult, ca: Path | None) -> urllib3.HTTPConnectionPool:
    host, port = gateway.hostname or "", gateway.port
    if gateway.scheme == "http":
        return urllib3.HTTPConnectionPool(host, port, maxsize=2)
    try:
        context = ssl.create_default_context(cafile=None if ca is None else str(ca))
    except OSError:  # ssl.SSLError, for a file that holds no certificate, is one of them
        raise DataRefused(
            f"{ca} is not a file of certificates, so no certificate authority can be read from it.",
            hint="Name a PEM file by --ca at join, or by VERNIX_CA.",
        ) from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    proxy = proxy_for(gateway.netloc)
    if proxy is None:
        return urllib3.HTTPSConnectionPool(host, port, maxsize=2, ssl_context=context)
    way = urllib3.ProxyManager(proxy.address, proxy_headers=proxy.headers, maxsize=2, ssl_context=context)
    return way.connection_from_host(host, port, "https")


def _judge(answer: Answer) -> Answer:
    """An answer below 300 passes; anything else becomes the error that says whose fault it is."""
    if answer.status < 300:
        return answer
    if answer.status < 400:
        raise FarSideRefused(
            "The gateway tried to send us to another address; we did not go.",
            hint="Ask the registry whether the gateway has moved.",
        )
    said, hint = _words(answer.body)
    if answer.status >= 500 or answer.status in _TRANSIENT:
        detail = f": {said}" if said else "."
        raise RoadFailed(
            f"The gateway is in trouble (status {answer.status}){detail}",
            hint=hint or "Run it again in a while.",
        )
    kind = _REFUSALS.get(answer.status, FarSideRefused)
    if kind is TooMuch and not said:
        raise BodyCapped(
            "A proxy on the way to the gateway does not take a body of this size.",
            hint="Send it in smaller pieces: --piece 512; or ask who runs the proxy for a larger bound.",
        )
    raise kind(f"The gateway refused: {said or f'status {answer.status}'}", hint=hint)


def _words(body: bytes) -> tuple[str, str]:
    """The gateway's own message and hint, made harmless: one line each, printable, at most 300 characters."""
    try:
        document = decode(body)
    except VernixError:
        return "", ""
    if not isinstance(document, dict):
        return "", ""
    error, hint = document.get("error"), document.get("hint")
    return _harmless(error), _harmless(hint)


def _harmless(text: object) -> str:
    if not isinstance(text, str):
        return ""
    return "".join(letter if letter.isprintable() else " " for letter in text[:300]).strip()


def _not_reached(error: Exception, *, through_proxy: bool) -> VernixError:
    """As ``_road_failed``, with the proxy named where there is one between us and the gateway."""
    found = _road_failed(error)
    if not through_proxy:
        return found
    if isinstance(found, NotProven):
        hint = "A proxy that opens TLS looks like this: ask who runs it not to open the gateway's name."
        return NotProven(found.message, hint=f"{found.hint} {hint}")
    refused = _REFUSED_BY_PROXY.search(str(error))
    if refused:
        return RoadFailed(
            f"The proxy that HTTPS_PROXY names does not let us through (status {refused[1]}).",
            hint="Ask who runs it to let the gateway's name through; status 407 means that it wants a name "
            "and a password: http://NAME:PASSWORD@HOST:PORT.",
        )
    return RoadFailed(
        f"The gateway cannot be reached through the proxy that HTTPS_PROXY names: {_what_failed(error)}.",
        hint=f"{found.hint} If it stays so, look at HTTPS_PROXY and NO_PROXY.",
    )


def _road_failed(error: Exception) -> VernixError:
    """Our words for urllib3's: never its message, which names addresses and library internals."""
    if isinstance(error, SSLError) and any(isinstance(cause, ssl.CertificateError) for cause in error.args):
        return NotProven(
            "The gateway's certificate does not prove that it is the gateway.",
            hint="If the exchange uses a private authority, name its file by --ca at join, or by VERNIX_CA.",
        )
    return RoadFailed(
        f"The gateway cannot be reached: {_what_failed(error)}.",
        hint="Nothing is lost; run the same command again.",
    )


def _what_failed(error: Exception) -> str:
    """In words; they fit the gateway, and a proxy on the way to it."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, socket.gaierror):
            return "the address was not found"
        if isinstance(cause, ConnectionRefusedError):
            return "the connection was refused"
        # urllib3 derives "no connection" from "too late", which it is not.
        late = (TimeoutError, urllib3.exceptions.TimeoutError)
        if isinstance(cause, late) and not isinstance(cause, urllib3.exceptions.NewConnectionError):
            return "it took too long"
        cause = getattr(cause, "original_error", None) or cause.__cause__ or cause.__context__
    return "the connection broke"


def _lower(response: urllib3.BaseHTTPResponse) -> dict[str, str]:
    return {name.lower(): value for name, value in response.headers.items()}


def _bounded(response: urllib3.BaseHTTPResponse, limit: int, deadline: float) -> bytes:
    """The whole body, unless it is longer than ``limit`` bytes or dribbles in beyond the deadline."""
    content = bytearray()
    while piece := _read(response.read1):
        content += piece
        if len(content) > limit:
            raise NotProven("The gateway's answer is longer than any honest one; we stopped reading.")
        if time.monotonic() > deadline:
            raise RoadFailed("The gateway's answer never ended.", hint="Run it again in a while.")
    return bytes(content)


def _pieces(response: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
    while piece := _read(response.read):
        yield piece


def _read(read: Callable[[int], bytes]) -> bytes:
    try:
        return read(PIECE)
    except (HTTPError, OSError) as error:
        raise _road_failed(error) from None
