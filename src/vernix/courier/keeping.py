"""Keeping things on this disk so that a kill or a power cut finds them whole or not at all.

Everything the courier keeps is private: folders 0700, files 0600. Documents are written whole or not at all
(``vernix.custody.durable``), so that whoever reads one later never meets half of it.
"""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from vernix.custody import durable
from vernix.custody.durable import write_file
from vernix.errors import KeeperFailed


def private_folder(path: Path) -> Path:
    """Make a folder that only we can read, with its parents; returns it."""
    if not path.is_dir():
        for missing in reversed([parent for parent in path.parents if not parent.exists()]):
            missing.mkdir(mode=0o700, exist_ok=True)
        path.mkdir(mode=0o700, exist_ok=True)
    return path


def write_json(path: Path, document: dict[str, Any]) -> None:
    """Write a private JSON document durably."""
    private_folder(path.parent)
    text = json.dumps(document, sort_keys=True, indent=1) + "\n"
    write_file(path, text.encode("ascii"), private=True)


def read_json(path: Path) -> dict[str, Any] | None:
    """A document that ``write_json`` wrote; None when it is not there.

    Raises ``KeeperFailed`` when it is damaged: our own files are written whole, so this is the disk's fault.
    """
    try:
        document = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise KeeperFailed(
            f"{path} is damaged.", hint="Restore it from a backup, or remove it to start over."
        )
    return document


def sweep(path: Path) -> None:
    """Remove a folder or a file and everything in it; it may be gone already."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


@contextlib.contextmanager
def held(path: Path, *, wait: bool = False) -> Iterator[bool]:
    """Hold a lock file while inside, its folder made if need be: see ``durable.held``."""
    private_folder(path.parent)
    with durable.held(path, wait=wait) as mine:
        yield mine
