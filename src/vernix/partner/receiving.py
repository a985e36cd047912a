"""Taking a delivery in: open, verify, put the files where they belong, sign for them. Killed anywhere, done
once.

    incoming/<id>/part-N.*.sealed   fetched parts, digests verified
    incoming/<id>/sender.json       whose it is, before any of it is fetched
    incoming/<id>/placing.jsonl     what gets which name, and what has it (``vernix.partner.placing``)
    incoming/done/<id>.json         taken in, and our signed receipt (``vernix.partner.collected``)
    DIR/.vernix-<id>/               what was opened, before it gets its names; on the same disk as they

Nothing is seen under DIR before every file of the delivery has been opened and verified as a whole. A name
from a manifest is never trusted as a path, and never overwrites. A drop is taken in like a delivery; one that
is of no use to anybody here is refused with a receipt that says so.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from vernix.courier.asking import request_of
from vernix.courier.exchange import Exchange
from vernix.courier.fetching import fetch
from vernix.courier.keeping import private_folder, read_json, sweep, write_json
from vernix.custody.delivery import Carried, Delivery
from vernix.custody.directory import Directory
from vernix.custody.drop import Drop
from vernix.custody.identifiers import utc_now
from vernix.custody.manifest import File, Manifest
from vernix.custody.receipt import Receipt
from vernix.errors import Conflict, DataRefused, NotProven, RoadFailed
from vernix.intake.acknowledgement import MAX_BYTES
from vernix.intake.answering import own_names
from vernix.partner.answers import Answers
from vernix.partner.collected import Collected, Memory
from vernix.partner.dropped import Unusable, opened_drop
from vernix.partner.placing import Placing
from vernix.partner.reports import Reports
from vernix.partner.state import Partner
from vernix.partner.unpacking import SealedParts, Unpacking
from vernix.sealing.opening import open_bytes

MANIFEST_LIMIT = 8 << 20


@dataclass(frozen=True)
class Taken:
    """A delivery or drop that is here: its manifest, and where its files lie.

    ``bare``: nobody but the gateway vouches for its sender. ``signed`` is by what a bundle is known again
    (``vernix.partner.dropped``), ``repeats`` the id under which the same one was taken in before.
    """

    delivery: Carried
    manifest: Manifest
    placed: tuple[tuple[File, Path], ...]
    bare: bool = False
    signed: str | None = None
    repeats: str | None = None


class Receiver:
    """Takes deliveries and drops of one partner in, into the folder ``into``."""

    def __init__(self, partner: Partner, exchange: Exchange, answers: Answers, into: Path) -> None:
        self._partner = partner
        self._exchange = exchange
        self._answers = answers
        self._into = into
        self._memory = Memory(partner.folder.incoming)
        self._identities = partner.identities()

    def take(self, carried: Carried, moved: Callable[[int], None]) -> Taken | None:
        """Take a proven delivery, or a drop, in and post our receipt; None when it had been taken in before.

        ``moved`` is told how many of its sealed bytes are here. Raises ``RoadFailed`` (call again: what was
        fetched stays) or a refusal, after which nothing is left of it; an ``Unusable`` drop was refused with
        a receipt.
        """
        folder = self._partner.folder.incoming / carried.id
        private_folder(folder)
        placing = Placing(folder / "placing.jsonl", self._into)
        stage = _stage(placing, carried.id)
        before = self._memory.find(carried.id)
        if before is not None:
            _clear(stage, folder)
            self._sign_again(carried, before)
            return None
        self._remember_sender(carried, folder)
        try:
            sealed = fetch(self._exchange, carried, folder, moved)
            taken = self._take(carried, sealed, stage, placing)
        except (RoadFailed, KeyboardInterrupt):
            raise
        except BaseException as error:
            if not placing.any_there():
                _clear(stage, folder)
                if isinstance(error, Unusable):
                    self._refuse(carried, error)
            raise
        collected = self._sign(taken)
        self._memory.keep(collected)
        _clear(stage, folder)
        self._post(collected.envelope)
        return taken

    def sender_of(self, delivery_id: str) -> str | None:
        """Whose a delivery is that was taken in, or begun; None when nothing of it is here."""
        before = self._memory.find(delivery_id)
        if before is not None:
            return before.sender
        begun = read_json(_sender_file(self._partner.folder.incoming / delivery_id))
        return None if begun is None else str(begun["sender"])

    def drop(self, delivery_id: str) -> None:
        """Remove what was fetched of a delivery that its sender took back; a file that has its name stays."""
        folder = self._partner.folder.incoming / delivery_id
        placing = Placing(folder / "placing.jsonl", self._into)
        _clear(_stage(placing, delivery_id), folder)

    def _remember_sender(self, delivery: Carried, folder: Path) -> None:
        """The first stays: who uses the id of another's delivery cannot have that one's parts removed."""
        sender = self.sender_of(delivery.id)
        if sender is None:
            write_json(_sender_file(folder), {"sender": delivery.sender})
        elif sender != delivery.sender:
            raise _used_before()

    def _take(self, carried: Carried, sealed: list[Path], stage: Path, placing: Placing) -> Taken:
        if isinstance(carried, Drop):
            return self._take_drop(carried, sealed[0], stage, placing)
        if not isinstance(carried, Delivery):
            raise TypeError("neither a delivery nor a drop")
        manifest = self._open_manifest(carried, sealed[0], self._exchange.mirror.current())
        if carried.purpose == "acknowledgement" and carried.sender == self._partner.registry:
            manifest = self._keep_acknowledgement(carried, manifest, sealed)
        placing.begin()
        placed = Unpacking(manifest, SealedParts(sealed, self._identities), stage).place(placing)
        if carried.sender == self._partner.registry:
            Reports(self._partner.folder.incoming).keep(carried.id, placed)
        return Taken(carried, manifest, placed)

    def _take_drop(self, drop: Drop, sealed: Path, stage: Path, placing: Placing) -> Taken:
        with opened_drop(drop, sealed, self._identities, self._exchange.mirror.current()) as opened:
            before = self._memory.with_signed(opened.signed)
            if before is not None:
                opened.check()
                return Taken(drop, opened.manifest, (), signed=opened.signed, repeats=before.delivery)
            placing.begin()
            placed = Unpacking(opened.manifest, opened.content, stage).place(placing)
        return Taken(drop, opened.manifest, placed, opened.bare, opened.signed)

    def _open_manifest(self, delivery: Delivery, sealed: Path, directory: Directory) -> Manifest:
        if delivery.parts[0].size > 2 * MANIFEST_LIMIT:
            raise DataRefused("The delivery's manifest is larger than any honest one.")
        envelope = open_bytes(sealed.read_bytes(), self._identities, MANIFEST_LIMIT)
        request = request_of(self._exchange, delivery.sender, self._partner.id)
        if request is not None:
            manifest = request.prove_manifest(envelope, self._partner.id, utc_now())
        else:
            manifest = Manifest.open_signed(envelope, directory, self._partner.id, utc_now())
        manifest.check_against(delivery)
        return manifest

    def _keep_acknowledgement(self, delivery: Delivery, manifest: Manifest, sealed: list[Path]) -> Manifest:
        """Keep what is shown on the terminal; gives the manifest with the names that the files get here."""
        documents: list[tuple[str, bytes]] = []
        for file in (each for each in manifest.files if each.role == "acknowledgement"):
            if delivery.parts[file.part].size > 2 * MAX_BYTES:
                raise DataRefused("The acknowledgement is larger than any honest one.")
            content = open_bytes(sealed[file.part].read_bytes(), self._identities, MAX_BYTES)
            _check_size(file, len(content))
            documents.append((file.name, content))
        self._answers.keep_acknowledgements(delivery, [document for _, document in documents])
        names = own_names([file.name for file in manifest.files], documents)
        files = (replace(file, name=name) for file, name in zip(manifest.files, names, strict=True))
        return replace(manifest, files=tuple(files))

    def _sign(self, taken: Taken) -> Collected:
        envelope = self._receipt(taken.delivery, "received")
        collected = Collected.of(taken.delivery, taken.manifest, taken.placed, envelope)
        return replace(collected, bare=taken.bare, signed=taken.signed)

    def _refuse(self, carried: Carried, error: Unusable) -> None:
        """Sign that it is of no use here. Kept first, so that a second run posts the same receipt."""
        envelope = self._receipt(carried, "rejected")
        refused = Collected.refused(carried, envelope, error)
        self._memory.keep(refused)
        self._post(envelope)

    def _post(self, envelope: bytes) -> None:
        # Another machine of ours was faster, and the first receipt stands. What is here is here, too.
        with suppress(Conflict):
            self._exchange.post_receipt(envelope)

    def _receipt(self, carried: Carried, result: str) -> bytes:
        receipt = Receipt(
            delivery=carried.id,
            addressee=self._partner.id,
            sender=carried.sender,
            digests=tuple(part.digest for part in carried.parts),
            received=utc_now(),
            result=result,
        )
        return receipt.sign(self._partner.signing_key()).encode()

    def _sign_again(self, carried: Carried, before: Collected) -> None:
        """The gateway shows what we have: our receipt was lost on the way, or it replays. Either way, once
        is enough."""
        if before.digests != tuple(part.digest for part in carried.parts):
            raise _used_before()
        self._post(before.envelope)
        if before.refusal is not None:
            # A kill may have come between the receipt and the word of it.
            raise Unusable(before.refusal)


def _sender_file(folder: Path) -> Path:
    return folder / "sender.json"


def _used_before() -> NotProven:
    return NotProven("A second delivery came under an id that was used before.", hint="Tell its sender.")


def _stage(placing: Placing, delivery_id: str) -> Path:
    return placing.into / f".vernix-{delivery_id}"


def _clear(stage: Path, folder: Path) -> None:
    """Remove what served to take a delivery in. The folder goes last: it knows where the stage stands."""
    sweep(stage)
    sweep(folder)


def _check_size(file: File, size: int) -> None:
    if file.size != size:
        raise DataRefused(
            "A file has another size than its manifest says.", hint="Ask the sender to send it again."
        )
