"""A small delivery that comes whole: kept all at once, seen as any other, or not kept at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from tests.exchange_kit import ExchangeKit, Reply, RunningGateway, SealedPart

from vernix.custody.delivery import Delivery
from vernix.custody.identifiers import new_id
from vernix.custody.quota import Quota
from vernix.gateway import contents

PATH = "/whole-deliveries"


@pytest.fixture(scope="module")
def parts(kit: ExchangeKit) -> list[SealedPart]:
    """A manifest and a file, as it were."""
    return [kit.seal(os.urandom(900)), kit.seal(os.urandom(3000))]


def delivery_of(kit: ExchangeKit, parts: Sequence[SealedPart], sender: str = "riverside") -> Delivery:
    return kit.delivery([(new_id(), part) for part in parts], sender=sender)


def post(
    kit: ExchangeKit, gateway: RunningGateway, delivery: Delivery, parts: Sequence[SealedPart], who: str = ""
) -> Reply:
    return gateway.signed(who or delivery.sender, "POST", PATH, kit.whole(delivery, parts))


def seen(gateway: RunningGateway, delivery: Delivery) -> int:
    page = gateway.signed("registry", "GET", "/mailbox?after=0&wait=0").json
    return [entry["envelope"]["document"]["id"] for entry in page["deliveries"]].count(delivery.id)


def test_it_is_delivered_as_any_other(
    kit: ExchangeKit, gateway: RunningGateway, parts: list[SealedPart]
) -> None:
    before = set(kit.lying())
    delivery = delivery_of(kit, parts)
    posted = post(kit, gateway, delivery, parts)
    assert (posted.status, posted.json) == (201, {"id": delivery.id, "quota": None})
    assert sorted(kit.lying()[name] for name in set(kit.lying()) - before) == sorted(
        part.content for part in parts
    )
    assert seen(gateway, delivery) == 1
    for number, part in enumerate(parts):
        path = f"/deliveries/{delivery.id}/parts/{number}"
        assert gateway.signed("registry", "GET", path).body == part.content
        some = gateway.signed("registry", "GET", path, headers={"Range": "bytes=100-199"})
        assert (some.status, some.body) == (206, part.content[100:200])
    receipt = kit.receipt(delivery).sign(kit.members["registry"].key).encode()
    assert gateway.signed("registry", "POST", "/receipts", receipt).status == 201
    state = gateway.signed("riverside", "GET", f"/deliveries/{delivery.id}").json
    assert (state["state"], len(state["receipts"])) == ("received", 1)
    assert set(kit.lying()) == before


def test_the_ledger_tells_of_it_as_of_any_other(
    kit: ExchangeKit, gateway: RunningGateway, parts: list[SealedPart]
) -> None:
    delivery = delivery_of(kit, parts)
    assert post(kit, gateway, delivery, parts).status == 201
    leaves = gateway.signed("riverside", "GET", f"/deliveries/{delivery.id}/events").json["events"]
    assert [leaf["event"]["kind"] for leaf in leaves] == ["announce"]
    after = leaves[0]["index"] - len(parts)
    told = gateway.signed("riverside", "GET", f"/log/events?after={after}").json["events"]
    events = [leaf["event"] for leaf in told[: len(parts)]]
    assert [(event["kind"], event["upload"], event["digest"]) for event in events] == [
        ("upload", part.upload, part.digest) for part in delivery.parts
    ]


def test_it_may_be_posted_again(kit: ExchangeKit, gateway: RunningGateway, parts: list[SealedPart]) -> None:
    delivery = delivery_of(kit, parts)
    assert [post(kit, gateway, delivery, parts).status for _ in range(2)] == [201, 200]
    assert seen(gateway, delivery) == 1
    changed = replace(delivery, purpose="message")
    assert post(kit, gateway, changed, parts).status == 409


def test_its_request_is_taken_once(
    kit: ExchangeKit, gateway: RunningGateway, parts: list[SealedPart]
) -> None:
    key = kit.members["riverside"].key
    good, bad = delivery_of(kit, parts), delivery_of(kit, parts[:1])
    for body, first in ((kit.whole(good, parts), 201), (kit.whole(bad, parts), 422)):
        fields = gateway.signature(key, key.key_id, "POST", PATH, body)
        assert gateway.request("POST", PATH, body, fields).status == first
        again = gateway.request("POST", PATH, body, fields)
        assert (again.status, "replay" in again.json["error"]) == (401, True)


Change = Callable[[Delivery], Delivery]
CHANGES: dict[str, tuple[Change, int]] = {
    "another digest": (lambda d: _with_part(d, digest="0" * 64), 409),
    "another size": (lambda d: _with_part(d, size=d.parts[0].size + 1), 409),
    "another header": (lambda d: _with_part(d, header=d.parts[0].header + 1), 422),
    "no id of an upload": (lambda d: _with_part(d, upload="mine"), 422),
    "fewer parts": (lambda d: replace(d, parts=d.parts[:1]), 422),
    "parts in another order": (lambda d: replace(d, parts=d.parts[::-1]), 409),
    "no right": (lambda d: replace(d, addressees=("lakeside",)), 403),
    "another sender": (lambda d: replace(d, sender="lakeside"), 403),
}


def _with_part(delivery: Delivery, **changes: object) -> Delivery:
    return replace(delivery, parts=(replace(delivery.parts[0], **changes), *delivery.parts[1:]))  # type: ignore[arg-type]


@pytest.mark.parametrize(("change", "status"), CHANGES.values(), ids=CHANGES.keys())
def test_nothing_is_kept_of_what_is_refused(
    kit: ExchangeKit, gateway: RunningGateway, parts: list[SealedPart], change: Change, status: int
) -> None:
    before = set(kit.lying())
    delivery = change(delivery_of(kit, parts))
    reply = post(kit, gateway, delivery, parts, "riverside")
    assert reply.status == status, reply.body
    assert set(kit.lying()) == before
    assert seen(gateway, delivery) == 0


def test_only_sealed_and_small_parts_come_so(
    kit: ExchangeKit, gateway: RunningGateway, parts: list[SealedPart]
) -> None:
    before = set(kit.lying())
    plain = SealedPart(b"Surname,Given\n" * 100, 200, "0" * 64)
    half = [kit.seal(os.urandom(contents.MOST // 2)) for _ in range(2)]
    for some in ([plain], half):
        reply = post(kit, gateway, delivery_of(kit, some), some)
        assert reply.status in (413, 422), reply.body
        assert b"Surname" not in reply.body
    assert set(kit.lying()) == before


def test_an_upload_that_is_here_is_not_taken_over(
    kit: ExchangeKit, gateway: RunningGateway, parts: list[SealedPart]
) -> None:
    upload, path = gateway.upload("riverside", parts[0])
    before = set(kit.lying())
    for sender in ("riverside", "lakeside"):
        delivery = kit.delivery([(upload, parts[0])], sender=sender)
        assert post(kit, gateway, delivery, parts[:1]).status == 409
    assert set(kit.lying()) == before
    assert gateway.offset(path) == len(parts[0].content)


def test_the_quota_holds(tmp_path: Path) -> None:
    kit = ExchangeKit(tmp_path)
    parts = [kit.seal(os.urandom(3000)) for _ in range(2)]
    entry = kit.directory.partner("riverside")
    quota = Quota(uploads_per_day=3)
    kit.publish(partners=kit.with_partner(type(entry)(entry.id, entry.name, entry.keys, quota=quota)))
    with kit.running() as gateway:
        assert post(kit, gateway, delivery_of(kit, parts), parts).status == 201
        before = set(kit.lying())
        assert post(kit, gateway, delivery_of(kit, parts), parts).status == 429
        assert set(kit.lying()) == before
        last = post(kit, gateway, delivery_of(kit, parts[:1]), parts[:1])
        assert (last.status, last.json["quota"]) == (201, {"name": "uploads_per_day", "percent": 100})
