"""Who said it: Ed25519 keys, signatures that say what they are about, and the envelope that carries them.

A signature is made over ``domain + b"\\0" + document``; the domains are listed here and nowhere else, so a
signature for one kind of document can never be shown as one for another kind. In text a public key is
``ed25519:`` and a private key ``vernix-signing-key-1`` and a space, each followed by 32 bytes of unpadded
base64url. A key's id is the first 16 hex digits of SHA-256 over its 32 public bytes.

The envelope of a signed document is canonical JSON: ``{"document": <object>, "signatures": [{"key": <key
id>, "value": <64 bytes base64url>}]}``, with one to four signatures in ascending order of key id, each key
once.

Rule of change: another algorithm is another prefix in the key's text and a ``/v2`` domain; readers refuse
what they do not know. Domains are never used again with another meaning.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from vernix.custody import canonical
from vernix.custody.durable import write_file
from vernix.custody.fields import Fields, from_base64, to_base64
from vernix.errors import DataRefused, KeeperFailed, NotProven

DELIVERY = "vernix/delivery/v1"
MANIFEST = "vernix/manifest/v1"
MANIFEST_V2 = "vernix/manifest/v2"
BUNDLE = "vernix/bundle/v1"
BUNDLE_V2 = "vernix/bundle/v2"
RECEIPT = "vernix/receipt/v1"
READ_RECEIPT = "vernix/read-receipt/v1"
RECALL = "vernix/recall/v1"
PERIOD_CONFIRMATION = "vernix/period-confirmation/v1"
FILE_REQUEST = "vernix/file-request/v1"
ENROLMENT = "vernix/enrolment/v1"
RENEWAL = "vernix/renewal/v2"
RENEWAL_V1 = "vernix/renewal/v1"
"""Of before SSH keys ended; read until the end of 2027."""
DOMAINS = frozenset(
    {
        DELIVERY,
        MANIFEST,
        MANIFEST_V2,
        BUNDLE,
        BUNDLE_V2,
        RECEIPT,
        READ_RECEIPT,
        RECALL,
        PERIOD_CONFIRMATION,
        FILE_REQUEST,
        ENROLMENT,
        RENEWAL,
        RENEWAL_V1,
    }
)

MAX_SIGNATURES = 4

_PUBLIC = "ed25519:"
_PRIVATE = "vernix-signing-key-1 "
_FIELD_PRIME = 2**255 - 19
# The y coordinates of the eight points of small order: for such a "key" signatures exist that nobody made.
_SMALL_ORDER_Y = frozenset(
    {
        0,
        1,
        _FIELD_PRIME - 1,
        0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
        0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7,
    }
)


@dataclass(frozen=True)
class VerifyKey:
    """A public Ed25519 key: 32 bytes that name one point of the curve, not of small order."""

    public: bytes

    def __post_init__(self) -> None:
        y = int.from_bytes(self.public, "little") & (2**255 - 1)
        if len(self.public) != 32 or y >= _FIELD_PRIME or y in _SMALL_ORDER_Y:
            raise DataRefused("A verify key is not a proper Ed25519 public key.", hint="Make a new key.")

    @classmethod
    def from_text(cls, text: str) -> VerifyKey:
        """Read ``ed25519:<base64url>``; DataRefused for any other spelling."""
        if not text.startswith(_PUBLIC):
            raise DataRefused("A verify key does not begin with ed25519:.", hint="Copy it again, whole.")
        return cls(from_base64(text[len(_PUBLIC) :]))

    def to_text(self) -> str:
        """``ed25519:<base64url>``."""
        return _PUBLIC + to_base64(self.public)

    @cached_property
    def key_id(self) -> str:
        """The first 16 hex digits of SHA-256 over the public bytes."""
        return hashlib.sha256(self.public).hexdigest()[:16]

    @cached_property
    def _key(self) -> Ed25519PublicKey:
        return Ed25519PublicKey.from_public_bytes(self.public)

    def verify(self, domain: str, message: bytes, signature: bytes) -> None:
        """Raise NotProven unless ``signature`` is this key's, over ``message`` in ``domain``."""
        self.verify_raw(_in_domain(domain, message), signature)

    def verify_raw(self, message: bytes, signature: bytes) -> None:
        """As ``verify`` for a message that carries its own domain (HTTP requests, RFC 9421)."""
        try:
            self._key.verify(signature, message)
        except (InvalidSignature, ValueError):
            raise NotProven(
                f"The signature by key {self.key_id} does not verify.",
                hint="What was signed has been changed on the way, or another key signed it.",
            ) from None


class SigningKey:
    """A private Ed25519 key. Never printed: its repr shows the key's id only."""

    __slots__ = ("_private", "verify_key")

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.verify_key = VerifyKey(private.public_key().public_bytes_raw())

    def __repr__(self) -> str:
        return f"SigningKey({self.key_id})"

    @classmethod
    def generate(cls) -> SigningKey:
        """A new key from the operating system's randomness."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def from_bytes(cls, seed: bytes) -> SigningKey:
        """The key of a 32-byte seed (RFC 8032 section 5.1.5)."""
        if len(seed) != 32:
            raise DataRefused("A signing key is not 32 bytes.", hint="Restore it from its copy.")
        return cls(Ed25519PrivateKey.from_private_bytes(seed))

    def to_bytes(self) -> bytes:
        """The 32-byte seed. Seal it or write it 0600; never log it."""
        return self._private.private_bytes_raw()

    @classmethod
    def from_text(cls, text: str) -> SigningKey:
        """Read ``vernix-signing-key-1 <base64url>`` (a final newline is allowed)."""
        line = text.removesuffix("\n")
        if not line.startswith(_PRIVATE):
            raise DataRefused("That is not a vernix signing key.", hint="Restore the file from its copy.")
        return cls.from_bytes(from_base64(line[len(_PRIVATE) :]))

    def to_text(self) -> str:
        """``vernix-signing-key-1 <base64url>``, without a newline."""
        return _PRIVATE + to_base64(self.to_bytes())

    @classmethod
    def load(cls, path: Path) -> SigningKey:
        """Read a key file. Refused (KeeperFailed) when others on this machine could read or change it."""
        with path.open("rb") as file:
            if path.stat().st_mode & 0o077:
                raise KeeperFailed(
                    f"The key file {path.name} is open to other users of this machine.",
                    hint=f"Make it private: chmod 600 {path.name}",
                )
            raw = file.read(200)
        try:
            return cls.from_text(raw.decode("ascii"))
        except UnicodeDecodeError:
            raise DataRefused("That is not a vernix signing key.", hint="Restore it from its copy.") from None

    def save(self, path: Path) -> None:
        """Write the key file durably, 0600."""
        write_file(path, f"{self.to_text()}\n".encode("ascii"), private=True)

    @property
    def key_id(self) -> str:
        """The id of the public half."""
        return self.verify_key.key_id

    @property
    def public(self) -> bytes:
        """The 32 public bytes."""
        return self.verify_key.public

    @property
    def private(self) -> Ed25519PrivateKey:
        """The key object, for python-tuf's signers inside custody."""
        return self._private

    def sign(self, domain: str, message: bytes) -> bytes:
        """64 bytes over ``domain``, a zero byte and ``message``."""
        return self.sign_raw(_in_domain(domain, message))

    def sign_raw(self, message: bytes) -> bytes:
        """As ``sign`` for a message that carries its own domain (HTTP requests, RFC 9421)."""
        return self._private.sign(message)


@dataclass(frozen=True, slots=True)
class Signed:
    """A canonical document and the signatures over it: (key id, 64 bytes), ascending by key id."""

    document: bytes
    signatures: tuple[tuple[str, bytes], ...]
    _content: object = field(default=None, repr=False, compare=False)

    @classmethod
    def make(cls, domain: str, document: bytes, keys: Iterable[SigningKey]) -> Signed:
        """Sign canonical ``document`` with each of ``keys``."""
        canonical.decode(document)
        return cls(document, tuple(sorted((key.key_id, key.sign(domain, document)) for key in keys)))

    def encode(self) -> bytes:
        """The canonical envelope."""
        return canonical.encode(self.to_object())

    def to_object(self) -> dict[str, object]:
        """The envelope as JSON values, to stand inside a larger document."""
        signatures = [{"key": key, "value": to_base64(value)} for key, value in self.signatures]
        return {"document": canonical.decode(self.document), "signatures": signatures}

    @classmethod
    def decode(cls, data: bytes, *, limit: int = canonical.MAX_BYTES) -> Signed:
        """Read an envelope; DataRefused for any other spelling. Nothing is verified yet."""
        return cls.from_object(canonical.decode(data, limit=limit))

    @classmethod
    def from_object(cls, value: object) -> Signed:
        """Read an envelope that stood inside a larger canonical document."""
        fields = Fields(value, "envelope")
        document = fields.value("document")
        if not isinstance(document, dict):
            raise DataRefused("The envelope's field 'document' is not a JSON object.")
        items = fields.items("signatures", least=1, most=MAX_SIGNATURES)
        fields.end()
        signatures = tuple(_parse_signature(item) for item in items)
        keys = [key for key, _ in signatures]
        if keys != sorted(set(keys)):
            raise DataRefused("The envelope's signatures are not in order of their keys, each once.")
        return cls(canonical.spelled(document), signatures, document)

    def content(self) -> object:
        """The document's JSON values, for who reads its fields."""
        return canonical.decode(self.document) if self._content is None else self._content

    def check(self, domain: str, keys: Iterable[VerifyKey]) -> None:
        """Raise NotProven unless exactly these keys signed, each validly, in ``domain``."""
        expected = {key.key_id: key for key in keys}
        if {key for key, _ in self.signatures} != set(expected):
            raise NotProven(
                "A document is signed by other keys than it must be.", hint="Ask its sender to sign it again."
            )
        for key_id, value in self.signatures:
            expected[key_id].verify(domain, self.document, value)

    @property
    def only_key_id(self) -> str:
        """The key id of the one signature; NotProven when there are more."""
        if len(self.signatures) != 1:
            raise NotProven(
                "A document has more signatures than one.", hint="Ask its sender to sign it with one key."
            )
        return self.signatures[0][0]


def _parse_signature(value: object) -> tuple[str, bytes]:
    fields = Fields(value, "envelope's signature")
    parsed = fields.key_id("key"), fields.binary("value", 64)
    fields.end()
    return parsed


def _in_domain(domain: str, message: bytes) -> bytes:
    if domain not in DOMAINS:
        raise ValueError("an unknown signing domain")
    return domain.encode("ascii") + b"\0" + message
