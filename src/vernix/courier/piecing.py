"""How many bytes one request may carry: all that are missing, until something on the road takes less.

Proxies cap bodies (nginx at 1 MiB unless told otherwise) and answer 413 in words that are not the gateway's.
Then smaller requests follow, and for a week the road is known: a proxy that is gone is found out after that.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from vernix.courier.keeping import read_json, write_json
from vernix.errors import UsageError

KIB, MIB = 1 << 10, 1 << 20
LEAST = 512 * KIB
"""Bytes. A proxy that takes less than this is not one that anybody sends files through."""

_STEPS = (64 * MIB, 8 * MIB, MIB, LEAST)
_KNOWN_SECONDS = 7 * 86_400


class Pieces:
    """The road's bound. ``path`` is where it is remembered (nowhere, without one); ``most`` fixes it.

    Raises ``UsageError`` for a ``most`` below ``LEAST`` bytes.
    """

    def __init__(
        self, path: Path | None = None, most: int | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        if most is not None and most < LEAST:
            raise UsageError(f"A piece has at least {LEAST // KIB} KiB.", hint="Give --piece 512 or more.")
        self._path = path
        self._clock = clock
        self._most = self._remembered() if most is None else most

    def of(self, missing: int) -> int:
        """How many of ``missing`` bytes the next request carries."""
        return missing if self._most is None else min(missing, self._most)

    def shrink(self, tried: int, *, known: bool) -> bool:
        """Carry less than ``tried`` bytes from now on; False when that is too little to go on with.

        ``known`` says that something told us so; otherwise it is a guess, which is not remembered.
        """
        smaller = [step for step in _STEPS if step < tried]
        if not smaller:
            return False
        # Two parts go at a time: the other may have found out already.
        self._most = min(smaller[0], self._most or smaller[0])
        if known and self._path is not None:
            write_json(self._path, {"most": self._most, "until": int(self._clock()) + _KNOWN_SECONDS})
        return True

    def _remembered(self) -> int | None:
        document = None if self._path is None else read_json(self._path)
        if document is None or document.get("until", 0) < self._clock():
            return None
        most = document.get("most")
        return most if isinstance(most, int) and most >= LEAST else None
