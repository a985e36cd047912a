"""How far a delivery has got, on a terminal. Nothing is drawn where nobody looks (a pipe, a log)."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from typing import Protocol

_EVERY = 0.1
"""Seconds between two updates: drawing must cost nothing beside sealing."""


class Moved(Protocol):
    """Told how many of how many bytes have moved."""

    def __call__(self, done: int, total: int) -> None: ...


@contextlib.contextmanager
def progress(title: str) -> Iterator[Moved]:
    """A progress bar on standard error, if it is a terminal."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn, TransferSpeedColumn

    columns = (BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    bar = Progress("{task.description}", *columns, console=Console(stderr=True), transient=True)
    last = 0.0
    with bar:
        task = bar.add_task(title, total=None)

        def moved(done: int, total: int) -> None:
            nonlocal last
            now = time.monotonic()
            if now - last >= _EVERY or done >= total:
                last = now
                bar.update(task, completed=done, total=total)

        yield moved
