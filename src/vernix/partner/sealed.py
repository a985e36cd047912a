"""What was sealed here to be carried by others, so that a receipt for it is known again, and shown.

    outbox/sealed/<digest>.json         when it was made, for whom, the bundle's id, how many bytes

Nothing of what is inside is remembered. A receipt comes within the life of a delivery; after that it goes.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from vernix.courier.keeping import private_folder, read_json, sweep, write_json
from vernix.custody.delivery import MAX_LIFETIME
from vernix.custody.identifiers import format_time, parse_time
from vernix.custody.manifest import BundleManifest
from vernix.custody.tree import BLOCK, PartHasher
from vernix.sealing.header import MAX_HEADER, read_header


@dataclass(frozen=True)
class SealedFile:
    """A bundle that was made here: its id, its readers, its sealed bytes and their digest, the numbers of its
    files of data, and what it is for.
    """

    bundle: str
    to: tuple[str, ...]
    made: datetime
    size: int
    digest: str
    numbers: tuple[int, ...] = ()
    purpose: str | None = None


class Sealed:
    """The memory of one partner's sealed files."""

    def __init__(self, outbox: Path) -> None:
        self._folder = outbox / "sealed"

    def remember(self, file: Path, manifest: BundleManifest) -> None:
        """Keep what a receipt for the sealed ``file`` is known by."""
        private_folder(self._folder)
        document = {
            "bundle": manifest.delivery,
            "made": format_time(manifest.created),
            "size": file.stat().st_size,
            "to": list(manifest.recipients),
            "numbers": list(manifest.numbered.values()),
            "purpose": manifest.purpose,
        }
        write_json(self._path(digest_of(file)), document)

    def knows(self, digest: str) -> bool:
        """Whether a file with this digest was sealed here."""
        return self._path(digest).exists()

    def all(self) -> list[SealedFile]:
        """Every bundle that is remembered, newest first."""
        found = []
        for path in self._folder.glob("*.json"):
            document = read_json(path) or {}
            # What was sealed before more was remembered has a date only, and cannot be shown.
            if "bundle" in document:
                moment = parse_time(document["made"])
                found.append(
                    SealedFile(
                        bundle=document["bundle"],
                        to=tuple(document["to"]),
                        made=moment,
                        size=document["size"],
                        digest=path.stem,
                        numbers=tuple(document.get("numbers", ())),
                        purpose=document.get("purpose"),
                    )
                )
        return sorted(found, key=lambda each: each.bundle, reverse=True)

    def tidy(self, now: datetime) -> None:
        """Forget what no receipt can come for any more."""
        for path in self._folder.glob("*.json"):
            document = read_json(path)
            if document and parse_time(document["made"]) + 2 * MAX_LIFETIME + timedelta(days=2) < now:
                sweep(path)

    def _path(self, digest: str) -> Path:
        return self._folder / f"{digest}.json"


def digest_of(file: Path) -> str:
    """The digest of a sealed file as a part (``vernix.custody.tree``)."""
    with file.open("rb") as stream:
        header = len(read_header(io.BytesIO(stream.read(MAX_HEADER))).encoded)
        hasher = PartHasher(header)
        stream.seek(0)
        while piece := stream.read(BLOCK):
            hasher.update(piece)
    return hasher.digest().hex()
