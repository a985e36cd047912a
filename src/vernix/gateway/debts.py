"""When a partner's requests and bytes will be paid off: a time for each, in one process or a shared file.

The times are those of the monotonic clock, which all processes of a machine share. In the file each step is
made under a lock that the kernel takes back from whoever dies.
"""

from __future__ import annotations

import fcntl
import hashlib
import mmap
import os
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_SLOT = struct.Struct("<16sd")
_SLOTS = 1 << 13
_TRIES = 64
_LONGEST = 3600.0
"""Seconds. Nobody owes more: what is beyond was written before the machine started anew."""


class Debts:
    """For one process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until: dict[str, float] = {}

    def add(self, key: str, seconds: float, most: float = _LONGEST) -> float:
        """Owe ``seconds`` more under ``key``, unless all of it would be more than ``most``; all of it, in
        seconds from now.
        """
        now = self._clock()
        owed = max(0.0, self._until.get(key, 0.0) - now) + seconds
        if owed <= most:
            self._until[key] = now + owed
        return owed


class SharedDebts(Debts):
    """For all processes that open the same file."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        size = _SLOT.size * _SLOTS
        if os.fstat(self._descriptor).st_size < size:
            os.ftruncate(self._descriptor, size)
        self._slots = mmap.mmap(self._descriptor, size)

    def add(self, key: str, seconds: float, most: float = _LONGEST) -> float:
        """As for one process."""
        name = hashlib.sha256(key.encode()).digest()[:16]
        with self._alone():
            now = self._clock()
            place, until = self._find(name, now)
            owed = max(0.0, until - now) + seconds
            if owed <= most:
                _SLOT.pack_into(self._slots, place, name, now + owed)
        return owed

    def close(self) -> None:
        """Let go of the file."""
        self._slots.close()
        os.close(self._descriptor)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def _find(self, name: bytes, now: float) -> tuple[int, float]:
        """Where ``name`` stands or may stand, and until when it owes. Who owes nothing gives its place up."""
        first = int.from_bytes(name[:4], "big")
        free = None
        for step in range(_TRIES):
            place = _SLOT.size * ((first + step) % _SLOTS)
            there, until = _SLOT.unpack_from(self._slots, place)
            if not now < until <= now + _LONGEST:
                free = place if free is None else free
            elif there == name:
                return place, until
        return (_SLOT.size * (first % _SLOTS) if free is None else free), 0.0
