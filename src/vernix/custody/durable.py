"""Files that are either wholly there or not there at all, whenever the machine stops."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

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
