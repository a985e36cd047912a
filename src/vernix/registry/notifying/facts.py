"""What there is to tell, from what the gateway says of itself and from the directory. Pure.

A fact says which kind it is, which partner it concerns, and by its ``mark`` when it is the same fact as one
told before. It holds counts, percents, times and ids, and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from vernix.custody.directory import Directory
from vernix.custody.identifiers import REGISTRY, format_time
from vernix.custody.quota import NAMES
from vernix.registry.key_ends import renew_by

KEY_WARNINGS = (30, 7, 1)
"""Days before a key's end at which its holder is told, each once."""

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@dataclass(frozen=True)
class Fact:
    """One thing to tell. ``about`` chooses the words (``words``); ``values`` fill them."""

    kind: str
    about: str
    partner: str
    mark: str
    values: Mapping[str, str | int]


def from_state(state: Mapping[str, Any], directory: Directory, now: datetime) -> Iterator[Fact]:
    """Facts in the gateway's own account of itself.

    It is taken for what it is, the word of a gateway: only partners of the directory, only numbers, times and
    the names of quotas come through, whatever else it says.
    """
    today = format_time(now)[:10]
    known = {partner.id for partner in directory.partners}
    for row in _rows(state, "deliveries", "addressee", known):
        partner, count, since = row["addressee"], _count(row, "waiting"), _time(row, "since")
        if count and since:
            newest = _time(row, "newest") or since
            yield Fact("delivery", "waiting", partner, newest, {"count": count, "time": since})
        if expiring := _count(row, "expiring"):
            yield Fact("expiry", "expiring", partner, today, {"count": expiring})
    for row in _rows(state, "quotas", "partner", known):
        percent = _count(row, "percent")
        if row.get("name") in NAMES and percent:
            name = str(row["name"]).replace("_", " ")
            step = "full" if percent >= 100 else "nearly"
            mark = f"{name} {step} {today}"
            yield Fact("quota", "quota", row["partner"], mark, {"percent": percent, "name": name})
    for row in _rows(state, "brakes", "partner", known):
        if since := _time(row, "since"):
            yield Fact("brake", "stopped", row["partner"], since, {"time": since})


def from_keys(directory: Directory, now: datetime) -> Iterator[Fact]:
    """Keys that end soon and have no successor, each told once at each of the warnings; the registry's own,
    which have no end, by when they are to be renewed.
    """
    ends = [(partner.id, key.id, key.valid_until, "key-ends") for partner, key in directory.ending(now)]
    for partner, key, end, about in [*ends, (REGISTRY, REGISTRY, renew_by(directory), "own-keys")]:
        due = [days for days in KEY_WARNINGS if end is not None and end - now <= timedelta(days=days)]
        if due and end is not None:
            yield Fact("expiry", about, partner, f"{key} {min(due)}", {"key": key, "time": format_time(end)})


def _rows(state: Mapping[str, Any], name: str, who: str, known: set[str]) -> Iterator[Mapping[str, Any]]:
    rows = state.get(name)
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, dict) and isinstance(row.get(who), str) and row[who] in known:
            yield row


def _count(row: Mapping[str, Any], name: str) -> int:
    value = row.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def _time(row: Mapping[str, Any], name: str) -> str | None:
    value = row.get(name)
    return value if isinstance(value, str) and _TIME.fullmatch(value) else None
