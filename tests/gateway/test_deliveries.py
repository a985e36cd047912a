"""What the gateway refuses of deliveries and receipts, and that nothing is kept of what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.exchange_kit import ExchangeKit, RunningGateway, SealedPart

from vernix.custody.delivery import Delivery, Part
from vernix.custody.identifiers import new_id
from vernix.custody.signatures import SigningKey

Change = Callable[[Delivery], Delivery]


@pytest.fixture
def part(kit: ExchangeKit) -> SealedPart:
    return kit.seal(b"one record")


def part_with(**changes: object) -> Change:
    def change(delivery: Delivery) -> Delivery:
        return replace(delivery, parts=(replace(delivery.parts[0], **changes),))  # type: ignore[arg-type]

    return change


CHANGES: dict[str, tuple[Change, int]] = {
    "another size": (lambda d: part_with(size=d.parts[0].size + 1)(d), 409),
    "another header": (lambda d: part_with(header=d.parts[0].header - 1)(d), 409),
    "another digest": (part_with(digest="00" * 32), 409),
    "an upload that is none": (part_with(upload=new_id()), 404),
    "an upload named like SQL": (part_with(upload="1--OR-1_1"), 404),
    "an addressee without right": (lambda d: replace(d, addressees=("lakeside",)), 403),
    "an addressee that is none": (lambda d: replace(d, addressees=("nowhere",)), 403),
    "another sender": (lambda d: replace(d, sender="lakeside"), 401),
    "made tomorrow": (lambda d: replace(d, created=d.created + timedelta(days=1)), 401),
    "expired": (
        lambda d: replace(d, created=d.created - timedelta(days=9), expires=d.created - timedelta(days=1)),
        401,
    ),
    "two parts of one upload": (
        lambda d: replace(d, parts=(d.parts[0], replace(d.parts[0], upload=new_id()))),
        404,
    ),
}


@pytest.mark.parametrize(("change", "status"), CHANGES.values(), ids=CHANGES.keys())
def test_a_delivery_that_is_not_what_was_uploaded(
    kit: ExchangeKit, gateway: RunningGateway, part: SealedPart, change: Change, status: int
) -> None:
    upload, _ = gateway.upload("riverside", part)
    true = kit.delivery([(upload, part)])
    envelope = change(true).sign(kit.members["riverside"].key).encode()
    reply = gateway.signed("riverside", "POST", "/deliveries", envelope)
    assert reply.status == status, reply.body
    # Nothing was kept of it: the true one is posted all the same, and only that one is seen.
    posted = gateway.signed(
        "riverside", "POST", "/deliveries", true.sign(kit.members["riverside"].key).encode()
    )
    assert posted.status == 201, posted.body


def test_another_signs_the_delivery(kit: ExchangeKit, gateway: RunningGateway, part: SealedPart) -> None:
    upload, _ = gateway.upload("riverside", part)
    for key in (kit.members["lakeside"].key, SigningKey.generate()):
        envelope = kit.delivery([(upload, part)]).sign(key).encode()
        assert gateway.signed("riverside", "POST", "/deliveries", envelope).status == 401


def test_another_posts_the_delivery(kit: ExchangeKit, gateway: RunningGateway, part: SealedPart) -> None:
    upload, _ = gateway.upload("riverside", part)
    envelope = kit.delivery([(upload, part)]).sign(kit.members["riverside"].key).encode()
    assert gateway.signed("lakeside", "POST", "/deliveries", envelope).status == 403


def test_another_sends_our_upload(kit: ExchangeKit, gateway: RunningGateway, part: SealedPart) -> None:
    upload, _ = gateway.upload("riverside", part)
    stolen = kit.delivery([(upload, part)], sender="lakeside").sign(kit.members["lakeside"].key).encode()
    assert gateway.signed("lakeside", "POST", "/deliveries", stolen).status == 404


def test_an_upload_that_is_not_whole(kit: ExchangeKit, gateway: RunningGateway, part: SealedPart) -> None:
    upload, path = gateway.begin_upload("riverside", part)
    assert gateway.patch(path, 0, part.content[:-1]).status == 204
    envelope = kit.delivery([(upload, part)]).sign(kit.members["riverside"].key).encode()
    assert gateway.signed("riverside", "POST", "/deliveries", envelope).status == 409


def test_posting_again(kit: ExchangeKit, gateway: RunningGateway, part: SealedPart) -> None:
    upload, _ = gateway.upload("riverside", part)
    delivery = kit.delivery([(upload, part)])
    key = kit.members["riverside"].key
    assert gateway.signed("riverside", "POST", "/deliveries", delivery.sign(key).encode()).status == 201
    assert gateway.signed("riverside", "POST", "/deliveries", delivery.sign(key).encode()).status == 200
    other = replace(delivery, expires=delivery.expires + timedelta(days=1)).sign(key).encode()
    assert gateway.signed("riverside", "POST", "/deliveries", other).status == 409
    seen = gateway.signed("registry", "GET", "/mailbox?after=0").json["deliveries"]
    assert [entry["envelope"]["document"]["id"] for entry in seen].count(delivery.id) == 1


def test_a_revoked_key_posts_nothing(tmp_path_factory: pytest.TempPathFactory) -> None:
    kit = ExchangeKit(tmp_path_factory.mktemp("revoked"))
    part = kit.seal(b"one record")
    with kit.running() as gateway:
        upload, _ = gateway.upload("riverside", part)
        envelope = kit.delivery([(upload, part)]).sign(kit.members["riverside"].key).encode()
        entry = kit.members["riverside"].entry(kit.since)
        keys = tuple(replace(key, revoked=kit.since) for key in entry.keys)
        files = kit.publish(partners=kit.with_partner(replace(entry, keys=keys)))
        assert gateway.publish(files).status == 200
        assert gateway.signed("riverside", "POST", "/deliveries", envelope).status == 401
        assert gateway.signed("registry", "GET", "/mailbox").json["deliveries"] == []


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"document":1}', b"\xff\xfe", b"[" * 10_000, b'{"a":1e9}', b'{"a":1,"a":1}']
)
@pytest.mark.parametrize("path", ["/uploads", "/deliveries", "/receipts"])
def test_garbage(gateway: RunningGateway, path: str, body: bytes) -> None:
    reply = gateway.signed("riverside", "POST", path, body)
    assert reply.status == 422
    assert set(reply.json) == {"error", "hint"}


def test_who_did_not_get_it_sees_nothing(kit: ExchangeKit, gateway: RunningGateway, part: SealedPart) -> None:
    delivery = gateway.deliver(part)
    for path in (f"/deliveries/{delivery.id}", f"/deliveries/{delivery.id}/parts/0"):
        assert gateway.signed("lakeside", "GET", path).status == 404
    assert delivery.id in gateway.signed("registry", "GET", "/mailbox").body.decode()
    assert delivery.id not in gateway.signed("lakeside", "GET", "/mailbox").body.decode()
    # The sender may ask what became of it, but does not get the bytes back.
    assert gateway.signed("riverside", "GET", f"/deliveries/{delivery.id}").status == 200
    assert gateway.signed("riverside", "GET", f"/deliveries/{delivery.id}/parts/0").status == 404


@pytest.mark.parametrize(
    ("asked", "status", "first", "end"),
    [
        ("bytes=0-", 200, 0, None),
        ("bytes=5-", 206, 5, None),
        ("bytes=5-9", 206, 5, 10),
        ("bytes=5-999999", 206, 5, None),
        ("bytes=0-0,5-6", 200, 0, None),
        ("lines=1-2", 200, 0, None),
        ("bytes=999999-", 416, 0, 0),
    ],
)
def test_ranges(
    kit: ExchangeKit,
    gateway: RunningGateway,
    part: SealedPart,
    asked: str,
    status: int,
    first: int,
    end: int | None,
) -> None:
    delivery = gateway.deliver(part)
    reply = gateway.signed("registry", "GET", f"/deliveries/{delivery.id}/parts/0", headers={"Range": asked})
    assert reply.status == status
    if status != 416:
        assert reply.body == part.content[first:end]


def test_receipts_that_prove_nothing(kit: ExchangeKit, gateway: RunningGateway, part: SealedPart) -> None:
    delivery = gateway.deliver(part)
    registry, riverside = kit.members["registry"].key, kit.members["riverside"].key
    true = kit.receipt(delivery)
    tries = {
        "signed by the sender": ("registry", true.sign(riverside).encode(), 401),
        "posted by the sender": ("riverside", true.sign(registry).encode(), 403),
        "in the sender's own name": (
            "riverside",
            replace(true, addressee="riverside").sign(riverside).encode(),
            404,
        ),
        "other digests": ("registry", replace(true, digests=("00" * 32,)).sign(registry).encode(), 401),
        "of no delivery": ("registry", replace(true, delivery=new_id()).sign(registry).encode(), 404),
    }
    for name, (who, envelope, status) in tries.items():
        assert gateway.signed(who, "POST", "/receipts", envelope).status == status, name
    assert gateway.signed("registry", "GET", f"/deliveries/{delivery.id}/parts/0").body == part.content


def test_a_second_receipt_does_not_replace_the_first(
    kit: ExchangeKit, gateway: RunningGateway, part: SealedPart
) -> None:
    delivery = gateway.deliver(part)
    key = kit.members["registry"].key
    assert (
        gateway.signed("registry", "POST", "/receipts", kit.receipt(delivery).sign(key).encode()).status
        == 201
    )
    other = kit.receipt(delivery, result="rejected").sign(key).encode()
    assert gateway.signed("registry", "POST", "/receipts", other).status == 409


def test_parts_stay_until_every_addressee_has_signed(
    kit: ExchangeKit, gateway: RunningGateway, part: SealedPart
) -> None:
    delivery = gateway.deliver(part, sender="registry", to=["lakeside", "riverside"])
    path = f"/deliveries/{delivery.id}/parts/0"
    first = kit.receipt(delivery, by="lakeside").sign(kit.members["lakeside"].key).encode()
    assert gateway.signed("lakeside", "POST", "/receipts", first).status == 201
    assert gateway.signed("lakeside", "GET", path).status == 404
    assert gateway.signed("riverside", "GET", path).body == part.content
    second = kit.receipt(delivery, by="riverside").sign(kit.members["riverside"].key).encode()
    assert gateway.signed("riverside", "POST", "/receipts", second).status == 201
    assert gateway.signed("registry", "GET", f"/deliveries/{delivery.id}").json["state"] == "received"


def test_a_delivery_of_several_parts(kit: ExchangeKit, gateway: RunningGateway) -> None:
    parts = [kit.seal(f"part {number}".encode()) for number in range(5)]
    delivery = kit.delivery([(gateway.upload("riverside", part)[0], part) for part in parts])
    assert isinstance(delivery.parts[4], Part)
    envelope = delivery.sign(kit.members["riverside"].key).encode()
    assert gateway.signed("riverside", "POST", "/deliveries", envelope).status == 201
    for number, part in enumerate(parts):
        assert (
            gateway.signed("registry", "GET", f"/deliveries/{delivery.id}/parts/{number}").body
            == part.content
        )
    assert gateway.signed("registry", "GET", f"/deliveries/{delivery.id}/parts/5").status == 404


@pytest.mark.parametrize(
    "query",
    [
        "?after=-1",
        "?after=x",
        "?wait=1e3",
        "?after=1&after=2",
        "?then=1",
        "?" + "&".join(f"after{number}=1" for number in range(9)),
        "?after=' OR 1=1".replace(" ", "%20"),
    ],
)
def test_a_mailbox_asked_for_oddly(gateway: RunningGateway, query: str) -> None:
    assert gateway.signed("riverside", "GET", f"/mailbox{query}").status == 400
