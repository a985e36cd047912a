"""The mirror between honest sides: what it fetches, keeps, forgets and heals, and what a kill leaves."""

from __future__ import annotations

import contextlib
import dataclasses
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vernix.custody import durable
from vernix.custody.proving import prove
from vernix.custody.trust import DirectoryMirror
from vernix.errors import NotFound, NotProven, RoadFailed

Kept = Callable[[], dict[str, bytes]]


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


def test_a_damaged_file_on_disk_is_refused_and_healed(
    mirror: DirectoryMirror, far_side: Any, registry: Any, tmp_path: Path, clock: Any
) -> None:
    mirror.refresh(far_side.fetch)
    for path in sorted((tmp_path / "mirror").glob("*.json")):
        whole = path.read_bytes()
        path.write_bytes(whole[:-20] + bytes([whole[-20] ^ 1]) + whole[-19:])
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


def test_what_was_proven_is_not_proven_again_until_it_must_be(
    mirror: DirectoryMirror,
    far_side: Any,
    registry: Any,
    clock: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A large directory takes half a second to prove; a client that looks every few seconds must not."""
    times: list[str] = []

    def counted(*words: Any) -> Any:
        times.append("proven")
        return prove(*words)

    monkeypatch.setattr("vernix.custody.trust.prove", counted)
    mirror.refresh(far_side.fetch)
    assert mirror.refresh(far_side.fetch) == mirror.current() == registry.directory
    assert times == ["proven"]
    registry.publish_next()
    other = DirectoryMirror(tmp_path / "mirror", registry.publisher.root_fingerprint, clock=clock)
    other.refresh(far_side.fetch)
    times.clear()
    assert mirror.refresh(far_side.fetch) == registry.directory, "another program has refreshed it"
    assert times
    clock.forward(days=8)
    with pytest.raises(NotProven, match="expired"):
        mirror.refresh(far_side.fetch)
