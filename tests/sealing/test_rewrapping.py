"""The same body under a new header."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from vernix.errors import DataRefused, UsageError
from vernix.sealing.header import read_header
from vernix.sealing.identities import HybridIdentity, X25519Identity
from vernix.sealing.opening import open_bytes, open_file
from vernix.sealing.refusals import HeaderAltered, NotForUs
from vernix.sealing.rewrapping import rewrap, rewrap_file
from vernix.sealing.sealer import seal_bytes, seal_file

LIMIT = 1 << 30


def test_only_the_header_changes(hybrid: HybridIdentity, content: Callable[[int], bytes]) -> None:
    plain = content(200_000)
    sealed = seal_bytes(plain, [hybrid.recipient])
    heirs = [HybridIdentity.generate(), HybridIdentity.generate()]
    source = io.BytesIO(sealed)
    header = rewrap(source, [hybrid], [heir.recipient for heir in heirs])
    body = source.read()
    assert sealed.endswith(body)
    for heir in heirs:
        assert open_bytes(header + body, [heir], LIMIT) == plain
    with pytest.raises(NotForUs):
        open_bytes(header + body, [hybrid], LIMIT)


@pytest.mark.parametrize("armor", [False, True])
def test_a_file(
    armor: bool, classic: X25519Identity, content: Callable[[int], bytes], tmp_path: Path
) -> None:
    plain, old, new, opened = (tmp_path / name for name in ("plain", "old", "new", "opened"))
    plain.write_bytes(content(5_000_000))
    seal_file(plain, old, [classic.recipient], armor=armor)
    heir = HybridIdentity.generate()
    rewrap_file(old, new, [classic], [heir.recipient])
    open_file(new, opened, [heir])
    assert opened.read_bytes() == plain.read_bytes()


def test_refusals_leave_nothing(hybrid: HybridIdentity, classic: X25519Identity, tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    sealed = bytearray(seal_bytes(b"content", [hybrid.recipient]))
    old.write_bytes(sealed)
    with pytest.raises(NotForUs):
        rewrap_file(old, new, [classic], [classic.recipient])
    with pytest.raises(UsageError):
        rewrap_file(old, new, [hybrid], [classic.recipient, hybrid.recipient])
    sealed[sealed.index(b"--- ") + 5] ^= 1
    old.write_bytes(sealed)
    with pytest.raises((HeaderAltered, DataRefused)):
        rewrap_file(old, new, [hybrid], [hybrid.recipient])
    assert list(tmp_path.iterdir()) == [old]


@pytest.mark.parametrize("size", [0, 1, 65_536, 3_000_000])
def test_in_place_the_body_stays_as_it_is(
    size: int, hybrid: HybridIdentity, content: Callable[[int], bytes], tmp_path: Path
) -> None:
    file, heir = tmp_path / "file.age", HybridIdentity.generate()
    file.write_bytes(seal_bytes(content(size), [hybrid.recipient]))
    body = _body(file)
    rewrap_file(file, file, [hybrid], [hybrid.recipient, heir.recipient], durable=True)
    assert _body(file) == body
    assert all(open_bytes(file.read_bytes(), [each], LIMIT) == content(size) for each in (hybrid, heir))
    assert list(tmp_path.iterdir()) == [file]


def test_a_body_that_came_out_otherwise_is_not_kept(
    hybrid: HybridIdentity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that writes other bytes than it was given, or a file that is written to meanwhile."""
    file = tmp_path / "file.age"
    file.write_bytes(seal_bytes(b"content", [hybrid.recipient]))
    before = file.read_bytes()
    monkeypatch.setattr(
        "vernix.sealing.rewrapping.copy_rest", lambda _old, new, _place: os.write(new, b"other bytes")
    )
    with pytest.raises(DataRefused, match="changed"):
        rewrap_file(file, file, [hybrid], [hybrid.recipient])
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]


def _body(file: Path) -> bytes:
    with file.open("rb") as stream:
        read_header(stream)
        return stream.read()
