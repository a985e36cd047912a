"""Numbers of files: one that is missing is told to the partner and the operator, until it arrives."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.exchange_kit import ExchangeKit
from tests.partner_kit import sender
from tests.registry.conftest import GOOD, Hospital, Killed, work

from vernix.courier.dispatch import Dispatch, OutgoingFile, Plan
from vernix.courier.sending import Outbox
from vernix.custody.identifiers import utc_now
from vernix.registry.numbering import TOLD_FOR, _holes, spelled
from vernix.registry.status import look
from vernix.registry.unlocked import Registry


def told(registry: Registry, hospital: Hospital, delivery: str) -> dict[str, str]:
    """What the answer says of numbers, by code."""
    assert work(registry) == 0
    (answer,) = hospital.answer(delivery).acknowledgements
    return {each.code: each.text_en for each in answer.findings if each.code.startswith("sequence.")}


def missing(registry: Registry) -> list[tuple[str, str]]:
    """What status says is missing: from whom, which numbers."""
    return [(each["partner"], each["numbers"]) for each in look(registry.folder)["missing"]]


def begin(hospital: Hospital, number: int) -> Plan:
    """A delivery that gets its number and does not leave."""
    path = hospital.write([{**GOOD, "record_number": f"late-{number}"}])
    files = (OutgoingFile(path, path.name, "text/csv", "data", "birth"),)
    plan = Outbox(hospital.folder / "outbox").begin(Dispatch(("registry",), "submission", files))
    assert isinstance(plan, Plan)
    assert plan.numbers is not None
    assert plan.numbers.of_files == (number,)
    return plan


def finish(hospital: Hospital, plan: Plan) -> str:
    outbox = Outbox(hospital.folder / "outbox")
    return outbox.send(plan, hospital.exchange, sender(hospital.kit.members[hospital.name])).plan.id


def row(number: int) -> dict[str, str]:
    return {**GOOD, "record_number": f"R{number}"}


def test_a_missing_file_is_told_until_it_arrives(registry: Registry, hospital: Hospital) -> None:
    assert told(registry, hospital, hospital.send(row(1))) == {}
    second, third = begin(hospital, 2), begin(hospital, 3)
    said = told(registry, hospital, hospital.send(row(4)))
    assert set(said) == {"sequence.gap"}
    assert "numbered before: 2-3." in said["sequence.gap"]
    assert missing(registry) == [("riverside", "2-3")]
    assert told(registry, hospital, finish(hospital, third))["sequence.gap"].count(": 2.") == 1
    assert told(registry, hospital, finish(hospital, second)) == {}
    assert missing(registry) == []
    assert told(registry, hospital, hospital.send(row(5))) == {}


@pytest.mark.parametrize("point", ["read:answer-kept", "read:settling", "answer:acted"])
def test_a_kill_changes_nothing_in_what_is_told(
    registry: Registry, hospital: Hospital, kill_at: object, point: str
) -> None:
    begin(hospital, 1)
    delivery = hospital.send(row(2))
    kill_at(point)  # type: ignore[operator]
    with pytest.raises(Killed):
        work(registry)
    assert set(told(registry, hospital, delivery)) == {"sequence.gap"}


def test_a_file_that_is_refused_and_one_that_was_here_before_have_arrived(
    registry: Registry, hospital: Hospital
) -> None:
    path = hospital.folder / "births.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40)
    hospital.send_file(path)
    good = hospital.write([row(2)])
    hospital.send_file(good)
    assert work(registry) == 0
    assert told(registry, hospital, hospital.send_file(good, again=True)) == {}
    assert told(registry, hospital, hospital.send(row(4))) == {}


def test_machines_encounters_and_purposes_are_counted_apart(
    registry: Registry, kit: ExchangeKit, hospital: Hospital, tmp_path: Path
) -> None:
    another = Hospital(kit, tmp_path / "another", "riverside")
    for number in (1, 2):
        assert told(registry, hospital, hospital.send(row(number))) == {}
    assert told(registry, another, another.send(row(3))) == {}
    screen = {"record_number": "N1", "birth_date": "2026-03-04"}
    assert told(registry, hospital, hospital.send(screen, encounter="newborn_screening")) == {}


def test_a_copied_folder_is_noticed(
    registry: Registry, kit: ExchangeKit, hospital: Hospital, tmp_path: Path
) -> None:
    assert told(registry, hospital, hospital.send(row(1))) == {}
    twin = Hospital(kit, tmp_path / "twin", "riverside")
    shutil.copytree(hospital.folder / "outbox", twin.folder / "outbox")
    assert told(registry, hospital, hospital.send(row(2))) == {}
    said = told(registry, twin, twin.send(row(3)))
    assert set(said) == {"sequence.again"}
    assert "under this number, 2." in said["sequence.again"]
    assert missing(registry) == []


def test_what_cannot_arrive_any_more_is_told_no_longer(registry: Registry, hospital: Hospital) -> None:
    from vernix.registry.workflow.models import Submission

    begin(hospital, 1)
    assert set(told(registry, hospital, hospital.send(row(2)))) == {"sequence.gap"}
    Submission.objects.update(arrived_at=utc_now() - TOLD_FOR - timedelta(hours=1))
    assert missing(registry) == []
    begin(hospital, 3)
    said = told(registry, hospital, hospital.send(row(4)))
    assert "numbered before: 3." in said["sequence.gap"]


def test_a_mail_waits_for_what_may_be_on_its_way(registry: Registry, hospital: Hospital) -> None:
    from vernix.registry.notifying.looking import _facts
    from vernix.registry.workflow.models import Submission

    begin(hospital, 1)
    hospital.send(row(2))
    assert work(registry) == 0
    directory = registry.publishing.current()
    assert list(_facts({}, directory, utc_now())) == []
    Submission.objects.update(arrived_at=utc_now() - timedelta(hours=2))
    (fact,) = _facts({}, directory, utc_now())
    assert (fact.kind, fact.partner, fact.values["numbers"]) == ("missing", "riverside", "1")


@given(st.sets(st.integers(1, 30)), st.integers(0, 10))
def test_holes_are_what_is_not_there(numbers: set[int], floor: int) -> None:
    now = utc_now()
    above = sorted(number for number in numbers if number > floor)
    found = {
        number
        for first, last, since in _holes(floor, [(number, now) for number in above])
        for number in range(first, last + 1)
        if since == now
    }
    assert found == set(range(floor + 1, max(above, default=floor))) - numbers


def test_a_huge_number_costs_nothing() -> None:
    now = utc_now()
    assert list(_holes(0, [(2**53, now)])) == [(1, 2**53 - 1, now)]
    assert spelled([(7, 7), (9, 12)]) == "7, 9-12"
