"""A file open to read. A waiting part is counted, braked and told as over HTTP, before a byte of it leaves.

Where a client begins is known at its first read, not when it opens the file: what it has already it does not
read again. So the gateway is asked then, and once more whenever the file is read from its beginning again, or
as much was read as the file has.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from vernix.gateway.blobs import OpenFile
from vernix.gateway.sftp.packets import Attributes

Ask = Callable[[int], bool]
"""Asks to read from an offset on; whether what goes out is to be told. Raises as ``Exchange.part``."""
Tell = Callable[[int], None]
"""Told how many bytes went out."""


class Readable:
    """Bytes that are here already (a receipt), or a part."""

    def __init__(self, attributes: Attributes, content: bytes = b"") -> None:
        self.attributes = attributes
        self._content = content

    def must_ask(self, offset: int) -> bool:
        """Whether ``ask`` comes before reading from ``offset`` on."""
        return False

    def ask(self, offset: int) -> None:
        """Ask. Waits for the database."""

    def read(self, offset: int, count: int) -> bytes:
        """At most ``count`` bytes from ``offset`` on; none at the end. OSError from the disk."""
        return self._content[offset : offset + count]

    def close(self) -> None:
        """Let go of it. Waits for the database."""


class Part(Readable):
    """A waiting part."""

    def __init__(self, attributes: Attributes, descriptor: int, ask: Ask, tell: Tell) -> None:
        super().__init__(attributes)
        self._file = OpenFile(descriptor)
        self._ask = ask
        self._tell = tell
        self._asked = self._telling = False
        self._since = 0
        self._untold = 0

    def must_ask(self, offset: int) -> bool:
        """Whether this read begins anew: the first one, from the beginning, or after a whole file's worth."""
        if offset >= self.attributes.size:
            return False
        return not self._asked or offset == 0 or self._since >= self.attributes.size

    def ask(self, offset: int) -> None:
        """As a request with a range from ``offset`` on. Raises as ``Exchange.part``."""
        self._tell_all()
        self._telling = self._ask(offset)
        self._asked, self._since = True, 0

    def read(self, offset: int, count: int) -> bytes:
        """At most ``count`` bytes from ``offset`` on."""
        content = os.pread(self._file.number, count, offset)
        self._since += len(content)
        self._untold += len(content)
        return content

    def close(self) -> None:
        """Let go of it, telling what went out."""
        self._file.close()
        self._tell_all()

    def _tell_all(self) -> None:
        sent, self._untold = self._untold, 0
        if sent and self._telling:
            self._tell(sent)
