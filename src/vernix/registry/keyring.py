"""The keyring: every private key the registry works with, in one file sealed under a passphrase.

A stolen disk without the passphrase file shows no key. The directory's root keys are another set of files,
made once and then moved off line; nothing here needs them again but a change of the root itself.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from vernix.custody.durable import write_file
from vernix.custody.identifiers import format_time, parse_time
from vernix.custody.publishing import OnlineKeys
from vernix.custody.signatures import SigningKey
from vernix.errors import DataRefused, UsageError
from vernix.sealing.header import read_header
from vernix.sealing.identities import HybridIdentity, PassphraseIdentity
from vernix.sealing.opening import open_bytes
from vernix.sealing.recipients import HybridRecipient, PassphraseRecipient, parse_recipient
from vernix.sealing.refusals import NotForUs
from vernix.sealing.sealer import seal_bytes

FORMAT = "vernix/keyring/v2"
_V1 = "vernix/keyring/v1"
"""Of before keys could be renewed; read for ever, written no more."""
WORK_FACTOR = 17
"""scrypt N = 2^17, r = 8 (OWASP's figure): 128 MiB and about half a second once a process.

This is for a passphrase that an operator thought up.
"""
WORK_FACTOR_RANDOM = 10
"""For the passphrase that ``init`` makes: 160 random bits cannot be guessed at any price, so that stretching
them would only make every command wait.
"""
SECRET_SIZE = 32
SIGNERS = ("signing", "targets", "timestamp")
SECRETS = ("vault", "index", "pseudonym")

_LIMIT = 64 * 1024


@dataclass(frozen=True, repr=False)
class OwnKeys:
    """The two keys that partners deal with, as `Keyring` has them; ``until`` when they were in place."""

    identity: HybridIdentity
    signing: SigningKey
    until: datetime | None = None

    @classmethod
    def generate(cls) -> OwnKeys:
        """Two new keys."""
        return cls(HybridIdentity.generate(), SigningKey.generate())

    @classmethod
    def parse(cls, entries: dict[str, str | None]) -> OwnKeys:
        """As `to_object` wrote them; DataRefused where they are none."""
        identity, signing, until = (entries[name] or "" for name in ("identity", "signing", "until"))
        return cls(
            HybridIdentity.parse(identity),
            SigningKey.from_text(signing),
            parse_time(until) if until else None,
        )

    def to_object(self) -> dict[str, str | None]:
        """Both in the open: only to be sealed."""
        until = None if self.until is None else format_time(self.until)
        return {"identity": str(self.identity), "signing": self.signing.to_text(), "until": until}

    @property
    def values(self) -> tuple[str, str]:
        """Their public halves, as the directory lists them."""
        return self.signing.verify_key.to_text(), str(self.identity.recipient)


@dataclass(frozen=True, repr=False)
class Keyring:
    """The registry's private keys, in memory. Has no text form, so that it cannot slip into a log.

    ``targets`` and ``timestamp`` sign the directory; ``signing`` signs deliveries, receipts and requests;
    ``identity`` opens what is sealed to the registry; ``vault`` seals identities, ``index`` makes them
    findable, ``pseudonym`` names records in the book and batches in the ledger of steps.

    ``former`` are the keys of before, newest first: what was sealed to them opens for ever. ``coming`` are
    the keys of a renewal that is under way. ``recovery`` is the recipient of the latest ceremony, to which
    every change of the keyring is sealed again; it stands here, because whoever could put another one beside
    the keyring would be given all that is in it.
    """

    identity: HybridIdentity
    signing: SigningKey
    targets: SigningKey
    timestamp: SigningKey
    vault: bytes
    index: bytes
    pseudonym: bytes
    former: tuple[OwnKeys, ...] = ()
    coming: OwnKeys | None = None
    recovery: HybridRecipient | None = None

    @property
    def own(self) -> OwnKeys:
        """The present keys that partners deal with."""
        return OwnKeys(self.identity, self.signing)

    @property
    def identities(self) -> tuple[HybridIdentity, ...]:
        """All that open what is, or was, sealed to the registry."""
        coming = () if self.coming is None else (self.coming.identity,)
        return (*coming, self.identity, *(keys.identity for keys in self.former))

    def signing_at(self, moment: datetime) -> SigningKey:
        """The key that was in place then: what is signed for that moment is the same bytes ever after."""
        return next(
            (keys.signing for keys in reversed(self.former) if keys.until and moment < keys.until),
            self.signing,
        )

    def renewing(self) -> Keyring:
        """The same with keys that are to come; those that are coming already stay."""
        return self if self.coming is not None else replace(self, coming=OwnKeys.generate())

    def renewed(self, now: datetime) -> Keyring:
        """The same with the coming keys in the place of the present ones."""
        if self.coming is None:
            return self
        coming, former = self.coming, (replace(self.own, until=now), *self.former)
        return replace(self, identity=coming.identity, signing=coming.signing, former=former, coming=None)

    @property
    def online(self) -> OnlineKeys:
        """The keys that sign the directory day by day."""
        return OnlineKeys(self.targets, self.timestamp)

    @classmethod
    def generate(cls) -> Keyring:
        """New keys throughout."""
        return cls(
            identity=HybridIdentity.generate(),
            signing=SigningKey.generate(),
            targets=SigningKey.generate(),
            timestamp=SigningKey.generate(),
            vault=secrets.token_bytes(SECRET_SIZE),
            index=secrets.token_bytes(SECRET_SIZE),
            pseudonym=secrets.token_bytes(SECRET_SIZE),
        )

    @classmethod
    def open(cls, path: Path, passphrase: bytes) -> Keyring:
        """The keyring in the file at ``path``.

        Raises:
            UsageError: there is no keyring there.
            DataRefused: the passphrase does not open it, or it is damaged.
        """
        return cls.parse(_open_sealed(path, passphrase))

    @classmethod
    def parse(cls, content: bytes) -> Keyring:
        """The keyring in the content of its file; DataRefused for one of another version."""
        entries: dict[str, Any] = json.loads(content)
        version = entries.pop("format", None)
        if version == _V1:
            entries |= {"former": [], "coming": None, "recovery": None}
        if version not in (FORMAT, _V1) or set(entries) != {field.name for field in fields(cls)}:
            raise DataRefused(
                "The keyring is of another version of vernix.", hint="Use the version that made it."
            )
        coming, recovery = entries["coming"], entries["recovery"]
        return cls(
            identity=HybridIdentity.parse(entries["identity"]),
            signing=SigningKey.from_text(entries["signing"]),
            targets=SigningKey.from_text(entries["targets"]),
            timestamp=SigningKey.from_text(entries["timestamp"]),
            vault=bytes.fromhex(entries["vault"]),
            index=bytes.fromhex(entries["index"]),
            pseudonym=bytes.fromhex(entries["pseudonym"]),
            former=tuple(OwnKeys.parse(keys) for keys in entries["former"]),
            coming=None if coming is None else OwnKeys.parse(coming),
            recovery=None if recovery is None else _hybrid(recovery),
        )

    def save(self, path: Path, passphrase: bytes, work_factor: int = WORK_FACTOR) -> None:
        """Seal the keyring into the file at ``path``, durably."""
        _write_sealed(path, self.to_bytes(), passphrase, work_factor)

    def change(self, path: Path, passphrase: bytes, recovery: Path) -> None:
        """Seal the keyring in the place of the one at ``path``, stretched as that is, and into ``recovery``.

        The copy for recovery comes first: the keyring never holds a key that a lost passphrase would lose.
        """
        if self.recovery is not None:
            write_file(recovery, seal_bytes(self.to_bytes(), [self.recovery]), private=True)
        with path.open("rb") as stream:
            work_factor = int(read_header(stream).stanzas[0].arguments[1])
        self.save(path, passphrase, work_factor)

    def to_bytes(self) -> bytes:
        """The content of the keyring's file, in the open: only to be sealed."""
        signers = {name: getattr(self, name).to_text() for name in SIGNERS}
        raw = {name: getattr(self, name).hex() for name in SECRETS}
        document = {
            "format": FORMAT,
            "identity": str(self.identity),
            **signers,
            **raw,
            "former": [keys.to_object() for keys in self.former],
            "coming": None if self.coming is None else self.coming.to_object(),
            "recovery": None if self.recovery is None else str(self.recovery),
        }
        return json.dumps(document).encode()


def open_or_make(path: Path, passphrase: bytes, work_factor: int = WORK_FACTOR) -> Keyring:
    """The keyring at ``path``, made if there is none yet: a founding that was killed goes on with its own."""
    if path.exists():
        return Keyring.open(path, passphrase)
    keyring = Keyring.generate()
    keyring.save(path, passphrase, work_factor)
    return keyring


def save_root_keys(
    folder: Path, keys: Sequence[SigningKey], passphrase: bytes, work_factor: int = WORK_FACTOR
) -> None:
    """Write the root keys, each into a sealed file of its own, so that three people can keep them apart."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def save(number_and_key: tuple[int, SigningKey]) -> None:
        number, key = number_and_key
        save_root_key(folder / f"root-{number}.age", key, passphrase, work_factor)

    # scrypt releases the interpreter: two cores halve the wait.
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(save, enumerate(keys, 1)))


def save_root_key(path: Path, key: SigningKey, passphrase: bytes, work_factor: int = WORK_FACTOR) -> None:
    """Seal one root key into a file of its own, durably."""
    _write_sealed(path, key.to_text().encode(), passphrase, work_factor)


def load_root_key(path: Path, passphrase: bytes) -> SigningKey:
    """The root key in a file.

    Raises:
        UsageError: there is no such file.
        DataRefused: the passphrase does not open it, or it holds no key.
    """
    return SigningKey.from_text(_open_sealed(path, passphrase).decode())


def _hybrid(text: str) -> HybridRecipient:
    recipient = parse_recipient(text)
    if not isinstance(recipient, HybridRecipient):
        raise DataRefused("The keyring's recovery recipient is no post-quantum one.", hint="Restore a copy.")
    return recipient


def _write_sealed(path: Path, content: bytes, passphrase: bytes, work_factor: int) -> None:
    write_file(path, seal_bytes(content, [PassphraseRecipient(passphrase, work_factor)]), private=True)


def _open_sealed(path: Path, passphrase: bytes) -> bytes:
    try:
        return open_bytes(path.read_bytes(), [PassphraseIdentity(passphrase)], _LIMIT)
    except FileNotFoundError:
        raise UsageError(f"There are no keys at {path}.", hint="Run vernix-registry init.") from None
    except NotForUs:
        raise DataRefused(
            f"The passphrase does not open {path.name}.",
            hint="Name the file with this registry's passphrase by --passphrase-file.",
        ) from None
