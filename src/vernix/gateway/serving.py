"""``vernix-gateway serve``: found the mirror, bring the tables up to date, serve until told to stop."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

from cyclopts import Parameter
from cyclopts.validators import Number

from vernix.console import say
from vernix.custody.durable import alone
from vernix.custody.identifiers import check_gateway_url
from vernix.errors import KeeperFailed, NotProven, UsageError
from vernix.gateway import logs
from vernix.gateway.app import STOP_SOON, create_app
from vernix.gateway.blobs import BlobStore
from vernix.gateway.bucket_check import check_bucket
from vernix.gateway.checkpoints import found_log
from vernix.gateway.database import Database, sqlite_path
from vernix.gateway.directory import found_mirror
from vernix.gateway.limits import DAY, MIB, Limits
from vernix.gateway.options import Data, DatabaseUrl, Storage
from vernix.gateway.settings import Settings, default_data

if TYPE_CHECKING:
    from granian.server.mp import MPServer
    from starlette.types import ASGIApp, Receive, Scope, Send

_STARTING = "starting"
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # glibc, malloc.h
_HTTP_BUFFER = 1 << 20
"""Bytes that one connection may hold unread; large, so that a body arrives in large pieces."""
_HEADER_MILLISECONDS = 15_000
_CONCURRENT = 512
_STOP_SECONDS = 5


def serve(  # noqa: PLR0913  # a program's options, each told in --help
    *,
    data: Data = None,
    directory: Path | None = None,
    host: str = "127.0.0.1",
    port: int = 8443,
    tls_certificate: Path | None = None,
    tls_key: Path | None = None,
    public_url: str | None = None,
    sftp_port: int = 0,
    sftp_workers: int = 0,
    database: DatabaseUrl = None,
    shared: Path | None = None,
    storage: Storage = None,
    workers: int = 1,
    keep_days: Annotated[int, Parameter(validator=Number(gte=1, lte=30))] = 30,
) -> int:
    """Serve the exchange until SIGTERM or Ctrl-C.

    Parameters
    ----------
    directory
        The public folder that ``vernix-registry init`` made. Needed on the first start, which pins its root.
    host
        The address to listen at.
    port
        The port to listen at; 0 takes a free one.
    tls_certificate
        PEM file with the certificate chain.
    tls_key
        PEM file with its private key (PKCS #8).
    public_url
        The origin under which partners reach this gateway, if it is not the address it listens at.
    sftp_port
        The port to listen at for SFTP; 0 means no SFTP.
    sftp_workers
        How many processes serve SFTP; 0 means one for each processor.
    shared
        The folder that several gateways have together, for bodies and the directory; they share a database.
    workers
        How many processes serve.
    keep_days
        Days after which anything sent here is deleted, collected or not, whatever its sender says.
    """
    if (tls_certificate is None) != (tls_key is None):
        raise UsageError(
            "A certificate and its key come together.", hint="Give --tls-certificate and --tls-key."
        )
    port = port or _free_port(host)
    shown = f"[{host}]" if ":" in host else host
    _check_address(host, port)
    address = f"{'http' if tls_certificate is None else 'https'}://{shown}:{port}"
    origins = [address, *([check_gateway_url(public_url)] if public_url else [])]
    names = frozenset(urlsplit(origin).netloc for origin in origins)
    folder = (data or default_data()).resolve()
    limits = Limits(keep=keep_days * DAY)
    settings = Settings.for_folder(
        folder,
        names,
        database_url=database,
        shared=shared and shared.resolve(),
        storage=storage,
        workers=workers,
        limits=limits,
    )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with alone(folder, "vernix-gateway serve"):
        say(f"vernix-gateway {prepare(settings, directory)}; data in {folder}.")
        (folder / _STARTING).touch()
        server = _server(settings, host, port, tls_certificate, tls_key)
        server.on_startup(partial(_warn_before_stopping, server))
        with _sftp(settings, host, sftp_port, sftp_workers):
            _serve_until_stopped(server, partial(_load, settings, address))
    return 0


@contextlib.contextmanager
def _sftp(settings: Settings, host: str, port: int, workers: int) -> Iterator[None]:
    """The SFTP door, if there is to be one, for as long as the block lasts."""
    if not port:
        yield
        return
    from vernix.gateway.sftp.serving import SftpProcesses, host_fingerprint

    _check_address(host, port)
    say(f"SFTP host key {host_fingerprint(settings)}")
    processes = SftpProcesses(settings, host, port, workers or len(os.sched_getaffinity(0)))
    processes.watch()
    try:
        yield
    finally:
        processes.stop()


def prepare(settings: Settings, directory: Path | None) -> str:
    """Make folders, found the mirror, bring the tables up to date; one phrase on the directory.

    Raises ``UsageError`` when there is no directory to obey, ``NotProven`` when there is one that does not
    hold, ``StorageFailed`` when the bucket does not let us in.
    """
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    mirror = found_mirror(settings, directory)
    BlobStore(settings.blobs)
    if settings.bucket is not None:
        check_bucket(settings.bucket)
    _begin_privately(sqlite_path(settings.database_url))
    _upgrade(settings.database_url)
    database = Database(settings.database_url)
    try:
        found_log(settings, database, mirror)
    finally:
        # The workers are forks: none may inherit an open connection.
        database.close()
    try:
        return f"mirrors directory version {mirror.current().version}"
    except NotProven:
        # It expired while the registry was away. Only a new one helps, which comes to a running gateway.
        return "has a directory that expired: it refuses everybody until the registry publishes"


def _upgrade(url: str) -> None:
    """Bring the tables up to date, in a child: what only that needs would be in every worker's memory for
    ever.
    """
    child = get_context("fork").Process(target=_upgrade_here, args=(url, True))
    child.start()
    child.join()
    if child.exitcode:
        # Once more, where it can be said what is wrong.
        _upgrade_here(url)


def _upgrade_here(url: str, quietly: bool = False) -> None:
    database = Database(url)
    try:
        database.upgrade()
    except Exception:
        if quietly:
            sys.exit(1)
        raise
    finally:
        database.close()


def _begin_privately(file: Path | None) -> None:
    """Who sends to whom is nobody's business, even in a folder that others made and may read. SQLite gives
    its other files the mode of the first."""
    if file is not None:
        with contextlib.suppress(FileExistsError):
            file.touch(mode=0o600, exist_ok=False)


def _server(settings: Settings, host: str, port: int, certificate: Path | None, key: Path | None) -> MPServer:
    from granian.constants import HTTPModes, Interfaces
    from granian.http import HTTP1Settings
    from granian.server.mp import MPServer

    return MPServer(
        "vernix-gateway",
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        workers=settings.workers,
        # Bodies over HTTP/2 were four to five times slower (measured), and one protocol is less to attack.
        http=HTTPModes.http1,
        # One crafted WebSocket header once ended a worker (CVE-2026-42544); we need none.
        websockets=False,
        backpressure=_CONCURRENT,
        http1_settings=HTTP1Settings(header_read_timeout=_HEADER_MILLISECONDS, max_buffer_size=_HTTP_BUFFER),
        log_enabled=False,
        ssl_cert=certificate,
        ssl_key=key,
        respawn_failed_workers=True,
        workers_kill_timeout=_STOP_SECONDS,
    )


def _serve_until_stopped(server: MPServer, load: Callable[[], ASGIApp]) -> None:
    """A worker that dies is started again at once; one that dies again within seconds is not."""
    # What is here by now stays: a look at all of it for garbage would only part the workers' memory from
    # ours.
    gc.collect()
    gc.freeze()
    try:
        server.serve(target_loader=load, wrap_loader=False)
    except SystemExit as ended:
        if ended.code:
            raise KeeperFailed(
                "A worker of the gateway died twice within seconds, so the gateway stopped.",
                hint="Look at the log, at memory and at the disk; let a supervisor start it again.",
            ) from None


def _warn_before_stopping(server: MPServer) -> None:
    """A worker that is told to stop waits for its open requests; so those that only wait are let go first."""
    for number in (signal.SIGTERM, signal.SIGINT):
        stop = signal.getsignal(number)

        def handle(number: int, frame: FrameType | None, stop: Any = stop) -> None:
            for worker in server.wrks:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(worker.inner.pid, STOP_SOON)
            stop(number, frame)

        signal.signal(number, handle)


def _load(settings: Settings, address: str) -> ASGIApp:
    """Runs in each worker."""
    _keep_pages()
    logs.configure()
    app = create_app(settings)
    starting = settings.data / _STARTING

    async def announcing(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            # One worker of several finds the file, and speaks for all.
            with contextlib.suppress(FileNotFoundError):
                starting.unlink()
                say(f"vernix-gateway listens at {address}")
        await app(scope, receive, send)

    return announcing


def _keep_pages() -> None:
    """Have the allocator keep the memory of a body's pieces instead of giving it back after each.

    A piece has up to a mebibyte, which glibc maps and unmaps every time: 60,000 page faults a GiB (measured).
    Elsewhere than on glibc nothing happens.
    """
    with contextlib.suppress(OSError, AttributeError):
        allocator = ctypes.CDLL(None)
        allocator.mallopt(_M_MMAP_THRESHOLD, 64 * MIB)
        allocator.mallopt(_M_TRIM_THRESHOLD, 128 * MIB)


def _check_address(host: str, port: int) -> None:
    """Raise unless we can listen there alone.

    Granian shares a port (SO_REUSEPORT) with another gateway that has it; each would get half the requests.
    """
    try:
        socket.create_server((host, port), family=_family(host)).close()
    except OverflowError:
        raise UsageError(f"There is no port {port}.", hint="Take one from 1 to 65535.") from None
    except OSError as error:
        raise KeeperFailed(
            f"Cannot listen at {host} port {port}: {(error.strerror or 'it failed').split(' (')[0]}.",
            hint="Stop what listens there, or choose another --host or --port.",
        ) from None


def _free_port(host: str) -> int:
    with socket.socket(_family(host)) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
