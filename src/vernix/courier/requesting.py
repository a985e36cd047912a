"""The requests for files that we made: kept before they are posted, looked up, known again by their answers.

    FOLDER/<id>.json    {"envelope": the signed request, "title": what for}

A ticket's secret is kept nowhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from vernix.courier.asking import look_up
from vernix.courier.exchange import Exchange
from vernix.courier.keeping import read_json, write_json
from vernix.custody.file_request import MAX_LIFETIME, MOST_BYTES, FileRequest, Ticket, request_behind
from vernix.custody.identifiers import format_time, utc_now
from vernix.custody.signatures import Signed, SigningKey
from vernix.errors import FarSideRefused, RoadFailed, UsageError


@dataclass(frozen=True)
class Asked:
    """A request of ours, and in our own words whom we asked."""

    request: FileRequest
    title: str

    def to_document(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "id": self.request.id,
            "from": self.title,
            "most_bytes": self.request.most_bytes,
            "created": format_time(self.request.created),
            "expires": format_time(self.request.expires),
        }


@dataclass(frozen=True)
class Asker:
    """Who asks: its id and key, and what a ticket says of the exchange."""

    id: str
    key: SigningKey
    gateway: str
    root_fingerprint: str


class FileRequests:
    """The requests kept in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def ask(
        self, asker: Asker, title: str, life: timedelta, most: int, exchange: Exchange
    ) -> tuple[Asked, Ticket]:
        """Open a request at the gateway; the ticket is to be handed over, and cannot be shown again.

        Raises ``UsageError`` for a title, a life or a size that none can have; ``FarSideRefused`` without the
        directory's grant.
        """
        if not title.isprintable() or not 0 < len(title) <= 200:
            raise UsageError("--from is one line of at most 200 characters.", hint="Say whom you ask.")
        if not timedelta(0) < life <= MAX_LIFETIME or not 0 < most <= MOST_BYTES:
            raise UsageError(
                "A request lives for up to 30 days and takes up to 64 GiB.", hint="Ask for less."
            )
        now = utc_now()
        ticket = Ticket.make(asker.gateway, asker.root_fingerprint, asker.id, title, now + life)
        request = ticket.file_request(most, now)
        envelope = request.sign(asker.key).encode()
        # Before it is posted: what is open at the gateway is known here, and can be withdrawn.
        write_json(self._path(request.id), {"envelope": envelope.decode("utf-8"), "title": title})
        exchange.refresh_directory()
        exchange.post_file_request(envelope)
        return Asked(request, title), ticket

    def all(self) -> Iterator[Asked]:
        """Every request, newest first."""
        for path in sorted(self._folder.glob("*.json"), reverse=True):
            document = read_json(path)
            if document is not None:
                yield _read(document)

    def behind(self, sender: str) -> Asked | None:
        """The request in whose name ``sender`` sends; None for a partner, and for a request of others."""
        request_id = request_behind(sender)
        document = None if request_id is None else read_json(self._path(request_id))
        return None if document is None else _read(document)

    def listed(self, exchange: Exchange) -> list[dict[str, Any]]:
        """All of them with what the gateway says of each: its ``state``, and the ``delivery`` that answered
        it."""
        exchange.refresh_directory()
        return [{**asked.to_document(), **_standing(exchange, asked.request)} for asked in self.all()]

    def _path(self, request_id: str) -> Path:
        return self._folder / f"{request_id}.json"


def _read(document: dict[str, Any]) -> Asked:
    signed = Signed.decode(document["envelope"].encode("utf-8"))
    return Asked(FileRequest.parse(signed.document), document["title"])


def _standing(exchange: Exchange, request: FileRequest) -> dict[str, str | None]:
    standing = "expired" if request.expires <= utc_now() else "open"
    try:
        found = look_up(exchange, request.id)
    except RoadFailed:
        raise
    except FarSideRefused:
        return {"state": "unknown to the gateway", "delivery": None}
    return {"state": found.state if found.state != "open" else standing, "delivery": found.delivery}
