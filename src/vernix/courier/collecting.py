"""Collecting: what waits in the mailbox, proven against our own directory; sealed parts, fetched and
digested.

Nothing here opens anything. A letter is believed when its sender's signature, rights and times hold in the
directory that *we* mirror; a part is kept when its bytes have the digest that the sender signed. What does
not prove itself is set aside with one sentence, and the other letters go on.

The gateway's numbering of letters is remembered by a running program only, never on disk: a number kept
from one run to the next would let a gateway that once lied (a letter with a number near infinity) hide
every later letter, even after it is honest again.
"""

from __future__ import annotations

import io
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from vernix.courier.asking import request_of
from vernix.courier.exchange import Exchange, Letter, Page
from vernix.courier.keeping import private_folder, sweep
from vernix.custody.delivery import Carried, Delivery, Part
from vernix.custody.directory import Directory
from vernix.custody.durable import sync_folder
from vernix.custody.identifiers import utc_now
from vernix.custody.read_receipt import ReadReceipt
from vernix.custody.recall import Recall
from vernix.custody.receipt import Receipt
from vernix.custody.signatures import Signed
from vernix.custody.tree import PartHasher
from vernix.errors import Conflict, DataRefused, FarSideRefused, NotProven, RoadFailed, VernixError

T = TypeVar("T")

PAGES = 1000
"""Pages of one mailbox that are read in one call; a mailbox without an end is a lie."""

STALLS = 5
"""How often in a row the road may fail without a byte of progress."""

_READ = 4 << 20


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
    """A letter that does not prove itself: what kind it is and why. Nothing of it is kept."""

    kind: str
    error: VernixError


@dataclass(frozen=True)
class Mail:
    """What the mailbox held."""

    deliveries: tuple[Waiting, ...]
    receipts: tuple[Answered, ...]
    read_receipts: tuple[Read, ...]
    recalls: tuple[Recalled, ...]
    set_aside: tuple[SetAside, ...]

    @property
    def empty(self) -> bool:
        """Whether there was nothing at all."""
        return not any((self.deliveries, self.receipts, self.read_receipts, self.recalls, self.set_aside))


class Mailbox:
    """The mailbox of partner ``me`` as one run of a program sees it: each letter once, until ``rewind``."""

    def __init__(self, exchange: Exchange, me: str) -> None:
        self._exchange = exchange
        self._me = me
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
        return _proven(letters, self._me, directory, self._exchange)

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


def fetch(
    exchange: Exchange, delivery: Carried, folder: Path, moved: Callable[[int], None] | None = None
) -> list[Path]:
    """The sealed parts of ``delivery`` as files in ``folder`` (private), in order, each with its signed
    digest.

    Killed and called again it goes on from the bytes already there. ``moved`` is told the bytes fetched so
    far. Raises ``RoadFailed`` (what was fetched stays, call again) or ``NotProven`` (that part's bytes are
    gone).
    """
    private_folder(folder)
    paths: list[Path] = []
    before = 0
    for number, part in enumerate(delivery.parts):
        tell = partial(_moved, moved, before)
        paths.append(_PartDownload(exchange, delivery.id, number, part, folder, tell).run())
        before += part.size
    return paths


def _moved(moved: Callable[[int], None] | None, before: int, count: int) -> None:
    if moved:
        moved(before + count)


def _proven(page: Page, me: str, directory: Directory, exchange: Exchange) -> Mail:
    set_aside: list[SetAside] = []

    def each(kind: str, letters: Sequence[Letter], prove: Callable[[bytes], T]) -> tuple[T, ...]:
        good: list[T] = []
        for letter in letters:
            try:
                good.append(prove(letter.envelope))
            except (DataRefused, FarSideRefused) as error:
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

    return Mail(
        deliveries=each("delivery", page.deliveries, delivery),
        receipts=each("receipt", page.receipts, receipt),
        read_receipts=each("read receipt", page.read_receipts, read),
        recalls=each("recall", page.recalls, recalled),
        set_aside=tuple(set_aside),
    )


class _PartDownload:
    """One sealed part on its way down into ``part-N.DIGEST.sealed``, by way of ``….partial``."""

    def __init__(
        self,
        exchange: Exchange,
        delivery: str,
        number: int,
        part: Part,
        folder: Path,
        moved: Callable[[int], None],
    ) -> None:
        self._exchange = exchange
        self._delivery = delivery
        self._number = number
        self._part = part
        # Named by the digest: what was fetched for another envelope of this id is never taken for this one.
        self._partial = folder / f"part-{number}.{part.digest}.partial"
        self._whole = folder / f"part-{number}.{part.digest}.sealed"
        self._moved = moved

    def run(self) -> Path:
        """The whole part, its digest verified."""
        if self._whole.exists():
            # It got this name after its digest was verified, and nobody but us writes in a private folder.
            self._moved(self._part.size)
            return self._whole
        try:
            digest = self._download()
        except RoadFailed:
            raise
        except BaseException:
            sweep(self._partial)
            raise
        if digest.hex() != self._part.digest:
            sweep(self._partial)
            raise NotProven(
                "The gateway's bytes are not those that the sender signed.",
                hint="Nothing of them was kept. Tell the registry: its gateway may be taken over.",
            )
        self._partial.replace(self._whole)
        sync_folder(self._whole.parent)
        return self._whole

    def _download(self) -> bytes:
        """Fetch what is missing; returns the digest of the whole part."""
        handle = os.open(self._partial, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "ab", buffering=0) as sink:
            hasher = self._digest_so_far()
            stalls, furthest = 0, -1
            while hasher.offset < self._part.size:
                stalls, furthest = (0, hasher.offset) if hasher.offset > furthest else (stalls + 1, furthest)
                try:
                    self._stream(sink, hasher)
                except RoadFailed:
                    if stalls >= STALLS - 1:
                        raise
                    time.sleep(0.2 * 2**stalls)
                except Conflict:
                    # A gateway (or something before it) that cannot go on in the middle: from the beginning.
                    if hasher.offset == 0 or stalls:
                        raise
                    sink.truncate(0)
                    hasher, furthest = PartHasher(self._part.header), 0
            os.fsync(sink.fileno())
            return hasher.digest()

    def _digest_so_far(self) -> PartHasher:
        hasher = PartHasher(self._part.header)
        with self._partial.open("rb", buffering=0) as kept:
            while piece := kept.read(_READ):
                hasher.update(piece)
        return hasher

    def _stream(self, sink: io.FileIO, hasher: PartHasher) -> None:
        before = hasher.offset
        with self._exchange.part(self._delivery, self._number, before) as flow:
            for piece in flow.pieces:
                if hasher.offset + len(piece) > self._part.size:
                    raise NotProven(
                        "The gateway's part is longer than the sender signed; we stopped reading.",
                        hint="Nothing of it was kept. Tell the registry: its gateway may be taken over.",
                    )
                _write_all(sink, piece)
                hasher.update(piece)
                self._moved(hasher.offset)
        if hasher.offset < self._part.size:
            raise RoadFailed("A part ended early.", hint="Run the same command again to go on.")


def _write_all(sink: io.FileIO, data: bytes) -> None:
    """A disk that is nearly full takes a piece in part before it refuses the rest."""
    view = memoryview(data)
    while view:
        view = view[sink.write(view) or 0 :]
