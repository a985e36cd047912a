"""One file that a partner writes: any order, any offset, from where it stands; sealed or refused at once.

Clients pipeline their writes, some of them out of order, and go on where a broken session stopped. What
counts is the part without a gap from the first byte on: that much is made safe, is told by ``stat``, and is
kept when the connection breaks. Nothing is written before the first bytes have shown an age file.
"""

from __future__ import annotations

import os
import threading

from vernix.errors import Conflict, DataRefused, TooMuch
from vernix.gateway.blobs import BlobLock
from vernix.gateway.limits import MIB, Pace
from vernix.gateway.quotas import Used
from vernix.gateway.sealedness import NotSealed
from vernix.gateway.sftp.names import Written
from vernix.sealing.header import INTRO

CHUNK = 64 * 1024 + 16
"""Bytes of a whole chunk of age's payload, tag included (C2SP age, Payload)."""
_NONCE, _TAG = 16, 16
_EARLY_BYTES = 4 * MIB
_MOST_PIECES = 1024
_MOST_BEYOND = 64 * MIB
MOST_AHEAD = 128 * MIB
"""Bytes of one file that may be here and not charged to anybody; then they are secured before more come."""
_FULL_WRITE = 32 * 1024
"""Bytes that every client puts into a write while it has them."""

OVER = "This file was closed, or opened anew from another session."
PLAIN = (
    "This is not a sealed file; the gateway takes nothing that it could read. "
    "Seal it first: vernix seal --to PARTNER FILE, then send the .age file."
)


class Incoming:
    """An open file: its lock, how far it reaches without a gap, and what lies beyond the gap.

    Bytes are written in the event loop while a thread may release the file: ``write`` looks whether it is
    ``broken`` and writes under one lock. ``working`` is for the threads: who holds it is the only one that
    secures, cuts or releases. ``used`` is what of its sender's quota was nearly used up when it last was
    charged, ``refused`` whether it may send no more of it; ``received`` counts every byte that came, also the
    same twice.
    """

    def __init__(self, file: Written, lock: BlobLock, pace: Pace) -> None:
        self.file = file.upload
        self.blob = file.blob
        self.sender = file.sender
        self.writer = file.writer
        self.pace = pace
        self.received = 0
        self.used: Used | None = None
        self.end = self.secured = safe = file.size
        self.broken: str | None = None
        self.refused = False
        self.working = threading.RLock()
        self._guard = threading.Lock()
        self._lock = lock
        self._beyond: dict[int, int] = {}
        self._early: list[tuple[int, bytes]] = []
        self._early_bytes = 0
        self._largest = self._last = 0
        os.ftruncate(lock.descriptor, safe)

    @property
    def descriptor(self) -> int:
        """Where the bytes are."""
        return self._lock.descriptor

    @property
    def has_gap(self) -> bool:
        """Whether bytes are missing before others that came."""
        return bool(self._beyond or self._early)

    @property
    def ahead(self) -> int:
        """Bytes on the disk that no row tells of, and nobody was charged for."""
        with self._guard:
            return self.end - self.secured + self._beyond_bytes

    @property
    def _beyond_bytes(self) -> int:
        return sum(end - start for start, end in self._beyond.items())

    @property
    def ended_short(self) -> bool:
        """Whether the last write was shorter than those of a client that has more: it read all of it."""
        return self._last < max(self._largest, _FULL_WRITE)

    def write(self, offset: int, data: memoryview, most: int) -> None:
        """Take ``data`` at ``offset``. ``most`` is how long a file may get.

        Raises ``NotSealed`` (at the first bytes that are no age file), ``TooMuch``, ``OSError``, ``Conflict``
        (the file is broken, or released).
        """
        with self._guard:
            self._check_whole()
            self.received += len(data)
            if data:  # An empty piece would be one more to keep, and closes no gap.
                self._write(offset, data, most)

    def _write(self, offset: int, data: memoryview, most: int) -> None:
        if offset + len(data) > most:
            raise TooMuch(f"One file may have at most {most} bytes.", hint="Split it.")
        if offset < len(INTRO):
            self._look(offset, data)
        elif self.end < len(INTRO):
            self._keep_early(offset, data)
            return
        self._put(offset, data)
        if self._early and self.end >= len(INTRO):
            early, self._early, self._early_bytes = self._early, [], 0
            for start, piece in early:
                self._put(start, piece)

    def truncate(self, size: int) -> None:
        """Cut the file to ``size`` bytes, if it is longer; a client does so with what it did not finish.

        Raises ``Conflict`` as ``write`` does.
        """
        with self._guard:
            self._check_whole()
            if size < self.end or self.has_gap:
                self.end = min(self.end, size)
                self.secured = min(self.secured, self.end)
                self._beyond.clear()
                self._early.clear()
                self._early_bytes = 0
                os.ftruncate(self.descriptor, self.end)

    def break_off(self, why: str) -> None:
        """Write no more, and say ``why`` to whoever tries; the first reason stays."""
        with self._guard:
            self.broken = self.broken or why

    def keep_only(self, size: int) -> None:
        """Leave ``size`` bytes on the disk, of a file that is written no more."""
        if size < os.fstat(self.descriptor).st_size:
            os.ftruncate(self.descriptor, size)

    def release(self, why: str = OVER) -> None:
        """Let go of the file; who tries to write to it afterwards is told ``why``."""
        self.break_off(why)
        self._lock.release()

    def _check_whole(self) -> None:
        if self.broken is not None:
            raise Conflict(self.broken)

    @staticmethod
    def _look(offset: int, data: memoryview) -> None:
        if data[: len(INTRO) - offset] != INTRO[offset : offset + len(data)]:
            raise NotSealed(PLAIN)

    def _keep_early(self, offset: int, data: memoryview) -> None:
        """Hold back what came before the first bytes did: it might not be sealed."""
        self._early_bytes += len(data)
        if self._early_bytes > _EARLY_BYTES or len(self._early) >= _MOST_PIECES:
            raise DataRefused("The beginning of this file did not come first.", hint="Send it in order.")
        self._early.append((offset, bytes(data)))

    def _put(self, offset: int, data: bytes | memoryview) -> None:
        view, position = memoryview(data), offset
        while view:
            written = os.pwrite(self.descriptor, view, position)
            view, position = view[written:], position + written
        self._largest = max(self._largest, len(data))
        if offset <= self.end:
            if position >= self.end:
                self.end, self._last = position, len(data)
            while self._beyond and (start := min(self._beyond)) <= self.end:
                self.end = max(self.end, self._beyond.pop(start))
            return
        self._beyond[offset] = max(position, self._beyond.get(offset, 0))
        if len(self._beyond) > _MOST_PIECES or self._beyond_bytes > _MOST_BEYOND:
            raise DataRefused("This file arrives in too many pieces.", hint="Send it in order.")


def is_plausible(size: int, header: int) -> bool:
    """Whether an age file of ``size`` bytes, ``header`` of them its header, may be whole, by its length."""
    payload = size - header - _NONCE
    if payload < _TAG:
        return False
    rest = payload % CHUNK
    return rest == 0 or rest > _TAG or payload == _TAG
