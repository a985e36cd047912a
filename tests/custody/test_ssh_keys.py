"""SSH keys: made once, private, read by OpenSSH itself, and known to the directory while they hold."""

from __future__ import annotations

import dataclasses
import stat
import subprocess
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from vernix.custody.directory import Directory, Key
from vernix.custody.key import check_ssh_text
from vernix.custody.ssh_keys import ensure_ssh_key
from vernix.errors import DataRefused, KeeperFailed


def test_a_key_is_made_once_and_is_private(tmp_path: Path) -> None:
    place = tmp_path / "ssh_ed25519"
    made = ensure_ssh_key(place)
    assert check_ssh_text(made) == made
    assert ensure_ssh_key(place) == made
    assert stat.S_IMODE(place.stat().st_mode) == 0o600


def test_openssh_reads_the_same_key(tmp_path: Path, need_program: Callable[[str], str]) -> None:
    made = ensure_ssh_key(tmp_path / "key")
    shown = subprocess.run(
        [need_program("ssh-keygen"), "-y", "-f", tmp_path / "key"], capture_output=True, text=True, check=True
    )
    assert shown.stdout.split()[:2] == made.split()


def test_a_key_open_to_others_is_refused(tmp_path: Path) -> None:
    ensure_ssh_key(tmp_path / "key")
    (tmp_path / "key").chmod(0o640)
    with pytest.raises(KeeperFailed, match="open to other users"):
        ensure_ssh_key(tmp_path / "key")


def test_another_file_is_no_key(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("-----BEGIN OPENSSH PRIVATE KEY-----\n")
    (tmp_path / "key").chmod(0o600)
    with pytest.raises(DataRefused, match="no Ed25519 key"):
        ensure_ssh_key(tmp_path / "key")


def test_the_directory_knows_the_keys_that_hold(directory: Directory, now: datetime, tmp_path: Path) -> None:
    text = ensure_ssh_key(tmp_path / "key")
    day = timedelta(days=1)

    def keys(*, status: str = "active", **changes: Any) -> tuple[str, ...]:
        entry = directory.partners[0]
        key = dataclasses.replace(Key.make(text, now - day), **changes)
        entry = dataclasses.replace(
            entry, status=status, keys=tuple(sorted([*entry.keys, key], key=lambda one: one.id))
        )
        read = dataclasses.replace(directory, partners=(entry, *directory.partners[1:])).to_bytes()
        return Directory.parse(read).ssh_keys(entry.id, now)

    assert keys() == (text,)
    assert keys(revoked=now + day) == ()
    assert keys(valid_until=now) == ()
    assert keys(valid_from=now + day) == ()
    assert keys(status="suspended") == ()
    assert directory.ssh_keys("stranger", now) == ()
