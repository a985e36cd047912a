"""Sealed, then opened: the same bytes, at every size, from every position, on every way."""

from __future__ import annotations

import io
import os
import random
import subprocess
import sys
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vernix.errors import DataRefused, UsageError
from vernix.sealing.identities import HybridIdentity, KeyIdentity, PassphraseIdentity, X25519Identity
from vernix.sealing.opening import SealedReader, open_bytes, open_file, open_pieces
from vernix.sealing.recipients import PassphraseRecipient
from vernix.sealing.refusals import NotForUs
from vernix.sealing.sealer import Sealing, seal_bytes, seal_file
from vernix.sealing.stream import BATCH, CHUNK, plain_size, sealed_payload_size

CLASSIC = X25519Identity.generate()
SIZES = sorted(
    {0, 1, 100}
    | {border + step for border in (CHUNK, 2 * CHUNK, BATCH, 2 * BATCH, 3 * BATCH) for step in (-1, 0, 1)}
)  # fmt: skip
LIMIT = 1 << 30


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("armor", [False, True])
def test_every_telling_size(
    size: int, armor: bool, hybrid: HybridIdentity, content: Callable[[int], bytes], tmp_path: Path
) -> None:
    plain, sealed, opened = tmp_path / "plain", tmp_path / "sealed.age", tmp_path / "opened"
    plain.write_bytes(content(size))
    seal_file(plain, sealed, [hybrid.recipient], armor=armor)
    open_file(sealed, opened, [hybrid])
    assert opened.read_bytes() == plain.read_bytes()
    assert opened.stat().st_mode & 0o777 == 0o600
    assert b"".join(open_pieces(sealed, [hybrid])) == plain.read_bytes()
    assert open_bytes(sealed.read_bytes(), [hybrid], LIMIT) == plain.read_bytes()


@given(st.integers(0, 3 * CHUNK), st.data())
@settings(max_examples=40)
def test_resumed_at_any_byte_it_is_the_same_file(size: int, data: st.DataObject) -> None:
    source = os.memfd_create("source")
    try:
        os.write(source, random.Random(size).randbytes(size))  # noqa: S311
        sealing = Sealing.begin([CLASSIC.recipient])
        whole = b"".join(sealing.blocks(source))
        assert len(whole) == sealing.sealed_size(size)
        start = data.draw(st.integers(0, len(whole)))
        assert b"".join(Sealing.resume(sealing.state()).blocks(source, start)) == whole[start:]
        assert len(open_bytes(whole, [CLASSIC], LIMIT)) == size
    finally:
        os.close(source)


def test_blocks_of_a_large_file(
    hybrid: HybridIdentity, content: Callable[[int], bytes], tmp_path: Path
) -> None:
    plain = tmp_path / "plain"
    plain.write_bytes(content(9 * BATCH + 777))
    sealing = Sealing.begin([hybrid.recipient])
    held = list(
        sealing.blocks(plain)
    )  # holding every piece must not let a later one overwrite an earlier one
    assert all(len(piece) >= 1 << 20 for piece in held[1:-1])
    whole = b"".join(held)
    assert open_bytes(whole, [hybrid], LIMIT) == plain.read_bytes()
    held = [piece[7:9] for piece in sealing.blocks(plain)]  # nor where only a slice of it is held
    places = [0, *accumulate(len(piece) for piece in sealing.blocks(plain))][:-1]
    assert [bytes(two) for two in held] == [whole[place + 7 : place + 9] for place in places]
    for start in (
        1,
        len(sealing.header),
        len(sealing.header) + 16,
        len(whole) // 2,
        len(whole) - 1,
        len(whole),
    ):
        assert b"".join(sealing.blocks(plain, start)) == whole[start:]
    with pytest.raises(ValueError, match="outside"):
        next(sealing.blocks(plain, len(whole) + 1))


def test_a_pipe_gives_the_same_as_a_file(classic: X25519Identity, content: Callable[[int], bytes]) -> None:
    for size in SIZES:
        pieces = Sealing.begin([classic.recipient]).stream(io.BytesIO(content(size)))
        assert open_bytes(b"".join(pieces), [classic], LIMIT) == content(size)


def test_two_sealings_share_nothing(hybrid: HybridIdentity) -> None:
    first, second = (seal_bytes(b"the same", [hybrid.recipient]) for _ in range(2))
    assert first != second
    assert first[-24:] != second[-24:]


def test_a_source_that_changes_meanwhile_is_refused(classic: X25519Identity, tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_bytes(bytes(8 * BATCH))
    blocks = Sealing.begin([classic.recipient]).blocks(plain)
    next(blocks)
    with plain.open("ab") as file:
        file.write(b"more")
    with pytest.raises(DataRefused, match="changed while it was being read"):
        list(blocks)
    plain.write_bytes(bytes(8 * BATCH))
    blocks = Sealing.begin([classic.recipient]).blocks(plain)
    next(blocks)
    os.truncate(plain, 100)
    with pytest.raises(DataRefused, match="changed while it was being read"):
        list(blocks)


@pytest.mark.parametrize(
    "state",
    [{}, {"format": "2"}, {"nonce": "AAAA"}, {"file_key": "!"}, {"header": "AA=="}],
)
def test_a_damaged_state_is_refused(state: dict[str, str], classic: X25519Identity) -> None:
    good = Sealing.begin([classic.recipient]).state()
    with pytest.raises(DataRefused):
        Sealing.resume(good | state if state else {})


def test_kinds_of_recipients_do_not_mix(hybrid: HybridIdentity, classic: X25519Identity) -> None:
    passphrase = PassphraseRecipient(b"correct horse", 1)
    both: list[list[KeyIdentity]] = [[hybrid, classic], [classic, hybrid]]
    for mixed in both:
        with pytest.raises(UsageError, match="cannot share"):
            Sealing.begin([identity.recipient for identity in mixed])
    for more in (passphrase, classic.recipient, hybrid.recipient):
        with pytest.raises(UsageError, match="cannot share"):
            Sealing.begin([passphrase, more])
    with pytest.raises(UsageError, match="to somebody"):
        Sealing.begin([])


def test_several_recipients_open_and_no_other(tmp_path: Path) -> None:
    ours = [HybridIdentity.generate() for _ in range(3)]
    sealed = seal_bytes(b"for three", [identity.recipient for identity in ours])
    for identity in ours:
        assert open_bytes(sealed, [HybridIdentity.generate(), identity], LIMIT) == b"for three"
    for stranger in (HybridIdentity.generate(), X25519Identity.generate(), PassphraseIdentity(b"x")):
        with pytest.raises(NotForUs):
            open_bytes(sealed, [stranger], LIMIT)
    with pytest.raises(NotForUs):
        open_bytes(sealed, [], LIMIT)


def test_open_bytes_keeps_its_limit(classic: X25519Identity) -> None:
    sealed = seal_bytes(bytes(100), [classic.recipient])
    assert open_bytes(sealed, [classic], 100) == bytes(100)
    with pytest.raises(DataRefused, match="larger than it may be"):
        open_bytes(sealed, [classic], 99)


@given(st.lists(st.tuples(st.integers(-10, 4 * CHUNK), st.integers(0, 2 * CHUNK)), max_size=12))
@settings(max_examples=30)
def test_reads_anywhere_are_slices_of_the_content(reads: list[tuple[int, int]]) -> None:
    content = random.Random(7).randbytes(3 * CHUNK + 5)  # noqa: S311
    source = os.memfd_create("sealed")
    try:
        os.write(source, seal_bytes(content, [CLASSIC.recipient]))
        with SealedReader(source, [CLASSIC]) as reader:
            buffered = io.BufferedReader(reader, 1000)
            assert reader.size == len(content)
            for place, count in reads:
                if place < 0:
                    assert buffered.seek(place, io.SEEK_END) == len(content) + place
                    assert buffered.read(count) == content[place:][:count]
                else:
                    buffered.seek(place)
                    assert buffered.read(count) == content[place : place + count]
                    assert buffered.tell() == min(place + count, max(place, len(content)))
    finally:
        os.close(source)


def test_sizes_there_and_back() -> None:
    for size in SIZES:
        assert plain_size(sealed_payload_size(size)) == size
    for impossible in (0, 15, CHUNK + 16 + 1, CHUNK + 16 + 16, 2 * (CHUNK + 16) + 16):
        with pytest.raises(DataRefused):
            plain_size(impossible)


@pytest.mark.parametrize("work", ["seal", "open", "armor"])
def test_memory_is_flat(work: str, tmp_path: Path) -> None:
    """256 MiB (a hole on disk) through a fresh interpreter: peak memory stays under 120 MiB."""
    program = """
import sys
from pathlib import Path
from vernix.sealing.identities import X25519Identity
from vernix.sealing.opening import open_file
from vernix.sealing.sealer import seal_file
folder, work = Path(sys.argv[1]), sys.argv[2]
identity = X25519Identity.generate()
with (folder / "plain").open("wb") as file:
    file.truncate((64 if work == "armor" else 256) << 20)
seal_file(folder / "plain", folder / "sealed", [identity.recipient], armor=work == "armor")
if work != "seal":
    open_file(folder / "sealed", folder / "opened", [identity])
    assert (folder / "opened").stat().st_size == (folder / "plain").stat().st_size
# Not ru_maxrss: that of a child begins with its parent's, and the parent here is pytest.
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path), work], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 120 * 1024
