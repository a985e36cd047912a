"""Bytes to a capability URL: the tus rules, interruptions, kills, two writers, what is refused."""

from __future__ import annotations

import http.client
import io
import os
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from urllib.parse import urlsplit

import pytest
from tests.exchange_kit import TUS, ExchangeKit, RunningGateway, SealedPart

from vernix.sealing.header import read_header
from vernix.sealing.recipients import PassphraseRecipient
from vernix.sealing.sealer import seal_bytes

MIB = 1 << 20
BODY = {**TUS, "Content-Type": "application/offset+octet-stream"}


@pytest.fixture(scope="module")
def part(kit: ExchangeKit) -> SealedPart:
    """Some 12 MiB, sealed."""
    return kit.seal(os.urandom(12 * MIB + 12345))


def test_the_options_are_those_of_tus(kit: ExchangeKit, gateway: RunningGateway, part: SealedPart) -> None:
    _, path = gateway.begin_upload("riverside", part)
    reply = gateway.request("OPTIONS", path)
    assert reply.status == 204
    assert reply.headers["tus-version"] == "1.0.0"
    assert set(reply.headers["tus-extension"].split(",")) == {
        "checksum",
        "concatenation",
        "creation",
        "creation-with-upload",
        "expiration",
        "termination",
    }
    assert reply.headers["tus-checksum-algorithm"] == "sha256"
    head = gateway.request("HEAD", path, headers=TUS)
    assert (head.headers["upload-offset"], head.headers["upload-length"]) == ("0", str(len(part.content)))
    assert head.headers["cache-control"] == "no-store"
    assert head.headers["upload-expires"].endswith("GMT")


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("HEAD", {}, 412),
        ("PATCH", {**BODY, "Upload-Offset": "0", "Tus-Resumable": "0.2.2"}, 412),
        ("PATCH", {**TUS, "Upload-Offset": "0", "Content-Type": "text/plain"}, 415),
        ("PATCH", BODY, 400),
        ("PATCH", {**BODY, "Upload-Offset": "-1"}, 400),
        ("PATCH", {**BODY, "Upload-Offset": "0x10"}, 400),
        ("PATCH", {**BODY, "Upload-Offset": "5"}, 409),
        ("GET", TUS, 405),
        ("PUT", TUS, 405),
        ("POST", TUS, 405),
    ],
)
def test_what_tus_refuses(
    gateway: RunningGateway, part: SealedPart, method: str, headers: dict[str, str], status: int
) -> None:
    _, path = gateway.begin_upload("riverside", part)
    body = b"age-e" if method == "PATCH" else None
    reply = gateway.request(method, path, body, headers)
    assert reply.status == status
    assert reply.headers["tus-resumable"] == "1.0.0"
    assert gateway.offset(path) == 0


def test_a_post_that_means_patch(gateway: RunningGateway, part: SealedPart) -> None:
    _, path = gateway.begin_upload("riverside", part)
    headers = {**BODY, "Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"}
    assert gateway.request("POST", path, part.content[:1000], headers).status == 204
    assert gateway.offset(path) == 1000


@pytest.mark.parametrize(
    "token", ["A" * 43, "short", "A" * 200, "%2e%2e%2fgateway.sqlite3", "' OR 1=1 --".replace(" ", "%20")]
)
def test_a_capability_that_is_none(gateway: RunningGateway, token: str) -> None:
    assert gateway.request("HEAD", f"/parts/{token}", headers=TUS).status == 404


def test_any_cut_can_be_gone_on_from(kit: ExchangeKit, gateway: RunningGateway, part: SealedPart) -> None:
    upload, path = gateway.begin_upload("riverside", part)
    first = part.header
    cuts = [
        0,
        1,
        21,
        22,
        first - 1,
        first,
        first + 1,
        first + MIB,
        first + MIB + 1,
        5 * MIB,
        len(part.content),
    ]
    for start, end in pairwise(cuts):
        assert gateway.offset(path) == start
        reply = gateway.patch(path, start, part.content[start:end])
        assert (reply.status, reply.headers.get("upload-offset")) == (204, str(end)), reply.body
    delivery = kit.delivery([(upload, part)])
    envelope = delivery.sign(kit.members["riverside"].key).encode()
    assert gateway.signed("riverside", "POST", "/deliveries", envelope).status == 201


def test_a_chunked_body_is_taken_and_bounded(gateway: RunningGateway, part: SealedPart) -> None:
    _, path = gateway.begin_upload("riverside", part)

    def pieces(content: bytes) -> Iterator[bytes]:
        yield from (content[start : start + 100_000] for start in range(0, len(content), 100_000))

    connection = gateway.connection()
    connection.request(
        "PATCH", path, pieces(part.content[:MIB]), {**BODY, "Upload-Offset": "0"}, encode_chunked=True
    )
    assert connection.getresponse().status == 204
    assert gateway.offset(path) == MIB
    connection.close()
    rest = part.content[MIB:] + bytes(MIB)
    connection = gateway.connection()
    headers = {**BODY, "Upload-Offset": str(MIB), "Transfer-Encoding": "chunked"}
    connection.request("PATCH", path, pieces(rest), headers, encode_chunked=True)
    assert connection.getresponse().status == 413
    connection.close()
    assert gateway.offset(path) <= len(part.content)


def test_more_than_announced_is_refused_before_it_is_read(gateway: RunningGateway, part: SealedPart) -> None:
    _, path = gateway.begin_upload("riverside", part)
    reply = gateway.patch(path, 0, part.content + b"x")
    assert reply.status == 413
    assert gateway.offset(path) == 0


@pytest.mark.parametrize(
    "content", [b"name,born\n" * 1000, b"PK\x03\x04" + bytes(5000), b"age-encryption.org/v2\n" + bytes(5000)]
)
def test_what_is_not_sealed_is_refused_and_not_kept(
    kit: ExchangeKit, gateway: RunningGateway, part: SealedPart, content: bytes
) -> None:
    _, path = gateway.begin_upload("riverside", part)
    reply = gateway.patch(path, 0, content)
    assert reply.status == 422
    assert "seal" in reply.json["hint"]
    assert gateway.request("HEAD", path, headers=TUS).status == 404
    assert not [each for each in kit.lying().values() if content in each]


def test_what_a_passphrase_opens_is_refused_and_not_kept(kit: ExchangeKit, gateway: RunningGateway) -> None:
    content = seal_bytes(bytes(5000), [PassphraseRecipient(b"Maple Street 12", work_factor=2)])
    header = len(read_header(io.BytesIO(content)).encoded)
    _, path = gateway.begin_upload("riverside", SealedPart(content, header, ""))
    reply = gateway.patch(path, 0, content)
    assert reply.status == 422
    assert "passphrase" in reply.json["error"]
    assert gateway.request("HEAD", path, headers=TUS).status == 404
    assert not [each for each in kit.lying().values() if content[-100:] in each]


@pytest.mark.parametrize("claimed", [-1, 1])
def test_a_header_that_ends_elsewhere_is_refused(
    gateway: RunningGateway, part: SealedPart, claimed: int
) -> None:
    wrong = SealedPart(part.content, part.header + claimed, part.digest)
    _, path = gateway.begin_upload("riverside", wrong)
    assert gateway.patch(path, 0, part.content).status == 422
    assert gateway.request("HEAD", path, headers=TUS).status == 404


def test_a_broken_connection_keeps_what_arrived(gateway: RunningGateway, part: SealedPart) -> None:
    _, path = gateway.begin_upload("riverside", part)
    sent = _send_and_break(gateway, path, 0, part.content, 6 * MIB)
    offset = _settled(gateway, path)
    assert 0 < offset <= sent
    assert gateway.patch(path, offset, part.content[offset:]).status == 204


def test_a_kill_in_the_middle_keeps_a_true_offset(
    kit: ExchangeKit, gateway: RunningGateway, part: SealedPart
) -> None:
    upload, path = gateway.begin_upload("riverside", part)
    assert gateway.patch(path, 0, part.content[: 2 * MIB]).status == 204
    with _socket(gateway) as open_socket:
        _send_head(open_socket, gateway, path, 2 * MIB, len(part.content) - 2 * MIB)
        open_socket.sendall(part.content[2 * MIB : 9 * MIB])
        time.sleep(0.3)
        gateway.kill()
    gateway.start()
    offset = gateway.offset(path)
    assert 2 * MIB <= offset <= 9 * MIB
    assert gateway.patch(path, offset, part.content[offset:]).status == 204
    delivery = kit.delivery([(upload, part)])
    envelope = delivery.sign(kit.members["riverside"].key).encode()
    assert gateway.signed("riverside", "POST", "/deliveries", envelope).status == 201


def test_two_writers_never_mix(kit: ExchangeKit, gateway: RunningGateway, part: SealedPart) -> None:
    _, path = gateway.begin_upload("riverside", part)
    stranger = part.content[: part.header] + bytes(len(part.content) - part.header)
    before = kit.lying().keys()
    start = threading.Barrier(2)

    def write(content: bytes) -> int:
        start.wait()
        return gateway.patch(path, 0, content).status

    with ThreadPoolExecutor(2) as pool:
        results = sorted(pool.map(write, [part.content, stranger]))
    # On a starved machine the first may fall silent for so long that the second takes over.
    assert results in ([204, 409], [409, 409])
    offset = gateway.offset(path)
    held = [content[:offset] for name, content in kit.lying().items() if name not in before]
    assert held
    assert any(all(each in whole for each in held) for whole in (part.content, stranger))


def test_a_newcomer_takes_over_from_a_dead_connection(gateway: RunningGateway, part: SealedPart) -> None:
    _, path = gateway.begin_upload("riverside", part)
    with _socket(gateway) as silent:
        _send_head(silent, gateway, path, 0, len(part.content))
        silent.sendall(part.content[: 3 * MIB])
        time.sleep(0.5)
        # The first connection is open and says nothing more; the client comes back on another.
        began = time.monotonic()
        refused = gateway.patch(path, 0, part.content)
        assert refused.status == 409
        assert time.monotonic() - began < 9
        offset = gateway.offset(path)
        assert offset == 3 * MIB
        assert gateway.patch(path, offset, part.content[offset:]).status == 204


@pytest.mark.parametrize("last", [1, 3 * MIB])
def test_a_slow_body_whose_end_comes_when_it_is_time_to_make_it_safe(
    gateway: RunningGateway, part: SealedPart, last: int
) -> None:
    """The end is made safe once, with its digest: not by the mark that is due every two seconds."""
    _, path = gateway.begin_upload("riverside", part)
    with _socket(gateway) as connection:
        _send_head(connection, gateway, path, 0, len(part.content))
        connection.sendall(part.content[:-last])
        time.sleep(2.3)
        connection.sendall(part.content[-last:])
        response = http.client.HTTPResponse(connection)
        response.begin()
        assert response.status == 204
    assert gateway.offset(path) == len(part.content)


def test_nothing_waits_in_memory_for_the_rest_of_a_body(
    kit: ExchangeKit, gateway: RunningGateway, part: SealedPart
) -> None:
    """What came is written soon after the sender falls silent, to the last byte."""
    if kit.storage is not None:
        pytest.skip("what gathers for a bucket is bounded for all bodies together: test_segments")
    _, path = gateway.begin_upload("riverside", part)
    sent = part.content[: 2 * MIB + 10_000]
    before = kit.lying().keys()
    with _socket(gateway) as connection:
        _send_head(connection, gateway, path, 0, len(part.content))
        connection.sendall(sent[:-10_000])
        time.sleep(0.3)
        connection.sendall(sent[-10_000:])
        give_up = time.monotonic() + 10
        while [each for name, each in kit.lying().items() if name not in before] != [sent]:
            assert time.monotonic() < give_up, "some of it waits in memory"
            time.sleep(0.1)


def test_taking_an_upload_back_leaves_nothing(kit: ExchangeKit, gateway: RunningGateway) -> None:
    part = kit.seal(b"taken back")
    _, path = gateway.upload("riverside", part)
    assert gateway.request("DELETE", path, headers=TUS).status == 204
    assert gateway.request("HEAD", path, headers=TUS).status == 404
    assert not [each for each in kit.lying().values() if part.content in each]


def test_a_posted_part_cannot_be_taken_back_or_changed(kit: ExchangeKit, gateway: RunningGateway) -> None:
    part = kit.seal(b"posted")
    upload, path = gateway.upload("riverside", part)
    delivery = kit.delivery([(upload, part)])
    envelope = delivery.sign(kit.members["riverside"].key).encode()
    assert gateway.signed("riverside", "POST", "/deliveries", envelope).status == 201
    assert gateway.request("DELETE", path, headers=TUS).status == 409
    assert gateway.patch(path, 0, part.content).status == 409


def test_expect_continue_is_answered_before_the_body(gateway: RunningGateway) -> None:
    """A refused client need not send its gigabytes first."""
    with _socket(gateway) as connection:
        head = [
            f"PATCH /parts/{'A' * 43} HTTP/1.1",
            f"Host: {urlsplit(gateway.url).netloc}",
            "Tus-Resumable: 1.0.0",
            "Upload-Offset: 0",
            "Content-Type: application/offset+octet-stream",
            "Content-Length: 1000000000",
            "Expect: 100-continue",
        ]
        connection.sendall("\r\n".join([*head, "", ""]).encode())
        response = http.client.HTTPResponse(connection)
        response.begin()
        assert response.status == 404


def _socket(gateway: RunningGateway) -> socket.socket:
    parts = urlsplit(gateway.url)
    return socket.create_connection((parts.hostname or "", parts.port or 0), timeout=20)


def _send_head(
    connection: socket.socket, gateway: RunningGateway, path: str, offset: int, length: int
) -> None:
    fields = {**BODY, "Host": urlsplit(gateway.url).netloc, "Upload-Offset": offset, "Content-Length": length}
    lines = [f"PATCH {path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
    connection.sendall("\r\n".join([*lines, "", ""]).encode())


def _send_and_break(gateway: RunningGateway, path: str, offset: int, content: bytes, count: int) -> int:
    with _socket(gateway) as connection:
        _send_head(connection, gateway, path, offset, len(content) - offset)
        connection.sendall(content[offset : offset + count])
        time.sleep(0.3)
    return offset + count


def _settled(gateway: RunningGateway, path: str) -> int:
    """The offset once it no longer moves."""
    before = -1
    for _ in range(100):
        now = gateway.offset(path)
        if now == before and now > 0:
            return now
        before = now
        time.sleep(0.1)
    return before
