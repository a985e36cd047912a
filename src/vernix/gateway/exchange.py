"""What the gateway does for each call, without HTTP: one method a call, in order of a delivery's life.

Every method runs in a thread, takes a proven caller, and returns plain values. Rights come from the mirrored
directory at the moment of the call; the database is never asked who may do what.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime

from vernix.custody import canonical
from vernix.custody.delivery import PURPOSES, Delivery
from vernix.custody.fields import Fields
from vernix.custody.identifiers import format_time, utc_now
from vernix.custody.receipt import Receipt
from vernix.custody.trust import DirectoryMirror
from vernix.errors import FarSideRefused
from vernix.gateway import capabilities, creations, deliveries, directory, enrolments, mailboxes
from vernix.gateway.authentication import Caller
from vernix.gateway.blobs import BlobStore
from vernix.gateway.database import Database
from vernix.gateway.deliveries import StoredPart
from vernix.gateway.limits import Limits, check_room
from vernix.gateway.mailboxes import Entry


@dataclass(frozen=True)
class Posted:
    """What became of a post: ``new`` is False when the very same thing was there already."""

    id: str
    new: bool


@dataclass(frozen=True)
class Exchange:
    """The gateway's parts, put together."""

    database: Database
    blobs: BlobStore
    mirror: DirectoryMirror
    limits: Limits

    def begin_upload(self, caller: Caller, body: bytes) -> dict[str, object]:
        """POST /uploads: rights and bounds checked, a capability made."""
        fields = Fields(canonical.decode(body), "upload")
        size, header = fields.integer("size"), fields.integer("header")
        self._check_rights(caller, fields)
        now = int(time.time())
        with self.database.writing() as connection:
            upload, token = capabilities.allot(connection, caller.id, size, header, now, self.limits)
            # What others were promised counts as used, too: an upload that was begun must be able to end.
            check_room(self.blobs.folder, capabilities.outstanding(connection), self.limits)
        return {"id": upload.id, "url": f"/parts/{token}", "expires": _spelled(upload.expires)}

    def begin_creation(self, caller: Caller, body: bytes) -> dict[str, object]:
        """POST /creations: as ``begin_upload`` for several parts, which a tus client then creates itself."""
        fields = Fields(canonical.decode(body), "creation")
        parts = [_sizes(item) for item in fields.items("parts", least=1, most=self.limits.creation_parts)]
        self._check_rights(caller, fields)
        now = int(time.time())
        with self.database.writing() as connection:
            token, uploads = creations.begin(connection, caller.id, parts, now, self.limits)
            check_room(self.blobs.folder, capabilities.outstanding(connection), self.limits)
        ids, expires = [upload.id for upload in uploads], _spelled(uploads[0].expires)
        return {"ids": ids, "url": f"/creations/{token}", "expires": expires}

    def post_delivery(self, caller: Caller, body: bytes) -> Posted:
        """POST /deliveries: proven by the directory, whole, and visible to every addressee in one instant."""
        delivery = Delivery.open_signed(body, self.mirror.current(), utc_now())
        if delivery.sender != caller.id:
            raise FarSideRefused("A delivery is posted by its sender only.")
        with self.database.writing() as connection:
            new = deliveries.post(connection, delivery, body, int(time.time()), self.limits.keep)
        return Posted(delivery.id, new)

    def _check_rights(self, caller: Caller, fields: Fields) -> None:
        """For whom and what for, which ends each request for uploads."""
        addressees = fields.partners("to", most=self.limits.addressees)
        purpose = fields.choice("purpose", PURPOSES)
        fields.end()
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

    def part(self, caller: Caller, delivery: str, number: int) -> StoredPart:
        """GET /deliveries/<id>/parts/<n>."""
        with self.database.reading() as connection:
            return deliveries.part(connection, delivery, number, caller.id, int(time.time()))

    def post_receipt(self, caller: Caller, body: bytes) -> Posted:
        """POST /receipts: proven, kept for the sender; the parts go when everybody has signed."""
        receipt = Receipt.open_signed(body, self.mirror.current(), utc_now())
        if receipt.addressee != caller.id:
            raise FarSideRefused("A receipt is posted by its addressee only.")
        with self.database.writing() as connection:
            new, blobs = deliveries.sign_for(connection, receipt, body, int(time.time()))
        # After the commit: a kill in between leaves blobs without rows, which the sweep deletes.
        for blob in blobs:
            self.blobs.delete(blob)
        return Posted(receipt.delivery, new)

    def enrol(self, caller: Caller, body: bytes) -> str:
        """POST /enrolments, by an invited stranger."""
        if caller.invitation is None:
            raise FarSideRefused("Only an invitation can enrol.")
        with self.database.writing() as connection:
            return enrolments.leave(connection, caller.invitation, body, int(time.time()), self.limits)

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

    def publish(self, body: bytes) -> int:
        """PUT /directory: the version that is mirrored now."""
        return directory.accept(self.mirror, body, self.limits.directory_bytes)


def _sizes(value: object) -> tuple[int, int]:
    fields = Fields(value, "creation's part")
    size, header = fields.integer("size"), fields.integer("header")
    fields.end()
    return size, header


def _spelled(seconds: int) -> str:
    """A time of ours as documents spell it."""
    return format_time(datetime.fromtimestamp(seconds, UTC))
