"""A delivery's whole way through a real gateway: place, bytes, post, mailbox, parts, receipt, gone."""

from __future__ import annotations

import threading
import time

from tests.exchange_kit import ExchangeKit, RunningGateway


def test_a_delivery_goes_through_and_leaves_nothing(kit: ExchangeKit, gateway: RunningGateway) -> None:
    part = kit.seal(b"a record " * 500_000)
    delivery = gateway.deliver(part)

    page = gateway.signed("registry", "GET", "/mailbox?after=0&wait=0").json
    assert [entry["envelope"]["document"]["id"] for entry in page["deliveries"]] == [delivery.id]

    path = f"/deliveries/{delivery.id}/parts/0"
    assert gateway.signed("registry", "GET", path).body == part.content
    ranged = gateway.signed("registry", "GET", path, headers={"Range": "bytes=1000-"})
    assert (ranged.status, ranged.body) == (206, part.content[1000:])
    assert ranged.headers["content-range"] == f"bytes 1000-{len(part.content) - 1}/{len(part.content)}"

    envelope = kit.receipt(delivery).sign(kit.members["registry"].key).encode()
    assert gateway.signed("registry", "POST", "/receipts", envelope).status == 201
    assert gateway.signed("registry", "POST", "/receipts", envelope).status == 200

    assert gateway.signed("registry", "GET", path).status == 404
    assert not [file for file in (kit.data / "blobs").rglob("*") if file.is_file()]
    receipts = gateway.signed("riverside", "GET", "/mailbox?after=0&wait=0").json["receipts"]
    assert [entry["envelope"]["document"]["delivery"] for entry in receipts] == [delivery.id]
    state = gateway.signed("riverside", "GET", f"/deliveries/{delivery.id}").json
    assert (state["state"], len(state["receipts"])) == ("received", 1)


def test_who_waits_is_woken_at_once(kit: ExchangeKit, gateway: RunningGateway) -> None:
    start = gateway.signed("lakeside", "GET", "/mailbox?after=0&wait=0").json["next"]
    answers = []

    def wait() -> None:
        reply = gateway.signed("lakeside", "GET", f"/mailbox?after={start}&wait=20")
        answers.append((time.monotonic(), reply.json))

    waiting = threading.Thread(target=wait)
    waiting.start()
    time.sleep(0.5)
    delivery = gateway.deliver(kit.seal(b"hello", to="lakeside"), sender="registry", to=["lakeside"])
    posted = time.monotonic()
    waiting.join(20)
    woken, page = answers[0]
    assert [entry["envelope"]["document"]["id"] for entry in page["deliveries"]] == [delivery.id]
    assert woken - posted < 1
