"""Final uploads: the bytes of partial ones, put together in order (tus 1.0.0, extension concatenation).

To join is to receive once more, from this disk instead of from a socket: judged, hashed, made safe and gone
on with after a kill by the same code. In the same way a part gets its body from another that waits here
(decision 0018). Where a partial upload begins in the part is known only now, so its
blocks are hashed now; on two cores that is faster than the disk.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence

from sqlalchemy import delete, select
from starlette.types import Message

from vernix.gateway import capabilities, creations
from vernix.gateway.capabilities import Held
from vernix.gateway.deliveries import Body, body_is_gone
from vernix.gateway.limits import MIB
from vernix.gateway.logs import log, place_of
from vernix.gateway.receiving import Receptions, Run
from vernix.gateway.sealedness import NotSealed
from vernix.gateway.storing import Blobs, Stored
from vernix.gateway.tables import UPLOADS
from vernix.gateway.uploads import State, Upload

JOIN_SECONDS = 20.0
"""How long an answer waits for bytes to be put together here; proxies give up after 60."""

_AT_A_TIME = 2 * MIB


class Joinings:
    """Every upload whose bytes this process takes from others that are here."""

    def __init__(self, receptions: Receptions) -> None:
        self._receptions = receptions
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def join(self, upload: Upload, seconds: float) -> None:
        """Put ``upload`` together, or go on with that; come back when it is done, or after ``seconds``.

        Then it goes on by itself. Raises as ``Receptions.receive``; ``NotSealed``: and all of it is gone.
        """
        await self._go_on(upload.id, lambda: self._join(upload.id), seconds)

    async def take_body(self, upload: str, body: Body, seconds: float) -> None:
        """Give an upload whose header is here the body of a part; else as ``join``.

        Raises ``NotFound`` when that part goes meanwhile, with its receipt for example.
        """
        await self._go_on(upload, lambda: self._take_body(upload, body), seconds)

    async def _go_on(
        self, upload: str, begin: Callable[[], Coroutine[None, None, None]], seconds: float
    ) -> None:
        task = self._tasks.get(upload)
        if task is None:
            task = self._tasks[upload] = asyncio.create_task(begin())
            task.add_done_callback(lambda done: self._done(upload, done))
        await asyncio.wait([task], timeout=seconds)
        if task.done():
            task.result()

    def _done(self, final: str, task: asyncio.Task[None]) -> None:
        del self._tasks[final]
        error = None if task.cancelled() else task.exception()
        if error is not None:
            log().warning("not joined", error=type(error).__name__, place=place_of(error))

    async def _join(self, final: str) -> None:
        run = self._receptions.run
        held, partials = await run(self._look, final)
        if held.upload.state is State.OPEN:
            offset, blobs = held.upload.offset, self._receptions.blobs
            joined = [(partial.blob, partial.upload.size) for partial in partials]
            try:
                with _Joined(blobs, joined, offset, run) as bytes_of_all:
                    await self._receptions.take(held, offset, bytes_of_all)
            except NotSealed:
                await run(self._forget, final)
                raise
        await run(self._forget, final)

    async def _take_body(self, upload: str, body: Body) -> None:
        run = self._receptions.run
        held = await run(self._held, upload)
        if held.upload.state is State.OPEN:
            offset = body.header + held.upload.offset - held.upload.header
            try:
                with _Joined(self._receptions.blobs, [(body.blob, body.size)], offset, run) as bytes_of_it:
                    await self._receptions.take(held, held.upload.offset, bytes_of_it)
            except FileNotFoundError:
                raise body_is_gone() from None

    def _held(self, upload: str) -> Held:
        with self._receptions.database.reading() as connection:
            return capabilities.require(connection, upload)

    def _look(self, final: str) -> tuple[Held, list[Held]]:
        with self._receptions.database.reading() as connection:
            return capabilities.require(connection, final), creations.joined_to(connection, final)

    def _forget(self, final: str) -> None:
        """The partial uploads have done their duty. (Killed before this: the sweep finds them.)"""
        joined = UPLOADS.c.final == final
        with self._receptions.database.writing() as connection:
            blobs = list(connection.execute(select(UPLOADS.c.blob).where(joined)).scalars())
            connection.execute(delete(UPLOADS).where(joined))
        for blob in blobs:
            self._receptions.blobs.delete(blob)


class _Joined:
    """Blobs (name and size in bytes), one after another from ``offset`` on, as a client would send them."""

    def __init__(self, blobs: Blobs, joined: Sequence[tuple[str, int]], offset: int, run: Run) -> None:
        self._blobs = blobs
        self._joined = list(joined)
        self._offset = offset
        self._run = run
        self._left = sum(size for _, size in joined) - offset
        self._open: Stored | None = None

    def __enter__(self) -> _Joined:
        return self

    def __exit__(self, *_error: object) -> None:
        self._close()

    async def __call__(self) -> Message:
        """The next bytes, as ASGI's ``receive`` gives them."""
        piece = await self._run(self._read)
        self._left -= len(piece)
        return {"type": "http.request", "body": piece, "more_body": self._left > 0}

    def _read(self) -> bytes:
        while self._joined and self._offset >= self._joined[0][1]:
            self._offset -= self._joined.pop(0)[1]
            self._close()
        if not self._joined:
            return b""
        blob, size = self._joined[0]
        self._open = self._open or self._blobs.open(blob)
        piece = self._open.read(self._offset, min(_AT_A_TIME, size - self._offset))
        if not piece:
            raise OSError("a blob is shorter than its row says")
        self._offset += len(piece)
        return piece

    def _close(self) -> None:
        stored, self._open = self._open, None
        if stored is not None:
            stored.close()
