"""The shorter way of large packets: every cipher, new keys in mid-file, a flipped bit, what is no file."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import asyncssh
import pytest
from asyncssh.constants import MSG_IGNORE
from asyncssh.encryption import Encryption
from asyncssh.packet import String
from tests.exchange_kit import RunningGateway, free_port
from tests.sftp_kit import SftpKit, run

from vernix.gateway.settings import Settings
from vernix.gateway.sftp.connection import Connection
from vernix.gateway.sftp.login import CIPHERS
from vernix.gateway.sftp.serving import _Door
from vernix.sealing.header import INTRO

MIB = 1 << 20


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory, need_program: Callable[[str], str]) -> SftpKit:
    need_program("sftp")
    return SftpKit(tmp_path_factory.mktemp("sftp"))


@pytest.fixture(scope="module")
def gateway(door: SftpKit) -> Iterator[RunningGateway]:
    with door.running() as running:
        yield running


@pytest.fixture(scope="module")
def large(door: SftpKit) -> Path:
    """A sealed file of some 6 MiB."""
    return door.sealed("large.age", 6 * MIB + 77)


@pytest.mark.parametrize("cipher", CIPHERS)
def test_every_cipher_carries_a_file_both_ways_and_changes_its_keys_in_between(
    door: SftpKit, gateway: RunningGateway, large: Path, tmp_path: Path, cipher: str
) -> None:
    kit, content = door.exchange, large.read_bytes()
    part = kit.seal(content, "riverside")
    upload, _ = gateway.upload("registry", part, ["riverside"])
    delivery = kit.delivery([(upload, part)], sender="registry", to=["riverside"])
    envelope = delivery.sign(kit.members["registry"].key).encode()
    assert gateway.signed("registry", "POST", "/deliveries", envelope).status == 201
    before = len(door.waiting(gateway))
    ended = run(
        ["sftp", "-v", "-b", "-", "-c", cipher, "-o", "RekeyLimit=1M", "-P", str(door.port),
         *door.ssh_options(), "riverside@127.0.0.1"],
        f"put {large} /to/registry/{cipher}.age\nget /inbox/{delivery.id}-0.age {tmp_path / 'got'}\n",
    )  # fmt: skip
    assert ended.code == 0, ended
    assert len(re.findall("SSH2_MSG_NEWKEYS received", ended.said)) > 8
    assert (tmp_path / "got").read_bytes() == part.content
    door.until(lambda: len(door.waiting(gateway)) > before, "nothing was delivered")
    drop = door.waiting(gateway)[-1]
    assert gateway.signed("registry", "GET", f"/deliveries/{drop['id']}/parts/0").body == content


def test_one_flipped_bit_ends_the_connection_and_delivers_nothing(
    door: SftpKit, gateway: RunningGateway, large: Path
) -> None:
    before = len(door.waiting(gateway))

    async def work() -> None:
        async with _flipping(door.port, after=2 * MIB) as port, _connected(door, port) as connection:
            client = await connection.start_sftp_client()
            with pytest.raises((asyncssh.Error, OSError)):
                await client.put(str(large), "/to/registry/flipped.age")

    asyncio.run(work())
    assert len(door.waiting(gateway)) == before
    stands = door.sftp("ls -l /to/registry/flipped.age")
    assert stands.code == 0, stands
    assert "Traceback" not in gateway.log.read_text()


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (MSG_IGNORE, String(bytes(20_000))),
        (94, bytes([9, 9, 9, 9]) + String(bytes(20_000))),
        (94, bytes(4) + (1 << 30).to_bytes(4, "big") + bytes(20_000)),
        (94, bytes(4) + String(bytes(20_000)) + b"more"),
    ],
    ids=["no data", "no such channel", "longer than it is", "more behind it"],
)
def test_a_large_packet_that_is_no_file_ends_the_connection(
    door: SftpKit, gateway: RunningGateway, kind: int, body: bytes
) -> None:
    async def work() -> None:
        async with _connected(door, door.port) as connection:
            await connection.start_sftp_client()
            connection.send_packet(kind, body)
            async with asyncio.timeout(10):
                await connection.wait_closed()

    asyncio.run(work())
    assert door.sftp("ls /").code == 0
    assert "Traceback" not in gateway.log.read_text()


@pytest.mark.parametrize("size", [0, 1, 1000])
def test_a_channel_of_tiny_packets_ends_the_connection(
    door: SftpKit, gateway: RunningGateway, size: int
) -> None:
    """One byte in each would keep the others waiting for seconds; none in each for ever."""

    async def work() -> None:
        async with _connected(door, door.port) as connection, asyncio.timeout(10):
            with pytest.raises((asyncssh.Error, OSError)):
                await connection.create_session(
                    asyncssh.SSHClientSession, subsystem="sftp", encoding=None, max_pktsize=size
                )
            await connection.wait_closed()

    asyncio.run(work())
    assert door.sftp("ls /").code == 0
    assert "Traceback" not in gateway.log.read_text()


def test_the_shorter_way_is_taken(
    door: SftpKit, gateway: RunningGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A later asyncssh might call other functions of its own, and nothing but the speed would tell."""
    taken, take = [], Connection._take

    def seen(self: Connection, cipher: Encryption, arrived: bytes, start: int, end: int) -> None:
        taken.append(end - start)
        take(self, cipher, arrived, start, end)

    monkeypatch.setattr(Connection, "_take", seen)

    async def work() -> None:
        own = free_port()
        serving = asyncio.create_task(_Door(Settings.for_folder(door.exchange.data)).serve("127.0.0.1", own))
        await asyncio.sleep(0.5)
        async with _connected(door, own) as connection:
            client = await connection.start_sftp_client()
            async with client.open("/to/registry/way.age.part", "wb") as file:
                await file.write(INTRO + bytes(MIB), 0)
        os.kill(os.getpid(), signal.SIGTERM)
        assert await serving == 0

    asyncio.run(work())
    assert sum(taken) > MIB * 9 // 10


@contextlib.asynccontextmanager
async def _connected(door: SftpKit, port: int) -> AsyncIterator[asyncssh.SSHClientConnection]:
    connection = await asyncssh.connect(
        "127.0.0.1", port, username="riverside", client_keys=[str(door.keys["riverside"])],
        known_hosts=None, config=[],
    )  # fmt: skip
    try:
        yield connection
    finally:
        connection.abort()


@contextlib.asynccontextmanager
async def _flipping(port: int, after: int) -> AsyncIterator[int]:
    """A line to the door at which one bit falls over, ``after`` so many bytes to it; its own port."""

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, flip: int | None) -> None:
        passed = 0
        with contextlib.suppress(OSError):
            while piece := bytearray(await reader.read(1 << 16)):
                if flip is not None and passed <= flip < passed + len(piece):
                    piece[flip - passed] ^= 1
                passed += len(piece)
                writer.write(piece)
                await writer.drain()
        writer.close()

    async def joined(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(relay(reader, there[1], after), relay(there[0], writer, None))

    own = free_port()
    async with await asyncio.start_server(joined, "127.0.0.1", own):
        yield own
