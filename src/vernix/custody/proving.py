"""The rules by which a set of directory files is believed: The Update Framework's client workflow, in memory.

python-tuf's trusted metadata set keeps the rules (threshold, rollback, freeze, length and hash). This module
asks for the files in the workflow's order, bounds them, and says in one sentence which rule was broken. It
touches no disk and no network.

Rule of change: TUF's own (specification 1.0.x). A root is replaced by a chain of roots, each signed by the
one before it; the pinned fingerprint is of ``1.root.json`` for ever.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from vernix.custody.directory import Directory
from vernix.errors import DataRefused, NotFound, NotProven

if TYPE_CHECKING:
    from tuf.ngclient._internal.trusted_metadata_set import TrustedMetadataSet

Fetch = Callable[[str, int], bytes | None]
"""Fetches one file of the directory by name: ``fetch(name, limit)``. It reads at most ``limit + 1`` bytes (a
longer answer is refused), returns None where there is no such file, and raises RoadFailed for the rest."""

TARGET = "directory.json"
TIMESTAMP = "timestamp.json"
FILE_NAME = re.compile(
    r"timestamp\.json|[1-9][0-9]{0,8}\.(?:root|snapshot|targets)\.json|[0-9a-f]{64}\.directory\.json"
)
"""Every name that a file of the directory may have."""

MAX_METADATA = 512 * 1024
MAX_DIRECTORY = 8 * 1024 * 1024
MAX_ROOTS = 64


@dataclass(frozen=True, slots=True)
class ProvenSet:
    """A whole verified set: its files by name, what it says, and until when the registry vouches for it."""

    files: dict[str, bytes]
    timestamp_version: int
    expires: datetime
    directory: Directory


def prove(fetch: Fetch, root_fingerprint: str, kept: Mapping[str, bytes], now: datetime) -> ProvenSet:
    """The set that ``fetch`` offers, if all of it holds from the pinned root down at ``now``.

    ``kept`` are the files of the set believed before: nothing older than it is taken, and what it has already
    is not fetched again (unless it turns out to be damaged). Raises NotProven, saying which rule is broken,
    or NotFound when there is no directory at all. What ``fetch`` raises passes through.
    """
    if not kept:
        return _Walk(fetch, root_fingerprint, kept, now, reuse=False).whole()
    try:
        return _Walk(fetch, root_fingerprint, kept, now, reuse=True).whole()
    except NotProven as refusal:
        try:
            return _Walk(fetch, root_fingerprint, kept, now, reuse=False).whole()
        except NotFound:
            raise refusal from None  # the other side gave new files only: what was wrong is in those


class _Walk:
    """One pass through root, timestamp, snapshot, targets and directory (TUF sections 5.3 to 5.7)."""

    def __init__(
        self, fetch: Fetch, fingerprint: str, kept: Mapping[str, bytes], now: datetime, *, reuse: bool
    ) -> None:
        self._fetch = fetch
        self._fingerprint = fingerprint
        self._kept = kept
        self._now = now
        self._reuse = reuse
        self._files: dict[str, bytes] = {}

    def whole(self) -> ProvenSet:
        trusted = self._roots()
        kept_snapshot = self._timestamp(trusted)
        self._snapshot(trusted, kept_snapshot)
        name = f"{trusted.snapshot.meta['targets.json'].version}.targets.json"
        with _rules("targets"):
            trusted.update_targets(self._need(name, MAX_METADATA))
        directory = self._directory(trusted)
        timestamp = trusted.timestamp
        return ProvenSet(self._files, timestamp.version, timestamp.expires, directory)

    def _roots(self) -> TrustedMetadataSet:
        from tuf.ngclient._internal.trusted_metadata_set import TrustedMetadataSet
        from tuf.ngclient.config import EnvelopeType

        first = self._take("1.root.json", MAX_METADATA)
        if first is None:
            raise NotFound("There is no directory yet on the other side.", hint="Try again in a minute.")
        if hashlib.sha256(first).hexdigest() != self._fingerprint:
            raise _refused("root", "is not the one that the invitation pinned")
        with _rules("root"):
            trusted = TrustedMetadataSet(first, EnvelopeType.METADATA)
            trusted.reference_time = self._now
            for version in range(2, MAX_ROOTS + 1):
                data = self._take(f"{version}.root.json", MAX_METADATA)
                if data is None:
                    break
                trusted.update_root(data)
        if trusted.root.is_expired(self._now):
            raise _expired("root")
        return trusted

    def _timestamp(self, trusted: TrustedMetadataSet) -> bytes | None:
        """Load the timestamp; return the snapshot that was believed before, to guard against its rollback."""
        from tuf.api.exceptions import EqualVersionNumberError, RepositoryError

        kept, kept_snapshot = self._kept.get(TIMESTAMP), None
        if kept is not None:
            # An expired one is loaded all the same (and then complained of): it still bars older ones. One
            # that a newer root's keys did not sign is passed over (TUF's recovery from fast-forward).
            with suppress(RepositoryError):
                trusted.update_timestamp(kept)
            if trusted.get("timestamp") is not None:
                kept_snapshot = self._kept.get(f"{trusted.timestamp.snapshot_meta.version}.snapshot.json")
        data = self._need(TIMESTAMP, MAX_METADATA)
        with _rules("timestamp"):
            try:
                trusted.update_timestamp(data)
            except EqualVersionNumberError:
                self._files[TIMESTAMP] = kept or data
        if trusted.timestamp.is_expired(self._now):
            raise _expired("timestamp")
        return kept_snapshot

    def _snapshot(self, trusted: TrustedMetadataSet, kept: bytes | None) -> None:
        from tuf.api.exceptions import RepositoryError

        if kept is not None:
            # Loading it bars a snapshot that takes targets back; that it is not the newest is no complaint.
            with suppress(RepositoryError):
                trusted.update_snapshot(kept, trusted=True)
        name = f"{trusted.timestamp.snapshot_meta.version}.snapshot.json"
        with _rules("snapshot"):
            trusted.update_snapshot(self._need(name, MAX_METADATA))

    def _directory(self, trusted: TrustedMetadataSet) -> Directory:
        target = trusted.targets.targets.get(TARGET)
        if target is None or "sha256" not in target.hashes or target.length > MAX_DIRECTORY:
            raise _refused("targets", "names no directory of a size that may be")
        with _rules("directory"):
            data = self._need(f"{target.hashes['sha256']}.{TARGET}", target.length)
            target.verify_length_and_hashes(data)
        return Directory.parse(data)

    def _need(self, name: str, limit: int) -> bytes:
        data = self._take(name, limit)
        if data is None:
            raise NotProven(
                f"The directory's file {name} is missing (withheld, or mixed with another version).",
                hint="Try again in a minute; then tell the registry.",
            )
        return data

    def _take(self, name: str, limit: int) -> bytes | None:
        data = self._kept.get(name) if self._reuse and name != TIMESTAMP else None
        if data is None:
            data = self._fetch(name, limit)
        if data is None:
            return None
        if len(data) > limit:
            raise NotProven(
                f"The directory's file {name} is longer than it may be (endless data).",
                hint="Nothing of it was kept. Tell the registry: its gateway may be taken over.",
            )
        self._files[name] = bytes(data)
        return self._files[name]


@contextmanager
def _rules(role: str) -> Iterator[None]:
    """Say in one sentence which of TUF's rules the other side's ``role`` broke."""
    from tuf.api import exceptions as broken

    try:
        yield
    except broken.ExpiredMetadataError:
        raise _expired(role) from None
    except broken.UnsignedMetadataError:
        raise _refused(role, "is not signed by enough of its keys") from None
    except broken.BadVersionNumberError:
        raise _refused(
            role, "has another version than it must: an old one is shown again (rollback)"
        ) from None
    except broken.LengthOrHashMismatchError:
        raise _refused(role, "is not the one that was signed (swapped, truncated or mixed)") from None
    except (broken.RepositoryError, DataRefused):
        raise _refused(role, "cannot be read as signed metadata (truncated or damaged)") from None


def _refused(role: str, why: str) -> NotProven:
    return NotProven(
        f"The directory's {role} {why}.",
        hint="Nothing of it was kept. If it happens again, tell the registry: its gateway may be taken over.",
    )


def _expired(role: str) -> NotProven:
    return NotProven(
        f"The directory's {role} has expired: nobody has vouched for it for too long (freeze).",
        hint="Check this machine's clock, refresh the directory, then ask whether the registry is running.",
    )
