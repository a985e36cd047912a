"""Sealing, hashing and sending at the same time: one pass over the file, flat memory.

A thread pulls sealed pieces from the sealer (which itself uses every core), hashes them into leaves and
journals the leaves; the caller's thread sends what has been journaled. Both sides release the interpreter
lock in their heavy calls, so two cores are busy. A short queue between them bounds memory.
"""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from typing import TypeVar

from vernix.courier.journal import LeafJournal
from vernix.custody.tree import BLOCK, PartHasher, leaf_hash

T = TypeVar("T")

AHEAD = 6
"""Pieces that may wait between sealing and sending."""


def journaled(
    blocks: Iterable[bytes | memoryview], header: int, journal: LeafJournal, first_leaf: int, offset: int
) -> Iterator[memoryview]:
    """Sealed bytes from ``offset`` on, each given out only after its leaf was journaled.

    ``blocks`` are the sealed bytes from the start of leaf number ``first_leaf`` on (see ``leaf_start``),
    which is at or before ``offset``. Raises ``SourceChanged`` when a block is not the one journaled before.
    """
    hasher = PartHasher.resume(header, journal.leaves[:first_leaf], b"")
    waiting: deque[memoryview] = deque()
    given = leaf_start(first_leaf, header)
    leaves = first_leaf
    for block in blocks:
        hasher.update(block)
        waiting.append(memoryview(block))
        fresh = hasher.leaves(leaves)
        journal.confirm(leaves, fresh)
        leaves += len(fresh)
        for view in _up_to(waiting, leaf_start(leaves, header) - given):
            given += len(view)
            if given > offset:
                yield view[max(0, len(view) - (given - offset)) :]
    if waiting:
        # What is left is the last leaf, shorter than a block (or the age header alone).
        journal.confirm(leaves, [leaf_hash(b"".join(waiting))])
    for view in waiting:
        given += len(view)
        if given > offset:
            yield view[max(0, len(view) - (given - offset)) :]


def leaf_start(leaf: int, header: int) -> int:
    """The sealed offset at which a leaf begins: leaf 0 is the age header, the others are blocks of 1 MiB."""
    return 0 if leaf == 0 else header + (leaf - 1) * BLOCK


def leaf_at(offset: int, header: int) -> int:
    """The number of the leaf that holds the byte at ``offset``."""
    return 0 if offset < header else 1 + (offset - header) // BLOCK


def _up_to(waiting: deque[memoryview], count: int) -> Iterator[memoryview]:
    """Take ``count`` bytes from the front of ``waiting``."""
    while count > 0 and waiting:
        view = waiting.popleft()
        if len(view) > count:
            waiting.appendleft(view[count:])
            view = view[:count]
        count -= len(view)
        yield view


class Stretches:
    """Pieces that are taken a certain number of bytes at a time, whatever their own sizes are."""

    def __init__(self, pieces: Iterable[memoryview]) -> None:
        self._pieces = iter(pieces)
        self._left: deque[memoryview] = deque()

    def take(self, count: int) -> Iterator[memoryview]:
        """The next ``count`` bytes (fewer at the end), in pieces."""
        while count > 0:
            view = self._left.popleft() if self._left else next(self._pieces, None)
            if view is None:
                return
            if len(view) > count:
                self._left.appendleft(view[count:])
                view = view[:count]
            count -= len(view)
            yield view


class Ahead(Iterator[T]):
    """An iterator that is run in a thread of its own, a few items ahead of whoever consumes it.

    Errors of the source come out of ``next``. ``close`` ends the thread; it is safe to call it at any time.
    """

    def __init__(self, source: Iterable[T], depth: int = AHEAD) -> None:
        self._queue: queue.Queue[tuple[bool, T | BaseException | None]] = queue.Queue(depth)
        self._closing = threading.Event()
        self._done = False
        self._thread = threading.Thread(target=self._run, args=(source,), daemon=True, name="sealing-ahead")
        self._thread.start()

    def __next__(self) -> T:
        if self._done:
            raise StopIteration
        is_item, value = self._queue.get()
        if is_item:
            return value  # type: ignore[return-value]  # True stands only beside an item
        self._done = True
        if isinstance(value, BaseException):
            raise value
        raise StopIteration

    def close(self) -> None:
        """Stop the source and wait until its thread has let go of the file."""
        self._closing.set()
        while self._thread.is_alive():
            try:
                self._queue.get(timeout=0.05)
            except queue.Empty:
                continue
        self._done = True

    def _run(self, source: Iterable[T]) -> None:
        try:
            for item in source:
                if not self._offer((True, item)):
                    return
            self._offer((False, None))
        except BaseException as error:
            self._offer((False, error))
        finally:
            close = getattr(source, "close", None)
            if close is not None:
                close()

    def _offer(self, entry: tuple[bool, T | BaseException | None]) -> bool:
        while not self._closing.is_set():
            try:
                self._queue.put(entry, timeout=0.1)
            except queue.Full:
                continue
            return True
        return False
