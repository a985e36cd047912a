"""Where a ledger's hashes lie: tiles of 256, as C2SP tlog-tiles names them. Whoever reads them proves them.

Tile ``(L, N)`` holds the hashes at level ``8 * L`` from index ``256 * N`` on, 32 bytes each; a tile that is
not full yet says its width. A reader computes every proof itself and believes nothing but a signed
checkpoint that the proof leads to, so that a tile may come from anywhere.

Rule of change: none; the height is part of C2SP tlog-tiles.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from vernix.custody.merkle import HASH
from vernix.custody.tree import tree_head
from vernix.errors import DataRefused, NotProven

HEIGHT = 8
WIDTH = 1 << HEIGHT

_LEVEL = re.compile(r"0|[1-9]|[1-5][0-9]|6[0-3]")
_NUMBER = re.compile(r"(?:x[0-9]{3}/){0,5}[0-9]{3}")
_PARTIAL = re.compile(r"[1-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5]")


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile: its level, its number in the level, and how many hashes it has (256 when full)."""

    level: int
    number: int
    width: int = WIDTH

    @classmethod
    def of(cls, level: int, index: int, size: int) -> Tile:
        """The tile of a tree of ``size`` leaves that the subtree at ``(level, index)`` is computed from."""
        row = level // HEIGHT
        number = (index << level % HEIGHT) // WIDTH
        return cls(row, number, min(WIDTH, (size >> HEIGHT * row) - number * WIDTH))

    @classmethod
    def parse(cls, level: str, rest: str) -> Tile:
        """The tile of a path ``<level>/<rest>``; DataRefused for any other spelling."""
        number, dot, width = rest.partition(".p/")
        right = _LEVEL.fullmatch(level) and _NUMBER.fullmatch(number)
        if right and (not dot or _PARTIAL.fullmatch(width)):
            tile = cls(int(level), int(re.sub("[x/]", "", number)), int(width) if dot else WIDTH)
            if tile.path == f"{level}/{rest}":
                return tile
        raise DataRefused("A tile is not spelled <level>/<number> or <level>/<number>.p/<width>.")

    @property
    def path(self) -> str:
        """``0/x001/234`` for the full tile 1234 of level 0; ``0/000.p/3`` for the first three leaves."""
        digits = f"{self.number:03d}"
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[start : start + 3] for start in range(0, len(digits), 3)]
        name = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
        return f"{self.level}/{name}" + ("" if self.width == WIDTH else f".p/{self.width}")


class TileReader:
    """The subtrees of a tree of ``size`` leaves, from the tiles that ``fetch`` brings, each once.

    It can be called as a ``merkle.Node``. Raises NotProven for a tile of the wrong length.
    """

    def __init__(self, size: int, fetch: Callable[[Tile], bytes]) -> None:
        self._size = size
        self._fetch = fetch
        self._tiles: dict[Tile, bytes] = {}

    def __call__(self, level: int, index: int) -> bytes:
        """The hash of the perfect subtree at ``(level, index)``."""
        tile = Tile.of(level, index, self._size)
        first = (index << level % HEIGHT) % WIDTH
        count = 1 << level % HEIGHT
        if tile.width < first + count:
            raise NotProven("The ledger is asked for hashes beyond its end.")
        if tile not in self._tiles:
            self._tiles[tile] = self._proper(tile)
        hashes = self._tiles[tile]
        leaves = [hashes[at * HASH : (at + 1) * HASH] for at in range(first, first + count)]
        return tree_head(leaves)

    def _proper(self, tile: Tile) -> bytes:
        content = self._fetch(tile)
        if len(content) != tile.width * HASH:
            raise NotProven("A tile of the gateway's ledger has another length than it must have.")
        return content
