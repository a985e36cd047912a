"""Every limit over SFTP, with the clients that people have: it holds, and a sentence says what to do."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import asyncssh
import pytest
from tests.exchange_kit import RunningGateway, free_port
from tests.sftp_kit import SftpKit, listening, run

from vernix.custody.delivery import Delivery
from vernix.custody.quota import Quota
from vernix.gateway.limits import KIB, Limits
from vernix.gateway.settings import Settings
from vernix.gateway.sftp.serving import _Door
from vernix.sealing.header import INTRO

PARTNERS = ("begins", "brims", "hurries", "asks", "collects", "rereads", "crawls", "crowds")
WORKERS = 3


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory, need_program: Callable[[str], str]) -> SftpKit:
    need_program("sftp")
    door = SftpKit(tmp_path_factory.mktemp("sftp"), PARTNERS)
    door.bound("begins", Quota(uploads_per_day=5))
    door.bound("brims", Quota(bytes_per_day=300_000))
    door.bound("hurries", Quota(bytes_per_second=500 * KIB))
    door.bound("asks", Quota(requests_per_minute=30))
    door.bound("crowds", Quota(requests_at_once=3))
    door.bound("collects", Quota(collected_deliveries=2))
    return door


@pytest.fixture(scope="module")
def gateway(door: SftpKit) -> Iterator[RunningGateway]:
    with door.running("--sftp-workers", str(WORKERS)) as running:
        yield running


def test_uploads_a_day_are_warned_of_and_bounded(door: SftpKit, gateway: RunningGateway) -> None:
    file = door.sealed("one.age", 1000)
    puts = [door.sftp(f"put {file} /to/registry/{number}.age", who="begins") for number in range(6)]
    assert [put.code == 0 for put in puts] == [True] * 5 + [False]
    warning = "80 % of what this partner may send is used (uploads per day)"
    assert [warning in put.said for put in puts[:5]] == [False, False, False, True, False]
    assert "has begun 5 uploads today and may begin no more. Go on tomorrow" in puts[5].said


def test_bytes_a_day_are_warned_of_and_bounded(door: SftpKit, gateway: RunningGateway) -> None:
    most, more = door.sealed("most.age", 270_000), door.sealed("more.age", 100_000)
    before = len(door.waiting(gateway))
    first = door.sftp(f"put {most} /to/registry/most.age", who="brims")
    assert first.code == 0
    assert "% of what this partner may send is used (bytes per day)" in first.said
    second = door.sftp(f"put {more} /to/registry/more.age", who="brims")
    assert second.code != 0
    assert "would have sent more today than the 300000 bytes that it may" in second.said
    time.sleep(1)
    assert len(door.waiting(gateway)) == before + 1
    assert "more.age" not in door.sftp("ls /to/registry", who="brims").said, (
        "nothing of it stays, not even a name"
    )


def test_bytes_a_second_are_kept_to_both_ways(door: SftpKit, gateway: RunningGateway, tmp_path: Path) -> None:
    content = 1500 * KIB
    file = door.sealed("fast.age", content)
    delivery = deliver(door, gateway, "hurries", b"x" * content)
    began = time.monotonic()
    put = door.sftp(f"put {file} /to/registry/fast.age", who="hurries")
    sent = time.monotonic()
    got = door.sftp(f"get /inbox/{delivery.id}-0.age {tmp_path / 'got'}", who="hurries")
    fetched = time.monotonic()
    assert (put.code, got.code) == (0, 0)
    # Three seconds' worth each way, of which one may come at once.
    assert sent - began > 1.8
    assert fetched - sent > 1.8
    assert "bytes a second are bounded" in put.said
    assert "bytes a second are bounded" in got.said


def test_requests_a_minute_are_bounded(door: SftpKit, gateway: RunningGateway) -> None:
    ended = door.sftp(*["ls /to"] * 30, who="asks")
    assert ended.code != 0
    assert "has made 30 requests in a minute. Ask again in a minute." in ended.said
    over_http = gateway.signed("asks", "GET", "/mailbox?after=0&wait=0")
    assert over_http.status == 429, "one count for both ways"
    events = [each["event"] for each in gateway.signed("registry", "GET", "/log/events").json["events"]]
    assert ("refuse", "asks", "TooOften", "sftp") in [
        (event["kind"], event["actor"], event["outcome"], event["route"]) for event in events
    ]


def test_who_collects_far_more_than_ever_is_stopped_until_the_registry_knows(
    door: SftpKit, gateway: RunningGateway, tmp_path: Path
) -> None:
    names = [f"/inbox/{deliver(door, gateway, 'collects', b'x').id}-0.age" for _ in range(3)]
    gets = [door.sftp(f"get {name} {tmp_path}/", who="collects") for name in names]
    assert [get.code == 0 for get in gets] == [True, True, False]
    assert "Collecting is stopped for this partner" in gets[2].said
    again = door.sftp(f"get {names[0]} {tmp_path}/", who="collects")
    assert again.code != 0, "also what it had before"
    [stop] = gateway.signed("registry", "GET", "/state").json["brakes"]
    assert stop["partner"] == "collects"
    assert gateway.signed("registry", "DELETE", "/brakes/collects").status < 300
    assert door.sftp(f"get {names[2]} {tmp_path}/", who="collects").code == 0


def test_connections_at_once_are_bounded_in_all_processes_together(
    door: SftpKit, gateway: RunningGateway
) -> None:
    assert len(door.until(lambda: listening(gateway, door.port), "the door stayed shut")) == WORKERS

    async def work() -> None:
        async with AsyncExitStack() as inside:
            for _ in range(3):
                client = await inside.enter_async_context(door.session("crowds"))
                assert [each.filename for each in await client.readdir("/")]
            loud = ["sftp", "-b", "-", "-P", str(door.port), *door.ssh_options("crowds"), "crowds@127.0.0.1"]
            ended = await asyncio.to_thread(run, loud, "ls /")
            assert ended.code != 0
            assert "as many connections as it may; end some first" in ended.said
        await asyncio.sleep(0.5)
        assert (await asyncio.to_thread(door.sftp, "ls /", who="crowds")).code == 0, "who has gone makes room"

    asyncio.run(work())


def test_strangers_at_the_door_are_bounded(
    door: SftpKit, gateway: RunningGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vernix.gateway.sftp.login.MOST_STRANGERS", 3)

    async def work() -> None:
        async with _own_door(door, Limits()) as port:
            silent = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
            reader, _ = await asyncio.open_connection("127.0.0.1", port)
            async with asyncio.timeout(5):
                assert not (await reader.read()).startswith(b"SSH"), "the fourth hears nothing"
            for _, writer in silent:
                writer.close()
            await asyncio.sleep(0.5)
            async with door.session("crawls", port) as client:
                assert await client.readdir("/")

    asyncio.run(work())


@pytest.mark.parametrize("way", ["from the beginning", "in a circle"])
def test_reading_again_within_one_handle_is_a_download_again(
    door: SftpKit, gateway: RunningGateway, way: str
) -> None:
    delivery = deliver(door, gateway, "rereads", os.urandom(50_000), downloads=1)

    async def work() -> None:
        async with door.session("rereads") as client:
            opened = await client.open(f"/inbox/{delivery.id}-0.age", "rb")
            size = (await opened.stat()).size
            assert size is not None
            await opened.read(1000, 0)
            if way == "from the beginning":
                await opened.read(1000, 2000)
                with pytest.raises(asyncssh.SFTPError, match="as often as its sender allows"):
                    await opened.read(1000, 0)
            else:
                # Going on is free, but not for ever.
                for _ in range(3):
                    await opened.read(size - 1, 1)
                with pytest.raises(asyncssh.SFTPError, match="as often as its sender allows"):
                    await opened.read(size - 1, 1)
            await opened.close()

    asyncio.run(work())


def test_bytes_that_come_too_slowly_end_the_file_and_are_kept(door: SftpKit, gateway: RunningGateway) -> None:
    async def work() -> None:
        limits = Limits(grace_seconds=1, body_rate=100 * KIB)
        async with _own_door(door, limits) as port, door.session("crawls", port) as client:
            opened = await client.open("/to/registry/slow.age", "wb")
            await opened.write(INTRO * 10, 0)
            await asyncio.sleep(2.5)
            with pytest.raises(asyncssh.SFTPError, match=r"too slowly.*what arrived is kept.*reput"):
                await opened.write(INTRO, len(INTRO) * 10)
            assert (await client.stat("/to/registry/slow.age")).size == len(INTRO) * 10
            await client.open("/to/registry/slow.age", "r+b")

    asyncio.run(work())


def deliver(
    door: SftpKit, gateway: RunningGateway, to: str, content: bytes, downloads: int | None = None
) -> Delivery:
    """Something from the registry for a partner."""
    part = door.exchange.seal(content, to)
    upload, _ = gateway.upload("registry", part, [to])
    delivery = door.exchange.delivery([(upload, part)], sender="registry", to=[to])
    delivery = replace(delivery, downloads=downloads)
    signed = delivery.sign(door.exchange.members["registry"].key).encode()
    assert gateway.signed("registry", "POST", "/deliveries", signed).status == 201
    return delivery


@asynccontextmanager
async def _own_door(door: SftpKit, limits: Limits) -> AsyncIterator[int]:
    """A door in this process, with limits of its own; its port."""
    port = free_port()
    settings = Settings.for_folder(door.exchange.data, limits=limits)
    serving = asyncio.create_task(_Door(settings).serve("127.0.0.1", port))
    await asyncio.sleep(0.5)
    yield port
    os.kill(os.getpid(), signal.SIGTERM)
    assert await serving == 0
