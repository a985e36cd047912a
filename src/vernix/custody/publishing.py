"""How the registry publishes the directory: signs The Update Framework's metadata and writes its files.

Three root keys, of which two must sign, are needed at founding and for a new root only. The targets key
(which signs the directory) and the timestamp key (which signs snapshot and timestamp) are online in the
registry zone. Every file but ``timestamp.json`` has its version or hash in its name and is written first; the
timestamp comes last, so that a program killed at any instant leaves one consistent set.

Rule of change: TUF's own; see ``vernix.custody.trust``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from vernix.custody.directory import Directory
from vernix.custody.durable import remove_unfinished, write_file
from vernix.custody.identifiers import utc_now
from vernix.custody.proving import TARGET, TIMESTAMP
from vernix.custody.root import OnlineVerifiers, check_root, draft_root, sign_root
from vernix.custody.signatures import SigningKey
from vernix.custody.trust import TIMESTAMP_LIFE, DirectoryMirror
from vernix.errors import Conflict, KeeperFailed, UsageError

if TYPE_CHECKING:
    from securesystemslib.signer import CryptoSigner
    from tuf.api.metadata import Snapshot, T, Targets, Timestamp

ROOT_KEYS = 3
ROOT_THRESHOLD = 2
TARGETS_LIFE = timedelta(days=365)
_RENEW_BEFORE = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class OnlineKeys:
    """The two keys that stay in the registry zone: ``timestamp`` also signs the snapshot."""

    targets: SigningKey
    timestamp: SigningKey

    @property
    def verifiers(self) -> OnlineVerifiers:
        """Their public halves, as a root names them."""
        return OnlineVerifiers(self.targets.verify_key, self.timestamp.verify_key)


class DirectoryPublisher:
    """Publishes into ``folder``, which holds public files only. One process at a time.

    ``clock`` is for tests.
    """

    def __init__(self, folder: Path, online: OnlineKeys, *, clock: Callable[[], datetime] = utc_now) -> None:
        self._folder = folder
        self._online = online
        self._clock = clock

    @classmethod
    def found(
        cls,
        folder: Path,
        root_keys: Sequence[SigningKey],
        online: OnlineKeys,
        directory: Directory,
        *,
        clock: Callable[[], datetime] = utc_now,
    ) -> DirectoryPublisher:
        """Make the root with its three keys, all of which sign, and publish the first directory.

        Raises as ``found_on``.
        """
        return cls.found_on(
            folder, _signed_root(1, root_keys, (), online, clock()), online, directory, clock=clock
        )

    @classmethod
    def found_on(
        cls,
        folder: Path,
        root: bytes,
        online: OnlineKeys,
        directory: Directory,
        *,
        clock: Callable[[], datetime] = utc_now,
    ) -> DirectoryPublisher:
        """Publish the first directory under a first root that enough of its holders have signed.

        Raises NotProven for another root, Conflict when ``folder`` already has a published directory. A
        founding that was killed may be repeated with another root: nothing of it had been published.
        """
        check_root(root, None, online.verifiers)
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        if (folder / TIMESTAMP).exists():
            raise Conflict("A directory has already been founded here.", hint="Use another data folder.")
        publisher = cls(folder, online, clock=clock)
        publisher._write("1.root.json", root)
        publisher._publish(directory, 1, 1)
        return publisher

    @property
    def root_fingerprint(self) -> str:
        """Hex SHA-256 of ``1.root.json``: what invitations pin."""
        return hashlib.sha256(self._read("1.root.json")).hexdigest()

    def current(self) -> Directory:
        """The directory as last published, verified as any client would; NotProven when it has expired."""
        return self._mirror().current()

    def files(self) -> dict[str, bytes]:
        """Every file of the published set by name: what the gateway is given. Renew an expired set first."""
        return self._mirror().files()

    @property
    def root(self) -> bytes:
        """The present root's file."""
        return self._read(f"{self._root_version()}.root.json")

    @property
    def version(self) -> int:
        """The published directory's version, also where nobody vouched for it lately."""
        return Directory.parse(self._published(self._load_targets())).version

    def signs_for(self, root: bytes) -> bool:
        """Whether our online keys are those that the root in these bytes names."""
        from tuf.api.metadata import Metadata, Root

        roles = Metadata[Root].from_bytes(root).signed.roles
        ours = {"targets": self._online.targets, "timestamp": self._online.timestamp}
        return all(_signer(key).public_key.keyid in roles[role].keyids for role, key in ours.items())

    def publish(self, directory: Directory) -> None:
        """Sign and publish a directory of a greater version than the published one; Conflict otherwise."""
        targets = self._load_targets()
        if directory.version <= self.version:
            raise Conflict(
                "The directory's version is not greater than the published one.",
                hint="Make the change again on top of the published directory.",
            )
        timestamp = self._load_timestamp()
        self._publish(directory, targets.version + 1, timestamp.version + 1)

    def renew_timestamp(self) -> None:
        """Vouch for the published set for another seven days; works on an expired one as well.

        Targets and snapshot, which live for a year, are signed again when 90 days or fewer are left of them.
        """
        timestamp, snapshot, targets = self._load_timestamp(), self._load_snapshot(), self._load_targets()
        if min(snapshot.expires, targets.expires) - self._clock() <= _RENEW_BEFORE:
            directory = Directory.parse(self._published(targets))
            self._publish(directory, targets.version + 1, timestamp.version + 1)
            return
        data = self._read(f"{snapshot.version}.snapshot.json")
        self._write_timestamp(timestamp.version + 1, snapshot.version, data)

    def replace_root(self, old_keys: Sequence[SigningKey], new_keys: Sequence[SigningKey]) -> None:
        """As ``publish_root`` with three ``new_keys`` at hand, and as many ``old_keys`` as there are."""
        version, online = self._root_version() + 1, self._online
        self._put_root(version, _signed_root(version, new_keys, old_keys, online, self._clock()))

    def publish_root(self, root: bytes) -> None:
        """Publish the next root, which enough holders of it and of the present one have signed.

        Its online keys are those this publisher was made with; all that they sign is signed again. Clients
        follow the chain from the root that they pinned. Raises NotProven, and nothing was changed.
        """
        check_root(root, self.root, self._online.verifiers)
        self._put_root(self._root_version() + 1, root)

    def _put_root(self, version: int, root: bytes) -> None:
        timestamp, targets = self._load_timestamp(), self._load_targets()
        directory = Directory.parse(self._published(targets))
        self._write(f"{version}.root.json", root)
        self._publish(directory, targets.version + 1, timestamp.version + 1)

    def _publish(self, directory: Directory, version: int, timestamp_version: int) -> None:
        """Write directory, targets, snapshot and, last, the timestamp that makes them count."""
        from tuf.api.metadata import MetaFile, Snapshot, TargetFile, Targets

        remove_unfinished(self._folder)
        document = directory.to_bytes()
        expires = self._clock() + TARGETS_LIFE
        target = TargetFile.from_data(TARGET, document, ["sha256"])
        self._write(f"{target.hashes['sha256']}.{TARGET}", document)
        targets = _signed(
            Targets(version=version, expires=expires, targets={TARGET: target}), [self._online.targets]
        )
        self._write(f"{version}.targets.json", targets)
        meta = MetaFile.from_data(version, targets, ["sha256"])
        snapshot = _signed(
            Snapshot(version=version, expires=expires, meta={"targets.json": meta}), [self._online.timestamp]
        )
        self._write(f"{version}.snapshot.json", snapshot)
        self._write_timestamp(timestamp_version, version, snapshot)

    def _write_timestamp(self, version: int, snapshot_version: int, snapshot: bytes) -> None:
        from tuf.api.metadata import MetaFile, Timestamp

        meta = MetaFile.from_data(snapshot_version, snapshot, ["sha256"])
        timestamp = Timestamp(version=version, expires=self._clock() + TIMESTAMP_LIFE, snapshot_meta=meta)
        self._write(TIMESTAMP, _signed(timestamp, [self._online.timestamp]))

    def _load_timestamp(self) -> Timestamp:
        from tuf.api.metadata import Metadata, Timestamp

        return Metadata[Timestamp].from_bytes(self._read(TIMESTAMP)).signed

    def _load_snapshot(self) -> Snapshot:
        from tuf.api.metadata import Metadata, Snapshot

        version = self._load_timestamp().snapshot_meta.version
        return Metadata[Snapshot].from_bytes(self._read(f"{version}.snapshot.json")).signed

    def _load_targets(self) -> Targets:
        from tuf.api.metadata import Metadata, Targets

        version = self._load_snapshot().meta["targets.json"].version
        return Metadata[Targets].from_bytes(self._read(f"{version}.targets.json")).signed

    def _published(self, targets: Targets) -> bytes:
        return self._read(f"{targets.targets[TARGET].hashes['sha256']}.{TARGET}")

    def _root_version(self) -> int:
        return max(int(path.name.split(".")[0]) for path in self._folder.glob("*.root.json"))

    def _mirror(self) -> DirectoryMirror:
        return DirectoryMirror(self._folder, self.root_fingerprint, clock=self._clock)

    def _read(self, name: str) -> bytes:
        try:
            return (self._folder / name).read_bytes()
        except FileNotFoundError:
            raise KeeperFailed(
                f"The published directory lacks its file {name}.",
                hint="Restore the public folder from its copy, or from the gateway's mirror.",
            ) from None

    def _write(self, name: str, data: bytes) -> None:
        write_file(self._folder / name, data)


def _signed_root(
    version: int,
    keys: Sequence[SigningKey],
    also: Sequence[SigningKey],
    online: OnlineKeys,
    now: datetime,
) -> bytes:
    """A root of three keys that are all at hand, signed by each and by those of the root before it."""
    if len({key.key_id for key in keys}) != ROOT_KEYS:
        raise UsageError("A directory's root needs three different keys.", hint="Make three root keys.")
    holders = [key.verify_key for key in keys]
    return sign_root(draft_root(version, holders, ROOT_THRESHOLD, online.verifiers, now), [*also, *keys])


def _signer(key: SigningKey) -> CryptoSigner:
    from securesystemslib.signer import CryptoSigner

    return CryptoSigner(key.private)


def _signed(role: T, keys: Sequence[SigningKey]) -> bytes:
    from tuf.api.metadata import Metadata
    from tuf.api.serialization.json import JSONSerializer

    metadata = Metadata(role)
    for key in keys:
        metadata.sign(_signer(key), append=True)
    return metadata.to_bytes(JSONSerializer(compact=True))
