"""What became of what was sent: of each delivery and each bundle, by what every addressee signed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vernix.courier.keeping import sweep
from vernix.courier.readdressing import readdressed
from vernix.courier.recalling import Recalls
from vernix.courier.sending import Outbox, Sent
from vernix.custody.identifiers import format_time, utc_now
from vernix.custody.receipt import Receipt
from vernix.partner import showing
from vernix.partner.answers import Answers
from vernix.partner.sealed import SealedFile
from vernix.partner.state import Partner


@dataclass(frozen=True)
class Place:
    """What became of a delivery at one addressee: its ``state``, and when it signed what.

    ``delivery`` is the id in what it signed: of a bundle, that of the drop as which it came.
    """

    partner: str
    state: str
    delivery: str | None
    delivered: datetime | None
    read: datetime | None

    def document(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "partner": self.partner,
            "state": self.state,
            "delivery": self.delivery,
            "delivered": spelled(self.delivered),
            "read": spelled(self.read),
        }


@dataclass(frozen=True)
class Told:
    """What became of a delivery."""

    sent: Sent
    recalled: datetime | None
    places: tuple[Place, ...]

    @property
    def waits(self) -> bool:
        """Whether somebody has still to collect it, as far as is known here."""
        return any(place.state == "waiting" for place in self.places)

    @property
    def beginning(self) -> tuple[str, str]:
        """Its id and when it was sent, as they are shown."""
        return self.sent.plan.id, format_time(self.sent.sent)

    @property
    def is_test(self) -> bool:
        """Whether it went in the test lane."""
        return self.sent.delivery.purpose == "test"

    def left(self, place: Place) -> str:
        """How long it still waits there, in words."""
        return showing.time_left(self.sent.delivery.expires) if place.state == "waiting" else ""

    def document(self) -> dict[str, Any]:
        """For ``--json``."""
        dispatch = self.sent.plan.dispatch
        return {
            **showing.sent_document(self.sent),
            "expires": format_time(self.sent.delivery.expires),
            "downloads": self.sent.delivery.downloads,
            "in_reply_to": dispatch.in_reply_to,
            "note": dispatch.note,
            "recalled": spelled(self.recalled),
            "addressees": [place.document() for place in self.places],
        }


@dataclass(frozen=True)
class ToldSealed:
    """What became of a bundle that others carried."""

    sealed: SealedFile
    places: tuple[Place, ...]

    @property
    def beginning(self) -> tuple[str, str]:
        """Its id and when it was sealed, as they are shown."""
        return self.sealed.bundle, format_time(self.sealed.made)

    @property
    def is_test(self) -> bool:
        """Whether it was made for the test lane."""
        return self.sealed.purpose == "test"

    def left(self, _place: Place) -> str:
        """Nobody here knows whether it was ever carried."""
        return ""

    def document(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "bundle": self.sealed.bundle,
            "to": list(self.sealed.to),
            "sealed_bytes": self.sealed.size,
            "sealed": format_time(self.sealed.made),
            "purpose": self.sealed.purpose,
            "numbers": list(self.sealed.numbers),
            "addressees": [place.document() for place in self.places],
        }


class History:
    """What is known here of everything that a partner sent, and of what the gateway has ``lost``."""

    def __init__(self, partner: Partner, lost: frozenset[str] = frozenset()) -> None:
        self._lost = lost
        answers = Answers(partner.folder.incoming, Outbox(partner.folder.outbox)).signed()
        self._receipts = {(each.delivery, each.addressee): each for each in answers.receipts}
        self._by_digest = {(each.digests, each.addressee): each for each in answers.receipts}
        self._read = {(each.delivery, each.addressee): each.read for each in answers.read_receipts}
        self._recalls = Recalls(partner.folder.outbox)

    def tell(self, sent: Sent) -> Told:
        """What became of one delivery."""
        recall = self._recalls.of(sent.plan.id)
        unsigned = "expired" if sent.delivery.expires <= utc_now() else "waiting"
        if sent.plan.id in self._lost:
            unsigned = "lost"
        if recall is not None:
            unsigned = "recalled"
        places = tuple(
            self._place(each, self._receipts.get((sent.plan.id, each)), unsigned)
            for each in sent.delivery.addressees
        )
        return Told(sent, None if recall is None else recall.recalled, places)

    def tell_sealed(self, sealed: SealedFile) -> ToldSealed:
        """What became of one bundle."""
        places = tuple(
            self._place(each, self._by_digest.get(((sealed.digest,), each)), "sealed") for each in sealed.to
        )
        return ToldSealed(sealed, places)

    def _place(self, addressee: str, receipt: Receipt | None, unsigned: str) -> Place:
        if receipt is None:
            return Place(addressee, unsigned, None, None, None)
        read = self._read.get((receipt.delivery, addressee))
        became = "delivered" if read is None else "read"
        if receipt.result == "rejected":
            became = "refused"
        return Place(addressee, became, receipt.delivery, receipt.received, read)


def let_keys_go(partner: Partner) -> None:
    """Forget the keys of what nobody can be given any more: everybody has signed, or it is over."""
    outbox = Outbox(partner.folder.outbox)
    kept = list(outbox.keys.all())
    # One that was begun and never finished holds the same keys.
    begun = list(readdressed(outbox).glob("*.json"))
    if not kept and not begun:
        return
    history = History(partner)

    def waits(delivery: str) -> bool:
        sent = next(outbox.sent(delivery), None)
        return sent is not None and history.tell(sent).waits

    for delivery in kept:
        if not waits(delivery):
            outbox.keys.let_go(delivery)
    for path in begun:
        if not waits(path.name.rsplit("-", 1)[0]):
            sweep(path)


def spelled(moment: datetime | None) -> str | None:
    """A time as it is shown."""
    return None if moment is None else format_time(moment)
