"""Proofs about an append-only list: RFC 6962 section 2.1, verified as RFC 9162 sections 2.1.3 and 2.1.4 say.

A tree is never held whole. Whoever computes a proof asks for perfect subtrees by ``(level, index)``: the hash
over the leaves from ``index * 2**level`` on, ``2**level`` of them. Whoever appends keeps the right edge only.

Rule of change: none; these are the RFC's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from vernix.custody.tree import EMPTY_TREE, node_hash
from vernix.errors import NotProven

Node = Callable[[int, int], bytes]
"""The hash of one perfect subtree, by level and index."""

HASH = 32


@dataclass(frozen=True, slots=True)
class Edge:
    """The right edge of a tree of ``size`` leaves: its perfect subtrees, the largest first."""

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def append(self, leaf: bytes) -> tuple[Edge, list[tuple[int, int, bytes]]]:
        """The edge with one more leaf, and each subtree that it completed as (level, index, hash).

        At most one hash a level: O(log size). The leaf itself is not among them.
        """
        hashes, level, top = list(self.hashes), 0, leaf
        completed = []
        while self.size >> level & 1:
            top = node_hash(hashes.pop(), top)
            level += 1
            completed.append((level, self.size >> level, top))
        return Edge(self.size + 1, (*hashes, top)), completed

    def head(self) -> bytes:
        """The tree's head."""
        if not self.hashes:
            return EMPTY_TREE
        *rest, head = self.hashes
        for left in reversed(rest):
            head = node_hash(left, head)
        return head


def edge_of(size: int, node: Node) -> Edge:
    """The right edge of a tree of ``size`` leaves, asked for subtree by subtree."""
    hashes, start = [], 0
    for level in range(size.bit_length() - 1, -1, -1):
        if size >> level & 1:
            hashes.append(node(level, start >> level))
            start += 1 << level
    return Edge(size, tuple(hashes))


def inclusion(index: int, size: int, node: Node) -> list[bytes]:
    """The path of leaf ``index`` in a tree of ``size`` leaves, the leaf's sibling first (RFC 6962 2.1.1)."""
    if not 0 <= index < size:
        raise ValueError("no such leaf")
    path, start, end = [], 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_span(middle, end, node))
            end = middle
        else:
            path.append(_span(start, middle, node))
            start = middle
    return path[::-1]


def consistency(old: int, size: int, node: Node) -> list[bytes]:
    """The proof that a tree of ``old`` leaves is how the one of ``size`` began (RFC 6962 2.1.2)."""
    if not 0 <= old <= size:
        raise ValueError("a tree does not shrink")
    if old in (0, size):
        return []
    proof, start, end, whole = [], 0, size, True
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            proof.append(_span(middle, end, node))
            end = middle
        else:
            proof.append(_span(start, middle, node))
            start, whole = middle, False
    return ([] if whole else [_span(start, end, node)]) + proof[::-1]


def check_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], head: bytes) -> None:
    """Raise NotProven unless ``path`` leads from ``leaf`` at ``index`` to ``head`` (RFC 9162 2.1.3.2)."""
    wrong = NotProven(
        "The ledger's proof does not lead from the event to the checkpoint.",
        hint="Ask the gateway for it again, and tell the registry if it stays so.",
    )
    if not 0 <= index < size or any(len(item) != HASH for item in (leaf, *path)):
        raise wrong
    here, last, found = index, size - 1, leaf
    for item in path:
        if last == 0:
            raise wrong
        if here & 1 or here == last:
            found = node_hash(item, found)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            found = node_hash(found, item)
        here, last = here >> 1, last >> 1
    if last or found != head:
        raise wrong


def check_consistency(old: int, size: int, old_head: bytes, head: bytes, proof: Sequence[bytes]) -> None:
    """Raise NotProven unless ``proof`` shows that the old tree is how the new began (RFC 9162 2.1.4.2)."""
    wrong = NotProven(
        "The ledger is no longer what it was: an earlier state is not how it began.",
        hint="Keep both checkpoints and tell the registry at once.",
    )
    if old in (0, size):
        expected = old_head == (head if old == size else EMPTY_TREE)
        if not 0 <= old <= size or proof or not expected:
            raise wrong
        return
    if not 0 < old < size or any(len(item) != HASH for item in proof):
        raise wrong
    # An old tree that is one perfect subtree is its own first step; the proof leaves it out.
    path = [old_head, *proof] if old & (old - 1) == 0 else list(proof)
    found = _both_heads(old - 1, size - 1, path)
    if found != (old_head, head):
        raise wrong


def _both_heads(here: int, last: int, path: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """The old and the new head that ``path`` leads to; None where it is too long or too short."""
    if not path:
        return None
    while here & 1:
        here, last = here >> 1, last >> 1
    before = after = path[0]
    for item in path[1:]:
        if last == 0:
            return None
        if here & 1 or here == last:
            before, after = node_hash(item, before), node_hash(item, after)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            after = node_hash(after, item)
        here, last = here >> 1, last >> 1
    return None if last else (before, after)


def _span(start: int, end: int, node: Node) -> bytes:
    """The hash over leaves ``start`` to before ``end``, a span that the RFC's own division made."""
    hashes = []
    while start < end:
        level = (end - start).bit_length() - 1
        hashes.append(node(level, start >> level))
        start += 1 << level
    head = hashes.pop()
    while hashes:
        head = node_hash(hashes.pop(), head)
    return head


def _split(count: int) -> int:
    """The largest power of two below ``count``."""
    return 1 << (count - 1).bit_length() - 1
