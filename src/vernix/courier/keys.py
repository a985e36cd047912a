"""The file keys of messages that wait: they can be given to others without sending their bodies again.

    outbox/keys/<delivery>.json    of each part: its sealing with the file key, its size, the rest of its tree

Only of messages between partners; the keys of a submission go when it is sent. Whoever has this file and the
sealed bytes can read them: it is as private as the folder, and goes when everybody has signed, or the
delivery is over or taken back (``let_go``), in any case when nothing can wait any more (``tidy``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from vernix.courier.keeping import read_json, sweep, write_json
from vernix.custody.delivery import MAX_LIFETIME
from vernix.errors import KeeperFailed

KEPT_FOR = ("message",)
"""The purposes whose keys are kept."""


@dataclass(frozen=True)
class PartKey:
    """One part as it was sent: ``sealing`` holds its file key, ``size`` its sealed bytes, ``beside`` (hex)
    makes the digest of its body under another header (``vernix.custody.tree.beside_header``)."""

    sealing: dict[str, str]
    size: int
    beside: tuple[str, ...]

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> PartKey:
        """The inverse of ``dataclasses.asdict``."""
        return cls(document["sealing"], document["size"], tuple(document["beside"]))


class Keys:
    """The kept keys of one partner; ``outbox`` is its folder for what goes out."""

    def __init__(self, outbox: Path) -> None:
        self.folder = outbox / "keys"

    def keep(self, delivery: str, parts: Sequence[PartKey]) -> None:
        """Keep those of a delivery: of every part but its manifest, part 1 first."""
        write_json(self._path(delivery), {"parts": [asdict(part) for part in parts]})

    def of(self, delivery: str) -> list[PartKey] | None:
        """Those of a delivery; None where they are not kept (any more)."""
        document = read_json(self._path(delivery))
        if document is None:
            return None
        try:
            return [PartKey.from_document(part) for part in document["parts"]]
        except (KeyError, TypeError):
            raise KeeperFailed(
                "The kept keys of a delivery are damaged.", hint="Remove that file, and send the files again."
            ) from None

    def all(self) -> Iterator[str]:
        """The deliveries whose keys are kept."""
        yield from (path.stem for path in self.folder.glob("*.json"))

    def let_go(self, delivery: str) -> None:
        """Forget those of a delivery that cannot be given to others any more."""
        sweep(self._path(delivery))

    def tidy(self, now: datetime) -> None:
        """Forget what is certainly over, for a sender that never looks what became of it."""
        for path in self.folder.glob("*.json"):
            if path.stat().st_mtime < (now - MAX_LIFETIME - timedelta(days=1)).timestamp():
                sweep(path)

    def _path(self, delivery: str) -> Path:
        return self.folder / f"{delivery}.json"
