"""A TCP road that breaks: each connection ends after a random number of bytes, in whichever direction.

``FlakyRoad(port, far, seed)`` listens on ``port`` and carries to the port ``far``. The seed makes a run
repeatable as far as threads let it. ``cuts`` counts the connections that it broke.
"""

from __future__ import annotations

import random
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from socketserver import BaseRequestHandler, ThreadingTCPServer


class FlakyRoad:
    """Use ``running``. A connection lives for 20 KiB to ``longest`` bytes."""

    def __init__(self, port: int, far: int, seed: int, longest: int = 3 << 20) -> None:
        self._port = port
        self._far = far
        self._random = random.Random(seed)  # noqa: S311
        self._longest = longest
        self.cuts = 0

    @contextmanager
    def running(self) -> Iterator[FlakyRoad]:
        """Listen until the end of the block."""
        road = self

        class Handler(BaseRequestHandler):
            def handle(self) -> None:
                with suppress(OSError), socket.create_connection(("127.0.0.1", road._far)) as far:
                    _Connection(road, self.request, far).carry()

        ThreadingTCPServer.allow_reuse_address = True
        with ThreadingTCPServer(("127.0.0.1", self._port), Handler) as server:
            server.daemon_threads = True
            server.block_on_close = False
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
            try:
                yield self
            finally:
                server.shutdown()

    def life(self) -> int:
        """Bytes that the next connection may carry."""
        return self._random.randint(20 << 10, self._longest)


class _Connection:
    def __init__(self, road: FlakyRoad, near: socket.socket, far: socket.socket) -> None:
        self._road = road
        self._near = near
        self._far = far
        self._left = road.life()

    def carry(self) -> None:
        """Both ways, until one side ends or its time has come."""
        back = threading.Thread(target=self._pump, args=(self._far, self._near), daemon=True)
        back.start()
        self._pump(self._near, self._far)
        back.join(30)

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while piece := source.recv(1 << 15):
                self._left -= len(piece)
                if self._left < 0:
                    sink.sendall(piece[: len(piece) // 2])
                    self._break()
                    return
                sink.sendall(piece)
            sink.shutdown(socket.SHUT_WR)

    def _break(self) -> None:
        """Both ends are reset, as when a middle box forgets the connection."""
        self._road.cuts += 1
        for end in (self._near, self._far):
            with suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                end.shutdown(socket.SHUT_RDWR)
