"""The checksum of one PATCH (tus 1.0.0, extension checksum): all of its bytes are right, or none is kept.

It finds what broke on the road, block by block, before the whole part is there; that the part is the right
one, only the signed delivery's digest says.

SHA-256 only. tus asks for SHA-1 as well, which we do not compute for anybody: who sends one is answered 400,
as tus answers an algorithm that a server does not know, and sends without.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable

from vernix.gateway.answers import ProtocolRefused

ALGORITHMS = "sha256"
"""As ``Tus-Checksum-Algorithm`` lists them."""

_DIGEST = 32


class ChecksumMismatch(ProtocolRefused):
    """The bytes are not those that the checksum is of. Nothing of this request is kept."""

    def __init__(self) -> None:
        super().__init__(
            460,
            "The bytes that came are not those of the checksum; none of them is kept.",
            hint="Send them again from the same offset.",
        )


class Checksum:
    """What the bytes of one request must hash to, while they pass by in order."""

    def __init__(self, expected: bytes) -> None:
        self._expected = expected
        self._state = hashlib.sha256()

    @classmethod
    def parse(cls, text: str) -> Checksum:
        """From ``Upload-Checksum``: ``sha256``, a space, base64. Raises ``ProtocolRefused`` (400)."""
        algorithm, _, encoded = text.partition(" ")
        if algorithm != ALGORITHMS:
            raise ProtocolRefused(
                400, "The gateway does not compute this kind of checksum.", hint="Use sha256, or none."
            )
        try:
            expected = base64.b64decode(encoded, validate=True)
        except (ValueError, binascii.Error):
            expected = b""
        if len(expected) != _DIGEST:
            raise ProtocolRefused(400, "The request's Upload-Checksum is not 32 bytes in base64.")
        return cls(expected)

    def update(self, pieces: Iterable[bytes]) -> None:
        """Take the next bytes."""
        for piece in pieces:
            self._state.update(piece)

    def check(self) -> None:
        """Raise ``ChecksumMismatch`` unless what passed is what was meant."""
        if self._state.digest() != self._expected:
            raise ChecksumMismatch
