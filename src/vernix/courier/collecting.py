"""Collecting: what waits in the mailbox, proven against our own directory.

Nothing here opens anything. A letter is believed when its sender's signature, rights and times hold in the
directory that *we* mirror. What does not prove itself is set aside with one sentence, and the other letters
go on. A drop has no signature: it is believed just so far that it may be fetched (``vernix.custody.drop``).

The gateway's numbering of letters is remembered by a running program only, never on disk: a number kept
from one run to the next would let a gateway that once lied (a letter with a number near infinity) hide
every later letter, even after it is honest again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from vernix.courier.asking import request_of
from vernix.courier.exchange import Exchange, Letter, Page
from vernix.custody.delivery import Delivery
from vernix.custody.directory import Directory
from vernix.custody.drop import Drop
from vernix.custody.identifiers import utc_now
from vernix.custody.read_receipt import ReadReceipt
from vernix.custody.recall import Recall
from vernix.custody.receipt import Receipt
from vernix.custody.signatures import Signed
from vernix.errors import DataRefused, FarSideRefused, NotProven, VernixError

T = TypeVar("T")

PAGES = 1000
"""Pages of one mailbox that are read in one call; a mailbox without an end is a lie."""


@dataclass(frozen=True)
class Waiting:
    """A delivery that waits for us, proven to be its sender's."""

    delivery: Delivery
    envelope: bytes


@dataclass(frozen=True)
class Answered:
    """A receipt for something we sent, proven to be its addressee's. Compare it with what was sent."""

    receipt: Receipt
    envelope: bytes


@dataclass(frozen=True)
class Read:
    """A read receipt for something we sent, proven to be its addressee's."""

    receipt: ReadReceipt
    envelope: bytes


@dataclass(frozen=True)
class Recalled:
    """A sender took back what it had sent us, proven to be that sender's word."""

    recall: Recall
    envelope: bytes


@dataclass(frozen=True)
class SetAside:
    """Something that does not prove itself: what kind it is and why. Nothing of it is kept.

    ``refused`` says that we signed for its refusal, so that its sender knows and the gateway deletes it.
    """

    kind: str
    error: VernixError
    refused: bool = False


@dataclass(frozen=True)
class Mail:
    """What the mailbox held."""

    deliveries: tuple[Waiting, ...]
    receipts: tuple[Answered, ...]
    read_receipts: tuple[Read, ...]
    recalls: tuple[Recalled, ...]
    drops: tuple[Drop, ...]
    set_aside: tuple[SetAside, ...]

    @property
    def empty(self) -> bool:
        """Whether there was nothing at all."""
        letters = (self.deliveries, self.receipts, self.read_receipts, self.recalls, self.drops)
        return not any((*letters, self.set_aside))


class Mailbox:
    """The mailbox of partner ``me`` as one run of a program sees it: each letter once, until ``rewind``.

    An envelope that is ``kept`` here already was proven when it came: that its key has been revoked since
    takes nothing from it, so it is passed over and not set aside.
    """

    def __init__(
        self, exchange: Exchange, me: str, kept: Callable[[bytes], bool] = lambda _envelope: False
    ) -> None:
        self._exchange = exchange
        self._me = me
        self._kept = kept
        self._after = 0

    def read(self, *, wait: int = 0) -> Mail:
        """What has come since the last call (everything, at the first), proven.

        Waits up to ``wait`` seconds (at most 30) while there is nothing. Refreshes the directory first, and
        once more when a letter does not prove itself: its sender may have joined since. Raises
        ``RoadFailed`` and ``FarSideRefused``; a single bad letter never raises.
        """
        directory = self._exchange.refresh_directory()
        letters = self._letters(wait)
        mail = self._proven(letters, directory)
        if mail.set_aside:
            newer = self._exchange.refresh_directory()
            if newer.version != directory.version:
                mail = self._proven(letters, newer)
        return mail

    def rewind(self) -> None:
        """Show everything again that still waits, at the next ``read``."""
        self._after = 0

    def _proven(self, letters: Page, directory: Directory) -> Mail:
        return _proven(letters, self._me, directory, self._exchange, self._kept)

    def _letters(self, wait: int) -> Page:
        """All that is there, as if it stood on one page."""
        whole = Page((), ())
        for _ in range(PAGES):
            page = self._exchange.mailbox(self._after, wait)
            if not page.last:
                return whole
            whole = whole.followed_by(page)
            self._after, wait = page.last, 0
        raise NotProven("The gateway shows a mailbox without an end.")


def _proven(
    page: Page, me: str, directory: Directory, exchange: Exchange, kept: Callable[[bytes], bool]
) -> Mail:
    set_aside: list[SetAside] = []

    def each(kind: str, letters: Sequence[Letter], prove: Callable[[bytes], T]) -> tuple[T, ...]:
        good: list[T] = []
        for letter in letters:
            try:
                good.append(prove(letter.envelope))
            except (DataRefused, FarSideRefused) as error:
                if not kept(letter.envelope):
                    set_aside.append(SetAside(kind, error))
        return tuple(good)

    now = utc_now()

    def delivery(envelope: bytes) -> Waiting:
        signed = Signed.decode(envelope)
        request = request_of(exchange, Delivery.parse(signed.document).sender, me)
        if request is not None:
            found = request.prove_delivery(signed, now)
        else:
            found = Delivery.open_signed(signed, directory, now)
        if me not in found.addressees:
            raise NotProven("The gateway handed over a delivery that is not addressed to us.")
        return Waiting(found, envelope)

    def receipt(envelope: bytes) -> Answered:
        found = Receipt.open_signed(envelope, directory, now)
        if found.sender != me:
            raise NotProven("The gateway handed over a receipt for somebody else's delivery.")
        return Answered(found, envelope)

    def read(envelope: bytes) -> Read:
        found = ReadReceipt.open_signed(envelope, directory, now)
        if found.sender != me:
            raise NotProven("The gateway handed over a read receipt for somebody else's delivery.")
        return Read(found, envelope)

    def recalled(envelope: bytes) -> Recalled:
        return Recalled(Recall.open_signed(envelope, directory, now), envelope)

    def drop(document: bytes) -> Drop:
        found = Drop.parse(document)
        found.check(directory, me, now)
        return found

    return Mail(
        deliveries=each("delivery", page.deliveries, delivery),
        receipts=each("receipt", page.receipts, receipt),
        read_receipts=each("read receipt", page.read_receipts, read),
        recalls=each("recall", page.recalls, recalled),
        drops=each("file over SFTP", page.drops, drop),
        set_aside=tuple(set_aside),
    )
