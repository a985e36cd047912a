"""Armor: a sealed file as text, in strict PEM (C2SP age.md, "ASCII armor"; RFC 7468, Figure 3).

Blank space may stand before and after the block (at most 1 KiB), and lines may end in LF or CRLF; nothing
else may differ from what ``armored`` writes.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from vernix.sealing.refusals import ArmorBroken

BEGIN = b"-----BEGIN AGE ENCRYPTED FILE-----"
END = b"-----END AGE ENCRYPTED FILE-----"
MAX_BLANK = 1024

_COLUMNS = 64
_LINE_BYTES = 48
_BLOCK_LINES = 8192
_BLOCK = _BLOCK_LINES * (_COLUMNS + 1)
_LONGEST_LINE = _COLUMNS + len(b"\r\n")


def armored(pieces: Iterable[bytes | bytearray | memoryview]) -> Iterator[bytes]:
    """The armored text of the bytes in ``pieces``, a piece at a time."""
    yield BEGIN + b"\n"
    held = b""
    for piece in pieces:
        held += piece
        whole = len(held) - len(held) % _LINE_BYTES
        yield _lines(held[:whole])
        held = held[whole:]
    yield _lines(held) + END + b"\n"


def looks_armored(start: bytes) -> bool:
    """Whether a file that begins with ``start`` (1 KiB or more, if it has that) claims to be armored."""
    if start.startswith(b"age-encryption.org/"):
        return False
    return start.lstrip().startswith(b"-----") or b"BEGIN AGE ENCRYPTED" in start


def dearmored(stream: BinaryIO) -> Iterator[bytes]:
    """The bytes inside the armor, a piece at a time; ``ArmorBroken`` (a ``DataRefused``) where it is not
    strict.
    """
    reader = _Reader(stream)
    reader.skip_to_begin()
    while block := reader.block():
        yield block
    while True:
        line = reader.line()
        if line == END:
            break
        data = _decoded(line)
        yield data
        if len(data) < _LINE_BYTES:
            if reader.line() != END:
                raise ArmorBroken("a line is shorter than 64 columns before the end")
            break
    reader.finish()


def _lines(data: bytes) -> bytes:
    text = base64.b64encode(data)
    return b"".join(text[start : start + _COLUMNS] + b"\n" for start in range(0, len(text), _COLUMNS))


def _decoded(line: bytes) -> bytes:
    if not line or len(line) > _COLUMNS:
        raise ArmorBroken("a line is empty or longer than 64 columns")
    try:
        data = binascii.a2b_base64(line, strict_mode=True)
    except binascii.Error:
        raise ArmorBroken("a line is not base64") from None
    if base64.b64encode(data) != line:
        raise ArmorBroken("a line is not canonical base64")
    return data


class _Reader:
    """Lines of an armored stream, and whole blocks of full lines where the stream allows it (100 times
    faster).
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._held = b""

    def skip_to_begin(self) -> None:
        blank = 0
        while not (line := self.line(limit=MAX_BLANK)).strip():
            blank += len(line) + 1
            if blank > MAX_BLANK:
                raise ArmorBroken("there is too much blank space before it")
        if line != BEGIN:
            raise ArmorBroken("it does not begin with the right line")

    def block(self) -> bytes:
        """The bytes of many full lines at once, or nothing if the next lines are not all full and plain."""
        if len(self._held) < _BLOCK:
            self._held += self._stream.read(_BLOCK - len(self._held))
        block = self._held[:_BLOCK]
        if len(block) < _BLOCK or block[_COLUMNS :: _COLUMNS + 1] != b"\n" * _BLOCK_LINES:
            return b""
        text = block.replace(b"\n", b"")
        if len(text) != _BLOCK_LINES * _COLUMNS or b"=" in text:
            return b""
        try:
            data = binascii.a2b_base64(text, strict_mode=True)
        except binascii.Error:
            raise ArmorBroken("a line is not base64") from None
        self._held = self._held[_BLOCK:]
        return data

    def line(self, limit: int = _LONGEST_LINE) -> bytes:
        """The next line without its end; ``ArmorBroken`` at the end of the stream."""
        end = self._held.find(b"\n", 0, limit)
        if end < 0 and len(self._held) < limit:
            self._held += self._stream.read(_BLOCK)
            end = self._held.find(b"\n", 0, limit)
        if not self._held:
            raise ArmorBroken("it ends early")
        if end < 0 and len(self._held) >= limit:
            raise ArmorBroken("a line is longer than 64 columns")
        end = len(self._held) if end < 0 else end
        line, self._held = self._held[:end], self._held[end + 1 :]
        return line.removesuffix(b"\r")

    def finish(self) -> None:
        rest = self._held + self._stream.read(MAX_BLANK + 1)
        if rest.strip():
            raise ArmorBroken("something stands after its end")
        if len(rest) > MAX_BLANK:
            raise ArmorBroken("there is too much blank space after it")
