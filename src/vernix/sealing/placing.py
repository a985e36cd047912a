"""Files that appear whole or not at all.

A file is written without a name (Linux ``O_TMPFILE``) and gets its name only when everything in it is right.
Until then nobody can open it, and if this program is killed the kernel throws it away: there is no half-done
file to clean up. Where a file system cannot do that, a private file with a random name takes its place.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vernix.errors import UsageError

_NO_NAMELESS = {errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL, errno.ENOENT}


@contextmanager
def new_file(
    target: Path, *, mode: int = 0o600, replace: bool = True, durable: bool = False
) -> Iterator[int]:
    """A descriptor to write to; it becomes ``target`` when the block ends without an error, and else
    vanishes.

    ``mode`` is narrowed by the umask. With ``replace`` false an existing ``target`` is left as it is and
    refused. ``durable`` says that the file must survive a power cut from the moment this returns (data, then
    name, flushed).
    """
    check_target(target, replace=replace)
    folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        descriptor, name = _open(folder, mode)
        try:
            yield descriptor
            if durable:
                os.fsync(descriptor)
            _put(folder, descriptor, name, target.name, replace=replace)
        finally:
            os.close(descriptor)
            if name:
                os.unlink(name, dir_fd=folder)
        if durable:
            os.fsync(folder)
    finally:
        os.close(folder)


def nameless_file(folder: Path) -> int:
    """A descriptor of a private scratch file in ``folder``: it has no name and vanishes when closed."""
    directory = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        descriptor, name = _open(directory, 0o600)
        if name:
            os.unlink(name, dir_fd=directory)
        return descriptor
    finally:
        os.close(directory)


def check_target(target: Path, *, replace: bool) -> None:
    """Raise ``UsageError`` if a file could not be put at ``target``: no folder, or something stands there."""
    if not target.parent.is_dir():
        raise UsageError(f"There is no folder {target.parent}.", hint="Make it first, or name another place.")
    try:
        there = target.stat()
    except FileNotFoundError:
        return
    # Renaming over a device or a pipe would destroy it, so those are never replaced.
    if not stat.S_ISREG(there.st_mode):
        raise UsageError(f"{target} is not a file that can be written.", hint="Name a file as output.")
    if not replace:
        raise _exists(target.name)


def _open(folder: int, mode: int) -> tuple[int, str]:
    """A new file in ``folder``: its descriptor, and its name if it could not do without one."""
    try:
        return os.open(".", os.O_TMPFILE | os.O_RDWR, mode, dir_fd=folder), ""
    except OSError as error:
        if error.errno not in _NO_NAMELESS:
            raise
    name = _random_name()
    return os.open(name, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode, dir_fd=folder), name


def _put(folder: int, descriptor: int, name: str, target: str, *, replace: bool) -> None:
    """Give the file (which ``name`` names, if anything does) the name ``target``."""
    try:
        _link(folder, descriptor, name, target)
        return
    except FileExistsError:
        if not replace:
            raise _exists(target) from None
    # Only an existing target needs a name in between: a link cannot replace, a rename can.
    between = _random_name()
    _link(folder, descriptor, name, between)
    try:
        os.replace(between, target, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        os.unlink(between, dir_fd=folder)
        raise


def _link(folder: int, descriptor: int, name: str, target: str) -> None:
    # The directory descriptor makes Python call linkat, the only call that gives a nameless file its name.
    source = name or f"/proc/self/fd/{descriptor}"
    os.link(source, target, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=True)


def _random_name() -> str:
    return f".vernix-{secrets.token_hex(12)}"


def _exists(name: str) -> UsageError:
    return UsageError(f"{name} exists already.", hint="Name another output, or say --force to replace it.")
