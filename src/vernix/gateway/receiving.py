"""Taking in one part's bytes: from the socket to the disk, hashed on the way, never a body in memory.

The event loop gathers what arrives into batches; a thread writes a batch while the next one gathers (that
is the backpressure: at most two batches of a body are in memory, and of one that comes slowly next to
nothing), and the tree's own threads hash it. Every
few seconds or ``_SAFE_EVERY`` bytes what was written is forced to the disk and then, in this order, the
row's offset moves on by compare and swap. So an offset that HEAD answers is always on the disk, and a kill
loses only what came since.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol, TypeVar, TypeVarTuple

from starlette.types import Receive

from vernix.errors import Conflict, NotFound, RoadFailed, TooMuch, VernixError
from vernix.gateway import capabilities, telling, uploads
from vernix.gateway.answers import ProtocolRefused
from vernix.gateway.blobs import BlobBusy, Mark
from vernix.gateway.bucket import StorageFailed
from vernix.gateway.capabilities import Held
from vernix.gateway.checksums import Checksum, ChecksumMismatch
from vernix.gateway.database import Database
from vernix.gateway.limits import KIB, MIB, Limits, Pace
from vernix.gateway.rates import Throttle
from vernix.gateway.sealedness import NotSealed, check_of
from vernix.gateway.storing import Blobs, Writing
from vernix.gateway.uploads import State, Upload


class Run(Protocol):
    """``run(function, *arguments)``: the function's result to come, computed in a thread."""

    def __call__(self, function: Callable[[*Ts], T], *arguments: *Ts) -> asyncio.Future[T]:
        """Begin."""
        ...


T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_BATCH = 2 * MIB
_FEW = 64 * KIB
"""Bytes that are not worth a thread's time yet."""
_SPARSE = 256 * KIB
_MOMENT = 0.002
"""Seconds to let more come of a large body after a piece of fewer than ``_SPARSE`` bytes: a thousand pieces
cost a thousand times the work of one. With 16 KiB at a time, as TLS has them, a GiB took 2.5 to 5.7 seconds
of processor where it takes 2.2 so, and was slower (measured on a busy machine)."""
_STILL_SECONDS = 0.5
"""After so long without a byte what has been gathered is written, however little it is."""
_SAFE_EVERY = 64 * MIB
_SAFE_SECONDS = 2.0
_IDLE_ENOUGH = 3.0
"""Seconds without a byte after which a newcomer may take an upload over: the old connection looks dead."""
_PATIENCE = 10.0
_LOOK_AGAIN = 0.1


class Disconnected(RoadFailed):
    """The client went away. What arrived is kept."""


class Receptions:
    """Every body that this process is taking in, one at most for each blob."""

    def __init__(
        self,
        database: Database,
        blobs: Blobs,
        limits: Limits,
        run: Run,
        throttle_of: Callable[[str], Throttle | None] = lambda _sender: None,
    ) -> None:
        self.database = database
        self.throttle_of = throttle_of
        self.blobs = blobs
        self.limits = limits
        self.run = run
        self._active: dict[str, Reception] = {}
        self._closed = False

    async def receive(
        self,
        token: str,
        offset: int,
        length: int | None,
        receive: Receive,
        checksum: Checksum | None = None,
    ) -> Upload:
        """Append a body of ``length`` bytes (None: not announced) at ``offset``; the upload after it.

        With a ``checksum`` all of the body is kept or nothing. Raises ``Conflict`` (another offset, another
        writer), ``NotFound``, ``NotSealed`` (and the upload is gone), ``ChecksumMismatch``, ``TooMuch``,
        ``ProtocolRefused`` (408, too slow), ``KeeperFailed`` and ``OSError`` (the disk).
        """
        held = await self.run(self._find, token)
        uploads.check_takes_bytes(held.upload)
        self._check(held.upload, offset, length)
        if length == 0:
            return held.upload
        return await self.take(held, offset, receive, checksum)

    async def take(
        self, held: Held, offset: int, receive: Receive, checksum: Checksum | None = None
    ) -> Upload:
        """As ``receive``, for bytes that come from wherever ``receive`` has them."""
        await self._make_way(held.blob)
        if self._closed:
            raise _stopping()
        reception = Reception(self, held, checksum)
        self._active[held.blob] = reception
        try:
            return await reception.go(offset, receive)
        finally:
            del self._active[held.blob]
            reception.over.set()

    def close(self) -> None:
        """End every reception, keeping what arrived: the program is about to stop."""
        self._closed = True
        for reception in self._active.values():
            reception.give_way(_stopping)

    def _find(self, token: str) -> Held:
        with self.database.reading() as connection:
            return capabilities.find(connection, token)

    @staticmethod
    def _check(upload: Upload, offset: int, length: int | None) -> None:
        uploads.check_append(upload, offset, int(time.time()))
        if length is not None and offset + length > upload.size:
            raise TooMuch(
                f"The upload was announced with {upload.size} bytes; this would be more.",
                hint="Ask for a new upload of the true size.",
            )

    async def _make_way(self, blob: str) -> None:
        """Wait for an earlier connection to the same upload to end; end it if it only seems to live."""
        give_up = time.monotonic() + _PATIENCE
        while (other := self._active.get(blob)) is not None:
            if other.silent_for() > _IDLE_ENOUGH:
                other.give_way(_busy)
            if time.monotonic() > give_up:
                raise _busy()
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_AGAIN):
                    await other.over.wait()


class Reception:
    """One body on its way in."""

    def __init__(self, home: Receptions, held: Held, checksum: Checksum | None) -> None:
        self._home = home
        self._id = held.upload.id
        self._blob = held.blob
        self._checksum = checksum
        self._limits = home.limits
        self.over = asyncio.Event()
        self._deadline: asyncio.Timeout | None = None
        self._heard = time.monotonic()
        self._ending: Callable[[], VernixError] | None = None
        self._received = 0
        self._position = self._marked = 0
        self._pieces: list[bytes] = []
        self._gathered = 0
        self._storing: asyncio.Future[Mark | None] | None = None
        self._securing: asyncio.Future[None] | None = None
        self._secured_at = time.monotonic()
        self._throttle: Throttle | None = None
        self._listening = False
        self._looking: asyncio.TimerHandle | None = None

    async def go(self, offset: int, receive: Receive) -> Upload:
        """Take the whole body. See ``Receptions.receive``."""
        self._upload, self._appending = await self._begin(offset)
        self._position = self._marked = self._upload.offset
        try:
            head = await self._home.run(self._appending.head) if self._position else b""
            self._check = check_of(self._upload.header, self._upload.size, head)
            await self._take_and_keep(receive)
        except NotSealed as error:
            await self._settle()
            await self._home.run(self._drop, error)
            raise
        except (OSError, StorageFailed, ChecksumMismatch):
            # Disk or bucket failed before the database was told: what was written gives its room back.
            await self._undo()
            raise
        finally:
            if self._looking is not None:
                self._looking.cancel()
            await self._settle()
            if not self._appending.closed:
                await self._home.run(self._appending.close)
        return self._upload

    def silent_for(self) -> float:
        """Seconds since the last byte."""
        return time.monotonic() - self._heard

    def give_way(self, reason: Callable[[], VernixError]) -> None:
        """End this reception, for a newcomer or because the program stops; what arrived is kept."""
        self._ending = reason
        if self._deadline is not None:
            with suppress(RuntimeError):  # It takes nothing any more, and only keeps what it has.
                self._deadline.reschedule(asyncio.get_running_loop().time())

    async def _begin(self, offset: int) -> tuple[Upload, Writing]:
        give_up = time.monotonic() + _PATIENCE
        while True:
            try:
                return await self._home.run(self._lock_and_look, offset)
            except BlobBusy:
                # Another process of this gateway has it.
                if time.monotonic() > give_up:
                    raise _busy() from None
                await asyncio.sleep(_LOOK_AGAIN)

    def _lock_and_look(self, offset: int) -> tuple[Upload, Writing]:
        lock = self._home.blobs.lock(self._blob)
        try:
            # Read again under the lock: only now does the offset stay what it is.
            with self._home.database.reading() as connection:
                held = capabilities.find_by_id(connection, self._id)
            if held is None:
                self._home.blobs.delete(self._blob)
                raise NotFound("The upload was taken back.", hint="Ask for a new one.")
            upload = held.upload
            uploads.check_append(upload, offset, int(time.time()))
            if upload.state is not State.OPEN:
                raise Conflict("This upload is complete; nothing can be added.")
            self._throttle = self._home.throttle_of(upload.sender)
            return upload, lock.append(upload.offset, upload.header)
        except BaseException:
            lock.release()
            raise

    async def _take_and_keep(self, receive: Receive) -> None:
        """Take what comes; whatever ends it but our own failure, keep what arrived."""
        # No error is kept by a name here: one that its own traceback reaches keeps the connection open.
        try:
            await self._take(receive)
        except TimeoutError:
            await self._break_off()
            raise (self._ending or _too_slow)() from None
        except (Disconnected, TooMuch, ProtocolRefused):
            await self._break_off()
            raise
        await self._finish()

    async def _take(self, receive: Receive) -> None:
        loop = asyncio.get_running_loop()
        pace = Pace(self._limits)
        self._look_again()
        async with asyncio.timeout(self._limits.idle_seconds) as self._deadline:
            while True:
                size, more = await self._take_piece(receive)
                wait = 0.0 if self._throttle is None else self._throttle(size)
                if self._gathered >= (_FEW if self._writer_is_free() else _BATCH):
                    await self._hand_over()
                if not more:
                    return
                if pace.too_slow(self._received):
                    raise _too_slow()
                if self._ending is None:
                    self._deadline.reschedule(loop.time() + wait + self._limits.idle_seconds)
                if wait:
                    pace.hold_up(wait)
                    await asyncio.sleep(wait)
                elif size < _SPARSE and self._received > _BATCH:
                    await asyncio.sleep(_MOMENT)

    async def _take_piece(self, receive: Receive) -> tuple[int, bool]:
        """The size of the next piece, and whether there may be more. Who waits for another keeps none."""
        self._listening = True
        message = await receive()
        self._listening = False
        if message["type"] != "http.request":
            raise Disconnected("The connection broke.", hint="Ask for the offset with HEAD, go on there.")
        body = message.get("body", b"")
        self._gather(body)
        return len(body), message.get("more_body", False)

    def _gather(self, body: bytes) -> None:
        if not body:
            return
        self._heard = time.monotonic()
        self._received += len(body)
        if self._position + len(body) > self._upload.size:
            raise TooMuch(
                f"The upload was announced with {self._upload.size} bytes; more arrived.",
                hint="Ask for a new upload of the true size.",
            )
        if not self._check.passed:
            self._check.feed(body)
        self._position += len(body)
        self._pieces.append(body)
        self._gathered += len(body)

    def _look_again(self) -> None:
        self._looking = asyncio.get_running_loop().call_later(_STILL_SECONDS, self._look)

    def _look(self) -> None:
        """While the sender is silent nothing that it sent waits in memory for the rest of a batch."""
        idle = self._listening and self.silent_for() > _STILL_SECONDS and self._writer_is_free()
        if idle and self._gathered and not _failed(self._storing) and not _failed(self._securing):
            self._written()
            self._begin_writing(still=True)
        self._look_again()

    def _writer_is_free(self) -> bool:
        return self._storing is None or self._storing.done()

    async def _hand_over(self) -> None:
        """Give the batch to a thread, once the one before is written. However long that takes, it is not the
        sender's silence.
        """
        if self._deadline is not None and self._ending is None:
            self._deadline.reschedule(None)
        await self._stored()
        self._begin_writing()

    def _begin_writing(self, *, still: bool = False) -> None:
        pieces, self._pieces, self._gathered = self._pieces, [], 0
        self._storing = self._home.run(self._store, pieces, self._due(), still)

    async def _stored(self) -> None:
        """Wait for the batch that is being written; if it ended at a mark, begin to secure that."""
        if self._storing is not None:
            await asyncio.wait([self._storing])
        self._written()

    def _written(self) -> None:
        if self._storing is None:
            return
        mark, self._storing = self._storing.result(), None
        if mark is not None:
            self._securing = self._home.run(self._secure, mark, None)

    def _due(self) -> bool:
        """Whether it is time to make safe what was written. One securing at a time; it fails here."""
        if self._securing is not None:
            if not self._securing.done():
                return False
            self._securing.result()
            self._securing = None
        if self._checksum is not None or self._position == self._upload.size:
            # Made safe when all of it is here and hashed: see _finish.
            return False
        return (
            self._position - self._marked >= _SAFE_EVERY
            or time.monotonic() - self._secured_at >= _SAFE_SECONDS
        )

    def _store(self, pieces: list[bytes], due: bool, still: bool = False) -> Mark | None:
        self._appending.write(pieces)
        if still:
            self._appending.pause()
        if self._checksum is not None:
            self._checksum.update(pieces)
        if not due:
            return None
        self._marked = self._appending.offset
        self._secured_at = time.monotonic()
        return self._appending.mark()

    def _secure(self, mark: Mark, digest: str | None) -> None:
        """The disk first, then the row."""
        self._appending.secure(mark)
        after = uploads.extend(self._upload, mark.offset - self._upload.offset, digest)
        with self._home.database.writing() as connection:
            capabilities.advance(connection, self._upload, after)
            self._appending.enter(connection, mark)
            if after.state is State.COMPLETE:
                telling.uploaded(connection, after, int(time.time()))
        self._upload = after
        self._appending.committed()
        if after.state is State.COMPLETE:
            self._home.blobs.finish(self._blob)

    async def _break_off(self) -> None:
        """Keep what arrived of a body without its end; nothing of it where a checksum was to prove it."""
        if self._checksum is None:
            await self._finish()
        else:
            await self._undo()

    async def _undo(self) -> None:
        """As if this body had never come: what was written since the last safe offset goes."""
        await self._settle()
        await self._home.run(self._appending.cut, self._upload.offset)

    async def _finish(self) -> None:
        """Write and secure everything that was gathered, and let go of the blob."""
        await self._stored()
        if self._securing is not None:
            await asyncio.wait([self._securing])
            self._securing.result()
        pieces, self._pieces = self._pieces, []
        # In one go: of a small part, this is all that there is to do.
        self._storing = self._home.run(self._store_and_secure, pieces)
        await self._stored()

    def _store_and_secure(self, pieces: list[bytes]) -> None:
        self._store(pieces, False)
        if self._checksum is not None:
            self._checksum.check()
        if self._appending.offset > self._upload.offset:
            mark = self._appending.mark(last=self._appending.offset == self._upload.size)
            whole = mark.offset == self._upload.size and not self._upload.partial
            self._secure(mark, self._appending.digest() if whole else None)
        self._appending.close()

    async def _settle(self) -> None:
        """No thread works on the blob any more."""
        running = [future for future in (self._storing, self._securing) if future is not None]
        if running:
            await asyncio.wait(running)

    def _drop(self, error: NotSealed) -> None:
        upload, now = self._upload, int(time.time())
        with self._home.database.writing() as connection:
            capabilities.remove(connection, upload)
            telling.refused(connection, upload.sender, "parts", error, now)
            telling.dropped(connection, upload.id, upload.sender, upload.offset, telling.NOT_SEALED, now)
        self._home.blobs.delete(self._blob)


def _failed(step: asyncio.Future[Any] | None) -> bool:
    """Whether it has ended in an error, which is for who waits for it to hear."""
    return step is not None and step.done() and step.exception() is not None


def _busy() -> Conflict:
    return Conflict(
        "Another connection is sending to this upload.",
        hint="Ask for the offset with HEAD in a moment, go on there.",
    )


def _stopping() -> RoadFailed:
    return RoadFailed(
        "The gateway is about to stop; what arrived is kept.",
        hint="Ask for the offset with HEAD in a moment, go on there.",
    )


def _too_slow() -> ProtocolRefused:
    return ProtocolRefused(
        408,
        "The bytes came too slowly; what arrived is kept.",
        hint="Ask for the offset with HEAD, go on there.",
    )
