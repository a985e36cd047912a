"""Identities: the secret side of a key, which unwraps what its recipient wrapped; and the files that hold
them.

An identity file is a text file, one identity a line, as the age programs write it; it may itself be a sealed
file under a passphrase. No message of this module holds any part of a line: it might be a secret.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hpke import MLKEM768X25519PrivateKey

from vernix.errors import DataRefused, UsageError
from vernix.sealing import armor, bech32, raw64
from vernix.sealing.descriptors import reading
from vernix.sealing.header import FILE_KEY_SIZE, Stanza
from vernix.sealing.opening import open_bytes
from vernix.sealing.placing import new_file
from vernix.sealing.recipients import (
    ENCAPSULATED_SIZE,
    HYBRID_INFO,
    HYBRID_SUITE,
    HYBRID_TYPE,
    SCRYPT_SALT_SIZE,
    SCRYPT_TYPE,
    WRAP_NONCE,
    X25519_TYPE,
    HybridRecipient,
    PassphraseRecipient,
    X25519Recipient,
    scrypt_wrap_key,
    x25519_wrap_key,
)
from vernix.sealing.refusals import HeaderBroken, NotForUs
from vernix.sealing.sealer import seal_bytes
from vernix.sealing.stream import TAG
from vernix.sealing.unwrapping import Identity

__all__ = [
    "HybridIdentity",
    "Identity",
    "KeyIdentity",
    "PassphraseIdentity",
    "X25519Identity",
    "identity_text",
    "load_identities",
    "parse_identities",
    "save_identities",
]

SECRET_SIZE = 32
X25519_SHARE_SIZE = 32
MAX_WORK_FACTOR = 20
"""Base-two logarithm: opening takes at most 1 GiB of memory and a few seconds, whoever wrote the file."""

MAX_IDENTITY_FILE = 1 << 20
_HYBRID_PREFIX = "AGE-SECRET-KEY-PQ-"
_X25519_PREFIX = "AGE-SECRET-KEY-"
_WORK_FACTOR = re.compile(r"[1-9][0-9]*")
_NEW_KEYS = "Make an identity with: vernix keygen -o key.txt"


class HybridIdentity:
    """``AGE-SECRET-KEY-PQ-1...``: opens what was sealed to its ``age1pq1...`` recipient. ``str()`` is the
    secret.
    """

    def __init__(self, secret: bytes) -> None:
        if len(secret) != SECRET_SIZE:
            raise _not_an_identity("its length is wrong")
        # X-Wing: one 32-byte seed makes both keys (draft-connolly-cfrg-xwing-kem, "expandDecapsulationKey").
        expanded = hashlib.shake_256(secret).digest(96)
        mlkem = MLKEM768PrivateKey.from_seed_bytes(expanded[:64])
        self._x25519 = X25519PrivateKey.from_private_bytes(expanded[64:])
        self._secret = secret
        self._key = MLKEM768X25519PrivateKey(mlkem, self._x25519)
        public = mlkem.public_key().public_bytes_raw() + self._x25519.public_key().public_bytes_raw()
        self.recipient = HybridRecipient(public)

    @classmethod
    def generate(cls) -> HybridIdentity:
        """A new identity."""
        return cls(os.urandom(SECRET_SIZE))

    @classmethod
    def parse(cls, text: str) -> HybridIdentity:
        """The identity that ``text`` spells; ``DataRefused`` if it spells none of this kind."""
        return cls(_secret(text, _HYBRID_PREFIX))

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes | None:
        """See ``Identity.unwrap``."""
        for stanza in stanzas:
            if stanza.type == HYBRID_TYPE:
                share = _checked(stanza, ENCAPSULATED_SIZE, 1)
                if file_key := self._open(share, stanza.body):
                    return file_key
        return None

    def _open(self, share: bytes, body: bytes) -> bytes | None:
        # The library reports a worthless point like a wrong key; the format wants the file refused as
        # malformed.
        _exchange(self._x25519, share[-X25519_SHARE_SIZE:])
        try:
            return HYBRID_SUITE.decrypt(share + body, self._key, HYBRID_INFO)
        except InvalidTag:
            return None

    def __str__(self) -> str:
        return bech32.encode(_HYBRID_PREFIX, self._secret)

    def __repr__(self) -> str:
        return f"HybridIdentity(of {self.recipient!r})"


class X25519Identity:
    """``AGE-SECRET-KEY-1...``: opens what was sealed to its ``age1...`` recipient; ``str()`` is secret."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) != SECRET_SIZE:
            raise _not_an_identity("its length is wrong")
        self._secret = secret
        self._key = X25519PrivateKey.from_private_bytes(secret)
        self.recipient = X25519Recipient(self._key.public_key().public_bytes_raw())

    @classmethod
    def generate(cls) -> X25519Identity:
        """A new identity."""
        return cls(os.urandom(SECRET_SIZE))

    @classmethod
    def parse(cls, text: str) -> X25519Identity:
        """The identity that ``text`` spells; ``DataRefused`` if it spells none of this kind."""
        return cls(_secret(text, _X25519_PREFIX))

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes | None:
        """See ``Identity.unwrap``."""
        for stanza in stanzas:
            if stanza.type == X25519_TYPE:
                share = _checked(stanza, X25519_SHARE_SIZE, 1)
                key = x25519_wrap_key(_exchange(self._key, share), share, self.recipient.public)
                if file_key := _unwrapped(key, stanza.body):
                    return file_key
        return None

    def __str__(self) -> str:
        return bech32.encode(_X25519_PREFIX, self._secret)

    def __repr__(self) -> str:
        return f"X25519Identity(of {self.recipient!r})"


KeyIdentity = HybridIdentity | X25519Identity


class PassphraseIdentity:
    """Opens a file that is sealed under a passphrase, unless that would cost more than ``max_work_factor``
    allows.
    """

    def __init__(self, passphrase: bytes, max_work_factor: int = MAX_WORK_FACTOR) -> None:
        self._passphrase = passphrase
        self._max_work_factor = max_work_factor

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes | None:
        """See ``Identity.unwrap``."""
        # A passphrase stanza is alone in its header; find_file_key saw to that.
        if stanzas[0].type != SCRYPT_TYPE:
            return None
        stanza = stanzas[0]
        salt = _checked(stanza, SCRYPT_SALT_SIZE, 2)
        key = scrypt_wrap_key(self._passphrase, salt, self._work_factor(stanza.arguments[1]))
        return _unwrapped(key, stanza.body)

    def _work_factor(self, text: str) -> int:
        if not _WORK_FACTOR.fullmatch(text):
            raise HeaderBroken("its passphrase work factor is not a plain number")
        # Compare lengths first: a number of a million digits is not worth converting.
        if len(text) > 2 or int(text) > self._max_work_factor:
            raise HeaderBroken(
                f"its passphrase work factor is above {self._max_work_factor}, so it would take too long",
                hint="Seal the identity file again with a usual work factor, for example with age -p.",
            )
        return int(text)


def parse_identities(text: str) -> list[KeyIdentity]:
    """The identities in the text of an identity file; ``DataRefused`` if a line is none, or if there is none
    at all.
    """
    found: list[KeyIdentity] = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            try:
                found.append(_parse_identity(line.strip()))
            except DataRefused as reason:
                raise DataRefused(
                    f"Line {number} of the identity file: {reason.message}", hint=reason.hint
                ) from None
    if not found:
        raise DataRefused("There is no identity in this file.", hint=_NEW_KEYS)
    return found


def load_identities(path: Path, ask_passphrase: Callable[[], bytes] | None = None) -> list[KeyIdentity]:
    """The identities in the file at ``path``, plain or sealed under a passphrase.

    ``ask_passphrase`` is called only if the file needs a passphrase. Raises ``UsageError`` if there is no
    such file or nobody to ask, ``DataRefused`` for a wrong passphrase, a work factor above the cap, or a file
    that is none.
    """
    with reading(path) as descriptor, os.fdopen(descriptor, "rb", closefd=False) as file:
        data = file.read(MAX_IDENTITY_FILE + 1)
    if len(data) > MAX_IDENTITY_FILE:
        raise DataRefused(f"{path} is too large to be an identity file.", hint=_NEW_KEYS)
    if data.startswith(b"age-encryption.org/") or data.lstrip().startswith(armor.BEGIN):
        data = _open_identity_file(path, data, ask_passphrase)
    try:
        return parse_identities(data.decode("utf-8"))
    except UnicodeDecodeError:
        raise DataRefused(f"{path} is not an identity file.", hint=_NEW_KEYS) from None


def save_identities(path: Path, identities: Sequence[KeyIdentity], passphrase: bytes | None = None) -> None:
    """Write an identity file (mode 0600, durable); with ``passphrase`` sealed under it, armored.

    Raises ``UsageError`` if something stands at ``path`` already: a secret key is never overwritten.
    """
    text = identity_text(identities)
    data = _sealed_text(text, passphrase) if passphrase is not None else text.encode("ascii")
    with (
        new_file(path, mode=0o600, replace=False, durable=True) as descriptor,
        os.fdopen(descriptor, "wb", closefd=False) as file,
    ):
        file.write(data)


def identity_text(identities: Sequence[KeyIdentity]) -> str:
    """The text of an identity file, with the recipient of each identity as a comment, as age-keygen writes
    it.
    """
    lines = [f"# created: {datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"]
    for identity in identities:
        lines += [f"# public key: {identity.recipient}", str(identity)]
    return "\n".join(lines) + "\n"


def _sealed_text(text: str, passphrase: bytes) -> bytes:
    sealed = seal_bytes(text.encode("ascii"), [PassphraseRecipient(passphrase)])
    return b"".join(armor.armored([sealed]))


def _open_identity_file(path: Path, data: bytes, ask_passphrase: Callable[[], bytes] | None) -> bytes:
    if ask_passphrase is None:
        raise UsageError(f"{path} is protected by a passphrase.", hint="Give it with --passphrase-file.")
    try:
        return open_bytes(data, [PassphraseIdentity(ask_passphrase())], MAX_IDENTITY_FILE)
    except NotForUs:
        raise DataRefused(
            f"The passphrase does not open {path}.", hint="Check the passphrase; capitals and spaces count."
        ) from None


def _parse_identity(text: str) -> KeyIdentity:
    if text.startswith(_HYBRID_PREFIX + "1"):
        return HybridIdentity.parse(text)
    if text.startswith(_X25519_PREFIX + "1"):
        return X25519Identity.parse(text)
    if text.startswith("age1"):
        raise _not_an_identity("it is a recipient, the public half of a key")
    raise _not_an_identity("it is of a kind that we do not know")


def _secret(text: str, prefix: str) -> bytes:
    try:
        found, data = bech32.decode(text)
    except ValueError as reason:
        raise _not_an_identity(str(reason)) from None
    if found != prefix:
        raise _not_an_identity("it is of another kind")
    return data


def _checked(stanza: Stanza, size: int, arguments: int) -> bytes:
    """The first argument of a stanza of our type, decoded, after every check that must come before
    decrypting.
    """
    if len(stanza.arguments) != arguments:
        raise HeaderBroken("a stanza has the wrong number of arguments")
    try:
        value = raw64.decode(stanza.arguments[0])
    except ValueError:
        raise HeaderBroken("a stanza's argument is not canonical base64") from None
    if len(value) != size:
        raise HeaderBroken("a stanza's argument has the wrong length")
    # A longer body could be made to open under many keys, and which of them worked would tell who we are.
    if len(stanza.body) != FILE_KEY_SIZE + TAG:
        raise HeaderBroken("a stanza's body has the wrong length")
    return value


def _exchange(key: X25519PrivateKey, share: bytes) -> bytes:
    try:
        return key.exchange(X25519PublicKey.from_public_bytes(share))
    except ValueError:
        raise HeaderBroken("a stanza's share is a point that protects nothing") from None


def _unwrapped(key: bytes, body: bytes) -> bytes | None:
    try:
        return ChaCha20Poly1305(key).decrypt(WRAP_NONCE, body, None)
    except InvalidTag:
        return None


def _not_an_identity(why: str) -> DataRefused:
    return DataRefused(f"This is not an identity: {why}.", hint=_NEW_KEYS)
