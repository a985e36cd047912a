"""Work in parallel lanes: threads, because the ciphers release the interpreter lock while they work."""

from __future__ import annotations

import itertools
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")

_MOST = 8
"""Each lane holds about 2 MiB of buffers: with eight, memory stays far under the promised 120 MiB on any
machine.
"""


def lane_count(jobs: int) -> int:
    """How many lanes ``jobs`` pieces of work deserve on this machine."""
    return max(1, min(jobs, _MOST, len(os.sched_getaffinity(0))))


def share_out(jobs: int, lane: Callable[[Iterator[int]], None]) -> None:
    """Run ``lane`` on every core; each takes the next number below ``jobs`` that nobody took yet.

    The first error stops all lanes at their next piece and is raised here; so is an interruption from
    outside.
    """
    lanes = lane_count(jobs)
    if lanes == 1:
        lane(iter(range(jobs)))
        return
    counter = itertools.count()
    stop = threading.Event()
    errors: list[BaseException] = []

    def numbers() -> Iterator[int]:
        # next() on a count is one bytecode under the interpreter lock: no two lanes get the same number.
        while not stop.is_set() and (number := next(counter)) < jobs:
            yield number

    def run() -> None:
        try:
            lane(numbers())
        except BaseException as error:
            errors.append(error)
            stop.set()

    threads = [threading.Thread(target=run, name=f"sealing-{number}") for number in range(lanes)]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        stop.set()
        for thread in threads:
            if thread.ident is not None:
                thread.join()
    if errors:
        raise errors[0]


def in_order(jobs: Iterable[Job], work: Callable[[Job], Result], lanes: int) -> Iterator[Result]:
    """The results of ``work`` on each of ``jobs``, in order, worked out a few ahead of the reader on all
    lanes.
    """
    if lanes == 1:
        yield from map(work, jobs)
        return
    waiting: deque[Future[Result]] = deque()
    pool = ThreadPoolExecutor(lanes, thread_name_prefix="sealing")
    try:
        for job in jobs:
            waiting.append(pool.submit(work, job))
            if len(waiting) > lanes:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
