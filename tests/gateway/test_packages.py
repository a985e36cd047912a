"""What a sender may bound and take back, and what an addressee signs when somebody has looked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.exchange_kit import ExchangeKit, Reply, RunningGateway

from vernix.custody.delivery import Delivery
from vernix.custody.directory import PURPOSES, Right
from vernix.custody.identifiers import utc_now
from vernix.custody.read_receipt import ReadReceipt
from vernix.custody.recall import Recall
from vernix.errors import TooMuch
from vernix.gateway import fetches
from vernix.gateway.fetches import Fetched


@pytest.fixture(scope="module")
def kit(kit: ExchangeKit) -> ExchangeKit:
    kit.publish(rights=(*kit.directory.rights, Right("riverside", "lakeside", tuple(sorted(PURPOSES)))))
    return kit


BOTH = ("lakeside", "registry")
Delivered = Callable[..., Delivery]


@pytest.fixture
def deliver(kit: ExchangeKit, gateway: RunningGateway) -> Delivered:
    def run(
        content: bytes = b"x" * 3000, *, to: tuple[str, ...] = ("registry",), downloads: int | None = None
    ) -> Delivery:
        part = kit.seal(content)
        upload, _ = gateway.upload("riverside", part, to)
        delivery = replace(kit.delivery([(upload, part)], to=to), downloads=downloads)
        envelope = delivery.sign(kit.members["riverside"].key).encode()
        assert gateway.signed("riverside", "POST", "/deliveries", envelope).status == 201
        return delivery

    return run


def part(gateway: RunningGateway, delivery: Delivery, who: str, first: int | None = None) -> Reply:
    fields = {} if first is None else {"Range": f"bytes={first}-"}
    return gateway.signed(who, "GET", f"/deliveries/{delivery.id}/parts/0", headers=fields)


def recall(kit: ExchangeKit, gateway: RunningGateway, delivery: Delivery, who: str = "riverside") -> Reply:
    document = Recall(delivery.id, who, utc_now()).sign(kit.members[who].key)
    return gateway.signed(who, "POST", "/recalls", document.encode())


def receipt(kit: ExchangeKit, gateway: RunningGateway, delivery: Delivery, who: str) -> Reply:
    signed = kit.receipt(delivery, by=who).sign(kit.members[who].key)
    return gateway.signed(who, "POST", "/receipts", signed.encode())


def mail(gateway: RunningGateway, who: str, kind: str) -> list[str]:
    page = gateway.signed(who, "GET", "/mailbox?after=0&wait=0").json
    return [
        entry["envelope"]["document"].get("delivery") or entry["envelope"]["document"]["id"]
        for entry in page[kind]
    ]


def state(gateway: RunningGateway, delivery: Delivery, who: str = "riverside") -> dict[str, object]:
    return dict(gateway.signed(who, "GET", f"/deliveries/{delivery.id}").json)


def test_a_recalled_delivery_is_gone_and_everybody_knows(
    kit: ExchangeKit, gateway: RunningGateway, deliver: Delivered
) -> None:
    before = kit.lying()
    delivery = deliver(to=BOTH)
    assert receipt(kit, gateway, delivery, "lakeside").status == 201
    assert recall(kit, gateway, delivery).status == 201
    assert kit.lying() == before
    assert part(gateway, delivery, "registry").status == 404
    assert delivery.id in mail(gateway, "registry", "recalls")
    assert delivery.id not in mail(gateway, "registry", "deliveries")
    assert delivery.id not in mail(gateway, "lakeside", "recalls"), (
        "it has the files: nothing was taken from it"
    )
    told = state(gateway, delivery)
    assert told["state"] == "recalled"
    assert [entry["document"]["addressee"] for entry in told["receipts"]] == ["lakeside"]  # type: ignore[attr-defined]


def test_who_had_all_of_it_before_the_recall_still_says_so(
    kit: ExchangeKit, gateway: RunningGateway, deliver: Delivered
) -> None:
    delivery = deliver()
    assert recall(kit, gateway, delivery).status == 201
    assert receipt(kit, gateway, delivery, "registry").status == 201
    assert delivery.id in mail(gateway, "riverside", "receipts")
    assert state(gateway, delivery)["state"] == "recalled"


def test_a_recall_is_taken_once_and_outlives_a_kill(
    kit: ExchangeKit, gateway: RunningGateway, deliver: Delivered
) -> None:
    delivery = deliver()
    signed = Recall(delivery.id, "riverside", utc_now()).sign(kit.members["riverside"].key).encode()
    assert gateway.signed("riverside", "POST", "/recalls", signed).status == 201
    gateway.kill()
    gateway.start()
    assert gateway.signed("riverside", "POST", "/recalls", signed).status == 200
    other = Recall(delivery.id, "riverside", utc_now() - timedelta(minutes=1))
    again = other.sign(kit.members["riverside"].key).encode()
    assert gateway.signed("riverside", "POST", "/recalls", again).status == 409
    assert part(gateway, delivery, "registry").status == 404


def test_nothing_is_left_to_recall_when_everybody_has_it(
    kit: ExchangeKit, gateway: RunningGateway, deliver: Delivered
) -> None:
    delivery = deliver()
    receipt(kit, gateway, delivery, "registry")
    assert recall(kit, gateway, delivery).status == 409


def test_only_the_sender_recalls(kit: ExchangeKit, gateway: RunningGateway, deliver: Delivered) -> None:
    delivery = deliver(to=BOTH)
    assert recall(kit, gateway, delivery, "lakeside").status == 404
    forged = Recall(delivery.id, "riverside", utc_now()).sign(kit.members["lakeside"].key).encode()
    assert gateway.signed("lakeside", "POST", "/recalls", forged).status == 401
    borrowed = Recall(delivery.id, "riverside", utc_now()).sign(kit.members["riverside"].key).encode()
    assert gateway.signed("lakeside", "POST", "/recalls", borrowed).status == 403
    assert part(gateway, delivery, "registry").status == 200


def test_a_read_receipt_reaches_the_sender_once(
    kit: ExchangeKit, gateway: RunningGateway, deliver: Delivered
) -> None:
    delivery = deliver()
    key = kit.members["registry"].key
    read = ReadReceipt(delivery.id, "registry", "riverside", utc_now())

    def post(document: ReadReceipt, who: str = "registry") -> int:
        return gateway.signed(who, "POST", "/read-receipts", document.sign(key).encode()).status

    assert post(read) == 404, "nobody can have read what nobody has signed for"
    receipt(kit, gateway, delivery, "registry")
    assert (post(read), post(read)) == (201, 200)
    assert post(replace(read, read=read.read - timedelta(seconds=1))) == 409
    assert post(replace(read, sender="lakeside")) == 404
    assert post(read, "lakeside") == 403
    assert mail(gateway, "riverside", "read_receipts").count(delivery.id) == 1
    assert len(state(gateway, delivery)["read_receipts"]) == 1  # type: ignore[arg-type]


def test_downloads_are_counted_and_resuming_is_not(
    kit: ExchangeKit, gateway: RunningGateway, deliver: Delivered
) -> None:
    delivery = deliver(to=BOTH, downloads=2)
    assert part(gateway, delivery, "registry").status == 200
    assert part(gateway, delivery, "registry", 1000).status == 206
    assert part(gateway, delivery, "registry").status == 200
    refused = part(gateway, delivery, "registry")
    assert refused.status == 413
    assert "as often as its sender allows" in refused.json["error"]
    assert part(gateway, delivery, "registry", 1).status in (206, 413)
    for _ in range(9):
        last = part(gateway, delivery, "registry", 1).status
    assert last == 413, "asking from the second byte on is no way around"
    assert part(gateway, delivery, "lakeside").status == 200, "each addressee has its own"
    assert receipt(kit, gateway, delivery, "registry").status == 201


def test_what_is_refused_is_not_told_as_collected(
    kit: ExchangeKit, gateway: RunningGateway, deliver: Delivered
) -> None:
    delivery = deliver(downloads=1)
    assert [part(gateway, delivery, "registry").status for _ in range(3)] == [200, 413, 413]
    told = gateway.signed("riverside", "GET", f"/deliveries/{delivery.id}/events").json["events"]
    assert [each["event"]["kind"] for each in told] == ["announce", "collect"]


@pytest.mark.parametrize(
    ("begun", "sent", "first", "most", "after"),
    [
        (0, 0, 0, 1, 1),  # the first download
        (0, 0, 500, 1, 1),  # begins in the middle, and begins all the same
        (1, 400, 400, 1, 1),  # goes on
        (1, 1000, 990, 1, 1),  # the last bytes were lost on the way
        (1, 1999, 1, 1, 1),
        (1, 2000, 1, 1, None),  # as much again has been sent
        (1, 400, 0, 1, None),
        (1, 1000, 0, 2, 2),
    ],
)
def test_what_begins_a_download(begun: int, sent: int, first: int, most: int, after: int | None) -> None:
    if after is None:
        with pytest.raises(TooMuch):
            fetches.begin(Fetched(begun, sent), first, 1000, most)
    else:
        assert fetches.begin(Fetched(begun, sent), first, 1000, most) == Fetched(after, sent)


def test_an_uncounted_delivery_is_fetched_as_often_as_one_likes(
    gateway: RunningGateway, deliver: Delivered
) -> None:
    delivery = deliver()
    assert [part(gateway, delivery, "registry").status for _ in range(4)] == [200] * 4
