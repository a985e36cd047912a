"""How fast and how much at once: with a clock of our own, and against a real gateway."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.exchange_kit import ExchangeKit, RunningGateway

from vernix.custody.quota import Quota
from vernix.errors import TooOften
from vernix.gateway.debts import Debts, SharedDebts
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
    rates, quota = Rates(Debts(lambda: now[0])), Quota(requests_per_minute=60)
    assert sum(_admits(rates, quota) for _ in range(100)) == 60
    now[0] += 10
    assert sum(_admits(rates, quota) for _ in range(100)) == 10
    now[0] += 3600
    assert sum(_admits(rates, quota) for _ in range(100)) == 60


def test_a_rate_holds_over_all_processes(tmp_path: Path) -> None:
    """Each with the file open for itself."""
    quota, own = Quota(requests_per_minute=60), [Rates(SharedDebts(tmp_path / "debts")) for _ in range(2)]
    admitted = [_admits(own[turn % 2], quota) for turn in range(100)]
    assert 60 <= sum(admitted) <= 61
    throttles = [rates.throttle("lakeside", Quota(bytes_per_second=1000)) for rates in own]
    waits = [throttle(1000) for throttle in throttles if throttle is not None]
    assert waits == [0, pytest.approx(1.0, abs=0.1)]


@given(st.lists(st.tuples(st.integers(0, 3), st.floats(0, 40)), max_size=40))
def test_the_file_of_debts_says_what_memory_says(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, float]]
) -> None:
    shared, own = SharedDebts(tmp_path_factory.mktemp("debts") / "debts"), Debts()
    for who, seconds in steps:
        told = shared.add(f"partner-{who}", seconds, most=60)
        assert told == pytest.approx(own.add(f"partner-{who}", seconds, most=60), abs=0.5)
    shared.close()


def test_what_was_written_before_the_machine_started_is_no_debt(tmp_path: Path) -> None:
    (tmp_path / "debts").write_bytes(bytes([0x40]) * (24 << 13))
    assert SharedDebts(tmp_path / "debts").add("lakeside", 1.0) == 1.0


def test_who_has_left_makes_room() -> None:
    rates, quota = Rates(), Quota(requests_at_once=1)
    with rates.admitted("lakeside", quota):
        assert not _admits(rates, quota)
        with rates.admitted("riverside", quota):
            pass
    assert _admits(rates, quota)


def test_bytes_keep_their_rate_over_all_bodies() -> None:
    now = [0.0]
    rates = Rates(Debts(lambda: now[0]))
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
