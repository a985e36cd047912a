"""What the gateway has lost: restored from an old copy, or begun anew, it does not have what waited there."""

from __future__ import annotations

from collections.abc import Iterable

from vernix.console import say
from vernix.courier.exchange import Exchange
from vernix.courier.sending import Sent
from vernix.partner.history import History


def lost(exchange: Exchange, history: History, sent: Iterable[Sent]) -> frozenset[str]:
    """The ids of those deliveries that should wait at the gateway, and that it does not have.

    It keeps a delivery's row until 30 days after its expiry, whatever became of it; so what is unknown to it
    before that is lost. Raises ``RoadFailed`` and ``FarSideRefused``.
    """
    waiting = (each.plan.id for each in sent if history.tell(each).waits)
    return frozenset(delivery for delivery in waiting if not exchange.has_delivery(delivery))


def say_lost(count: int) -> None:
    """What to do about what ``vernix sent`` calls lost."""
    if count:
        them = "it" if count == 1 else "them"
        say(
            f"The gateway has lost {count} of these before anybody signed for {them}; perhaps it was "
            f"restored from an old copy. To send {them} again, run the same vernix send once more."
        )
