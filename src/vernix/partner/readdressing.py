"""``vernix readdress``: what waits at the gateway goes to others too, or under its readers' newer keys.

Its bodies are not sent again. Not a way to take something from anybody: who could open it before still can.
"""

from __future__ import annotations

import hashlib

from vernix.console import print_json, say, size_in_words
from vernix.courier.collecting import Mailbox
from vernix.courier.exchange import Exchange
from vernix.courier.keeping import held
from vernix.courier.readdressing import Readdressing, readdressed
from vernix.courier.recalling import Recalls
from vernix.courier.sending import Outbox, Sender, Sent
from vernix.custody.durable import remove_unfinished
from vernix.errors import Conflict, KeeperFailed, NotFound, UsageError
from vernix.partner import showing, state
from vernix.partner.answers import Answers
from vernix.partner.collecting import keep_receipts
from vernix.partner.connecting import connect
from vernix.partner.dispatching import everybody
from vernix.partner.history import History
from vernix.partner.options import Data, Json, checked_id
from vernix.partner.state import Partner

_RENEWED = "renewed"


def readdress(delivery: str, *, to: list[str] | None = None, data: Data = None, json: Json = False) -> int:
    """Give a message that still waits to somebody else too, without sending its files again.

    Without --to it goes once more to those who have not signed for it, sealed to the keys that they have now
    (a machine that came later, keys that were renewed), and the first one is taken back. Stopped or killed,
    run it again.

    Parameters
    ----------
    delivery
        The id that vernix send printed.
    to
        The partner (its id in the directory) to give it to, or a group as @GROUP. Can be repeated.
    """
    partner = state.load(data)
    outbox, exchange = Outbox(partner.folder.outbox), connect(partner)
    sent = next(outbox.sent(checked_id(delivery)), None)
    if sent is None:
        raise UsageError("Nothing that was sent from here has that id.", hint="See vernix sent.")
    with held(readdressed(outbox) / "readdress.lock") as mine:
        if not mine:
            raise KeeperFailed("Another run on this machine is readdressing.", hint="Wait for it.")
        remove_unfinished(readdressed(outbox))
        made = _readdress(partner, outbox, exchange, sent, to)
    _show(sent, made, json=json)
    return 0


def _readdress(
    partner: Partner, outbox: Outbox, exchange: Exchange, sent: Sent, to: list[str] | None
) -> Sent:
    answers = Answers(partner.folder.incoming, outbox)
    keep_receipts(partner, exchange, answers, Mailbox(exchange, partner.id, answers.keeps).read())
    sender = Sender(partner.id, partner.signing_key())
    work = Readdressing(outbox, sent, _name(to), exchange, sender)
    made = work.run(work.begun() or _addressees(partner, exchange, sent, to))
    if not to:
        _take_back(outbox, sent, exchange, sender)
    work.done()
    return made


def _name(to: list[str] | None) -> str:
    """What tells this wish from others for the same delivery, so that a killed one is gone on with."""
    return hashlib.sha256(" ".join(sorted(to)).encode()).hexdigest()[:16] if to else _RENEWED


def _addressees(partner: Partner, exchange: Exchange, sent: Sent, to: list[str] | None) -> tuple[str, ...]:
    places = History(partner).tell(sent).places
    waiting = tuple(place.partner for place in places if place.state == "waiting")
    if not waiting:
        raise UsageError(
            "That delivery does not wait at the gateway any more, so its files are not there.",
            hint="See vernix sent; send the files again.",
        )
    if not to:
        return waiting
    has = {place.partner for place in places}
    others = tuple(each for each in everybody(exchange.mirror.current(), to, partner.id) if each not in has)
    if not others:
        raise UsageError(
            "It was sent to all of these already.", hint="Leave --to out to seal it anew to them."
        )
    return others


def _take_back(outbox: Outbox, sent: Sent, exchange: Exchange, sender: Sender) -> None:
    try:
        Recalls(outbox.folder).take_back(sent, exchange, sender)
    except (Conflict, NotFound):
        say("The first one was collected in this moment: its readers have it twice.")
    outbox.keys.let_go(sent.plan.id)


def _show(sent: Sent, made: Sent, *, json: bool) -> None:
    moved = sum(part.header for part in made.delivery.parts[1:]) + made.delivery.parts[0].size
    if json:
        print_json({**showing.sent_document(made), "readdressed": sent.plan.id, "bytes_sent": moved})
        return
    showing.show_sent(made, json=False)
    say(f"Only {size_in_words(moved)} of it were sent; the rest was at the gateway.")
