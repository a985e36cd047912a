"""``notifications.toml`` in the registry's data folder: the mail server, and who is told of what.

Addresses of people stand here and nowhere else: neither the directory nor the gateway knows any. So does
every word by which a mail calls a partner: the label that the operator wrote, or none.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vernix.errors import UsageError

KINDS = ("delivery", "receipt", "expiry", "quota", "refused", "brake", "missing")
SECURITIES = ("starttls", "tls", "none")
_HERE = ("127.0.0.1", "::1", "localhost")
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,200}")
_LABEL = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]{1,80}")


@dataclass(frozen=True)
class MailServer:
    """How mail leaves. ``security`` "none" is for a server on this machine only."""

    host: str
    port: int
    sender: str
    security: str = "starttls"
    user: str | None = None
    password_file: Path | None = None
    ca: Path | None = None

    def password(self) -> str | None:
        """The password, without its line end. Raises ``UsageError`` when its file is not there."""
        if self.password_file is None:
            return None
        try:
            return self.password_file.read_text(encoding="utf-8").rstrip("\r\n")
        except OSError:
            raise UsageError(
                "The mail server's password file cannot be read.", hint="See password_file in it."
            ) from None


@dataclass(frozen=True)
class Reader:
    """Who is told: of ``kinds``, about one ``partner`` or (None) about all."""

    address: str
    kinds: frozenset[str]
    partner: str | None = None


@dataclass(frozen=True)
class Notifications:
    """Everything in the file. ``labels`` are what mails call partners, by id."""

    server: MailServer
    readers: tuple[Reader, ...]
    labels: Mapping[str, str]
    quiet_minutes: int = 15
    """How long a reader hears nothing more of deliveries or receipts after a mail about them."""


def read_settings(path: Path) -> Notifications | None:
    """The settings; None where there is no such file. Raises ``UsageError`` that names the wrong place."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        raise _wrong("it", "cannot be read as TOML") from None
    _only(document, "it", {"smtp", "readers", "labels", "quiet_minutes"})
    return Notifications(
        server=_server(_table(document, "smtp", "it")),
        readers=tuple(_reader(item, number) for number, item in enumerate(_readers(document), start=1)),
        labels=_labels(document.get("labels", {})),
        quiet_minutes=_whole(document, "quiet_minutes", "it", 15, most=24 * 60),
    )


def _server(table: Mapping[str, Any]) -> MailServer:
    place = "[smtp]"
    _only(table, place, {"host", "port", "sender", "security", "user", "password_file", "ca"})
    server = MailServer(
        host=_text(table, "host", place),
        port=_whole(table, "port", place, 587, most=65535),
        sender=_address(table, "sender", place),
        security=_text(table, "security", place, "starttls"),
        user=_text(table, "user", place) if "user" in table else None,
        password_file=Path(_text(table, "password_file", place)) if "password_file" in table else None,
        ca=Path(_text(table, "ca", place)) if "ca" in table else None,
    )
    if server.security not in SECURITIES:
        raise _wrong(place, f"says security that is not one of {', '.join(SECURITIES)}")
    if server.security == "none" and server.host not in _HERE:
        raise _wrong(place, "wants mail in the clear to another machine")
    if (server.user is None) != (server.password_file is None):
        raise _wrong(place, "has a user without a password_file, or the other way round")
    return server


def _readers(document: Mapping[str, Any]) -> list[Any]:
    readers = document.get("readers", [])
    if not isinstance(readers, list):
        raise _wrong("readers", "are not written as [[readers]]")
    return readers


def _reader(item: object, number: int) -> Reader:
    place = f"[[readers]] number {number}"
    if not isinstance(item, dict):
        raise _wrong(place, "is not a table")
    _only(item, place, {"address", "kinds", "partner"})
    kinds = item.get("kinds")
    if not isinstance(kinds, list) or not kinds or not set(kinds) <= set(KINDS):
        raise _wrong(place, f"has kinds that are not a list of {', '.join(KINDS)}")
    partner = _text(item, "partner", place) if "partner" in item else None
    return Reader(_address(item, "address", place), frozenset(kinds), partner)


def _labels(table: object) -> Mapping[str, str]:
    if not isinstance(table, dict) or not all(
        isinstance(label, str) and _LABEL.fullmatch(label) for label in table.values()
    ):
        raise _wrong("[labels]", "does not give each partner's id a text of 1 to 80 letters")
    return table


def _table(document: Mapping[str, Any], name: str, place: str) -> Mapping[str, Any]:
    value = document.get(name)
    if not isinstance(value, dict):
        raise _wrong(place, f"has no table [{name}]")
    return value


def _text(table: Mapping[str, Any], name: str, place: str, default: str | None = None) -> str:
    value = table.get(name, default)
    if not isinstance(value, str) or not value or not value.isprintable():
        raise _wrong(place, f"has no proper {name}")
    return value


def _address(table: Mapping[str, Any], name: str, place: str) -> str:
    value = _text(table, name, place)
    if not _ADDRESS.fullmatch(value):
        raise _wrong(place, f"has a {name} that is not one address")
    return value


def _whole(table: Mapping[str, Any], name: str, place: str, default: int, *, most: int) -> int:
    value = table.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= most:
        raise _wrong(place, f"has a {name} that is not a number from 1 to {most}")
    return value


def _only(table: Mapping[str, Any], place: str, known: Collection[str]) -> None:
    if not set(table) <= set(known):
        raise _wrong(place, f"has a field that is not one of {', '.join(sorted(known))}")


def _wrong(place: str, complaint: str) -> UsageError:
    return UsageError(
        f"notifications.toml in the data folder: {place} {complaint}.",
        hint="docs/how-to/send-notifications.md shows a whole one.",
    )
