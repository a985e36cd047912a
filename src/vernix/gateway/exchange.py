"""What the gateway does for each call, without HTTP: one method a call, in order of a delivery's life.

Every method runs in a thread, takes a proven caller, and returns plain values. Rights come from the mirrored
directory at the moment of the call; the database is never asked who may do what.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection

from vernix.custody import canonical
from vernix.custody.delivery import PURPOSES, Delivery
from vernix.custody.event import Leaf
from vernix.custody.fields import Fields
from vernix.custody.file_request import FileRequest, request_behind
from vernix.custody.identifiers import format_time, utc_now
from vernix.custody.quota import Quota
from vernix.custody.read_receipt import ReadReceipt
from vernix.custody.recall import Recall
from vernix.custody.receipt import Receipt
from vernix.custody.tiles import Tile
from vernix.custody.trust import DirectoryMirror
from vernix.errors import FarSideRefused, NotFound, NotProven, VernixError
from vernix.gateway import (
    brakes,
    capabilities,
    contents,
    creations,
    deliveries,
    directory,
    enrolments,
    events,
    fetches,
    file_requests,
    holdings,
    ledger,
    mailboxes,
    small_parts,
    telling,
    whole,
)
from vernix.gateway.authentication import Caller
from vernix.gateway.capabilities import Allotted
from vernix.gateway.checkpoints import Checkpoints
from vernix.gateway.database import Database
from vernix.gateway.deliveries import Body, StoredPart
from vernix.gateway.downloads import span
from vernix.gateway.fetches import Place
from vernix.gateway.limits import Limits
from vernix.gateway.mailboxes import Entry
from vernix.gateway.quotas import Used
from vernix.gateway.storing import Blobs


@dataclass(frozen=True)
class Posted:
    """What became of a post: ``new`` is False when the very same thing was there already.

    ``used`` is what of the sender's quota is nearly used up, as answers hold it.
    """

    id: str
    new: bool
    used: dict[str, object] | None = None


@dataclass(frozen=True)
class Exchange:
    """The gateway's parts, put together."""

    database: Database
    blobs: Blobs
    mirror: DirectoryMirror
    limits: Limits
    checkpoints: Checkpoints

    def quota_of(self, caller: Caller) -> Quota:
        """What a caller may: the quota of the partner who pays for it."""
        if caller.partner is None:
            return self.quota_of_sender(caller.payer)
        return self.limits.quota_of(caller.partner)

    def quota_of_sender(self, partner: str) -> Quota:
        """The same by a partner's id, where a capability is all the proof there is."""
        try:
            return self.limits.quota_of(self.mirror.current().partner(partner))
        except (NotFound, NotProven):
            # It has left, or the directory has expired meanwhile: what was begun may end all the same.
            return self.limits.quota

    def payer_of(self, sender: str) -> str:
        """The partner whose quota and rates hold for what ``sender`` has begun to send."""
        if request_behind(sender) is None:
            return sender
        with self.database.reading() as connection:
            return file_requests.payer_of(connection, sender)

    def begin_upload(self, caller: Caller, body: bytes) -> dict[str, object]:
        """POST /uploads: rights and bounds checked, a capability made."""
        fields = Fields(canonical.decode(body), "upload")
        size, header = fields.integer("size"), fields.integer("header")
        self._check_rights(caller, fields)
        now, quota = int(time.time()), self.quota_of(caller)
        with self._allotting(caller, size) as connection:
            allotted = capabilities.allot(connection, caller.id, size, header, now, self.limits, quota)
        return self._told_of(allotted, caller)

    def take_part(self, caller: Caller, body: bytes) -> dict[str, object]:
        """POST /parts: as ``begin_upload`` for a small part, all of which comes along."""
        fields = Fields(canonical.decode(body), "part")
        content, header = fields.octets("content", most=contents.MOST), fields.integer("header")
        self._check_rights(caller, fields)
        now, quota = int(time.time()), self.quota_of(caller)
        part = small_parts.whole(content, header)
        with self._allotting(caller, len(content)) as connection:
            allotted = capabilities.allot_whole(connection, caller.id, part, now, self.limits, quota)
            telling.uploaded(connection, allotted.upload, now)
        return self._told_of(allotted, caller)

    @contextmanager
    def _allotting(self, caller: Caller, size: int) -> Iterator[Connection]:
        """A transaction that begins an upload of ``size`` bytes, if there is room for it."""
        with self._spending(caller) as connection:
            if caller.file_request is not None:
                file_requests.check_room(connection, caller.file_request, size, self.limits)
            yield connection
            # What others were promised counts as used, too: an upload that was begun must be able to end.
            self.blobs.check_room(capabilities.outstanding(connection), self.limits)

    @contextmanager
    def _spending(self, caller: Caller) -> Iterator[Connection]:
        """A transaction that does what a request asked for and spends its nonce. Raises ``Replayed``."""
        nonce = caller.nonce
        with self.database.writing() as connection:
            if nonce is not None and not nonce.spent:
                nonce.spend(connection)
            yield connection
        if nonce is not None:
            nonce.spent = True

    @staticmethod
    def _told_of(allotted: Allotted, caller: Caller) -> dict[str, object]:
        """A new upload, as its sender is told of it."""
        return {
            "id": allotted.upload.id,
            "url": f"/parts/{allotted.token}",
            "expires": _spelled(allotted.upload.expires),
            # A stranger with a ticket is not told how much its partner sends.
            "quota": _told(allotted.used if caller.file_request is None else None),
        }

    def body_for(self, caller: Caller, upload: str, body: bytes) -> Body:
        """POST /uploads/<id>/body: the part whose body this upload of the caller's shall have."""
        fields = Fields(canonical.decode(body), "body")
        delivery, number = fields.id("delivery"), fields.integer("part", least=1)
        fields.end()
        with self.database.reading() as connection:
            held = capabilities.find_by_id(connection, upload)
            if held is None or held.upload.sender != caller.id:
                raise NotFound("You have no such upload here (any more).", hint="Ask for a new one.")
            return deliveries.body(connection, delivery, number, caller.id, held.upload, int(time.time()))

    def offset_of(self, upload: str) -> int:
        """How many bytes of an upload are safe."""
        with self.database.reading() as connection:
            return capabilities.require(connection, upload).upload.offset

    def begin_creation(self, caller: Caller, body: bytes) -> dict[str, object]:
        """POST /creations: as ``begin_upload`` for several parts, which a tus client then creates itself."""
        fields = Fields(canonical.decode(body), "creation")
        parts = [_sizes(item) for item in fields.items("parts", least=1, most=self.limits.creation_parts)]
        self._check_rights(caller, fields)
        now = int(time.time())
        with self.database.writing() as connection:
            token, allotted = creations.begin(
                connection, caller.id, parts, now, self.limits, self.quota_of(caller)
            )
            self.blobs.check_room(capabilities.outstanding(connection), self.limits)
        return {
            "ids": [each.upload.id for each in allotted],
            "url": f"/creations/{token}",
            "expires": _spelled(allotted[0].upload.expires),
            "quota": _told(allotted[-1].used),
        }

    def post_delivery(self, caller: Caller, body: bytes) -> Posted:
        """POST /deliveries: proven by the directory, whole, and visible to every addressee in one instant."""
        delivery = self._proven(caller, body)
        if delivery.sender != caller.id:
            raise FarSideRefused("A delivery is posted by its sender only.")
        with self._spending(caller) as connection:
            new = deliveries.post(connection, delivery, body, int(time.time()), self.limits.keep)
            if caller.file_request is not None:
                file_requests.answer(connection, caller.file_request, delivery.id)
        return Posted(delivery.id, new)

    def post_whole(self, caller: Caller, body: bytes) -> Posted:
        """POST /whole-deliveries: as ``post_delivery`` for a small one, all of whose parts come along."""
        signed, envelope, found = whole.read(body)
        delivery = Delivery.open_signed(signed, self.mirror.current(), utc_now())
        if delivery.sender != caller.id:
            raise FarSideRefused("A delivery is posted by its sender only.")
        came = whole.check(delivery, envelope, found)
        with self._allotting(caller, came.size) as connection:
            now, quota = int(time.time()), self.quota_of(caller)
            new, used = whole.post(connection, came, now, self.limits, quota)
        return Posted(delivery.id, new, _told(used))

    def _proven(self, caller: Caller, body: bytes) -> Delivery:
        if caller.file_request is not None:
            return caller.file_request.prove_delivery(body, utc_now())
        return Delivery.open_signed(body, self.mirror.current(), utc_now())

    def _check_rights(self, caller: Caller, fields: Fields) -> None:
        """For whom and what for, which ends each request for uploads."""
        addressees = fields.partners("to", most=self.limits.addressees)
        purpose = fields.choice("purpose", PURPOSES)
        fields.end()
        if caller.file_request is not None:
            caller.file_request.check_open(utc_now())
            caller.file_request.check_use(addressees, purpose, 0)
        else:
            self.mirror.current().check_rights(caller.id, addressees, purpose)

    def mailbox(self, caller: Caller, after: int) -> tuple[list[Entry], int]:
        """GET /mailbox: a page of entries, and the number of the last one ever put there."""
        with self.database.reading() as connection:
            entries = mailboxes.page(connection, caller.id, after, self.limits)
            return entries, mailboxes.heads(connection, [caller.id])[caller.id]

    def heads(self, partners: frozenset[str]) -> dict[str, int]:
        """The last number of some mailboxes."""
        with self.database.reading() as connection:
            return mailboxes.heads(connection, partners)

    def delivery(self, caller: Caller, delivery: str) -> dict[str, object]:
        """GET /deliveries/<id>."""
        with self.database.reading() as connection:
            return deliveries.describe(connection, delivery, caller.id)

    def part(self, caller: Caller, delivery: str, number: int, asked: str | None) -> StoredPart:
        """GET /deliveries/<id>/parts/<n>: counted the first time, refused while the brake is on.

        ``asked`` is a Range. What is given out is told in the ledger before a byte of it leaves (once an
        hour), and what is refused is not. Raises ``TooMuch`` where it was fetched as often as its sender
        allows.
        """
        now, who = int(time.time()), caller.id
        with self.database.reading() as connection:
            stored = deliveries.part(connection, delivery, number, who, now)
            stopped = brakes.is_stopped(connection, who)
            counted = brakes.is_counted(connection, delivery, number, who)
        if not stopped:
            first, _ = span(asked, stored.size)
            quota = self.quota_of(caller)
            with self.database.writing() as connection:
                if not counted:
                    stopped = not brakes.count(connection, delivery, number, stored.size, who, now, quota)
                if not stopped:
                    fetches.count(connection, Place(delivery, who, number), first, stored)
                    telling.collected(connection, who, stored.sender, delivery, number, stored.size, now)
        if stopped:
            raise brakes.stopped()
        return stored

    def check_collecting(self, partner: str) -> None:
        """Raise ``TooOften`` while the brake is on."""
        with self.database.reading() as connection:
            if brakes.is_stopped(connection, partner):
                raise brakes.stopped()

    def end_fetch(self, place: Place, sent: int) -> None:
        """``sent`` bytes of it went out."""
        with self.database.writing() as connection:
            fetches.add(connection, place, sent)

    def post_receipt(self, caller: Caller, body: bytes) -> Posted:
        """POST /receipts: proven, kept for the sender; the parts go when everybody has signed."""
        receipt = Receipt.open_signed(body, self.mirror.current(), utc_now())
        if receipt.addressee != caller.id:
            raise FarSideRefused("A receipt is posted by its addressee only.")
        with self._spending(caller) as connection:
            new, blobs = deliveries.sign_for(connection, receipt, body, int(time.time()))
        # After the commit: a kill in between leaves blobs without rows, which the sweep deletes.
        for blob in blobs:
            self.blobs.delete(blob)
        return Posted(receipt.delivery, new)

    def post_read_receipt(self, caller: Caller, body: bytes) -> Posted:
        """POST /read-receipts: proven, kept for the sender."""
        receipt = ReadReceipt.open_signed(body, self.mirror.current(), utc_now())
        if receipt.addressee != caller.id:
            raise FarSideRefused("A read receipt is posted by its addressee only.")
        with self.database.writing() as connection:
            new = deliveries.sign_as_read(connection, receipt, body, int(time.time()))
        return Posted(receipt.delivery, new)

    def post_recall(self, caller: Caller, body: bytes) -> Posted:
        """POST /recalls: proven; the parts go at once, and who has not signed is told."""
        recall = Recall.open_signed(body, self.mirror.current(), utc_now())
        if recall.sender != caller.id:
            raise FarSideRefused("A recall is posted by the sender only.")
        with self.database.writing() as connection:
            new, blobs = deliveries.recall(connection, recall, body, int(time.time()))
        for blob in blobs:
            self.blobs.delete(blob)
        return Posted(recall.delivery, new)

    def post_file_request(self, caller: Caller, body: bytes) -> Posted:
        """POST /file-requests: proven, open from now on."""
        now = utc_now()
        request = FileRequest.open_signed(body, self.mirror.current(), now)
        request.check_open(now)
        if request.partner != caller.id:
            raise FarSideRefused("A request for files is posted by the partner who asks only.")
        with self.database.writing() as connection:
            new = file_requests.post(connection, request, body, int(time.time()), self.limits)
        return Posted(request.id, new)

    def file_request(self, caller: Caller, request_id: str) -> dict[str, object]:
        """GET /file-requests/<id>, by the partner who asked or by who holds its ticket."""
        if caller.file_request is not None and caller.file_request.id != request_id:
            raise FarSideRefused("This ticket is for another request.")
        partner = caller.id if caller.file_request is None else None
        with self.database.reading() as connection:
            return file_requests.describe(connection, request_id, partner)

    def withdraw_file_request(self, caller: Caller, request_id: str) -> None:
        """DELETE /file-requests/<id>."""
        with self.database.writing() as connection:
            blobs = file_requests.withdraw(connection, request_id, caller.id, int(time.time()))
        for blob in blobs:
            self.blobs.delete(blob)

    def enrol(self, caller: Caller, body: bytes) -> str:
        """POST /enrolments, by an invited stranger."""
        if caller.invitation is None:
            raise FarSideRefused("Only an invitation can enrol.")
        with self.database.writing() as connection:
            return enrolments.leave(connection, caller.invitation, body, int(time.time()), self.limits)

    def renew(self, caller: Caller, body: bytes) -> str:
        """POST /renewals: it waits among the enrolments, one for each key that asks."""
        with self.database.writing() as connection:
            asked_by = f"{enrolments.KEY}{caller.key_id}"
            return enrolments.leave(connection, asked_by, body, int(time.time()), self.limits)

    def enrolments(self) -> list[dict[str, object]]:
        """GET /enrolments."""
        with self.database.reading() as connection:
            return enrolments.waiting(connection)

    def enrolment(self, number: str) -> bytes:
        """GET /enrolments/<id>."""
        with self.database.reading() as connection:
            return enrolments.read(connection, number)

    def remove_enrolment(self, number: str) -> None:
        """DELETE /enrolments/<id>."""
        with self.database.writing() as connection:
            enrolments.remove(connection, number)

    def state(self) -> dict[str, object]:
        """GET /state: what is held, for whom, and what the registry should know of."""
        with self.database.reading() as connection:
            return holdings.gather(connection, self.limits, self.mirror, int(time.time()))

    def release_brake(self, partner: str) -> None:
        """DELETE /brakes/<partner>."""
        with self.database.writing() as connection:
            brakes.release(connection, partner, int(time.time()))

    def publish(self, body: bytes) -> int:
        """PUT /directory: the version that is mirrored now."""
        version = directory.accept(self.mirror, body, self.limits.directory_bytes)
        self.tell_directory()
        return version

    def tell_directory(self) -> None:
        """Have the mirrored version in the ledger. Raises ``NotProven`` when it has expired."""
        current = self.mirror.current()
        with self.database.writing() as connection:
            telling.mirrored(connection, current, int(time.time()))

    def tell_refusal(self, caller: Caller, route: str, error: VernixError) -> None:
        """A proven caller was refused by ``route``."""
        with self.database.writing() as connection:
            telling.refused(connection, caller.id, route, error, int(time.time()))

    def checkpoint(self) -> bytes:
        """GET /log/checkpoint."""
        with self.database.reading() as connection:
            return self.checkpoints.newest(connection, int(time.time()))

    def cosigned_checkpoint(self, witness: str) -> bytes:
        """GET /log/checkpoint/<witness>."""
        with self.database.reading() as connection:
            return self.checkpoints.cosigned_by(connection, witness, int(time.time()))

    def tile(self, wanted: Tile) -> bytes:
        """GET /log/tile/<level>/<number>."""
        with self.database.reading() as connection:
            return ledger.tile(connection, wanted)

    def cosign(self, caller: Caller, body: bytes) -> None:
        """POST /log/cosignatures."""
        directory = self.mirror.current()
        with self.database.writing() as connection:
            self.checkpoints.accept(connection, caller, directory, body)

    def events(self, caller: Caller, after: int) -> list[Leaf]:
        """GET /log/events."""
        with self.database.reading() as connection:
            return events.page(connection, caller, after)

    def delivery_events(self, caller: Caller, delivery: str) -> list[Leaf]:
        """GET /deliveries/<id>/events."""
        with self.database.reading() as connection:
            return events.of_delivery(connection, caller, delivery)


def _sizes(value: object) -> tuple[int, int]:
    fields = Fields(value, "creation's part")
    size, header = fields.integer("size"), fields.integer("header")
    fields.end()
    return size, header


def _told(used: Used | None) -> dict[str, object] | None:
    """What of a quota is nearly used up, as answers hold it."""
    return None if used is None else used.to_object()


def _spelled(seconds: int) -> str:
    """A time of ours as documents spell it."""
    return format_time(datetime.fromtimestamp(seconds, UTC))
