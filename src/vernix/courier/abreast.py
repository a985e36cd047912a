"""Several parts of one delivery on the road at a time.

While one part waits for the gateway's answer another is sealed and sent: on a long road many small files go
nearly twice as fast. Two, because one large part keeps every core busy already.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from functools import partial
from typing import Protocol, TypeVar

T_co = TypeVar("T_co", covariant=True)
T = TypeVar("T")

ABREAST = 2


class Carry(Protocol[T_co]):
    """Carries one part; tells how many of its bytes are there, as they go."""

    def __call__(self, moved: Callable[[int], None]) -> T_co:
        """Do it all."""
        ...


class Lanes:
    """``moved`` is told how many bytes of all parts together are there; never fewer than before."""

    def __init__(self, moved: Callable[[int], None]) -> None:
        self._moved = moved
        self._counts: dict[int, int] = {}
        self._told = 0
        self._lock = threading.Lock()
        self._stopping = False

    def run(self, works: Sequence[Carry[T]]) -> list[T]:
        """What each work returns, in order. The first that raises stops the others at their next piece."""
        if len(works) == 1:
            return [works[0](partial(self._count, 0))]
        with ThreadPoolExecutor(ABREAST, thread_name_prefix="vernix-lane") as pool:
            futures = [pool.submit(work, partial(self._count, number)) for number, work in enumerate(works)]
            try:
                wait(futures, return_when=FIRST_EXCEPTION)
                for future in futures:
                    if future.done() and (error := future.exception()) is not None:
                        raise error
                return [future.result() for future in futures]
            finally:
                # Also when a person presses Ctrl-C: nobody waits for gigabytes then.
                self._stopping = True
                pool.shutdown(wait=False, cancel_futures=True)

    def _count(self, number: int, count: int) -> None:
        if self._stopping:
            raise _Stopped
        with self._lock:
            self._counts[number] = count
            self._told = max(self._told, sum(self._counts.values()))
            self._moved(self._told)


class _Stopped(Exception):
    """Another lane failed; what this one has sent stays at the gateway, to go on from."""
