"""Signed notes: a text and who signed it, line by line (C2SP signed-note v1.0).

A note is text in lines, an empty line, then one line for each signature: an em dash, the key's name, and
base64 of the key's id (4 bytes) with the signature behind it. Lines by unknown keys are ignored.

Rule of change: none; another algorithm is another signature type in C2SP's table.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from vernix.custody.signatures import VerifyKey
from vernix.errors import DataRefused

ED25519 = 0x01
COSIGNATURE = 0x04
"""Signature types of C2SP signed-note and tlog-cosignature."""

MOST_SIGNATURES = 128
MOST_BYTES = 64 * 1024

_NAME = re.compile(r"[^\s+\x00-\x1f\x7f]{1,200}")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_DASH = "\u2014 "


@dataclass(frozen=True, slots=True)
class NoteKey:
    """A key as a note names it: a name without spaces or plus, a public key, what it signs (``kind``)."""

    name: str
    key: VerifyKey
    kind: int = ED25519

    def __post_init__(self) -> None:
        check_name(self.name)

    @property
    def id(self) -> bytes:
        """The first four bytes of SHA-256 over name, newline, kind and the public key."""
        material = self.name.encode("utf-8") + b"\n" + bytes([self.kind]) + self.key.public
        return hashlib.sha256(material).digest()[:4]

    def to_text(self) -> str:
        """The verifier key as other C2SP tools read it: ``name+id+base64``."""
        return f"{self.name}+{self.id.hex()}+{_base64(bytes([self.kind]) + self.key.public)}"


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line."""

    name: str
    key_id: bytes
    value: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A text that ends in a newline, and the lines that sign it. Nothing is verified by reading it."""

    text: str
    signatures: tuple[NoteSignature, ...]

    @classmethod
    def parse(cls, data: bytes) -> Note:
        """Read a note; DataRefused for what is none or has another spelling."""
        if len(data) > MOST_BYTES:
            raise _refused("it is too long")
        try:
            content = data.decode("utf-8")
        except UnicodeDecodeError:
            raise _refused("it is not UTF-8") from None
        text, empty, lines = content.rpartition("\n\n")
        if not empty or _CONTROL.search(content) or not lines.endswith("\n"):
            raise _refused("it is not a text, an empty line and lines of signatures")
        signatures = tuple(map(_parse_line, lines[:-1].split("\n")))
        if len(signatures) > MOST_SIGNATURES:
            raise _refused("it has too many signatures")
        return cls(text + "\n", signatures)

    def to_bytes(self) -> bytes:
        """The note as ``parse`` reads it."""
        lines = "".join(
            f"{_DASH}{each.name} {_base64(each.key_id + each.value)}\n" for each in self.signatures
        )
        return f"{self.text}\n{lines}".encode()

    def by(self, key: NoteKey) -> NoteSignature | None:
        """The first line that claims to be of ``key``."""
        return next(
            (each for each in self.signatures if (each.name, each.key_id) == (key.name, key.id)), None
        )


def check_name(name: str) -> str:
    """``name`` if a key of a note may have it; DataRefused otherwise."""
    if not _NAME.fullmatch(name):
        raise DataRefused("The name of a log or witness is empty, too long, or holds a space or a plus.")
    return name


def _parse_line(line: str) -> NoteSignature:
    name, space, text = line.removeprefix(_DASH).partition(" ")
    if line.startswith(_DASH) and space and _NAME.fullmatch(name):
        value = from_base64(text)
        if value is not None and len(value) > 4:
            return NoteSignature(name, value[:4], value[4:])
    raise _refused("a line is not the signature of a key")


def from_base64(text: str) -> bytes | None:
    """The bytes of standard, padded base64 in its one spelling; None for any other text."""
    try:
        value = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return None
    return value if _base64(value) == text else None


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _refused(why: str) -> DataRefused:
    return DataRefused(f"A signed note is malformed: {why}.", hint="Fetch it again, whole.")
