"""How many connections a partner has, in all processes of this gateway: each sits on a locked file.

The kernel frees the seat of a process that died, so that nothing is ever counted that is not there.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from pathlib import Path

from vernix.gateway.blobs import OpenFile


class Seats:
    """A folder of seats."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def take(self, partner: str, most: int) -> OpenFile | None:
        """A seat of ``partner``, free again once it is closed; None when all ``most`` are taken."""
        row = hashlib.sha256(partner.encode()).hexdigest()[:32]
        for number in range(most):
            path = self._folder / f"{row}-{number}"
            seat = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(seat, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(seat)
            else:
                return OpenFile(seat)
        return None
