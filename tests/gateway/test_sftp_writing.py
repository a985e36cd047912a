"""One file written over SFTP: pieces in any order give the same file; no gap is ever taken for bytes."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.sftp_kit import written

from vernix.errors import DataRefused, TooMuch
from vernix.gateway.blobs import BlobStore, new_blob
from vernix.gateway.limits import MIB, Limits, Pace
from vernix.gateway.sealedness import NotSealed, header_length
from vernix.gateway.sftp.incoming import Incoming, is_plausible
from vernix.sealing.header import INTRO
from vernix.sealing.identities import HybridIdentity
from vernix.sealing.recipients import PassphraseRecipient
from vernix.sealing.sealer import seal_bytes

MOST = 1 << 30
CONTENT = INTRO + bytes(range(256)) * 4


def begin(folder: Path, safe: int = 0) -> Incoming:
    store, blob = BlobStore(folder), new_blob()
    lock = store.lock(blob)
    if safe:
        store.path(blob).write_bytes(CONTENT[:safe])
    return Incoming(written(blob, safe), lock, Pace(Limits()))


def content_of(folder: Path, incoming: Incoming) -> bytes:
    return BlobStore(folder).path(incoming.blob).read_bytes()[: incoming.end]


@given(
    cuts=st.sets(st.integers(1, len(CONTENT) - 1), max_size=12).map(sorted), data=st.data(),
    safe=st.integers(0, len(CONTENT)),
)  # fmt: skip
def test_pieces_in_any_order_are_the_file(
    tmp_path_factory: pytest.TempPathFactory, cuts: list[int], data: st.DataObject, safe: int
) -> None:
    folder = tmp_path_factory.mktemp("blobs")
    incoming = begin(folder, safe)
    bounds = [0, *cuts, len(CONTENT)]
    pieces = list(itertools.pairwise(bounds))
    for start, end in data.draw(st.permutations(pieces)):
        incoming.write(start, memoryview(CONTENT[start:end]), MOST)
        assert CONTENT.startswith(content_of(folder, incoming))
    assert incoming.end == len(CONTENT)
    assert not incoming.has_gap
    assert content_of(folder, incoming) == CONTENT
    incoming.release()


@given(st.binary(min_size=1, max_size=40), st.integers(0, 25))
def test_what_is_not_an_age_file_writes_nothing(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, offset: int
) -> None:
    folder = tmp_path_factory.mktemp("blobs")
    incoming = begin(folder)
    fits = data[: max(0, len(INTRO) - offset)] == INTRO[offset : offset + len(data)]
    if fits:
        incoming.write(offset, memoryview(data), MOST)
    else:
        with pytest.raises(NotSealed, match="vernix seal --to"):
            incoming.write(offset, memoryview(data), MOST)
        assert content_of(folder, incoming) == b""
    incoming.release()


def test_what_comes_before_the_beginning_is_not_written(tmp_path: Path) -> None:
    incoming = begin(tmp_path)
    incoming.write(30, memoryview(b"a mother's name"), MOST)
    assert BlobStore(tmp_path).path(incoming.blob).stat().st_size == 0
    with pytest.raises(NotSealed):
        incoming.write(0, memoryview(b"child_family_name,and so on..."), MOST)
    incoming.write(100, memoryview(bytes(4 * MIB - 100)), MOST)
    with pytest.raises(DataRefused, match="did not come first"):
        incoming.write(4 * MIB, memoryview(bytes(200)), MOST)
    incoming.release()


def test_empty_writes_are_not_kept(tmp_path: Path) -> None:
    incoming = begin(tmp_path)
    incoming.write(100, memoryview(b""), MOST)
    incoming.write(0, memoryview(INTRO), MOST)
    incoming.write(100, memoryview(b""), MOST)
    assert not incoming.has_gap
    incoming.release()


def test_many_small_pieces_before_the_beginning_are_refused(tmp_path: Path) -> None:
    incoming = begin(tmp_path)
    for offset in range(1024):
        incoming.write(100 + offset, memoryview(b"x"), MOST)
    with pytest.raises(DataRefused, match="did not come first"):
        incoming.write(5000, memoryview(b"x"), MOST)
    incoming.truncate(0)
    incoming.write(100, memoryview(bytes(4 * MIB)), MOST)
    incoming.release()


def test_what_lies_beyond_a_gap_is_counted_and_bounded(tmp_path: Path) -> None:
    incoming = begin(tmp_path)
    incoming.write(0, memoryview(INTRO), MOST)
    piece = memoryview(bytes(8 * MIB))
    for number in range(1, 9):
        incoming.write(number * 9 * MIB, piece, MOST)
    assert incoming.ahead == len(INTRO) + 64 * MIB
    with pytest.raises(DataRefused, match="too many pieces"):
        incoming.write(100 * MIB, memoryview(b"x"), MOST)
    incoming.release()


def test_a_file_has_an_end(tmp_path: Path) -> None:
    incoming = begin(tmp_path)
    with pytest.raises(TooMuch):
        incoming.write(900, memoryview(bytes(200)), 1000)
    incoming.release()


def test_a_cut_shortens_and_is_gone_on_with(tmp_path: Path) -> None:
    incoming = begin(tmp_path)
    incoming.write(0, memoryview(CONTENT[:500]), MOST)
    incoming.write(600, memoryview(CONTENT[600:]), MOST)
    assert incoming.has_gap
    incoming.truncate(400)
    assert (incoming.end, incoming.has_gap) == (400, False)
    incoming.write(400, memoryview(CONTENT[400:]), MOST)
    assert content_of(tmp_path, incoming) == CONTENT
    incoming.release()


@given(st.integers(0, 200_000))
def test_every_sealed_file_is_plausible_and_its_header_is_found(size: int) -> None:
    sealed = seal_bytes(bytes(size), [HybridIdentity.generate().recipient])
    header = header_length(sealed)
    assert header is not None
    assert is_plausible(len(sealed), header)
    assert header_length(sealed[: header - 1]) is None
    # Cut inside the last tag, it cannot be whole.
    assert not is_plausible(header + 16 + 65552 + 5, header)
    assert not is_plausible(header + 20, header)


def test_a_passphrase_is_no_partner() -> None:
    sealed = seal_bytes(b"x", [PassphraseRecipient(b"a passphrase", 10)])
    with pytest.raises(NotSealed, match="passphrase"):
        header_length(sealed)
