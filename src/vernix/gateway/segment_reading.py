"""Reading a blob that is segments in a bucket: a window at a time, the next fetched while one is read.

Whoever reads slowly holds one window; whoever reads on holds two.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path

from vernix.gateway.limits import MIB
from vernix.gateway.segments import Segment
from vernix.gateway.transfers import Transfers

_WINDOW = MIB


class SegmentReader:
    """The bytes of some segments without a gap. One thread at a time; nothing is fetched before it is asked
    for, but what follows on a window that was read to its end.
    """

    path: Path | None = None

    def __init__(self, transfers: Transfers, segments: Sequence[Segment]) -> None:
        self._transfers = transfers
        self._segments = segments
        self._starts = [segment.start for segment in segments]
        self._begin = 0
        self._window = b""
        self._ahead: tuple[int, Future[bytes]] | None = None

    def read(self, offset: int, count: int) -> bytes:
        """At most ``count`` bytes from ``offset`` on; none at the end.

        Raises ``FileNotFoundError`` when the blob was deleted meanwhile, ``StorageFailed``.
        """
        within = offset - self._begin
        if not 0 <= within < len(self._window):
            goes_on = bool(self._window) and within == len(self._window)
            self._window = self._fetched(offset)
            self._begin, within = offset, 0
            if goes_on:
                following = offset + len(self._window)
                self._ahead = following, self._transfers.ask(self._fetch, following)
        return self._window[within : within + count]

    def close(self) -> None:
        """Let go of it."""
        if self._ahead is not None:
            self._ahead[1].cancel()
        self._window, self._ahead = b"", None

    def _fetched(self, offset: int) -> bytes:
        ahead, self._ahead = self._ahead, None
        if ahead is not None and ahead[0] == offset:
            return ahead[1].result()
        return self._fetch(offset)

    def _fetch(self, offset: int) -> bytes:
        """What one object has from ``offset`` on, a window at most."""
        number = bisect_right(self._starts, offset) - 1
        if number < 0 or offset >= self._segments[number].end:
            return b""
        segment = self._segments[number]
        return self._transfers.objects.get(
            segment.object, offset - segment.start, min(_WINDOW, segment.end - offset)
        )
