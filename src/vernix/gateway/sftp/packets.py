"""The packets of SFTP version 3, as OpenSSH speaks it: requests read strictly, answers written. Pure.

draft-ietf-secsh-filexfer-02 (sections 3 to 8) and OpenSSH's PROTOCOL (section 4). A packet that is not as it
must be raises ``BadPacket``, and the session ends: who does not speak the language cannot be told.
"""

from __future__ import annotations

import stat
import struct
import time
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

VERSION = 3
MAX_PACKET = 256 * 1024 + 1024
"""Bytes of one packet: more than OpenSSH's own bound, so that its largest writes fit."""
MAX_DATA = 255 * 1024
"""Bytes of data in one read or write."""
EXTENSIONS = (
    (b"posix-rename@openssh.com", b"1"),
    (b"fsync@openssh.com", b"1"),
    (b"lsetstat@openssh.com", b"1"),
    (b"limits@openssh.com", b"1"),
)


class Type(IntEnum):
    """The types of packets (section 3)."""

    INIT = 1
    VERSION = 2
    OPEN = 3
    CLOSE = 4
    READ = 5
    WRITE = 6
    LSTAT = 7
    FSTAT = 8
    SETSTAT = 9
    FSETSTAT = 10
    OPENDIR = 11
    READDIR = 12
    REMOVE = 13
    MKDIR = 14
    RMDIR = 15
    REALPATH = 16
    STAT = 17
    RENAME = 18
    READLINK = 19
    SYMLINK = 20
    STATUS = 101
    HANDLE = 102
    DATA = 103
    NAME = 104
    ATTRS = 105
    EXTENDED = 200
    EXTENDED_REPLY = 201


class Status(IntEnum):
    """What became of a request (section 7)."""

    OK = 0
    EOF = 1
    NO_SUCH_FILE = 2
    PERMISSION_DENIED = 3
    FAILURE = 4
    BAD_MESSAGE = 5
    OP_UNSUPPORTED = 8


READ, WRITE, APPEND, CREATE, TRUNCATE, EXCLUSIVE = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20
"""Flags of an open (section 6.3)."""
_SIZE, _OWNER, _PERMISSIONS, _TIMES, _MORE = 0x1, 0x2, 0x4, 0x8, 0x80000000
_EMPTY_STRING = struct.pack(">I", 0)


class BadPacket(Exception):
    """What arrived is not SFTP."""


@dataclass(frozen=True, slots=True)
class Attributes:
    """What is said of a file. ``size`` is bytes, ``modified`` seconds since the epoch."""

    mode: int
    size: int
    modified: int

    def encode(self) -> bytes:
        """As it goes over the wire (section 5)."""
        flags = _SIZE | _PERMISSIONS | _TIMES
        return struct.pack(">IQIII", flags, self.size, self.mode, self.modified, self.modified)


class Reader:
    """Takes the fields of one packet in order."""

    __slots__ = ("_data", "_position")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._position = 0

    def byte(self) -> int:
        """One byte."""
        return self._take(1)[0]

    def uint32(self) -> int:
        """A 32-bit number."""
        return int.from_bytes(self._take(4), "big")

    def uint64(self) -> int:
        """A 64-bit number."""
        return int.from_bytes(self._take(8), "big")

    def string(self) -> bytes:
        """Bytes behind their length."""
        return self._take(self.uint32())

    def attributes(self) -> int | None:
        """Attributes; of all that they may say only a size matters to anybody here."""
        flags = self.uint32()
        size = self.uint64() if flags & _SIZE else None
        self._take(8 * bool(flags & _OWNER) + 4 * bool(flags & _PERMISSIONS) + 8 * bool(flags & _TIMES))
        for _ in range(self.uint32() if flags & _MORE else 0):
            self.string()
            self.string()
        return size

    def end(self) -> None:
        """Refuse what nobody asked for."""
        if self._position != len(self._data):
            raise BadPacket

    def _take(self, count: int) -> bytes:
        end = self._position + count
        if end > len(self._data):
            raise BadPacket
        taken, self._position = self._data[self._position : end], end
        return taken


def string(data: bytes) -> bytes:
    """Bytes behind their length."""
    return struct.pack(">I", len(data)) + data


def packet(kind: Type, body: bytes) -> bytes:
    """A whole packet."""
    return struct.pack(">IB", len(body) + 1, kind) + body


def version() -> bytes:
    """Our greeting."""
    extensions = b"".join(string(name) + string(data) for name, data in EXTENSIONS)
    return packet(Type.VERSION, struct.pack(">I", VERSION) + extensions)


_OK = struct.pack(">II", Status.OK, 0) + _EMPTY_STRING


def ok(request: int) -> bytes:
    """It is done."""
    return struct.pack(">IBI", 5 + len(_OK), Type.STATUS, request) + _OK


def status(request: int, code: Status, text: str = "") -> bytes:
    """It is not done, and why."""
    body = struct.pack(">II", request, code) + string(text.encode("utf-8")) + string(b"en")
    return packet(Type.STATUS, body)


def unsupported(request: int) -> bytes:
    """Nobody does that here."""
    return status(request, Status.OP_UNSUPPORTED, "That is not done here.")


def handle(request: int, name: bytes) -> bytes:
    """A file or folder is open."""
    return packet(Type.HANDLE, struct.pack(">I", request) + string(name))


def data(request: int, content: bytes) -> bytes:
    """What was read."""
    return struct.pack(">IBII", len(content) + 9, Type.DATA, request, len(content)) + content


def attributes(request: int, found: Attributes) -> bytes:
    """What stands there."""
    return packet(Type.ATTRS, struct.pack(">I", request) + found.encode())


def names(request: int, entries: Iterable[tuple[bytes, Attributes]]) -> bytes:
    """Names, each with the line that ``ls -l`` shows."""
    encoded = [string(name) + string(_line(name, found)) + found.encode() for name, found in entries]
    return packet(Type.NAME, struct.pack(">II", request, len(encoded)) + b"".join(encoded))


def limits(request: int) -> bytes:
    """How long packets, reads and writes may be (OpenSSH's ``limits@openssh.com``)."""
    body = struct.pack(">IQQQQ", request, MAX_PACKET, MAX_DATA, MAX_DATA, 0)
    return packet(Type.EXTENDED_REPLY, body)


def _line(name: bytes, found: Attributes) -> bytes:
    when = time.strftime("%b %d %Y", time.gmtime(found.modified))
    return f"{stat.filemode(found.mode)} 1 vernix vernix {found.size:>12} {when} ".encode() + name
