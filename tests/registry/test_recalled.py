"""A submission that its sender took back: before it was here, while it was, and by whom."""

from __future__ import annotations

from typing import Any

import pytest
from tests.lying_gateway import LyingGateway, refused
from tests.registry.conftest import CANARIES, GOOD, Hospital, Killed, everything_readable, work

from vernix.custody.identifiers import utc_now
from vernix.custody.recall import Recall
from vernix.registry.collecting import RECALLED
from vernix.registry.status import look
from vernix.registry.unlocked import Registry


def take_back(hospital: Hospital, delivery: str, by: str = "") -> None:
    """Post the recall; ``by`` another partner than the hospital, put into the mailbox by a lying gateway."""
    who = by or hospital.name
    recall = Recall(delivery, who, utc_now()).sign(hospital.kit.members[who].key)
    hospital.exchange.post_recall(recall.encode())


def submission(delivery: str) -> Any:
    from vernix.registry.workflow.models import Submission

    return Submission.objects.get(delivery=delivery)


def kept(registry: Registry, delivery: str) -> bool:
    return (registry.folder.parts / delivery).exists()


def test_taken_back_before_it_was_fetched_it_is_left_for_good(
    registry: Registry, gateway: LyingGateway, hospital: Hospital
) -> None:
    delivery = hospital.send(GOOD)
    gateway.lie("part", refused(503))
    assert work(registry) == 4
    assert submission(delivery).failures == 1
    gateway.honest()
    take_back(hospital, delivery)
    for _ in range(2):  # the second start does not try it again
        assert work(registry) == 0
        found = submission(delivery)
        assert (found.state, found.trouble, found.attempts) == ("set-aside", RECALLED, 0)
        assert not kept(registry, delivery)
    assert not [kind for _, kind, _ in gateway.mail["riverside"]], "nothing is answered"
    (told,) = look(registry.folder)["set_aside"]
    assert (told["delivery"], told["trouble"]) == (delivery, RECALLED)
    assert look(registry.folder)["births"] == 0


def test_taken_back_when_it_had_been_set_aside_unfetched_it_is_left_too(
    registry: Registry, gateway: LyingGateway, hospital: Hospital
) -> None:
    delivery = hospital.send(GOOD)
    gateway.lie("part", refused(404))
    from vernix.registry import steps
    from vernix.registry.workflow.models import Submission

    for _ in range(steps.MOST_ATTEMPTS + 1):
        Submission.objects.update(not_before=None)
        steps_work(registry)
    assert submission(delivery).state == "set-aside"
    gateway.honest()
    take_back(hospital, delivery)
    assert work(registry) == 0
    # ``work`` begins as a new start does, which tries what was set aside again: the recall comes first.
    assert (submission(delivery).state, submission(delivery).trouble) == ("set-aside", RECALLED)


def steps_work(registry: Registry) -> None:
    """One look without a new start."""
    from vernix.registry.loop import Runner

    Runner(registry, registry.exchange()).once()


@pytest.mark.parametrize("point", ["collect:settled", "read:answer-kept", "vault:file-kept"])
def test_taken_back_after_it_was_fetched_it_is_kept_and_its_sender_told(
    point: str, registry: Registry, gateway: LyingGateway, hospital: Hospital, kill_at: Any
) -> None:
    delivery = hospital.send(GOOD)
    kill_at(point)
    with pytest.raises(Killed):
        work(registry)
    take_back(hospital, delivery)
    assert work(registry) == 0
    assert submission(delivery).state == "done"
    assert hospital.answer(delivery).receipt.result == "accepted"
    assert look(registry.folder)["births"] == 1
    assert not kept(registry, delivery)


def test_nobody_takes_back_what_another_sent(
    registry: Registry, gateway: LyingGateway, hospital: Hospital
) -> None:
    delivery = hospital.send(GOOD)
    forged = Recall(delivery, "lakeside", utc_now()).sign(hospital.kit.members["lakeside"].key)
    unsigned = Recall(delivery, "riverside", utc_now()).sign(hospital.kit.members["lakeside"].key)
    for envelope in (forged, unsigned):
        gateway.put_mail("registry", "recall", envelope.encode())
    assert work(registry) == 0
    assert submission(delivery).state == "done"


def test_nothing_of_what_was_taken_back_lies_about(
    registry: Registry, gateway: LyingGateway, hospital: Hospital, kill_at: Any
) -> None:
    """Killed while its parts were being fetched: the sealed bytes go too."""
    delivery = hospital.send(GOOD)
    kill_at("collect:acted")
    with pytest.raises(Killed):
        work(registry)
    assert kept(registry, delivery)
    take_back(hospital, delivery)
    assert work(registry) == 0
    assert not kept(registry, delivery)
    for path, content in everything_readable(registry.folder.root, leave_out=("gateway",)):
        assert not any(canary.encode() in content for canary in CANARIES), path
