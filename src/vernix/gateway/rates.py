"""How fast and how much at once one partner may ask, over HTTP and SFTP together.

The rates hold over all processes of one gateway (``debts``); how many requests are under way each process
counts for itself. These bounds are there so that one partner that runs wild leaves room for the others, not
to count. What is counted stands in ``quotas``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from vernix.custody.quota import Quota
from vernix.errors import TooOften
from vernix.gateway.debts import Debts

_MINUTE = 60.0
_BURST = 1.0
"""Seconds' worth of bytes that may come at once."""

Throttle = Callable[[int], float]
"""Told how many bytes more have passed; the seconds to wait before the next."""


@dataclass
class _Partner:
    """What one partner is doing here: requests under way."""

    present: int = 0


class Rates:
    """Requests and bytes of each partner. Used on the event loop only."""

    def __init__(self, debts: Debts | None = None) -> None:
        self._debts = debts or Debts()
        self._partners: dict[str, _Partner] = {}

    @contextmanager
    def admitted(self, partner: str, quota: Quota) -> Iterator[None]:
        """Count one request while it is answered. Raises ``TooOften`` beyond the quota."""
        who = self._find(partner)
        if quota.requests_at_once is not None and who.present >= quota.requests_at_once:
            raise TooOften(
                f"This partner has {quota.requests_at_once} requests under way at once.",
                hint="Wait until some have ended.",
            )
        if quota.requests_per_minute is not None:
            each = _MINUTE / quota.requests_per_minute
            # A whole minute's worth may come at once; after that the rate holds.
            if self._debts.add(f"{partner} asks", each, most=_MINUTE) > _MINUTE:
                raise TooOften(
                    f"This partner has made {quota.requests_per_minute} requests in a minute.",
                    hint="Ask again in a minute.",
                )
        who.present += 1
        try:
            yield
        finally:
            who.present -= 1

    def throttle(self, partner: str, quota: Quota) -> Throttle | None:
        """What keeps all bodies of a partner, together, to its bytes a second; None where it has no such
        bound.
        """
        rate = quota.bytes_per_second
        return None if rate is None else lambda count: self._pay(partner, count / rate)

    def _pay(self, partner: str, seconds: float) -> float:
        return max(0.0, self._debts.add(f"{partner} sends", seconds) - _BURST)

    def _find(self, partner: str) -> _Partner:
        # As many as the directory has partners at most: nobody else gets here.
        return self._partners.setdefault(partner, _Partner())
