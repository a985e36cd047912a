"""The journal of what has left: one leaf hash for every block, written before the block goes out.

Sealing is deterministic once begun, so a killed upload goes on from any byte. That is safe only while the
source is the same: another plaintext under the same key and nonce would betray both. Hence the journal: a
block that may have left is sent again only if it hashes to its journaled leaf, and the source must still look
as it did.

The journal survives a killed process (the kernel has the bytes). After a power cut its end may be missing;
then the unchanged look of the source is what stands between us and a second plaintext, which is why both are
checked.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from vernix.errors import DataRefused

LEAF = 32
"""Bytes of one leaf hash (SHA-256)."""


class SourceChanged(DataRefused):
    """The file is not what it was when its sealing began: begin again under a fresh key."""


class LeafJournal:
    """The leaves of one sealing, in order, in a file of 32-byte records."""

    def __init__(self, path: Path) -> None:
        self.leaves: list[bytes] = []
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        content = b""
        while piece := os.read(self._handle, 1 << 20):
            content += piece
        whole = len(content) - len(content) % LEAF
        self.leaves = [content[at : at + LEAF] for at in range(0, whole, LEAF)]
        # A record torn by a kill never had its block sent: the block goes out only after the write returned.
        os.ftruncate(self._handle, whole)
        os.lseek(self._handle, whole, os.SEEK_SET)

    def confirm(self, first: int, leaves: Sequence[bytes]) -> None:
        """Compare leaves number ``first`` onwards with those journaled, and append the ones that are new.

        Raises ``SourceChanged`` when a journaled block would now be another.
        """
        known = self.leaves[first : first + len(leaves)]
        if list(leaves[: len(known)]) != known:
            raise SourceChanged(
                "The file changed while it was being sent.", hint="Run the same command again."
            )
        fresh = leaves[len(known) :]
        if fresh:
            rest = memoryview(b"".join(fresh))
            while rest:  # a disk that is nearly full takes a part before it refuses the rest
                rest = rest[os.write(self._handle, rest) :]
            self.leaves.extend(fresh)

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._handle)

    def __enter__(self) -> LeafJournal:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
