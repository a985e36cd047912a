"""What is to go out, written down before anything leaves: the plan that makes sending repeatable.

A plan fixes the delivery's id, so that however often a run is killed and repeated there is one delivery. Two
calls are *the same request* when they name the same files for the same addressees and purpose; a plan still
under way is then gone on with, and one already sent is not sent twice unless a file has changed since (size
or time of change).
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from dataclasses import asdict, dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from vernix.custody.delivery import MAX_LIFETIME
from vernix.custody.numbering import Numbers
from vernix.errors import DataRefused, KeeperFailed

LONGEST = int(MAX_LIFETIME.total_seconds())
"""Seconds for which a delivery waits unless told otherwise."""


@dataclass(frozen=True)
class OutgoingFile:
    """One file to send: where it lies, and what the manifest will say of it.

    ``folder`` is where it lies in the package, outermost folder first.
    """

    path: Path
    name: str
    media_type: str = "application/octet-stream"
    role: str = "file"
    encounter: str | None = None
    folder: tuple[str, ...] = ()

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> OutgoingFile:
        """The inverse of ``dataclasses.asdict``, for one whose path was made text."""
        return cls(**{**document, "path": Path(document["path"]), "folder": tuple(document["folder"])})


@dataclass(frozen=True)
class Dispatch:
    """A request to send: files for addressees, for a purpose. ``to`` are partner ids of the directory.

    ``folders`` are those of the package that hold no file; each is named from the outermost on. It can be
    fetched for ``life`` seconds, ``downloads`` times by each addressee (None: as often as it likes).
    """

    to: tuple[str, ...]
    purpose: str
    files: tuple[OutgoingFile, ...]
    note: str = ""
    in_reply_to: str | None = None
    folders: tuple[tuple[str, ...], ...] = ()
    life: int = LONGEST
    downloads: int | None = None

    def fingerprint(self) -> str:
        """Hex digest by which two calls are recognised as the same request (32 characters)."""
        return hashlib.sha256(json.dumps(self.to_document(), sort_keys=True).encode()).hexdigest()[:32]

    def counted(self, numbers: Numbers | None) -> dict[str, list[int]]:
        """Its files' numbers by what they count: the purpose and an encounter."""
        counted: dict[str, list[int]] = {}
        for file, number in zip(self.files, numbers.of_files if numbers else (), strict=False):
            if number is not None:
                counted.setdefault(f"{self.purpose} {file.encounter}", []).append(number)
        return counted

    def to_document(self) -> dict[str, Any]:
        """Plain JSON values."""
        files = [{**asdict(file), "path": os.fspath(file.path)} for file in self.files]
        return {
            "to": list(self.to),
            "purpose": self.purpose,
            "files": files,
            "note": self.note,
            "in_reply_to": self.in_reply_to,
            "folders": [list(folder) for folder in self.folders],
            "life": self.life,
            "downloads": self.downloads,
        }

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> Dispatch:
        """The inverse of ``to_document``."""
        return cls(
            to=tuple(document["to"]),
            purpose=document["purpose"],
            files=tuple(OutgoingFile.from_document(file) for file in document["files"]),
            note=document["note"],
            in_reply_to=document["in_reply_to"],
            folders=tuple(tuple(folder) for folder in document["folders"]),
            life=document["life"],
            downloads=document["downloads"],
        )


@dataclass(frozen=True)
class Look:
    """How a source file looked: enough to notice that it changed, not enough to trust that it did not."""

    size: int
    changed_ns: int

    @classmethod
    def at(cls, source: Path | int) -> Look:
        """Look at a file now. Raises ``DataRefused`` when it is not there or not a plain file."""
        try:
            found = source.stat() if isinstance(source, Path) else os.fstat(source)
        except FileNotFoundError:
            raise DataRefused(f"{source} is not there.", hint="Put the file back, or name another.") from None
        if not stat.S_ISREG(found.st_mode):
            raise DataRefused(f"{source} is not a file.", hint="Name a file or a folder.")
        return cls(found.st_size, found.st_mtime_ns)


@dataclass(frozen=True)
class Plan:
    """A delivery under way: its fixed id, what was asked, and how each file looked when it was asked.

    ``parts`` is the number of the part that each file goes into; it stays as it is if a file changes.
    ``numbers`` are those under which its files of data are counted (``vernix.courier.counting``).
    """

    id: str
    created: str
    dispatch: Dispatch
    looks: tuple[Look, ...]
    parts: tuple[int, ...]
    numbers: Numbers | None = None

    @property
    def taken(self) -> dict[str, list[int]]:
        """Its numbers by what they count."""
        return self.dispatch.counted(self.numbers)

    def contents(self) -> list[tuple[OutgoingFile, ...]]:
        """The files of each part, part 1 first."""
        numbered = zip(self.parts, self.dispatch.files, strict=True)
        return [tuple(file for _, file in files) for _, files in groupby(numbered, key=itemgetter(0))]

    def to_document(self) -> dict[str, Any]:
        """Plain JSON values, as kept in the outbox."""
        return {
            "id": self.id,
            "created": self.created,
            "dispatch": self.dispatch.to_document(),
            "looks": [asdict(look) for look in self.looks],
            "parts": list(self.parts),
            "numbers": None if self.numbers is None else self.numbers.to_object(),
        }

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> Plan:
        """The inverse of ``to_document``. Raises ``KeeperFailed`` when the outbox is damaged."""
        try:
            numbers = document.get("numbers")  # none in what was sent before files were counted
            return cls(
                document["id"],
                document["created"],
                Dispatch.from_document(document["dispatch"]),
                tuple(Look(**look) for look in document["looks"]),
                tuple(document["parts"]),
                None if numbers is None else Numbers(numbers["series"], tuple(numbers["numbers"])),
            )
        except (KeyError, TypeError):
            raise KeeperFailed(
                "A plan in the outbox is damaged.", hint="Remove its folder and send again."
            ) from None
