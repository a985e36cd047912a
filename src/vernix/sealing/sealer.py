"""Sealing: a file goes in, an age file comes out, on all cores and in flat memory.

A ``Sealing`` is deterministic once begun: the same source gives the same bytes, so a send that was killed can
go on at any byte. That holds only while the source stays as it was; whoever resumes must prove that it did
(the outbox compares the digests of what it sent), because two contents under one key and counter would betray
each other.
"""

from __future__ import annotations

import io
import os
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from vernix.errors import DataRefused, UsageError
from vernix.sealing import armor as text_armor
from vernix.sealing import raw64
from vernix.sealing.descriptors import (
    PAGE,
    changed,
    fingerprint,
    is_regular,
    page_buffer,
    read_at,
    reading,
    reserve,
    write_at,
)
from vernix.sealing.header import FILE_KEY_SIZE, make_header
from vernix.sealing.lanes import in_order, lane_count, share_out
from vernix.sealing.placing import new_file
from vernix.sealing.recipients import Recipient, check_kinds
from vernix.sealing.stream import (
    BATCH,
    BATCH_CHUNKS,
    CHUNK,
    NONCE_SIZE,
    SEALED_BATCH,
    SEALED_CHUNK,
    ChunkCipher,
    chunk_count,
    payload_key,
    sealed_payload_size,
)

_FORMAT = "1"


class Sealing:
    """One file's sealing: its header, its key, and the sealed bytes from any position on.

    Make one with ``begin``, or with ``resume`` from what ``state`` gave. ``header`` is the encoded age
    header, without the 16-byte nonce that follows it.
    """

    def __init__(self, header: bytes, file_key: bytes, nonce: bytes) -> None:
        self.header = header
        self._file_key = file_key
        self._nonce = nonce
        self._key = payload_key(file_key, nonce)

    @classmethod
    def begin(cls, recipients: Sequence[Recipient]) -> Sealing:
        """A fresh file key and nonce, wrapped for ``recipients``; ``UsageError`` if their kinds differ."""
        file_key = os.urandom(FILE_KEY_SIZE)
        return cls(_header(file_key, recipients), file_key, os.urandom(NONCE_SIZE))

    def rewrapped(self, recipients: Sequence[Recipient]) -> Sealing:
        """The same sealing, byte by byte behind its header, for other recipients; ``UsageError`` as
        ``begin``."""
        return Sealing(_header(self._file_key, recipients), self._file_key, self._nonce)

    @classmethod
    def resume(cls, state: Mapping[str, str]) -> Sealing:
        """The sealing that ``state`` was taken from; ``DataRefused`` if it is not such a state."""
        try:
            parts = {name: raw64.decode(state[name]) for name in ("header", "file_key", "nonce")}
        except (KeyError, ValueError):
            raise _bad_state() from None
        if state.get("format") != _FORMAT or len(parts["nonce"]) != NONCE_SIZE:
            raise _bad_state()
        return cls(**parts)

    def state(self) -> dict[str, str]:
        """What ``resume`` needs. It holds the file key: keep it private, and delete it when the file is
        sealed.
        """
        return {
            "format": _FORMAT,
            "header": raw64.encode(self.header),
            "file_key": raw64.encode(self._file_key),
            "nonce": raw64.encode(self._nonce),
        }

    def sealed_size(self, plain_size: int) -> int:
        """Size in bytes of the whole sealed file for a source of ``plain_size`` bytes."""
        return len(self.header) + NONCE_SIZE + sealed_payload_size(plain_size)

    def blocks(self, source: Path | int, start: int = 0) -> Iterator[memoryview]:
        """The sealed bytes from position ``start`` of the sealed file on, in order, in pieces of about 1 MiB.

        ``source`` is a path or a descriptor of a regular file. Pieces are sealed ahead on all cores; a piece
        stays as it is for as long as somebody holds it. Raises ``DataRefused`` if the source changes
        meanwhile.
        """
        with reading(source) as descriptor:
            _must_be_regular(descriptor)
            before = fingerprint(descriptor)
            prefix = self.header + self._nonce
            if not 0 <= start <= self.sealed_size(before[0]):
                raise ValueError("start lies outside the sealed file")
            if start < len(prefix):
                yield memoryview(prefix)[start:]
            yield from self._payload(descriptor, before[0], max(0, start - len(prefix)))
            if fingerprint(descriptor) != before:
                raise changed()

    def write(self, source: int, target: int) -> None:
        """Seal the regular file ``source`` into the empty file ``target`` (descriptors), on all cores."""
        before = fingerprint(source)
        size = before[0]
        chunks = chunk_count(size)
        prefix = self.header + self._nonce
        reserve(target, self.sealed_size(size))
        write_at(target, memoryview(prefix), 0)
        turn = threading.Lock()

        def lane(numbers: Iterator[int]) -> None:
            cipher = ChunkCipher(self._key, chunks)
            plain, sealed = page_buffer(BATCH), page_buffer(SEALED_BATCH)
            for number in numbers:
                content = plain[: min(BATCH, size - number * BATCH)]
                position = len(prefix) + number * SEALED_BATCH
                result = sealed[position % PAGE :]
                read_at(source, content, number * BATCH)
                written = cipher.seal(number * BATCH_CHUNKS, content, result)
                # One write at a time enters a file; others would spin in the kernel on a core they need.
                with turn:
                    write_at(target, result[:written], position)

        share_out(-(-chunks // BATCH_CHUNKS), lane)
        if fingerprint(source) != before:
            raise changed()

    def stream(self, source: BinaryIO) -> Iterator[memoryview]:
        """The whole sealed file of a source that can only be read once, from its beginning (a pipe)."""
        yield memoryview(self.header + self._nonce)

        def work(batch: tuple[int, bytes, bool]) -> memoryview:
            first, content, last = batch
            chunks = first + chunk_count(len(content)) if last else sys.maxsize
            sealed = memoryview(bytearray(sealed_payload_size(len(content))))
            ChunkCipher(self._key, chunks).seal(first, memoryview(content), sealed)
            return sealed

        yield from in_order(_batches(source), work, lane_count(sys.maxsize))

    def _payload(self, descriptor: int, size: int, start: int) -> Iterator[memoryview]:
        chunks = chunk_count(size)
        skipped, skip = divmod(start, SEALED_CHUNK)
        spare = _Spare()
        own = threading.local()

        def work(first: int) -> memoryview:
            if not hasattr(own, "cipher"):
                own.cipher = ChunkCipher(self._key, chunks)
                own.plain = page_buffer(BATCH)
            content = own.plain[: min(BATCH, size - first * CHUNK)]
            read_at(descriptor, content, first * CHUNK)
            sealed = spare.take()
            return sealed[: own.cipher.seal(first, content, sealed)]

        jobs = range(skipped, chunks, BATCH_CHUNKS)
        for piece in in_order(jobs, work, lane_count(len(jobs))):
            if len(piece) > skip:
                yield piece[skip:]
            skip = 0


def seal_file(
    source: Path,
    target: Path,
    recipients: Sequence[Recipient],
    *,
    armor: bool = False,
    replace: bool = True,
    durable: bool = False,
) -> None:
    """Seal ``source`` into ``target``, which appears only when it is complete.

    ``armor`` writes the text form; ``replace`` false refuses an existing target; ``durable`` flushes to disk
    before the name appears (not the default: a sealed copy can be made again while its source is there).
    Raises ``UsageError`` for recipients that do not mix, ``DataRefused`` if the source changes while it is
    read.
    """
    sealing = Sealing.begin(recipients)
    with (
        reading(source) as plain,
        new_file(target, mode=0o666, replace=replace, durable=durable) as sealed,
    ):
        if is_regular(plain) and not armor:
            sealing.write(plain, sealed)
            return
        if is_regular(plain):
            _write_pieces(sealing.blocks(plain), sealed, armor)
        else:
            _write_pieces(sealing.stream(os.fdopen(plain, "rb", closefd=False)), sealed, armor)


def seal_stream(
    source: BinaryIO,
    target: Path,
    recipients: Sequence[Recipient],
    *,
    armor: bool = False,
    replace: bool = True,
    durable: bool = False,
) -> None:
    """Seal all that ``source`` still gives into ``target``; the rest is as with ``seal_file``."""
    sealing = Sealing.begin(recipients)
    with new_file(target, mode=0o666, replace=replace, durable=durable) as sealed:
        _write_pieces(sealing.stream(source), sealed, armor)


def seal_bytes(data: bytes, recipients: Sequence[Recipient]) -> bytes:
    """``data`` as a whole sealed file in memory."""
    return b"".join(Sealing.begin(recipients).stream(io.BytesIO(data)))


def _write_pieces(pieces: Iterator[memoryview], target: int, armor: bool) -> None:
    with os.fdopen(target, "wb", closefd=False) as sink:
        for piece in text_armor.armored(pieces) if armor else pieces:
            sink.write(piece)


class _Spare:
    """Buffers for sealed batches, used again when nobody looks at them any more."""

    def __init__(self) -> None:
        self._kept: list[bytearray] = []
        self._lock = threading.Lock()

    def take(self) -> memoryview:
        """A view of a buffer that nobody else has a view of."""
        with self._lock:
            for buffer in self._kept:
                # A bytearray that somebody views refuses another length: Python itself says it is in use.
                with suppress(BufferError):
                    buffer.append(0)
                    buffer.pop()
                    return memoryview(buffer)
            buffer = bytearray(SEALED_BATCH)
            if len(self._kept) < 2 * lane_count(sys.maxsize) + 2:
                self._kept.append(buffer)
            return memoryview(buffer)


def _batches(source: BinaryIO) -> Iterator[tuple[int, bytes, bool]]:
    """First chunk number, content, and whether it is the last: a batch is only known to be last by reading
    on.
    """
    first = 0
    held = source.read(BATCH)
    while following := source.read(BATCH) if len(held) == BATCH else b"":
        yield first, held, False
        first += BATCH_CHUNKS
        held = following
    yield first, held, True


def _must_be_regular(descriptor: int) -> None:
    if not is_regular(descriptor):
        raise UsageError("This is not a regular file, so it cannot be sealed piece by piece.")


def _header(file_key: bytes, recipients: Sequence[Recipient]) -> bytes:
    check_kinds(recipients)
    stanzas = [stanza for recipient in recipients for stanza in recipient.wrap(file_key)]
    return make_header(stanzas, file_key).encoded


def _bad_state() -> DataRefused:
    return DataRefused(
        "What was noted to resume this sealing is damaged.", hint="Start the send again from its beginning."
    )
