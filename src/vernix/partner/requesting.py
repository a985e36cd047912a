"""``vernix request``: a partner asks somebody without an account for one package.

The ticket's secret is kept nowhere: it is printed once.
"""

from __future__ import annotations

import re
import sys
from datetime import timedelta
from typing import Annotated

from cyclopts import Parameter

from vernix.console import print_json, say, size_in_words
from vernix.courier.exchange import Exchange
from vernix.courier.requesting import Asker, FileRequests
from vernix.custody.file_request import MOST_BYTES, request_behind
from vernix.custody.identifiers import format_time
from vernix.errors import UsageError
from vernix.partner import showing, state
from vernix.partner.connecting import connect
from vernix.partner.dispatching import life_in
from vernix.partner.options import Data, Json, checked_id
from vernix.partner.state import Partner

_SIZE = re.compile(r"([1-9][0-9]{0,11})([KMG]?)B?")
_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


def request(
    *,
    from_: Annotated[str | None, Parameter(name="--from")] = None,
    expires: str = "7d",
    most: str = "1G",
    withdraw: str | None = None,
    data: Data = None,
    json: Json = False,
) -> int:
    """Ask somebody without an account for files; without --from, list what was asked for.

    It prints a text that is a secret until it is answered or expires: hand it over by a channel you trust.
    Whoever holds it can send one package by vernix answer, sealed to you, and do nothing else.

    Parameters
    ----------
    from_
        Whom you ask, in words ("Dr. Tremblay's office"); it stands in the text, and nowhere at the gateway.
    expires
        How long it can be answered: 90m, 12h, 7d.
    most
        How many sealed bytes it allows at most: 500M, 2G.
    withdraw
        Close a request by its id; nobody can answer it any more.
    """
    partner = state.load(data)
    exchange = connect(partner)
    if withdraw is not None:
        exchange.withdraw_file_request(checked_id(withdraw))
        say(f"{withdraw} was withdrawn: nobody can answer it any more.")
    elif from_ is None:
        _show_all(partner, exchange, json=json)
    else:
        _ask(partner, exchange, from_, life_in(expires), _bytes_in(most), json=json)
    return 0


def requests_of(partner: Partner) -> FileRequests:
    """The requests for files that a partner made."""
    return FileRequests(partner.folder.outbox / "requests")


def title_of(partner: Partner, sender: str) -> str | None:
    """What for a request was made, in whose name ``sender`` sends; None for a partner."""
    if request_behind(sender) is None:
        return None
    asked = requests_of(partner).behind(sender)
    return sender if asked is None else asked.title


def _ask(partner: Partner, exchange: Exchange, title: str, life: int, most: int, *, json: bool) -> None:
    asker = Asker(partner.id, partner.signing_key(), partner.gateway, partner.root_fingerprint)
    made, ticket = requests_of(partner).ask(asker, title, timedelta(seconds=life), most, exchange)
    if json:
        print_json({**made.to_document(), "state": "open", "text": ticket.to_text()})
        return
    sys.stdout.write(f"{ticket.to_text()}\n")
    say(
        f"Hand this over by a channel you trust. It can be answered once, until "
        f"{format_time(made.request.expires)}, with up to {size_in_words(most)}: vernix answer TEXT FILE..."
    )


def _show_all(partner: Partner, exchange: Exchange, *, json: bool) -> None:
    found = requests_of(partner).listed(exchange)
    if json:
        print_json({"requests": found})
    elif found:
        columns = ("id", "from", "expires", "state", "delivery")
        rows = [[str(entry[name] or "") for name in columns] for entry in found]
        showing.table("Requests", columns, rows)
    else:
        say("Nothing was asked for from here.")


def _bytes_in(text: str) -> int:
    found = _SIZE.fullmatch(text.upper())
    count = int(found[1]) * _UNITS[found[2]] if found else 0
    if not 0 < count <= MOST_BYTES:
        raise UsageError("--most is a number of bytes, or of K, M or G, up to 64G.", hint="Say 500M, or 2G.")
    return count
