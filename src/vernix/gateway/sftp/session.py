"""One SFTP session: requests taken in order from the channel, each answered; at the end nothing left open.

Reads and writes are done at once, in the event loop: the bytes go to or from the page cache, and handing each
to a thread made it slower (measured). Whatever asks the database or waits for the disk goes to a thread, and
the requests behind it wait, so that the order is the client's.
"""

from __future__ import annotations

import asyncio
import struct
import time
from collections.abc import Awaitable, Callable

import asyncssh

from vernix.errors import DataRefused, FarSideRefused, NotFound, UsageError, VernixError
from vernix.gateway.limits import MIB
from vernix.gateway.logs import log, place_of
from vernix.gateway.receiving import Run
from vernix.gateway.sealedness import NotSealed
from vernix.gateway.sftp import packets
from vernix.gateway.sftp.incoming import MOST_AHEAD, Incoming
from vernix.gateway.sftp.outgoing import Outgoing
from vernix.gateway.sftp.packets import BadPacket, Reader, Status, Type
from vernix.gateway.sftp.paths import Kind, Place, resolve
from vernix.gateway.sftp.view import Named, Readable, View

MOST_HANDLES = 32
_SAFE_EVERY = 64 * MIB
_LISTED_AT_ONCE = 128
_REMEMBERED = 1000
_HEAD = struct.Struct(">IBI")  # length, type, request id
_WRITE = struct.Struct(">I4sQI")  # handle, offset, how many bytes follow


class Folder:
    """An open folder: what is still to be listed."""

    def __init__(self, entries: list[Named]) -> None:
        self.left = entries


Open = tuple[Place, Incoming | Readable | Folder]


class SftpSession(asyncssh.SSHServerSession[bytes]):
    """One channel of one partner. Everything but the subsystem ``sftp`` is refused by default."""

    _chan: asyncssh.SSHServerChannel[bytes]

    def __init__(self, partner: str, outgoing: Outgoing, run: Run) -> None:
        self.partner = partner
        self.heard = time.monotonic()
        self._outgoing = outgoing
        self._run = run
        self._view = View(outgoing.exchange, outgoing, partner)
        self._buffer = bytearray()
        self._handles: dict[bytes, Open] = {}
        self._next = 0
        self._written: dict[Place, None] = {}
        self._begun = self._writing_paused = self._pumping = False
        self._task: asyncio.Future[None] | None = None
        self._ending: asyncio.Future[None] | None = None
        self.ended = False
        self._securing: set[asyncio.Future[None]] = set()
        self._handlers: dict[int, Callable[[int, Reader], Awaitable[bytes]]] = {
            Type.OPEN: self._on_open,
            Type.CLOSE: self._on_close,
            Type.LSTAT: self._on_stat,
            Type.STAT: self._on_stat,
            Type.FSTAT: self._on_fstat,
            Type.SETSTAT: self._on_setstat,
            Type.FSETSTAT: self._on_fsetstat,
            Type.OPENDIR: self._on_opendir,
            Type.READDIR: self._on_readdir,
            Type.REMOVE: self._on_remove,
            Type.MKDIR: self._on_mkdir,
            Type.REALPATH: self._on_realpath,
            Type.RENAME: self._on_rename,
            Type.EXTENDED: self._on_extended,
        }

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
        opened, self._handles = [file for _, file in self._handles.values()], {}
        self._ending = asyncio.ensure_future(self._end(opened))

    async def _end(self, opened: list[Incoming | Readable | Folder]) -> None:
        """Once nothing works on them any more."""
        if self._task is not None:
            await asyncio.wait([self._task])
        await asyncio.gather(*self._securing)
        for file in [*opened, *(file for _, file in self._handles.values())]:
            if isinstance(file, Incoming):
                await self._run(self._cut, file)
            elif isinstance(file, Readable):
                file.close()

    def _cut(self, file: Incoming) -> None:
        try:
            self._outgoing.cut(file)
        except (VernixError, OSError) as error:
            log().warning("sftp file not kept", error=type(error).__name__, place=place_of(error))

    # Packets

    def _pump(self) -> None:
        """Answer every whole packet in the buffer, until one needs a thread."""
        if self._pumping:
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
        return position

    def _answer(self, position: int, length: int) -> None:
        _, kind, request = _HEAD.unpack_from(self._buffer, position)
        start, end = position + _HEAD.size, position + 4 + length
        if not self._begun:
            self._begin(kind)
        elif kind == Type.WRITE:
            self._chan.write(self._on_write(request, start, end))
        elif kind == Type.READ:
            self._chan.write(self._on_read(request, Reader(bytes(self._buffer[start:end]))))
        elif (handler := self._handlers.get(kind)) is not None:
            self._chan.pause_reading()
            work = self._later(request, handler, Reader(bytes(self._buffer[start:end])))
            self._task = asyncio.ensure_future(work)
        else:
            self._chan.write(packets.status(request, Status.OP_UNSUPPORTED, "That is not done here."))

    def _begin(self, kind: int) -> None:
        if kind != Type.INIT:
            raise BadPacket
        self._begun = True
        self._chan.write(packets.version())

    async def _later(
        self, request: int, handler: Callable[[int, Reader], Awaitable[bytes]], reader: Reader
    ) -> None:
        try:
            answer = await self._guarded(request, handler, reader)
        except BadPacket:
            self._give_up()
            return
        finally:
            self._task = None
        self._chan.write(answer)
        self._go_on()

    def _go_on(self) -> None:
        if not self._writing_paused:
            self._chan.resume_reading()
            self._pump()

    async def _guarded(
        self, request: int, handler: Callable[[int, Reader], Awaitable[bytes]], reader: Reader
    ) -> bytes:
        try:
            return await handler(request, reader)
        except (VernixError, OSError) as error:
            return self._refusal(request, error)

    def _refusal(self, request: int, error: VernixError | OSError) -> bytes:
        """An error as its answer. OpenSSH's client shows none of its text: so that is said aside as well."""
        if isinstance(error, OSError):
            log().error(
                "sftp failed", partner=self.partner, error=type(error).__name__, place=place_of(error)
            )
            return packets.status(request, Status.FAILURE, "The gateway's disk failed. Try again later.")
        log().info("sftp refused", partner=self.partner, error=type(error).__name__, place=place_of(error))
        if isinstance(error, DataRefused):
            self._chan.write_stderr(f"{error}\r\n".encode())
        return packets.status(request, _status_of(error), str(error))

    def _give_up(self) -> None:
        log().warning("not sftp", partner=self.partner)
        self._buffer.clear()
        self._chan.close()

    # Bytes, at once

    def _on_write(self, request: int, start: int, end: int) -> bytes:
        # Read in place: a copy of every byte less. Handles have four bytes, as _keep makes them.
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
        _, file = self._handles.get(name, (None, None))
        if not isinstance(file, Incoming):
            return packets.status(request, Status.FAILURE, "That file is not open to write.")
        if file.broken is not None:
            return packets.status(request, Status.FAILURE, file.broken)
        try:
            self._outgoing.write(file, offset, content)
        except (VernixError, OSError) as error:
            file.break_off(str(error) if isinstance(error, VernixError) else "The gateway's disk failed.")
            if isinstance(error, NotSealed):
                self._run(self._outgoing.drop, file)
            return self._refusal(request, error)
        if file.end - file.secured >= _SAFE_EVERY and not self._securing:
            future = self._run(self._secure, file)
            self._securing.add(future)
            future.add_done_callback(self._securing.discard)
        if file.ahead >= MOST_AHEAD and self._task is None:
            self._chan.pause_reading()
            self._task = asyncio.ensure_future(self._catch_up(file))
        return packets.ok(request)

    async def _catch_up(self, file: Incoming) -> None:
        """The client is quicker than the disk: take nothing more before what came is safe."""
        try:
            await asyncio.gather(*self._securing)
            await self._run(self._secure, file)
        finally:
            self._task = None
        self._go_on()

    def _secure(self, file: Incoming) -> None:
        try:
            self._outgoing.secure(file)
        except (VernixError, OSError) as error:
            log().warning("sftp file broken", error=type(error).__name__, place=place_of(error))

    def _on_read(self, request: int, reader: Reader) -> bytes:
        name, offset, count = reader.string(), reader.uint64(), reader.uint32()
        _, file = self._handles.get(name, (None, None))
        if not isinstance(file, Readable) or offset >= 1 << 63:
            return packets.status(request, Status.FAILURE, "That file is not open to read.")
        content = file.read(offset, min(count, packets.MAX_DATA))
        return packets.data(request, content) if content else packets.status(request, Status.EOF)

    # Files

    async def _on_open(self, request: int, reader: Reader) -> bytes:
        place, flags = resolve(reader.string()), reader.uint32()
        reader.attributes()
        if len(self._handles) >= MOST_HANDLES:
            raise UsageError(f"A session may have {MOST_HANDLES} files open.", hint="Close some first.")
        file: Incoming | Readable
        if place.kind is Kind.OUTGOING:
            file = await self._run(self._outgoing.open, self.partner, place, flags)
            self._remember(place)
        elif flags & (packets.WRITE | packets.CREATE | packets.TRUNCATE):
            raise FarSideRefused("Nothing can be written here.", hint="Put the file into /to/<partner>/.")
        else:
            file = await self._run(self._view.open, place)
        return packets.handle(request, self._keep(place, file))

    async def _on_close(self, request: int, reader: Reader) -> bytes:
        place, file = self._opened(reader, keep=False)
        if isinstance(file, Readable):
            file.close()
        elif isinstance(file, Incoming):
            await asyncio.gather(*self._securing)
            await self._run(self._outgoing.close, file, place)
        return packets.ok(request)

    async def _on_fstat(self, request: int, reader: Reader) -> bytes:
        place, file = self._opened(reader)
        if isinstance(file, Readable):
            return packets.attributes(request, file.attributes)
        found = await self._run(self._view.attributes, place)
        if isinstance(file, Incoming):
            found = packets.Attributes(found.mode, file.end, found.modified)
        return packets.attributes(request, found)

    async def _on_fsetstat(self, request: int, reader: Reader) -> bytes:
        _, file = self._opened(reader)
        size = reader.attributes()
        if size is not None and isinstance(file, Incoming):
            await asyncio.gather(*self._securing)
            await self._run(self._outgoing.truncate, file, size)
        return packets.ok(request)

    # Names

    async def _on_stat(self, request: int, reader: Reader) -> bytes:
        return packets.attributes(request, await self._run(self._view.attributes, resolve(reader.string())))

    async def _on_setstat(self, request: int, reader: Reader) -> bytes:
        """Times and permissions are the client's wish and nobody's need: it is told yes, nothing is kept."""
        await self._run(self._view.attributes, resolve(reader.string()))
        return packets.ok(request)

    async def _on_opendir(self, request: int, reader: Reader) -> bytes:
        place = resolve(reader.string())
        if len(self._handles) >= MOST_HANDLES:
            raise UsageError(f"A session may have {MOST_HANDLES} files open.", hint="Close some first.")
        entries = await self._run(self._view.entries, place, tuple(self._written))
        return packets.handle(request, self._keep(place, Folder(entries)))

    async def _on_readdir(self, request: int, reader: Reader) -> bytes:
        _, folder = self._opened(reader)
        if not isinstance(folder, Folder):
            raise UsageError("That is not a folder.")
        some, folder.left = folder.left[:_LISTED_AT_ONCE], folder.left[_LISTED_AT_ONCE:]
        return packets.names(request, some) if some else packets.status(request, Status.EOF)

    async def _on_realpath(self, request: int, reader: Reader) -> bytes:
        place = resolve(reader.string())
        return packets.names(request, [(place.spelled, packets.Attributes(0, 0, 0))])

    async def _on_remove(self, request: int, reader: Reader) -> bytes:
        place = resolve(reader.string())
        if place.kind is not Kind.OUTGOING:
            raise FarSideRefused("This stays until it is signed for.", hint="vernix collect signs for it.")
        await self._run(self._outgoing.remove, self.partner, place)
        self._written.pop(place, None)
        return packets.ok(request)

    async def _on_mkdir(self, request: int, reader: Reader) -> bytes:
        if resolve(reader.string()).is_folder:
            return packets.status(request, Status.FAILURE, "This folder is here already.")
        raise FarSideRefused("No folders can be made here.", hint="Put the file into /to/<partner>/ itself.")

    async def _on_rename(self, request: int, reader: Reader) -> bytes:
        return await self._rename(request, reader, replace=False)

    async def _rename(self, request: int, reader: Reader, *, replace: bool) -> bytes:
        old, new = resolve(reader.string()), resolve(reader.string())
        if {old.kind, new.kind} != {Kind.OUTGOING}:
            raise FarSideRefused("Only files in /to/<partner>/ can be renamed.")
        await self._run(lambda: self._outgoing.rename(self.partner, old, new, replace=replace))
        self._written.pop(old, None)
        self._remember(new)
        for name, (place, file) in self._handles.items():
            if place == old:
                self._handles[name] = (new, file)
        return packets.ok(request)

    async def _on_extended(self, request: int, reader: Reader) -> bytes:
        match reader.string():
            case b"posix-rename@openssh.com":
                return await self._rename(request, reader, replace=True)
            case b"fsync@openssh.com":
                _, file = self._opened(reader)
                if isinstance(file, Incoming):
                    await asyncio.gather(*self._securing)
                    await self._run(self._outgoing.secure, file)
                return packets.ok(request)
            case b"lsetstat@openssh.com":
                return await self._on_setstat(request, reader)
            case b"limits@openssh.com":
                return packets.limits(request)
        return packets.status(request, Status.OP_UNSUPPORTED, "That is not done here.")

    # Handles

    def _keep(self, place: Place, file: Incoming | Readable | Folder) -> bytes:
        self._next += 1
        name = self._next.to_bytes(4, "big")
        self._handles[name] = (place, file)
        return name

    def _opened(self, reader: Reader, *, keep: bool = True) -> Open:
        name = reader.string()
        found = self._handles.get(name)
        if found is None:
            raise NotFound("Nothing is open under that handle.")
        if not keep:
            del self._handles[name]
        return found

    def _remember(self, place: Place) -> None:
        """Names live in this session only, and not all of them for ever."""
        self._written[place] = None
        if len(self._written) > _REMEMBERED:
            del self._written[next(iter(self._written))]


def _status_of(error: VernixError) -> Status:
    if isinstance(error, NotFound):
        return Status.NO_SUCH_FILE
    return Status.PERMISSION_DENIED if type(error) is FarSideRefused else Status.FAILURE
