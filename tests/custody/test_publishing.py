"""Publishing: at whatever instant the registry stops, one consistent directory is out."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from vernix.custody import durable
from vernix.custody.directory import Directory
from vernix.custody.publishing import DirectoryPublisher, OnlineKeys
from vernix.custody.signatures import SigningKey
from vernix.custody.trust import DirectoryMirror, Fetch
from vernix.errors import Conflict, DataRefused, KeeperFailed, NotProven, UsageError


def test_founding_needs_three_different_keys(tmp_path: Path, registry: Any, directory: Directory) -> None:
    for root_keys in (registry.root_keys[:2], [registry.root_keys[0]] * 3):
        with pytest.raises(UsageError, match="three different keys"):
            DirectoryPublisher.found(tmp_path / "other", root_keys, registry.online, directory)


def test_a_directory_is_founded_once(registry: Any, directory: Directory) -> None:
    with pytest.raises(Conflict, match="already been founded"):
        DirectoryPublisher.found(registry.folder, registry.root_keys, registry.online, directory)


def test_no_private_key_is_in_the_public_folder(registry: Any) -> None:
    from vernix.custody.fields import to_base64

    published = b"".join(path.read_bytes() for path in registry.folder.iterdir())
    for key in (*registry.root_keys, registry.online.targets, registry.online.timestamp):
        for form in (key.to_bytes(), key.to_bytes().hex().encode(), to_base64(key.to_bytes()).encode()):
            assert form not in published


def test_versions_go_up_only(registry: Any) -> None:
    registry.publish_next()
    for version in (registry.directory.version, registry.directory.version - 1):
        with pytest.raises(Conflict, match="not greater"):
            registry.publisher.publish(dataclasses.replace(registry.directory, version=version))
    assert registry.publisher.current() == registry.directory


def test_a_directory_that_nobody_could_read_is_not_published(registry: Any) -> None:
    before = {path.name: path.read_bytes() for path in registry.folder.iterdir()}
    broken = dataclasses.replace(registry.directory, version=99, gateway="nowhere")
    with pytest.raises(DataRefused, match="'gateway'"):
        registry.publisher.publish(broken)
    assert {path.name: path.read_bytes() for path in registry.folder.iterdir()} == before


def test_the_files_to_push_are_exactly_one_set(registry: Any) -> None:
    for _ in range(3):
        registry.publish_next()
    files = registry.publisher.files()
    assert len(files) == 5
    assert {"1.root.json", "timestamp.json", "4.snapshot.json", "4.targets.json"} < set(files)


def test_renewing_works_on_an_expired_set(
    registry: Any, mirror: DirectoryMirror, far_side: Any, clock: Any
) -> None:
    mirror.refresh(far_side.fetch)
    clock.forward(days=10)
    with pytest.raises(NotProven, match="freeze"):
        registry.publisher.current()
    registry.publisher.renew_timestamp()
    far_side.asked.clear()
    assert mirror.refresh(far_side.fetch) == registry.directory
    assert far_side.asked == ["2.root.json", "timestamp.json"]


def test_renewing_signs_targets_again_before_they_expire(
    registry: Any, mirror: DirectoryMirror, far_side: Any, clock: Any
) -> None:
    for days, version in ((274, 1), (1, 2), (274, 2), (1, 3), (400, 4)):
        clock.forward(days=days)
        registry.publisher.renew_timestamp()
        registry.publisher.renew_timestamp()
        assert mirror.refresh(far_side.fetch) == registry.directory
        assert f"{version}.targets.json" in registry.publisher.files()


def test_a_new_root_is_followed_from_the_pinned_one(
    registry: Any, mirror: DirectoryMirror, far_side: Any, clock: Any, tmp_path: Path
) -> None:
    """Root keys and online keys are replaced twice; old and new clients follow the chain."""
    mirror.refresh(far_side.fetch)
    old_keys, directory = registry.root_keys, registry.directory
    for generation in (50, 60):
        new = [SigningKey.from_bytes(bytes([generation + n]) * 32) for n in range(5)]
        publisher = DirectoryPublisher(registry.folder, OnlineKeys(new[3], new[4]), clock=clock)
        publisher.replace_root(old_keys[:2], new[:3])
        old_keys = new[:3]
        directory = dataclasses.replace(directory, version=directory.version + 1)
        publisher.publish(directory)
    assert mirror.refresh(far_side.fetch) == directory
    newcomer = DirectoryMirror(tmp_path / "new", registry.publisher.root_fingerprint, clock=clock)
    assert newcomer.refresh(far_side.fetch) == directory
    assert {"1.root.json", "2.root.json", "3.root.json"} <= set(newcomer.files())


def test_the_old_online_keys_count_for_nothing_after_a_new_root(
    registry: Any, mirror: DirectoryMirror, far_side: Any, clock: Any
) -> None:
    mirror.refresh(far_side.fetch)
    new = [SigningKey.generate() for _ in range(5)]
    publisher = DirectoryPublisher(registry.folder, OnlineKeys(new[3], new[4]), clock=clock)
    publisher.replace_root(registry.root_keys, new[:3])
    assert mirror.refresh(far_side.fetch) == registry.directory
    thief = DirectoryPublisher(registry.folder, registry.online, clock=clock)
    thief.publish(dataclasses.replace(registry.directory, version=50))
    with pytest.raises(NotProven, match="not signed by enough"):
        mirror.refresh(far_side.fetch)
    assert mirror.current() == registry.directory


def test_a_root_lives_for_five_years(
    registry: Any, mirror: DirectoryMirror, far_side: Any, clock: Any
) -> None:
    clock.forward(days=5 * 365)
    registry.publisher.renew_timestamp()
    with pytest.raises(NotProven, match="root has expired"):
        mirror.refresh(far_side.fetch)


def test_a_missing_file_is_the_keepers_fault(registry: Any) -> None:
    (registry.folder / "1.snapshot.json").unlink()
    with pytest.raises(KeeperFailed, match=r"1\.snapshot\.json"):
        registry.publisher.renew_timestamp()


# What a killed program leaves.

_PUBLISH = """
import dataclasses, os, signal, sys
from datetime import datetime, UTC
from pathlib import Path
from vernix.custody import durable
from vernix.custody.publishing import DirectoryPublisher, OnlineKeys
from vernix.custody.signatures import SigningKey

folder, left = Path(sys.argv[1]), int(sys.argv[2])
clock = lambda: datetime(2026, 3, 1, 12, tzinfo=UTC)
def counted(step):
    def stepping(*arguments):
        global left
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1
        return step(*arguments)
    return stepping
Path.replace = counted(Path.replace)
os.fsync = counted(os.fsync)
online = OnlineKeys(SigningKey.from_bytes(bytes([24]) * 32), SigningKey.from_bytes(bytes([25]) * 32))
publisher = DirectoryPublisher(folder, online, clock=clock)
publisher.publish(dataclasses.replace(publisher.current(), version=8))
"""


def test_killed_at_any_instant_one_consistent_set_is_published(
    registry: Any, clock: Any, tmp_path: Path
) -> None:
    """SIGKILL before every rename and every fsync of a publication in turn, until one runs to its end."""
    old, new = registry.directory, dataclasses.replace(registry.directory, version=8)
    start = {path.name: path.read_bytes() for path in registry.folder.iterdir()}
    outcomes = []
    for steps in range(0, 40, 3):
        folder = tmp_path / f"run-{steps}"
        folder.mkdir()
        for name, data in start.items():
            (folder / name).write_bytes(data)
        run = subprocess.run([sys.executable, "-c", _PUBLISH, str(folder), str(steps)], check=False)
        reader = DirectoryMirror(
            tmp_path / f"reader-{steps}", registry.publisher.root_fingerprint, clock=clock
        )
        seen = reader.refresh(_from(folder))
        outcomes.append(seen.version)
        publisher = DirectoryPublisher(folder, registry.online, clock=clock)
        after = dataclasses.replace(new, version=9)
        publisher.publish(after)
        assert reader.refresh(_from(folder)) == after
        assert not list(folder.glob(f"{durable.TEMPORARY}*"))
        if run.returncode == 0:
            break
        assert run.returncode == -signal.SIGKILL
    assert run.returncode == 0
    assert outcomes[0] == old.version
    assert outcomes[-1] == new.version
    assert outcomes == sorted(outcomes)


def test_a_founding_that_was_killed_can_be_repeated(
    tmp_path: Path, registry: Any, directory: Directory, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "half"
    replace, written = Path.replace, 0

    def failing(self: Path, target: Path) -> Path:
        nonlocal written
        written += 1
        if written == 4:
            raise OSError(28, os.strerror(28))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", failing)
    with pytest.raises(OSError, match="No space left"):
        DirectoryPublisher.found(folder, registry.root_keys, registry.online, directory, clock=clock)
    monkeypatch.undo()
    assert not list(folder.glob(f"{durable.TEMPORARY}*"))
    keys = [SigningKey.generate() for _ in range(5)]
    online = OnlineKeys(keys[3], keys[4])
    again = DirectoryPublisher.found(folder, keys[:3], online, directory, clock=clock)
    assert again.current() == directory


def test_a_timestamp_holds_for_a_week(registry: Any, clock: Any) -> None:
    signed = json.loads((registry.folder / "timestamp.json").read_bytes())["signed"]
    assert signed["expires"] == (clock() + timedelta(days=7)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _from(folder: Path) -> Fetch:
    def fetch(name: str, _limit: int) -> bytes | None:
        return (folder / name).read_bytes() if (folder / name).exists() else None

    return fetch
