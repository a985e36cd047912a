"""Fetching: the sealed parts of what is addressed to us become files here, each with its signed digest.

Nothing here opens anything. Killed and begun again, it goes on from the bytes that are there.
"""

from __future__ import annotations

import io
import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from vernix.courier.exchange import Exchange
from vernix.courier.keeping import private_folder, sweep
from vernix.custody.delivery import Carried, Part
from vernix.custody.durable import sync_folder
from vernix.custody.tree import PartHasher
from vernix.errors import Conflict, NotProven, RoadFailed

STALLS = 5
"""How often in a row the road may fail without a byte of progress."""

_READ = 4 << 20


def fetch(
    exchange: Exchange, delivery: Carried, folder: Path, moved: Callable[[int], None] | None = None
) -> list[Path]:
    """The sealed parts of ``delivery`` as files in ``folder`` (private), in order, each with its digest: the
    signed one, or of a drop the one that the gateway gave.

    Killed and called again it goes on from the bytes already there. ``moved`` is told the bytes fetched so
    far. Raises ``RoadFailed`` (what was fetched stays, call again) or ``NotProven`` (that part's bytes are
    gone).
    """
    private_folder(folder)
    paths: list[Path] = []
    before = 0
    for number, part in enumerate(delivery.parts):
        tell = partial(_moved, moved, before)
        paths.append(_PartDownload(exchange, delivery.id, number, part, folder, tell).run())
        before += part.size
    return paths


def _moved(moved: Callable[[int], None] | None, before: int, count: int) -> None:
    if moved:
        moved(before + count)


class _PartDownload:
    """One sealed part on its way down into ``part-N.DIGEST.sealed``, by way of ``….partial``."""

    def __init__(
        self,
        exchange: Exchange,
        delivery: str,
        number: int,
        part: Part,
        folder: Path,
        moved: Callable[[int], None],
    ) -> None:
        self._exchange = exchange
        self._delivery = delivery
        self._number = number
        self._part = part
        # Named by the digest: what was fetched for another envelope of this id is never taken for this one.
        self._partial = folder / f"part-{number}.{part.digest}.partial"
        self._whole = folder / f"part-{number}.{part.digest}.sealed"
        self._moved = moved

    def run(self) -> Path:
        """The whole part, its digest verified."""
        if self._whole.exists():
            # It got this name after its digest was verified, and nobody but us writes in a private folder.
            self._moved(self._part.size)
            return self._whole
        try:
            digest = self._download()
        except RoadFailed:
            raise
        except BaseException:
            sweep(self._partial)
            raise
        if digest.hex() != self._part.digest:
            sweep(self._partial)
            raise NotProven(
                "The gateway's bytes are not those that the sender signed.",
                hint="Nothing of them was kept. Tell the registry: its gateway may be taken over.",
            )
        self._partial.replace(self._whole)
        sync_folder(self._whole.parent)
        return self._whole

    def _download(self) -> bytes:
        """Fetch what is missing; returns the digest of the whole part."""
        handle = os.open(self._partial, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "ab", buffering=0) as sink:
            hasher = self._digest_so_far()
            stalls, furthest = 0, -1
            while hasher.offset < self._part.size:
                stalls, furthest = (0, hasher.offset) if hasher.offset > furthest else (stalls + 1, furthest)
                try:
                    self._stream(sink, hasher)
                except RoadFailed:
                    if stalls >= STALLS - 1:
                        raise
                    time.sleep(0.2 * 2**stalls)
                except Conflict:
                    # A gateway (or something before it) that cannot go on in the middle: from the beginning.
                    if hasher.offset == 0 or stalls:
                        raise
                    sink.truncate(0)
                    hasher, furthest = PartHasher(self._part.header), 0
            os.fsync(sink.fileno())
            return hasher.digest()

    def _digest_so_far(self) -> PartHasher:
        hasher = PartHasher(self._part.header)
        with self._partial.open("rb", buffering=0) as kept:
            while piece := kept.read(_READ):
                hasher.update(piece)
        return hasher

    def _stream(self, sink: io.FileIO, hasher: PartHasher) -> None:
        before = hasher.offset
        with self._exchange.part(self._delivery, self._number, before) as flow:
            for piece in flow.pieces:
                if hasher.offset + len(piece) > self._part.size:
                    raise NotProven(
                        "The gateway's part is longer than the sender signed; we stopped reading.",
                        hint="Nothing of it was kept. Tell the registry: its gateway may be taken over.",
                    )
                _write_all(sink, piece)
                hasher.update(piece)
                self._moved(hasher.offset)
        if hasher.offset < self._part.size:
            raise RoadFailed("A part ended early.", hint="Run the same command again to go on.")


def _write_all(sink: io.FileIO, data: bytes) -> None:
    """A disk that is nearly full takes a piece in part before it refuses the rest."""
    view = memoryview(data)
    while view:
        view = view[sink.write(view) or 0 :]
