"""``vernix witness``: this partner watches the gateway's ledger, and says so if it is not what it was."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

from vernix.console import print_json, say
from vernix.courier.exchange import Exchange
from vernix.courier.keeping import held
from vernix.courier.witnessing import PATIENCE, Caught, Seen, Witness
from vernix.custody.checkpoint import Log
from vernix.custody.identifiers import format_time
from vernix.errors import FarSideRefused, KeeperFailed, NotFound, RoadFailed, UsageError
from vernix.partner import state
from vernix.partner.connecting import connect, warn_if_stale
from vernix.partner.options import Data, Json
from vernix.partner.state import Partner

EVERY = 20
"""Seconds between two looks: twice within the minute in which a lie must be noticed."""


def witness(*, once: bool = False, every: int = EVERY, data: Data = None, json: Json = False) -> int:
    """Watch the gateway's ledger: prove at every look that nothing in it was changed, and sign that.

    Ends with 3 as soon as the ledger was rewritten, cut, rolled back or forked, stands still, or is shown to
    you alone; both signed checkpoints are kept as evidence. Runs until Ctrl-C.

    Parameters
    ----------
    once
        Look once, then end.
    every
        Seconds between two looks.
    """
    if every < 1:
        raise UsageError("There must be at least a second between two looks.", hint="Say --every 20.")
    watch = _Watch(state.load(data))
    with held(watch.partner.folder.watch / "watch.lock") as mine:
        if not mine:
            raise KeeperFailed("Another run on this machine is watching.", hint="One is enough.")
        caught = watch.until_caught(once=once, every=every)
    if json:
        print_json(watch.document(caught))
    if caught is not None:
        raise caught
    return 0


def look(partner: Partner, exchange: Exchange) -> Seen:
    """One look with this partner's own key and memory. The directory must be fresh.

    Raises ``Caught``, ``RoadFailed``, or ``NotFound`` where the directory names no ledger yet.
    """
    log, directory = log_of(exchange), exchange.mirror.current()
    return Witness(exchange, partner.id, partner.signing_key(), partner.folder.watch).look(log, directory)


def log_of(exchange: Exchange) -> Log:
    """The ledger that the directory names."""
    log = exchange.mirror.current().log
    if log is None:
        raise NotFound(
            "The directory names no ledger yet.",
            hint="The registry names it when it publishes the next time.",
        )
    return log


class _Watch:
    """One run: what was seen last."""

    def __init__(self, partner: Partner) -> None:
        self.partner = partner
        self._exchange = connect(partner)
        self._seen: Seen | None = None

    def until_caught(self, *, once: bool, every: int) -> Caught | None:
        """Look again and again; the lie that ended it. A road that fails is waited out, but for ``once``."""
        while True:
            try:
                self._look()
            except Caught as caught:
                return caught
            except (RoadFailed, FarSideRefused) as error:
                if once:
                    raise
                say(f"{format_time(datetime.now(UTC))} not seen: {error}")
            except KeyboardInterrupt:
                return None
            if once:
                return None
            try:
                time.sleep(every)
            except KeyboardInterrupt:
                return None

    def document(self, caught: Caught | None) -> dict[str, Any]:
        """What was seen last, and what was caught."""
        seen = self._seen
        return {
            "caught": None if caught is None else {"kind": caught.kind, "says": caught.message},
            "evidence": None if caught is None or caught.evidence is None else str(caught.evidence),
            "seen": None if seen is None else _told(seen),
        }

    def _look(self) -> None:
        with self._exchange.road.within(PATIENCE):
            self._exchange.refresh_directory()
            warn_if_stale(self._exchange)
            seen = look(self.partner, self._exchange)
        now = format_time(datetime.now(UTC))
        if self._seen is None or seen.signed.size != self._seen.signed.size:
            say(f"{now} {seen.signed.size} events, nothing changed that was seen before")
        if not seen.is_vouched_for(time.time()) and self.partner.id != self.partner.registry:
            say(f"{now} The registry has not vouched for this ledger in the last minutes: is it running?")
        self._seen = seen


def _told(seen: Seen) -> dict[str, Any]:
    return {
        "events": seen.signed.size,
        "registry": None if seen.registry_at is None else _spelled(seen.registry_at),
        "vouched": _spelled(seen.signed.vouched),
        "witnesses": list(seen.by),
    }


def _spelled(seconds: int) -> str:
    return format_time(datetime.fromtimestamp(seconds, UTC))
