"""The event: one thing that happened at the gateway. A leaf of the ledger is its salted hash.

Canonical JSON, format ``vernix/event/v1``. The leaf is SHA-256(0x00 || salt || event) with a random salt of
16 bytes, so that nobody who sees the public tree can try out what an event might say. The salt goes to those
whom the event concerns, and to the registry. An event names no file and holds no content.

Rule of change: a new or changed field makes ``vernix/event/v2``; a kind is added the same way. Leaves stay
what they are.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime

from vernix.custody import canonical
from vernix.custody.directory import EVERYBODY
from vernix.custody.fields import Fields, to_base64
from vernix.custody.identifiers import format_time
from vernix.custody.tree import leaf_hash
from vernix.errors import DataRefused

FORMAT = "vernix/event/v1"
SALT = 16
"""Bytes."""

ANNOUNCE, UPLOAD, COLLECT, RECEIPT = "announce", "upload", "collect", "receipt"
READ, RECALL = "read", "recall"
DELETE, REFUSE, DIRECTORY = "delete", "refuse", "directory"
KINDS = (ANNOUNCE, UPLOAD, COLLECT, RECEIPT, READ, RECALL, DELETE, REFUSE, DIRECTORY)

_WORD = re.compile(r"[A-Za-z][A-Za-z-]{0,39}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_CONCERNED = re.compile(r"\*|[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
_MOST_CONCERNED = 200


@dataclass(frozen=True, slots=True)
class Event:
    """What happened. Everything but ``kind``, ``at`` and ``concerned`` may be None: not every kind has it.

    ``actor`` is the partner who did it (None: the gateway itself); ``concerned`` are those who may read it,
    ascending ("*": everybody); ``part`` a part's number; ``size`` bytes; ``version`` the directory's;
    ``digest`` SHA-256 of the signed document that it tells of; ``outcome`` a word, ``route`` the way that was
    refused.
    """

    kind: str
    at: datetime
    concerned: tuple[str, ...]
    actor: str | None = None
    delivery: str | None = None
    upload: str | None = None
    part: int | None = None
    size: int | None = None
    version: int | None = None
    digest: str | None = None
    outcome: str | None = None
    route: str | None = None

    @classmethod
    def parse(cls, data: bytes) -> Event:
        """Read canonical bytes; DataRefused names the field."""
        return cls.from_object(canonical.decode(data))

    @classmethod
    def from_object(cls, value: object) -> Event:
        """Read an event that stood inside a larger canonical document."""
        fields = Fields(value, "event")
        fields.format(FORMAT)
        event = cls(
            kind=fields.choice("kind", KINDS),
            at=fields.time("at"),
            concerned=tuple(
                Fields({"concerned": item}, "event").matching("concerned", _CONCERNED)
                for item in fields.items("concerned", least=1, most=_MOST_CONCERNED)
            ),
            actor=fields.optional_matching("actor", _CONCERNED),
            delivery=fields.optional_id("delivery"),
            upload=fields.optional_id("upload"),
            part=fields.optional_integer("part"),
            size=fields.optional_integer("size"),
            version=fields.optional_integer("version"),
            digest=fields.optional_matching("digest", _DIGEST),
            outcome=fields.optional_matching("outcome", _WORD),
            route=fields.optional_matching("route", _WORD),
        )
        fields.end()
        if list(event.concerned) != sorted(set(event.concerned)):
            raise DataRefused("The event does not list whom it concerns in order, each once.")
        return event

    def to_object(self) -> dict[str, object]:
        """The event as JSON values."""
        return {
            "format": FORMAT,
            "kind": self.kind,
            "at": format_time(self.at),
            "concerned": list(self.concerned),
            "actor": self.actor,
            "delivery": self.delivery,
            "upload": self.upload,
            "part": self.part,
            "size": self.size,
            "version": self.version,
            "digest": self.digest,
            "outcome": self.outcome,
            "route": self.route,
        }

    def to_bytes(self) -> bytes:
        """The canonical bytes."""
        return canonical.spelled(self.to_object())

    def leaf(self, salt: bytes) -> bytes:
        """The ledger's leaf for this event under ``salt`` (16 bytes)."""
        if len(salt) != SALT:
            raise ValueError("a salt has 16 bytes")
        return leaf_hash(salt + self.to_bytes())

    def concerns(self, partner: str) -> bool:
        """Whether ``partner`` may read it."""
        return partner in self.concerned or EVERYBODY in self.concerned


@dataclass(frozen=True, slots=True)
class Leaf:
    """One event and its place in the ledger: what makes the leaf, for whoever may know it."""

    index: int
    event: Event
    salt: bytes

    @classmethod
    def from_object(cls, value: object) -> Leaf:
        """Read a leaf as the gateway answers it. Raises DataRefused."""
        fields = Fields(value, "leaf")
        leaf = cls(
            fields.integer("index"), Event.from_object(fields.value("event")), fields.binary("salt", SALT)
        )
        fields.end()
        return leaf

    def to_object(self) -> dict[str, object]:
        """The leaf as JSON values."""
        return {"index": self.index, "event": self.event.to_object(), "salt": to_base64(self.salt)}

    @property
    def hash(self) -> bytes:
        """What stands in the tree."""
        return self.event.leaf(self.salt)


def new_salt() -> bytes:
    """A fresh salt from the operating system's randomness."""
    return secrets.token_bytes(SALT)
