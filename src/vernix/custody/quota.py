"""A partner's quota: how much it may send, hold and ask for. A part of its entry in the directory.

It stands in the signed directory because authority never comes from the gateway's database: the gateway
counts, the registry says how much is too much. What the registry does not say, the gateway's own bounds say
(``vernix.gateway.limits``).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace

from vernix.custody.fields import Fields
from vernix.errors import DataRefused


@dataclass(frozen=True, slots=True)
class Quota:
    """The bounds of one partner; None where the gateway's own holds. A day is a day of UTC.

    A month is the last 30 days. ``collected_bytes`` and ``collected_deliveries`` are what it may collect in a
    day before that is compared with its past: the floor of the volume brake.
    """

    bytes_per_day: int | None = None
    bytes_per_month: int | None = None
    uploads_per_day: int | None = None
    uploads_per_month: int | None = None
    held_bytes: int | None = None
    open_uploads: int | None = None
    requests_per_minute: int | None = None
    requests_at_once: int | None = None
    bytes_per_second: int | None = None
    collected_bytes: int | None = None
    collected_deliveries: int | None = None

    @classmethod
    def parse(cls, value: object) -> Quota | None:
        """Read the field of a partner; null is no quota. Raises DataRefused, also for a quota of nothing."""
        if value is None:
            return None
        found = Fields(value, "directory's quota")
        quota = cls(**{name: found.optional_integer(name, least=1) for name in NAMES})
        found.end()
        if quota == NONE:
            raise DataRefused("The directory's quota bounds nothing.", hint="A partner without one has null.")
        return quota

    def over(self, other: Quota) -> Quota:
        """This quota, with what it leaves open filled in from ``other``."""
        own = {name: value for name, value in asdict(self).items() if value is not None}
        return replace(other, **own)

    def to_object(self) -> dict[str, int | None] | None:
        """As it stands in the directory; a quota that bounds nothing is null."""
        return None if self == NONE else asdict(self)


NAMES = tuple(field.name for field in fields(Quota))
"""What can be bounded, as commands and documents spell it."""

NONE = Quota()
