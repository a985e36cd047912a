"""A road to object storage on which everything goes wrong: it stands between a gateway and the server.

``mode`` says what happens to the next requests; ``watch`` is told of each twice, when it comes and when it is
done and not answered yet; ``seen`` is all that went by, as the storage's operator sees it.
"""

from __future__ import annotations

import contextlib
import http.client
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ANSWERS = {"busy": 503, "forbidden": 403, "full": 507, "gone": 404}
_DOOR_TO_DOOR = {"connection", "keep-alive", "transfer-encoding"}


class Server(ThreadingHTTPServer):
    """Threads for each connection, and no word of those that break: here they are meant to."""

    def handle_error(self, *_connection: object) -> None:
        """Say nothing."""


class RoughStorage:
    """The road. ``mode``: ``open``, one of ``ANSWERS``, ``cut`` (no answer to a request that came whole),
    ``silent`` (nothing for a minute), ``late`` (half a second), ``false`` (what is read is altered).
    """

    def __init__(self, port: int) -> None:
        self.far = port
        self.mode = "open"
        self.seen: list[bytes] = []
        self.watch: Callable[[str], None] = lambda _moment: None
        self.over = threading.Event()
        road = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                road.carry(self)

            do_PUT = do_POST = do_DELETE = do_HEAD = do_GET  # noqa: N815  # the names of the base class

            def log_message(self, *_words: object) -> None:
                """Say nothing."""

        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = int(self.server.server_address[1])

    def seal_off(self, certificate: Path, key: Path) -> None:
        """Speak TLS from now on."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)

    def carry(self, asked: BaseHTTPRequestHandler) -> None:
        """One request, there and back, or not."""
        body = asked.rfile.read(int(asked.headers.get("content-length", 0)))
        self.seen.append(f"{asked.command} {asked.path}\n{asked.headers}".encode())
        self.watch("comes")
        mode = self.mode
        if mode == "silent":
            self.over.wait(60)
        if mode == "late":
            time.sleep(0.5)
        if mode in ANSWERS:
            self._answer(asked, ANSWERS[mode], [], b"<Error><Code>Rough</Code></Error>")
            return
        if mode == "silent":
            asked.close_connection = True
            return
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.far, timeout=30)) as far:
            far.request(asked.command, asked.path, body, dict(asked.headers.items()))
            answer = far.getresponse()
            content = answer.read()
        self.watch("done")
        if mode == "cut":
            # The storage has done it, and nobody hears of it.
            asked.close_connection = True
            return
        if mode == "false" and asked.command == "GET" and "list-type" not in asked.path:
            content = content[:-1] + bytes([content[-1] ^ 1])
        self._answer(asked, answer.status, answer.getheaders(), content)

    @staticmethod
    def _answer(
        asked: BaseHTTPRequestHandler, status: int, headers: list[tuple[str, str]], content: bytes
    ) -> None:
        asked.send_response_only(status)
        for name, value in headers:
            if name.lower() not in {*_DOOR_TO_DOOR, "content-length"}:
                asked.send_header(name, value)
        if status != 204:
            asked.send_header("content-length", str(len(content)))
        asked.end_headers()
        with contextlib.suppress(ConnectionError):
            asked.wfile.write(b"" if asked.command == "HEAD" else content)


@contextlib.contextmanager
def rough_storage(port: int, tls: tuple[Path, Path] | None = None) -> Iterator[RoughStorage]:
    """A road to the server at ``port``, behind a certificate and its key if they are given."""
    road = RoughStorage(port)
    if tls is not None:
        road.seal_off(*tls)
    thread = threading.Thread(target=road.server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield road
    finally:
        road.over.set()
        road.server.shutdown()
        road.server.server_close()
        thread.join()
