"""Files that are either wholly there or not there at all, whenever the machine stops; and who may write."""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from vernix.errors import KeeperFailed

TEMPORARY = ".writing-"
"""How the name of an unfinished file begins; such files may be removed by whoever owns the folder."""


def write_file(path: Path, data: bytes, *, private: bool = False) -> None:
    """Write ``data`` to ``path``: temporary file beside it, fsync, rename, fsync of the folder.

    ``private`` files are made 0600, others 0644. OSError passes through, with the temporary file removed.
    """
    temporary = path.parent / f"{TEMPORARY}{secrets.token_hex(8)}"
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if private else 0o644)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            temporary.unlink()
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in ``folder`` last."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove_unfinished(folder: Path) -> None:
    """Remove what an earlier, killed ``write_file`` left in ``folder``."""
    for path in folder.glob(f"{TEMPORARY}*"):
        path.unlink(missing_ok=True)


@contextlib.contextmanager
def held(path: Path, *, wait: bool = False) -> Iterator[bool]:
    """Hold a lock file while inside; yields False at once when another process holds it.

    With ``wait`` it is always held in the end. The kernel lets go of it when this process and its forks have
    died, however they die.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(handle)


@contextlib.contextmanager
def alone(folder: Path, program: str) -> Iterator[None]:
    """Be the only ``program`` at work in a data folder while inside.

    Raises:
        KeeperFailed: another one is at work there.
    """
    with held(folder / f"{program.rsplit(maxsplit=1)[-1]}.lock") as mine:
        if not mine:
            raise KeeperFailed(f"Another {program} is at work in this data folder.", hint="Stop it first.")
        yield
