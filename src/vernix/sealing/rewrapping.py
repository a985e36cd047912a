"""Rewrapping: the same sealed body under a new header, for other recipients. The body is never opened or
rewritten.

This changes who can find the file key from now on. Whoever had the old header and an identity for it may have
kept the file key: after the theft of an identity, seal the content again instead.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from vernix.sealing.descriptors import SCRATCH, changed, copy_rest, write_at
from vernix.sealing.header import make_header, read_header
from vernix.sealing.opening import sealed_file
from vernix.sealing.placing import new_file
from vernix.sealing.recipients import Recipient, check_kinds
from vernix.sealing.unwrapping import Identity, find_file_key


def rewrap(header_source: BinaryIO, identities: Sequence[Identity], recipients: Sequence[Recipient]) -> bytes:
    """The new header for ``recipients``, to stand in place of the one that ``header_source`` begins with.

    Leaves ``header_source`` at the first byte after the old header. Raises ``NotForUs`` if no identity opens
    it, ``DataRefused`` if it is broken, ``UsageError`` if the recipients do not mix.
    """
    check_kinds(recipients)
    file_key = find_file_key(read_header(header_source), identities)
    stanzas = [stanza for recipient in recipients for stanza in recipient.wrap(file_key)]
    return make_header(stanzas, file_key).encoded


def rewrap_file(
    source: Path,
    target: Path,
    identities: Sequence[Identity],
    recipients: Sequence[Recipient],
    *,
    replace: bool = True,
    durable: bool = False,
) -> None:
    """Copy the sealed file ``source`` to ``target`` (which may be ``source``) with a new header.

    It appears only when complete and read back: its body is that of ``source``, byte by byte. Of an armored
    file the copy is not armored. Raises as ``rewrap``, and ``DataRefused`` where the bodies differ.
    """
    with sealed_file(source, target.parent) as old, os.fdopen(os.dup(old), "rb") as stream:
        stream.seek(0)
        header = rewrap(stream, identities, recipients)
        with new_file(target, mode=0o666, replace=replace, durable=durable) as new:
            write_at(new, memoryview(header), 0)
            os.lseek(new, len(header), os.SEEK_SET)
            copy_rest(old, new, stream.tell())
            _check_same(old, stream.tell(), new, len(header))


def _check_same(old: int, old_place: int, new: int, new_place: int) -> None:
    """Raise ``DataRefused`` unless the two files are the same from these places to their ends."""
    while True:
        ours, theirs = os.pread(new, SCRATCH, new_place), os.pread(old, SCRATCH, old_place)
        if ours != theirs:
            raise changed()
        if not ours:
            return
        old_place, new_place = old_place + len(ours), new_place + len(ours)
