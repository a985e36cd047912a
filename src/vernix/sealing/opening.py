"""Opening: the only place where sealed bytes become content. Nothing of it is seen before all of it verified.

``open_file`` writes into a file that has no name yet, on all cores, and names it when the last chunk
verified. ``SealedReader`` reads anywhere in a sealed file; each chunk is verified, and the last one first,
because only the last chunk proves that nothing was cut off.
"""

from __future__ import annotations

import io
import os
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from vernix.errors import DataRefused
from vernix.sealing import armor
from vernix.sealing.descriptors import PAGE, is_regular, page_buffer, read_at, reading, reserve, write_at
from vernix.sealing.header import MAX_HEADER, read_header
from vernix.sealing.lanes import share_out
from vernix.sealing.placing import nameless_file, new_file
from vernix.sealing.refusals import HeaderBroken
from vernix.sealing.stream import (
    BATCH,
    BATCH_CHUNKS,
    CHUNK,
    NONCE_SIZE,
    SEALED_CHUNK,
    ChunkCipher,
    chunk_count,
    payload_key,
    plain_size,
)
from vernix.sealing.unwrapping import Identity, find_file_key

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


@dataclass(frozen=True)
class Payload:
    """A sealed payload whose key is known and whose last chunk verified.

    ``descriptor`` is the sealed file, ``offset`` the payload's first byte in it, ``size`` the content's size.
    """

    descriptor: int
    offset: int
    size: int
    key: bytes = field(repr=False)

    @property
    def chunks(self) -> int:
        """How many chunks the payload has."""
        return chunk_count(self.size)

    def cipher(self) -> ChunkCipher:
        """A cipher for one thread."""
        return ChunkCipher(self.key, self.chunks)

    def read(self, cipher: ChunkCipher, first: int, sealed: memoryview, plain: memoryview) -> memoryview:
        """The verified content of as many chunks from number ``first`` on as ``_buffers`` made room for."""
        left = self.size + self.chunks * (SEALED_CHUNK - CHUNK) - first * SEALED_CHUNK
        position = self.offset + first * SEALED_CHUNK
        held = sealed[position % PAGE :][: min(left, len(sealed) - PAGE)]
        read_at(self.descriptor, held, position)
        return plain[: cipher.open(first, held, plain)]


def begin_opening(descriptor: int, identities: Sequence[Identity]) -> Payload:
    """Read the header of a sealed file (binary, regular), find its key, and prove that its end is its end.

    Raises the refusals of ``vernix.sealing.refusals``.
    """
    start = os.pread(descriptor, MAX_HEADER + NONCE_SIZE, 0)
    header = read_header(io.BytesIO(start))
    file_key = find_file_key(header, identities)
    offset = len(header.encoded) + NONCE_SIZE
    nonce = start[len(header.encoded) : offset]
    if len(nonce) < NONCE_SIZE:
        raise HeaderBroken("it ends right after its header")
    size = plain_size(os.fstat(descriptor).st_size - offset)
    payload = Payload(descriptor, offset, size, payload_key(file_key, nonce))
    payload.read(payload.cipher(), payload.chunks - 1, *_buffers(1))
    return payload


def open_file(
    source: Path | int,
    target: Path,
    identities: Sequence[Identity],
    *,
    replace: bool = True,
    durable: bool = False,
) -> None:
    """Open ``source`` into ``target`` (mode 0600), which appears only when the whole stream verified.

    ``source`` (a path or a descriptor) may be armored, or a pipe. ``replace`` false refuses an existing
    target; ``durable`` flushes to disk before the name appears. Raises the refusals of
    ``vernix.sealing.refusals``; then nothing is left behind.
    """
    with (
        sealed_file(source, target.parent) as sealed,
        new_file(target, mode=0o600, replace=replace, durable=durable) as plain,
    ):
        _write_content(begin_opening(sealed, identities), plain)


def open_bytes(data: bytes, identities: Sequence[Identity], limit: int) -> bytes:
    """The content of a sealed file in memory; ``DataRefused`` if it is larger than ``limit`` bytes."""
    if armor.looks_armored(data[: 2 * armor.MAX_BLANK]):
        data = b"".join(armor.dearmored(io.BytesIO(data)))
    descriptor = os.memfd_create("sealed", os.MFD_CLOEXEC)
    try:
        write_at(descriptor, memoryview(data), 0)
        payload = begin_opening(descriptor, identities)
        if payload.size > limit:
            raise DataRefused("What is sealed here is larger than it may be.")
        return b"".join(verified_pieces(payload))
    finally:
        os.close(descriptor)


def open_pieces(source: Path | int, identities: Sequence[Identity]) -> Iterator[bytes]:
    """The content of ``source`` in order, for a pipe: verified to its end before the first piece is
    given.

    Reads the source twice instead of writing the content to a scratch file: nothing readable touches a disk.
    """
    with sealed_file(source, Path(tempfile.gettempdir())) as sealed:
        payload = begin_opening(sealed, identities)
        _verify(payload)
        yield from verified_pieces(payload)


@contextmanager
def sealed_file(source: Path | int, scratch: Path) -> Iterator[int]:
    """A descriptor of the regular, binary sealed file in ``source``.

    What is armored or comes through a pipe is first copied, sealed as it is, into a nameless file in
    ``scratch``.
    """
    with reading(source) as descriptor:
        regular = is_regular(descriptor)
        if regular and not armor.looks_armored(os.pread(descriptor, 2 * armor.MAX_BLANK, 0)):
            yield descriptor
            return
        copy = nameless_file(scratch)
        try:
            with (
                os.fdopen(descriptor, "rb", closefd=False) as stream,
                os.fdopen(copy, "wb", closefd=False) as sink,
            ):
                _copy(stream, sink)
            yield copy
        finally:
            os.close(copy)


def _copy(stream: io.BufferedReader, sink: io.BufferedWriter) -> None:
    if armor.looks_armored(stream.peek(2 * armor.MAX_BLANK)):
        sink.writelines(armor.dearmored(stream))
    else:
        while piece := stream.read(BATCH):
            sink.write(piece)


def verified_pieces(payload: Payload) -> Iterator[bytes]:
    """The content in order, each piece verified."""
    cipher = payload.cipher()
    sealed, plain = _buffers()
    for first in range(0, payload.chunks, BATCH_CHUNKS):
        yield bytes(payload.read(cipher, first, sealed, plain))


def _write_content(payload: Payload, target: int) -> None:
    reserve(target, payload.size)
    turn = threading.Lock()

    def take(content: memoryview, offset: int) -> None:
        # One write at a time enters a file; others would spin in the kernel on a core they need.
        with turn:
            write_at(target, content, offset)

    _on_all_cores(payload, take)


def _verify(payload: Payload) -> None:
    _on_all_cores(payload, lambda content, offset: None)


def _on_all_cores(payload: Payload, take: Callable[[memoryview, int], None]) -> None:
    def lane(numbers: Iterator[int]) -> None:
        cipher = payload.cipher()
        sealed, plain = _buffers()
        for number in numbers:
            take(payload.read(cipher, number * BATCH_CHUNKS, sealed, plain), number * BATCH)

    share_out(-(-payload.chunks // BATCH_CHUNKS), lane)


def _buffers(chunks: int = BATCH_CHUNKS) -> tuple[memoryview, memoryview]:
    """Room for so many sealed chunks, and for their content."""
    return page_buffer(chunks * SEALED_CHUNK), page_buffer(chunks * CHUNK)


class SealedReader(io.RawIOBase):
    """The content of a sealed file as a seekable stream of verified bytes (``source``: path or descriptor).

    The last chunk is verified before anything is given, so ``seek`` from the end means what it says. Reading
    raises ``PayloadBroken`` at a chunk that does not verify, and gives nothing of it. An armored file is
    copied first, still sealed, into a nameless scratch file. Wrap it in ``io.BufferedReader`` to read lines.
    """

    def __init__(self, source: Path | int, identities: Sequence[Identity]) -> None:
        super().__init__()
        self._keep = ExitStack()
        try:
            descriptor = self._keep.enter_context(sealed_file(source, Path(tempfile.gettempdir())))
            self._payload = begin_opening(descriptor, identities)
        except BaseException:
            self._keep.close()
            raise
        self._cipher = self._payload.cipher()
        self._sealed, self._plain = _buffers(1)
        self._held, self._content = -1, self._plain[:0]
        self._position = 0

    @property
    def size(self) -> int:
        """Size of the content in bytes."""
        return self._payload.size

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def tell(self) -> int:
        """The position in the content."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to a position in the content, as with any file."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence]
        if base + offset < 0:
            raise ValueError("a position before the beginning")
        self._position = base + offset
        return self._position

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Fill ``buffer`` with what is left of the chunk at this position, as far as it fits."""
        if self._position >= self.size:
            return 0
        number, skip = divmod(self._position, CHUNK)
        if number != self._held:
            self._held = -1
            self._content = self._payload.read(self._cipher, number, self._sealed, self._plain)
            self._held = number
        wanted = memoryview(buffer).cast("B")
        count = min(len(wanted), len(self._content) - skip)
        wanted[:count] = self._content[skip : skip + count]
        self._position += count
        return count

    def close(self) -> None:
        """Close the file, and its descriptor if it was opened here."""
        if not self.closed:
            self._keep.close()
        super().close()
