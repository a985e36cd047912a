"""Recipients: the public side of a key. A recipient wraps a file key; only its identity unwraps it.

Three kinds (C2SP age.md, "Native recipient types"): the post-quantum hybrid (our default), the classic
X25519, and a passphrase, which serves for identity files only. Kinds never mix in one file: the weakest would
decide.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, MLKEM768X25519PublicKey, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from vernix.errors import DataRefused, KeeperFailed, UsageError
from vernix.sealing import bech32, raw64
from vernix.sealing.header import Stanza

HYBRID_TYPE = "mlkem768x25519"
HYBRID_INFO = b"age-encryption.org/mlkem768x25519"
HYBRID_SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
MLKEM_PUBLIC_SIZE = 1184
ENCAPSULATED_SIZE = 1120

X25519_TYPE = "X25519"
X25519_INFO = b"age-encryption.org/v1/X25519"

SCRYPT_TYPE = "scrypt"
SCRYPT_LABEL = b"age-encryption.org/v1/scrypt"
SCRYPT_SALT_SIZE = 16
DEFAULT_WORK_FACTOR = 18
"""Base-two logarithm: 256 MiB and about a second for each guess at a passphrase, as the age program chooses.
"""

WRAP_NONCE = bytes(12)
"""Fixed by the format: every wrapping key is used once."""


_WORTHLESS = "its key is a point that protects nothing"


class Recipient(Protocol):
    """Somebody to seal to. ``str()`` is the text that one gives to others."""

    @property
    def kind(self) -> str:
        """``"postquantum"``, ``"classic"`` or ``"passphrase"``: only one kind goes into one file."""
        ...

    def wrap(self, file_key: bytes) -> list[Stanza]:
        """The stanzas that carry ``file_key`` (16 bytes) to this recipient."""
        ...


class HybridRecipient:
    """``age1pq1...``: ML-KEM-768 with X25519, secure against quantum computers that do not exist yet."""

    kind = "postquantum"

    def __init__(self, public: bytes) -> None:
        try:
            mlkem = MLKEM768PublicKey.from_public_bytes(public[:MLKEM_PUBLIC_SIZE])
            x25519 = X25519PublicKey.from_public_bytes(public[MLKEM_PUBLIC_SIZE:])
        except ValueError:
            raise _not_a_recipient("its key is not valid") from None
        self.public = public
        self._key = MLKEM768X25519PublicKey(mlkem, x25519)

    def wrap(self, file_key: bytes) -> list[Stanza]:
        """One ``mlkem768x25519`` stanza: the encapsulated key as argument, the sealed file key as body."""
        try:
            sealed = HYBRID_SUITE.encrypt(file_key, self._key, HYBRID_INFO)
        except ValueError:
            raise _not_a_recipient(_WORTHLESS) from None
        share = raw64.encode(sealed[:ENCAPSULATED_SIZE])
        return [Stanza(HYBRID_TYPE, (share,), sealed[ENCAPSULATED_SIZE:])]

    def __str__(self) -> str:
        return bech32.encode("age1pq", self.public)

    def __repr__(self) -> str:
        return f"HybridRecipient({str(self)[:20]}...)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, HybridRecipient) and other.public == self.public

    def __hash__(self) -> int:
        return hash(self.public)


class X25519Recipient:
    """``age1...``: the classic kind, for partners whose tools are older."""

    kind = "classic"

    def __init__(self, public: bytes) -> None:
        try:
            self._key = X25519PublicKey.from_public_bytes(public)
        except ValueError:
            raise _not_a_recipient("its key is not valid") from None
        self.public = public

    def wrap(self, file_key: bytes) -> list[Stanza]:
        """One ``X25519`` stanza, with a share that is used for this stanza only."""
        ephemeral = X25519PrivateKey.generate()
        share = ephemeral.public_key().public_bytes_raw()
        try:
            secret = ephemeral.exchange(self._key)
        except ValueError:
            raise _not_a_recipient(_WORTHLESS) from None
        key = x25519_wrap_key(secret, share, self.public)
        body = ChaCha20Poly1305(key).encrypt(WRAP_NONCE, file_key, None)
        return [Stanza(X25519_TYPE, (raw64.encode(share),), body)]

    def __str__(self) -> str:
        return bech32.encode("age", self.public)

    def __repr__(self) -> str:
        return f"X25519Recipient({self})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, X25519Recipient) and other.public == self.public

    def __hash__(self) -> int:
        return hash(self.public)


class PassphraseRecipient:
    """A passphrase, for identity files on disk; always alone in its file.

    ``work_factor`` is the base-two logarithm of scrypt's cost. Memory to seal and to open: 1 KiB <<
    work_factor.
    """

    kind = "passphrase"

    def __init__(self, passphrase: bytes, work_factor: int = DEFAULT_WORK_FACTOR) -> None:
        if not passphrase:
            raise UsageError("The passphrase is empty.", hint="Give a passphrase of several words.")
        self._passphrase = passphrase
        self._work_factor = work_factor

    def wrap(self, file_key: bytes) -> list[Stanza]:
        """One ``scrypt`` stanza with a fresh salt."""
        salt = os.urandom(SCRYPT_SALT_SIZE)
        key = scrypt_wrap_key(self._passphrase, salt, self._work_factor)
        body = ChaCha20Poly1305(key).encrypt(WRAP_NONCE, file_key, None)
        return [Stanza(SCRYPT_TYPE, (raw64.encode(salt), str(self._work_factor)), body)]

    def __str__(self) -> str:
        return "a passphrase"


def parse_recipient(text: str) -> HybridRecipient | X25519Recipient:
    """The recipient that ``text`` (``age1pq1...`` or ``age1...``) names; ``DataRefused`` if it names none."""
    if text.upper().startswith("AGE-SECRET-KEY-"):
        raise _not_a_recipient("it is an identity, the secret half of a key, which must never be given away")
    try:
        prefix, data = bech32.decode(text)
    except ValueError as reason:
        raise _not_a_recipient(str(reason)) from None
    if prefix == "age1pq":
        return HybridRecipient(data)
    if prefix == "age":
        return X25519Recipient(data)
    raise _not_a_recipient("it is of a kind that we do not know")


def parse_recipients(text: str) -> list[HybridRecipient | X25519Recipient]:
    """The recipients of a recipients file: one a line; empty lines and lines that begin with ``#`` are passed
    over.
    """
    found: list[HybridRecipient | X25519Recipient] = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            try:
                found.append(parse_recipient(line.strip()))
            except DataRefused as reason:
                raise DataRefused(
                    f"Line {number} of the recipients file: {reason.message}", hint=reason.hint
                ) from None
    if not found:
        raise DataRefused(
            "There is no recipient in this file.", hint="Write one recipient (age1...) on each line."
        )
    return found


def check_kinds(recipients: Sequence[Recipient]) -> None:
    """Raise ``UsageError`` unless ``recipients`` may share one file: one kind, a passphrase alone."""
    if not recipients:
        raise UsageError("A file must be sealed to somebody.", hint="Name a recipient (age1...).")
    kinds = {recipient.kind for recipient in recipients}
    if len(kinds) > 1 or ("passphrase" in kinds and len(recipients) > 1):
        raise UsageError(
            "Post-quantum and classic recipients, or a passphrase and others, cannot share one sealed file.",
            hint="Seal it once for each kind: the weakest recipient would decide how safe the file is.",
        )


def x25519_wrap_key(secret: bytes, share: bytes, public: bytes) -> bytes:
    """The key that wraps a file key in an X25519 stanza."""
    return HKDF(SHA256(), 32, salt=share + public, info=X25519_INFO).derive(secret)


def scrypt_wrap_key(passphrase: bytes, salt: bytes, work_factor: int) -> bytes:
    """The key that wraps a file key in a scrypt stanza; takes 1 KiB << ``work_factor`` of memory."""
    try:
        return Scrypt(salt=SCRYPT_LABEL + salt, length=32, n=1 << work_factor, r=8, p=1).derive(passphrase)
    except MemoryError:
        raise KeeperFailed(
            f"This passphrase takes {1 << work_factor >> 10} MiB of memory to try; so much is not free.",
            hint="Close other programs, then run it again.",
        ) from None


def _not_a_recipient(why: str) -> DataRefused:
    return DataRefused(
        f"This is not a recipient: {why}.",
        hint="A recipient begins with age1pq1 or age1; copy the whole of it, nothing added.",
    )
