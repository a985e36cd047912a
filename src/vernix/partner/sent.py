"""``vernix sent``: what was sent, to whom, and what became of it there, by what each addressee signed."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence

from vernix.console import print_json, say
from vernix.courier.collecting import Mailbox
from vernix.courier.exchange import Exchange
from vernix.courier.sending import Outbox
from vernix.errors import FarSideRefused, RoadFailed, UsageError
from vernix.partner import showing, state
from vernix.partner.answers import Answers
from vernix.partner.collecting import keep_receipts
from vernix.partner.connecting import connect, warn_if_stale
from vernix.partner.history import History, Told, ToldSealed, let_keys_go, spelled
from vernix.partner.losing import lost, say_lost
from vernix.partner.options import Data, Json, checked_id, in_lane
from vernix.partner.sealed import Sealed
from vernix.partner.state import Partner

_NEWEST = 50
"""Deliveries shown on a terminal; ``--json`` has all."""


def sent(delivery: str | None = None, *, data: Data = None, json: Json = False) -> int:
    """List what you sent and what became of it: waiting, delivered, refused, read, expired, recalled, lost.

    Delivered, refused and read are what the addressee signed; lost is what should wait at the gateway and is
    not there: send it again. What you sealed for others to carry (vernix
    seal --to) is listed as sealed until a receipt for it comes. Without a network it shows what is
    known here.

    Parameters
    ----------
    delivery
        Show this one only, by its id.
    """
    partner = state.load(data)
    wanted = "*" if delivery is None else checked_id(delivery)
    exchange = connect(partner)
    _look(partner, exchange)
    let_keys_go(partner)
    history = History(partner, _lost(partner, exchange, wanted))
    found = [history.tell(each) for each in Outbox(partner.folder.outbox).sent(wanted)]
    sealed = [
        history.tell_sealed(each)
        for each in Sealed(partner.folder.outbox).all()
        if delivery in (None, each.bundle)
    ]
    if delivery is not None:
        if not found and not sealed:
            raise UsageError("Nothing that was sent from here has that id.", hint="See vernix sent.")
        show_one((found or sealed)[0], json=json)
    else:
        _show(found, sealed, json=json)
    return 0


def show_one(told: Told | ToldSealed, *, json: bool) -> None:
    """One delivery, addressee by addressee."""
    if json:
        print_json(told.document())
    else:
        _table([told])
        say_lost(any(place.state == "lost" for place in told.places))


def _look(partner: Partner, exchange: Exchange) -> None:
    """Take in the receipts that have come; ``collect`` still shows them as new."""
    answers = Answers(partner.folder.incoming, Outbox(partner.folder.outbox))
    try:
        mail = Mailbox(exchange, partner.id, answers.keeps).read()
        for item in keep_receipts(partner, exchange, answers, mail):
            say(f"Set aside, nothing kept ({item.kind}): {item.error}")
    except RoadFailed as error:
        say(f"{error.message} This is what was known before.")
    else:
        warn_if_stale(exchange)


def _lost(partner: Partner, exchange: Exchange, wanted: str) -> frozenset[str]:
    """What the gateway has lost; nothing, where it cannot be asked."""
    try:
        return lost(exchange, History(partner), Outbox(partner.folder.outbox).sent(wanted))
    except (RoadFailed, FarSideRefused):
        return frozenset()


def _show(found: list[Told], sealed: list[ToldSealed], *, json: bool) -> None:
    everything: list[Told | ToldSealed] = sorted(
        [*found, *sealed], key=lambda told: told.beginning[0], reverse=True
    )
    counts = Counter(place.state for told in everything for place in told.places)
    if json:
        lists = {
            "deliveries": [told.document() for told in found],
            "bundles": [told.document() for told in sealed],
        }
        print_json({**lists, "counts": counts})
        return
    if not everything:
        say("Nothing was sent from here.")
        return
    _table(everything[:_NEWEST])
    sys.stdout.write(", ".join(f"{count} {became}" for became, count in sorted(counts.items())) + "\n")
    say_lost(sum(any(place.state == "lost" for place in told.places) for told in found))
    if len(everything) > _NEWEST:
        say(f"These are the newest {_NEWEST} of {len(everything)}; --json lists all.")


def _table(found: Sequence[Told | ToldSealed]) -> None:
    columns = ("delivery", "sent", "to", "state", "delivered", "read", "left")
    rows = []
    for told in found:
        for place in told.places:
            moments = (spelled(place.delivered) or "", spelled(place.read) or "")
            to = f"{place.partner}{in_lane(told.is_test)}"
            rows.append([*told.beginning, to, place.state, *moments, told.left(place)])
    showing.table("Sent", columns, rows)
