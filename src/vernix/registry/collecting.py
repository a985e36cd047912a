"""Collecting: what waits for the registry at the gateway becomes a submission; its sealed parts come here.

Only proven things become submissions: the sender's signature, rights and times hold in the directory that the
registry itself published. What does not prove itself cannot be answered (nobody knows who sent it); it is
counted, said in the log, and left where it is.
"""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vernix.courier.requesting import FileRequests
from vernix.custody.delivery import Carried, Delivery
from vernix.custody.drop import Drop
from vernix.custody.identifiers import REGISTRY, new_id, utc_now
from vernix.custody.recall import Recall
from vernix.custody.receipt import Receipt
from vernix.custody.signatures import Signed
from vernix.errors import DataRefused, FarSideRefused, NotProven
from vernix.registry.logs import log, place_of

if TYPE_CHECKING:
    from vernix.courier.exchange import Exchange
    from vernix.registry.publishing import Publishing
    from vernix.registry.settings import RegistryFolder
    from vernix.registry.workflow.models import Submission

LOOK_AGAIN_AT_ALL = 600.0
"""Seconds after which the mailbox is read from its beginning again.

The gateway's numbers are its own: one that once lied (a letter with a number near infinity) must not hide
every later letter for long, and what did not prove itself may do so when its sender's keys are known.
"""

RECALLED = "recalled by its sender"


@dataclass(frozen=True)
class Arrivals:
    """What one look into the mailbox brought: new submissions, receipts for our answers, unproven letters.

    ``signed_before`` are deliveries that we are done with and the gateway shows again: it was restored from a
    copy made before our receipt came.
    """

    submissions: int
    receipts: int
    unproven: int
    signed_before: tuple[str, ...] = ()


class Postbox:
    """The registry's mailbox at the gateway, read by long poll."""

    def __init__(self, exchange: Exchange, publishing: Publishing, folder: RegistryFolder) -> None:
        self._exchange = exchange
        self._folder = folder
        self._publishing = publishing
        self._after = 0
        self._read_all_at = time.monotonic()

    def look(self, wait: int) -> Arrivals:
        """Take what has arrived into the workflow; waits up to ``wait`` seconds while nothing is new."""
        if time.monotonic() - self._read_all_at > LOOK_AGAIN_AT_ALL:
            self._after, self._read_all_at = 0, time.monotonic()
        page = self._exchange.mailbox(self._after, wait)
        signed_before: list[str] = []
        taken = [self._take(letter.envelope, signed_before) for letter in page.deliveries]
        taken += [self._take_drop(letter.envelope) for letter in page.drops]
        noted = [self._note(letter.envelope) for letter in page.receipts]
        for letter in page.recalls:
            self._set_aside(letter.envelope)
        self._after = max(self._after, page.last)
        unproven = sum(new is None for new in (*taken, *noted))
        return Arrivals(sum(map(bool, taken)), sum(map(bool, noted)), unproven, tuple(signed_before))

    def _take(self, envelope: bytes, signed_before: list[str]) -> bool | None:
        """Whether this delivery is new; None where it does not prove itself."""
        from vernix.registry.workflow.models import State, Submission

        try:
            delivery = self._proven(envelope)
            if REGISTRY not in delivery.addressees:
                raise NotProven("The gateway handed over a delivery that is not addressed to the registry.")
        except (DataRefused, FarSideRefused) as error:
            log().warning("unproven delivery", error=type(error).__name__, place=place_of(error))
            return None
        submission, new = Submission.objects.get_or_create(
            delivery=delivery.id,
            defaults={
                "sender": delivery.sender,
                "purpose": delivery.purpose,
                "envelope": envelope,
                "sent_at": delivery.created,
                "arrived_at": utc_now(),
                "answer": new_id(),
            },
        )
        if submission.state == State.DONE:
            signed_before.append(submission.delivery)
        if new:
            log().info("arrived", delivery=delivery.id, partner=delivery.sender, purpose=delivery.purpose)
        return new

    def _proven(self, envelope: bytes) -> Delivery:
        """A delivery by its sender's signature, or by the key of the request for files that it answers."""
        signed = Signed.decode(envelope)
        sender = Delivery.parse(signed.document).sender
        asked = FileRequests(self._folder.requests).behind(sender)
        if asked is not None:
            return asked.request.prove_delivery(signed, utc_now())
        return Delivery.open_signed(signed, self._publishing.current(), utc_now())

    def _take_drop(self, document: bytes) -> bool | None:
        """Whether this file that came over SFTP is new; None where the gateway may not say such a thing."""
        from vernix.registry.workflow.models import Submission

        try:
            drop = Drop.parse(document)
            drop.check(self._publishing.current(), REGISTRY, utc_now())
        except (DataRefused, FarSideRefused) as error:
            log().warning("unproven drop", error=type(error).__name__, place=place_of(error))
            return None
        _, new = Submission.objects.get_or_create(
            delivery=drop.id,
            defaults={
                "sender": drop.sender,
                # Its own purpose stands inside the seal: see the step "read".
                "purpose": "submission",
                "dropped": True,
                "envelope": document,
                "sent_at": drop.created,
                "arrived_at": utc_now(),
                "answer": new_id(),
            },
        )
        if new:
            log().info("arrived", delivery=drop.id, partner=drop.sender)
        return new

    def _note(self, envelope: bytes) -> bool | None:
        """Whether this receipt for one of our answers is new; None where it does not prove itself."""
        from vernix.registry.workflow.models import Submission

        try:
            receipt = Receipt.open_signed(envelope, self._publishing.current(), utc_now())
        except (DataRefused, FarSideRefused) as error:
            log().warning("unproven receipt", error=type(error).__name__, place=place_of(error))
            return None
        answered = Submission.objects.filter(
            answer=receipt.delivery, sender=receipt.addressee, fetched_at=None
        )
        return answered.update(fetched_at=receipt.received) > 0

    def _set_aside(self, envelope: bytes) -> None:
        """Leave a submission that its sender took back before all of it was here.

        What was fetched whole is read, kept and signed for all the same: the sender is told so by the
        receipt, and a correction is a submission of its own.
        """
        from vernix.registry.workflow.models import State, Submission

        try:
            recall = Recall.open_signed(envelope, self._publishing.current(), utc_now())
        except (DataRefused, FarSideRefused) as error:
            log().warning("unproven recall", error=type(error).__name__, place=place_of(error))
            return
        unfetched = Submission.objects.filter(
            delivery=recall.delivery, sender=recall.sender, state__in=(State.ARRIVED, State.SET_ASIDE)
        ).exclude(steps__name="collect")
        # Neither attempts nor failures, so that a new start of ``run`` does not try it again.
        if unfetched.exclude(trouble=RECALLED).update(
            state=State.SET_ASIDE, trouble=RECALLED, attempts=0, failures=0, not_before=None
        ):
            shutil.rmtree(self._folder.parts / recall.delivery, ignore_errors=True)
            log().info("recalled", delivery=recall.delivery, partner=recall.sender)


def carried_of(submission: Submission) -> Carried:
    """What was proven when it arrived: a delivery, or a drop."""
    envelope = bytes(submission.envelope)
    return Drop.parse(envelope) if submission.dropped else Delivery.parse(Signed.decode(envelope).document)
