"""Files appear whole or not at all, with and without the kernel's help."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from vernix.errors import UsageError
from vernix.sealing.placing import nameless_file, new_file


@pytest.fixture(params=["nameless", "named"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Files without a name; and a file system that has none (it takes the flag for a folder's)."""
    if request.param == "named":
        monkeypatch.setattr(os, "O_TMPFILE", os.O_DIRECTORY)
    return str(request.param)


def names(folder: Path) -> list[str]:
    """What lies in ``folder``."""
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("durable", [False, True])
@pytest.mark.parametrize("replace", [False, True])
def test_it_appears_at_the_end(way: str, durable: bool, replace: bool, tmp_path: Path) -> None:
    target = tmp_path / "target"
    with new_file(target, replace=replace, durable=durable) as descriptor:
        os.write(descriptor, b"content")
        assert not target.exists()
        assert len(names(tmp_path)) == (way == "named")
    assert target.read_bytes() == b"content"
    assert target.stat().st_mode & 0o777 == 0o600
    assert target.stat().st_nlink == 1
    assert names(tmp_path) == ["target"]


def test_an_existing_file_is_replaced_whole_or_left(way: str, tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_bytes(b"before")
    with new_file(target) as descriptor:
        os.write(descriptor, b"after")
        assert target.read_bytes() == b"before"
    assert target.read_bytes() == b"after"
    with pytest.raises(UsageError, match="exists already"), new_file(target, replace=False):
        pytest.fail("it must be refused before any work")
    assert target.read_bytes() == b"after"
    assert names(tmp_path) == ["target"]


def test_whoever_comes_first_stays(way: str, tmp_path: Path) -> None:
    target = tmp_path / "target"
    opened = new_file(target, replace=False)
    os.write(opened.__enter__(), b"ours")
    target.write_bytes(b"theirs")
    with pytest.raises(UsageError, match="exists already"):
        opened.__exit__(None, None, None)
    assert target.read_bytes() == b"theirs"
    assert names(tmp_path) == ["target"]


def test_an_error_leaves_nothing(way: str, tmp_path: Path) -> None:
    opened = new_file(tmp_path / "target")
    os.write(opened.__enter__(), b"content")
    assert not opened.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert names(tmp_path) == []
    opened = new_file(tmp_path / "target")
    opened.__enter__()
    (tmp_path / "target").mkdir()
    with pytest.raises(IsADirectoryError):
        opened.__exit__(None, None, None)
    assert names(tmp_path) == ["target"]


def test_scratch_files_have_no_name(way: str, tmp_path: Path) -> None:
    descriptor = nameless_file(tmp_path)
    try:
        os.write(descriptor, b"x")
        assert names(tmp_path) == []
    finally:
        os.close(descriptor)


def test_places_where_nothing_can_be_put(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for target in (tmp_path / "none" / "target", tmp_path, tmp_path / "pipe", Path("/dev/null")):
        with pytest.raises(UsageError), new_file(target):
            pytest.fail("it must be refused before any work")
    assert names(tmp_path) == ["pipe"]
