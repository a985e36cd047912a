"""``vernix sent``: what was sent, to whom, and what became of it there, by what each addressee signed."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vernix.console import print_json, say
from vernix.courier.collecting import Mailbox
from vernix.courier.recalling import Recalls
from vernix.courier.sending import Outbox, Sent
from vernix.custody.identifiers import format_time, utc_now
from vernix.errors import RoadFailed, UsageError
from vernix.partner import showing, state
from vernix.partner.answers import Answers
from vernix.partner.collecting import keep_receipts
from vernix.partner.connecting import connect, warn_if_stale
from vernix.partner.options import Data, Json, checked_id
from vernix.partner.state import Partner

_NEWEST = 50
"""Deliveries shown on a terminal; ``--json`` has all."""


def sent(delivery: str | None = None, *, data: Data = None, json: Json = False) -> int:
    """List what you sent and what became of it: waiting, delivered, read, expired or recalled, and when.

    Delivered and read are what the addressee signed. Without a network it shows what is known here.

    Parameters
    ----------
    delivery
        Show this one only, by its id.
    """
    partner = state.load(data)
    wanted = "*" if delivery is None else checked_id(delivery)
    _look(partner)
    history = History(partner)
    found = [history.tell(each) for each in Outbox(partner.folder.outbox).sent(wanted)]
    if delivery is not None:
        if not found:
            raise UsageError("Nothing that was sent from here has that id.", hint="See vernix sent.")
        show_one(found[0], json=json)
    else:
        _show(found, json=json)
    return 0


@dataclass(frozen=True)
class Place:
    """What became of a delivery at one addressee: its ``state``, and when it signed what."""

    partner: str
    state: str
    delivered: datetime | None
    read: datetime | None


@dataclass(frozen=True)
class Told:
    """What became of a delivery."""

    sent: Sent
    recalled: datetime | None
    places: tuple[Place, ...]


class History:
    """What is known here of everything that a partner sent."""

    def __init__(self, partner: Partner) -> None:
        answers = Answers(partner.folder.incoming, Outbox(partner.folder.outbox)).signed()
        self._delivered = {(each.delivery, each.addressee): each.received for each in answers.receipts}
        self._read = {(each.delivery, each.addressee): each.read for each in answers.read_receipts}
        self._recalls = Recalls(partner.folder.outbox)

    def tell(self, sent: Sent) -> Told:
        """What became of one delivery."""
        recall = self._recalls.of(sent.plan.id)
        recalled = None if recall is None else recall.recalled
        places = tuple(self._place(sent, addressee, recalled) for addressee in sent.delivery.addressees)
        return Told(sent, recalled, places)

    def _place(self, sent: Sent, addressee: str, recalled: datetime | None) -> Place:
        delivered = self._delivered.get((sent.plan.id, addressee))
        read = self._read.get((sent.plan.id, addressee))
        if read is not None:
            became = "read"
        elif delivered is not None:
            became = "delivered"
        elif recalled is not None:
            became = "recalled"
        else:
            became = "expired" if sent.delivery.expires <= utc_now() else "waiting"
        return Place(addressee, became, delivered, read)


def show_one(told: Told, *, json: bool) -> None:
    """One delivery, addressee by addressee."""
    if json:
        print_json(_document(told))
    else:
        _table([told])


def _look(partner: Partner) -> None:
    """Take in the receipts that have come; ``collect`` still shows them as new."""
    exchange = connect(partner)
    answers = Answers(partner.folder.incoming, Outbox(partner.folder.outbox))
    try:
        for item in keep_receipts(answers, Mailbox(exchange, partner.id).read()):
            say(f"Set aside, nothing kept ({item.kind}): {item.error}")
    except RoadFailed as error:
        say(f"{error.message} This is what was known before.")
    else:
        warn_if_stale(exchange)


def _show(found: list[Told], *, json: bool) -> None:
    counts = Counter(place.state for told in found for place in told.places)
    if json:
        print_json({"deliveries": [_document(told) for told in found], "counts": counts})
        return
    if not found:
        say("Nothing was sent from here.")
        return
    _table(found[:_NEWEST])
    sys.stdout.write(", ".join(f"{count} {became}" for became, count in sorted(counts.items())) + "\n")
    if len(found) > _NEWEST:
        say(f"These are the newest {_NEWEST} of {len(found)}; --json lists all.")


def _table(found: list[Told]) -> None:
    columns = ("delivery", "sent", "to", "state", "delivered", "read", "left")
    rows = []
    for told in found:
        for place in told.places:
            left = showing.time_left(told.sent.delivery.expires) if place.state == "waiting" else ""
            moments = (_spelled(place.delivered) or "", _spelled(place.read) or "")
            beginning = (told.sent.plan.id, format_time(told.sent.sent), place.partner, place.state)
            rows.append([*beginning, *moments, left])
    showing.table("Sent", columns, rows)


def _document(told: Told) -> dict[str, Any]:
    dispatch = told.sent.plan.dispatch
    return {
        **showing.sent_document(told.sent),
        "expires": format_time(told.sent.delivery.expires),
        "downloads": told.sent.delivery.downloads,
        "in_reply_to": dispatch.in_reply_to,
        "note": dispatch.note,
        "recalled": _spelled(told.recalled),
        "addressees": [
            {
                "partner": place.partner,
                "state": place.state,
                "delivered": _spelled(place.delivered),
                "read": _spelled(place.read),
            }
            for place in told.places
        ],
    }


def _spelled(moment: datetime | None) -> str | None:
    return None if moment is None else format_time(moment)
