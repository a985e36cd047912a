"""Posting goes on: past a file whose bytes cannot be read, and in a new process when it dies itself."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator

import pytest
from tests.exchange_kit import RunningGateway, free_port
from tests.sftp_kit import SftpKit

from vernix.gateway.settings import Settings
from vernix.gateway.sftp.posting import Posting
from vernix.gateway.sftp.serving import _Door


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory, need_program: Callable[[str], str]) -> SftpKit:
    need_program("sftp")
    return SftpKit(tmp_path_factory.mktemp("sftp"))


@pytest.fixture(scope="module")
def gateway(door: SftpKit) -> Iterator[RunningGateway]:
    with door.running() as running:
        yield running


def test_a_file_that_cannot_be_read_keeps_no_other_back(door: SftpKit, gateway: RunningGateway) -> None:
    first, second = door.sealed("first.age", 300_000), door.sealed("second.age", 1000)
    assert door.sftp(f"put {first} /to/registry/first.age.part").code == 0
    [blob] = [path for path in (door.exchange.data / "blobs").glob("*/*") if path.suffix == ""]
    os.truncate(blob, 200_000)
    assert door.sftp("rename /to/registry/first.age.part /to/registry/first.age").code == 0
    door.until(lambda: "not posted" in gateway.log.read_text(), "the broken file was not tried")
    assert door.sftp(f"put {second} /to/registry/second.age").code == 0
    [drop] = door.until(lambda: door.waiting(gateway), "the good file was kept back")
    assert drop["size"] == second.stat().st_size
    assert gateway.log.read_text().count("not posted") == 1, "the broken file waits before it is tried again"


def test_when_posting_dies_the_process_ends(
    door: SftpKit, gateway: RunningGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def die(_posting: Posting) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Posting, "until_cancelled", die)

    async def serve() -> int:
        async with asyncio.timeout(10):
            return await _Door(Settings.for_folder(door.exchange.data)).serve("127.0.0.1", free_port())

    assert asyncio.run(serve()) == 1
