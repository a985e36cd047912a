"""Requests for files on this side of the gateway: posted, looked up, proven to be ours."""

from __future__ import annotations

from dataclasses import dataclass

from vernix.courier.exchange import Exchange
from vernix.custody.file_request import FileRequest, request_behind
from vernix.custody.identifiers import utc_now
from vernix.errors import NotProven


@dataclass(frozen=True)
class Standing:
    """A request as it stands at the gateway: proven itself; ``state`` and ``delivery`` are its word."""

    request: FileRequest
    state: str
    delivery: str | None


def look_up(exchange: Exchange, request_id: str) -> Standing:
    """A request by its id, proven by the directory that we mirror.

    Raises ``NotFound`` when the gateway has none, ``NotProven`` when what it shows is another.
    """
    envelope, state, delivery = exchange.file_request(request_id)
    request = FileRequest.open_signed(envelope, exchange.mirror.current(), utc_now())
    if request.id != request_id:
        raise NotProven("The gateway showed another request for files than we asked for.")
    return Standing(request, state, delivery)


def request_of(exchange: Exchange, sender: str, me: str) -> FileRequest | None:
    """The request of ours in whose name ``sender`` sends; None for a partner's own delivery.

    Raises ``NotProven`` when partner ``me`` never asked for it.
    """
    request_id = request_behind(sender)
    if request_id is None:
        return None
    request = look_up(exchange, request_id).request
    if request.partner != me:
        raise NotProven("A delivery answers a request for files that was not ours.")
    return request
