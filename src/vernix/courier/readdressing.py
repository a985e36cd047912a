"""Readdressing: what waits at the gateway goes to others, or to the same under newer keys, by new headers.

    outbox/readdressed/<delivery>-<to whom>.json    a readdressing under way: headers, manifest, addresses

A new delivery is made, signed like any other. Its parts have the bodies of the first one's, which the gateway
has, under new age headers; only headers and a manifest travel. Their digests follow from what was kept when
the bodies were sent (``vernix.courier.keys``): the gateway is asked for none and believed in none.

Killed and run again, the same delivery is finished: everything random in it stands in the file first.
"""

from __future__ import annotations

import io
from base64 import b64decode, b64encode
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from vernix.courier.dispatch import Plan
from vernix.courier.exchange import Exchange, Upload
from vernix.courier.keeping import read_json, sweep, write_json
from vernix.courier.keys import PartKey
from vernix.courier.road import patiently
from vernix.courier.sending import Outbox, Sender, Sent, files_of
from vernix.custody.delivery import Delivery, Part
from vernix.custody.directory import Directory
from vernix.custody.identifiers import format_time, new_id, utc_now
from vernix.custody.manifest import Manifest
from vernix.custody.tree import PartHasher, with_header
from vernix.errors import FarSideRefused, NotFound, NotProven
from vernix.sealing.header import read_header
from vernix.sealing.recipients import Recipient
from vernix.sealing.sealer import Sealing, seal_bytes


@dataclass(frozen=True)
class _Piece:
    """A part of the new delivery: the bytes that travel (base64) and, but for the manifest, its new key."""

    own: str
    header: int
    size: int
    digest: str
    key: PartKey | None = None
    upload: Upload | None = None

    @property
    def bytes(self) -> bytes:
        """What travels: an age header, or a whole sealed manifest."""
        return b64decode(self.own)

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> _Piece:
        """The inverse of ``dataclasses.asdict``."""
        key, upload = document["key"], document["upload"]
        return cls(
            **{
                **document,
                "key": PartKey.from_document(key) if key else None,
                "upload": Upload(**upload) if upload else None,
            }
        )


@dataclass(frozen=True)
class _State:
    """What the file remembers: the new plan, its parts (the manifest first), and what was signed."""

    plan: Plan
    pieces: tuple[_Piece, ...]
    envelope: str | None = None

    def to_document(self) -> dict[str, Any]:
        """Plain JSON values."""
        pieces = [asdict(piece) for piece in self.pieces]
        return {"plan": self.plan.to_document(), "pieces": pieces, "envelope": self.envelope}

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> _State:
        """The inverse of ``to_document``."""
        pieces = tuple(_Piece.from_document(piece) for piece in document["pieces"])
        return cls(Plan.from_document(document["plan"]), pieces, document["envelope"])


def readdressed(outbox: Outbox) -> Path:
    """Where readdressings under way are kept."""
    return outbox.folder / "readdressed"


class Readdressing:
    """Gives the delivery ``sent`` to others; ``name`` tells one such wish for it from another."""

    def __init__(self, outbox: Outbox, sent: Sent, name: str, exchange: Exchange, sender: Sender) -> None:
        self._outbox = outbox
        self._sent = sent
        self._exchange = exchange
        self._sender = sender
        self._path = readdressed(outbox) / f"{sent.plan.id}-{name}.json"

    def begun(self) -> tuple[str, ...] | None:
        """To whom it goes, if it is under way already: then it is finished so."""
        document = read_json(self._path)
        return None if document is None else _State.from_document(document).plan.dispatch.to

    def run(self, to: tuple[str, ...]) -> Sent:
        """The new delivery, once the gateway has verified it. Call ``done`` when all that follows is done.

        Raises ``FarSideRefused`` when its keys are not kept (any more), nothing of it waits, or a right is
        missing; ``RoadFailed``: run it again.
        """
        directory = self._exchange.refresh_directory()
        document = read_json(self._path)
        state = self._prepare(to, directory) if document is None else _State.from_document(document)
        if state.envelope is None:
            state = self._signed(self._carried(state), directory)
        try:
            self._exchange.post_delivery((state.envelope or "").encode("utf-8"))
        except FarSideRefused:
            if self._is_known(state.plan.id):
                raise
            # An upload may have expired since an earlier run: once more from the beginning.
            self.done()
            if document is None:
                raise
            return self.run(to)
        made = Sent(state.plan, utc_now(), (state.envelope or "").encode("utf-8"))
        if next(self._outbox.sent(made.plan.id), None) is None:
            self._outbox.remember(made, [piece.key for piece in state.pieces if piece.key is not None])
        return made

    def done(self) -> None:
        """Forget that it is under way."""
        sweep(self._path)

    def _prepare(self, to: tuple[str, ...], directory: Directory) -> _State:
        """Every header, the manifest and all digests, without the network."""
        keys = self._outbox.keys.of(self._sent.plan.id)
        if keys is None:
            raise NotFound(
                "The keys of that delivery are not kept here (any more), so it cannot be given to others.",
                hint="Send the files again. Keys are kept of messages, until everybody has signed.",
            )
        dispatch = replace(self._sent.plan.dispatch, to=to)
        self._sender.check_may_send(dispatch, directory, sum(key.size for key in keys))
        now = utc_now()
        recipients = [each for name in to for each in directory.recipients(name, now)]
        plan = replace(self._sent.plan, id=new_id(), created=format_time(now), dispatch=dispatch)
        bodies = tuple(_rewrapped(key, recipients) for key in keys)
        return self._save(_State(plan, (self._manifest(plan, bodies, recipients), *bodies)))

    def _manifest(self, plan: Plan, bodies: tuple[_Piece, ...], recipients: list[Recipient]) -> _Piece:
        manifest = Manifest(
            delivery=plan.id,
            sender=self._sender.id,
            recipients=plan.dispatch.to,
            purpose=plan.dispatch.purpose,
            files=tuple(files_of(plan, [body.digest for body in bodies])),
            note=plan.dispatch.note,
            created=utc_now(),
            folders=plan.dispatch.folders,
        )
        sealed = seal_bytes(manifest.sign(self._sender.key).encode(), recipients)
        header = len(read_header(io.BytesIO(sealed)).encoded)
        hasher = PartHasher(header)
        hasher.update(sealed)
        return _Piece(b64encode(sealed).decode(), header, len(sealed), hasher.digest().hex())

    def _save(self, state: _State) -> _State:
        write_json(self._path, state.to_document())
        return state

    def _carried(self, state: _State) -> _State:
        """Everything is at the gateway."""
        for number in range(len(state.pieces)):
            state = self._carry(state, number)
        return state

    def _carry(self, state: _State, number: int) -> _State:
        piece = state.pieces[number]
        if piece.upload is not None:
            with suppress(NotFound):  # it has expired since an earlier run
                self._complete(piece, piece.upload, number)
                return state
        dispatch = state.plan.dispatch
        upload = self._exchange.begin_upload(piece.size, piece.header, dispatch.to, dispatch.purpose)
        pieces = list(state.pieces)
        pieces[number] = replace(piece, upload=upload)
        state = self._save(replace(state, pieces=tuple(pieces)))
        self._complete(piece, upload, number)
        return state

    def _complete(self, piece: _Piece, upload: Upload, number: int) -> None:
        offset = patiently(lambda: self._send_own(piece, upload))
        while offset < piece.size:
            before, offset = offset, self._exchange.take_body(upload, self._sent.plan.id, number)
            if not before < offset <= piece.size:
                raise NotProven("The gateway does not go on with the bytes that it has; we stopped asking.")

    def _send_own(self, piece: _Piece, upload: Upload) -> int:
        """Send what is missing of the bytes that travel; how many bytes of the part are there."""
        own = piece.bytes
        offset = self._exchange.upload_offset(upload, piece.size)
        if offset >= len(own):
            return offset
        self._exchange.append(upload, offset, [own[offset:]], len(own) - offset)
        return len(own)

    def _signed(self, state: _State, directory: Directory) -> _State:
        first = self._sent.delivery
        parts = [
            Part(piece.upload.id, piece.size, piece.header, piece.digest)
            for piece in state.pieces
            if piece.upload is not None
        ]
        delivery = Delivery(
            id=state.plan.id,
            sender=self._sender.id,
            addressees=state.plan.dispatch.to,
            purpose=state.plan.dispatch.purpose,
            parts=tuple(parts),
            directory_version=directory.version,
            created=utc_now(),
            expires=first.expires,
            in_reply_to=first.in_reply_to,
            downloads=first.downloads,
        )
        return self._save(replace(state, envelope=delivery.sign(self._sender.key).encode().decode("utf-8")))

    def _is_known(self, delivery: str) -> bool:
        try:
            self._exchange.delivery_state(delivery)
        except FarSideRefused:
            return False
        return True


def _rewrapped(key: PartKey, recipients: list[Recipient]) -> _Piece:
    """The part under a new header; its digest by what stands beside that in the tree."""
    before = Sealing.resume(key.sealing)
    sealing = before.rewrapped(recipients)
    size = key.size - len(before.header) + len(sealing.header)
    digest = with_header(sealing.header, [bytes.fromhex(head) for head in key.beside]).hex()
    own = b64encode(sealing.header).decode()
    return _Piece(own, len(sealing.header), size, digest, PartKey(sealing.state(), size, key.beside))
