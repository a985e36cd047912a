"""A far side that lies about the directory: each attack is named and refused, and nothing of it is kept."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import re
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from vernix.custody import durable
from vernix.custody.directory import Directory
from vernix.custody.proving import MAX_METADATA
from vernix.custody.publishing import DirectoryPublisher, OnlineKeys
from vernix.custody.signatures import SigningKey
from vernix.custody.trust import DirectoryMirror
from vernix.errors import NotFound, NotProven, RoadFailed


@pytest.fixture
def mirror(tmp_path: Path, registry: Any, clock: Any) -> DirectoryMirror:
    return DirectoryMirror(tmp_path / "mirror", registry.publisher.root_fingerprint, clock=clock)


@pytest.fixture
def kept(tmp_path: Path) -> Callable[[], dict[str, bytes]]:
    """What the mirror holds on disk, by name (its lock aside)."""

    def look() -> dict[str, bytes]:
        folder = tmp_path / "mirror"
        if not folder.exists():
            return {}
        return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != ".lock"}

    return look


Kept = Callable[[], dict[str, bytes]]


# The honest case.


def test_the_first_refresh_believes_only_the_pinned_root(
    mirror: DirectoryMirror, far_side: Any, registry: Any, kept: Kept
) -> None:
    assert not mirror.present
    with pytest.raises(NotFound, match="no directory here yet"):
        mirror.current()
    assert mirror.refresh(far_side.fetch) == registry.directory
    assert mirror.present
    assert mirror.current() == registry.directory
    assert kept() == far_side.state()


def test_a_refresh_fetches_only_what_is_new(mirror: DirectoryMirror, far_side: Any, registry: Any) -> None:
    mirror.refresh(far_side.fetch)
    far_side.asked.clear()
    mirror.refresh(far_side.fetch)
    assert far_side.asked == ["2.root.json", "timestamp.json"]
    registry.publish_next()
    far_side.asked.clear()
    assert mirror.refresh(far_side.fetch).version == registry.directory.version
    assert [re.sub("[0-9a-f]{64}", "HASH", name) for name in far_side.asked] == [
        "2.root.json",
        "timestamp.json",
        "2.snapshot.json",
        "2.targets.json",
        "HASH.directory.json",
    ]


def test_old_files_are_forgotten_one_set_later(
    mirror: DirectoryMirror, far_side: Any, registry: Any, kept: Kept
) -> None:
    mirror.refresh(far_side.fetch)
    for _ in range(3):
        registry.publish_next()
        mirror.refresh(far_side.fetch)
    versions = sorted(name for name in kept() if name.endswith("targets.json"))
    assert versions == ["3.targets.json", "4.targets.json"]
    assert "1.root.json" in kept()


def test_another_mirror_can_be_fed_from_this_one(
    mirror: DirectoryMirror, far_side: Any, registry: Any, tmp_path: Path, clock: Any
) -> None:
    mirror.refresh(far_side.fetch)
    second = DirectoryMirror(tmp_path / "second", registry.publisher.root_fingerprint, clock=clock)
    files = mirror.files()
    assert second.refresh(lambda name, _: files.get(name)) == registry.directory
    third = DirectoryMirror(tmp_path / "third", registry.publisher.root_fingerprint, clock=clock)
    assert third.refresh(lambda name, _: second.read(name)) == registry.directory


@pytest.mark.parametrize(
    "name", ["../signing.key", ".lock", "directory.json", "0.root.json", "", "timestamp.json/"]
)
def test_no_other_file_is_read_out(name: str, mirror: DirectoryMirror, far_side: Any) -> None:
    mirror.refresh(far_side.fetch)
    assert mirror.read(name) is None


def test_a_day_without_news_is_worth_a_warning_and_a_week_is_the_end(
    mirror: DirectoryMirror, far_side: Any, registry: Any, clock: Any
) -> None:
    mirror.refresh(far_side.fetch)
    assert (mirror.age().total_seconds(), mirror.stale) == (0, False)
    clock.forward(hours=25)
    assert (mirror.age().total_seconds(), mirror.stale) == (25 * 3600, True)
    registry.publisher.renew_timestamp()
    mirror.refresh(far_side.fetch)
    assert not mirror.stale
    clock.forward(days=6, hours=23)
    assert mirror.current() == registry.directory
    clock.forward(hours=1)
    with pytest.raises(NotProven, match="freeze"):
        mirror.current()
    registry.publisher.renew_timestamp()
    assert mirror.refresh(far_side.fetch) == registry.directory


def test_a_road_that_fails_changes_nothing(
    mirror: DirectoryMirror, far_side: Any, registry: Any, kept: Kept
) -> None:
    mirror.refresh(far_side.fetch)
    registry.publish_next()
    before = kept()

    def broken(name: str, limit: int) -> bytes | None:
        if name.endswith("targets.json"):
            raise RoadFailed("The connection broke.")
        found: bytes | None = far_side.fetch(name, limit)
        return found

    with pytest.raises(RoadFailed):
        mirror.refresh(broken)
    assert kept() == before


def test_two_processes_that_share_a_folder_never_go_back(
    mirror: DirectoryMirror, far_side: Any, registry: Any, tmp_path: Path, clock: Any
) -> None:
    """While one fetches version 2, the other keeps version 3."""
    mirror.refresh(far_side.fetch)
    registry.publish_next()
    older = far_side.state()
    newest = registry.publish_next()
    other = DirectoryMirror(tmp_path / "mirror", registry.publisher.root_fingerprint, clock=clock)

    def slow(name: str, _limit: int) -> bytes | None:
        if name.endswith("directory.json"):
            other.refresh(far_side.fetch)
        found: bytes | None = older.get(name)
        return found

    with pytest.raises(NotProven, match="rollback"):
        mirror.refresh(slow)
    assert mirror.current() == newest
    assert other.current() == newest


# The attacks. Each is tried on a mirror that knows version 1 while version 2 is published, and on a new one.


def json_changed(change: Callable[[Any], None]) -> Callable[[bytes | None, int], bytes | None]:
    def lie(data: bytes | None, _limit: int) -> bytes | None:
        if data is None:
            return None
        document = json.loads(data)
        change(document)
        return json.dumps(document).encode()

    return lie


def one_bit(data: bytes | None, _limit: int) -> bytes | None:
    return None if data is None else bytes([*data[:-20], data[-20] ^ 1, *data[-19:]])


ATTACKS: dict[str, tuple[str, Callable[[bytes | None, int], bytes | None], str]] = {
    "directory swapped": ("directory.json", lambda data, _: data and b"{}".ljust(len(data)), "swapped"),
    "directory, one bit": ("directory.json", one_bit, "swapped"),
    "directory truncated": ("directory.json", lambda data, _: data and data[:-1], "truncated"),
    "directory endless": ("directory.json", lambda _, limit: b"x" * (limit + 1), "endless"),
    "directory withheld": ("directory.json", lambda _data, _limit: None, "missing"),
    "targets, one bit": ("targets.json", one_bit, "swapped"),
    "targets truncated": ("targets.json", lambda data, _: data and data[: len(data) // 2], "truncated"),
    "targets endless": ("targets.json", lambda _, limit: b" " * (limit + 1), "endless"),
    "targets withheld": ("targets.json", lambda _data, _limit: None, "missing"),
    "snapshot, one bit": ("snapshot.json", one_bit, "swapped"),
    "snapshot endless": ("snapshot.json", lambda _, limit: b" " * (limit + 1), "endless"),
    "snapshot withheld": ("snapshot.json", lambda _data, _limit: None, "missing"),
    "timestamp unsigned": (
        "timestamp.json",
        json_changed(lambda document: document["signatures"].clear()),
        "not signed by enough",
    ),
    "timestamp prolonged": (
        "timestamp.json",
        json_changed(lambda document: document["signed"].update(expires="2036-03-01T12:00:00Z")),
        "not signed by enough",
    ),
    "timestamp truncated": ("timestamp.json", lambda data, _: data and data[:-1], "truncated"),
    "timestamp endless": ("timestamp.json", lambda _, limit: b" " * (limit + 1), "endless"),
    "timestamp empty": ("timestamp.json", lambda _data, _limit: b"", "truncated"),
    "timestamp too deep": ("timestamp.json", lambda _data, _limit: b"[" * 100_000, "truncated"),
    "timestamp of another kind": (
        "timestamp.json",
        json_changed(lambda d: d["signed"].update(_type="root")),
        "root|signed",
    ),
    "next root is noise": ("2.root.json", lambda _data, _limit: b"noise", "truncated"),
    "next root endless": ("2.root.json", lambda _, limit: b"x" * (limit + 1), "endless"),
}


@pytest.mark.parametrize("joined", [True, False], ids=["member", "newcomer"])
@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_named_and_nothing_is_kept(
    name: str, joined: bool, mirror: DirectoryMirror, far_side: Any, registry: Any, kept: Kept
) -> None:
    if joined:
        mirror.refresh(far_side.fetch)
    registry.publish_next()
    before = kept()
    ending, lie, words = ATTACKS[name]
    far_side.lie(ending, lie)
    with pytest.raises(NotProven, match=words):
        mirror.refresh(far_side.fetch)
    assert kept() == before
    if joined:
        assert mirror.current().version == registry.directory.version - 1


def test_another_root_than_the_pinned_one(
    mirror: DirectoryMirror,
    far_side: Any,
    registry: Any,
    directory: Directory,
    tmp_path: Path,
    clock: Any,
    kept: Kept,
) -> None:
    """The gateway founds a directory of its own and shows that."""
    own = [SigningKey.generate() for _ in range(5)]
    folder = tmp_path / "own"
    DirectoryPublisher.found(folder, own[:3], OnlineKeys(own[3], own[4]), directory, clock=clock)
    far_side.serve({path.name: path.read_bytes() for path in folder.iterdir()})
    with pytest.raises(NotProven, match="pinned"):
        mirror.refresh(far_side.fetch)
    assert kept() == {}


def test_a_directory_signed_by_stolen_nothing(
    mirror: DirectoryMirror, far_side: Any, registry: Any, tmp_path: Path, clock: Any, kept: Kept
) -> None:
    """The right root, and behind it metadata that the gateway signed with keys of its own."""
    mirror.refresh(far_side.fetch)
    before = kept()
    own = [SigningKey.generate() for _ in range(5)]
    folder = tmp_path / "own"
    next_version = dataclasses.replace(registry.directory, version=99)
    DirectoryPublisher.found(folder, own[:3], OnlineKeys(own[3], own[4]), next_version, clock=clock)
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    far_side.serve(files | {"1.root.json": far_side.state()["1.root.json"]})
    with pytest.raises(NotProven, match="not signed by enough"):
        mirror.refresh(far_side.fetch)
    assert kept() == before


@pytest.mark.parametrize("count", [0, 1])
def test_a_new_root_needs_two_of_the_old_roots_keys(
    count: int, mirror: DirectoryMirror, far_side: Any, registry: Any, kept: Kept, clock: Any
) -> None:
    """Whoever stole one root key cannot hand the directory to himself."""
    mirror.refresh(far_side.fetch)
    before = kept()
    own = [SigningKey.generate() for _ in range(3)]
    thief = DirectoryPublisher(registry.folder, OnlineKeys(own[0], own[1]), clock=clock)
    thief.replace_root(registry.root_keys[:count], own)
    with pytest.raises(NotProven, match=r"root is not signed by enough of its keys"):
        mirror.refresh(far_side.fetch)
    assert kept() == before


def test_an_old_set_is_not_taken_again(
    mirror: DirectoryMirror, far_side: Any, registry: Any, kept: Kept
) -> None:
    mirror.refresh(far_side.fetch)
    old = far_side.state()
    newest = registry.publish_next()
    mirror.refresh(far_side.fetch)
    before = kept()
    far_side.serve(old)
    with pytest.raises(NotProven, match="rollback"):
        mirror.refresh(far_side.fetch)
    assert kept() == before
    assert mirror.current() == newest


def test_an_old_set_is_not_taken_again_after_the_known_one_has_expired(
    mirror: DirectoryMirror, far_side: Any, registry: Any, clock: Any, kept: Kept
) -> None:
    mirror.refresh(far_side.fetch)
    clock.forward(days=5)
    registry.publisher.renew_timestamp()
    fresh_but_old = far_side.state()
    clock.forward(seconds=1)
    registry.publish_next()
    mirror.refresh(far_side.fetch)
    before = kept()
    clock.forward(days=6, hours=23)
    far_side.serve(fresh_but_old)
    with pytest.raises(NotProven, match="rollback"):
        mirror.refresh(far_side.fetch)
    assert kept() == before


def test_a_stolen_timestamp_key_cannot_take_the_targets_back(
    mirror: DirectoryMirror, far_side: Any, registry: Any, clock: Any, kept: Kept
) -> None:
    """A newer timestamp and snapshot that name the old, still validly signed targets."""
    mirror.refresh(far_side.fetch)
    old = far_side.state()
    registry.publish_next()
    mirror.refresh(far_side.fetch)
    before = kept()
    forged = _resnapshot(registry, old, version=3, clock=clock)
    far_side.serve(far_side.state() | old | forged)
    with pytest.raises(NotProven, match="rollback"):
        mirror.refresh(far_side.fetch)
    assert kept() == before


def _resnapshot(registry: Any, old: dict[str, bytes], version: int, clock: Any) -> dict[str, bytes]:
    from securesystemslib.signer import CryptoSigner
    from tuf.api.metadata import Metadata, MetaFile, Snapshot, Timestamp

    signer = CryptoSigner(registry.online.timestamp.private)
    expires = clock() + timedelta(days=7)
    targets = MetaFile.from_data(1, old["1.targets.json"], ["sha256"])
    snapshot = Metadata(Snapshot(version=version, expires=expires, meta={"targets.json": targets}))
    snapshot.sign(signer)
    data = snapshot.to_bytes()
    timestamp = Metadata(
        Timestamp(version=9, expires=expires, snapshot_meta=MetaFile.from_data(version, data, ["sha256"]))
    )
    timestamp.sign(signer)
    return {f"{version}.snapshot.json": data, "timestamp.json": timestamp.to_bytes()}


@pytest.mark.parametrize("joined", [True, False], ids=["member", "newcomer"])
def test_a_directory_that_is_held_back_is_noticed_within_a_week(
    joined: bool, mirror: DirectoryMirror, far_side: Any, registry: Any, clock: Any, kept: Kept
) -> None:
    if joined:
        mirror.refresh(far_side.fetch)
    far_side.serve(far_side.state())
    clock.forward(days=7)
    registry.publish_next()
    before = kept()
    with pytest.raises(NotProven, match=r"timestamp has expired.*\(freeze\)"):
        mirror.refresh(far_side.fetch)
    assert kept() == before


def test_a_second_timestamp_of_the_same_version_changes_nothing(
    mirror: DirectoryMirror, far_side: Any, registry: Any, clock: Any, kept: Kept
) -> None:
    """Validly signed twice (a registry restored from its copy): the first one seen is the one believed."""
    mirror.refresh(far_side.fetch)
    before = kept()
    shutil.copytree(registry.folder, registry.folder.parent / "restored")
    registry.publisher.renew_timestamp()
    mirror.refresh(far_side.fetch)
    first = kept()
    clock.forward(hours=1)
    restored = DirectoryPublisher(registry.folder.parent / "restored", registry.online, clock=clock)
    restored.renew_timestamp()
    far_side.serve(restored.files())
    assert restored.files()["timestamp.json"] not in (before["timestamp.json"], first["timestamp.json"])
    assert mirror.refresh(far_side.fetch) == registry.directory
    assert kept() == first


@pytest.mark.parametrize("file", ["2.snapshot.json", "2.targets.json"])
def test_files_of_two_sets_do_not_mix(
    file: str, mirror: DirectoryMirror, far_side: Any, registry: Any, kept: Kept
) -> None:
    """Version 1's file, validly signed, under version 2's name."""
    first = far_side.state()
    registry.publish_next()
    far_side.serve(far_side.state() | {file: first[file.replace("2", "1")]})
    with pytest.raises(NotProven, match="mixed"):
        mirror.refresh(far_side.fetch)
    assert kept() == {}


def test_a_push_of_new_files_only_says_what_is_wrong_with_them(
    mirror: DirectoryMirror, far_side: Any, registry: Any, kept: Kept
) -> None:
    """What the gateway is given leaves out what it has: the refusal must not be that something is missing."""
    mirror.refresh(far_side.fetch)
    old_timestamp = far_side.state()["timestamp.json"]
    registry.publish_next()
    mirror.refresh(far_side.fetch)
    before = kept()
    with pytest.raises(NotProven, match="rollback"):
        mirror.refresh(lambda name, _: old_timestamp if name == "timestamp.json" else None)
    assert kept() == before


def test_a_damaged_file_on_disk_is_refused_and_healed(
    mirror: DirectoryMirror, far_side: Any, registry: Any, tmp_path: Path, clock: Any
) -> None:
    mirror.refresh(far_side.fetch)
    for path in sorted((tmp_path / "mirror").glob("*.json")):
        whole = path.read_bytes()
        path.write_bytes(one_bit(whole, 0) or b"")
        again = DirectoryMirror(tmp_path / "mirror", registry.publisher.root_fingerprint, clock=clock)
        with pytest.raises(NotProven):
            again.current()
        assert again.refresh(far_side.fetch) == registry.directory
        assert path.read_bytes() == whole


@pytest.mark.parametrize("ceiling", range(1, 10))
def test_a_mirror_killed_at_any_write_has_the_old_set_or_the_new(
    ceiling: int,
    mirror: DirectoryMirror,
    far_side: Any,
    registry: Any,
    tmp_path: Path,
    clock: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    old = mirror.refresh(far_side.fetch)
    new = registry.publish_next()
    killed = _kill_at_write(monkeypatch, ceiling)
    with contextlib.suppress(KeyboardInterrupt):
        mirror.refresh(far_side.fetch)
    monkeypatch.undo()
    assert killed.count == min(ceiling, 8)  # four files, each a rename and a sync
    again = DirectoryMirror(tmp_path / "mirror", registry.publisher.root_fingerprint, clock=clock)
    assert again.current() in (old, new)
    assert again.refresh(far_side.fetch) == new
    assert not list((tmp_path / "mirror").glob(f"{durable.TEMPORARY}*"))


@dataclasses.dataclass
class _Killer:
    ceiling: int
    count: int = 0

    def step(self) -> None:
        self.count += 1
        if self.count == self.ceiling:
            raise KeyboardInterrupt


def _kill_at_write(monkeypatch: pytest.MonkeyPatch, ceiling: int) -> _Killer:
    """Stop before the ceiling-th rename or folder sync; what has been done stays, as after a SIGKILL."""
    killer = _Killer(ceiling)
    replace, sync = Path.replace, durable.sync_folder

    def replacing(self: Path, target: Path) -> Path:
        killer.step()
        return replace(self, target)

    def syncing(folder: Path) -> None:
        killer.step()
        sync(folder)

    monkeypatch.setattr(Path, "replace", replacing)
    monkeypatch.setattr(durable, "sync_folder", syncing)
    monkeypatch.setattr(
        Path, "unlink", lambda self, missing_ok=False: None
    )  # a killed program tidies nothing
    return killer


def test_the_limits_are_told_to_whoever_fetches(mirror: DirectoryMirror, far_side: Any) -> None:
    limits: dict[str, int] = {}

    def fetch(name: str, limit: int) -> bytes | None:
        limits[name] = limit
        found: bytes | None = far_side.fetch(name, limit)
        return found

    directory = mirror.refresh(fetch)
    largest = {name: limit for name, limit in limits.items() if not name.endswith("directory.json")}
    assert set(largest.values()) == {MAX_METADATA}
    assert limits[next(name for name in limits if name.endswith("directory.json"))] == len(
        directory.to_bytes()
    )
