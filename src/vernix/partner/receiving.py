"""Taking a delivery in: open, verify, put the files where they belong, sign for them. Killed anywhere, done
once.

    incoming/<id>/part-N.*.sealed   fetched parts, digests verified
    incoming/<id>/sender.json       whose it is, before any of it is fetched
    incoming/<id>/placing.jsonl     what gets which name, and what has it (``vernix.partner.placing``)
    incoming/done/<id>.json         taken in, and our signed receipt (``vernix.partner.collected``)
    DIR/.vernix-<id>/               what was opened, before it gets its names; on the same disk as they

Nothing is seen under DIR before every file of the delivery has been opened and verified as a whole. A name
from a manifest is never trusted as a path, and never overwrites.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from vernix.courier.asking import request_of
from vernix.courier.collecting import fetch
from vernix.courier.exchange import Exchange
from vernix.courier.keeping import private_folder, read_json, sweep, write_json
from vernix.custody.delivery import Delivery
from vernix.custody.directory import Directory
from vernix.custody.identifiers import utc_now
from vernix.custody.manifest import File, Manifest
from vernix.custody.receipt import Receipt
from vernix.errors import DataRefused, NotProven, RoadFailed
from vernix.partner.answers import Answers
from vernix.partner.collected import Collected, Memory
from vernix.partner.placing import Placing
from vernix.partner.state import Partner
from vernix.partner.unpacking import Unpacking
from vernix.sealing.opening import open_bytes

MANIFEST_LIMIT = 8 << 20
ACKNOWLEDGEMENT_LIMIT = 16 << 20


@dataclass(frozen=True)
class Taken:
    """A delivery that is here: its manifest, and where each of its files lies (acknowledgements lie with
    us)."""

    delivery: Delivery
    manifest: Manifest
    placed: tuple[tuple[File, Path], ...]


class Receiver:
    """Takes deliveries of one partner in, into the folder ``into``."""

    def __init__(self, partner: Partner, exchange: Exchange, answers: Answers, into: Path) -> None:
        self._partner = partner
        self._exchange = exchange
        self._answers = answers
        self._into = into
        self._memory = Memory(partner.folder.incoming)
        self._identities = partner.identities()

    def take(self, delivery: Delivery, moved: Callable[[int], None]) -> Taken | None:
        """Take one proven delivery in and post our receipt; None when it had been taken in before.

        ``moved`` is told how many of its sealed bytes are here. Raises ``RoadFailed`` (call again: what was
        fetched stays) or a refusal, after which nothing is left of it.
        """
        folder = self._partner.folder.incoming / delivery.id
        private_folder(folder)
        placing = Placing(folder / "placing.jsonl", self._into)
        stage = _stage(placing, delivery.id)
        before = self._memory.find(delivery.id)
        if before is not None:
            _clear(stage, folder)
            self._sign_again(delivery, before)
            return None
        self._remember_sender(delivery, folder)
        try:
            sealed = fetch(self._exchange, delivery, folder, moved)
            taken = self._take(delivery, sealed, stage, placing)
        except (RoadFailed, KeyboardInterrupt):
            raise
        except BaseException:
            if not placing.any_there():
                _clear(stage, folder)
            raise
        collected = self._sign(taken)
        self._memory.keep(collected)
        _clear(stage, folder)
        self._exchange.post_receipt(collected.envelope)
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

    def _remember_sender(self, delivery: Delivery, folder: Path) -> None:
        """The first stays: who uses the id of another's delivery cannot have that one's parts removed."""
        sender = self.sender_of(delivery.id)
        if sender is None:
            write_json(_sender_file(folder), {"sender": delivery.sender})
        elif sender != delivery.sender:
            raise _used_before()

    def _take(self, delivery: Delivery, sealed: list[Path], stage: Path, placing: Placing) -> Taken:
        manifest = self._open_manifest(delivery, sealed[0], self._exchange.mirror.current())
        if delivery.purpose == "acknowledgement" and delivery.sender == self._partner.registry:
            self._keep_acknowledgement(delivery, manifest, sealed)
            return Taken(delivery, manifest, ())
        placing.begin()
        placed = Unpacking(manifest, sealed, self._identities, stage).place(placing)
        return Taken(delivery, manifest, placed)

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

    def _keep_acknowledgement(self, delivery: Delivery, manifest: Manifest, sealed: list[Path]) -> None:
        documents = []
        for file in manifest.files:
            if delivery.parts[file.part].size > 2 * ACKNOWLEDGEMENT_LIMIT:
                raise DataRefused("The acknowledgement is larger than any honest one.")
            content = open_bytes(sealed[file.part].read_bytes(), self._identities, ACKNOWLEDGEMENT_LIMIT)
            _check_size(file, len(content))
            documents.append(content)
        self._answers.keep_acknowledgements(delivery, documents)

    def _sign(self, taken: Taken) -> Collected:
        delivery = taken.delivery
        receipt = Receipt(
            delivery=delivery.id,
            addressee=self._partner.id,
            sender=delivery.sender,
            digests=tuple(part.digest for part in delivery.parts),
            received=utc_now(),
            result="received",
        )
        envelope = receipt.sign(self._partner.signing_key()).encode()
        return Collected.of(delivery, taken.manifest, taken.placed, receipt, envelope)

    def _sign_again(self, delivery: Delivery, before: Collected) -> None:
        """The gateway shows what we have: our receipt was lost on the way, or it replays. Either way, once
        is enough."""
        if before.digests != tuple(part.digest for part in delivery.parts):
            raise _used_before()
        self._exchange.post_receipt(before.envelope)


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
