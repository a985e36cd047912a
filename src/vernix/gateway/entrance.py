"""The door: who asks is proven by the request's signed head; only then is its body read, up to the route's
bound.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator

from starlette.types import Receive, Scope

from vernix.custody.requests import Request
from vernix.errors import FarSideRefused, NotProven, TooMuch, TooOften, VernixError
from vernix.gateway.answers import ProtocolRefused
from vernix.gateway.authentication import Access, Caller, authenticate, check_access
from vernix.gateway.exchange import Exchange
from vernix.gateway.limits import FailureCount
from vernix.gateway.logs import log, place_of
from vernix.gateway.receiving import Disconnected, Run
from vernix.gateway.routes import Route
from vernix.gateway.settings import Settings

Refused = Callable[[Caller, Route, VernixError], None]
"""Told that a proven caller may not have what a route gives."""


class Entrance:
    """One worker's door."""

    def __init__(self, settings: Settings, exchange: Exchange, run: Run, refused: Refused) -> None:
        self._settings = settings
        self._exchange = exchange
        self._run = run
        self._refused = refused
        self._failures = FailureCount(settings.limits.failures_per_minute)
        self._renewing = asyncio.Lock()

    async def prove(self, route: Route, scope: Scope, receive: Receive) -> tuple[Caller, bytes]:
        """Who asks, by the signed head; then the body, which must be the one that the head names.

        Raises ``NotProven``, or ``TooOften`` for who fails all the time; ``FarSideRefused`` for who may not
        ask this; ``TooMuch``, ``ProtocolRefused`` and ``Disconnected`` for the body.
        """
        with self.counting(route, scope):
            if field_of(scope, b"signature-input") is None:
                raise NotProven("The request is not signed.", hint="Use a current vernix client.")
            bound, body = route.bound(self._settings.limits), None
            if route.name == "publish" and await self._run(self._expired):
                body = await self._renewed(scope, receive, bound)
            request = Request.from_scope(scope)
            caller = self._known(request, route, scope)
            if caller is None:
                caller = await self._run(self._authenticate, request, route, scope)
            body = await self._read(scope, receive, bound) if body is None else body
            request.check_body(body)
        return caller, body

    @contextlib.contextmanager
    def counting(self, route: Route, scope: Scope) -> Iterator[None]:
        """Count what proves nothing, by address: beyond a bound it is answered shortly and written down no
        more.
        """
        try:
            yield
        except NotProven as error:
            address = (scope.get("client") or ("unknown", 0))[0]
            if self._failures.failed(address):
                raise TooOften("Too many requests from here prove nothing.", hint="Wait a minute.") from None
            log().warning("not proven", route=route.name, place=place_of(error))
            raise

    def spend(self, caller: Caller) -> None:
        """Spend the nonce of a request of which nothing came, unless it is spent. Raises ``Replayed``."""
        if caller.nonce is not None and not caller.nonce.spent:
            with self._exchange.database.noting() as connection:
                caller.nonce.spend(connection)
            caller.nonce.spent = True

    def _known(self, request: Request, route: Route, scope: Scope) -> Caller | None:
        """The caller, where neither disk nor database need be asked; then no thread is worth its time."""
        directory = self._exchange.mirror.at_hand()
        if directory is None or not route.spends or route.access is not Access.PARTNER:
            return None
        names = self._settings.authorities
        return authenticate(request, scope, route.access, directory, self._exchange.database, names)

    def _authenticate(self, request: Request, route: Route, scope: Scope) -> Caller:
        directory, names = self._exchange.mirror.current(), self._settings.authorities
        caller = authenticate(request, scope, route.access, directory, self._exchange.database, names)
        if not route.spends:
            self.spend(caller)
        try:
            check_access(caller, route.access)
        except FarSideRefused as error:
            self._refused(caller, route, error)
            raise
        return caller

    def _expired(self) -> bool:
        try:
            self._exchange.mirror.current()
        except NotProven:
            return True
        return False

    async def _renewed(self, scope: Scope, receive: Receive, bound: int) -> bytes:
        """A new directory in the place of one that has expired, by which nobody can be proven; its body.

        It proves itself from the pinned root, whoever brings it, and then says whether who brought it may.
        Until then this is the one body that is read for a stranger: one at a time, so that it bounds memory.
        """
        async with self._renewing:
            body = await self._read(scope, receive, bound)
            await self._run(self._exchange.publish, body)
            return body

    async def _read(self, scope: Scope, receive: Receive, bound: int) -> bytes:
        announced = field_of(scope, b"content-length")
        if announced is not None and (not announced.isdecimal() or int(announced) > bound):
            raise _too_long(bound)
        body = bytearray()
        try:
            async with asyncio.timeout(self._settings.limits.document_seconds):
                more = True
                while more:
                    message = await receive()
                    if message["type"] != "http.request":
                        raise Disconnected("The connection broke.")
                    body += message.get("body", b"")
                    more = message.get("more_body", False)
                    if len(body) > bound:
                        raise _too_long(bound)
        except TimeoutError:
            raise ProtocolRefused(408, "The request's body came too slowly.", hint="Send it again.") from None
        return bytes(body)


def field_of(scope: Scope, name: bytes) -> str | None:
    """The first header field of a name (lower case)."""
    for key, value in scope["headers"]:
        if key == name:
            return str(value.decode("latin-1"))
    return None


def _too_long(bound: int) -> TooMuch:
    return TooMuch(f"The body of this request may have at most {bound} bytes.", hint="Send less at a time.")
