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

from vernix.custody.directory import Partner
from vernix.custody.quota import Quota
from vernix.errors import KeeperFailed, TooMuch

KIB, MIB, GIB, TIB = 1 << 10, 1 << 20, 1 << 30, 1 << 40
HOUR, DAY = 3600, 86400


PARTNER_QUOTA = Quota(
    bytes_per_day=1 * TIB,
    bytes_per_month=10 * TIB,
    uploads_per_day=1_000_000,
    uploads_per_month=10_000_000,
    held_bytes=1 * TIB,
    open_uploads=4096,
    requests_per_minute=60_000,
    requests_at_once=256,
    collected_bytes=20 * GIB,
    collected_deliveries=5_000,
)
"""A partner's, where the directory gives it no other. Generous: it stops what runs wild, not work."""

REGISTRY_QUOTA = Quota(
    bytes_per_day=4 * TIB,
    bytes_per_month=40 * TIB,
    uploads_per_day=10_000_000,
    uploads_per_month=100_000_000,
    held_bytes=4 * TIB,
    open_uploads=4096,
    requests_per_minute=60_000,
    requests_at_once=256,
    collected_bytes=4 * TIB,
    collected_deliveries=1_000_000,
)
"""The registry's: it answers everybody, and collects what everybody sends."""


@dataclass(frozen=True)
class Limits:
    """The bounds, with the values a first installation starts with."""

    part_bytes: int = 256 * GIB
    quota: Quota = PARTNER_QUOTA
    registry_quota: Quota = REGISTRY_QUOTA
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
    file_requests: int = 100
    """Requests for files that one partner may have open."""
    request_uploads: int = 1000
    """Uploads that may be begun to answer one."""
    failures_per_minute: int = 120
    """Refused signatures from one address that are answered and logged one by one."""
    refusals_per_minute: int = 60
    """Refusals of one partner that go into the ledger, for each worker; the log has them all."""
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
    body_seconds: int = 6 * HOUR
    """No body takes longer; a sender goes on where it was, in a request of its own."""
    free_bytes: int = 64 * MIB
    """What is left free on the disk whatever partners send."""
    mailbox_wait: int = 30
    mailbox_page: int = 100
    mailbox_bytes: int = 4 * MIB
    """Of envelopes on one page, unless a single one has more: clients refuse a page of 16 MiB."""

    def quota_of(self, partner: Partner) -> Quota:
        """What a partner may: the signed directory's word, over the gateway's own."""
        own = self.registry_quota if partner.role == "registry" else self.quota
        return own if partner.quota is None else partner.quota.over(own)


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
    """Whether a body arrives fast enough, and ends: a mean rate, once the grace is over; a longest time."""

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._clock = clock
        self._began = clock()
        self._held_up = 0.0

    def hold_up(self, seconds: float) -> None:
        """We ourselves made the sender wait; that is not its slowness."""
        self._held_up += seconds

    def too_slow(self, received: int) -> bool:
        """True when ``received`` bytes since the start are fewer than the bound allows, or it takes too
        long."""
        spent = self._clock() - self._began
        if spent > self._limits.body_seconds:
            return True
        own = spent - self._held_up - self._limits.grace_seconds
        return own > 0 and received < own * self._limits.body_rate


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
