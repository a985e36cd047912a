"""Proofs about the ledger: published vectors, every proof of small trees, and no altered one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vernix.custody import merkle
from vernix.custody.merkle import Edge
from vernix.custody.tiles import Tile, TileReader
from vernix.custody.tree import leaf_hash, tree_head
from vernix.errors import DataRefused, NotProven

# The reference tree of the Certificate Transparency project, and proofs that its implementations publish.
INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
CT = [leaf_hash(bytes.fromhex(text)) for text in INPUTS]
LEAF_1 = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
LEAF_4 = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
NODE_0_1 = "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
NODE_2_3 = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
NODE_4_5 = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
NODE_6_7 = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
NODE_0_3 = "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"
NODE_4_7 = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
INCLUSION = [
    (0, 1, []),
    (0, 2, [LEAF_1]),
    (2, 3, [NODE_0_1]),
    (1, 5, ["6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d", NODE_2_3, LEAF_4]),
    (0, 8, [LEAF_1, NODE_2_3, NODE_4_7]),
    (5, 8, [LEAF_4, NODE_6_7, NODE_0_3]),
]
CONSISTENCY = [
    (1, 1, []),
    (1, 8, [LEAF_1, NODE_2_3, NODE_4_7]),
    (2, 5, [NODE_2_3, LEAF_4]),
    (2, 8, [NODE_2_3, NODE_4_7]),
    (6, 8, [NODE_4_5, NODE_6_7, NODE_0_3]),
]
LEAVES = [leaf_hash(number.to_bytes(4, "big")) for number in range(700)]
MOST = 40


def nodes(leaves: list[bytes]) -> merkle.Node:
    return lambda level, index: tree_head(leaves[index << level : (index + 1) << level])


def head(size: int) -> bytes:
    return tree_head(LEAVES[:size])


@pytest.mark.parametrize(("index", "size", "path"), INCLUSION)
def test_published_inclusion_proofs(index: int, size: int, path: list[str]) -> None:
    found = merkle.inclusion(index, size, nodes(CT[:size]))
    assert [item.hex() for item in found] == path
    merkle.check_inclusion(CT[index], index, size, found, tree_head(CT[:size]))


@pytest.mark.parametrize(("old", "size", "proof"), CONSISTENCY)
def test_published_consistency_proofs(old: int, size: int, proof: list[str]) -> None:
    found = merkle.consistency(old, size, nodes(CT[:size]))
    assert [item.hex() for item in found] == proof
    merkle.check_consistency(old, size, tree_head(CT[:old]), tree_head(CT[:size]), found)


@pytest.mark.parametrize("size", range(MOST))
def test_every_leaf_of_a_small_tree_is_proven(size: int) -> None:
    for index in range(size):
        path = merkle.inclusion(index, size, nodes(LEAVES[:size]))
        merkle.check_inclusion(LEAVES[index], index, size, path, head(size))


@pytest.mark.parametrize("size", range(MOST))
def test_every_beginning_of_a_small_tree_is_proven(size: int) -> None:
    for old in range(size + 1):
        proof = merkle.consistency(old, size, nodes(LEAVES[:size]))
        merkle.check_consistency(old, size, head(old), head(size), proof)


@given(st.integers(1, 300), st.data())
def test_an_altered_inclusion_proof_proves_nothing(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    path = merkle.inclusion(index, size, nodes(LEAVES[:size]))
    leaf, root, altered = LEAVES[index], head(size), list(path)
    other = data.draw(st.integers(0, 300).filter(lambda number: number != index))
    how = data.draw(st.sampled_from(["leaf", "index", "size", "head", "longer", "shorter", "hash"]))
    if how in ("shorter", "hash") and not path:
        how = "longer"
    if how == "longer":
        altered.insert(data.draw(st.integers(0, len(path))), LEAVES[other])
    elif how == "shorter":
        del altered[data.draw(st.integers(0, len(path) - 1))]
    elif how == "hash":
        altered[data.draw(st.integers(0, len(path) - 1))] = LEAVES[other][::-1]
    with pytest.raises(NotProven):
        merkle.check_inclusion(
            LEAVES[other] if how == "leaf" else leaf,
            other if how == "index" else index,
            # A path says how long it is, so another size of the same shape is caught by the head alone.
            index if how == "size" else size,
            altered,
            LEAVES[0][::-1] if how == "head" else root,
        )


@given(st.integers(2, 300), st.data())
def test_an_altered_consistency_proof_proves_nothing(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size - 1))
    proof = merkle.consistency(old, size, nodes(LEAVES[:size]))
    how = data.draw(st.sampled_from(["old head", "head", "longer", "shorter", "hash", "swapped"]))
    place = data.draw(st.integers(0, len(proof) - 1))
    altered = list(proof)
    if how == "longer":
        altered.insert(place, LEAVES[-1])
    elif how == "shorter":
        del altered[place]
    elif how == "hash":
        altered[place] = altered[place][::-1]
    before = head(old - 1) if how == "old head" else head(old)
    after = head(size + 1) if how == "head" else head(size)
    first, second = (size, old) if how == "swapped" else (old, size)
    with pytest.raises(NotProven):
        merkle.check_consistency(first, second, before, after, altered)


def test_the_edge_grows_to_the_same_heads_and_subtrees() -> None:
    edge, node = Edge(), nodes(LEAVES)
    for size, leaf in enumerate(LEAVES):
        assert edge.head() == head(size)
        assert edge == merkle.edge_of(size, node)
        edge, completed = edge.append(leaf)
        assert len(completed) <= size.bit_length()
        assert all(value == node(level, index) for level, index, value in completed)


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "0/000"),
        (Tile(0, 999, 1), "0/999.p/1"),
        (Tile(1, 1000, 255), "1/x001/000.p/255"),
        (Tile(0, 1234067), "0/x001/x234/067"),
        (Tile(5, 12), "5/012"),
    ],
)
def test_tiles_are_spelled_as_the_standard_says(tile: Tile, path: str) -> None:
    assert tile.path == path
    level, _, rest = path.partition("/")
    assert Tile.parse(level, rest) == tile


@pytest.mark.parametrize(
    "path",
    [
        *("00/000", "64/000", "0/0", "0/x000/001", "0/000.p/0", "0/000.p/256", "0/000.p/01", "0/001/x234"),
        *("-1/000", "0/000.p/", "0/../../x", "0/000/", "0/\u0660\u0660\u0660"),
    ],
)
def test_another_spelling_of_a_tile_is_refused(path: str) -> None:
    level, _, rest = path.partition("/")
    with pytest.raises(DataRefused):
        Tile.parse(level, rest)


def test_the_example_of_the_standard_has_these_tiles() -> None:
    size = 70_000  # C2SP tlog-tiles, "Merkle Tree"
    assert Tile.of(0, size - 1, size) == Tile(0, 273, 112)
    assert Tile.of(8, 272, size) == Tile(1, 1, 17)
    assert Tile.of(16, 0, size) == Tile(2, 0, 1)
    assert Tile.of(0, 255, 256) == Tile(0, 0)


def serve(tile: Tile) -> bytes:
    node = nodes(LEAVES)
    first = tile.number * 256
    return b"".join(node(8 * tile.level, first + at) for at in range(tile.width))


@given(st.integers(1, len(LEAVES)), st.data())
def test_proofs_are_computed_from_tiles(size: int, data: st.DataObject) -> None:
    asked: list[Tile] = []

    def fetch(tile: Tile) -> bytes:
        asked.append(tile)
        return serve(tile)

    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size))
    reader = TileReader(size, fetch)
    merkle.check_inclusion(LEAVES[index], index, size, merkle.inclusion(index, size, reader), head(size))
    merkle.check_consistency(old, size, head(old), head(size), merkle.consistency(old, size, reader))
    assert len(asked) == len(set(asked)), "each tile is asked for once"


def test_a_tile_of_another_length_is_refused() -> None:
    with pytest.raises(NotProven):
        merkle.inclusion(3, 300, TileReader(300, lambda tile: serve(tile)[:-1]))
