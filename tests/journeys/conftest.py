"""Every journey here runs the real programs, as processes, over loopback sockets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.journey_kit import World


@pytest.fixture
def world(tmp_path: Path, free_port: int) -> Iterator[World]:
    """A founded registry and a running gateway."""
    with World(tmp_path, free_port).open() as opened:
        yield opened
