"""A forward proxy as hospitals have it: CONNECT to what it knows, nothing else, with or without a password.

``routes`` maps the names that clients ask for (``host:port``) to loopback ports: a name that no resolver
knows is then reached by nobody who does not really go through it. ``carried`` is all that passed, both ways.
"""

from __future__ import annotations

import socket
import threading
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from socketserver import StreamRequestHandler, ThreadingTCPServer


class ConnectProxy:
    """Use ``running``; ``address`` is what a partner writes into ``HTTPS_PROXY``."""

    def __init__(self, routes: Mapping[str, int], password: str | None = None) -> None:
        self.routes = routes
        self.asked: list[str] = []
        self.carried = bytearray()
        self._wanted = None if password is None else f"Basic {b64encode(password.encode()).decode()}"
        self.port = 0

    @property
    def address(self) -> str:
        """Without a password."""
        return f"http://127.0.0.1:{self.port}"

    @contextmanager
    def running(self) -> Iterator[ConnectProxy]:
        """Listen on a free loopback port until the end of the block."""
        proxy = self

        class Handler(StreamRequestHandler):
            def handle(self) -> None:
                lines = [line.decode("latin-1").strip() for line in iter(self.rfile.readline, b"\r\n")]
                method, target, _ = lines[0].split(" ")
                fields = dict(line.split(": ", 1) for line in lines[1:])
                proxy.asked.append(f"{method} {target}")
                status = proxy.judge(method, target, fields)
                self.wfile.write(f"HTTP/1.1 {status} As judged\r\n\r\n".encode())
                if status == 200:
                    proxy.carry(self.connection, target)

        ThreadingTCPServer.allow_reuse_address = True
        with ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
            server.daemon_threads = True
            server.block_on_close = False
            self.port = server.server_address[1]
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
            try:
                yield self
            finally:
                server.shutdown()

    def judge(self, method: str, target: str, fields: Mapping[str, str]) -> int:
        """The status to answer with."""
        if self._wanted is not None and fields.get("Proxy-Authorization") != self._wanted:
            return 407
        return 200 if method == "CONNECT" and target in self.routes else 403

    def carry(self, client: socket.socket, target: str) -> None:
        """Bytes both ways until one side ends."""
        with socket.create_connection(("127.0.0.1", self.routes[target])) as far:
            back = threading.Thread(target=self._pump, args=(far, client), daemon=True)
            back.start()
            self._pump(client, far)
            back.join(10)

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while piece := source.recv(1 << 16):
                self.carried += piece
                sink.sendall(piece)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_WR)
