"""Upload-Checksum: all of a PATCH is kept or nothing, whatever ends it, and however large it is."""

from __future__ import annotations

import base64
import hashlib
import os
import socket
import time
from urllib.parse import urlsplit

import pytest
from tests.exchange_kit import TUS, ExchangeKit, Reply, RunningGateway, SealedPart

MIB = 1 << 20
BODY = {**TUS, "Content-Type": "application/offset+octet-stream"}


@pytest.fixture(scope="module")
def part(kit: ExchangeKit) -> SealedPart:
    return kit.seal(os.urandom(9 * MIB + 777))


def checksum(content: bytes, algorithm: str = "sha256") -> dict[str, str]:
    digest = base64.b64encode(hashlib.new(algorithm, content).digest()).decode()
    return {"Upload-Checksum": f"{algorithm} {digest}"}


def patch(gateway: RunningGateway, path: str, offset: int, content: bytes, headers: dict[str, str]) -> Reply:
    return gateway.request("PATCH", path, content, {**BODY, "Upload-Offset": str(offset), **headers})


def test_right_bytes_are_kept_and_wrong_ones_leave_the_upload_as_it_was(
    kit: ExchangeKit, gateway: RunningGateway, part: SealedPart
) -> None:
    upload, path = gateway.begin_upload("riverside", part)
    first, rest = part.content[: 4 * MIB + 5], part.content[4 * MIB + 5 :]
    assert patch(gateway, path, 0, first, checksum(first)).status == 204
    spoiled = rest[:-1] + bytes([rest[-1] ^ 1])
    refused = patch(gateway, path, len(first), spoiled, checksum(rest))
    assert refused.status == 460
    assert "same offset" in refused.json["hint"]
    assert gateway.offset(path) == len(first)
    assert patch(gateway, path, len(first), rest, checksum(rest)).status == 204
    envelope = kit.delivery([(upload, part)]).sign(kit.members["riverside"].key).encode()
    assert gateway.signed("riverside", "POST", "/deliveries", envelope).status == 201


def test_nothing_of_a_wrong_body_stays_on_the_disk(kit: ExchangeKit, gateway: RunningGateway) -> None:
    part = kit.seal(os.urandom(3 * MIB))
    _, path = gateway.begin_upload("riverside", part)
    assert patch(gateway, path, 0, part.content, checksum(b"other")).status == 460
    tail = part.content[-1000:]
    assert not [each for each in kit.lying().values() if tail in each]


def test_a_body_that_breaks_off_before_its_checksum_holds_is_not_kept(
    gateway: RunningGateway, part: SealedPart
) -> None:
    """Not even by the mark that is due every two seconds."""
    _, path = gateway.begin_upload("riverside", part)
    parts = urlsplit(gateway.url)
    fields = {**BODY, "Host": parts.netloc, "Upload-Offset": 0, "Content-Length": len(part.content)}
    lines = [f"PATCH {path} HTTP/1.1", *(f"{k}: {v}" for k, v in (fields | checksum(part.content)).items())]
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=20) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode() + part.content[: 5 * MIB])
        time.sleep(2.3)
        connection.sendall(part.content[5 * MIB : 8 * MIB])
        time.sleep(0.3)
        assert gateway.offset(path) == 0
    time.sleep(0.3)
    assert gateway.offset(path) == 0
    assert patch(gateway, path, 0, part.content, checksum(part.content)).status == 204


@pytest.mark.parametrize(
    "value",
    [
        "sha1 qvTGHdzF6KLavt4PO0gs2a6pQ00=",
        "md5 XUFAKrxLKna5cZ2REBfFkg==",
        "SHA256 " + "A" * 43 + "=",
        "sha256",
        "sha256 short",
        "sha256 %%%",
        "",
    ],
)
def test_a_checksum_that_is_none_we_know(gateway: RunningGateway, part: SealedPart, value: str) -> None:
    _, path = gateway.begin_upload("riverside", part)
    assert patch(gateway, path, 0, part.content, {"Upload-Checksum": value}).status == 400
    assert gateway.offset(path) == 0
