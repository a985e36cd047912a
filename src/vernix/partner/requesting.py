"""``vernix request``: a partner asks somebody without an account for one package.

    outbox/requests/<id>.json    {"envelope": the signed request, "title": what for}

The ticket's secret is kept nowhere: it is printed once.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from vernix.console import print_json, say, size_in_words
from vernix.courier.asking import look_up
from vernix.courier.exchange import Exchange
from vernix.courier.keeping import read_json, write_json
from vernix.custody.file_request import MOST_BYTES, FileRequest, Ticket, request_behind
from vernix.custody.identifiers import format_time, utc_now
from vernix.custody.signatures import Signed
from vernix.errors import FarSideRefused, RoadFailed, UsageError
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


def title_of(partner: Partner, sender: str) -> str | None:
    """What for a request was made, in whose name ``sender`` sends; None for a partner."""
    request_id = request_behind(sender)
    if request_id is None:
        return None
    document = read_json(_folder(partner) / f"{request_id}.json") or {}
    return str(document.get("title", request_id))


def _ask(partner: Partner, exchange: Exchange, title: str, life: int, most: int, *, json: bool) -> None:
    now = utc_now()
    if not title.isprintable() or not 0 < len(title) <= 200:
        raise UsageError("--from is one line of at most 200 characters.", hint="Say whom you ask.")
    expires = now + timedelta(seconds=life)
    ticket = Ticket.make(partner.gateway, partner.root_fingerprint, partner.id, title, expires)
    asked = ticket.file_request(most, now)
    envelope = asked.sign(partner.signing_key()).encode()
    # Before it is posted: what is open at the gateway is known here, and can be withdrawn.
    write_json(_folder(partner) / f"{asked.id}.json", {"envelope": envelope.decode("utf-8"), "title": title})
    exchange.refresh_directory()
    exchange.post_file_request(envelope)
    if json:
        print_json({**_document(asked, title), "state": "open", "text": ticket.to_text()})
        return
    sys.stdout.write(f"{ticket.to_text()}\n")
    say(
        f"Hand this over by a channel you trust. It can be answered once, until {format_time(expires)}, "
        f"with up to {size_in_words(most)}: vernix answer TEXT FILE..."
    )


def _show_all(partner: Partner, exchange: Exchange, *, json: bool) -> None:
    exchange.refresh_directory()
    found = [_with_state(exchange, asked, title) for asked, title in _kept(partner)]
    if json:
        print_json({"requests": found})
    elif found:
        columns = ("id", "from", "expires", "state", "delivery")
        rows = [[str(entry[name] or "") for name in columns] for entry in found]
        showing.table("Requests", columns, rows)
    else:
        say("Nothing was asked for from here.")


def _with_state(exchange: Exchange, asked: FileRequest, title: str) -> dict[str, Any]:
    standing = "expired" if asked.expires <= utc_now() else "open"
    delivery = None
    try:
        found = look_up(exchange, asked.id)
        delivery = found.delivery
        standing = found.state if found.state != "open" else standing
    except RoadFailed:
        raise
    except FarSideRefused:
        standing = "unknown to the gateway"
    return {**_document(asked, title), "state": standing, "delivery": delivery}


def _kept(partner: Partner) -> Iterator[tuple[FileRequest, str]]:
    for path in sorted(_folder(partner).glob("*.json"), reverse=True):
        document = read_json(path)
        if document is not None:
            signed = Signed.decode(document["envelope"].encode("utf-8"))
            yield FileRequest.parse(signed.document), document["title"]


def _document(asked: FileRequest, title: str) -> dict[str, Any]:
    return {
        "id": asked.id,
        "from": title,
        "most_bytes": asked.most_bytes,
        "created": format_time(asked.created),
        "expires": format_time(asked.expires),
    }


def _folder(partner: Partner) -> Path:
    return partner.folder.outbox / "requests"


def _bytes_in(text: str) -> int:
    found = _SIZE.fullmatch(text.upper())
    count = int(found[1]) * _UNITS[found[2]] if found else 0
    if not 0 < count <= MOST_BYTES:
        raise UsageError("--most is a number of bytes, or of K, M or G, up to 64G.", hint="Say 500M, or 2G.")
    return count
