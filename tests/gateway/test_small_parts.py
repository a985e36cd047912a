"""A small part that comes whole with the request for its place: kept as any other, or not at all."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from tests.exchange_kit import TUS, ExchangeKit, Reply, RunningGateway, SealedPart

from vernix.custody import canonical
from vernix.custody.fields import to_base64
from vernix.custody.quota import Quota
from vernix.gateway import contents
from vernix.sealing.header import read_header
from vernix.sealing.recipients import PassphraseRecipient
from vernix.sealing.sealer import seal_bytes


@pytest.fixture(scope="module")
def part(kit: ExchangeKit) -> SealedPart:
    return kit.seal(os.urandom(3000))


def send(gateway: RunningGateway, content: bytes, header: int, who: str = "riverside") -> Reply:
    wanted = {"content": to_base64(content), "header": header, "purpose": "submission", "to": ["registry"]}
    return gateway.signed(who, "POST", "/parts", canonical.encode(wanted))


def test_it_is_delivered_as_any_other(kit: ExchangeKit, gateway: RunningGateway, part: SealedPart) -> None:
    sent = send(gateway, part.content, part.header)
    assert sent.status == 201, sent.body
    head = gateway.request("HEAD", sent.json["url"], headers=TUS)
    assert head.headers["upload-offset"] == head.headers["upload-length"] == str(len(part.content))
    delivery = kit.delivery([(sent.json["id"], part)])
    envelope = delivery.sign(kit.members["riverside"].key).encode()
    assert gateway.signed("riverside", "POST", "/deliveries", envelope).status == 201
    fetched = gateway.signed("registry", "GET", f"/deliveries/{delivery.id}/parts/0")
    assert fetched.body == part.content
    leaves = gateway.signed("registry", "GET", "/log/events?after=0").json["events"]
    told = [leaf["event"] for leaf in leaves if leaf["event"]["upload"] == sent.json["id"]]
    assert [(event["kind"], event["size"], event["digest"]) for event in told] == [
        ("upload", len(part.content), part.digest)
    ]


def test_it_takes_no_byte_more_and_can_be_given_up(
    kit: ExchangeKit, gateway: RunningGateway, part: SealedPart
) -> None:
    before = set(kit.lying())
    path = send(gateway, part.content, part.header).json["url"]
    assert [kit.lying()[name] for name in set(kit.lying()) - before] == [part.content]
    assert gateway.patch(path, len(part.content), b"x").status == 413
    assert gateway.request("DELETE", path, headers=TUS).status == 204
    assert set(kit.lying()) == before


def test_what_is_refused_is_not_kept(kit: ExchangeKit, gateway: RunningGateway, part: SealedPart) -> None:
    before = set(kit.lying())
    of_a_passphrase = seal_bytes(b"x" * 200, [PassphraseRecipient(b"Maple Street 12", work_factor=2)])
    passphrase_header = len(read_header(io.BytesIO(of_a_passphrase)).encoded)
    large = kit.seal(os.urandom(contents.MOST)).content
    refused = {
        "plain": send(gateway, b"Surname,Given\n" * 100, 200),
        "no header": send(gateway, part.content, 0),
        "another header": send(gateway, part.content, part.header + 1),
        "all header": send(gateway, part.content, len(part.content)),
        "passphrase": send(gateway, of_a_passphrase, passphrase_header),
        "large": send(gateway, large[: contents.MOST + 1], part.header),
        "empty": send(gateway, b"", part.header),
    }
    assert {name: reply.status // 100 for name, reply in refused.items()} == dict.fromkeys(refused, 4)
    assert b"Surname" not in b"".join(reply.body for reply in refused.values())
    assert set(kit.lying()) == before


def test_the_quota_holds(tmp_path: Path) -> None:
    kit = ExchangeKit(tmp_path)
    part = kit.seal(os.urandom(3000))
    held = Quota(held_bytes=len(part.content) + 100)
    entry = kit.directory.partner("riverside")
    kit.publish(partners=kit.with_partner(type(entry)(entry.id, entry.name, entry.keys, quota=held)))
    with kit.running() as gateway:
        assert send(gateway, part.content, part.header).status == 201
        before = set(kit.lying())
        assert send(gateway, part.content, part.header).status == 413
        assert set(kit.lying()) == before
