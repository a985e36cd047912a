"""The digest of a sealed part: an RFC 6962 Merkle tree, hashed on every core and checked block by block.

Leaf 0 is the part's age header (its first ``header_size`` bytes); every further leaf is 1 MiB of what
follows, the last one shorter. Leaf hash SHA-256(0x00 || data), node hash SHA-256(0x01 || left || right).
The header is a leaf of its own so that sealing a stored body to another recipient changes one leaf.

Rule of change: none; another tree would be another field beside ``digest`` in a new version of the delivery.
"""

from __future__ import annotations

import hashlib
import os
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache

BLOCK = 1024 * 1024
"""Size of every leaf but the header's and the last, in bytes."""

EMPTY_TREE = hashlib.sha256(b"").digest()

_WORKERS = min(8, os.cpu_count() or 1)
_MOST_PENDING = 4 * _WORKERS
_SMALL = 32 * 1024
"""Bytes that take less time to hash than to hand to another thread."""
_MOST_WAITING = (
    64  # pieces of one block; a caller that feeds single bytes must not fill the memory with views
)

Data = bytes | bytearray | memoryview


class PartHasher:
    """The digest of one part while its bytes pass by, in order, in pieces of any size.

    Blocks are hashed by a small pool of threads, what is small at once. Pieces of type ``bytes`` are kept
    (never copied) until hashed, at most a few blocks at a time; other buffers are hashed before ``update``
    returns, so that the caller may use them again.
    """

    def __init__(self, header_size: int) -> None:
        if header_size < 1:
            raise ValueError("a part begins with an age header")
        self._header_size = header_size
        self._offset = 0
        self._leaves: list[bytes] = []
        self._pending: deque[Future[bytes]] = deque()
        self._open = hashlib.sha256(b"\0")
        self._waiting: list[memoryview] = []
        self._left = header_size

    @classmethod
    def resume(cls, header_size: int, leaves: Sequence[bytes], tail: Data) -> PartHasher:
        """Go on behind complete ``leaves`` (header first) and the bytes of the leaf begun since."""
        hasher = cls(header_size)
        if leaves:
            if any(len(leaf) != 32 for leaf in leaves):
                raise ValueError("a leaf is 32 bytes")
            hasher._leaves = list(leaves)
            hasher._offset = header_size + (len(leaves) - 1) * BLOCK
            hasher._left = BLOCK
        if len(tail) >= hasher._left:
            raise ValueError("the tail is a whole leaf or more")
        hasher.update(tail)
        return hasher

    @property
    def offset(self) -> int:
        """How many bytes have passed."""
        return self._offset

    def update(self, data: Data) -> None:
        """Take the next bytes of the part."""
        view = memoryview(data).cast("B")
        keep = type(view.obj) is bytes
        self._offset += len(view)
        while len(view) >= self._left:
            self._waiting.append(view[: self._left])
            view = view[self._left :]
            self._close_leaf()
        if len(view):
            self._left -= len(view)
            self._waiting.append(view)
        if not keep or len(self._waiting) > _MOST_WAITING:
            self.let_go()
        if not keep:
            self._settle(0)

    def let_go(self) -> None:
        """Hash what is kept of a block that is not complete yet: its pieces may be long in coming."""
        for piece in self._waiting:
            self._open.update(piece)
        self._waiting = []

    def leaves(self, first: int = 0) -> list[bytes]:
        """The hashes of the complete leaves from number ``first`` on (the header's is 0).

        A last, short leaf is not complete.
        """
        self._settle(0)
        return self._leaves[first:]

    def digest(self) -> bytes:
        """The tree head over everything so far; the last block may be short. The hasher can go on."""
        if self._offset < self._header_size:
            raise ValueError("the header has not passed yet")
        leaves = self.leaves()
        if self._offset > self._header_size and self._left < BLOCK:
            last = self._open.copy()
            for piece in self._waiting:
                last.update(piece)
            leaves.append(last.digest())
        return tree_head(leaves)

    def _close_leaf(self) -> None:
        if not self._pending and sum(map(len, self._waiting)) < _SMALL:
            self._leaves.append(_finish(self._open, self._waiting))
        else:
            self._pending.append(_pool().submit(_finish, self._open, self._waiting))
        self._open = hashlib.sha256(b"\0")
        self._waiting = []
        self._left = BLOCK
        self._settle(_MOST_PENDING)

    def _settle(self, most: int) -> None:
        while len(self._pending) > most:
            self._leaves.append(self._pending.popleft().result())


def leaf_hash(data: Data) -> bytes:
    """SHA-256(0x00 || data)."""
    return _finish(hashlib.sha256(b"\0"), [memoryview(data)])


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def tree_head(leaves: Sequence[bytes]) -> bytes:
    """The Merkle tree head over leaf hashes (RFC 6962 section 2.1)."""
    if not leaves:
        return EMPTY_TREE
    complete: list[tuple[int, bytes]] = []  # (height, hash) of the perfect subtrees so far, larger first
    for leaf in leaves:
        height, right = 0, leaf
        while complete and complete[-1][0] == height:
            right = node_hash(complete.pop()[1], right)
            height += 1
        complete.append((height, right))
    head = complete.pop()[1]
    while complete:
        head = node_hash(complete.pop()[1], head)
    return head


def beside_header(leaves: Sequence[bytes]) -> list[bytes]:
    """What stands beside the header's leaf on its way to the head (its audit path, RFC 6962 section 2.1.1).

    From it and another header follows the digest of the same body under that header: ``with_header``.
    """
    path, start = [], 1
    while start < len(leaves):
        path.append(tree_head(leaves[start : 2 * start]))
        start *= 2
    return path


def with_header(header: Data, beside: Sequence[bytes]) -> bytes:
    """The digest of a part with this age header and the body that ``beside`` was taken from."""
    head = leaf_hash(header)
    for right in beside:
        head = node_hash(head, right)
    return head


def _finish(state: hashlib._Hash, pieces: Sequence[memoryview]) -> bytes:
    for piece in pieces:
        state.update(piece)
    return state.digest()


@cache
def _pool() -> ThreadPoolExecutor:
    """Threads for hashing, made when first needed: hashlib lets go of the interpreter for large pieces."""
    return ThreadPoolExecutor(_WORKERS, thread_name_prefix="vernix-tree")
