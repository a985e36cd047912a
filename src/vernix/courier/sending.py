"""The outbox: what is to be sent, what is under way, what was sent. Killed anywhere, run again, sent once.

    pending/<id>/plan.json       what was asked; its presence makes the delivery exist
    pending/<id>/pack-N          small files put together (``vernix.courier.packing``)
    pending/<id>/part-N.*        each part's sealing, journal and upload (``vernix.courier.uploading``)
    pending/<id>/manifest        the signed manifest, before it is sealed as part 0
    pending/<id>/delivery.json   the signed delivery, kept before it is posted: posted again, never made again
    sent/<id>-<request>.json     what is remembered: to check a receipt, and to recognise the same request
    numbers.json                 how far files of data are counted (``vernix.courier.counting``)

A delivery goes from pending to sent when the gateway has verified it. With the pending folder go the file
keys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from vernix.courier.abreast import Lanes
from vernix.courier.counting import Counter
from vernix.courier.dispatch import Dispatch, Look, OutgoingFile, Plan
from vernix.courier.exchange import SMALL_PART, Exchange
from vernix.courier.keeping import held, private_folder, read_json, sweep, write_json
from vernix.courier.keys import KEPT_FOR, Keys, PartKey
from vernix.courier.packing import packed, parts_of
from vernix.courier.uploading import Carried, Destination, PartUpload, keys_in, sealed_to, uploads_in
from vernix.custody.delivery import Delivery, Part
from vernix.custody.directory import Directory
from vernix.custody.durable import remove_unfinished, write_file
from vernix.custody.file_request import FileRequest
from vernix.custody.identifiers import format_time, new_id, parse_time, utc_now
from vernix.custody.manifest import File, Manifest
from vernix.custody.numbering import Numbers
from vernix.custody.signatures import Signed, SigningKey
from vernix.errors import FarSideRefused, KeeperFailed, UsageError
from vernix.sealing.recipients import Recipient

Moved = Callable[[int, int], None]
"""Told, as a delivery goes, how many of about how many bytes are at the gateway."""


_WHOLE = 24 << 10
"""Bytes of files that may go in one request with their delivery: sealed, with the manifest, they have not
many more; if they have too many, they go as others do."""

_WHOLE_PARTS = 63
"""Beside the manifest."""


def nobody_watches(_done: int, _total: int) -> None:
    """Where nobody wants to know how far a delivery has got."""


@dataclass(frozen=True)
class Sender:
    """Who sends: a partner id and its signing key, or who answers a ``request`` for files, by its key."""

    id: str
    key: SigningKey
    request: FileRequest | None = None

    def check_may_send(self, dispatch: Dispatch, directory: Directory, size: int) -> None:
        """Raise FarSideRefused unless about ``size`` bytes may be sent so."""
        if self.request is None:
            directory.check_rights(self.id, dispatch.to, dispatch.purpose)
        else:
            self.request.check_use(dispatch.to, dispatch.purpose, size)


@dataclass(frozen=True)
class Sent:
    """A delivery that the gateway has verified and shows to its addressees."""

    plan: Plan
    sent: datetime
    envelope: bytes

    @property
    def delivery(self) -> Delivery:
        """The delivery as we signed it."""
        return Delivery.parse(Signed.decode(self.envelope).document)


class Outbox:
    """A folder of deliveries. Every method may be repeated after a kill at any instruction."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.keys = Keys(folder)
        self._counter = Counter(folder)
        self._pending = folder / "pending"
        self._sent = folder / "sent"

    def begin(
        self, dispatch: Dispatch, *, again: bool = False, delivery_id: str | None = None
    ) -> Plan | Sent:
        """The plan for ``dispatch``: the one under way if this request was made before, else a new one.

        Returns ``Sent`` when the same request with unchanged files was already sent, unless ``again``. A
        caller that has an id of its own to make sending exactly-once gives ``delivery_id``; it alone decides
        then. Raises ``DataRefused`` when a file is not there.
        """
        with self._alone():
            return self._begin(dispatch, again, delivery_id)

    def _begin(self, dispatch: Dispatch, again: bool, delivery_id: str | None) -> Plan | Sent:
        self._sweep()
        looks = tuple(Look.at(file.path) for file in dispatch.files)
        for sent in self.sent(delivery_id or f"*-{dispatch.fingerprint()}"):
            if delivery_id or (sent.plan.looks == looks and not again):
                return sent
        for plan in self.pending():
            same = plan.id == delivery_id if delivery_id else plan.dispatch == dispatch
            if same and not (self._envelope_path(plan).exists() and plan.looks != looks and not delivery_id):
                return plan
        parts, numbers = parts_of(dispatch.files, looks), self._numbers(dispatch)
        plan = Plan(delivery_id or new_id(), format_time(utc_now()), dispatch, looks, parts, numbers)
        write_json(self._folder(plan) / "plan.json", plan.to_document())
        return plan

    def pending(self) -> list[Plan]:
        """Deliveries under way, oldest first."""
        documents = (read_json(path) for path in sorted(self._pending.glob("*/plan.json")))
        return [Plan.from_document(document) for document in documents if document is not None]

    def sent(self, pattern: str = "*") -> Iterator[Sent]:
        """What was sent, newest first; ``pattern`` narrows by ``<id>-<request>``, either may be ``*``."""
        name = pattern if "-*" in pattern or pattern.startswith("*") else f"{pattern}-*"
        for path in sorted(self._sent.glob(f"{name}.json"), reverse=True):
            document = read_json(path)
            if document is not None:
                yield _read_sent(document)

    def forget(self, delivery_id: str, exchange: Exchange) -> bool:
        """Give up a delivery under way; its uploads are abandoned. False when there is none by that id."""
        for plan in self.pending():
            if plan.id == delivery_id:
                with held(self._lock(plan)) as mine:
                    _must_be(mine)
                    for upload in uploads_in(self._folder(plan)):
                        with suppress(FarSideRefused):
                            exchange.abandon(upload)
                    self.give_back(plan)
                    self._remove(plan)
                return True
        return False

    def withdraw(self, plan: Plan) -> None:
        """Forget a plan of which nothing has left this machine; one that has begun to go stays."""
        with held(self._lock(plan)) as mine:
            if mine and not uploads_in(self._folder(plan)) and not self._envelope_path(plan).exists():
                self.give_back(plan)
                self._remove(plan)

    @contextmanager
    def counted(self, dispatch: Dispatch) -> Iterator[Numbers | None]:
        """Numbers for what others will carry; given back where the ``with`` block fails."""
        with self._alone():
            numbers = self._numbers(dispatch)
            self._counter.use_up(dispatch.counted(numbers))
        try:
            yield numbers
        except BaseException:
            with self._alone():
                self._counter.give_back(dispatch.counted(numbers))
            raise

    def give_back(self, plan: Plan) -> None:
        """Let the next plans take the numbers of one that will not arrive."""
        with self._alone():
            self._counter.give_back(plan.taken)

    def send(self, plan: Plan, exchange: Exchange, sender: Sender, moved: Moved = nobody_watches) -> Sent:
        """Do whatever is still to do for ``plan`` and return when the gateway has verified the delivery.

        Raises ``RoadFailed`` (run it again), ``FarSideRefused`` (rights, limits, a gateway that lies),
        ``DataRefused`` (a file is gone or never stands still), ``KeeperFailed`` (another run is at work on
        it).
        """
        with held(self._lock(plan)) as mine:
            _must_be(mine)
            for sent in self.sent(plan.id):
                self._remove(plan)
                return sent
            if not (self._folder(plan) / "plan.json").exists():
                raise UsageError("This delivery has been given up.", hint="Send the files again.")
            directory = exchange.refresh_directory()
            work = _Work(plan, private_folder(self._folder(plan)), exchange, sender, directory)
            envelope = work.run(moved)
            sent = Sent(work.plan, utc_now(), envelope)
            is_kept = plan.dispatch.purpose in KEPT_FOR and sender.request is None
            self.remember(sent, keys_in(self._folder(plan), sent.delivery.parts) if is_kept else None)
            self._remove(plan)
            return sent

    def remember(self, sent: Sent, keys: Sequence[PartKey] | None) -> None:
        """Keep that something was sent, and its keys if it may be given to others."""
        with self._alone():
            remove_unfinished(self.keys.folder)
            if keys is not None:
                self.keys.keep(sent.plan.id, keys)
            self._counter.use_up(sent.plan.taken)
            write_json(self._sent_path(sent.plan), _sent_document(sent))

    def _numbers(self, dispatch: Dispatch) -> Numbers | None:
        encounters = [file.encounter if file.role == "data" else None for file in dispatch.files]
        return self._counter.take(dispatch.purpose, encounters, (plan.taken for plan in self.pending()))

    def _alone(self) -> AbstractContextManager[bool]:
        """Held for the moment in which plans are made, ``sent`` is written, and litter is swept."""
        return held(self._pending / "begin.lock", wait=True)

    def _folder(self, plan: Plan) -> Path:
        return self._pending / plan.id

    def _lock(self, plan: Plan) -> Path:
        return self._pending / f"{plan.id}.lock"

    def _envelope_path(self, plan: Plan) -> Path:
        return self._folder(plan) / "delivery.json"

    def _sent_path(self, plan: Plan) -> Path:
        return self._sent / f"{plan.id}-{plan.dispatch.fingerprint()}.json"

    def _remove(self, plan: Plan) -> None:
        # The plan goes first: without it the rest is litter, which the next ``begin`` sweeps if we are
        # killed.
        sweep(self._folder(plan) / "plan.json")
        sweep(self._folder(plan))
        sweep(self._lock(plan))

    def _sweep(self) -> None:
        """Finish what a killed run began: the file keys of a sent delivery must not stay.

        A folder without a plan is litter, and so is an unfinished file in ``sent``: both are made under the
        lock that our caller holds.
        """
        remove_unfinished(self._sent)
        self.keys.tidy(utc_now())
        for folder in self._pending.glob("*/"):
            if not (folder / "plan.json").exists():
                sweep(folder)
        for plan in self.pending():
            if any(True for _ in self.sent(plan.id)):
                with held(self._lock(plan)) as mine:
                    if mine:
                        self._remove(plan)


_Carry = Callable[[int, Path, Destination, Callable[[int], None]], Carried]


class _Work:
    """One run at one plan."""

    def __init__(
        self, plan: Plan, folder: Path, exchange: Exchange, sender: Sender, directory: Directory
    ) -> None:
        self.plan = plan
        self._folder = folder
        self._exchange = exchange
        self._sender = sender
        self._directory = directory

    def run(self, moved: Moved) -> bytes:
        """Upload, sign, post; or what is small, all at once. Returns the envelope that the gateway has
        verified.
        """
        envelope, contents = self._signed_before(), None
        if envelope is None:
            envelope, contents = self._prepare(moved, whole=self._is_small())
        try:
            self._post(envelope, contents)
        except FarSideRefused:
            if self._is_known():
                raise
            # An upload may have expired, the envelope grown old, or its parts not come with it, since an
            # earlier run: once more from what is there. A refusal of another kind comes back unchanged.
            sweep(self._folder / "delivery.json")
            envelope, contents = self._prepare(moved, whole=False)
            self._post(envelope, contents)
        return envelope

    def _post(self, envelope: bytes, contents: list[bytes] | None) -> None:
        if contents is None:
            self._exchange.post_delivery(envelope)
        else:
            self._exchange.post_whole(envelope, contents)

    def _is_small(self) -> bool:
        """Whether all of it may fit into one request. Nothing of it may have gone another way before."""
        size = sum(look.size for look in self.plan.looks)
        count = len(set(self.plan.parts))
        fits = size <= _WHOLE and count <= _WHOLE_PARTS
        return fits and self._sender.request is None and not uploads_in(self._folder)

    def _signed_before(self) -> bytes | None:
        """The envelope of an earlier run. It was perhaps posted: only these bytes may be posted under its id.

        None when there is none, or when it is sealed to keys that have been replaced since and was not
        posted.
        """
        try:
            envelope = (self._folder / "delivery.json").read_bytes()
        except FileNotFoundError:
            return None
        if sealed_to(self._folder) == [self._destination().texts] or self._is_known():
            return envelope
        sweep(self._folder / "delivery.json")
        return None

    def _is_known(self) -> bool:
        """Whether the gateway has a delivery under our id, so that no other may be signed."""
        try:
            self._exchange.delivery_state(self.plan.id)
        except FarSideRefused:
            return False
        return True

    def _prepare(self, moved: Moved, *, whole: bool) -> tuple[bytes, list[bytes] | None]:
        """Bring the parts to the gateway and sign; with ``whole`` bring nothing, but give the bytes of the
        parts.
        """
        dispatch = self.plan.dispatch
        total = sum(look.size for look in self.plan.looks)
        self._sender.check_may_send(dispatch, self._directory, total)
        destination = self._destination()
        carry = self._seal if whole else self._carry
        lanes = Lanes(lambda done: moved(min(done, total), total))
        brought = lanes.run(
            [
                partial(self._carry_files, carry, number, files, destination)
                for number, files in enumerate(self.plan.contents(), start=1)
            ]
        )
        carried = [item for item, _ in brought]
        self.plan = replace(self.plan, looks=tuple(look for _, looks in brought for look in looks))
        write_json(self._folder / "plan.json", self.plan.to_document())
        manifest = self._manifest(carried)
        head = carry(0, manifest, destination, lambda _count: None)
        contents = [item.content for item in (head, *carried) if item.content is not None]
        if sum(map(len, contents)) > SMALL_PART:
            return self._prepare(moved, whole=False)
        moved(total, total)
        return self._sign((head.part, *(item.part for item in carried))), contents if whole else None

    def _destination(self) -> Destination:
        dispatch, now = self.plan.dispatch, utc_now()
        recipients: list[Recipient] = []
        for addressee in dispatch.to:
            recipients += self._directory.recipients(addressee, now)
        return Destination(recipients, dispatch.to, dispatch.purpose)

    def _carry_files(
        self,
        carry: _Carry,
        number: int,
        files: Sequence[OutgoingFile],
        destination: Destination,
        moved: Callable[[int], None],
    ) -> tuple[Carried, tuple[Look, ...]]:
        """A part and how each of its files looked."""
        if len(files) == 1:
            carried = carry(number, files[0].path, destination, moved)
            return carried, (carried.look,)
        pack, looks = packed(self._folder, number, [file.path for file in files])
        return carry(number, pack, destination, moved), looks

    def _carry(
        self, number: int, source: Path, destination: Destination, moved: Callable[[int], None]
    ) -> Carried:
        return PartUpload(self._folder, number, source, destination, self._exchange, moved).run()

    def _seal(
        self, number: int, source: Path, destination: Destination, moved: Callable[[int], None]
    ) -> Carried:
        return PartUpload(self._folder, number, source, destination, self._exchange, moved).seal()

    def _manifest(self, carried: Sequence[Carried]) -> Path:
        """The signed manifest on disk; the one of an earlier run when it says the same of the same parts."""
        dispatch = self.plan.dispatch
        manifest = Manifest(
            delivery=self.plan.id,
            sender=self._sender.id,
            recipients=dispatch.to,
            purpose=dispatch.purpose,
            files=tuple(files_of(self.plan, [item.part.digest for item in carried])),
            note=dispatch.note,
            created=parse_time(self.plan.created),
            folders=dispatch.folders,
            numbers=self.plan.numbers,
        )
        path = self._folder / "manifest"
        envelope = manifest.sign(self._sender.key).encode()
        # Ed25519 is deterministic: an unchanged manifest has unchanged bytes, and its upload can go on.
        if not path.exists() or path.read_bytes() != envelope:
            write_file(path, envelope, private=True)
        return path

    def _sign(self, parts: tuple[Part, ...]) -> bytes:
        now, dispatch = utc_now(), self.plan.dispatch
        delivery = Delivery(
            id=self.plan.id,
            sender=self._sender.id,
            addressees=dispatch.to,
            purpose=dispatch.purpose,
            parts=parts,
            directory_version=self._directory.version,
            created=now,
            expires=now + timedelta(seconds=dispatch.life),
            in_reply_to=dispatch.in_reply_to,
            downloads=dispatch.downloads,
        )
        envelope = delivery.sign(self._sender.key).encode()
        write_file(self._folder / "delivery.json", envelope, private=True)
        return envelope


def files_of(plan: Plan, digests: Sequence[str]) -> Iterator[File]:
    """What the manifest says of each file; ``digests`` are those of the sealed parts, part 1 first."""
    last, end = 0, 0
    for file, look, part in zip(plan.dispatch.files, plan.looks, plan.parts, strict=True):
        offset = end if part == last else 0
        yield File(
            part=part,
            name=file.name,
            media_type=file.media_type,
            size=look.size,
            digest=digests[part - 1],
            role=file.role,
            encounter=file.encounter,
            offset=offset,
            folder=file.folder,
        )
        last, end = part, offset + look.size


def _must_be(mine: bool) -> None:
    if not mine:
        raise KeeperFailed(
            "Another run on this machine is sending this delivery.", hint="Wait for it, or stop it first."
        )


def _sent_document(sent: Sent) -> dict[str, object]:
    return {
        "plan": sent.plan.to_document(),
        "sent": format_time(sent.sent),
        "envelope": sent.envelope.decode("utf-8"),
    }


def _read_sent(document: dict[str, Any]) -> Sent:
    try:
        return Sent(
            Plan.from_document(document["plan"]),
            parse_time(document["sent"]),
            document["envelope"].encode("utf-8"),
        )
    except (KeyError, TypeError, AttributeError):
        raise KeeperFailed(
            "The memory of a sent delivery is damaged.", hint="Restore it from a backup."
        ) from None
