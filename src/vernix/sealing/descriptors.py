"""Reading and writing at a position of an open file, so that many threads share one descriptor."""

from __future__ import annotations

import errno
import mmap
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vernix.errors import DataRefused, UsageError

PAGE = mmap.PAGESIZE
SCRATCH = 1 << 20
_WORTH_RESERVING = 16 << 20
_ALIGNED_WRITE = 64 << 10
_OTHER_WRITE = 256 << 10
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def reading(source: Path | int) -> Iterator[int]:
    """A descriptor of ``source``; opened and closed here if it is a path, left open if it is a descriptor."""
    if isinstance(source, int):
        yield source
        return
    try:
        descriptor = os.open(source, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        raise UsageError(f"There is no file {source}.", hint="Check the name and the folder.") from None
    try:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise UsageError(
                f"{source} is a folder, not a file.", hint="Name a file, or pack the folder first."
            )
        yield descriptor
    finally:
        os.close(descriptor)


def is_regular(descriptor: int) -> bool:
    """Whether ``descriptor`` can be read at any position and has a size."""
    return stat.S_ISREG(os.fstat(descriptor).st_mode)


def page_buffer(size: int) -> memoryview:
    """A buffer of at least ``size`` bytes that begins at a page, with one page more to move content about in.

    Put content as far into a page here as it lies in the file (position % PAGE). A copy between the two whose
    places differ by a few bytes takes five times as long on current processors: what was just written seems
    to stand in the way of what is read next ("4K aliasing"). A ``bytearray`` is always 16 bytes off.
    """
    return memoryview(mmap.mmap(-1, size + PAGE))


def read_at(descriptor: int, buffer: memoryview, offset: int) -> None:
    """Fill ``buffer`` from ``offset``; ``DataRefused`` if the file ends before (it was cut while we read)."""
    while buffer:
        count = os.preadv(descriptor, [buffer], offset)
        if not count:
            raise changed()
        buffer = buffer[count:]
        offset += count


def write_at(descriptor: int, data: memoryview, offset: int) -> None:
    """Write all of ``data`` at ``offset``, in pieces that the kernel finds memory for without looking long.

    For a large write that begins at a page it wants one piece of memory as large, and a virtual machine whose
    host has taken that back waits for it: up to 15 times as long (1 MiB on ext4, Linux 6.18). Elsewhere in a
    page it takes small ones anyhow, and larger writes cost less.
    """
    most = _OTHER_WRITE if offset % PAGE else _ALIGNED_WRITE
    while data:
        count = os.pwrite(descriptor, data[:most], offset)
        data = data[count:]
        offset += count


def reserve(descriptor: int, size: int) -> None:
    """Ask for ``size`` bytes on disk at once: a full disk is told before any work, and writes cost less.

    Where a file system cannot, nothing happens. Raises ``OSError`` if there is no room.
    """
    if size < _WORTH_RESERVING:
        return
    import ctypes  # not os.posix_fallocate: where fallocate is missing, that writes to every block instead

    libc = ctypes.CDLL(None, use_errno=True)
    wanted = (ctypes.c_int(descriptor), ctypes.c_int(0), ctypes.c_int64(0), ctypes.c_int64(size))
    if libc.fallocate(*wanted) and ctypes.get_errno() in _NO_ROOM:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def copy_rest(source: int, target: int, offset: int) -> None:
    """Append everything in ``source`` from ``offset`` on to ``target``, in flat memory."""
    while data := os.pread(source, SCRATCH, offset):
        offset += len(data)
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(target, rest) :]


def fingerprint(descriptor: int) -> tuple[int, int]:
    """Size and time of last change: what must stay as it was while a file is read."""
    status = os.fstat(descriptor)
    return status.st_size, status.st_mtime_ns


def changed() -> DataRefused:
    """The refusal of a file that did not hold still."""
    return DataRefused(
        "The file was changed while it was being read.",
        hint="Run it again when nothing writes to the file any more.",
    )
