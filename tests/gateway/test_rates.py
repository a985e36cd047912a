"""How fast and how much at once: with a clock of our own, and against a real gateway."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from tests.exchange_kit import ExchangeKit, RunningGateway

from vernix.custody.quota import Quota
from vernix.errors import TooOften
from vernix.gateway.limits import HOUR, Limits, Pace
from vernix.gateway.rates import Rates

SLOW = 512 * 1024


@pytest.fixture(scope="module")
def gateway(kit: ExchangeKit) -> Iterator[RunningGateway]:
    """A gateway whose directory bounds lakeside."""
    quota = Quota(requests_at_once=2, requests_per_minute=30, bytes_per_second=SLOW)
    kit.publish(partners=kit.with_partner(replace(kit.directory.partner("lakeside"), quota=quota)))
    with kit.running() as running:
        yield running


def test_a_minutes_worth_may_come_at_once_and_then_the_rate_holds() -> None:
    now = [100.0]
    rates, quota = Rates(lambda: now[0]), Quota(requests_per_minute=60)
    assert sum(_admits(rates, quota) for _ in range(100)) == 60
    now[0] += 10
    assert sum(_admits(rates, quota) for _ in range(100)) == 10
    now[0] += 3600
    assert sum(_admits(rates, quota) for _ in range(100)) == 60


def test_who_has_left_makes_room() -> None:
    rates, quota = Rates(), Quota(requests_at_once=1)
    with rates.admitted("lakeside", quota):
        assert not _admits(rates, quota)
        with rates.admitted("riverside", quota):
            pass
    assert _admits(rates, quota)


def test_bytes_keep_their_rate_over_all_bodies() -> None:
    now = [0.0]
    rates = Rates(lambda: now[0])
    quota = Quota(bytes_per_second=1000)
    first, second = rates.throttle("lakeside", quota), rates.throttle("lakeside", quota)
    assert first is not None
    assert second is not None
    assert first(1000) == 0, "a second's worth may come at once"
    assert second(1000) == pytest.approx(1.0)
    now[0] = 60
    assert first(500) == 0
    assert rates.throttle("lakeside", Quota()) is None


def test_no_body_lasts_for_ever_and_our_own_waiting_is_not_its_slowness() -> None:
    now = [0.0]
    pace = Pace(Limits(grace_seconds=0, body_rate=100, body_seconds=6 * HOUR), lambda: now[0])
    now[0] = 100
    assert pace.too_slow(5000)
    pace.hold_up(50)
    assert not pace.too_slow(5000)
    now[0] = 6 * HOUR + 1
    assert pace.too_slow(1 << 40)


def test_a_body_in_and_out_keeps_the_rate(kit: ExchangeKit, gateway: RunningGateway) -> None:
    part = kit.seal(bytes(3 * SLOW), to="lakeside")
    began = time.monotonic()
    upload, _ = gateway.upload("lakeside", kit.seal(bytes(3 * SLOW)))
    assert upload
    assert time.monotonic() - began > 0.9, "three seconds' worth: the first is free, the last is owed"
    delivery = gateway.deliver(part, sender="registry", to=["lakeside"])
    time.sleep(2.5)
    began = time.monotonic()
    got = gateway.signed("lakeside", "GET", f"/deliveries/{delivery.id}/parts/0")
    assert got.body == part.content
    assert time.monotonic() - began > 0.9


def test_too_many_requests_at_once_are_refused(gateway: RunningGateway) -> None:
    def wait_for_post(_number: int) -> int:
        return gateway.signed("lakeside", "GET", "/mailbox?after=1000000&wait=2").status

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(wait_for_post, range(4)))
    assert answers == [200, 200, 429, 429]
    assert gateway.signed("riverside", "GET", "/mailbox").status == 200


def test_too_many_requests_in_a_minute_are_refused(gateway: RunningGateway) -> None:
    answers = [gateway.signed("lakeside", "GET", "/mailbox") for _ in range(40)]
    assert {answer.status for answer in answers} == {200, 429}
    assert answers[-1].status == 429
    assert answers[-1].headers["retry-after"] == "60"
    assert gateway.signed("riverside", "GET", "/mailbox").status == 200


def _admits(rates: Rates, quota: Quota) -> bool:
    try:
        with rates.admitted("lakeside", quota):
            return True
    except TooOften:
        return False
