"""strace beside a process, striking at its n-th system call of a kind."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

_PATIENCE = 40.0


@contextlib.contextmanager
def striking(strace: str, process: int, calls: str, fault: str) -> Iterator[None]:
    """While inside, ``fault`` happens once in each thread of ``process`` at a call of ``calls``."""
    command = [strace, "-f", "-qq", "-p", str(process), "-o", "/dev/null"]
    command += ["-e", f"trace={calls}", "-e", f"inject={calls}:{fault}"]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as tracer:
        _wait_until_traced(process)
        try:
            yield
        finally:
            with contextlib.suppress(ProcessLookupError):
                tracer.send_signal(signal.SIGTERM)


def _wait_until_traced(process: int) -> None:
    give_up = time.monotonic() + _PATIENCE
    while time.monotonic() < give_up:
        tasks = list(Path(f"/proc/{process}/task").glob("*/status"))
        if all("TracerPid:\t0\n" not in task.read_text() for task in tasks):
            return
        time.sleep(0.02)
    raise AssertionError("strace never took hold")
