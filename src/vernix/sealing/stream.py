"""The STREAM layout of an age payload: chunks of 64 KiB, each sealed under its own counter (C2SP age.md,
"Payload").

Sizes here are bytes. "Sealed payload" means all chunks with their tags, without the header and without the
16-byte nonce that stands between header and payload.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from vernix.sealing.refusals import PayloadBroken

CHUNK = 64 * 1024
TAG = 16
SEALED_CHUNK = CHUNK + TAG
NONCE_SIZE = 16

BATCH_CHUNKS = 16
"""Chunks that one thread takes at a time: 1 MiB, enough that handing over costs nothing."""
BATCH = BATCH_CHUNKS * CHUNK
SEALED_BATCH = BATCH_CHUNKS * SEALED_CHUNK


def payload_key(file_key: bytes, nonce: bytes) -> bytes:
    """The 32-byte key of one payload, from the file key and the payload's nonce."""
    return HKDF(SHA256(), 32, salt=nonce, info=b"payload").derive(file_key)


def chunk_nonce(counter: int, last: bool) -> bytes:
    """The 12-byte nonce of chunk number ``counter``: an 11-byte big-endian counter and a mark for the last
    chunk.
    """
    return counter.to_bytes(11, "big") + (b"\x01" if last else b"\x00")


def chunk_count(plain_size: int) -> int:
    """How many chunks ``plain_size`` bytes make; an empty file is one empty chunk."""
    return max(1, -(-plain_size // CHUNK))


def sealed_payload_size(plain_size: int) -> int:
    """Size of the sealed payload of ``plain_size`` bytes."""
    return plain_size + TAG * chunk_count(plain_size)


def plain_size(sealed_size: int) -> int:
    """Size of the content of a sealed payload of ``sealed_size`` bytes; ``PayloadBroken`` if none has that
    size.
    """
    full, rest = divmod(sealed_size, SEALED_CHUNK)
    if rest:
        # Only an empty file has an empty chunk; elsewhere a last chunk of a bare tag is a forgery or a cut.
        if rest < TAG or (rest == TAG and full):
            raise PayloadBroken("it was cut short or something was added")
        return full * CHUNK + rest - TAG
    if not full:
        raise PayloadBroken("it was cut short")
    return full * CHUNK


class ChunkCipher:
    """Seals and opens runs of chunks of one payload, into buffers that the caller owns.

    One object belongs to one thread. ``chunks`` is the payload's number of chunks: the last one carries the
    mark.
    """

    def __init__(self, key: bytes, chunks: int) -> None:
        self._cipher = ChaCha20Poly1305(key)
        self._last = chunks - 1

    def seal(self, first: int, plain: memoryview, sealed: memoryview) -> int:
        """Seal ``plain`` as the chunks from number ``first`` on; returns the bytes written to ``sealed``."""
        written = 0
        encrypt = self._cipher.encrypt_into
        for number, start in enumerate(range(0, max(1, len(plain)), CHUNK), first):
            chunk = plain[start : start + CHUNK]
            end = written + len(chunk) + TAG
            encrypt(chunk_nonce(number, number == self._last), chunk, None, sealed[written:end])
            written = end
        return written

    def open(self, first: int, sealed: memoryview, plain: memoryview) -> int:
        """Open ``sealed`` as the chunks from number ``first`` on; returns the bytes written to ``plain``.

        Raises ``PayloadBroken`` at the first chunk that does not verify.
        """
        written = 0
        decrypt = self._cipher.decrypt_into
        for number, start in enumerate(range(0, len(sealed), SEALED_CHUNK), first):
            chunk = sealed[start : start + SEALED_CHUNK]
            end = written + len(chunk) - TAG
            try:
                decrypt(chunk_nonce(number, number == self._last), chunk, None, plain[written:end])
            except InvalidTag:
                raise PayloadBroken("a part of it was altered, moved or cut off") from None
            written = end
        return written
