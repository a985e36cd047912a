"""The programs of the demonstration: real processes with real arguments, ended by the id we started."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from vernix.errors import KeeperFailed

_READY_SECONDS = 30.0
_STOP_SECONDS = 10.0


def run(program: str, *arguments: str | Path, accept: Sequence[int] = (0,)) -> str:
    """Run one command to its end and return its standard output.

    Raises KeeperFailed with the command's own last sentence when it ends with a code not in ``accept``.
    """
    done = subprocess.run(
        [_executable(program), *map(str, arguments)], capture_output=True, text=True, check=False
    )
    if done.returncode not in accept:
        said = (done.stderr.strip() or "no word").splitlines()[-1]
        raise KeeperFailed(
            f"`{program} {arguments[0]}` ended with code {done.returncode}: {said}",
            hint="Run the demonstration again; with --data DIR its folders stay for a look.",
        )
    return done.stdout


def ask(program: str, *arguments: str | Path, accept: Sequence[int] = (0,)) -> dict[str, Any]:
    """Run one command with ``--json`` and return its document."""
    return cast(dict[str, Any], json.loads(run(program, *arguments, "--json", accept=accept)))


class Child:
    """A program that keeps running; its log goes to a file, for it may outlive us (``--detach``)."""

    def __init__(self, log: Path, program: str, *arguments: str | Path) -> None:
        self.name = program
        self.log = log
        with log.open("ab") as stream:
            # A session of its own: Ctrl-C reaches us alone, and we end the children in their order.
            self._process = subprocess.Popen(
                [_executable(program), *map(str, arguments)],
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def check(self) -> None:
        """Raise KeeperFailed when the program has ended by itself."""
        if self._process.poll() is not None:
            raise KeeperFailed(f"{self.name} ended by itself.", hint=f"Its log: {self.log}.")

    def stop(self) -> None:
        """Ask it to end, and wait until it has."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


def wait_until_healthy(url: str, child: Child) -> None:
    """Wait for the gateway's health page. Raises KeeperFailed when it does not come."""
    until = time.monotonic() + _READY_SECONDS
    while time.monotonic() < until:
        child.check()
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=1):  # noqa: S310 - our own loopback URL
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise KeeperFailed("The gateway did not answer in time.", hint=f"Its log: {child.log}.")


def free_port() -> int:
    """A loopback port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _executable(program: str) -> str:
    """The program of this very installation, not whatever the search path holds."""
    beside = Path(sys.executable).with_name(program)
    return str(beside) if os.access(beside, os.X_OK) else program
