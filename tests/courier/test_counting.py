"""Counting what is sent: without gaps, whatever is given up, killed or carried by others."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vernix.courier.counting import Counter
from vernix.courier.dispatch import Dispatch, OutgoingFile, Plan
from vernix.courier.sending import Outbox, Sent
from vernix.errors import KeeperFailed

BIRTHS = "submission birth"


def numbers(plan: Plan | Sent) -> tuple[int | None, ...]:
    assert isinstance(plan, Plan)
    return plan.numbers.of_files if plan.numbers else ()


def dispatch(folder: Path, *names: str, purpose: str = "submission") -> Dispatch:
    """Files of births, but for a mapping."""
    files = []
    for name in names:
        path = folder / name
        path.write_text(name, encoding="utf-8")
        role, encounter = ("mapping", None) if name == "mapping" else ("data", "birth")
        files.append(OutgoingFile(path, name, "text/csv", role, encounter))
    return Dispatch(("registry",), purpose, tuple(files))


def test_files_of_data_are_counted_and_nothing_else(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox")
    assert numbers(outbox.begin(dispatch(tmp_path, "a", "mapping", "b"))) == (1, None, 2)
    assert numbers(outbox.begin(dispatch(tmp_path, "c", purpose="test"))) == (1,)
    assert numbers(outbox.begin(dispatch(tmp_path, "d", purpose="message"))) == ()
    assert numbers(outbox.begin(dispatch(tmp_path, "e"))) == (3,)
    assert numbers(outbox.begin(dispatch(tmp_path, "a", "mapping", "b"))) == (1, None, 2), "under way"


def test_what_was_given_up_leaves_its_number_to_the_next(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox")
    first, second = outbox.begin(dispatch(tmp_path, "a")), outbox.begin(dispatch(tmp_path, "b"))
    assert isinstance(first, Plan)
    outbox.withdraw(first)
    assert numbers(second) == (2,)
    assert numbers(outbox.begin(dispatch(tmp_path, "c"))) == (1,)
    assert numbers(outbox.begin(dispatch(tmp_path, "d"))) == (3,)


def test_what_others_carry_is_counted_too_and_given_back_where_sealing_fails(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox")
    with outbox.counted(dispatch(tmp_path, "a")) as counted:
        assert counted is not None
        assert counted.of_files == (1,)
    with pytest.raises(OSError, match="full"), outbox.counted(dispatch(tmp_path, "b")):
        raise OSError("full")
    plan = outbox.begin(dispatch(tmp_path, "c"))
    assert isinstance(plan, Plan)
    assert (plan.numbers.series if plan.numbers else "", numbers(plan)) == (counted.series, (2,))


def test_a_plan_of_before_counting_is_still_read(tmp_path: Path) -> None:
    plan = Outbox(tmp_path / "outbox").begin(dispatch(tmp_path, "a"))
    assert isinstance(plan, Plan)
    document = plan.to_document()
    assert Plan.from_document(document) == plan
    del document["numbers"]
    assert Plan.from_document(document).taken == {}


def test_two_machines_have_each_a_series(tmp_path: Path) -> None:
    series = {
        plan.numbers.series
        for name in ("one", "two")
        if isinstance(plan := Outbox(tmp_path / name).begin(dispatch(tmp_path, "a")), Plan) and plan.numbers
    }
    assert len(series) == 2


def test_a_damaged_count_is_said(tmp_path: Path) -> None:
    (tmp_path / "numbers.json").write_text('{"series": "x"}', encoding="utf-8")
    with pytest.raises(KeeperFailed, match="damaged"):
        Counter(tmp_path).use_up({BIRTHS: [1]})


@given(st.lists(st.tuples(st.sampled_from(["begin", "send", "give up"]), st.integers(0, 5))))
def test_no_number_is_used_twice_and_none_is_left_out(
    tmp_path_factory: pytest.TempPathFactory, acts: list[tuple[str, int]]
) -> None:
    """Whatever is begun, sent and given up: what was sent and what is under way are 1, 2, 3 and so on, but
    for numbers that wait for the next plan."""
    counter = Counter(tmp_path_factory.mktemp("outbox"))
    under_way: list[int] = []
    sent: list[int] = []
    waiting: set[int] = set()
    for act, which in acts:
        if act == "begin":
            taken = counter.take("submission", ["birth"], [{BIRTHS: under_way}])
            assert taken is not None
            (number,) = taken.of_files
            assert number is not None
            assert number not in [*under_way, *sent]
            assert not waiting or number == min(waiting)
            under_way.append(number)
            waiting.discard(number)
        elif under_way:
            number = under_way.pop(which % len(under_way))
            if act == "send":
                counter.use_up({BIRTHS: [number]})
                sent.append(number)
            else:
                counter.give_back({BIRTHS: [number]})
                waiting.add(number)
    everything = sorted([*under_way, *sent, *waiting])
    assert everything == list(range(1, len(everything) + 1))
