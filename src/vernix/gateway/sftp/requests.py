"""What the requests of SFTP do that ask for files and names: everything but the bytes themselves.

Each function of ``Requests`` answers one type of packet, in the client's order; whatever asks the database or
waits for the disk goes to a thread.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from vernix.errors import FarSideRefused, UsageError
from vernix.gateway.receiving import Run
from vernix.gateway.sftp import packets
from vernix.gateway.sftp.downloading import Readable
from vernix.gateway.sftp.handles import Folder, Handles
from vernix.gateway.sftp.incoming import Incoming
from vernix.gateway.sftp.outgoing import Outgoing
from vernix.gateway.sftp.packets import Reader, Status, Type
from vernix.gateway.sftp.paths import Kind, Place, resolve
from vernix.gateway.sftp.view import View, being_written

_LISTED_AT_ONCE = 128
_REMEMBERED = 1000

Handler = Callable[[int, Reader], Awaitable[bytes]]


class Bytes(Protocol):
    """What the session does with the bytes of open files meanwhile."""

    async def settled(self) -> None:
        """Wait until nothing works on a file in the background."""
        ...

    def opened(self, file: Incoming | Readable) -> None:
        """A file was opened."""
        ...

    def closed(self, file: Incoming) -> None:
        """A file is whole."""
        ...


class Requests:
    """The requests of one session of a partner."""

    def __init__(self, partner: str, outgoing: Outgoing, run: Run, handles: Handles, work: Bytes) -> None:
        self._partner = partner
        self._outgoing = outgoing
        self._run = run
        self._handles = handles
        self._bytes = work
        self._view = View(outgoing.exchange, outgoing, partner)
        self._written: dict[Place, None] = {}
        self.handlers: Mapping[int, Handler] = {
            Type.OPEN: self._open,
            Type.CLOSE: self._close,
            Type.LSTAT: self._stat,
            Type.STAT: self._stat,
            Type.FSTAT: self._fstat,
            Type.SETSTAT: self._setstat,
            Type.FSETSTAT: self._fsetstat,
            Type.OPENDIR: self._opendir,
            Type.READDIR: self._readdir,
            Type.REMOVE: self._remove,
            Type.MKDIR: self._mkdir,
            Type.REALPATH: self._realpath,
            Type.RENAME: self._rename,
            Type.EXTENDED: self._extended,
        }

    # Files

    async def _open(self, request: int, reader: Reader) -> bytes:
        place, flags = resolve(reader.string()), reader.uint32()
        reader.attributes()
        self._handles.check_room()
        file: Incoming | Readable
        if place.kind is Kind.OUTGOING:
            file = await self._run(self._outgoing.open, self._partner, place, flags)
            self._remember(place)
        elif flags & (packets.WRITE | packets.CREATE | packets.TRUNCATE):
            raise FarSideRefused("Nothing can be written here.", hint="Put the file into /to/<partner>/.")
        else:
            file = await self._run(self._view.open, place)
        self._bytes.opened(file)
        return packets.handle(request, self._handles.keep(file))

    async def _close(self, request: int, reader: Reader) -> bytes:
        file = self._handles.take(reader.string())
        if isinstance(file, Readable):
            await self._run(file.close)
        elif isinstance(file, Incoming):
            await self._bytes.settled()
            await self._run(self._outgoing.close, file)
            self._bytes.closed(file)
        return packets.ok(request)

    async def _fstat(self, request: int, reader: Reader) -> bytes:
        file = self._handles.find(reader.string())
        if isinstance(file, Folder):
            raise UsageError("That is a folder.")
        found = being_written(file) if isinstance(file, Incoming) else file.attributes
        return packets.attributes(request, found)

    async def _fsetstat(self, request: int, reader: Reader) -> bytes:
        file, size = self._handles.find(reader.string()), reader.attributes()
        if size is not None and isinstance(file, Incoming):
            await self._bytes.settled()
            await self._run(self._outgoing.truncate, file, size)
        return packets.ok(request)

    # Names

    async def _stat(self, request: int, reader: Reader) -> bytes:
        return packets.attributes(request, await self._run(self._view.attributes, resolve(reader.string())))

    async def _setstat(self, request: int, reader: Reader) -> bytes:
        """Times and permissions are the client's wish and nobody's need: it is told yes, nothing is kept."""
        await self._run(self._view.attributes, resolve(reader.string()))
        return packets.ok(request)

    async def _opendir(self, request: int, reader: Reader) -> bytes:
        place = resolve(reader.string())
        self._handles.check_room()
        entries = await self._run(self._view.entries, place, tuple(self._written))
        return packets.handle(request, self._handles.keep(Folder(entries)))

    async def _readdir(self, request: int, reader: Reader) -> bytes:
        folder = self._handles.find(reader.string())
        if not isinstance(folder, Folder):
            raise UsageError("That is not a folder.")
        some = folder.some(_LISTED_AT_ONCE)
        return packets.names(request, some) if some else packets.status(request, Status.EOF)

    async def _realpath(self, request: int, reader: Reader) -> bytes:
        place = resolve(reader.string())
        return packets.names(request, [(place.spelled, packets.Attributes(0, 0, 0))])

    async def _remove(self, request: int, reader: Reader) -> bytes:
        place = resolve(reader.string())
        if place.kind is not Kind.OUTGOING:
            raise FarSideRefused("This stays until it is signed for.", hint="vernix collect signs for it.")
        await self._run(self._outgoing.remove, self._partner, place)
        self._written.pop(place, None)
        return packets.ok(request)

    async def _mkdir(self, request: int, reader: Reader) -> bytes:
        if resolve(reader.string()).is_folder:
            return packets.status(request, Status.FAILURE, "This folder is here already.")
        raise FarSideRefused("No folders can be made here.", hint="Put the file into /to/<partner>/ itself.")

    async def _rename(self, request: int, reader: Reader, *, replace: bool = False) -> bytes:
        old, new = resolve(reader.string()), resolve(reader.string())
        if {old.kind, new.kind} != {Kind.OUTGOING}:
            raise FarSideRefused("Only files in /to/<partner>/ can be renamed.")
        await self._run(lambda: self._outgoing.rename(self._partner, old, new, replace=replace))
        self._written.pop(old, None)
        self._remember(new)
        return packets.ok(request)

    async def _extended(self, request: int, reader: Reader) -> bytes:
        match reader.string():
            case b"posix-rename@openssh.com":
                return await self._rename(request, reader, replace=True)
            case b"fsync@openssh.com":
                return await self._fsync(request, reader)
            case b"lsetstat@openssh.com":
                return await self._setstat(request, reader)
            case b"limits@openssh.com":
                return packets.limits(request)
        return packets.unsupported(request)

    async def _fsync(self, request: int, reader: Reader) -> bytes:
        file = self._handles.find(reader.string())
        if isinstance(file, Incoming):
            await self._bytes.settled()
            await self._run(self._outgoing.secure, file)
        return packets.ok(request)

    def _remember(self, place: Place) -> None:
        """Names live in this session only, and not all of them for ever."""
        self._written[place] = None
        if len(self._written) > _REMEMBERED:
            del self._written[next(iter(self._written))]
