"""Places at which a test may kill the program, to show that every step can be repeated from any instruction.

``VERNIX_FAILPOINT=name`` makes the process kill itself when it gets to that place: no handler runs, nothing
is flushed, as in a power cut of this process alone.
"""

from __future__ import annotations

import os
import signal


def reached(name: str) -> None:
    """The program is at this place."""
    if os.environ.get("VERNIX_FAILPOINT") == name:
        os.kill(os.getpid(), signal.SIGKILL)
