"""The last trouble of ``run``, for ``status`` to show: what kind, where in our own code, since when.

It lies in a file of its own, written in place at a fixed size: the trouble may be that the disk is full, and
then nothing new can be written, neither into a table nor beside it. It holds nothing that a record or a far
side could have reached.
"""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import Any

from vernix.console import is_full
from vernix.custody.identifiers import format_time, utc_now
from vernix.registry.logs import place_of

_SIZE = 512
_CUT = 120


class Trouble:
    """Whether the last look at everything failed, kept in the file at ``path``."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def found(self) -> None:
        """Take room for it while there is some; what an earlier run left stays."""
        with contextlib.suppress(OSError):
            if not self._path.exists() or self._path.stat().st_size != _SIZE:
                self._write({})

    def keep(self, event: str, error: Exception) -> None:
        """The last look failed."""
        now = format_time(utc_now())
        before = self.read()
        self._write(
            {
                "what": "this disk is full" if is_full(error) else event,
                "error": type(error).__name__[:_CUT],
                "place": place_of(error)[:_CUT],
                "since": before["since"] if before else now,
                "last": now,
            }
        )

    def clear(self) -> None:
        """The last look succeeded."""
        if self.read():
            self._write({})

    def read(self) -> dict[str, Any] | None:
        """``what``, ``error``, ``place``, ``since`` and ``last`` (UTC), or None where there is none."""
        try:
            found = json.loads(self._path.read_bytes())
        except (OSError, ValueError):
            return None
        return found if isinstance(found, dict) and found else None

    def _write(self, document: dict[str, str]) -> None:
        content = json.dumps(document).encode().ljust(_SIZE - 1) + b"\n"
        # Neither truncated nor renamed: a full disk still takes other bytes in the place of these.
        with contextlib.suppress(OSError):
            handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                os.pwrite(handle, content, 0)
            finally:
                os.close(handle)
