"""The ASGI application: the route table put behind one front that proves, bounds, answers and writes down.

Decisions rest on ``scope["path"]`` alone, never on a URL built from the Host field (PYSEC-2026-161). A
request proves itself by its head, which is signed and names the body's digest. Only then is its body read, up
to the route's bound: a stranger's is not.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count
from typing import TypeVar, TypeVarTuple

from starlette.routing import Route as Path
from starlette.routing import Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vernix.errors import KeeperFailed, NotFound, VernixError
from vernix.gateway import sweeping
from vernix.gateway.answers import HEADERS, ProtocolRefused, as_ours, refusal
from vernix.gateway.authentication import Access, Caller, Replayed
from vernix.gateway.bucket import StorageFailed
from vernix.gateway.checkpoints import Checkpoints
from vernix.gateway.creating import CreationPlane
from vernix.gateway.database import Database
from vernix.gateway.debts import SharedDebts
from vernix.gateway.directory import open_mirror
from vernix.gateway.entrance import Entrance, field_of
from vernix.gateway.exchange import Exchange
from vernix.gateway.joining import Joinings
from vernix.gateway.limits import MIB, FailureCount
from vernix.gateway.logs import log, place_of
from vernix.gateway.mailboxes import Watch
from vernix.gateway.rates import Rates, Throttle
from vernix.gateway.receiving import Disconnected, Receptions
from vernix.gateway.routes import CREATIONS, PARTS, ROUTES, Call, Route
from vernix.gateway.settings import Settings
from vernix.gateway.storing import open_blobs
from vernix.gateway.tus import PartPlane

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_THREADS = 24
_CARRIERS = 64
"""Bodies that may wait for a bucket at a time, coming in or going out."""
_SWEEP_SECONDS = 60
_ORPHAN_ROUNDS = 60
STOP_SOON = signal.SIGUSR1
"""Told to each worker just before it is told to stop."""

_ROUTE = "vernix.route"
_WITH_BODY = ("POST", "PUT", "PATCH")
_HEAR_BYTES = 64 * MIB
_HEAR_SECONDS = 2.0


class Gateway:
    """One worker's whole program."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="vernix-gateway")
        # A storage that hangs keeps the threads that wait for it, and nobody else's.
        self._carriers = ThreadPoolExecutor(_CARRIERS, "vernix-bodies") if settings.bucket else self._pool
        database = Database(settings.database_url)
        self.exchange = Exchange(
            database,
            open_blobs(settings, database),
            open_mirror(settings),
            settings.limits,
            Checkpoints.open(settings, database),
        )
        self.watch = Watch(lambda partners: self.run(self.exchange.heads, partners))
        self.entrance = Entrance(settings, self.exchange, self.run, self._refused)
        self.rates = Rates(SharedDebts(settings.debts))
        self.receptions = Receptions(
            database, self.exchange.blobs, settings.limits, self.carry, self._throttle_of_sender
        )
        self.joinings = Joinings(self.receptions)
        self.refusals = FailureCount(settings.limits.refusals_per_minute)

    def run(self, function: Callable[[*Ts], T], *arguments: *Ts) -> asyncio.Future[T]:
        """Compute in a thread."""
        return asyncio.get_running_loop().run_in_executor(self._pool, function, *arguments)

    def carry(self, function: Callable[[*Ts], T], *arguments: *Ts) -> asyncio.Future[T]:
        """Compute in a thread that may have to wait for where bodies are."""
        return asyncio.get_running_loop().run_in_executor(self._carriers, function, *arguments)

    async def answer(self, route: Route, scope: Scope, receive: Receive, send: Send) -> None:
        """Prove, read, do, answer."""
        caller, body = None, b""
        if route.access is not Access.PUBLIC:
            caller, body = await self.entrance.prove(route, scope, receive)
        try:
            await self._do(route, scope, receive, send, caller, body)
        except VernixError as error:
            if caller is not None:
                with self.entrance.counting(route, scope):
                    await self.run(self._refused, caller, route, error)
            raise

    async def _do(
        self, route: Route, scope: Scope, receive: Receive, send: Send, caller: Caller | None, body: bytes
    ) -> None:
        """What a proven caller (or anybody, on a public route) asked for, within its rates."""
        with contextlib.ExitStack() as leaving:
            throttle = None
            if caller is not None and caller.invitation is None:
                quota = self.exchange.quota_of(caller)
                leaving.enter_context(self.rates.admitted(caller.payer, quota))
                throttle = self.rates.throttle(caller.payer, quota)
            call = Call(
                self.exchange,
                self.watch,
                self.joinings,
                self.run,
                self.carry,
                caller,
                body,
                scope["path_params"],
                scope["query_string"].decode("latin-1"),
                field_of(scope, b"range"),
                throttle,
            )
            response = await route.answer(call)
            await response(scope, receive, send)

    def _throttle_of_sender(self, sender: str) -> Throttle | None:
        payer = self.exchange.payer_of(sender)
        return self.rates.throttle(payer, self.exchange.quota_of_sender(payer))

    def _refused(self, caller: Caller, route: Route, error: VernixError) -> None:
        """After a refusal: its request cannot be shown again, and it is told in the ledger, unless it is our
        own failure or its partner has too many already.

        Raises ``Replayed`` for a request that was shown before: then that is all that is said.
        """
        if isinstance(error, Replayed):
            raise error
        self.entrance.spend(caller)
        if caller.partner is None or error.http_status >= 500 or self.refusals.failed(caller.id):
            return
        with contextlib.suppress(KeeperFailed):
            self.exchange.tell_refusal(caller, route.name, error)

    async def tidy(self) -> None:
        """Sweep every minute, and look for orphans every hour, until cancelled."""
        database, blobs, keep = self.exchange.database, self.exchange.blobs, self.settings.limits.keep
        for rounds in count():
            try:
                await self.run(self.exchange.tell_directory)
                swept = await self.run(sweeping.sweep, database, blobs, int(time.time()), keep)
                if rounds % _ORPHAN_ROUNDS == 0:
                    swept += await self.run(sweeping.sweep_orphans, database, blobs)
                    await self.run(sweeping.sweep_unfinished, self.settings, time.time())
                if swept:
                    log().info("swept", count=swept)
            except (VernixError, OSError) as error:
                log().error("sweep failed", error=type(error).__name__, place=place_of(error))
            await asyncio.sleep(_SWEEP_SECONDS)

    def stop_soon(self) -> None:
        """Let everybody go who waits or sends: the server waits for open requests before it stops."""
        self.watch.close()
        self.receptions.close()

    def close(self) -> None:
        """Let go of threads and files."""
        self._carriers.shutdown(wait=True, cancel_futures=True)
        self._pool.shutdown(wait=True, cancel_futures=True)
        self.exchange.database.close()


class Endpoint:
    """The routes of one path, by method."""

    def __init__(self, gateway: Gateway, routes: Mapping[str, Route]) -> None:
        self._gateway = gateway
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or say which methods there are."""
        route = self._routes.get(scope["method"])
        if route is None:
            raise ProtocolRefused(405, f"This address takes {' and '.join(sorted(self._routes))}.")
        scope[_ROUTE] = route.name
        await self._gateway.answer(route, scope, receive, send)


class Front:
    """What stands before every route: strict headers on each answer, errors in our words, one log line."""

    def __init__(self, router: ASGIApp) -> None:
        self._router = router

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or the life of the worker."""
        if scope["type"] != "http":
            await self._router(scope, receive, send)
            return
        began = time.monotonic()
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                present = {name for name, _ in message["headers"]}
                strict = [(name, value) for name, value in _STRICT if name not in present]
                message = {**message, "headers": [*message["headers"], *strict]}
            await send(message)

        hearing = _Hearing(receive)
        try:
            _check_host(scope)
            await self._router(scope, hearing, sending)
        except Disconnected:
            status = status or 499
        except Exception as error:
            await self._refuse(error, scope, None if status else sending)
        await hearing.out(scope)
        spent = int((time.monotonic() - began) * 1000)
        log().info("answered", route=scope.get(_ROUTE, "unknown"), status=status, milliseconds=spent)

    @staticmethod
    async def _refuse(error: Exception, scope: Scope, send: Send | None) -> None:
        """Say why, to whom has not been answered yet.

        A function of its own: a local name for an error in a frame of its own traceback is a cycle that would
        keep the connection open until Python happens to collect it.
        """
        ours = as_ours(error)
        if ours.http_status >= 500:
            log().error(
                "failed", route=scope.get(_ROUTE, ""), error=type(error).__name__, place=place_of(error)
            )
        if send is not None:
            await refusal(ours, _extra(scope, ours))(scope, _no_more, send)


class _Hearing:
    """A request's body on its way in, and whether it has ended."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._ended = False

    async def __call__(self) -> Message:
        message = await self._receive()
        self._ended = not message.get("more_body", False)
        return message

    async def out(self, scope: Scope) -> None:
        """After an answer that did not need all of the body (a refusal, mostly), read on for a moment,
        keeping nothing: a client that is still sending would find the connection broken before it hears the
        answer. One that waits for ``100 Continue`` is not sending.
        """
        if self._ended or scope["method"] not in _WITH_BODY or field_of(scope, b"expect") is not None:
            return
        left = _HEAR_BYTES
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_HEAR_SECONDS):
                while left > 0 and not self._ended:
                    message = await self()
                    left -= len(message.get("body", b""))


_STRICT = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in HEADERS.items()]


def create_app(settings: Settings) -> ASGIApp:
    """The application of one worker. Imports nothing that opens, and knows no key."""
    gateway = Gateway(settings)
    joinings, quota_of = gateway.joinings, gateway.exchange.quota_of_sender
    planes: dict[str, ASGIApp] = {
        PARTS: _Named("parts", PartPlane(gateway.receptions, joinings)),
        CREATIONS: _Named("creations", CreationPlane(gateway.receptions, joinings, quota_of)),
    }
    paths: dict[str, dict[str, Route]] = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method] = route
    table = {path: Endpoint(gateway, by_method) for path, by_method in paths.items()}
    fixed = {path: endpoint for path, endpoint in table.items() if "{" not in path}
    others = {path: endpoint for path, endpoint in table.items() if path not in fixed} | planes
    router = Router(
        [Path(path, _Raw(app)) for path, app in others.items()],
        redirect_slashes=False,
        default=_nothing_here,
        lifespan=partial(_life, gateway),
    )
    return Front(_Fixed(fixed, router))


class _Fixed:
    """Finds a path without parameters at once; a router looks through its paths one by one."""

    def __init__(self, apps: Mapping[str, ASGIApp], router: ASGIApp) -> None:
        self._apps = apps
        self._router = router

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._apps.get(scope.get("path", ""))
        if app is None:
            app = self._router
        else:
            scope["path_params"] = {}
        await app(scope, receive, send)


class _Raw:
    """Keeps Starlette from taking a function for a view: this one is ASGI already."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)


class _Named:
    """An application under the name by which the log knows it."""

    def __init__(self, name: str, app: ASGIApp) -> None:
        self._name = name
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope[_ROUTE] = self._name
        await self._app(scope, receive, send)


@contextlib.asynccontextmanager
async def _life(gateway: Gateway, _app: object) -> AsyncIterator[None]:
    """From a worker's start to its end."""
    asyncio.get_running_loop().add_signal_handler(STOP_SOON, gateway.stop_soon)
    tasks = [asyncio.create_task(gateway.tidy()), asyncio.create_task(_end_with(os.getppid()))]
    try:
        yield
    finally:
        gateway.stop_soon()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        gateway.close()


async def _end_with(parent: int) -> None:
    """A worker whose parent was killed must not go on holding the port."""
    while os.getppid() == parent:
        await asyncio.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)


async def _no_more() -> Message:
    return {"type": "http.disconnect"}


async def _nothing_here(scope: Scope, receive: Receive, send: Send) -> None:
    raise NotFound("There is nothing at this address.")


def _check_host(scope: Scope) -> None:
    """RFC 9112, section 3.2: a request without a Host field, or with several, is answered with 400."""
    # The server puts an empty one where there was none.
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    if len(hosts) != 1 or not hosts[0]:
        raise ProtocolRefused(400, "The request does not have one Host field.")


def _extra(scope: Scope, error: VernixError) -> dict[str, str]:
    """What HTTP and tus want beside some refusals."""
    extra = {"connection": "close"} if scope["method"] in _WITH_BODY else {}
    if scope.get(_ROUTE) in ("parts", "creations"):
        extra |= {"tus-resumable": "1.0.0"} | ({"tus-version": "1.0.0"} if error.http_status == 412 else {})
    if error.http_status == 429 or isinstance(error, StorageFailed):
        extra["retry-after"] = "60"
    return extra
