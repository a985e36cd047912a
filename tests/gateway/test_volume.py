"""When the brake stops a partner: told as a table. A day is (deliveries, MB)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vernix.gateway.volume import FACTOR, Volume, too_much

FLOOR = (10, 100)

TABLE = [
    # the days before, today with what is asked for now, stopped?
    ([], (1, 1), False),
    ([], (10, 100), False),  # the floor is still free
    ([], (11, 1), True),  # a newcomer beyond the floor
    ([], (1, 101), True),
    ([(5, 40)], (10, 100), False),  # four times a small day is under the floor
    ([(5, 40)], (20, 160), False),  # exactly four times
    ([(5, 40)], (20, 161), True),
    ([(5, 40)], (21, 100), True),
    ([(3, 10), (100, 500), (2, 1)], (400, 2000), False),  # against the largest day, whenever it was
    ([(3, 10), (100, 500), (2, 1)], (401, 10), True),
    ([(3, 10), (100, 500), (2, 1)], (10, 2001), True),
    ([(100, 1)], (1, 101), True),  # many small deliveries excuse no large one
    ([(1, 500)], (11, 1), True),
]


def day(told: tuple[int, int]) -> Volume:
    return Volume(told[0], told[1] * 1_000_000)


@pytest.mark.parametrize(("past", "today", "stopped"), TABLE)
def test_the_table(past: list[tuple[int, int]], today: tuple[int, int], stopped: bool) -> None:
    assert too_much(map(day, past), day(today), day(FLOOR)) is stopped


volumes = st.builds(Volume, st.integers(0, 10**6), st.integers(0, 10**15))


@given(st.lists(volumes, max_size=60), volumes, volumes)
def test_nobody_is_stopped_within_four_times_a_day_that_was(
    past: list[Volume], today: Volume, floor: Volume
) -> None:
    usual = [*past, Volume(today.deliveries // FACTOR + 1, today.size // FACTOR + 1)]
    assert not too_much(usual, today, floor)


@given(st.lists(volumes, max_size=60), volumes, volumes)
def test_collecting_more_never_lifts_the_stop(past: list[Volume], today: Volume, floor: Volume) -> None:
    more = Volume(today.deliveries + 1, today.size + 1)
    assert too_much(past, more, floor) or not too_much(past, today, floor)
