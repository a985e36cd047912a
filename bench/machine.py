"""The machine under a benchmark: how fast its ciphers are, and memory that is really there.

What sealing and sending can reach at best is set by three primitives, whose speed differs by a factor of two
and more between processors; so each result carries them. And a virtual machine whose host takes free memory
back pays for every page that it touches anew, several times what a program needs to fill it: whichever
program runs first pays for all. So memory is asked for and given back before each program.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

_PIECE = 64 << 10
_SPEED_BYTES = 256 << 20
_TOUCH = """
import mmap, sys
mmap.mmap(-1, int(sys.argv[1]), flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | mmap.MAP_POPULATE)
"""


def describe() -> dict[str, Any]:
    """Cores, Python, and gigabytes a second that one core does of what vernix and its peers compute."""
    piece, nonce = bytes(_PIECE), bytes(12)
    room = bytearray(_PIECE + 16)
    chacha, gcm = ChaCha20Poly1305(bytes(32)), AESGCM(bytes(32))
    return {
        "cores": len(os.sched_getaffinity(0)),
        "python": platform.python_version(),
        "system": platform.machine(),
        "gigabytes_per_second_and_core": {
            "chacha20_poly1305": _speed(lambda: chacha.encrypt_into(nonce, piece, None, room)),
            "sha256": _speed(lambda: hashlib.sha256(piece).digest()),
            "aes256_gcm": _speed(lambda: gcm.encrypt_into(nonce, piece, None, room)),
        },
    }


def processor_seconds(parent: int) -> float:
    """What a process, its children (also those that ended) and theirs have computed so far, in seconds."""
    fields = Path(f"/proc/{parent}/stat").read_text().rpartition(")")[2].split()
    ticks = sum(map(int, fields[11:15]))
    seconds = ticks / os.sysconf("SC_CLK_TCK")
    for thread in Path(f"/proc/{parent}/task").glob("*/children"):
        for child in thread.read_text().split():
            seconds += processor_seconds(int(child))
    return seconds


def bring_memory_back(mib: int) -> None:
    """Touch ``mib`` of free memory (half of what is free, if that is less) and give it back."""
    free = os.sysconf("SC_AVPHYS_PAGES") * mmap.PAGESIZE
    size = min(mib << 20, free // 2)
    # In a process of its own: the peak of a measured program begins with that of whoever starts it.
    subprocess.run([sys.executable, "-c", _TOUCH, str(size)], check=True)


def _speed(work: Callable[[], object]) -> float:
    rounds = _SPEED_BYTES // _PIECE
    best = 0.0
    for _ in range(3):
        start = time.perf_counter()
        for _ in range(rounds):
            work()
        best = max(best, _SPEED_BYTES / (time.perf_counter() - start) / 1e9)
    return round(best, 2)
