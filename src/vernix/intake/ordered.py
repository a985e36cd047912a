"""Work on several batches at once, whose answers come in the order of the batches.

Arrow and the engine work outside of Python's lock, so threads use all cores; and the next batches are parsed
while the ones before are typed and checked. Few are under way at a time: memory stays flat.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Batch = TypeVar("Batch")
Answer = TypeVar("Answer")

_THREADS = min(4, len(os.sched_getaffinity(0)))


def in_order(batches: Iterator[Batch], work: Callable[[Batch], Answer]) -> Iterator[Answer]:
    """What ``work`` makes of each batch; the batches themselves are drawn in one thread of their own.

    An error of either is raised where its batch's answer would come.
    """
    with ThreadPoolExecutor(1) as drawing, ThreadPoolExecutor(_THREADS) as workers:
        under_way: deque[Future[Answer]] = deque()
        coming = drawing.submit(next, batches, None)
        while (batch := coming.result()) is not None:
            coming = drawing.submit(next, batches, None)
            under_way.append(workers.submit(work, batch))
            del batch
            if len(under_way) > _THREADS:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()
