"""The requests of one process to its storage, and the bytes that wait for them: both are bounded."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar, TypeVarTuple

from vernix.gateway.limits import MIB
from vernix.gateway.objects import ObjectStore

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_AT_A_TIME = 16
_SENDING = 2 * _AT_A_TIME
"""Segments on their way or waiting for that; whoever has one more waits."""
_GATHERED = 64 * MIB
"""Bytes of all segments that gather; beyond it short ones go out. Bodies that stall must fill no memory."""


class Transfers:
    """Threads that ask ``objects``."""

    def __init__(self, objects: ObjectStore) -> None:
        self.objects = objects
        self._threads = ThreadPoolExecutor(_AT_A_TIME, thread_name_prefix="vernix-objects")
        self._sending = threading.Semaphore(_SENDING)
        self._guard = threading.Lock()
        self._gathered = 0

    def gather(self, count: int) -> bool:
        """``count`` bytes more (fewer, below zero) wait for a segment to fill; whether it is too much now."""
        with self._guard:
            self._gathered += count
            return self._gathered > _GATHERED

    def send(self, function: Callable[[*Ts], None], *arguments: *Ts) -> Future[None]:
        """Begin to put a segment, once it is its turn."""
        self._sending.acquire()
        sent = self._threads.submit(function, *arguments)
        sent.add_done_callback(lambda _sent: self._sending.release())
        return sent

    def ask(self, function: Callable[[*Ts], T], *arguments: *Ts) -> Future[T]:
        """Begin anything else."""
        return self._threads.submit(function, *arguments)
