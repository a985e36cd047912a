"""One SFTP session: requests taken in order from the channel, each answered; at the end nothing left open.

Reads and writes are done at once, in the event loop: the bytes go to or from the page cache, and handing each
to a thread made it slower (measured). Whatever asks the database or waits for the disk goes to a thread, and
the requests behind it wait, so that the order is the client's.
"""

from __future__ import annotations

import asyncio
import contextlib
import struct
import time
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial

import asyncssh

from vernix.errors import DataRefused, FarSideRefused, KeeperFailed, NotFound, TooMuch, VernixError
from vernix.gateway.limits import KIB, MIB
from vernix.gateway.logs import log, place_of
from vernix.gateway.rates import Rates, Throttle
from vernix.gateway.receiving import Run
from vernix.gateway.sealedness import NotSealed
from vernix.gateway.sftp import packets
from vernix.gateway.sftp.downloading import Readable
from vernix.gateway.sftp.handles import Handles
from vernix.gateway.sftp.incoming import MOST_AHEAD, Incoming
from vernix.gateway.sftp.outgoing import Outgoing
from vernix.gateway.sftp.packets import BadPacket, Reader, Status, Type
from vernix.gateway.sftp.requests import Requests

_SAFE_EVERY = 64 * MIB
_LEAST = 4 * KIB
"""Bytes that a read or write counts as at least, where a partner's bytes a second are bounded."""
_HEAD = struct.Struct(">IBI")  # length, type, request id
_WRITE = struct.Struct(">I4sQI")  # handle, offset, how many bytes follow


class SftpSession(asyncssh.SSHServerSession[bytes]):
    """One channel of one partner. Everything but the subsystem ``sftp`` is refused by default."""

    _chan: asyncssh.SSHServerChannel[bytes]

    def __init__(self, partner: str, outgoing: Outgoing, run: Run, rates: Rates) -> None:
        self.partner = partner
        self.heard = time.monotonic()
        self.ended = False
        self._outgoing = outgoing
        self._run = run
        self._rates = rates
        self._throttle: Throttle | None = None
        self._owed = 0.0
        self._said = ""
        self._buffer = bytearray()
        self._handles = Handles()
        self._requests = Requests(partner, outgoing, run, self._handles, self)
        self._begun = self._writing_paused = self._pumping = False
        self._task: asyncio.Future[None] | None = None
        self._ending: asyncio.Future[None] | None = None
        self._gone = asyncio.Event()
        self.over = asyncio.Event()
        self._securing: set[asyncio.Future[None]] = set()

    # What asyncssh asks and tells

    def connection_made(self, chan: asyncssh.SSHServerChannel[bytes]) -> None:
        """The channel is there."""
        self._chan = chan

    def subsystem_requested(self, subsystem: str) -> bool:
        """SFTP, and nothing else: no shell, no command, no terminal."""
        return subsystem == "sftp"

    def data_received(self, data: bytes, datatype: asyncssh.DataType) -> None:
        """Bytes of packets, in pieces of any size."""
        self.heard = time.monotonic()
        self._buffer += data
        self._pump()

    def eof_received(self) -> bool:
        """The client says no more (told only while we read, so it has all its answers): the channel ends."""
        self._chan.exit(0)
        return True

    def pause_writing(self) -> None:
        """The client does not read what it asked for: answer no more until it does."""
        self._writing_paused = True
        self._chan.pause_reading()

    def resume_writing(self) -> None:
        """It reads again."""
        self._writing_paused = False
        if self._task is None:
            self._chan.resume_reading()
            self._pump()

    def connection_lost(self, exc: Exception | None) -> None:
        """Whatever is still open is cut: kept as far as it came, and not delivered."""
        self.ended = True
        self._gone.set()
        self._ending = asyncio.ensure_future(self._end())

    async def _end(self) -> None:
        """Once nothing works on the files any more."""
        try:
            if self._task is not None:
                await asyncio.wait([self._task])
            await self.settled()
            for file in self._handles.take_all():
                if isinstance(file, Incoming | Readable):
                    await self._run(self._leave, file)
        finally:
            self.over.set()

    def _leave(self, file: Incoming | Readable) -> None:
        try:
            if isinstance(file, Incoming):
                self._outgoing.cut(file)
            else:
                file.close()
        except (VernixError, OSError) as error:
            log().warning("sftp file not kept", error=type(error).__name__, place=place_of(error))

    # Packets

    def _pump(self) -> None:
        """Answer every whole packet in the buffer, until one needs a thread."""
        if self._pumping or self.ended:
            return  # An answer of ours made room to write: the loop below goes on by itself.
        self._pumping = True
        try:
            position = self._answer_whole_packets()
            del self._buffer[:position]
        except BadPacket:
            self._give_up()
        finally:
            self._pumping = False

    def _answer_whole_packets(self) -> int:
        """Where in the buffer the first packet begins that is still to be answered."""
        position = 0
        while self._task is None and not self._writing_paused and len(self._buffer) - position >= 4:
            length = int.from_bytes(self._buffer[position : position + 4], "big")
            if not 5 <= length <= packets.MAX_PACKET:
                raise BadPacket
            if len(self._buffer) - position < 4 + length:
                break
            self._answer(position, length)
            position += 4 + length
            if self._owed and self._task is None:
                self._hold(self._rest())
        return position

    def _answer(self, position: int, length: int) -> None:
        _, kind, request = _HEAD.unpack_from(self._buffer, position)
        start, end = position + _HEAD.size, position + 4 + length
        if not self._begun:
            self._begin(kind)
        elif kind == Type.WRITE:
            self._send(self._on_write(request, start, end))
        elif kind == Type.READ:
            self._on_read(request, Reader(bytes(self._buffer[start:end])))
        elif (handler := self._requests.handlers.get(kind)) is not None:
            reader = Reader(bytes(self._buffer[start:end]))
            self._hold(self._later(request, partial(handler, request, reader)))
        else:
            self._send(packets.unsupported(request))

    def _begin(self, kind: int) -> None:
        if kind != Type.INIT:
            raise BadPacket
        self._begun = True
        self._send(packets.version())

    def _hold(self, work: Coroutine[None, None, None]) -> None:
        """Take no packet before ``work`` is done."""
        self._chan.pause_reading()
        self._task = asyncio.ensure_future(self._held(work))

    async def _held(self, work: Coroutine[None, None, None]) -> None:
        try:
            await work
            if self._owed:
                await self._rest()
        except BadPacket:
            self._give_up()
            return
        except Exception:
            self._give_up()  # A mistake of ours: its client is told by the end, the log by its place.
            raise
        finally:
            self._task = None
        if not self._writing_paused and not self.ended:
            self._chan.resume_reading()
            self._pump()

    async def _later(self, request: int, work: Callable[[], Awaitable[bytes]]) -> None:
        """Answer with what ``work`` comes to, as one request of the partner's."""
        try:
            quota = self._outgoing.exchange.quota_of_sender(self.partner)
            with self._rates.admitted(self.partner, quota):
                answer = await work()
        except (VernixError, OSError) as error:
            answer = self._refusal(request, error)
            await self._run(self._tell, error)
        self._send(answer)

    def _refusal(self, request: int, error: VernixError | OSError) -> bytes:
        """An error as its answer. OpenSSH's client shows none of its text: so that is said aside as well."""
        if isinstance(error, OSError):
            log().error(
                "sftp failed", partner=self.partner, error=type(error).__name__, place=place_of(error)
            )
            return packets.status(request, Status.FAILURE, "The gateway's disk failed. Try again later.")
        log().info("sftp refused", partner=self.partner, error=type(error).__name__, place=place_of(error))
        if isinstance(error, DataRefused | TooMuch | KeeperFailed):
            self._say(str(error))
        return packets.status(request, _status_of(error), str(error))

    def _tell(self, error: VernixError | OSError) -> None:
        """Have a refusal in the ledger, as over HTTP; but not that something is not there: clients look."""
        if isinstance(error, FarSideRefused | DataRefused) and not isinstance(error, NotFound | NotSealed):
            self._outgoing.tell_refusal(self.partner, error)

    def _send(self, answer: bytes) -> None:
        if not self.ended and not self._chan.is_closing():
            self._chan.write(answer)

    def _say(self, text: str) -> None:
        """To the client's standard error, which people see; the same not twice in a row."""
        if text != self._said and not self.ended and not self._chan.is_closing():
            self._said = text
            self._chan.write_stderr(f"{text}\r\n".encode())

    def _give_up(self) -> None:
        log().warning("not sftp", partner=self.partner)
        self._buffer.clear()
        if not self.ended:
            self._chan.close()

    # Bytes, at once

    def _on_write(self, request: int, start: int, end: int) -> bytes:
        # Read in place: a copy of every byte less. Handles have four bytes, as Handles makes them.
        if end - start < _WRITE.size:
            raise BadPacket
        size, name, offset, length = _WRITE.unpack_from(self._buffer, start)
        first = start + _WRITE.size
        # rclone's library sends its whole buffer when it has less than that to write: what is beyond the
        # length is nobody's, as OpenSSH's server has it.
        if size != len(name) or first + length > end:
            raise BadPacket
        with memoryview(self._buffer) as view, view[first : first + length] as content:
            return self._write(request, name, offset, content)

    def _write(self, request: int, name: bytes, offset: int, content: memoryview) -> bytes:
        file = self._handles.get(name)
        if not isinstance(file, Incoming):
            return packets.status(request, Status.FAILURE, "That file is not open to write.")
        if file.broken is not None:
            self._say(file.broken)
            return packets.status(request, Status.FAILURE, file.broken)
        try:
            self._outgoing.write(file, offset, content)
        except (VernixError, OSError) as error:
            file.break_off(str(error) if isinstance(error, VernixError) else "The gateway's disk failed.")
            if isinstance(error, NotSealed):
                self._run(self._outgoing.drop, file)
            self._run(self._tell, error)
            return self._refusal(request, error)
        self._pay(len(content))
        if file.end - file.secured >= _SAFE_EVERY and not self._securing:
            future = self._run(self._secure, file)
            self._securing.add(future)
            future.add_done_callback(self._securing.discard)
        if file.ahead >= MOST_AHEAD and self._task is None:
            self._hold(self._catch_up(file))
        return packets.ok(request)

    async def _catch_up(self, file: Incoming) -> None:
        """The client is quicker than the disk: take nothing more before what came is safe."""
        began = time.monotonic()
        await self.settled()
        await self._run(self._secure, file)
        file.pace.hold_up(time.monotonic() - began)

    def _secure(self, file: Incoming) -> None:
        try:
            self._outgoing.secure(file)
        except (VernixError, OSError) as error:
            log().warning("sftp file broken", error=type(error).__name__, place=place_of(error))

    def _on_read(self, request: int, reader: Reader) -> None:
        name, offset, count = reader.string(), reader.uint64(), reader.uint32()
        file = self._handles.get(name)
        if not isinstance(file, Readable) or offset >= 1 << 63:
            self._send(packets.status(request, Status.FAILURE, "That file is not open to read."))
        elif file.must_ask(offset):
            self._hold(self._later(request, partial(self._ask_and_read, request, file, offset, count)))
        else:
            self._send(self._read(request, file, offset, count))

    async def _ask_and_read(self, request: int, file: Readable, offset: int, count: int) -> bytes:
        await self._run(file.ask, offset)
        return self._read(request, file, offset, count)

    def _read(self, request: int, file: Readable, offset: int, count: int) -> bytes:
        content = file.read(offset, min(count, packets.MAX_DATA))
        self._pay(len(content))
        return packets.data(request, content) if content else packets.status(request, Status.EOF)

    # A partner's bytes a second

    def _pay(self, count: int) -> None:
        if self._throttle is not None:
            self._owed = self._throttle(max(count, _LEAST))

    async def _rest(self) -> None:
        """More came or went than the partner's rate allows: take nothing from this session for a while."""
        seconds, self._owed = self._owed, 0.0
        self._say("This partner's bytes a second are bounded; what is beyond waits.")
        for file in self._handles:
            if isinstance(file, Incoming):
                file.pace.hold_up(seconds)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._gone.wait()

    # What Requests needs

    async def settled(self) -> None:
        """Wait until nothing works on a file in the background."""
        await asyncio.gather(*self._securing)

    def opened(self, file: Incoming | Readable) -> None:
        """A file was opened: its bytes are to keep to the rate that the directory says now."""
        quota = self._outgoing.exchange.quota_of_sender(self.partner)
        self._throttle = self._rates.throttle(self.partner, quota)
        if isinstance(file, Incoming):
            self._warn(file)

    def closed(self, file: Incoming) -> None:
        """A file is whole."""
        self._warn(file)

    def _warn(self, file: Incoming) -> None:
        """Say aside what of a quota is nearly used up."""
        if file.used is not None:
            bound = file.used.name.replace("_", " ")
            self._say(f"{file.used.percent} % of what this partner may send is used ({bound}).")


def _status_of(error: VernixError) -> Status:
    if isinstance(error, NotFound):
        return Status.NO_SUCH_FILE
    return Status.PERMISSION_DENIED if type(error) is FarSideRefused else Status.FAILURE
