"""Handles that are out of date, pieces that come early, files taken away while they are open: over a real
connection, by a client that does exactly what it is told.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import asyncssh
import pytest
from tests.exchange_kit import RunningGateway, free_port
from tests.sftp_kit import SftpKit, written

from vernix.errors import KeeperFailed
from vernix.gateway.blobs import BlobStore, new_blob
from vernix.gateway.limits import MIB, Limits, Pace
from vernix.gateway.settings import Settings
from vernix.gateway.sftp.incoming import Incoming
from vernix.gateway.sftp.outgoing import Outgoing
from vernix.gateway.sftp.serving import _Door
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
        async with sftp.session("riverside") as first, sftp.session("lakeside") as second:
            await work(first, second)

    asyncio.run(connected())


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


@pytest.mark.parametrize("taking", ["remove", "replace"])
def test_a_file_that_is_taken_away_is_written_no_more(
    sftp: SftpKit, gateway: RunningGateway, taking: str
) -> None:
    async def work(riverside: asyncssh.SFTPClient, _lakeside: asyncssh.SFTPClient) -> None:
        opened = await riverside.open("/to/registry/gone.part", "wb")
        await opened.write(INTRO, 0)
        if taking == "remove":
            await riverside.remove("/to/registry/gone.part")
        else:
            await (await riverside.open("/to/registry/other.part", "wb")).close()
            await riverside.posix_rename("/to/registry/other.part", "/to/registry/gone.part")
        with pytest.raises(asyncssh.SFTPError, match="taken away"):
            await opened.write(INTRO, len(INTRO))

    together(sftp, work)


def test_of_a_broken_file_nothing_stays_that_nobody_was_charged_for(
    sftp: SftpKit, gateway: RunningGateway
) -> None:
    mark = b"never charged" * 10_000

    async def work(riverside: asyncssh.SFTPClient, _lakeside: asyncssh.SFTPClient) -> None:
        opened = await riverside.open("/to/registry/broken.part", "wb")
        await opened.write(INTRO + mark, 0)
        assert any(mark in blob for blob in blobs(sftp))
        with pytest.raises(asyncssh.SFTPError, match="at most"):
            await opened.write(b"x", 1 << 50)
        with pytest.raises(asyncssh.SFTPError, match="at most"):
            await opened.close()

    together(sftp, work)
    assert not any(mark in blob for blob in blobs(sftp))


@pytest.mark.parametrize(("first", "last", "delivered"), [("part", "age", True), ("age", "part", False)])
def test_a_file_that_another_session_renames_keeps_its_place(
    sftp: SftpKit, gateway: RunningGateway, first: str, last: str, *, delivered: bool
) -> None:
    """Whether it is delivered when its writer closes it goes by the name that it has then."""
    file, before = sftp.sealed("renamed.age", 5000).read_bytes(), len(sftp.waiting(gateway))
    old, new = (f"/to/registry/renamed-{last}.{ending}" for ending in (first, last))

    async def work(riverside: asyncssh.SFTPClient, _lakeside: asyncssh.SFTPClient) -> None:
        opened = await riverside.open(old, "wb")
        await opened.write(file[:3000], 0)
        async with sftp.session("riverside") as other:
            await other.rename(old, new)
        assert (await opened.stat()).size == 3000
        await opened.write(file[3000:], 3000)
        await opened.close()
        assert (await riverside.stat(new)).size == len(file)

    together(sftp, work)
    if delivered:
        [drop] = sftp.until(lambda: sftp.waiting(gateway)[before:], "nothing was delivered")
        assert gateway.signed("registry", "GET", f"/deliveries/{drop['id']}/parts/0").body == file
    else:
        time.sleep(1.5)
        assert len(sftp.waiting(gateway)) == before


def test_a_writer_that_died_keeps_no_rename_from_delivering(sftp: SftpKit, gateway: RunningGateway) -> None:
    """Its row still says that somebody writes."""
    file, before = sftp.sealed("died.age", 5000).read_bytes(), len(sftp.waiting(gateway))

    async def work(riverside: asyncssh.SFTPClient, _lakeside: asyncssh.SFTPClient) -> None:
        async with sftp.session("riverside") as cut:
            await (await cut.open("/to/registry/died.part", "wb")).write(file, 0)
        await asyncio.sleep(0.5)
        await riverside.rename("/to/registry/died.part", "/to/registry/died.age")

    together(sftp, work)
    [drop] = sftp.until(lambda: sftp.waiting(gateway)[before:], "nothing was delivered")
    assert gateway.signed("registry", "GET", f"/deliveries/{drop['id']}/parts/0").body == file


@pytest.mark.parametrize(("taking", "told"), [("open", "opened anew"), ("remove", "taken away")])
def test_a_writer_in_another_process_gives_way(
    sftp: SftpKit, gateway: RunningGateway, taking: str, told: str
) -> None:
    """The gateway's door, and one in this process over the same files."""
    name = f"/to/registry/elsewhere-{taking}.part"

    async def work() -> None:
        own = free_port()
        serving = asyncio.create_task(_Door(Settings.for_folder(sftp.exchange.data)).serve("127.0.0.1", own))
        await asyncio.sleep(0.5)
        async with sftp.session("riverside") as older, sftp.session("riverside", own) as newer:
            opened = await older.open(name, "wb")
            await opened.write(INTRO * 10, 0)
            if taking == "open":
                again = await newer.open(name, "r+b")
                assert (await again.stat()).size == len(INTRO) * 10, "what came so far is kept"
                await again.write(INTRO, len(INTRO) * 10)
                await again.close()
            else:
                await newer.remove(name)
                await asyncio.sleep(2.5)
            with pytest.raises(asyncssh.SFTPError, match=told):
                await opened.write(INTRO, 0)
        os.kill(os.getpid(), signal.SIGTERM)
        assert await serving == 0

    asyncio.run(work())


def test_a_full_disk_is_seen_before_it_is_written_to(sftp: SftpKit, gateway: RunningGateway) -> None:
    full = Settings.for_folder(sftp.exchange.data, limits=Limits(free_bytes=1 << 60))
    store, blob = BlobStore(full.blobs), new_blob()
    incoming = Incoming(written(blob, 0), store.lock(blob), Pace(Limits()))
    with pytest.raises(KeeperFailed, match="no room"):
        _Door(full)._outgoing.write(incoming, 0, memoryview(INTRO))
    incoming.release()
    assert store.path(blob).stat().st_size == 0


def test_no_client_gets_far_ahead_of_the_disk(
    sftp: SftpKit, gateway: RunningGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vernix.gateway.sftp.session.MOST_AHEAD", MIB)
    ahead, write = [], Outgoing.write

    def seen(self: Outgoing, incoming: Incoming, offset: int, data: memoryview) -> None:
        write(self, incoming, offset, data)
        ahead.append(incoming.ahead)

    monkeypatch.setattr(Outgoing, "write", seen)

    async def work() -> None:
        own = free_port()
        serving = asyncio.create_task(_Door(Settings.for_folder(sftp.exchange.data)).serve("127.0.0.1", own))
        await asyncio.sleep(0.5)
        async with sftp.session("riverside", own) as riverside:
            opened = await riverside.open("/to/registry/quick.part", "wb")
            await opened.write(INTRO + bytes(8 * MIB), 0)
            await opened.close()
        os.kill(os.getpid(), signal.SIGTERM)
        assert await serving == 0

    asyncio.run(work())
    assert sum(ahead) > 8 * MIB
    assert max(ahead) < 2 * MIB


def test_a_lock_is_released_once(tmp_path: Path) -> None:
    store = BlobStore(tmp_path)
    appending = store.lock(new_blob()).append(0, 100)
    appending.close()
    reader, writer = os.pipe()  # They have the numbers now that the lock and its leaves had.
    appending.close()
    assert os.write(writer, b"still open") == 10
    os.close(reader)
    os.close(writer)
