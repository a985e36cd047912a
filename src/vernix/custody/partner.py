"""A partner as the directory lists it: its name, its keys, and what it may do beside sending."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vernix.custody.fields import Fields, check_ascending
from vernix.custody.key import KEY_WARNING, Key
from vernix.custody.quota import Quota

BARE_FILES = "bare-files"
"""The grant to leave age files that other tools made, whose sender nobody but the gateway vouches for."""
FILE_REQUESTS = "file-requests"
"""The grant to ask somebody without an account for files (``vernix.custody.file_request``)."""
GRANTS = (BARE_FILES, FILE_REQUESTS)

_ROLES = ("registry", "partner")
_STATES = ("active", "suspended")
_MAX_KEYS = 50


@dataclass(frozen=True, slots=True)
class Partner:
    """An organisation. ``role`` "registry" or "partner"; ``status`` "active" or "suspended".

    ``grants`` are what it may do beside sending, such as "bare-files"; ascending, each once.
    """

    id: str
    name: str
    keys: tuple[Key, ...]
    role: str = "partner"
    status: str = "active"
    quota: Quota | None = None
    grants: tuple[str, ...] = ()

    @classmethod
    def parse(cls, value: object) -> Partner:
        """A partner of the directory; DataRefused names the field that is not as it must be."""
        fields = Fields(value, "directory's partner")
        partner = cls(
            id=fields.partner("id"),
            name=fields.text("name"),
            keys=tuple(Key.parse(item) for item in fields.items("keys", most=_MAX_KEYS)),
            role=fields.choice("role", _ROLES),
            status=fields.choice("status", _STATES),
            quota=Quota.parse(fields.value("quota")),
            grants=fields.choices("grants", GRANTS),
        )
        fields.end()
        check_ascending("directory's keys", [key.id for key in partner.keys])
        return partner

    def to_object(self) -> dict[str, object]:
        """As the directory writes it."""
        return {
            "id": self.id,
            "name": self.name,
            "keys": [key.to_object() for key in sorted(self.keys, key=lambda key: key.id)],
            "role": self.role,
            "status": self.status,
            "quota": None if self.quota is None else self.quota.to_object(),
            "grants": list(self.grants),
        }

    def ending(self, now: datetime) -> tuple[Key, ...]:
        """The keys that end within 30 days of ``now`` with no later one of the same kind and label."""
        soon = now + KEY_WARNING
        held = [key for key in self.keys if key.holds(now)]
        lasting = {(key.kind, key.label) for key in held if key.valid_until is None or key.valid_until > soon}
        return tuple(key for key in held if (key.kind, key.label) not in lasting)
