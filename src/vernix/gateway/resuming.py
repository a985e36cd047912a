"""The hash of a part that arrives in several requests: begun anew at each from the leaves that were kept."""

from __future__ import annotations

from collections.abc import Callable

from vernix.custody.tree import BLOCK, PartHasher

LEAF = 32
"""Bytes of a leaf hash."""


def resume_hasher(
    header: int, offset: int, stored: bytes, read: Callable[[int, int], bytes]
) -> tuple[int, PartHasher | Unhashed]:
    """How many of the ``stored`` leaves count at ``offset``, and the hasher as it was there.

    ``read`` gives bytes of the blob by start and count. Raises ``OSError`` when there are too few.
    """
    if header == 0:
        return 0, Unhashed()
    whole = 0 if offset < header else 1 + (offset - header) // BLOCK
    kept = min(whole, len(stored) // LEAF)
    begun = 0 if kept == 0 else header + (kept - 1) * BLOCK
    hasher = PartHasher.resume(
        header, [stored[start : start + LEAF] for start in range(0, kept * LEAF, LEAF)], b""
    )
    # Usually less than one block; everything, should the leaves be lost.
    while begun < offset:
        piece = read(begun, min(BLOCK, offset - begun))
        if not piece:
            raise OSError("a blob is shorter than its safe offset")
        hasher.update(piece)
        begun += len(piece)
    return kept, hasher


class Unhashed:
    """In the place of a hasher, for bytes that have no digest of their own."""

    def update(self, _piece: bytes) -> None:
        """Nothing to do."""

    def let_go(self) -> None:
        """Nothing is kept."""

    def leaves(self, _first: int = 0) -> list[bytes]:
        """There are none."""
        return []

    def digest(self) -> bytes:
        """Nobody may ask for it."""
        raise ValueError("a partial upload has no digest")
