"""The directory as a client or the gateway keeps it: a mirror on disk, verified from the pinned root down.

The files are those of The Update Framework with consistent snapshots: ``N.root.json``, ``timestamp.json``,
``N.snapshot.json``, ``N.targets.json`` and ``SHA256.directory.json``. A fetched set is verified in memory
(``vernix.custody.proving``) and written only when all of it holds: versioned files first, ``timestamp.json``
last, so that a program killed in between leaves the old set or the new one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from vernix.custody.directory import Directory
from vernix.custody.durable import held, remove_unfinished, sync_folder, write_file
from vernix.custody.identifiers import utc_now
from vernix.custody.proving import (
    FILE_NAME,
    MAX_DIRECTORY,
    MAX_METADATA,
    TARGET,
    TIMESTAMP,
    Fetch,
    ProvenSet,
    prove,
)
from vernix.errors import NotFound, NotProven

__all__ = [
    "FILE_NAME",
    "MAX_DIRECTORY",
    "STALE_AFTER",
    "TARGET",
    "TIMESTAMP",
    "TIMESTAMP_LIFE",
    "DirectoryMirror",
    "Fetch",
]

TIMESTAMP_LIFE = timedelta(days=7)
STALE_AFTER = timedelta(days=1)


class DirectoryMirror:
    """The files of the directory in ``folder``, believed only as far as ``root_fingerprint`` proves them.

    ``root_fingerprint`` is the hex SHA-256 of ``1.root.json``, as the invitation gives it. Several threads
    and processes may share a folder. ``clock`` is for tests.
    """

    def __init__(
        self, folder: Path, root_fingerprint: str, *, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._folder = folder
        self._fingerprint = root_fingerprint
        self._clock = clock
        self._seen: tuple[tuple[int, int, int], ProvenSet] | None = None

    def refresh(self, fetch: Fetch) -> Directory:
        """Fetch what is new, verify all of it, keep it, and return the directory.

        Raises NotProven, saying which rule is broken, with nothing kept of what was fetched; NotFound when
        the other side has no directory yet. What ``fetch`` raises passes through.
        """
        asked = _Asked(fetch)
        believed = self._believed()
        if believed is not None and _nothing_new(asked, believed):
            return believed.directory
        mark, kept = self._mark(), self._local_files()
        proven = prove(asked.fetch, self._fingerprint, kept, self._clock())
        if proven.files.get(TIMESTAMP) != kept.get(TIMESTAMP) or not proven.files.items() <= kept.items():
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self._locked():
                # Somebody else may have kept a newer set while we fetched: then ours must follow it or go.
                since = self._local_files()
                if since != kept:
                    ours = proven.files
                    proven = prove(lambda name, _: ours.get(name), self._fingerprint, since, self._clock())
                self._keep(proven, since)
                mark = self._mark()
        if mark is not None:
            # Proven a moment ago: a large directory is not read a second time.
            self._seen = (mark, proven)
        return self.current()

    def current(self) -> Directory:
        """The directory on disk, verified. NotProven when it does not hold or is older than a week."""
        return self._current().directory

    def at_hand(self) -> Directory | None:
        """The directory on disk if it has been proven here already: known at once. None otherwise."""
        believed = self._believed()
        return None if believed is None else believed.directory

    def age(self) -> timedelta:
        """How long ago the registry vouched for the directory (its timestamp was made)."""
        return self._clock() - (self._current().expires - TIMESTAMP_LIFE)

    @property
    def stale(self) -> bool:
        """Whether nobody has vouched for the directory for a day: worth a warning; after a week, refused."""
        return self.age() > STALE_AFTER

    @property
    def present(self) -> bool:
        """Whether a directory has ever been kept here."""
        return (self._folder / TIMESTAMP).exists()

    def files(self) -> dict[str, bytes]:
        """The verified files by name, as one mirror hands them to the next."""
        return dict(self._current().files)

    def path(self, name: str) -> Path | None:
        """Where a file of that name is, or would be; None for a name that no file of the directory has."""
        return self._folder / name if FILE_NAME.fullmatch(name) else None

    def read(self, name: str) -> bytes | None:
        """One stored file, for a program that serves the folder; None for any other name."""
        path = self.path(name)
        try:
            return None if path is None else path.read_bytes()
        except FileNotFoundError:
            return None

    def _current(self) -> ProvenSet:
        mark = self._mark()
        if mark is None:
            raise NotFound("There is no directory here yet.", hint="Refresh it from the gateway.")
        proven = self._believed()
        if proven is None:
            proven = prove(lambda name, _: self.read(name), self._fingerprint, {}, self._clock())
            self._seen = (mark, proven)
        return proven

    def _believed(self) -> ProvenSet | None:
        """The set on disk if this mirror has proven it before and it has not expired; None otherwise."""
        seen = self._seen
        if seen is None or seen[0] != self._mark() or seen[1].expires <= self._clock():
            return None
        return seen[1]

    def _mark(self) -> tuple[int, int, int] | None:
        """By what it is seen that the set on disk is another one; None while there is none."""
        try:
            found = (self._folder / TIMESTAMP).stat()
        except FileNotFoundError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size

    def _local_files(self) -> dict[str, bytes]:
        """All files of the directory on disk; none when the set is not complete (no timestamp)."""
        if not self.present:
            return {}
        names = sorted(path.name for path in self._folder.iterdir())
        found = {name: self.read(name) for name in names}
        return {name: data for name, data in found.items() if data is not None}

    def _keep(self, proven: ProvenSet, kept: dict[str, bytes]) -> None:
        """Write a verified set, then forget what neither it nor the set before it names."""
        remove_unfinished(self._folder)
        before = self._names_of_set_on_disk()
        for name, data in proven.files.items():
            if name != TIMESTAMP and kept.get(name) != data:
                write_file(self._folder / name, data)
        if kept.get(TIMESTAMP) != proven.files[TIMESTAMP]:
            write_file(self._folder / TIMESTAMP, proven.files[TIMESTAMP])
        for path in list(self._folder.iterdir()):
            if FILE_NAME.fullmatch(path.name) and path.name not in before | set(proven.files):
                path.unlink(missing_ok=True)
        sync_folder(self._folder)

    def _names_of_set_on_disk(self) -> set[str]:
        """What the set before consisted of: readers may be half-way through it."""
        try:
            return set(self._current().files)
        except (NotFound, NotProven):
            return set()

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with held(self._folder / ".lock", wait=True):
            yield


class _Asked:
    """What the other side answered already: the walk through the rules does not ask for it again."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._answers: dict[str, bytes | None] = {}

    def first(self, name: str) -> bytes | None:
        """Ask, and remember the answer for ``fetch``."""
        self._answers[name] = self._fetch(name, MAX_METADATA)
        return self._answers[name]

    def fetch(self, name: str, limit: int) -> bytes | None:
        """As ``Fetch``; each remembered answer is given once."""
        return self._answers.pop(name) if name in self._answers else self._fetch(name, limit)


def _nothing_new(asked: _Asked, believed: ProvenSet) -> bool:
    """Whether there is no next root and the timestamp is the one believed: then all under it is, too."""
    root = max(int(name.split(".")[0]) for name in believed.files if name.endswith(".root.json"))
    return (
        asked.first(f"{root + 1}.root.json") is None and asked.first(TIMESTAMP) == believed.files[TIMESTAMP]
    )
