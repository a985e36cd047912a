"""What became of each delivery, folded from the gateway's events. Pure.

A delivery to three addressees is three transfers: each collects and signs by itself. The gateway's word is
taken for what it is; what is proven stands in receipts and in the ledger (``vernix-registry verify``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from vernix.custody.event import ANNOUNCE, COLLECT, DELETE, RECEIPT, REFUSE, Event

WAITING, EXPIRED = "waiting", "expired"


@dataclass(frozen=True)
class Transfer:
    """One delivery to one addressee. ``size`` is sealed bytes; it ``ended`` signed for, or expired."""

    delivery: str
    sender: str
    addressee: str
    size: int
    sent: datetime
    collected: datetime | None = None
    ended: datetime | None = None
    outcome: str = WAITING

    @property
    def seconds(self) -> int | None:
        """From the posting to the end."""
        return None if self.ended is None else int((self.ended - self.sent).total_seconds())


@dataclass(frozen=True)
class Refusal:
    """A proven partner was refused: which way, and the class of the error."""

    at: datetime
    partner: str
    route: str
    error: str


@dataclass(frozen=True)
class Total:
    """One partner's deliveries and sealed bytes, sent by it and to it; what waits for it; its refusals."""

    partner: str
    sent: int = 0
    sent_bytes: int = 0
    addressed: int = 0
    addressed_bytes: int = 0
    waiting: int = 0
    refused: int = 0


def transfers(events: Iterable[Event]) -> Iterator[Transfer]:
    """Every transfer that was announced among ``events``, in the order of their posting."""
    by_delivery: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        if event.delivery is not None:
            by_delivery[event.delivery].append(event)
    for own in by_delivery.values():
        for announced in own:
            if announced.kind == ANNOUNCE and announced.actor is not None:
                yield from _of_delivery(announced, announced.actor, own)


def refusals(events: Iterable[Event]) -> Iterator[Refusal]:
    """Every refusal among ``events``."""
    for event in events:
        if event.kind == REFUSE and event.actor is not None:
            yield Refusal(event.at, event.actor, event.route or "", event.outcome or "")


def totals(made: Iterable[Transfer], refused: Iterable[Refusal]) -> list[Total]:
    """Sums by partner, in order of their ids."""
    sums: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    counted = set()
    for transfer in made:
        if transfer.delivery not in counted:
            counted.add(transfer.delivery)
            sums[transfer.sender]["sent"] += 1
            sums[transfer.sender]["sent_bytes"] += transfer.size
        sums[transfer.addressee]["addressed"] += 1
        sums[transfer.addressee]["addressed_bytes"] += transfer.size
        sums[transfer.addressee]["waiting"] += transfer.outcome == WAITING
    for refusal in refused:
        sums[refusal.partner]["refused"] += 1
    return [Total(partner, **sums[partner]) for partner in sorted(sums)]


def _of_delivery(announced: Event, sender: str, own: Iterable[Event]) -> Iterator[Transfer]:
    addressees = [partner for partner in announced.concerned if partner != sender] or [sender]
    for addressee in addressees:
        collected = ended = None
        outcome = WAITING
        for event in own:
            if event.kind == COLLECT and event.actor == addressee:
                collected = collected or event.at
            elif event.kind == RECEIPT and event.actor == addressee:
                ended, outcome = event.at, event.outcome or "received"
            elif event.kind == DELETE and outcome == WAITING:
                ended, outcome = event.at, event.outcome or EXPIRED
        yield Transfer(
            announced.delivery or "", sender, addressee, announced.size or 0, announced.at,
            collected, ended, outcome,
        )  # fmt: skip
