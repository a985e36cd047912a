"""Small sealed records and blind indexes, for a vault of millions of rows (no age header per row).

A record is sealed with AES-256-GCM-SIV under a random nonce: random nonces that meet by chance after billions
of records would betray only that two records were equal, never a key (RFC 8452, section 9). The ``context``
(which table, which row) is bound to it, so that a blob cannot be moved to another row.

A blind index is a keyed hash that finds equal values without holding them. Both keys derive from one master
key and carry a version, so that a vault can be sealed anew while the old version is still readable.

Blob: format (1 byte, 0x01), key version (2 bytes, big endian), nonce (12), sealed content with its tag (16
longer).
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Iterable
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from vernix.errors import DataRefused

MASTER_SIZE = 32
INDEX_SIZE = 16
"""Bytes of a blind index: 128 bits, so that two values never share one by chance."""

_FORMAT = b"\x01"
_NONCE = 12
_PREFIX = len(_FORMAT) + 2
_OVERHEAD = _PREFIX + _NONCE + 16


class RecordKey:
    """Seals and opens records. ``version`` (0 to 65535) says which key a blob was sealed under."""

    def __init__(self, key: bytes, version: int = 1) -> None:
        self.version = version
        self._prefix = _FORMAT + version.to_bytes(2, "big")
        self._cipher = AESGCMSIV(key)

    @classmethod
    def derive(cls, master: bytes, version: int = 1) -> Self:
        """The record key of ``version`` from the 32-byte ``master``."""
        return cls(_derived(master, b"vernix/record/v1", version), version)

    def seal(self, plaintext: bytes, context: bytes) -> bytes:
        """``plaintext`` as a blob that opens only under the same ``context``."""
        nonce = os.urandom(_NONCE)
        return self._prefix + nonce + self._cipher.encrypt(nonce, plaintext, self._prefix + context)

    def open(self, sealed: bytes, context: bytes) -> bytes:
        """What ``seal`` was given; ``DataRefused`` for an altered blob, another context or another key."""
        prefix, nonce = sealed[:_PREFIX], sealed[_PREFIX : _PREFIX + _NONCE]
        if prefix != self._prefix or len(sealed) < _OVERHEAD:
            raise DataRefused(
                "A sealed record is of another format or key version than the one at hand.",
                hint="Open it with the key version that its first bytes name.",
            )
        try:
            return self._cipher.decrypt(nonce, sealed[_PREFIX + _NONCE :], prefix + context)
        except InvalidTag:
            raise DataRefused(
                "A sealed record was altered, or stands in another place than it was sealed for.",
                hint="Restore the vault from its last good copy.",
            ) from None

    def seal_many(self, records: Iterable[tuple[bytes, bytes]]) -> list[bytes]:
        """``seal`` for each (plaintext, context)."""
        prefix, encrypt = self._prefix, self._cipher.encrypt
        blobs = []
        for plaintext, context in records:
            nonce = os.urandom(_NONCE)
            blobs.append(prefix + nonce + encrypt(nonce, plaintext, prefix + context))
        return blobs


class BlindIndexKey:
    """Makes blind indexes: HMAC-SHA-256, cut to 16 bytes, apart for every field."""

    def __init__(self, key: bytes, version: int = 1) -> None:
        self.version = version
        self._key = key

    @classmethod
    def derive(cls, master: bytes, version: int = 1) -> Self:
        """The index key of ``version`` from the 32-byte ``master``."""
        return cls(_derived(master, b"vernix/blind-index/v1", version), version)

    def index(self, field: str, value: str) -> bytes:
        """16 bytes that are equal for equal values of the same ``field``. Normalise ``value`` before."""
        return hmac.digest(self._key, _domain(field) + value.encode("utf-8"), hashlib.sha256)[:INDEX_SIZE]

    def index_many(self, field: str, values: Iterable[str | None]) -> list[bytes | None]:
        """``index`` for each value; None stays None, so that missing values never match each other."""
        # Copying a keyed hash costs half of keying one: this is the inner loop of an import of millions.
        keyed = hmac.new(self._key, _domain(field), hashlib.sha256)
        indexes: list[bytes | None] = []
        for value in values:
            if value is None:
                indexes.append(None)
                continue
            digest = keyed.copy()
            digest.update(value.encode("utf-8"))
            indexes.append(digest.digest()[:INDEX_SIZE])
        return indexes


def _domain(field: str) -> bytes:
    """The field's name with its length before it: no name and value can be read as another pair."""
    name = field.encode("utf-8")
    return len(name).to_bytes(2, "big") + name


def _derived(master: bytes, purpose: bytes, version: int) -> bytes:
    if len(master) != MASTER_SIZE:
        raise ValueError("a master key has 32 bytes")
    return HKDF(SHA256(), 32, salt=None, info=purpose + b"/" + str(version).encode("ascii")).derive(master)
