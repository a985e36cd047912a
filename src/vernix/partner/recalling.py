"""``vernix recall``: what was sent is taken back, and said who had it already."""

from __future__ import annotations

from vernix.console import say
from vernix.courier.collecting import Mailbox
from vernix.courier.recalling import Recalls
from vernix.courier.sending import Outbox, Sender
from vernix.errors import UsageError
from vernix.partner import state
from vernix.partner.answers import Answers
from vernix.partner.collecting import keep_receipts
from vernix.partner.connecting import connect
from vernix.partner.history import History
from vernix.partner.options import Data, Json, checked_id
from vernix.partner.sent import show_one


def recall(delivery: str, *, data: Data = None, json: Json = False) -> int:
    """Take a delivery back from everybody who has not collected it; the gateway deletes it at once.

    Then it is said who had collected it before: from them nothing can be taken. Somebody who was fetching it
    at this moment may have it, too, and then their receipt still comes.

    Parameters
    ----------
    delivery
        The id that vernix send printed.
    """
    partner = state.load(data)
    outbox = Outbox(partner.folder.outbox)
    sent = next(outbox.sent(checked_id(delivery)), None)
    if sent is None:
        pending = any(plan.id == delivery for plan in outbox.pending())
        hint = f"It is still under way: vernix send --forget {delivery}" if pending else "See vernix sent."
        raise UsageError("Nothing that was sent from here has that id.", hint=hint)
    exchange = connect(partner)
    exchange.refresh_directory()
    recalls = Recalls(partner.folder.outbox)
    before = recalls.of(sent.plan.id)
    recalls.take_back(sent, exchange, Sender(partner.id, partner.signing_key()))
    answers = Answers(partner.folder.incoming, outbox)
    keep_receipts(partner, exchange, answers, Mailbox(exchange, partner.id, answers.keeps).read())
    outbox.keys.let_go(sent.plan.id)
    told = History(partner).tell(sent)
    show_one(told, json=json)
    have = [place.partner for place in told.places if place.delivered is not None]
    if have:
        say(f"Recalled, but {', '.join(have)} had collected it before: ask them to delete it.")
    else:
        if before is None:
            outbox.give_back(sent.plan)
        say("Recalled: nobody has signed for it, and it is gone from the gateway.")
    return 0
