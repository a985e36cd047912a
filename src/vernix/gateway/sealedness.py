"""Only age files may enter. Judged on the first bytes, as they come, without any key.

Whom a file is sealed to cannot be seen from outside; that it is sealed, and that its header ends where the
sender says, can. So plaintext that somebody sends by mistake is refused before its first block is kept.
"""

from __future__ import annotations

import io

from vernix.errors import DataRefused
from vernix.sealing.header import INTRO, MAX_HEADER, read_header

_SCRYPT = "scrypt"
_PLAIN = "This is not a sealed file; the gateway takes nothing that it could read."
_SEAL_IT = "Send it with vernix send, or seal it with vernix seal (or age) before you upload it."
_NOT_TO_A_PARTNER = "This file is sealed with a passphrase, not to a partner."
_TO_A_PARTNER = "Seal it to the recipients in the directory: vernix seal --to PARTNER."
_SAMPLE = 1024


class NotSealed(DataRefused):
    """What arrives is not the age file that was announced. The upload is dropped, its bytes are deleted."""


def check_of(header: int, size: int, already: bytes) -> HeaderCheck | NoiseCheck:
    """The judge of an upload of ``size`` bytes, ``already`` the first ones: a part, or (``header`` is 0) a
    partial upload."""
    return HeaderCheck(header, already) if header else NoiseCheck(size, already)


def header_length(content: bytes) -> int | None:
    """How long the age header is that ``content`` begins with; None while not all of it is there.

    Raises ``NotSealed`` for what is no age file, or one that a passphrase opens.
    """
    if not content.startswith(INTRO[: len(content)]) or not content:
        raise NotSealed(_PLAIN, hint=_SEAL_IT)
    ended = b"\n" in content.partition(b"\n--- ")[2]
    if not ended and len(content) < MAX_HEADER:
        return None
    try:
        header = read_header(io.BytesIO(content))
    except DataRefused as error:
        raise NotSealed(error.message, hint="Seal the file again and send it anew.") from None
    if any(stanza.type == _SCRYPT for stanza in header.stanzas):
        raise NotSealed(_NOT_TO_A_PARTNER, hint=_TO_A_PARTNER)
    return len(header.encoded)


class HeaderCheck:
    """Watches the first ``size`` bytes of a part (its age header). Feed it the bytes in order.

    Raises ``NotSealed`` from ``feed`` as soon as the bytes cannot be an age header of exactly that length.
    """

    def __init__(self, size: int, already: bytes = b"") -> None:
        self._size = size
        self._head = bytearray()
        self.passed = False
        if already:
            self.feed(already)

    def feed(self, data: bytes) -> None:
        """Look at the next bytes; those beyond the header are ignored."""
        if self.passed:
            return
        self._head += data[: self._size - len(self._head)]
        if not self._head.startswith(INTRO[: len(self._head)]):
            raise NotSealed(_PLAIN, hint=_SEAL_IT)
        if len(self._head) == self._size:
            self._judge()
            self.passed = True
            self._head.clear()

    def _judge(self) -> None:
        try:
            header = read_header(io.BytesIO(self._head))
        except DataRefused as error:
            raise NotSealed(error.message, hint="Seal the file again and upload it anew.") from None
        if len(header.encoded) != self._size:
            raise NotSealed(
                f"The age header ends after {len(header.encoded)} bytes, not {self._size} as announced.",
                hint="Announce the true length of the header and upload the part anew.",
            )
        if any(stanza.type == _SCRYPT for stanza in header.stanzas):
            raise NotSealed(_NOT_TO_A_PARTNER, hint=_TO_A_PARTNER)


class NoiseCheck:
    """Watches the first 1024 bytes of a partial upload, which may begin anywhere in a part but its header.

    It is only there against a mistake: text, or a database, sent by a client that did not seal it. Of sealed
    bytes half have their highest bit set; what is further from half than eight standard deviations is not
    sealed. (The joined part proves its header as every part does.) Raises ``NotSealed`` from ``feed``.
    """

    def __init__(self, size: int, already: bytes = b"") -> None:
        self._size = min(size, _SAMPLE)
        self._head = bytearray()
        self.passed = False
        if already:
            self.feed(already)

    def feed(self, data: bytes) -> None:
        """Look at the next bytes; those beyond the sample are ignored."""
        if self.passed:
            return
        self._head += data[: self._size - len(self._head)]
        if len(self._head) < self._size:
            return
        high = sum(byte >> 7 for byte in self._head)
        if not self._head.startswith(INTRO) and abs(2 * high - self._size) > 8 * self._size**0.5:
            raise NotSealed(
                "These are not bytes of a sealed file; the gateway takes nothing that it could read.",
                hint="Send it with vernix send, or seal it with vernix seal (or age) before you upload it.",
            )
        self.passed = True
        self._head.clear()
