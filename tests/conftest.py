"""What every test may ask for: the shared data, a free port, and Hypothesis profiles.

A test that needs something this machine lacks skips with the reason; ``-rs`` (in ``pyproject.toml``) prints
every reason, and the last section of a run counts them, so that a green run never hides what it did not try.
"""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

REPOSITORY = Path(__file__).resolve().parent.parent

# No deadlines anywhere: the machine is shared, and a slow example is not a wrong one.
_CALM = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile("dev", deadline=None, suppress_health_check=_CALM)
# CI tries the same examples every time: a red run there must be the commit's fault, never the dice's.
settings.register_profile("ci", deadline=None, derandomize=True, suppress_health_check=_CALM)
settings.register_profile("nightly", deadline=None, max_examples=1000, suppress_health_check=_CALM)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "dev"))


@pytest.fixture(scope="session")
def repository() -> Path:
    """The folder of the checkout."""
    return REPOSITORY


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data: ``VERNIX_SHARED_DATA``, or ``../shared/data`` beside the checkout."""
    folder = Path(os.environ.get("VERNIX_SHARED_DATA") or REPOSITORY.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip("the shared data is not here: set VERNIX_SHARED_DATA to its folder")
    return folder


@pytest.fixture
def free_port() -> int:
    """A loopback port that nobody listens on at this moment."""
    return _ask_for_port()


@pytest.fixture
def free_ports() -> Callable[[int], list[int]]:
    """Several different loopback ports that nobody listens on at this moment."""

    def take(count: int) -> list[int]:
        ports: set[int] = set()
        while len(ports) < count:
            ports.add(_ask_for_port())
        return sorted(ports)

    return take


@pytest.fixture(scope="session")
def need_program() -> Callable[[str], str]:
    """Find a system program by name, or skip the test and say which package brings it."""

    def find(name: str) -> str:
        place = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin:/usr/local/sbin")
        if place is None:
            pytest.skip(f"the program {name} is not installed: run tools/system-packages")
        return place

    return find


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Count the skipped tests by reason, so that nobody takes them for passed ones."""
    reasons: dict[str, int] = {}
    for report in terminalreporter.stats.get("skipped", []):
        place_and_reason = report.longrepr
        reason = place_and_reason[2] if isinstance(place_and_reason, tuple) else str(place_and_reason)
        reasons[reason] = reasons.get(reason, 0) + 1
    if reasons:
        terminalreporter.section("not tried on this machine")
        for reason, count in sorted(reasons.items()):
            terminalreporter.write_line(f"{count:4} x {reason.removeprefix('Skipped: ')}")


def _ask_for_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
