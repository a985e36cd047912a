"""The test lane: read, checked and answered as ever, and nothing of it in vault and book."""

from __future__ import annotations

from typing import Any

import pytest
from tests.exchange_kit import ExchangeKit
from tests.journey_kit import run_program
from tests.registry.conftest import GOOD, Hospital, Killed, work

from vernix.custody.directory import Right
from vernix.errors import FarSideRefused
from vernix.registry.granting import with_right
from vernix.registry.status import look
from vernix.registry.unlocked import Registry
from vernix.registry.verifying import compare

MIXED = (
    GOOD,
    {**GOOD, "record_number": "R2", "birth_weight": "900"},
    {**GOOD, "record_number": "R3", "sex": "?"},
)


def kept(registry: Registry) -> dict[str, int]:
    """How many rows vault and book hold, and how many months are known to have been touched."""
    from vernix.registry.workflow.models import PeriodEvent

    refused = registry.refusals.table("birth")
    tables = {"vault": registry.vault.table, **dict(registry.book.kept())}
    tables |= {"refused": refused} if refused.exists else {}
    rows = {name: table.read(["row"]).num_rows for name, table in tables.items()}
    return rows | {"months": PeriodEvent.objects.count()}


def send(hospital: Hospital, *rows: dict[str, str], purpose: str = "test", again: bool = False) -> str:
    path = hospital.write(rows)
    return hospital.send_file(path, purpose=purpose, again=again)


def held(kit: ExchangeKit, partner: str) -> None:
    """Take from a partner the right to send anything but tests."""
    rights = [each for each in kit.directory.rights if each.sender not in (partner, "*")]
    kit.publish(rights=(*rights, Right(partner, "registry", ("message", "test"))))


@pytest.mark.parametrize("point", [None, "read:answer-kept", "read:settled", "book:begin", "answer:acted"])
def test_it_is_answered_as_a_submission_and_not_kept(
    registry: Registry, hospital: Hospital, kill_at: Any, point: str | None
) -> None:
    tested = send(hospital, *MIXED)
    if point is not None:
        kill_at(point)
        with pytest.raises(Killed):
            work(registry)
    assert work(registry) == 0
    assert kept(registry) == {"vault": 0, "birth": 0, "months": 0}
    (test,) = hospital.answer(tested).acknowledgements
    real = hospital.send(*MIXED)
    assert work(registry) == 0
    (production,) = hospital.answer(real).acknowledgements
    assert [each for each in test.findings if each.code != "lane.test"] == production.findings
    assert len(test.findings) == len(production.findings) + 1
    assert (test.counts, test.result) == (production.counts, production.result)
    ours, theirs = hospital.answer(tested).receipt, hospital.answer(real).receipt
    assert (ours.result, ours.counts) == (theirs.result, theirs.counts)
    assert kept(registry) == {"vault": 2, "birth": 2, "refused": 1, "months": 1}
    assert compare(registry.folder).problems == []
    assert list(registry.folder.parts.iterdir()) == []


def test_a_test_makes_no_submission_a_repetition_and_none_a_test(
    registry: Registry, hospital: Hospital
) -> None:
    path = hospital.write([GOOD])
    for purpose in ("test", "submission", "test"):
        sent = hospital.send_file(path, purpose=purpose, again=True)
        assert work(registry) == 0
        (answer,) = hospital.answer(sent).acknowledgements
        assert "already-received" not in {each.code for each in answer.findings}, purpose
    assert kept(registry) == {"vault": 1, "birth": 1, "months": 1}
    assert compare(registry.folder).problems == []


def test_status_says_what_was_a_test(registry: Registry, hospital: Hospital) -> None:
    send(hospital, GOOD)
    assert work(registry) == 0
    status = look(registry.folder)
    assert (status["submissions"]["in_the_test_lane"], status["births"]) == (1, 0)
    told = run_program("vernix-registry", "status", "--data", registry.folder.root)
    assert "in the test lane: 1; nothing of these is kept" in told.out


def test_a_partner_is_held_to_it_until_it_is_promoted(
    registry: Registry, hospital: Hospital, kit: ExchangeKit
) -> None:
    held(kit, "riverside")
    with pytest.raises(FarSideRefused, match="does not let") as refused:
        send(hospital, GOOD, purpose="submission")
    assert "--lane test" in refused.value.hint
    assert look(registry.folder)["directory"]["held_to_tests"] == ["riverside"]
    tested = send(hospital, {**GOOD, "record_number": "T1"})
    assert work(registry) == 0
    assert hospital.answer(tested).receipt.result == "accepted"
    assert kept(registry) == {"vault": 0, "birth": 0, "months": 0}
    registry.publishing.change(
        lambda directory: with_right(directory, Right("riverside", "registry", ("submission",)))
    )
    assert registry.tell_gateway()
    send(hospital, {**GOOD, "record_number": "T2"}, purpose="submission")
    assert work(registry) == 0
    assert kept(registry) == {"vault": 1, "birth": 1, "months": 1}
