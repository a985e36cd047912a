"""The drop: what a gateway says of one sealed file that came over SFTP, where its sender could sign nothing.

Canonical JSON, format ``vernix/drop/v1``, not signed: who the sender is, is the gateway's word alone. So
nobody believes it further than to fetch the file. If that is a bundle (``vernix.custody.bundle``), its own
signature proves the sender, who must be the one named here; if not, it counts only where the directory grants
its sender bare files, and is marked as vouched for by nobody but the gateway.

A drop has the fields of a delivery that carrying needs, so that it is fetched and signed for like one.

Rule of change: any new or changed field makes ``vernix/drop/v2``; readers refuse what they do not know.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from vernix.custody import bundle, canonical
from vernix.custody.delivery import MAX_LIFETIME, Part
from vernix.custody.directory import Directory
from vernix.custody.fields import Fields
from vernix.custody.identifiers import format_time
from vernix.custody.key import CLOCK_TOLERANCE
from vernix.custody.manifest import BundleManifest
from vernix.custody.partner import BARE_FILES
from vernix.errors import DataRefused, FarSideRefused, NotProven

FORMAT = "vernix/drop/v1"
_MAX_SIZE = 2**50
_MAX_HEADER = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Drop:
    """One sealed file of ``size`` bytes, ``header`` of them its age header, with the digest that the gateway
    computed. Times are UTC to the second.
    """

    id: str
    sender: str
    addressee: str
    size: int
    header: int
    digest: str
    created: datetime
    expires: datetime

    @classmethod
    def parse(cls, data: bytes) -> Drop:
        """Read canonical bytes; DataRefused names the field."""
        fields = Fields(canonical.decode(data), "drop")
        fields.format(FORMAT)
        drop = cls(
            id=fields.id("id"),
            sender=fields.partner("sender"),
            addressee=fields.partner("addressee"),
            size=fields.integer("size", least=2, most=_MAX_SIZE),
            header=fields.integer("header", least=1, most=_MAX_HEADER),
            digest=fields.digest("digest"),
            created=fields.time("created"),
            expires=fields.time("expires"),
        )
        fields.end()
        return drop

    def to_bytes(self) -> bytes:
        """The canonical bytes. Raises DataRefused rather than write what ``parse`` would refuse."""
        document = {
            "format": FORMAT,
            "id": self.id,
            "sender": self.sender,
            "addressee": self.addressee,
            "size": self.size,
            "header": self.header,
            "digest": self.digest,
            "created": format_time(self.created),
            "expires": format_time(self.expires),
        }
        data = canonical.encode(document)
        Drop.parse(data)
        return data

    @property
    def addressees(self) -> tuple[str, ...]:
        """To whom it goes: one."""
        return (self.addressee,)

    @property
    def parts(self) -> tuple[Part, ...]:
        """The one sealed file."""
        return (Part(self.id, self.size, self.header, self.digest),)

    def check(self, directory: Directory, reader: str, now: datetime) -> None:
        """Raise NotProven or FarSideRefused unless ``reader`` may fetch it: addressee, times, rights."""
        if self.addressee != reader:
            raise NotProven("The gateway handed over a drop that is not addressed to us.")
        if self.created > now + CLOCK_TOLERANCE or self.expires <= now:
            raise NotProven("The gateway handed over a drop of another time.", hint="Check the clocks.")
        if not directory.may_send_anything(self.sender, self.addressee):
            raise FarSideRefused(f"The directory does not let {self.sender} send to {self.addressee}.")

    def is_granted_bare(self, directory: Directory) -> bool:
        """Whether the directory takes this sender's files without a signature."""
        return BARE_FILES in directory.partner(self.sender).grants

    def prove_bundle(
        self, content: BinaryIO, directory: Directory, reader: str, now: datetime
    ) -> BundleManifest:
        """The manifest of the bundle that this drop turned out to be, once open; its files are not proven
        yet.

        ``content`` is seekable; it is left at the first byte of the first file. Raises DataRefused, NotProven
        or FarSideRefused unless the bundle is signed by whoever left it, meant for ``reader``, not older than
        a delivery may be (who kept a copy cannot use it later), and within the sender's rights.
        """
        manifest = BundleManifest.open_signed(bundle.read_beginning(content), directory, reader, now)
        if manifest.sender != self.sender:
            raise DataRefused(
                "The bundle is signed by another partner than the one who left it.",
                hint="Each partner leaves its own files.",
            )
        if manifest.created < now - MAX_LIFETIME:
            raise DataRefused("The bundle was made more than 30 days ago.", hint="Seal the file again.")
        directory.check_rights(manifest.sender, [reader], manifest.purpose)
        start = content.tell()
        bundle.check_size(manifest, content.seek(0, os.SEEK_END) - start)
        content.seek(start)
        return manifest


def is_bundle(content: BinaryIO) -> bool:
    """Whether what was sealed begins as a bundle does; leaves ``content`` at its beginning."""
    found = content.read(len(bundle.MARK)) == bundle.MARK
    content.seek(0)
    return found
