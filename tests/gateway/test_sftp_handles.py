"""Handles that are out of date, pieces that come early, files taken away while they are open: over a real
connection, by a client that does exactly what it is told.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import asyncssh
import pytest
from tests.exchange_kit import RunningGateway
from tests.sftp_kit import SftpKit

from vernix.gateway.blobs import BlobStore, new_blob
from vernix.sealing.header import INTRO


@pytest.fixture(scope="module")
def sftp(tmp_path_factory: pytest.TempPathFactory) -> SftpKit:
    return SftpKit(tmp_path_factory.mktemp("sftp"))


@pytest.fixture(scope="module")
def gateway(sftp: SftpKit) -> Iterator[RunningGateway]:
    with sftp.running() as running:
        yield running


def together(
    sftp: SftpKit, work: Callable[[asyncssh.SFTPClient, asyncssh.SFTPClient], Awaitable[None]]
) -> None:
    """Do ``work`` with a session of riverside and one of lakeside."""

    async def connected() -> None:
        async with session(sftp, "riverside") as first, session(sftp, "lakeside") as second:
            await work(first, second)

    asyncio.run(connected())


@contextlib.asynccontextmanager
async def session(sftp: SftpKit, who: str) -> AsyncIterator[asyncssh.SFTPClient]:
    """An SFTP session of a partner."""
    async with (
        asyncssh.connect(
            "127.0.0.1",
            sftp.port,
            username=who,
            client_keys=[str(sftp.keys[who])],
            known_hosts=None,
            config=[],
        ) as connection,
        connection.start_sftp_client() as client,
    ):
        yield client


def blobs(sftp: SftpKit) -> list[bytes]:
    folder = sftp.exchange.data / "blobs"
    return [path.read_bytes() for path in folder.glob("*/*") if path.suffix == ""]


def test_an_old_handle_closes_nothing_of_anybody_else(sftp: SftpKit, gateway: RunningGateway) -> None:
    others = INTRO + b"of lakeside" * 1000

    async def work(riverside: asyncssh.SFTPClient, lakeside: asyncssh.SFTPClient) -> None:
        old = await riverside.open("/to/registry/x.age.part", "wb")
        new = await riverside.open("/to/registry/x.age.part", "wb")
        with pytest.raises(asyncssh.SFTPError, match="opened anew"):
            await old.close()
        theirs = await lakeside.open("/to/registry/y.age.part", "wb")
        await theirs.write(others, 0)
        await new.write(INTRO + b"RIVERSIDE" * 100, 0)
        assert others in blobs(sftp)
        await new.close()
        await theirs.close()
        assert (await lakeside.stat("/to/registry/y.age.part")).size == len(others)

    together(sftp, work)
    assert others in blobs(sftp)


def test_an_old_handle_neither_writes_nor_cuts_nor_secures(sftp: SftpKit, gateway: RunningGateway) -> None:
    async def work(riverside: asyncssh.SFTPClient, _lakeside: asyncssh.SFTPClient) -> None:
        old = await riverside.open("/to/registry/z.age.part", "wb")
        new = await riverside.open("/to/registry/z.age.part", "wb")
        await new.write(INTRO * 10, 0)
        await new.fsync()
        for doing in (lambda: old.write(INTRO, 0), lambda: old.truncate(5), old.fsync):
            with pytest.raises(asyncssh.SFTPError, match="opened anew"):
                await doing()
        assert (await riverside.stat("/to/registry/z.age.part")).size == len(INTRO) * 10
        await new.close()

    together(sftp, work)


def test_a_lock_is_released_once(tmp_path: Path) -> None:
    store = BlobStore(tmp_path)
    appending = store.lock(new_blob()).append(0, 100)
    appending.close()
    reader, writer = os.pipe()  # They have the numbers now that the lock and its leaves had.
    appending.close()
    assert os.write(writer, b"still open") == 10
    os.close(reader)
    os.close(writer)
