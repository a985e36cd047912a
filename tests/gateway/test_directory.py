"""The mirrored directory: served as it was signed, changed only by what proves itself from the root."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.exchange_kit import TUS, ExchangeKit, Reply, RunningGateway

from vernix.custody.identifiers import utc_now
from vernix.custody.trust import DirectoryMirror


@pytest.fixture
def kit(tmp_path: Path) -> ExchangeKit:
    return ExchangeKit(tmp_path)


@pytest.fixture
def gateway(kit: ExchangeKit) -> Iterator[RunningGateway]:
    with kit.running() as running:
        yield running


def fetched(gateway: RunningGateway, folder: Path, kit: ExchangeKit) -> int:
    """The version that a fresh client comes to believe."""

    def fetch(name: str, _limit: int) -> bytes | None:
        reply = gateway.request("GET", f"/directory/{name}")
        return reply.body if reply.status == 200 else None

    return DirectoryMirror(folder, kit.fingerprint).refresh(fetch).version


def test_a_client_can_believe_what_is_served(
    kit: ExchangeKit, gateway: RunningGateway, tmp_path: Path
) -> None:
    assert fetched(gateway, tmp_path / "client", kit) == 1
    reply = gateway.publish(kit.publish())
    assert (reply.status, reply.json) == (200, {"version": 2})
    assert fetched(gateway, tmp_path / "client", kit) == 2
    assert gateway.publish(kit.publisher.files()).status == 200


def test_a_new_partner_may_speak_at_once(kit: ExchangeKit, gateway: RunningGateway) -> None:
    from tests.exchange_kit import Member

    kit.members["hillside"] = Member.make("hillside")
    assert gateway.signed("hillside", "GET", "/mailbox").status == 401
    files = kit.publish(partners=kit.with_partner(kit.members["hillside"].entry(kit.since)))
    assert gateway.publish(files).status == 200
    assert gateway.signed("hillside", "GET", "/mailbox").status == 200


def test_another_root_is_refused_and_not_kept(
    kit: ExchangeKit, gateway: RunningGateway, tmp_path: Path
) -> None:
    other = ExchangeKit(tmp_path / "other", port=kit.port)
    other.publish()
    assert gateway.publish(other.publisher.files()).status == 401
    assert fetched(gateway, tmp_path / "client", kit) == 1
    gateway.stop()
    with pytest.raises(UsageErrorFromServe, match="another root"):
        serve(kit.data, other.public)


def test_an_older_set_is_refused(kit: ExchangeKit, gateway: RunningGateway, tmp_path: Path) -> None:
    older = dict(kit.publisher.files())
    assert gateway.publish(kit.publish()).status == 200
    assert gateway.publish(older).status == 401
    assert fetched(gateway, tmp_path / "client", kit) == 2


def test_a_set_with_a_flipped_byte_is_refused(
    kit: ExchangeKit, gateway: RunningGateway, tmp_path: Path
) -> None:
    for name in kit.publish():
        files = dict(kit.publisher.files())
        if name == "1.root.json":
            continue  # the gateway has its own, pinned: what is sent is not looked at
        files[name] = files[name].replace(b"2", b"3", 1) if b"2" in files[name] else files[name][:-1]
        assert gateway.publish(files).status in (401, 422), name
        assert fetched(gateway, tmp_path / "client", kit) == 1


def test_only_the_registry_publishes(kit: ExchangeKit, gateway: RunningGateway) -> None:
    assert gateway.publish(kit.publish(), who="riverside").status == 403


@pytest.mark.parametrize(
    "name",
    [
        "..%2Fgateway.sqlite3",
        "%2e%2e%2froot_fingerprint",
        "../gateway.sqlite3",
        ".lock",
        "99.root.json",
        "0.root.json",
        "timestamp.json%00",
        "TIMESTAMP.JSON",
        "%2Fetc%2Fpasswd",
    ],
)
def test_names_that_are_no_files_of_it(gateway: RunningGateway, name: str) -> None:
    assert gateway.request("GET", f"/directory/{name}").status == 404


def test_strangers_cannot_fill_the_memory_with_it(kit: ExchangeKit, gateway: RunningGateway) -> None:
    name = f"{'0' * 64}.directory.json"
    (kit.data / "directory" / name).write_bytes(bytes(8 << 20))
    assert gateway.process is not None
    before = resident(gateway.process.pid)
    with contextlib.ExitStack() as idle:
        for _ in range(40):
            connection = idle.enter_context(contextlib.closing(gateway.connection()))
            connection.request("GET", f"/directory/{name}")
            assert connection.getresponse().status == 200
        more = resident(gateway.process.pid) - before
    assert more < 128 << 20, "40 times 8 MiB were asked for"


def resident(process: int) -> int:
    """Bytes of memory that a process and its workers have."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    pages = [Path(f"/proc/{one}/statm").read_text().split()[1] for one in (process, *children)]
    return sum(map(int, pages)) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b'{"files":[]}',
        b'{"files":{"../x":"AAAA"}}',
        b'{"files":{"timestamp.json":"%%"}}',
        b'{"files":{"timestamp.json":1}}',
    ],
)
def test_odd_uploads(gateway: RunningGateway, body: bytes) -> None:
    assert gateway.signed("registry", "PUT", "/directory", body).status == 422


def test_a_gateway_whose_directory_expired_can_be_given_a_new_one(tmp_path: Path) -> None:
    past = utc_now() - timedelta(days=8)
    kit = ExchangeKit(tmp_path)
    with kit.running() as gateway:
        old = DirectoryMirror(kit.data / "directory", kit.fingerprint, clock=lambda: past)
        assert old.current().version == 1
    # The registry was down for a week: the timestamp on the gateway's disk has expired.
    _expire(kit, past)
    gateway.start()
    try:
        assert gateway.request("GET", "/health").status == 200
        assert gateway.signed("riverside", "GET", "/mailbox").status == 401
        assert gateway.publish(kit.publish(), who="riverside").status == 403
        kit.publisher.renew_timestamp()
        assert gateway.publish(kit.publisher.files()).status == 200
        assert gateway.signed("riverside", "GET", "/mailbox").status == 200
    finally:
        gateway.stop()


def test_who_waits_or_sends_is_let_go_when_it_stops(kit: ExchangeKit) -> None:
    part = kit.seal(bytes(3_000_000))
    replies: list[Reply] = []
    with kit.running() as gateway:
        _, path = gateway.begin_upload("riverside", part)
        waiting = threading.Thread(
            target=lambda: replies.append(gateway.signed("registry", "GET", "/mailbox?wait=30"))
        )
        waiting.start()
        with contextlib.closing(gateway.connection()) as sending:
            sending.putrequest("PATCH", path)
            for name, value in {**TUS, "Upload-Offset": "0", "Content-Length": len(part.content)}.items():
                sending.putheader(name, str(value))
            sending.putheader("Content-Type", "application/offset+octet-stream")
            sending.endheaders(part.content[:2_000_000])
            time.sleep(1)
            began = time.monotonic()
            assert gateway.stop() == 0
            assert time.monotonic() - began < 8
        waiting.join(5)
        gateway.start()
        assert gateway.offset(path) == 2_000_000
    assert [(reply.status, reply.json["deliveries"]) for reply in replies] == [(200, [])]


def test_without_a_directory_it_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(UsageErrorFromServe, match="no directory"):
        serve(tmp_path / "gateway", None)
    with pytest.raises(UsageErrorFromServe, match=r"no 1\.root\.json"):
        serve(tmp_path / "gateway", tmp_path)


def test_two_gateways_do_not_share_a_folder(kit: ExchangeKit) -> None:
    """Not even at two ports; the workers of one gateway do, and a kill of all of them frees it at once."""
    with kit.running("--workers", "2") as gateway:
        ended = start(kit.data, None)
        assert ended.returncode == 5
        assert "Another vernix-gateway serve is at work in this data folder. Stop it first." in ended.stderr
        assert gateway.request("GET", "/health").status == 200
        gateway.kill()
        gateway.start()


class UsageErrorFromServe(Exception):
    """The program ended with exit code 2; the text is what it said."""


def serve(data: Path, directory: Path | None) -> None:
    """Try to start a gateway that refuses to."""
    ended = start(data, directory)
    if ended.returncode == 2:
        raise UsageErrorFromServe(ended.stderr)


def start(data: Path, directory: Path | None) -> subprocess.CompletedProcess[str]:
    """Start a gateway at a port of its own that will end by itself."""
    program = Path(sys.executable).with_name("vernix-gateway")
    command = [str(program), "serve", "--data", str(data), "--port", "0"]
    command += ["--directory", str(directory)] if directory else []
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


def _expire(kit: ExchangeKit, past: object) -> None:
    """Put a timestamp of last week in the place of the gateway's."""
    from vernix.custody.publishing import DirectoryPublisher

    aged = DirectoryPublisher(kit.public, kit.online, clock=lambda: past)  # type: ignore[arg-type,return-value]
    aged.renew_timestamp()
    (kit.data / "directory" / "timestamp.json").write_bytes((kit.public / "timestamp.json").read_bytes())
