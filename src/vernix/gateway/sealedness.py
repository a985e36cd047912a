"""Only age files may enter. Judged on the first bytes, as they come, without any key.

Whom a file is sealed to cannot be seen from outside; that it is sealed, and that its header ends where the
sender says, can. So plaintext that somebody sends by mistake is refused before its first block is kept.
"""

from __future__ import annotations

import io

from vernix.errors import DataRefused
from vernix.sealing.header import INTRO, read_header

_SCRYPT = "scrypt"


class NotSealed(DataRefused):
    """What arrives is not the age file that was announced. The upload is dropped, its bytes are deleted."""


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
            raise NotSealed(
                "This is not a sealed file; the gateway takes nothing that it could read.",
                hint="Send it with vernix send, or seal it with vernix seal (or age) before you upload it.",
            )
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
            raise NotSealed(
                "This file is sealed with a passphrase, not to a partner.",
                hint="Seal it to the recipients in the directory: vernix seal --to PARTNER.",
            )
