"""What was sealed here to be carried by others: its digest, so that a receipt for it is known again.

    outbox/sealed/<digest>.json         when it was made

Nothing of what is inside is remembered. A receipt comes within the life of a delivery; after that it goes.
"""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from pathlib import Path

from vernix.courier.keeping import private_folder, read_json, sweep, write_json
from vernix.custody.delivery import MAX_LIFETIME
from vernix.custody.identifiers import format_time, parse_time, utc_now
from vernix.custody.tree import BLOCK, PartHasher
from vernix.sealing.header import MAX_HEADER, read_header


class Sealed:
    """The memory of one partner's sealed files."""

    def __init__(self, outbox: Path) -> None:
        self._folder = outbox / "sealed"

    def remember(self, file: Path) -> None:
        """Keep the digest of a sealed file."""
        private_folder(self._folder)
        write_json(self._folder / f"{digest_of(file)}.json", {"made": format_time(utc_now())})

    def knows(self, digest: str) -> bool:
        """Whether a file with this digest was sealed here."""
        return (self._folder / f"{digest}.json").exists()

    def tidy(self, now: datetime) -> None:
        """Forget what no receipt can come for any more."""
        for path in self._folder.glob("*.json"):
            document = read_json(path)
            if document and parse_time(document["made"]) + 2 * MAX_LIFETIME + timedelta(days=2) < now:
                sweep(path)


def digest_of(file: Path) -> str:
    """The digest of a sealed file as a part (``vernix.custody.tree``)."""
    with file.open("rb") as stream:
        header = len(read_header(io.BytesIO(stream.read(MAX_HEADER))).encoded)
        hasher = PartHasher(header)
        stream.seek(0)
        while piece := stream.read(BLOCK):
            hasher.update(piece)
    return hasher.digest().hex()
