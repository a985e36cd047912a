"""A far side that lies about the directory: each attack is named and refused, and nothing of it is kept."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from vernix.custody.directory import Directory
from vernix.custody.proving import MAX_METADATA
from vernix.custody.publishing import DirectoryPublisher, OnlineKeys
from vernix.custody.signatures import SigningKey
from vernix.custody.trust import DirectoryMirror
from vernix.errors import NotProven

Kept = Callable[[], dict[str, bytes]]


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
