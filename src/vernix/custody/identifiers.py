"""Names and times on the wire: delivery ids, partner ids, times, gateway addresses. One spelling each.

Rule of change: an identifier's grammar is part of every format that carries it; a wider grammar is a new
version of those formats, a narrower one is not allowed (old documents must stay readable).
"""

from __future__ import annotations

import re
import secrets
import time
import unicodedata
from datetime import UTC, datetime
from urllib.parse import urlsplit

from vernix.errors import DataRefused, UsageError

REGISTRY = "registry"
"""The partner id of the registry itself."""

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_PARTNER = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}Z")
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:]{2,39}\]")


def new_id() -> str:
    """A fresh UUID version 7 (RFC 9562), lower case: sorts by the time it was made, guessed by nobody."""
    return id_from(time.time_ns() // 1_000_000, secrets.randbits(74))


def id_from(milliseconds: int, random: int) -> str:
    """The UUID version 7 for a Unix time in milliseconds and 74 random bits (12 + 62)."""
    number = (milliseconds & (2**48 - 1)) << 80 | 0x7 << 76 | (random >> 62 & 0xFFF) << 64
    number |= 0b10 << 62 | random & (2**62 - 1)
    text = f"{number:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def check_id(text: str) -> str:
    """``text`` if it is a UUID version 7 in lower case; DataRefused otherwise."""
    if not _ID.fullmatch(text):
        raise DataRefused("An id is not a lower-case UUID version 7.", hint="Copy it again, whole.")
    return text


def check_partner_id(text: str) -> str:
    """``text`` if it is a partner id: 1 to 64 of a-z, 0-9 and hyphen, no hyphen at either end."""
    if not _PARTNER.fullmatch(text):
        raise DataRefused(
            "A partner id may hold only a-z, 0-9 and hyphens (at most 64, none at the ends).",
            hint="Look the partner up in the directory and use its id.",
        )
    return text


def partner_id_for(name: str) -> str:
    """A partner id made from an organisation's name: "Hôpital Sainte-Anne" becomes "hopital-sainte-anne"."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii").lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:64].strip("-")
    if not slug:
        raise UsageError("That name holds no Latin letter or digit.", hint="Give a name that holds some.")
    return slug


def utc_now() -> datetime:
    """The present in UTC, to the second: the only clock that documents know."""
    return datetime.now(UTC).replace(microsecond=0)


def format_time(moment: datetime) -> str:
    """``YYYY-MM-DDTHH:MM:SSZ``. ``moment`` must know its zone; fractions of a second are dropped."""
    if moment.tzinfo is None:
        raise ValueError("a time on the wire needs a zone")
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def parse_time(text: str) -> datetime:
    """The moment written as ``YYYY-MM-DDTHH:MM:SSZ``; DataRefused for any other spelling or no real date."""
    if _TIME.fullmatch(text):
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass
    raise DataRefused("A time is not a real one spelled YYYY-MM-DDTHH:MM:SSZ.", hint="Check the clock.")


def check_gateway_url(text: str) -> str:
    """``text`` if it is the origin of a gateway: ``https://host[:port]``, lower case, nothing behind it.

    Plain ``http`` is taken for this machine only (tests and the demonstration). Raises DataRefused.
    """
    refused = DataRefused(
        "A gateway's address must be https://host or https://host:port and nothing more.",
        hint="Plain http is taken only for 127.0.0.1 and localhost.",
    )
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise refused from None
    host = parts.hostname or ""
    shown = f"[{host}]" if ":" in host else host
    spelled = f"{parts.scheme}://{shown}" + (f":{port}" if port is not None else "")
    default = {"https": 443, "http": 80}.get(parts.scheme)
    if spelled != text or not _HOST.fullmatch(shown) or default is None or port in (0, default):
        raise refused
    if parts.scheme == "http" and host not in LOOPBACK:
        raise refused
    return text
