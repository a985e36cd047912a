"""A log that lies: the ledger routes of a ``LyingGateway``, over leaves that a test may change at will.

The log signs whatever its leaves are at the moment: that is what the thief of a gateway can do. Cosignatures
are kept with the leaves that they were made over, so that one ledger can be shown to the registry and another
to a partner.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from tests.lying_gateway import Asked, LyingGateway, Told

from vernix.custody import checkpoint
from vernix.custody.canonical import encode
from vernix.custody.checkpoint import Checkpoint, Log
from vernix.custody.event import Event, Leaf, new_salt
from vernix.custody.notes import Note, NoteSignature
from vernix.custody.signatures import SigningKey
from vernix.custody.tiles import Tile
from vernix.custody.tree import tree_head
from vernix.errors import NotFound


@dataclass(frozen=True)
class Cosigned:
    """A witness's line, and the leaves under it."""

    line: NoteSignature
    leaves: tuple[Leaf, ...]


class LyingLog:
    """The ledger of a lying gateway: honest as long as its ``leaves`` only grow."""

    def __init__(self, gateway: LyingGateway) -> None:
        self.key = SigningKey.generate()
        self.log = Log(f"127.0.0.1:{gateway.kit.port}/log", self.key.verify_key)
        self.leaves: list[Leaf] = []
        self.cosigned: dict[str, Cosigned] = {}
        self.late = 0
        self.more_lines: list[NoteSignature] = []
        gateway._routes += [
            ("log-key", r"GET /log/key", False, self._key),
            ("checkpoint", r"GET /log/checkpoint", False, self._checkpoint),
            ("cosigned", r"GET /log/checkpoint/([a-z]+)", False, self._of_witness),
            ("tile", r"GET /log/tile/([^/]+)/(.+)", False, self._tile),
            ("cosign", r"POST /log/cosignatures", True, self._cosign),
            ("events", r"GET /log/events", True, self._page),
            ("delivery-events", r"GET /deliveries/([^/]+)/events", True, self._events),
        ]

    def tell(self, kind: str, concerned: Iterable[str] = ("lakeside", "riverside"), **facts: object) -> Leaf:
        """Append an event."""
        leaf = self.made(kind, len(self.leaves), concerned, **facts)
        self.leaves.append(leaf)
        return leaf

    def grow(self, count: int) -> None:
        """Append some events."""
        for _ in range(count):
            self.tell("collect")

    def rewrite(self, index: int) -> None:
        """Put another event in the place of one."""
        self.leaves[index] = self.made("delete", index, ("lakeside",))

    @staticmethod
    def made(kind: str, index: int, concerned: Iterable[str], **facts: object) -> Leaf:
        """An event that happened now."""
        event = Event(kind, datetime.now(UTC).replace(microsecond=0), tuple(sorted(concerned)), **facts)  # type: ignore[arg-type]
        return Leaf(index, event, new_salt())

    def _key(self, _asked: Asked) -> Told:
        return Told(200, encode(self.log.to_object()))

    def _checkpoint(self, _asked: Asked) -> Told:
        return self._signed(self.leaves, self.more_lines)

    def _of_witness(self, _asked: Asked, witness: str) -> Told:
        if witness not in self.cosigned:
            raise NotFound("Nobody of that name cosigned.")
        found = self.cosigned[witness]
        return self._signed(found.leaves, [found.line])

    def _signed(self, leaves: Iterable[Leaf], lines: Iterable[NoteSignature]) -> Told:
        hashes = [leaf.hash for leaf in leaves]
        said = Checkpoint(self.log.origin, len(hashes), tree_head(hashes))
        return Told(200, checkpoint.sign(said, self.key, int(time.time()) - self.late, lines).to_bytes())

    def _tile(self, _asked: Asked, level: str, number: str) -> Told:
        tile = Tile.parse(level, number)
        span, first = 256**tile.level, tile.number * 256
        hashes = [leaf.hash for leaf in self.leaves]
        parts = [hashes[at * span : (at + 1) * span] for at in range(first, first + tile.width)]
        if any(len(part) != span for part in parts):
            raise NotFound("The ledger has no such tile.")
        return Told(200, b"".join(tree_head(part) for part in parts))

    def _cosign(self, asked: Asked) -> Told:
        (line,) = Note.parse(asked.body).signatures
        self.cosigned[asked.caller or ""] = Cosigned(line, tuple(self.leaves))
        return Told(204)

    def _page(self, asked: Asked) -> Told:
        after = int(asked.query.removeprefix("after="))
        leaves = [leaf for leaf in self.leaves if leaf.index >= after]
        return Told(200, encode({"events": [leaf.to_object() for leaf in leaves[:500]]}))

    def _events(self, asked: Asked, delivery: str) -> Told:
        mine = [leaf for leaf in self.leaves if leaf.event.delivery == delivery]
        mine = [leaf for leaf in mine if leaf.event.concerns(asked.caller or "")]
        return Told(200, encode({"events": [leaf.to_object() for leaf in mine]}))
