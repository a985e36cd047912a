"""The part's digest: the published vectors, the definition as oracle, any cut, any resumption."""

from __future__ import annotations

import hashlib
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vernix.custody import tree

# The reference inputs and roots of the Certificate Transparency project (merkle tree tests).
INPUTS = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


@pytest.mark.parametrize("size", range(9))
def test_the_vectors_of_certificate_transparency(size: int) -> None:
    leaves = [tree.leaf_hash(bytes.fromhex(text)) for text in INPUTS[:size]]
    assert tree.tree_head(leaves).hex() == ROOTS[size]


def by_definition(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962 section 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + by_definition(leaves[:k]) + by_definition(leaves[k:])).digest()


@pytest.mark.parametrize("size", range(130))
def test_the_definition_agrees(size: int) -> None:
    leaves = [tree.leaf_hash(bytes([n % 256, n // 256])) for n in range(size)]
    assert tree.tree_head(leaves) == by_definition(leaves)


def digest_of(data: bytes, header: int, block: int) -> bytes:
    rest = [data[at : at + block] for at in range(header, len(data), block)]
    return by_definition([hashlib.sha256(b"\0" + leaf).digest() for leaf in [data[:header], *rest]])


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(tree, "BLOCK", 64)
    # The header's leaf is hashed at once, the others by the pool.
    monkeypatch.setattr(tree, "_SMALL", 20)
    return 64


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
@pytest.mark.parametrize("length", [10, 11, 73, 74, 75, 138, 1000])
@pytest.mark.parametrize("piece", [1, 7, 63, 64, 65, 200, 1000])
def test_any_cut_gives_the_same_digest(small_blocks: int, kind: type[bytes], length: int, piece: int) -> None:
    data = bytes(n * 7 % 251 for n in range(length))
    hasher = tree.PartHasher(10)
    for at in range(0, length, piece):
        hasher.update(kind(data[at : at + piece]))
        if hasher.offset >= 10:
            assert hasher.digest() == digest_of(data[: hasher.offset], 10, small_blocks)
    assert hasher.offset == length


@pytest.mark.parametrize("stop", range(0, 300, 3))
def test_it_can_be_resumed_at_any_byte(small_blocks: int, stop: int) -> None:
    data = bytes(n * 13 % 251 for n in range(300))
    hasher = tree.PartHasher(10)
    hasher.update(data[:stop])
    leaves = hasher.leaves()
    done = 0 if not leaves else 10 + (len(leaves) - 1) * small_blocks
    again = tree.PartHasher.resume(10, leaves, data[done:stop])
    assert again.offset == stop
    again.update(data[stop:])
    assert again.digest() == digest_of(data, 10, small_blocks)


def test_resuming_refuses_what_cannot_be(small_blocks: int) -> None:
    with pytest.raises(ValueError, match="tail"):
        tree.PartHasher.resume(10, [], bytes(10))
    with pytest.raises(ValueError, match="tail"):
        tree.PartHasher.resume(10, [bytes(32)], bytes(small_blocks))
    with pytest.raises(ValueError, match="leaf"):
        tree.PartHasher.resume(10, [bytes(31)], b"")


def test_a_buffer_may_be_used_again_at_once(small_blocks: int) -> None:
    data = bytes(n % 251 for n in range(1000))
    buffer = bytearray(100)
    hasher = tree.PartHasher(10)
    for at in range(0, 1000, 100):
        buffer[:] = data[at : at + 100]
        hasher.update(memoryview(buffer))
        buffer[:] = bytes(100)
    assert hasher.digest() == digest_of(data, 10, small_blocks)


def test_what_waits_for_the_end_of_its_block_can_be_let_go_of(small_blocks: int) -> None:
    data = bytes(n * 11 % 251 for n in range(300))
    hasher = tree.PartHasher(10)
    for at in range(0, 300, 7):
        piece = bytes(bytearray(data[at : at + 7]))
        hasher.update(piece)
        hasher.let_go()
        assert not any(view.obj is piece for view in hasher._waiting)
    assert hasher.digest() == digest_of(data, 10, small_blocks)


def test_nothing_is_said_before_the_header_has_passed() -> None:
    hasher = tree.PartHasher(10)
    hasher.update(bytes(9))
    assert hasher.leaves() == []
    with pytest.raises(ValueError, match="header"):
        hasher.digest()
    with pytest.raises(ValueError, match="header"):
        tree.PartHasher(0)


@settings(max_examples=15)
@given(
    size=st.integers(1, 4 * tree.BLOCK),
    header=st.integers(1, 3000),
    cuts=st.lists(st.integers(0, 4 * tree.BLOCK), max_size=6),
)
def test_real_blocks(size: int, header: int, cuts: list[int]) -> None:
    data = hashlib.shake_128(size.to_bytes(4, "big")).digest(header + size)
    hasher = tree.PartHasher(header)
    places = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    for start, end in itertools.pairwise(places):
        hasher.update(memoryview(data)[start:end])
    assert hasher.digest() == digest_of(data, header, 1024 * 1024)


def test_the_header_is_a_leaf_of_its_own() -> None:
    """Sealing a stored body to somebody else changes the header's leaf and no other."""
    body = hashlib.shake_128(b"body").digest(3 * tree.BLOCK)
    hashers = [tree.PartHasher(200), tree.PartHasher(300)]
    hashers[0].update(bytes(200) + body)
    hashers[1].update(bytes(300) + body)
    old, new = (hasher.leaves() for hasher in hashers)
    assert old[0] != new[0]
    assert old[1:] == new[1:]
    assert hashers[0].digest() != hashers[1].digest()


def test_a_leaf_cannot_pass_for_a_node() -> None:
    left, right = tree.leaf_hash(b"a"), tree.leaf_hash(b"b")
    assert tree.tree_head([left, right]) != tree.leaf_hash(left + right)
