"""Packages: files, folders and notes, to one or several, and what becomes of them on the other side."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.exchange_kit import ExchangeKit
from tests.lying_gateway import LyingGateway
from tests.partner.conftest import Document, Vernix
from tests.partner_kit import everything_in, settle

from vernix.courier.packing import PACK, SMALL
from vernix.custody.delivery import Delivery
from vernix.custody.directory import Right
from vernix.custody.signatures import Signed
from vernix.partner.state import Partner

MESSAGE = ("--purpose", "message", "--to", "registry")


def tree(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in everything_in(folder)}


def folders(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_dir())


def parts_of(gateway: LyingGateway, delivery: str) -> int:
    return len(Delivery.parse(Signed.decode(gateway.deliveries[delivery]).document).parts)


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    """A folder as people have them: folders in it, an empty one, large and small and empty files."""
    folder = tmp_path / "scans 2026"
    for name, size in [("a.txt", 3), ("b/A.TXT", 5), ("b/c/large.bin", SMALL + 1), ("b/c/none", 0), ("z", 7)]:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes((name.encode() * size)[:size])
    (folder / "empty" / "within").mkdir(parents=True)
    return folder


def test_a_folder_arrives_as_it_is(
    gateway: LyingGateway,
    riverside: Partner,
    registry: Partner,
    document: Document,
    scans: Path,
    tmp_path: Path,
) -> None:
    loose = tmp_path / "loose.txt"
    loose.write_bytes(b"beside")
    sent = document("send", *MESSAGE, scans, loose, "--data", riverside.folder.path)
    assert parts_of(gateway, sent["delivery"]) == 4  # manifest, small ones, the large one, small ones
    taken = document("collect", "--into", tmp_path / "in", "--data", registry.folder.path)
    assert tree(tmp_path / "in") == {f"scans 2026/{k}": v for k, v in tree(scans).items()} | {
        "loose.txt": b"beside"
    }
    assert folders(tmp_path / "in" / "scans 2026") == folders(scans)
    assert {entry["path"] for entry in taken["files"]} == {
        str(tmp_path / "in" / name) for name in everything_in(tmp_path / "in")
    }


def nearly_full(write: Callable[..., int], *, room: bool) -> Callable[..., int]:
    """``os.write`` or ``os.pwrite`` on a disk that takes part of ``z``, then has ``room`` or none."""

    def part(descriptor: int, data: bytes, *offset: int) -> int:
        if bytes(data) == b"z" * 4 and not room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(descriptor, data[:3] if bytes(data) == b"z" * 7 else data, *offset)

    return part


@pytest.mark.parametrize("room", [True, False])
def test_a_disk_that_takes_a_file_in_part_never_leaves_it_cut(
    gateway: LyingGateway,
    riverside: Partner,
    registry: Partner,
    document: Document,
    vernix: Vernix,
    scans: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    room: bool,
) -> None:
    sent = document("send", *MESSAGE, scans, "--data", riverside.folder.path)["delivery"]
    collect = ("collect", "--into", tmp_path / "in", "--data", registry.folder.path)
    with monkeypatch.context() as disk:
        disk.setattr(os, "write", nearly_full(os.write, room=room))
        disk.setattr(os, "pwrite", nearly_full(os.pwrite, room=room))
        assert vernix(*collect) == (0 if room else 5)
    if not room:
        assert everything_in(tmp_path / "in") == []
        assert parts_of(gateway, sent) == len(gateway.parts), "it was not signed for"
        document(*collect)
    assert tree(tmp_path / "in" / scans.name) == tree(scans)


def test_a_folder_never_mixes_with_one_that_is_there(
    gateway: LyingGateway,
    riverside: Partner,
    registry: Partner,
    document: Document,
    scans: Path,
    tmp_path: Path,
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / scans.name).symlink_to(outside)
    document("send", *MESSAGE, scans, "--data", riverside.folder.path)
    document("collect", "--into", tmp_path / "in", "--data", registry.folder.path)
    assert everything_in(outside) == []
    assert tree(tmp_path / "in" / f"{scans.name} (2)") == tree(scans)


def test_links_and_pipes_in_a_folder_are_left_out_with_a_word(
    riverside: Partner, gateway: LyingGateway, vernix: Vernix, scans: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (scans / "shadow").symlink_to("/etc/shadow")
    (scans / "all").symlink_to("/")
    os.mkfifo(scans / "pipe")
    assert vernix("send", *MESSAGE, scans, "--data", riverside.folder.path) == 0
    assert "Left out, because they are links or no files: 3." in capsys.readouterr().err


def test_a_note_alone_or_with_files_is_sealed_and_shown(
    gateway: LyingGateway,
    riverside: Partner,
    registry: Partner,
    vernix: Vernix,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    note = tmp_path / "note.txt"
    note.write_text("Bonjour, two scans.\nCall me.\n", encoding="utf-8")
    assert vernix("send", *MESSAGE, "--note-file", note, "--data", riverside.folder.path) == 0
    assert vernix("send", *MESSAGE, "--note", "short", note, "--data", riverside.folder.path) == 0
    assert not any(b"Bonjour" in part for part in gateway.parts.values())
    capsys.readouterr()
    assert vernix("collect", "--into", tmp_path / "in", "--data", registry.folder.path) == 0
    shown = capsys.readouterr().out
    assert "riverside says: Bonjour, two scans." in shown
    assert "riverside says: short" in shown
    for words in (
        ("--note", "a", "--note-file", note),
        ("--note", "a" * 4001),
        ("--note-file", tmp_path / "no"),
    ):
        assert vernix("send", *MESSAGE, *words, "--data", riverside.folder.path) == 2


def test_one_package_goes_to_several(
    kit: ExchangeKit,
    gateway: LyingGateway,
    riverside: Partner,
    registry: Partner,
    document: Document,
    vernix: Vernix,
    scans: Path,
    tmp_path: Path,
) -> None:
    lakeside = settle(kit, "lakeside", tmp_path / "lakeside")
    both = (scans, "--to", "registry", "--to", "lakeside", "--data", riverside.folder.path)
    assert vernix("send", *both) == 3, "nobody has granted that yet"
    kit.publish(rights=(*kit.directory.rights, Right("riverside", "lakeside", ("message",))))
    gateway.republish()
    sent = document("send", *both)
    assert sent["to"] == ["registry", "lakeside"]
    for partner in (registry, lakeside):
        document("collect", "--into", partner.folder.path / "in", "--data", partner.folder.path)
        assert tree(partner.folder.path / "in" / scans.name) == tree(scans)
    receipts = document("collect", "--data", riverside.folder.path)["receipts"]
    assert {entry["from"] for entry in receipts} == {"registry", "lakeside"}


def test_thousands_of_files_are_a_few_parts(
    gateway: LyingGateway, riverside: Partner, registry: Partner, document: Document, tmp_path: Path
) -> None:
    many = tmp_path / "many"
    for number in range(3000):
        path = many / f"{number % 40}" / f"{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"%d" % number)
    sent = document("send", *MESSAGE, many, "--data", riverside.folder.path)
    assert parts_of(gateway, sent["delivery"]) == 2
    document("collect", "--into", tmp_path / "in", "--data", registry.folder.path)
    assert tree(tmp_path / "in" / "many") == tree(many)
    assert everything_in(riverside.folder.outbox / "pending") == ["begin.lock"]


def test_a_source_that_changes_between_two_runs_is_sent_as_it_is_then(
    gateway: LyingGateway,
    riverside: Partner,
    registry: Partner,
    document: Document,
    vernix: Vernix,
    scans: Path,
    tmp_path: Path,
) -> None:
    gateway.block("deliver", 500)
    assert vernix("send", *MESSAGE, scans, "--data", riverside.folder.path) == 4
    gateway.honest()
    (scans / "a.txt").write_bytes(b"another")
    document("send", *MESSAGE, scans, "--data", riverside.folder.path)
    document("collect", "--into", tmp_path / "in", "--data", registry.folder.path)
    assert tree(tmp_path / "in" / scans.name) == tree(scans)


def test_small_files_fill_parts_of_a_bounded_size() -> None:
    from vernix.courier.dispatch import Look, OutgoingFile
    from vernix.courier.packing import parts_of

    small = OutgoingFile(Path("a"), "a")
    data = replace(small, role="data")
    full = PACK // SMALL
    assert parts_of([small] * (full + 1), [Look(SMALL, 0)] * (full + 1)) == (1,) * full + (2,)
    looks = [Look(1, 0), Look(0, 0), Look(SMALL + 1, 0), Look(0, 0)]
    assert parts_of([small] * 4, looks) == (1, 1, 2, 3)
    assert parts_of([data, small, data], looks[:3]) == (1, 2, 3)


@pytest.mark.parametrize("words", [("two/x", "x"), ("deep",), ("absent",), ("x", "x")])
def test_what_cannot_be_one_package_is_said(
    riverside: Partner, vernix: Vernix, tmp_path: Path, words: tuple[str, ...]
) -> None:
    for name in ("x", "two/x", "/".join(["deep"] * 17)):
        (tmp_path / name).mkdir(parents=True)
    named = [tmp_path / word for word in words]
    assert vernix("send", *MESSAGE, *named, "--data", riverside.folder.path) == 2
