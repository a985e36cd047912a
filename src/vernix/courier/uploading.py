"""One sealed part on its way up: sealed while sent, resumable from any byte, never two texts under one key.

What must survive a kill stands in two files of the delivery's folder: ``part-N.json`` (the sealing with its
key, how the source looked, the upload's address) and ``part-N.TOKEN.leaves`` (the journal, bound to that one
sealing by its token). Their order of writing is the order of the safety argument: sealing first, leaves
before bytes, address when it is known.
"""

from __future__ import annotations

import io
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from vernix.courier.dispatch import Look
from vernix.courier.exchange import SMALL_PART, Exchange, Upload
from vernix.courier.journal import LeafJournal, SourceChanged
from vernix.courier.keeping import read_json, sweep, write_json
from vernix.courier.keys import PartKey
from vernix.courier.road import BodyCapped
from vernix.courier.streaming import Ahead, Stretches, journaled, leaf_at, leaf_start
from vernix.custody.delivery import Part
from vernix.custody.identifiers import new_id
from vernix.custody.tree import beside_header, tree_head, with_header
from vernix.errors import (
    Conflict,
    DataRefused,
    FarSideRefused,
    KeeperFailed,
    NotFound,
    NotProven,
    RoadFailed,
    VernixError,
)
from vernix.sealing.recipients import Recipient
from vernix.sealing.sealer import Sealing

STALLS = 5
"""How often in a row the road may fail without a single byte of progress."""

FRESH_STARTS = 3
"""How often a source may change under our hands before we say so."""


@dataclass(frozen=True)
class PartState:
    """What ``part-N.json`` remembers.

    ``sealing`` holds the file key: the file is private and goes when all is sent.
    """

    sealing: dict[str, str]
    token: str
    recipients: tuple[str, ...]
    look: Look
    size: int
    header: int
    upload: Upload | None = None

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> PartState:
        """The inverse of ``dataclasses.asdict``."""
        upload = document["upload"]
        return cls(
            **{
                **document,
                "recipients": tuple(document["recipients"]),
                "look": Look(**document["look"]),
                "upload": Upload(**upload) if upload else None,
            }
        )


@dataclass(frozen=True)
class Destination:
    """Whom a part is sealed to and announced for."""

    recipients: Sequence[Recipient]
    to: tuple[str, ...]
    purpose: str

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """The recipients as one comparable value."""
        return tuple(sorted(str(recipient) for recipient in self.recipients))


@dataclass(frozen=True)
class Carried:
    """A part, and how its source looked when it was sealed.

    It is wholly at the gateway; or its sealed bytes are ``content``, to go with the delivery itself.
    """

    part: Part
    look: Look
    content: bytes | None = None


class PartUpload:
    """Carries one source file to the gateway as sealed part ``number`` of a delivery.

    ``moved`` is told how many sealed bytes of the part the gateway has, as they go.
    """

    def __init__(
        self,
        folder: Path,
        number: int,
        source: Path,
        destination: Destination,
        exchange: Exchange,
        moved: Callable[[int], None],
    ) -> None:
        self._folder = folder
        self._number = number
        self._source = source
        self._destination = destination
        self._exchange = exchange
        self._moved = moved
        self._tried = 0

    def run(self) -> Carried:
        """Do whatever is still to do, and return the part as the delivery will name it.

        Raises ``DataRefused`` when the source is gone or never stands still; ``RoadFailed``;
        ``FarSideRefused``.
        """
        return self._while_it_stands_still(self._carry)

    def seal(self) -> Carried:
        """A small part sealed, under an upload's id of our own making; nothing is sent. Raises
        ``DataRefused``.
        """
        return self._while_it_stands_still(self._seal)

    def _while_it_stands_still(self, do: Callable[[PartState], Carried]) -> Carried:
        for _ in range(FRESH_STARTS):
            state = self._remembered() or self._fresh()
            try:
                return do(state)
            except SourceChanged:
                self._forget(state)
                continue
        raise DataRefused(
            f"{self._source.name} keeps changing while it is sent.",
            hint="Wait until whatever writes it has finished, then run the same command again.",
        )

    # What is remembered

    def _state_path(self) -> Path:
        return self._folder / f"part-{self._number}.json"

    def _journal_path(self, state: PartState) -> Path:
        return self._folder / f"part-{self._number}.{state.token}.leaves"

    def _remembered(self) -> PartState | None:
        """The state to go on from; None when there is none, or none that may be gone on with."""
        document = read_json(self._state_path())
        if document is None:
            return None
        try:
            state = PartState.from_document(document)
        except (KeyError, TypeError):
            raise KeeperFailed(
                "The outbox is damaged.", hint="Remove this delivery's folder and send again."
            ) from None
        if state.recipients == self._destination.texts and state.look == Look.at(self._source):
            return state
        self._forget(state)
        return None

    def _fresh(self) -> PartState:
        sealing = Sealing.begin(self._destination.recipients)
        look = Look.at(self._source)
        state = PartState(
            sealing=sealing.state(),
            token=secrets.token_hex(8),
            recipients=self._destination.texts,
            look=look,
            size=sealing.sealed_size(look.size),
            header=len(sealing.header),
        )
        return self._save(state)

    def _save(self, state: PartState) -> PartState:
        write_json(self._state_path(), asdict(state))
        return state

    def _forget(self, state: PartState) -> None:
        """Abandon an upload and the key it was sealed under."""
        if state.upload is not None:
            with suppress(RoadFailed, FarSideRefused):  # it expires by itself
                self._exchange.abandon(state.upload)
        sweep(self._state_path())
        sweep(self._journal_path(state))

    # Carrying

    def _seal(self, state: PartState) -> Carried:
        with LeafJournal(self._journal_path(state)) as journal:
            with self._sealed(state, journal, 0) as pieces:
                content = b"".join(pieces)
            digest = tree_head(journal.leaves).hex()
        return Carried(Part(new_id(), state.size, state.header, digest), state.look, content)

    def _carry(self, state: PartState) -> Carried:
        stalls, furthest, begun = 0, -1, 0
        with LeafJournal(self._journal_path(state)) as journal:
            while True:
                upload, there = state.upload, None
                if upload is None:
                    upload, there = self._begin(state, journal)
                    begun += 1
                    state = self._save(replace(state, upload=upload))
                try:
                    offset = self._exchange.upload_offset(upload, state.size) if there is None else there
                    if offset > _journaled(journal, state):
                        raise _NotOurs("The gateway claims to hold bytes that were never sent.")
                    if offset > furthest:
                        stalls, furthest = 0, offset
                    self._stream(state, upload, journal, offset)
                    digest = tree_head(journal.leaves).hex()
                    return Carried(Part(upload.id, state.size, state.header, digest), state.look)
                except (_NotOurs, NotFound):
                    # Expired, or the journal lost its end in a power cut: the same sealing goes into a new
                    # upload.
                    if begun > 1:
                        raise
                    state = self._save(replace(state, upload=None))
                except BodyCapped:
                    if not self._exchange.pieces.shrink(self._tried, known=True):
                        raise
                except (RoadFailed, Conflict):
                    stalls += 1
                    if stalls >= STALLS:
                        raise
                    if stalls > 1:
                        # Perhaps something on the road cuts what is too long for it, without a word.
                        self._exchange.pieces.shrink(self._tried, known=False)
                    time.sleep(0.1 * 2**stalls)

    def _begin(self, state: PartState, journal: LeafJournal) -> tuple[Upload, int]:
        """A new upload, and how many bytes of it are at the gateway: all of a small part."""
        to, purpose = self._destination.to, self._destination.purpose
        if state.size > SMALL_PART:
            return self._exchange.begin_upload(state.size, state.header, to, purpose), 0
        with self._sealed(state, journal, 0) as pieces:
            content = b"".join(pieces)
        return self._exchange.send_part(content, state.header, to, purpose), state.size

    def _stream(self, state: PartState, upload: Upload, journal: LeafJournal, offset: int) -> None:
        """Send what is missing from ``offset`` on; the journal is then complete to the part's end."""
        self._moved(offset)
        if offset == state.size:
            return
        with self._sealed(state, journal, offset) as sealed, closing(Ahead(sealed)) as pieces:
            stretches = Stretches(_told(pieces, offset, self._moved))
            while offset < state.size:
                count = self._exchange.pieces.of(state.size - offset)
                self._tried = count
                self._exchange.append(upload, offset, stretches.take(count), count)
                offset += count

    @contextmanager
    def _sealed(self, state: PartState, journal: LeafJournal, offset: int) -> Iterator[Iterator[memoryview]]:
        """The sealed bytes from ``offset`` on, while the source looks as it did."""
        first = leaf_at(offset, state.header)
        with self._source.open("rb", buffering=0) as source:
            _must_look_like(source, state.look)
            blocks = Sealing.resume(state.sealing).blocks(source.fileno(), leaf_start(first, state.header))
            try:
                yield journaled(blocks, state.header, journal, first, offset)
            except VernixError:
                _must_look_like(source, state.look)
                raise
            _must_look_like(source, state.look)


def uploads_in(folder: Path) -> list[Upload]:
    """The uploads that a delivery's folder remembers."""
    return [state.upload for state in _states_in(folder) if state.upload is not None]


def keys_in(folder: Path, parts: Sequence[Part]) -> list[PartKey] | None:
    """How the ``parts`` of a delivery but its manifest were sealed, by what its folder remembers.

    None where that does not make their digests: a power cut may have taken the end of a journal.
    """
    keys = []
    for number, part in enumerate(parts[1:], start=1):
        state = PartState.from_document(read_json(folder / f"part-{number}.json") or {})
        with LeafJournal(folder / f"part-{number}.{state.token}.leaves") as journal:
            beside = beside_header(journal.leaves)
        if with_header(Sealing.resume(state.sealing).header, beside).hex() != part.digest:
            return None
        keys.append(PartKey(state.sealing, state.size, tuple(head.hex() for head in beside)))
    return keys


def sealed_to(folder: Path) -> list[tuple[str, ...]]:
    """The different sets of recipients that the parts in a delivery's folder are sealed to; one, unless
    changed."""
    return sorted({state.recipients for state in _states_in(folder)})


def _states_in(folder: Path) -> list[PartState]:
    documents = (read_json(path) for path in sorted(folder.glob("part-*.json")))
    return [PartState.from_document(document) for document in documents if document is not None]


class _NotOurs(NotProven):
    """The gateway claims bytes that we have no record of sending."""


def _must_look_like(source: io.FileIO, look: Look) -> None:
    """A change while we read makes a part that is neither the old file nor the new one."""
    if Look.at(source.fileno()) != look:
        raise SourceChanged("The file changed while it was being sent.")


def _journaled(journal: LeafJournal, state: PartState) -> int:
    """How far the journal reaches: no honest gateway holds more."""
    return min(state.size, leaf_start(len(journal.leaves), state.header))


def _told(pieces: Ahead[memoryview], offset: int, moved: Callable[[int], None]) -> Iterator[memoryview]:
    for piece in pieces:
        yield piece
        offset += len(piece)
        moved(offset)
