"""Whatever is done to a sealed file, it is refused, and nothing is left behind."""

from __future__ import annotations

import os
import random
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vernix.errors import DataRefused
from vernix.sealing.identities import HybridIdentity, X25519Identity
from vernix.sealing.opening import SealedReader, open_bytes, open_file, open_pieces
from vernix.sealing.sealer import seal_bytes, seal_file
from vernix.sealing.stream import BATCH, CHUNK, SEALED_CHUNK

KEY = X25519Identity.generate()
CONTENT = random.Random(1).randbytes(2 * CHUNK + 9)  # noqa: S311
SEALED = seal_bytes(CONTENT, [KEY.recipient])
START = len(SEALED) - len(CONTENT) - 3 * 16
LIMIT = 1 << 30


@given(st.integers(0, len(SEALED) - 1), st.integers(1, 255))
@settings(max_examples=200)
def test_a_flipped_byte_is_refused(place: int, change: int) -> None:
    altered = bytearray(SEALED)
    altered[place] ^= change
    with pytest.raises(DataRefused):
        open_bytes(bytes(altered), [KEY], LIMIT)


@given(st.integers(0, len(SEALED) - 1))
@settings(max_examples=200)
def test_a_cut_is_refused(length: int) -> None:
    with pytest.raises(DataRefused):
        open_bytes(SEALED[:length], [KEY], LIMIT)


@given(st.binary(min_size=1, max_size=100))
def test_an_addition_is_refused(more: bytes) -> None:
    with pytest.raises(DataRefused):
        open_bytes(SEALED + more, [KEY], LIMIT)


def test_chunks_cannot_be_moved_doubled_or_dropped() -> None:
    head, first, second, last = (
        SEALED[:START],
        SEALED[START : START + SEALED_CHUNK],
        SEALED[START + SEALED_CHUNK : START + 2 * SEALED_CHUNK],
        SEALED[START + 2 * SEALED_CHUNK :],
    )
    assert open_bytes(head + first + second + last, [KEY], LIMIT) == CONTENT
    for order in (
        [second, first, last], [first, first, last], [first, last], [first, second], [last], [],
        [first, second, last, last], [first, second, second, last],
    ):  # fmt: skip
        with pytest.raises(DataRefused):
            open_bytes(head + b"".join(order), [KEY], LIMIT)


@pytest.mark.parametrize("place", ["early", "late"])
def test_damage_in_a_large_file_leaves_nothing(
    place: str, hybrid: HybridIdentity, content: Callable[[int], bytes], tmp_path: Path
) -> None:
    plain, sealed, target = tmp_path / "plain", tmp_path / "sealed.age", tmp_path / "target"
    plain.write_bytes(content(5 * BATCH))
    seal_file(plain, sealed, [hybrid.recipient])
    with sealed.open("r+b") as file:
        file.seek(3 * BATCH if place == "late" else 5000)
        byte = file.read(1)[0]
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte ^ 1]))
    before = sorted(path.name for path in tmp_path.iterdir())
    with pytest.raises(DataRefused):
        open_file(sealed, target, [hybrid])
    released: list[int] = []
    with pytest.raises(DataRefused):
        released.extend(len(piece) for piece in open_pieces(sealed, [hybrid]))
    assert not released
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_an_existing_file_survives_a_refusal(tmp_path: Path) -> None:
    sealed, target = tmp_path / "sealed.age", tmp_path / "target"
    sealed.write_bytes(SEALED[:-1])
    target.write_bytes(b"what was here before")
    with pytest.raises(DataRefused):
        open_file(sealed, target, [KEY])
    assert target.read_bytes() == b"what was here before"


def test_a_reader_gives_nothing_of_a_damaged_chunk(tmp_path: Path) -> None:
    altered = bytearray(SEALED)
    altered[START + SEALED_CHUNK + 10] ^= 1
    sealed = tmp_path / "sealed.age"
    sealed.write_bytes(altered)
    with SealedReader(sealed, [KEY]) as reader:
        assert reader.read(CHUNK) == CONTENT[:CHUNK]
        with pytest.raises(DataRefused):
            reader.read(10)
        with pytest.raises(DataRefused):
            reader.read(10)
        reader.seek(2 * CHUNK)
        assert reader.read(100) == CONTENT[2 * CHUNK :]
    sealed.write_bytes(SEALED[:-25])
    with pytest.raises(DataRefused):
        SealedReader(sealed, [KEY])


FULL = """
import resource, signal, sys
from vernix.partner.cli import PROGRAM
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), int(sys.argv[1])))
PROGRAM.main(sys.argv[2:])
"""


@pytest.mark.parametrize("work", ["seal", "armor", "open", "pipe"])
def test_a_full_disk_leaves_nothing(work: str, tmp_path: Path) -> None:
    identity, plain, sealed = tmp_path / "key.txt", tmp_path / "plain", tmp_path / "plain.age"
    identity.write_text(f"{KEY}\n")
    plain.write_bytes(bytes(4 * BATCH))
    seal_file(plain, sealed, [KEY.recipient])
    before = sorted(path.name for path in tmp_path.iterdir())
    words = {
        "seal": ["seal", "-r", str(KEY.recipient), "-o", "new", "plain"],
        "armor": ["seal", "-a", "-r", str(KEY.recipient), "-o", "new", "plain"],
        "open": ["open", "-i", "key.txt", "-o", "new", "plain.age"],
        "pipe": ["open", "-i", "key.txt", "-o", "new", "-"],
    }[work]
    with sealed.open("rb") as file:
        stdin = subprocess.Popen(["cat"], stdin=file, stdout=subprocess.PIPE).stdout
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(3 * BATCH), *words],
        cwd=tmp_path, stdin=stdin, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 5, done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 3 * BATCH


def test_a_small_file_system_that_is_full(tmp_path: Path) -> None:
    """The same with a real, tiny file system and the kernel's own "no space left"."""
    (tmp_path / "key.txt").write_text(f"{KEY}\n")
    (tmp_path / "plain").write_bytes(bytes(4 * BATCH))
    seal_file(tmp_path / "plain", tmp_path / "plain.age", [KEY.recipient])
    (tmp_path / "small").mkdir()
    script = (
        "mount -t tmpfs -o size=1m none small || exit 77; "
        f'{sys.executable} -c "from vernix.partner.cli import main; main()" '
        'open -i key.txt -o small/new plain.age; code=$?; [ -z "$(ls -A small)" ] || exit 99; exit $code'
    )
    if not shutil.which("unshare"):
        pytest.skip("unshare is not installed, so no tiny file system can be made")
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    if done.returncode in (1, 77) and ("unshare" in done.stderr or "mount" in done.stderr):
        pytest.skip("this machine does not allow mounting a tiny file system")
    assert done.returncode == 5, done.stderr
    assert "disk is full" in done.stderr
