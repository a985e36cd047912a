"""Every journey here runs the real programs, as processes, over loopback sockets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.journey_kit import World


@pytest.fixture
def world(tmp_path: Path, free_port: int) -> Iterator[World]:
    """A founded registry and a running gateway."""
    with World(tmp_path, free_port).open() as opened:
        yield opened


@pytest.fixture
def sftp_world(
    tmp_path: Path, free_ports: Callable[[int], list[int]], need_program: Callable[[str], str]
) -> Iterator[World]:
    """The same with the SFTP door open, where OpenSSH's client is here to go through it."""
    need_program("sftp")
    port, sftp_port = free_ports(2)
    with World(tmp_path, port, sftp_port).open() as opened:
        log = opened.log("gateway")
        opened.until(lambda: "listens for SFTP" in log.read_text(), "the SFTP door did not open")
        yield opened
