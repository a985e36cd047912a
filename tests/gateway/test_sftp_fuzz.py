"""Packets that no client sends, over a real connection: each is answered or ends the session, nothing else.

asyncssh's client sends any bytes over a channel. Afterwards the door serves others as before, nothing was
delivered, and the log has no traceback.
"""

from __future__ import annotations

import asyncio
import contextlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass

import asyncssh
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.exchange_kit import RunningGateway
from tests.sftp_kit import SftpKit

from vernix.gateway.sftp.packets import MAX_PACKET, Status, Type
from vernix.sealing.header import INTRO

_PATIENCE = 10.0
_GREETING = struct.pack(">IBI", 5, Type.INIT, 3)
_ANSWERS = {Type.STATUS, Type.HANDLE, Type.DATA, Type.NAME, Type.ATTRS, Type.EXTENDED_REPLY}
_KNOWN = {int(status) for status in Status}


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> SftpKit:
    return SftpKit(tmp_path_factory.mktemp("sftp"))


@pytest.fixture(scope="module")
def gateway(door: SftpKit) -> Iterator[RunningGateway]:
    with door.running() as running:
        yield running


def string(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


PATHS = st.one_of(
    st.sampled_from(
        [
            b"/", b"/inbox", b"/to", b"/to/registry", b"/to/registry/f.age", b"/to/registry/f.age.part",
            b"/to/registry/../../../etc/passwd", b"/to/lakeside/x.age", b"/to/registry/" + b"n" * 300,
            b"/receipts/x.json", b"\x00", b"/to/registry/\xff\xfe", b"/to/registry/a\nb", b"..", b"",
            b"/inbox/01a21ff2-0fdc-7ce8-bbdd-c4052cfb589d-0.age", b"/to/registry/a\\b", b"//to//registry//f",
        ]
    ),
    st.binary(max_size=1200),
)  # fmt: skip
HANDLES = st.one_of(st.integers(0, 40).map(lambda number: number.to_bytes(4, "big")), st.binary(max_size=300))
NUMBERS = st.one_of(st.integers(0, 70), st.integers(0, 2**32 - 1))
OFFSETS = st.one_of(st.integers(0, 3000), st.sampled_from([2**31, 2**32, 2**63 - 1, 2**63, 2**64 - 1]))
CONTENT = st.one_of(st.just(INTRO), st.just(INTRO * 20), st.binary(max_size=600))
ATTRIBUTES = st.one_of(
    st.just(struct.pack(">I", 0)),
    st.integers(0, 2**64 - 1).map(lambda size: struct.pack(">IQ", 1, size)),
    st.integers(0, 2**32 - 1).map(lambda count: struct.pack(">II", 0x80000000, count)),
    st.binary(max_size=40),
)


def fields(*parts: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    return st.tuples(*parts).map(b"".join)


def number(strategy: st.SearchStrategy[int], layout: str) -> st.SearchStrategy[bytes]:
    return strategy.map(lambda value: struct.pack(layout, value))


PATH, HANDLE, DATA = PATHS.map(string), HANDLES.map(string), CONTENT.map(string)
FLAGS, OFFSET, COUNT = number(NUMBERS, ">I"), number(OFFSETS, ">Q"), number(NUMBERS, ">I")
EXTENSIONS = st.sampled_from(
    [b"posix-rename@openssh.com", b"fsync@openssh.com", b"limits@openssh.com", b"lsetstat@openssh.com", b"x"]
)
BODIES = {
    Type.OPEN: fields(PATH, FLAGS, ATTRIBUTES),
    Type.CLOSE: HANDLE,
    Type.READ: fields(HANDLE, OFFSET, COUNT),
    Type.WRITE: fields(HANDLE, OFFSET, DATA),
    Type.LSTAT: PATH,
    Type.FSTAT: HANDLE,
    Type.SETSTAT: fields(PATH, ATTRIBUTES),
    Type.FSETSTAT: fields(HANDLE, ATTRIBUTES),
    Type.OPENDIR: PATH,
    Type.READDIR: HANDLE,
    Type.REMOVE: PATH,
    Type.MKDIR: fields(PATH, ATTRIBUTES),
    Type.RMDIR: PATH,
    Type.REALPATH: PATH,
    Type.STAT: PATH,
    Type.RENAME: fields(PATH, PATH),
    Type.READLINK: PATH,
    Type.SYMLINK: fields(PATH, PATH),
    Type.EXTENDED: fields(EXTENSIONS.map(string), st.one_of(HANDLE, fields(PATH, PATH))),
}


@dataclass(frozen=True)
class Packet:
    """A request with its number; ``whole`` where its length and kind are those of SFTP."""

    request: int
    kind: int
    body: bytes

    def encode(self) -> bytes:
        return struct.pack(">IBI", 5 + len(self.body), self.kind, self.request) + self.body


@st.composite
def well_formed(draw: st.DrawFn) -> Packet:
    """A packet that is SFTP, whatever it asks for."""
    kind = draw(st.sampled_from(sorted(BODIES)))
    return Packet(draw(st.integers(0, 2**32 - 1)), kind, draw(BODIES[kind]))


@st.composite
def hostile(draw: st.DrawFn) -> bytes:
    """A packet cut, lengthened, of an unknown kind, or with a length that lies; or mere noise."""
    sound = draw(well_formed()).encode()
    match draw(st.integers(0, 4)):
        case 0:
            length = draw(
                st.one_of(st.integers(0, 40), st.sampled_from([MAX_PACKET, MAX_PACKET + 1, 2**32 - 1]))
            )
            return struct.pack(">I", length) + sound[4:]
        case 1:
            kept = draw(st.integers(9, len(sound)))
            return struct.pack(">I", kept - 4) + sound[4:kept]
        case 2:
            return sound[:4] + bytes([draw(st.integers(0, 255))]) + sound[5:]
        case 3:
            more = draw(st.binary(min_size=1, max_size=60))
            return struct.pack(">I", len(sound) - 4 + len(more)) + sound[4:] + more
    return draw(st.binary(min_size=1, max_size=200))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
@given(st.lists(well_formed(), min_size=1, max_size=25, unique_by=lambda packet: packet.request))
def test_every_request_has_one_answer(door: SftpKit, gateway: RunningGateway, packets: list[Packet]) -> None:
    """Or the session ends, where a field lies about its length."""
    answers, ended = asyncio.run(
        _exchange(door, b"".join(packet.encode() for packet in packets), len(packets))
    )
    assert [request for _, request, _ in answers] == [packet.request for packet in packets][: len(answers)]
    assert ended or len(answers) == len(packets)
    for kind, _, code in answers:
        assert kind in _ANSWERS
        assert kind != Type.STATUS or code in _KNOWN
    _is_well(door, gateway)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
@given(st.lists(hostile(), min_size=1, max_size=6), st.booleans())
def test_what_is_no_sftp_ends_the_session_at_most(
    door: SftpKit, gateway: RunningGateway, pieces: list[bytes], greeted: bool
) -> None:
    greeting = _GREETING if greeted else b""
    _, ended = asyncio.run(_exchange(door, b"".join(pieces), None, greeting=greeting))
    assert ended
    _is_well(door, gateway)


def test_nothing_of_all_that_was_delivered_or_logged(door: SftpKit, gateway: RunningGateway) -> None:
    assert door.waiting(gateway) == []
    assert "Traceback" not in gateway.log.read_text()
    assert "exception was never retrieved" not in gateway.log.read_text()
    assert door.sftp("ls /").code == 0


class _Raw(asyncssh.SSHClientSession[bytes]):
    """Whatever comes back, and whether the channel has ended."""

    def __init__(self) -> None:
        self.came = bytearray()
        self.changed = asyncio.Event()
        self.over = False

    def data_received(self, data: bytes, datatype: asyncssh.DataType) -> None:
        if datatype is None:
            self.came += data
        self.changed.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self.over = True
        self.changed.set()


async def _exchange(
    door: SftpKit, sent: bytes, expected: int | None, *, greeting: bytes = _GREETING
) -> tuple[list[tuple[int, int, int]], bool]:
    """Send all of it; the answers as kind, request and first number, and whether the door ended it."""
    async with asyncssh.connect(
        "127.0.0.1", door.port, username="riverside", client_keys=[str(door.keys["riverside"])],
        known_hosts=None, config=[], kex_algs=["curve25519-sha256"],
    ) as connection:  # fmt: skip
        session = _Raw()
        channel, _ = await connection.create_session(lambda: session, subsystem="sftp", encoding=None)
        channel.write(greeting + sent)
        if expected is None:
            with contextlib.suppress(OSError):
                channel.write_eof()
        async with asyncio.timeout(_PATIENCE):
            while not session.over and (expected is None or len(_answers(session.came)) < expected + 1):
                session.changed.clear()
                await session.changed.wait()
        return _answers(session.came)[1:], session.over


def _answers(came: bytes | bytearray) -> list[tuple[int, int, int]]:
    found, position = [], 0
    while position + 4 <= len(came):
        length = int.from_bytes(came[position : position + 4], "big")
        if position + 4 + length > len(came):
            break
        kind, request = struct.unpack_from(">BI", came, position + 4)
        code = int.from_bytes(came[position + 9 : position + 13], "big")
        found.append((kind, request, code))
        position += 4 + length
    return found


def _is_well(door: SftpKit, gateway: RunningGateway) -> None:
    log = gateway.log.read_text()
    assert "Traceback" not in log
    assert "sftp failed" not in log
    assert "sftp ended by itself" not in log
