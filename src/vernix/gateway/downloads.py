"""A sealed part on its way out: whole or from any byte on, never a body in memory."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from vernix.errors import NotFound
from vernix.gateway.answers import ProtocolRefused
from vernix.gateway.limits import MIB
from vernix.gateway.rates import Throttle
from vernix.gateway.receiving import Run
from vernix.gateway.storing import Stored

_RANGE = re.compile(r"bytes=([0-9]{1,16})-([0-9]{0,16})")
_PATHSEND = "http.response.pathsend"


class SealedFile(Response):
    """The bytes of one blob. One range is honoured; several at once get the whole (RFC 9110).

    ``opened`` opens it, in a thread. ``throttle`` slows it down. ``told`` is called in a thread, at the end
    however it ends, with how many bytes went out.
    """

    def __init__(
        self,
        opened: Callable[[], Stored],
        size: int,
        asked: str | None,
        run: Run,
        throttle: Throttle | None = None,
        told: Callable[[int], None] | None = None,
    ) -> None:
        super().__init__(media_type="application/octet-stream")
        self._throttle = throttle
        self._opened = opened
        self._run = run
        self._told = told
        self._first, self._end = span(asked, size)
        self._whole = self._end - self._first == size
        self.status_code = 200 if self._whole else 206
        self.headers["accept-ranges"] = "bytes"
        self.headers["content-length"] = str(self._end - self._first)
        if not self._whole:
            self.headers["content-range"] = f"bytes {self._first}-{self._end - 1}/{size}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        position = self._first
        watched = self._told is not None or self._throttle is not None
        whole = self._whole and not watched and _PATHSEND in scope.get("extensions", {})
        # Opened, and the first bytes read, before the answer begins: what is wrong can still be said.
        try:
            stored, piece = await self._run(self._begin, whole)
        except FileNotFoundError:
            raise NotFound(
                "This was taken away in this very moment.", hint="Look into the mailbox."
            ) from None
        try:
            await send(
                {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
            )
            if whole and stored.path is not None:
                await send({"type": _PATHSEND, "path": str(stored.path)})
                return
            while True:
                position += len(piece)
                more = position < self._end
                await send({"type": "http.response.body", "body": piece, "more_body": more})
                if not more:
                    return
                wait = 0.0 if self._throttle is None else self._throttle(len(piece))
                if wait:
                    await asyncio.sleep(wait)
                piece = await self._run(self._read, stored, position)
        finally:
            stored.close()
            if self._told is not None:
                await self._run(self._told, position - self._first)

    def _begin(self, whole: bool) -> tuple[Stored, bytes]:
        """The blob, and its first bytes unless its file goes out as a ``whole``."""
        stored = self._opened()
        try:
            as_file = whole and stored.path is not None
            return stored, b"" if as_file else self._read(stored, self._first)
        except BaseException:
            stored.close()
            raise

    def _read(self, stored: Stored, position: int) -> bytes:
        piece = stored.read(position, min(MIB, self._end - position))
        if not piece:
            raise OSError("a blob is shorter than its row says")
        return piece


def span(asked: str | None, size: int) -> tuple[int, int]:
    """First byte and end (exclusive) that a Range field asks for; everything when it asks nothing we know."""
    found = _RANGE.fullmatch(asked or "")
    if found is None:
        return 0, size
    first = int(found[1])
    end = min(size, int(found[2]) + 1) if found[2] else size
    if first >= end:
        raise ProtocolRefused(416, f"The part has {size} bytes; the range asked for is not among them.")
    return first, end
