"""The loop of a running registry: directory, post, enrolments, steps; until it is asked to stop.

Importing this needs the workflow's tables to be open (`vernix.registry.settings.open_workflow`).
"""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from types import FrameType
from typing import TYPE_CHECKING

from django.db import DatabaseError

from vernix.console import say
from vernix.custody.identifiers import utc_now
from vernix.errors import FarSideRefused, KeeperFailed, RoadFailed
from vernix.registry import steps
from vernix.registry.collecting import Arrivals, Postbox
from vernix.registry.enrolling import take_enrolments
from vernix.registry.inviting import open_invitations
from vernix.registry.key_ends import KeyEnds
from vernix.registry.logs import log, place_of
from vernix.registry.overseeing import oversee
from vernix.registry.quality.sending import send_due, write_down_month
from vernix.registry.trouble import Trouble
from vernix.registry.unlocked import Registry
from vernix.registry.warming import warm
from vernix.registry.witnessing import LedgerWatch

if TYPE_CHECKING:
    from vernix.courier.exchange import Exchange

POLL = 2
"""Seconds of one long poll. Post ends it at once; what does not is looked at after it."""

POLL_WHILE_INVITED = 1
"""The same while somebody may enrol: a person waits for that."""

LOOK_FOR_RENEWALS = 5.0
"""Seconds between two looks for renewed keys while nobody is invited."""

TELL_AGAIN = 300.0
"""Seconds after which the gateway is asked whether it still has our directory."""

COMPACT_EVERY = 60.0

ASK_EVERY = 30.0
"""Seconds after which the gateway is asked for its state, and those are told who want to know."""

_LONGEST_PAUSE = 10.0
_AWAY, _FAILED = "gateway away", "disk or database failed"


class Runner:
    """The loop of one running registry."""

    def __init__(self, registry: Registry, exchange: Exchange, report_day: int | None = None) -> None:
        self._report_day = report_day
        self._reported_on: date | None = None
        self._registry = registry
        self._exchange = exchange
        self._postbox = Postbox(exchange, registry.publishing, registry.folder)
        self._stop = Stop()
        self._ledger = LedgerWatch(registry.folder, registry.exchange(), registry.keyring.signing)
        self._ends = KeyEnds()
        self._trouble = Trouble(registry.folder.trouble)
        self._trouble.found()
        self._told: tuple[int, float] = (0, 0.0)
        self._compacted_at = time.monotonic()
        self._asked_at = -ASK_EVERY
        self._looked_for_renewals = 0.0

    def once(self) -> int:
        """One look at everything.

        Raises:
            RoadFailed: the gateway cannot be reached.
            KeeperFailed: this disk or the workflow's tables could not be written.
        """
        try:
            self._look_once()
        except (RoadFailed, FarSideRefused) as error:
            self._trouble.keep(_AWAY, error)
            raise
        except (DatabaseError, KeeperFailed, OSError) as error:
            self._trouble.keep(_FAILED, error)
            if not isinstance(error, DatabaseError):
                raise
            raise KeeperFailed(
                "The workflow's tables could not be written.", hint="Is this disk full? Then run it again."
            ) from None
        self._trouble.clear()
        left = steps.left_over()
        waiting = f"{left} submissions wait; vernix-registry status says why."
        if left and steps.disk_failed():
            raise KeeperFailed(
                f"This machine's disk is full or failed: {waiting}",
                hint="Nothing is lost; free some space, then run it again.",
            )
        if left:
            say(waiting)
        return RoadFailed.exit_code if left else 0

    def _look_once(self) -> None:
        self._tell_directory()
        self._ledger.look()
        take_enrolments(self._registry, self._exchange)
        self._look(0)
        self._work()
        self._report()
        self._ledger.look()  # again: what the work left in the ledger is kept only as far as it was watched
        oversee(self._registry, self._exchange)

    def until_stopped(self) -> int:
        """Look and work until SIGTERM or SIGINT; what fails meanwhile is tried again with growing pauses."""
        failures = 0
        with self._stop.listening(), suppress(Stopped), self._ledger.watching():
            warm(self._registry.folder.work, [name for name, _ in self._registry.book.kept()])
            log().info("ready")
            while not self._stop.asked:
                try:
                    self._turn()
                    failures = 0
                    self._trouble.clear()
                except (RoadFailed, FarSideRefused) as error:
                    failures += 1
                    self._told = (0, 0.0)
                    self._wait_after(_AWAY, error, failures)
                except (DatabaseError, KeeperFailed, OSError) as error:
                    failures += 1
                    self._wait_after(_FAILED, error, failures)
        log().info("stopped")
        return 0

    def _turn(self) -> None:
        """Everything once; most of its time is spent in the long poll."""
        self._tell_directory()
        # What is ready must not wait for post; what arrives during the work is found by the next look.
        invited = open_invitations()
        wait = 0 if steps.ready() else POLL_WHILE_INVITED if invited else POLL
        with self._stop.waiting():
            arrivals = self._look(wait)
        if invited or time.monotonic() - self._looked_for_renewals > LOOK_FOR_RENEWALS:
            self._looked_for_renewals = time.monotonic()
            take_enrolments(self._registry, self._exchange)
        self._work()
        self._report()
        if time.monotonic() - self._asked_at > ASK_EVERY:
            self._asked_at = time.monotonic()
            oversee(self._registry, self._exchange)
        if not arrivals.submissions and time.monotonic() - self._compacted_at > COMPACT_EVERY:
            self._compacted_at = time.monotonic()
            self._registry.vault.table.compact()
            self._registry.book.compact()

    def _look(self, wait: int) -> Arrivals:
        arrivals = self._postbox.look(wait)
        for delivery in arrivals.signed_before:
            steps.sign_again(self._registry, self._exchange, delivery)
        return arrivals

    def _work(self) -> None:
        for submission in steps.ready():
            if self._stop.asked:
                return
            steps.advance(self._registry, self._exchange, submission, lambda: self._stop.asked)

    def _report(self) -> None:
        """Write down the reports of the month before where they are due, and send those that wait."""
        today = utc_now().date()
        if self._report_day and self._reported_on != today:
            write_down_month(self._registry.folder, today, self._report_day)
            self._reported_on = today
        send_due(self._registry, self._exchange)

    def _tell_directory(self) -> None:
        """Keep the directory fresh, and the gateway's copy the same as ours."""
        self._registry.publishing.renew()
        self._ends.warn_if_due(self._registry.publishing.mirror.current())
        changed = (self._registry.folder.public / "timestamp.json").stat().st_mtime_ns
        told, told_at = self._told
        if changed != told or time.monotonic() - told_at > TELL_AGAIN:
            if self._registry.publishing.push(self._exchange):
                log().info("directory told", version=self._registry.publishing.mirror.current().version)
            self._told = (changed, time.monotonic())

    def _wait_after(self, event: str, error: Exception, failures: int) -> None:
        pause = min(0.25 * 2 ** min(failures, 6), _LONGEST_PAUSE)
        kind, place = type(error).__name__, place_of(error)
        self._trouble.keep(event, error)
        log().warning(event, error=kind, place=place, attempts=failures, seconds=pause)
        with self._stop.waiting():
            time.sleep(pause)


class Stopped(BaseException):
    """We were asked to end while we waited."""


class Stop:
    """The wish to end, from a signal: it interrupts a wait at once, and work between two steps."""

    def __init__(self) -> None:
        self.asked = False
        self._waiting = False

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Take SIGTERM and SIGINT for the length of a block."""
        before = {number: signal.signal(number, self._asked) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """A block in which nothing is under way, so that it may be left anywhere."""
        self._waiting = True
        try:
            if self.asked:
                raise Stopped
            yield
        finally:
            self._waiting = False

    def _asked(self, _number: int, _frame: FrameType | None) -> None:
        self.asked = True
        if self._waiting:
            raise Stopped
