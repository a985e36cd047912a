"""``vernix answer``: somebody without an account answers a request for files, with nothing but its text.

    answers/<id>/directory/    the directory, from the root that the text pins
    answers/<id>/outbox/       the package under way; killed, run the same command again

Everything goes when the package has been delivered, or refused before anything of it was sent.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from vernix.console import print_json, say, size_in_words
from vernix.courier.asking import Standing, look_up
from vernix.courier.dispatch import Dispatch
from vernix.courier.exchange import Exchange
from vernix.courier.keeping import held, private_folder, sweep
from vernix.courier.road import Road
from vernix.courier.sending import Outbox, Sender, Sent
from vernix.custody.file_request import PURPOSE, Ticket
from vernix.custody.identifiers import format_time, utc_now
from vernix.custody.receipt import Receipt
from vernix.custody.trust import DirectoryMirror
from vernix.errors import Conflict, NotProven, UsageError
from vernix.partner.dispatching import packed_files, read_note
from vernix.partner.options import Data, Json
from vernix.partner.progress import progress
from vernix.partner.state import certificate_authority, folder_at


def answer(
    request: Annotated[str, Parameter(allow_leading_hyphen=True)],
    *files: Path,
    note: str | None = None,
    note_file: Path | None = None,
    ca: Path | None = None,
    data: Data = None,
    json: Json = False,
) -> int:
    """Send one package to who asked for it; no account is needed.

    Stopped or killed, run the same command again. Without FILE or note it says what became of what was sent.

    Parameters
    ----------
    request
        The text of the request, or - to read it from standard input.
    files
        The files and folders to send. They are sealed here, to who asked and nobody else.
    note
        A short text, sealed like the files.
    note_file
        The note from a text file (- for standard input).
    ca
        A PEM file of the private certificate authority of the gateway.
    """
    ticket = Ticket.from_text(sys.stdin.readline() if request == "-" else request)
    text = read_note(note, note_file)
    place = private_folder(folder_at(data).path / "answers" / ticket.id)
    with held(place.with_suffix(".lock")) as mine:
        if not mine:
            raise UsageError("Another run is answering this request.", hint="Wait for it.")
        work = _Answer(ticket, place, ca or certificate_authority(folder_at(data)))
        with work.leaving():
            if files or text:
                work.send(files, text, json=json)
            else:
                work.tell(json=json)
    return 0


class _Answer:
    """One run of ``answer``."""

    def __init__(self, ticket: Ticket, place: Path, ca: Path | None) -> None:
        self._ticket = ticket
        self._place = place
        self._outbox = Outbox(place / "outbox")
        mirror = DirectoryMirror(place / "directory", ticket.root_fingerprint)
        self._exchange = Exchange(
            Road(ticket.gateway, ca), ticket.signing_key(), mirror, key_id=ticket.key_id
        )

    @contextmanager
    def leaving(self) -> Iterator[None]:
        """At the end nothing stays, unless it is to be gone on with by another run."""
        try:
            yield
        finally:
            if not self._outbox.pending():
                sweep(self._place)
                sweep(self._place.with_suffix(".lock"))

    def send(self, files: tuple[Path, ...], note: str, *, json: bool) -> None:
        """Seal and deliver the one package."""
        self._ticket.file_request(1, utc_now()).check_open(utc_now())
        standing = self._standing()
        self._check_ours(standing)
        outgoing, folders = packed_files(files)
        request = standing.request
        dispatch = Dispatch((request.partner,), PURPOSE, outgoing, note, request.id, folders)
        begun = self._outbox.begin(dispatch)
        if isinstance(begun, Sent) and not self._exchange.has_delivery(begun.plan.id):
            # The gateway has lost what it had taken; it has lost with it that the request was answered.
            begun = self._outbox.begin(dispatch, again=True)
        sender = Sender(request.sender, self._ticket.signing_key(), request)
        with progress("Sending") as moved:
            sent = begun
            if not isinstance(sent, Sent):
                sent = self._outbox.send(sent, self._exchange, sender, moved)
        size = sum(part.size for part in sent.delivery.parts)
        if json:
            print_json({"delivery": sent.plan.id, "to": request.partner, "sealed_bytes": size})
            return
        sys.stdout.write(f"{sent.plan.id}\n")
        say(f"Delivered to {self._name()}: {size_in_words(size)} sealed, verified by the gateway.")
        say("To see whether it was collected: run vernix answer with the same text and no file.")

    def _check_ours(self, standing: Standing) -> None:
        """Raise ``Conflict`` unless the request is open, or was answered by what we have under way."""
        pending = self._outbox.pending()
        ours = {plan.id for plan in pending} | {sent.plan.id for sent in self._outbox.sent()}
        if standing.state == "open" or standing.delivery in ours:
            return
        for plan in pending:
            self._outbox.forget(plan.id, self._exchange)
        raise Conflict(
            f"This request was {standing.state} already.", hint="Ask whoever sent it for a new one."
        )

    def tell(self, *, json: bool) -> None:
        """What became of it, by the receipt that the addressee signed."""
        standing = self._standing()
        collected = None if standing.delivery is None else self._collected(standing.delivery)
        if json:
            print_json({"state": standing.state, "delivery": standing.delivery, "collected": collected})
        elif collected is not None:
            say(f"{self._name()} has collected it: signed {collected}.")
        else:
            say(f"This request of {self._name()} is {standing.state}; nothing was collected.")

    def _standing(self) -> Standing:
        """The request, proven to be the one whose ticket this is."""
        self._exchange.refresh_directory()
        standing = look_up(self._exchange, self._ticket.id)
        request = standing.request
        key = self._ticket.signing_key().verify_key.to_text()
        if (request.partner, request.key) != (self._ticket.partner, key):
            raise NotProven(
                "The gateway showed a request that is not this one.",
                hint="Send nothing. Tell whoever gave you the text.",
            )
        return standing

    def _collected(self, delivery: str) -> str | None:
        directory, now = self._exchange.mirror.current(), utc_now()
        for envelope in self._exchange.receipts_for(delivery):
            receipt = Receipt.open_signed(envelope, directory, now)
            if (receipt.delivery, receipt.addressee) == (delivery, self._ticket.partner):
                return format_time(receipt.received)
        return None

    def _name(self) -> str:
        return self._exchange.mirror.current().partner(self._ticket.partner).name
