"""The ledger of steps: each is done once for each submission, whenever the program is killed.

    arrived -collect-> collected -read-> read -vault-> vaulted
            -book-> booked -answer-> answered -receipt-> done

A step first has its effect outside of the database (files, tables, the gateway), in a way that having it
twice is the same as having it once; then one transaction writes its result, the new state and the ledger's
row. Killed in between, the step is done again and finds its own effect. An attempt is counted before it is
made, so that what kills the program over and over is set aside after a few times instead of stopping
everything behind it.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Q

from vernix.custody.identifiers import utc_now
from vernix.errors import FarSideRefused, KeeperFailed, NotFound, RoadFailed
from vernix.registry import stages
from vernix.registry.failpoints import reached
from vernix.registry.logs import log, place_of
from vernix.registry.passage import Passage
from vernix.registry.reading import Unfinished
from vernix.registry.stages import Settle
from vernix.registry.unlocked import Registry
from vernix.registry.workflow.models import State, Step, Submission

if TYPE_CHECKING:
    from vernix.courier.exchange import Exchange

MOST_ATTEMPTS = 5
"""Attempts at one step before the submission is set aside; a new start of ``run`` tries it again."""

_DISK = "this disk failed"
_LONGEST_PAUSE = timedelta(minutes=5)
_LONGEST_WITHOUT_ROAD = timedelta(seconds=10)


@dataclass(frozen=True)
class Stage:
    """One step: from which state to which, and what it does."""

    name: str
    starts: State
    ends: State
    act: Callable[[Passage], Settle | None]


STAGES = (
    Stage("collect", State.ARRIVED, State.COLLECTED, stages.collect),
    Stage("read", State.COLLECTED, State.READ, stages.read),
    Stage("vault", State.READ, State.VAULTED, stages.vault),
    Stage("book", State.VAULTED, State.BOOKED, stages.book),
    Stage("answer", State.BOOKED, State.ANSWERED, stages.answer),
    Stage("receipt", State.ANSWERED, State.DONE, stages.receipt),
)
BY_STATE = {stage.starts: stage for stage in STAGES}


def advance(
    registry: Registry,
    exchange: Exchange,
    submission: Submission,
    stopping: Callable[[], bool] = lambda: False,
) -> bool:
    """Take a submission through every step that can be done now; returns whether it is done.

    ``stopping`` is asked between two steps.
    """
    passage = Passage(registry, exchange, submission)
    while (stage := BY_STATE.get(State(submission.state))) is not None:
        if stopping() or not _do(stage, passage):
            return False
    if submission.state == State.DONE:
        sweep(registry, submission)
    return submission.state == State.DONE


def sign_again(registry: Registry, exchange: Exchange, delivery: str) -> None:
    """Post the receipt of a delivery that is done once more; it is the same bytes as the first."""
    submission = Submission.objects.get(delivery=delivery)
    try:
        stages.receipt(Passage(registry, exchange, submission))
    except FarSideRefused as error:
        log().warning(
            "not signed again", delivery=delivery, error=type(error).__name__, place=place_of(error)
        )
    else:
        log().info("signed again", delivery=delivery)


def ready() -> list[Submission]:
    """Submissions with something to do now, in the order in which they were sent."""
    waiting = Submission.objects.exclude(state__in=(State.DONE, State.SET_ASIDE))
    now = utc_now()
    return [
        each
        for each in waiting.order_by("sent_at", "delivery")
        if not each.not_before or each.not_before <= now
    ]


def left_over() -> int:
    """How many submissions still have steps to do, now or later."""
    return Submission.objects.exclude(state__in=(State.DONE, State.SET_ASIDE)).count()


def disk_failed() -> bool:
    """Whether something waits because this machine's disk failed, or what is kept on it."""
    waiting = Submission.objects.exclude(state=State.DONE)
    ours = Q(trouble__contains=f": {_DISK}: ") | Q(trouble__contains=f": {KeeperFailed.__name__} at ")
    return waiting.filter(ours).exists()


def begin_again(registry: Registry) -> int:
    """What a new start does first: wipe what a kill left, give what failed another chance.

    Returns how many submissions are tried again.
    """
    registry.folder.wipe_work()
    done = Submission.objects.filter(state=State.DONE)
    for submission in done.filter(delivery__in=[path.name for path in registry.folder.parts.iterdir()]):
        sweep(registry, submission)
    again = 0
    for submission in Submission.objects.exclude(state=State.DONE).exclude(failures=0, attempts=0):
        # The state of what was set aside is gone; the ledger tells how far it was.
        ended = set(submission.steps.values_list("name", flat=True))
        state = State.ARRIVED
        for stage in STAGES:
            state = stage.ends if stage.name in ended else state
        submission.state, submission.not_before = state, None
        submission.attempts = submission.failures = 0
        submission.save()
        again += 1
    return again


def sweep(registry: Registry, submission: Submission) -> None:
    """Remove what a submission that is done leaves here; a message stays, sealed as it came."""
    if submission.purpose != "message":
        shutil.rmtree(registry.folder.parts / submission.delivery, ignore_errors=True)
    # The ledger remembers that the answer went out; the outbox need not.
    for memory in (registry.folder.outbox / "sent").glob(f"{submission.answer}-*.json"):
        memory.unlink()


def _do(stage: Stage, passage: Passage) -> bool:
    """Do one step and write it into the ledger; returns False where it must wait."""
    submission = passage.submission
    if submission.attempts >= MOST_ATTEMPTS:
        return _set_aside(stage, submission)
    submission.attempts += 1
    submission.save(update_fields=["attempts"])
    began = time.monotonic()
    reached(f"{stage.name}:begin")
    try:
        settle = stage.act(passage)
    except Unfinished:
        return _wait(stage, submission, None, counts=False)
    except NotFound as error:
        return _wait(stage, submission, error, counts=True)
    except (RoadFailed, FarSideRefused, KeeperFailed, OSError) as error:
        # The road, the gateway or this disk failed, not the submission: it waits, however often.
        return _wait(stage, submission, error, counts=False)
    except Exception as error:
        return _wait(stage, submission, error, counts=True)
    reached(f"{stage.name}:acted")
    _settle(stage, submission, settle, int((time.monotonic() - began) * 1000))
    reached(f"{stage.name}:settled")
    return True


def _settle(stage: Stage, submission: Submission, settle: Settle | None, milliseconds: int) -> None:
    from django.db import transaction

    with transaction.atomic():
        if settle is not None:
            settle()
        Step.objects.create(
            submission=submission, name=stage.name, done_at=utc_now(), milliseconds=milliseconds
        )
        submission.state, submission.trouble, submission.not_before = stage.ends, "", None
        submission.attempts = submission.failures = 0
        submission.save()
        reached(f"{stage.name}:settling")
    log().info("step", step=stage.name, delivery=submission.delivery, milliseconds=milliseconds)


def _wait(stage: Stage, submission: Submission, error: Exception | None, *, counts: bool) -> bool:
    """Leave a step for later, longer each time; what is not its own fault is not held against it."""
    longest = _LONGEST_WITHOUT_ROAD if isinstance(error, RoadFailed) else _LONGEST_PAUSE
    submission.failures += 1
    submission.attempts -= 0 if counts else 1
    submission.not_before = utc_now() + min(timedelta(seconds=2 ** min(submission.failures, 9)), longest)
    if error is not None:
        kind, place = type(error).__name__, place_of(error)
        what = f"{_DISK}: {os.strerror(error.errno)}," if isinstance(error, OSError) and error.errno else kind
        submission.trouble = f"{stage.name}: {what} at {place}"[:120]
        log().warning("step failed", step=stage.name, delivery=submission.delivery, error=kind, place=place)
    submission.save(update_fields=["attempts", "failures", "not_before", "trouble"])
    return False


def _set_aside(stage: Stage, submission: Submission) -> bool:
    submission.state = State.SET_ASIDE
    submission.trouble = submission.trouble or f"{stage.name}: stopped the program"
    submission.save(update_fields=["state", "trouble"])
    log().error("set aside", step=stage.name, delivery=submission.delivery, attempts=submission.attempts)
    return False
