"""The checkpoint: what a ledger says it is, signed by its log and cosigned by who watches it.

The forms are C2SP's: tlog-checkpoint (origin, size, head), signed by the log's Ed25519 key; tlog-cosignature
v1 (Ed25519, with a time), by each witness. Our log also cosigns its own checkpoint, which tells when it
vouched for it last: a log that shows an old state cannot show a young time with it.

A log's origin is its gateway's host and ``/log``; a witness is named origin, ``/witness/`` and partner id,
and signs with the partner's own signing key. What is signed here begins with the origin or with
``cosignature/v1``, so that no other signature of that key can be shown as one of these.

Rule of change: none of the body; other signatures are other types beside these.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass

from vernix.custody.fields import Fields
from vernix.custody.merkle import HASH
from vernix.custody.notes import COSIGNATURE, ED25519, Note, NoteKey, NoteSignature, check_name, from_base64
from vernix.custody.signatures import SigningKey, VerifyKey
from vernix.errors import DataRefused, NotProven

MOST_LEAVES = 2**53

_SIZE = re.compile(r"0|[1-9][0-9]{0,15}")
_STAMP = 8


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A ledger of ``size`` events has the tree head ``root`` (32 bytes)."""

    origin: str
    size: int
    root: bytes

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Read the three lines; DataRefused for anything else (extension lines too: we write none)."""
        lines = text.split("\n")
        if len(lines) == 4 and lines[3] == "" and _SIZE.fullmatch(lines[1]):
            root = from_base64(lines[2])
            if root is not None and len(root) == HASH and int(lines[1]) <= MOST_LEAVES:
                return cls(check_name(lines[0]), int(lines[1]), root)
        raise DataRefused("A checkpoint is not three lines: origin, size, head.", hint="Fetch it again.")

    def text(self) -> str:
        """The three lines."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode('ascii')}\n"


@dataclass(frozen=True, slots=True)
class Log:
    """A ledger as others know it: its origin and the key that signs its checkpoints."""

    origin: str
    key: VerifyKey

    def __post_init__(self) -> None:
        check_name(self.origin)

    @classmethod
    def from_object(cls, value: object) -> Log | None:
        """Read the log that a document names; null is none. Raises DataRefused."""
        if value is None:
            return None
        fields = Fields(value, "log")
        log = cls(fields.text("origin"), VerifyKey.from_text(fields.text("key")))
        fields.end()
        return log

    def to_object(self) -> dict[str, object]:
        """As a document names it."""
        return {"origin": self.origin, "key": self.key.to_text()}

    def open(self, data: bytes) -> SignedCheckpoint:
        """A checkpoint of this log, proven by both of its signatures.

        Raises DataRefused (malformed) or NotProven (another log, another key, altered).
        """
        note = Note.parse(data)
        checkpoint = Checkpoint.parse(note.text)
        signature = note.by(NoteKey(self.origin, self.key))
        if checkpoint.origin != self.origin or signature is None:
            raise NotProven(
                "The checkpoint is not of the log that the directory names.",
                hint="Refresh the directory; if it stays so, tell the registry.",
            )
        self.key.verify_raw(note.text.encode("utf-8"), signature.value)
        own = cosigned_at(note, NoteKey(self.origin, self.key, COSIGNATURE))
        if own is None:
            raise NotProven("The checkpoint does not say when its log vouched for it.")
        return SignedCheckpoint(checkpoint, note, own)

    def witness_key(self, partner_id: str, key: VerifyKey) -> NoteKey:
        """The key of a partner as a witness of this log."""
        return NoteKey(f"{self.origin}/witness/{partner_id}", key, COSIGNATURE)


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint that its log signed; ``vouched`` is when, in seconds since the epoch."""

    checkpoint: Checkpoint
    note: Note
    vouched: int

    @property
    def size(self) -> int:
        """How many events the ledger has."""
        return self.checkpoint.size

    def witnessed(self, key: NoteKey) -> int | None:
        """When the witness with ``key`` cosigned this (seconds since the epoch); None if it did not.

        Raises NotProven for a cosignature in that name which does not verify.
        """
        return cosigned_at(self.note, key)


def sign(checkpoint: Checkpoint, key: SigningKey, now: int, others: Iterable[NoteSignature] = ()) -> Note:
    """The log's own note: its signature, its time, then the cosignatures of ``others``."""
    text = checkpoint.text()
    name = NoteKey(checkpoint.origin, key.verify_key, ED25519)
    plain = NoteSignature(name.name, name.id, key.sign_raw(text.encode("utf-8")))
    return Note(text, (plain, cosign(checkpoint, checkpoint.origin, key, now), *others))


def cosign(checkpoint: Checkpoint, name: str, key: SigningKey, now: int) -> NoteSignature:
    """A cosignature/v1: ``name`` saw this checkpoint, consistent with all it saw before, at ``now``."""
    value = key.sign_raw(_stamped(checkpoint.text(), now))
    named = NoteKey(name, key.verify_key, COSIGNATURE)
    return NoteSignature(name, named.id, now.to_bytes(_STAMP, "big") + value)


def cosigned_at(note: Note, key: NoteKey) -> int | None:
    """When ``key`` cosigned this note (seconds since the epoch); None if it did not. Raises NotProven."""
    found = note.by(key)
    if found is None:
        return None
    stamp = int.from_bytes(found.value[:_STAMP], "big")
    if len(found.value) != _STAMP + 64 or stamp >= 2**63:
        raise NotProven("A cosignature of the ledger is not of the form that it must have.")
    key.key.verify_raw(_stamped(note.text, stamp), found.value[_STAMP:])
    return stamp


def _stamped(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()
