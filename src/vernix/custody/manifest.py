"""The manifest: what the parts of a delivery are, sealed as its first part and signed inside the seal.

A bundle (``vernix.custody.bundle``) begins with a manifest that has the same fields and another meaning of
``digest``: it has formats and signing domains of its own, ``vernix/bundle/v1`` and ``v2``.

Canonical JSON, format and signing domain ``vernix/manifest/v1``, signed by one key of the sender; where files
are numbered (``vernix.custody.numbering``), ``vernix/manifest/v2``. It names its intended recipients, so that
nobody who can open it can seal it again for somebody else, or put another sender's signature on the outside:
the two documents must agree.

Rule of change: any new or changed field makes ``vernix/manifest/v3`` with a domain of its own; readers refuse
what they do not know. A role is added the same way.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import accumulate, groupby
from pathlib import PurePosixPath
from typing import ClassVar, Self

from vernix.custody import canonical
from vernix.custody.delivery import MAX_ADDRESSEES, MAX_PARTS, Delivery
from vernix.custody.directory import PURPOSES, Directory
from vernix.custody.fields import Fields
from vernix.custody.identifiers import format_time
from vernix.custody.key import CLOCK_TOLERANCE
from vernix.custody.numbering import Numbers
from vernix.custody.signatures import BUNDLE, BUNDLE_V2, MANIFEST, MANIFEST_V2, Signed, SigningKey
from vernix.errors import DataRefused, NotProven

ROLES = ("data", "mapping", "acknowledgement", "file")
MAX_FILES = 20_000
MAX_NOTE = 4000
MAX_DEPTH = 16
"""Folders within folders."""

_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}")
ENCOUNTER = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_MAX_SIZE = 2**50
_MAX_NAME_BYTES = 150
_PUNCTUATION = frozenset(" ._-()+,=@'")
_WINDOWS_DEVICES = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]) *(?:\..*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class File:
    """One file of a delivery: ``size`` bytes from ``offset`` on in the content of part ``part`` (1 or more).

    ``digest`` is the sealed part's digest, as in the delivery; in a bundle it is the SHA-256 of the file's
    content. ``name`` is what the sender called it, ``folder`` where in the package it lay, outermost first:
    show them, and store under them only by way of ``safe_name`` and ``vernix.custody.layout``. ``encounter``
    says what kind of data it holds, or None.
    """

    part: int
    name: str
    media_type: str
    size: int
    digest: str
    role: str
    encounter: str | None = None
    offset: int = 0
    folder: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the sender says of the delivery ``delivery`` to its intended ``recipients`` (partner ids).

    Files that share a part lie in it one behind the other. ``folders`` are those that hold no file.
    ``numbers`` are those of the files of data, where their sender counts them.
    """

    FORMATS: ClassVar[tuple[str, str]] = (MANIFEST, MANIFEST_V2)
    """Without and with numbers."""

    delivery: str
    sender: str
    recipients: tuple[str, ...]
    purpose: str
    files: tuple[File, ...]
    note: str
    created: datetime
    folders: tuple[tuple[str, ...], ...] = ()
    numbers: Numbers | None = None

    @property
    def format(self) -> str:
        """The document's format, and the domain in which it is signed."""
        return self.FORMATS[self.numbers is not None]

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read canonical bytes; DataRefused names the field. Says nothing of who signed."""
        fields = Fields(canonical.decode(data), "manifest")
        version = fields.choice("format", cls.FORMATS)
        manifest = cls(
            delivery=fields.id("delivery"),
            sender=fields.partner("sender"),
            recipients=fields.partners("recipients", most=MAX_ADDRESSEES),
            purpose=fields.choice("purpose", PURPOSES),
            files=tuple(_parse_file(item) for item in fields.items("files", most=MAX_FILES)),
            note=fields.text("note", most=MAX_NOTE, lines=True, empty=True),
            created=fields.time("created"),
            folders=tuple(_parse_folder(item) for item in fields.items("folders", most=MAX_FILES)),
        )
        if version != manifest.format:
            counted = [file.role == "data" for file in manifest.files]
            manifest = replace(manifest, numbers=Numbers.parse(fields, counted))
        fields.end()
        if () in manifest.folders or len(set(manifest.folders)) != len(manifest.folders):
            raise DataRefused("The manifest's field 'folders' names one twice, or none.")
        manifest.check_parts()
        return manifest

    @property
    def parts(self) -> tuple[tuple[File, ...], ...]:
        """The files by the part that they lie in, part 1 first."""
        return tuple(tuple(files) for _, files in groupby(self.files, key=lambda file: file.part))

    @property
    def numbered(self) -> dict[int, int]:
        """The numbers of its files of data, by part."""
        numbers = self.numbers.of_files if self.numbers else ()
        return {file.part: number for file, number in zip(self.files, numbers, strict=False) if number}

    def check_parts(self) -> None:
        """Raise DataRefused unless the files fill every part once, in order and without gaps."""
        for number, files in enumerate(self.parts, start=1):
            ends = accumulate((file.size for file in files), initial=0)
            at_hand = [(file.part, file.offset, file.digest) for file in files]
            if at_hand != [(number, end, files[0].digest) for end, _ in zip(ends, files, strict=False)]:
                raise DataRefused("The manifest's field 'files' does not fill every part once, in order.")

    def to_bytes(self) -> bytes:
        """The canonical bytes. Raises DataRefused rather than write what ``parse`` would refuse."""
        document = {
            "format": self.format,
            "delivery": self.delivery,
            "sender": self.sender,
            "recipients": list(self.recipients),
            "purpose": self.purpose,
            "files": [_file_object(file) for file in self.files],
            "note": self.note,
            "created": format_time(self.created),
            "folders": [list(folder) for folder in self.folders],
            **({} if self.numbers is None else self.numbers.to_object()),
        }
        data = canonical.encode(document)
        self.parse(data)
        return data

    def sign(self, key: SigningKey) -> Signed:
        """The signed envelope: these bytes are what gets sealed as part 0, or what a bundle begins with."""
        return Signed.make(self.format, self.to_bytes(), [key])

    @classmethod
    def open_signed(cls, envelope: bytes | Signed, directory: Directory, reader: str, now: datetime) -> Self:
        """The manifest in ``envelope``, proven: signed by its sender and meant for ``reader`` (a partner id).

        For one that came with a delivery, call ``check_against`` as well. Raises DataRefused or NotProven.
        """
        signed = envelope if isinstance(envelope, Signed) else Signed.decode(envelope)
        manifest = cls.parse(signed.document)
        manifest.check_reader(reader, now)
        directory.check_signature(signed, manifest.format, manifest.sender, manifest.created)
        return manifest

    def check_reader(self, reader: str, now: datetime) -> None:
        """Raise NotProven unless it is meant for ``reader`` (a partner id), and was made before ``now``."""
        if reader not in self.recipients:
            raise NotProven(
                "The manifest was made for somebody else and sealed again for this reader.",
                hint="Tell its sender, and delete the delivery.",
            )
        if self.created > now + CLOCK_TOLERANCE:
            raise NotProven("The manifest was made in the future.", hint="Check the clocks on both sides.")

    def check_against(self, delivery: Delivery) -> None:
        """Raise NotProven unless this is the manifest of ``delivery``, to the last digest."""
        agree = {
            "delivery": self.delivery == delivery.id,
            "sender": self.sender == delivery.sender,
            "recipients": set(self.recipients) == set(delivery.addressees),
            "purpose": self.purpose == delivery.purpose,
            "files": [files[0].digest for files in self.parts]
            == [part.digest for part in delivery.parts[1:]],
        }
        for name, same in agree.items():
            if not same:
                raise NotProven(
                    f"The manifest and the delivery disagree in the manifest's field {name!r}.",
                    hint="Somebody put together what does not belong together: tell the sender.",
                )


@dataclass(frozen=True, slots=True)
class BundleManifest(Manifest):
    """The manifest that a bundle begins with; ``delivery`` is the bundle's own id.

    The files follow it under the same seal, so no digest of a sealed part can stand in it: a file's
    ``digest`` is the SHA-256 of its content. Signed, it holds against a co-recipient, who knows the file key
    and could put other content under the same header.
    """

    FORMATS: ClassVar[tuple[str, str]] = (BUNDLE, BUNDLE_V2)

    def check_parts(self) -> None:
        """Raise DataRefused unless every file is a part of its own, in order: each has its own digest."""
        if [(file.part, file.offset) for file in self.files] != [(n + 1, 0) for n in range(len(self.files))]:
            raise DataRefused("The bundle's field 'files' does not name every part once, in order.")


def safe_name(name: str) -> str:
    """A name from a manifest made harmless: one path component, visible, portable, at most 150 bytes.

    Everything but letters, digits, marks and a few signs becomes ``_``; never empty, hidden, a path, an
    option (``-x``) or a Windows device.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    kept = "".join(c if c in _PUNCTUATION or unicodedata.category(c)[0] in "LNM" else "_" for c in last)
    kept = kept.lstrip(" .-").rstrip(" .")
    if not kept:
        return "file"
    if _WINDOWS_DEVICES.fullmatch(kept):
        kept = f"_{kept}"
    suffix = PurePosixPath(kept).suffix
    if len(suffix.encode()) > 20:
        suffix = ""
    stem = kept.removesuffix(suffix).encode()[: _MAX_NAME_BYTES - len(suffix.encode())]
    return (stem.decode("utf-8", "ignore").rstrip(" .") or "file") + suffix


def _parse_file(value: object) -> File:
    fields = Fields(value, "manifest's file")
    file = File(
        part=fields.integer("part", least=1, most=MAX_PARTS - 1),
        name=fields.text("name", most=255),
        media_type=fields.matching("media_type", _MEDIA_TYPE),
        size=fields.integer("size", most=_MAX_SIZE),
        digest=fields.digest("digest"),
        role=fields.choice("role", ROLES),
        encounter=fields.optional_matching("encounter", ENCOUNTER),
        offset=fields.integer("offset", most=_MAX_SIZE),
        folder=_parse_folder(fields.value("folder")),
    )
    fields.end()
    return file


def _parse_folder(value: object) -> tuple[str, ...]:
    what = "manifest's folder"
    items = Fields({"folder": value}, what).items("folder", most=MAX_DEPTH)
    return tuple(Fields({"name": item}, what).text("name", most=255) for item in items)


def _file_object(file: File) -> dict[str, object]:
    return {
        "part": file.part,
        "name": file.name,
        "media_type": file.media_type,
        "size": file.size,
        "digest": file.digest,
        "role": file.role,
        "encounter": file.encounter,
        "offset": file.offset,
        "folder": list(file.folder),
    }
