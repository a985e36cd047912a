"""The directory's root, made by several people: drafted in one place, signed by each in their own, published
when enough have signed.

A root names its own keys and how many of them must sign (the threshold), and the registry's two online keys.
The first must be signed by its own keys; each later one by enough keys of the one before it as well (TUF
1.0, section 5.3). The file is TUF's ``root.json``, canonical and without signatures until somebody signs.

Rule of change: TUF's own; see ``vernix.custody.trust``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from vernix.custody.signatures import SigningKey, VerifyKey
from vernix.errors import DataRefused, NotProven, UsageError

if TYPE_CHECKING:
    from securesystemslib.signer import SSlibKey
    from tuf.api.metadata import Metadata, Root

ROOT_LIFE = timedelta(days=5 * 365)
MOST_HOLDERS = 10
_LIMIT = 512 * 1024


@dataclass(frozen=True, slots=True)
class OnlineVerifiers:
    """The public halves of the two keys that stay in the registry zone."""

    targets: VerifyKey
    timestamp: VerifyKey


@dataclass(frozen=True, slots=True)
class RootFacts:
    """What a root says, for people to compare before they sign: ids are those of ``VerifyKey.key_id``."""

    version: int
    expires: datetime
    threshold: int
    holders: tuple[str, ...]
    signed: tuple[str, ...]
    targets: tuple[str, ...]
    timestamp: tuple[str, ...]


def draft_root(
    version: int, holders: Sequence[VerifyKey], threshold: int, online: OnlineVerifiers, now: datetime
) -> bytes:
    """An unsigned root of these holders, ``threshold`` of whom must sign; it lives for five years.

    Raises UsageError for a threshold that protects nothing or cannot be reached, or a holder named twice.
    """
    from tuf.api.metadata import Metadata, Root

    if len({key.key_id for key in holders}) != len(holders) or len(holders) > MOST_HOLDERS:
        raise UsageError(
            f"A root has at most {MOST_HOLDERS} different keys.", hint="Name each holder's key once."
        )
    if not 2 <= threshold <= len(holders):
        raise UsageError(
            f"A threshold of {threshold} does not fit {len(holders)} keys.",
            hint="At least two must sign, and no more than there are: such as 2 of 3.",
        )
    root = Root(version=version, expires=now + ROOT_LIFE, consistent_snapshot=True)
    for holder in holders:
        root.add_key(_public(holder), "root")
    root.roles["root"].threshold = threshold
    root.add_key(_public(online.targets), "targets")
    for role in ("snapshot", "timestamp"):
        root.add_key(_public(online.timestamp), role)
    return _encode(Metadata(root))


def sign_root(data: bytes, keys: Sequence[SigningKey]) -> bytes:
    """The root with one more signature by each of ``keys``; one that is there is made anew."""
    from securesystemslib.signer import CryptoSigner

    metadata = _decode(data)
    for key in keys:
        metadata.sign(CryptoSigner(key.private), append=True)
    return _encode(metadata)


def joined_root(copies: Sequence[bytes]) -> bytes:
    """One root with the signatures of several copies of it; UsageError where the copies differ in content."""
    first, *others = (_decode(copy) for copy in copies)
    for other in others:
        if other.signed != first.signed:
            raise UsageError(
                "These files are not copies of one root.", hint="Name copies of one draft, signed apart."
            )
        first.signatures.update(other.signatures)
    return _encode(first)


def root_facts(data: bytes) -> RootFacts:
    """What a root says and which of its holders have signed it (their signatures are not checked here)."""
    metadata = _decode(data)
    root = metadata.signed

    def ids(role: str) -> tuple[str, ...]:
        return tuple(sorted(_key_id(root.keys[key_id]) for key_id in root.roles[role].keyids))

    return RootFacts(
        version=root.version,
        expires=root.expires,
        threshold=root.roles["root"].threshold,
        holders=ids("root"),
        signed=tuple(sorted(_key_id(root.keys[each]) for each in metadata.signatures if each in root.keys)),
        targets=ids("targets"),
        timestamp=ids("timestamp"),
    )


def check_root(data: bytes, before: bytes | None, online: OnlineVerifiers) -> None:
    """Raise NotProven unless ``data`` may follow the root ``before`` (None: is a first root).

    Enough of its own keys must have signed it, and enough of those of ``before``; its version is the next one
    and its online keys are ours.
    """
    metadata = _decode(data)
    root, previous = metadata.signed, None if before is None else _decode(before).signed
    if root.version != (1 if previous is None else previous.version + 1):
        raise NotProven("The root has another version than the next.", hint="Make a new draft of it.")
    ours = {"targets": online.targets, "timestamp": online.timestamp, "snapshot": online.timestamp}
    for role, key in ours.items():
        if [_key_id(root.keys[each]) for each in root.roles[role].keyids] != [key.key_id]:
            raise NotProven(
                f"The root names another {role} key than this registry's.", hint="Make a new draft of it."
            )
    for signer, whose in ((root, "its own"), (previous, "the present root's")):
        if signer is None:
            continue
        result = signer.get_verification_result("root", metadata.signed_bytes, metadata.signatures)
        if not result:
            raise NotProven(
                f"{len(result.signed)} of {whose} keys have signed the root; {result.threshold} must.",
                hint="Nothing was published. Let more holders sign: vernix-registry root sign",
            )


def _public(key: VerifyKey) -> SSlibKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from securesystemslib.signer import SSlibKey

    return SSlibKey.from_crypto(Ed25519PublicKey.from_public_bytes(key.public))


def _key_id(key: object) -> str:
    try:
        return VerifyKey(bytes.fromhex(key.keyval["public"])).key_id  # type: ignore[attr-defined]
    except (ValueError, KeyError):
        raise _no_root() from None


def _decode(data: bytes) -> Metadata[Root]:
    from tuf.api.exceptions import RepositoryError
    from tuf.api.metadata import Metadata, Root

    if len(data) > _LIMIT:
        raise _no_root()
    try:
        metadata = Metadata.from_bytes(data)
    except RepositoryError:
        raise _no_root() from None
    if not isinstance(metadata.signed, Root):
        raise _no_root()
    return metadata


def _encode(metadata: Metadata[Root]) -> bytes:
    from tuf.api.serialization.json import JSONSerializer

    return metadata.to_bytes(JSONSerializer(compact=True))


def _no_root() -> DataRefused:
    return DataRefused(
        "This is not a root of a directory.", hint="Name the file that vernix-registry root draft made."
    )
