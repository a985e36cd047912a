"""The age v1 header: its strict grammar, its MAC (C2SP age.md, "Header").

A header is an intro line, one stanza or more (each wraps the same file key for one recipient) and a MAC.
Reading is exact: what this module accepts has one spelling only, so that nobody can change a byte and leave
the meaning. It knows nothing of keys beyond the MAC, so the gateway may use it to tell an age file from
noise.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from vernix.errors import UsageError
from vernix.sealing import raw64
from vernix.sealing.refusals import HeaderAltered, HeaderBroken

FILE_KEY_SIZE = 16
MAX_HEADER = 1 << 20
"""Bytes. Room for about 650 post-quantum recipients; more would only serve to fill a reader's memory."""

INTRO = b"age-encryption.org/v1\n"
_COLUMNS = 64
_ARGUMENT = re.compile(rb"[!-~]+")
_MAC_LINE = len(b"--- ") + 43 + len(b"\n")


@dataclass(frozen=True)
class Stanza:
    """One wrapped file key: ``type`` and ``arguments`` as text without spaces, ``body`` as bytes."""

    type: str
    arguments: tuple[str, ...]
    body: bytes

    def encode(self) -> bytes:
        """The stanza as the header writes it: an argument line, body lines of 64, one shorter line at the
        end.
        """
        for argument in (self.type, *self.arguments):
            if not argument or any(not 33 <= ord(letter) <= 126 for letter in argument):
                raise ValueError("a stanza argument must be visible ASCII")
        body = raw64.encode(self.body)
        lines = [body[start : start + _COLUMNS] for start in range(0, len(body) + 1, _COLUMNS)]
        return "\n".join((" ".join(("->", self.type, *self.arguments)), *lines, "")).encode("ascii")


@dataclass(frozen=True)
class Header:
    """A whole header: its stanzas, its MAC, and ``encoded``, every byte of it including the last newline."""

    stanzas: tuple[Stanza, ...]
    mac: bytes
    encoded: bytes


def read_header(stream: BinaryIO) -> Header:
    """Read one header and leave ``stream`` at the first byte after it.

    Raises ``HeaderBroken`` (a ``DataRefused``) for anything that does not follow the grammar exactly or is
    longer than ``MAX_HEADER`` bytes; never reads further than that.
    """
    return _Reader(stream).header()


def make_header(stanzas: Sequence[Stanza], file_key: bytes) -> Header:
    """The header that carries ``stanzas``, with the MAC that only a holder of ``file_key`` can make."""
    signed = INTRO + b"".join(stanza.encode() for stanza in stanzas) + b"---"
    mac = _mac(file_key, signed)
    encoded = signed + b" " + raw64.encode(mac).encode("ascii") + b"\n"
    if len(encoded) > MAX_HEADER:
        raise UsageError(
            "There are too many recipients for one sealed file.",
            hint="Seal the file in several runs, each to fewer recipients.",
        )
    return Header(tuple(stanzas), mac, encoded)


def check_mac(header: Header, file_key: bytes) -> None:
    """Raise ``HeaderAltered`` unless the header is the one that was made with ``file_key``."""
    signed = header.encoded[: len(header.encoded) - _MAC_LINE + len(b"---")]
    if not hmac.compare_digest(_mac(file_key, signed), header.mac):
        raise HeaderAltered


def _mac(file_key: bytes, signed: bytes) -> bytes:
    key = HKDF(SHA256(), 32, salt=None, info=b"header").derive(file_key)
    return hmac.digest(key, signed, hashlib.sha256)


class _Reader:
    """One pass over the lines of a header, counting bytes."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._lines: list[bytes] = []
        self._left = MAX_HEADER

    def header(self) -> Header:
        self._intro()
        stanzas: list[Stanza] = []
        while True:
            line = self._line()
            if not line.startswith(b"->"):
                break
            stanzas.append(self._stanza(line))
        mac = _mac_of(line)
        if not stanzas:
            raise HeaderBroken("its header names no recipient")
        return Header(tuple(stanzas), mac, b"".join(self._lines))

    def _intro(self) -> None:
        # The first bytes alone tell most wrong files: read no more of those than the intro could be.
        line = self._stream.readline(len(INTRO))
        if not line:
            raise HeaderBroken("it is empty")
        if line != INTRO:
            known = line.startswith(b"age-encryption.org/")
            raise HeaderBroken(
                "its format version or first line is not one we know" if known else "it is not an age file",
                hint="Check that this is the sealed file, usually with a name that ends in .age.",
            )
        self._lines.append(line)
        self._left -= len(line)

    def _line(self) -> bytes:
        line = self._stream.readline(self._left)
        self._left -= len(line)
        if not line.endswith(b"\n"):
            raise HeaderBroken(
                "its header is longer than allowed" if self._left <= 0 else "its header ends early"
            )
        self._lines.append(line)
        return line[:-1]

    def _stanza(self, line: bytes) -> Stanza:
        mark, *arguments = line.split(b" ")
        if mark != b"->" or not arguments:
            raise HeaderBroken("a stanza does not begin as it should")
        for argument in arguments:
            if not _ARGUMENT.fullmatch(argument):
                raise HeaderBroken("a stanza has an empty or unprintable argument")
        words = [argument.decode("ascii") for argument in arguments]
        return Stanza(words[0], tuple(words[1:]), self._body())

    def _body(self) -> bytes:
        body: list[bytes] = []
        while not body or len(body[-1]) == _COLUMNS:
            line = self._line()
            if len(line) > _COLUMNS:
                raise HeaderBroken("a stanza has a line longer than 64 columns")
            body.append(line)
        try:
            return raw64.decode(b"".join(body))
        except ValueError:
            raise HeaderBroken("a stanza's body is not canonical base64") from None


def _mac_of(line: bytes) -> bytes:
    if len(line) != _MAC_LINE - 1 or not line.startswith(b"--- "):
        raise HeaderBroken("its header does not end with a MAC")
    try:
        return raw64.decode(line[4:])
    except ValueError:
        raise HeaderBroken("its header's MAC is not canonical base64") from None
