"""Keys that are about to end: what ``status`` shows, mails tell, and ``run`` writes down once a day."""

from __future__ import annotations

import time
from datetime import datetime

from vernix.custody.directory import Directory
from vernix.custody.identifiers import REGISTRY, utc_now
from vernix.custody.key import KEY_WARNING
from vernix.registry.logs import log
from vernix.registry.publishing import KEY_LIFE

EVERY = 86_400.0
"""Seconds between two warnings of the same."""


class KeyEnds:
    """What a running registry has said of them."""

    def __init__(self) -> None:
        self._said_at = -EVERY

    def warn_if_due(self, directory: Directory) -> None:
        """Write down whose keys end within 30 days, unless that was done today."""
        if time.monotonic() - self._said_at < EVERY:
            return
        self._said_at = time.monotonic()
        now = utc_now()
        if is_due(directory, now):
            log().warning("own keys are to be renewed")
        for partner in directory.partners:
            if ending := partner.ending(now):
                log().warning("keys end soon", partner=partner.id, count=len(ending))


def renew_by(directory: Directory) -> datetime:
    """By when the registry's own keys are to be renewed: two years after the oldest that is without end."""
    registry = directory.partner(REGISTRY)
    return min(key.valid_from for key in registry.keys if key.valid_until is None) + KEY_LIFE


def is_due(directory: Directory, now: datetime) -> bool:
    """Whether that is within 30 days, or past."""
    return renew_by(directory) - now <= KEY_WARNING
