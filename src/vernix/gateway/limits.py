"""Every bound of the gateway, in one place: sizes, counts, rates, lives.

Sizes are bytes, lives and times are seconds. A bound is there because without it somebody could fill a
disk, a memory or a log; each refusal says what to do.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from vernix.errors import KeeperFailed, TooMuch

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30
HOUR, DAY = 3600, 86400


@dataclass(frozen=True)
class Limits:
    """The bounds, with the values a first installation starts with."""

    part_bytes: int = 256 * GIB
    partner_bytes: int = 1024 * GIB
    """What one partner's uploads and undelivered parts may hold together."""
    partner_uploads: int = 4096
    """Uploads of one partner that are not yet part of a delivery."""
    creation_parts: int = 100
    """Parts that one creation may be for."""
    creation_partials: int = 64
    """Partial uploads of one creation at a time, for each of its parts."""
    addressees: int = 100
    document_bytes: int = 2 * MIB
    """A signed request's JSON body: a delivery of 10,000 parts has 1.7 million bytes."""
    directory_bytes: int = 32 * MIB
    enrolment_bytes: int = 64 * KIB
    enrolments_waiting: int = 500
    enrolments_per_hour: int = 12
    """Posts for one invitation; repeating is allowed, hammering is not."""
    failures_per_minute: int = 120
    """Refused signatures from one address that are answered and logged one by one."""
    upload_life: int = 7 * DAY
    keep: int = 30 * DAY
    """Whatever it is and whatever it says itself, nothing that somebody sent is here longer."""
    document_seconds: int = 20
    """A signed request's body must be here within this time."""
    idle_seconds: int = 30
    """A body that sends nothing for so long is ended; what arrived is kept."""
    grace_seconds: int = 30
    body_rate: int = 4 * KIB
    """Bytes a second on average, after the grace."""
    free_bytes: int = 64 * MIB
    """What is left free on the disk whatever partners send."""
    mailbox_wait: int = 30
    mailbox_page: int = 100
    mailbox_bytes: int = 4 * MIB
    """Of envelopes on one page, unless a single one has more: clients refuse a page of 16 MiB."""


def check_room(folder: Path, wanted: int, limits: Limits) -> None:
    """Raise ``KeeperFailed`` (507) unless the disk has room for ``wanted`` bytes more."""
    if shutil.disk_usage(folder).free - limits.free_bytes < wanted:
        raise KeeperFailed(
            "The gateway has no room for this part now.",
            hint="Try again later; tell the registry if it lasts.",
        )


def check_size(size: int, bound: int, what: str) -> None:
    """Raise ``TooMuch`` when ``size`` bytes are more than ``bound``."""
    if size > bound:
        raise TooMuch(
            f"{what} may have at most {bound} bytes.",
            hint="Split it, or ask the registry for a larger bound.",
        )


class Pace:
    """Whether a body arrives fast enough: a mean rate, once the grace is over."""

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._clock = clock
        self._began = clock()

    def too_slow(self, received: int) -> bool:
        """True when ``received`` bytes since the start are fewer than the bound allows."""
        spent = self._clock() - self._began - self._limits.grace_seconds
        return spent > 0 and received < spent * self._limits.body_rate


class FailureCount:
    """Failed signatures by client address, within the running minute.

    It never refuses a good signature: behind one proxy all partners share an address, and nobody may lock out
    the others by failing loudly. It only makes failing cheap and quiet.
    """

    def __init__(self, bound: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._bound = bound
        self._clock = clock
        self._minute = 0
        self._counts: dict[str, int] = {}

    def failed(self, address: str) -> bool:
        """Count one failure; True when this address has now failed more often than the bound."""
        minute = int(self._clock() // 60)
        if minute != self._minute:
            self._minute, self._counts = minute, {}
        self._counts[address] = self._counts.get(address, 0) + 1
        return self._counts[address] > self._bound
