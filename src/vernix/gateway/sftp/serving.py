"""The processes of the SFTP door: started, restarted and ended by ``vernix-gateway serve``.

Processes of their own beside the workers, because nothing that a stranger says over SSH shall be read in one
that answers HTTP; one for each processor, because an event loop uses but one.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar, TypeVarTuple

from vernix.console import say
from vernix.custody.ssh_keys import ensure_ssh_key, fingerprint
from vernix.errors import VernixError
from vernix.gateway import logs
from vernix.gateway.checkpoints import Checkpoints
from vernix.gateway.database import Database
from vernix.gateway.debts import SharedDebts
from vernix.gateway.directory import open_mirror
from vernix.gateway.exchange import Exchange
from vernix.gateway.rates import Rates
from vernix.gateway.settings import Settings
from vernix.gateway.sftp.names import Names
from vernix.gateway.sftp.seats import Seats
from vernix.gateway.storing import open_blobs

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_THREADS = 8
_LOOK_SECONDS = 1.0
_STOP_SECONDS = 5.0
_PAUSE_SECONDS = 1.0


def host_fingerprint(settings: Settings) -> str:
    """What a client shows at the first login (``SHA256:...``); the key is made when there is none."""
    return fingerprint(ensure_ssh_key(settings.ssh_host_key))


class SftpProcesses:
    """The door's processes, kept running until ``stop``.

    They share the port (SO_REUSEPORT), and the kernel shares out who comes in.
    """

    def __init__(self, settings: Settings, host: str, port: int, count: int) -> None:
        # Made once, here: each process would make its own.
        Names(settings.sftp_names)
        self._place = (settings, host, port)
        self._context = multiprocessing.get_context("spawn")
        self._stopping = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="vernix-sftp", daemon=True)
        self._processes = [self._start() for _ in range(count)]

    def watch(self) -> None:
        """Start each again whenever it ends by itself."""
        self._keeper.start()

    def stop(self) -> None:
        """End them; they keep what came so far."""
        self._stopping.set()
        if self._keeper.is_alive():
            self._keeper.join()
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.join(_STOP_SECONDS)
            if process.is_alive():
                process.kill()
                process.join()

    def _start(self) -> multiprocessing.process.BaseProcess:
        process = self._context.Process(target=_serve, args=self._place, name="vernix-sftp")
        process.start()
        return process

    def _keep(self) -> None:
        while not self._stopping.wait(0.2):
            for number, process in enumerate(self._processes):
                if not process.is_alive():
                    logs.configure()
                    logs.log().error("sftp ended by itself", status=process.exitcode)
                    time.sleep(_PAUSE_SECONDS)
                    self._processes[number] = self._start()


def _serve(settings: Settings, host: str, port: int) -> None:
    """The process itself."""
    import uvloop

    logs.configure()
    # Ctrl-C reaches the whole group; the parent ends us in its own order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        status = runner.run(_Door(settings).serve(host, port))
    sys.exit(status)


def _tell(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What nobody waited for has failed: its kind and its place go into the log, never its text."""
    error = context.get("exception")
    place = logs.place_of(error) if error is not None else "unknown"
    logs.log().error("sftp failed", error=type(error).__name__, place=place)


class _Door:
    """Everything in the process."""

    def __init__(self, settings: Settings) -> None:
        from vernix.gateway.sftp.login import Guest, Guests
        from vernix.gateway.sftp.outgoing import Outgoing
        from vernix.gateway.sftp.posting import Posting

        self._settings = settings
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="vernix-sftp")
        self._database = Database(settings.database_url)
        exchange = Exchange(
            self._database,
            open_blobs(settings, self._database),
            open_mirror(settings),
            settings.limits,
            Checkpoints.open(settings, self._database),
        )
        self._loop: asyncio.AbstractEventLoop | None = None
        self._posting = Posting(exchange, self._run)
        self._outgoing = Outgoing(exchange, Names(settings.sftp_names), self._posted)
        rates, seats = Rates(SharedDebts(settings.debts)), Seats(settings.seats)
        self._guests = Guests(exchange, self._outgoing, self._run, rates, seats)
        self._guest = partial(Guest, self._guests)

    async def serve(self, host: str, port: int) -> int:
        """Until SIGTERM (0), or until a task of ours dies: then 1, and our parent starts us again."""
        import asyncssh

        from vernix.gateway.sftp.connection import Connection
        from vernix.gateway.sftp.login import options

        self._loop = asyncio.get_running_loop()
        self._loop.set_exception_handler(_tell)
        stop = asyncio.Event()
        self._loop.add_signal_handler(signal.SIGTERM, stop.set)
        told = asyncssh.SSHServerConnectionOptions(**options(str(self._settings.ssh_host_key), self._guest))
        server = await self._loop.create_server(
            partial(Connection, self._loop, told), host, port, reuse_port=True
        )
        say(f"vernix-gateway listens for SFTP at {host} port {port}")
        tasks = [
            asyncio.create_task(self._posting.until_cancelled()),
            asyncio.create_task(self._look_around(stop, os.getppid())),
        ]
        for task in tasks:
            task.add_done_callback(lambda _task: stop.set())
        await stop.wait()
        server.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_STOP_SECONDS / 2):
                await self._guests.close()
        for task in tasks:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
        self._pool.shutdown()
        self._database.close()
        failures = [end for end in ends if isinstance(end, Exception)]
        for failure in failures:
            logs.log().error("sftp died", error=type(failure).__name__, place=logs.place_of(failure))
        return 1 if failures else 0

    async def _look_around(self, stop: asyncio.Event, parent: int) -> None:
        while os.getppid() == parent:
            await asyncio.sleep(_LOOK_SECONDS)
            self._guests.look_around()
            await self._looked()
        # Its parent was killed: it must not go on holding the port.
        stop.set()

    async def _looked(self) -> None:
        try:
            await self._run(self._outgoing.look_around)
        except (VernixError, OSError) as error:
            logs.log().warning("sftp look failed", error=type(error).__name__, place=logs.place_of(error))

    def _run(self, function: Callable[[*Ts], T], *arguments: *Ts) -> asyncio.Future[T]:
        """Compute in a thread."""
        return asyncio.get_running_loop().run_in_executor(self._pool, function, *arguments)

    def _posted(self) -> None:
        """Called in a thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._posting.wake)
