"""A partner that suddenly collects far more than ever is stopped, reported, and released by the registry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.exchange_kit import ExchangeKit, Reply, RunningGateway

from vernix.custody.delivery import Delivery
from vernix.custody.quota import Quota
from vernix.gateway import usage
from vernix.gateway.database import Database
from vernix.gateway.limits import DAY
from vernix.gateway.settings import Settings

SIZE = 20_000


@pytest.fixture(params=["sqlite", "postgresql"])
def kit(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> ExchangeKit:
    """Lakeside may collect 100 KB and 50 deliveries a day before its past is asked."""
    kit = ExchangeKit(tmp_path_factory.mktemp("exchange"))
    if request.param == "postgresql":
        kit.database_url = request.getfixturevalue("postgresql").database()
    quota = Quota(collected_bytes=5 * SIZE, collected_deliveries=50)
    kit.publish(partners=kit.with_partner(replace(kit.directory.partner("lakeside"), quota=quota)))
    return kit


@pytest.fixture
def gateway(kit: ExchangeKit) -> Iterator[RunningGateway]:
    with kit.running() as running:
        yield running


@pytest.fixture
def posted(kit: ExchangeKit, gateway: RunningGateway) -> list[Delivery]:
    """Eight deliveries for lakeside, each a little under 20 KB."""
    part = kit.seal(bytes(SIZE - 3000), to="lakeside")
    assert SIZE - 3000 < len(part.content) < SIZE
    return [gateway.deliver(part, sender="registry", to=["lakeside"]) for _ in range(8)]


def collect(gateway: RunningGateway, delivery: Delivery, **headers: str) -> Reply:
    return gateway.signed("lakeside", "GET", f"/deliveries/{delivery.id}/parts/0", headers=headers)


def test_a_thief_is_stopped_and_the_registry_lets_the_partner_go_on(
    gateway: RunningGateway, posted: list[Delivery]
) -> None:
    answers = [collect(gateway, delivery) for delivery in posted]
    assert [answer.status for answer in answers] == [200] * 5 + [429] * 3
    assert "far more" in answers[5].json["error"]
    assert "release-brake" in answers[5].json["hint"]
    assert collect(gateway, posted[0]).status == 429, "what it began it may not go on with either"
    (stop,) = gateway.signed("registry", "GET", "/state").json["brakes"]
    assert stop["partner"] == "lakeside"
    # Only by the registry's signature, and only who is stopped.
    assert gateway.signed("lakeside", "DELETE", "/brakes/lakeside").status == 403
    assert gateway.signed("registry", "DELETE", "/brakes/riverside").status == 404
    assert gateway.signed("registry", "DELETE", "/brakes/lakeside").status == 204
    assert gateway.signed("registry", "DELETE", "/brakes/lakeside").status == 404
    assert [collect(gateway, delivery).status for delivery in posted] == [200] * 8
    assert gateway.signed("registry", "GET", "/state").json["brakes"] == []


def test_the_stop_outlives_a_kill(gateway: RunningGateway, posted: list[Delivery]) -> None:
    for delivery in posted[:6]:
        collect(gateway, delivery)
    gateway.kill()
    gateway.start()
    assert collect(gateway, posted[7]).status == 429


def test_going_on_and_asking_again_count_once(gateway: RunningGateway, posted: list[Delivery]) -> None:
    for start in range(0, 10_000, 500):
        assert collect(gateway, posted[0], Range=f"bytes={start}-").status in (200, 206)
    assert [collect(gateway, delivery).status for delivery in posted[1:5]] == [200] * 4
    assert collect(gateway, posted[5]).status == 429


def test_who_always_collected_much_is_not_stopped(
    kit: ExchangeKit, gateway: RunningGateway, posted: list[Delivery]
) -> None:
    database = Database(Settings.for_folder(kit.data, database_url=kit.database_url).database_url)
    today = int(kit.directory.created.timestamp()) // DAY
    with database.writing() as connection:
        usage.add(connection, "lakeside", today - 59, usage.Day(deliveries=2, collected_bytes=2 * SIZE))
    database.close()
    assert [collect(gateway, delivery).status for delivery in posted] == [200] * 8


def test_its_receipts_are_taken_while_it_is_stopped(
    kit: ExchangeKit, gateway: RunningGateway, posted: list[Delivery]
) -> None:
    for delivery in posted[:6]:
        collect(gateway, delivery)
    envelope = kit.receipt(posted[0], by="lakeside").sign(kit.members["lakeside"].key).encode()
    assert gateway.signed("lakeside", "POST", "/receipts", envelope).status == 201
    assert gateway.signed("lakeside", "GET", "/mailbox").status == 200
