"""Strict readers of a document's fields: each asked for once, of one type, in one spelling.

A refusal names the document and the field, never what stood in it. An optional field is always present and
holds null when there is nothing to say, so that absence has one spelling too.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Collection
from datetime import datetime

from vernix.custody import identifiers
from vernix.custody.canonical import MAX_INTEGER
from vernix.errors import DataRefused

# Also what turns the direction of writing around: with it, a name on a screen can look like another one.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
_CONTROL_BUT_NEWLINE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_KEY_ID = re.compile(r"[0-9a-f]{16}")
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*")
_FIELD_NAME = re.compile(r"[a-z_]{1,40}")

_Check = Callable[[str], str]


def to_base64(data: bytes) -> str:
    """base64url without padding (RFC 4648 section 5): the only base64 in our documents."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_base64(text: str) -> bytes:
    """The bytes of unpadded base64url; DataRefused for any other spelling of the same bytes."""
    try:
        if not _BASE64URL.fullmatch(text):
            raise ValueError
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, binascii.Error):
        data = None
    if data is None or to_base64(data) != text:
        raise DataRefused("A value is not unpadded base64url.", hint="Copy it again, whole.")
    return data


class Fields:
    """The fields of one JSON object. Take each by name, then call ``end``: what is left is refused.

    ``what`` names the document in refusals ("delivery", "directory's partner"). Every method raises
    DataRefused.
    """

    __slots__ = ("_left", "_what")

    def __init__(self, value: object, what: str) -> None:
        self._what = what
        if not isinstance(value, dict):
            raise DataRefused(f"The {what} is not a JSON object.")
        self._left: dict[str, object] = dict(value)

    def end(self) -> None:
        """Refuse fields that nobody asked for."""
        for name in sorted(self._left):
            shown = repr(name) if _FIELD_NAME.fullmatch(name) else "with an odd name"
            raise DataRefused(
                f"The {self._what} has an unknown field {shown}.",
                hint="It may come from a newer version of vernix: update.",
            )

    def format(self, expected: str) -> None:
        """The field "format", which must hold exactly ``expected``."""
        if self._take("format") != expected:
            raise DataRefused(
                f"The {self._what}'s field 'format' is not {expected}.",
                hint="It may come from a newer version of vernix: update.",
            )

    def text(self, name: str, *, most: int = 200, lines: bool = False, empty: bool = False) -> str:
        """Text of at most ``most`` characters without control characters (newlines only with ``lines``)."""
        value = self._take(name)
        if not isinstance(value, str):
            raise self._refused(name, "is not text")
        if len(value) > most or (not value and not empty):
            raise self._refused(name, f"is empty or longer than {most} characters")
        # What is printable has none, and to find that out is quicker.
        if not value.isprintable() and (_CONTROL_BUT_NEWLINE if lines else _CONTROL).search(value):
            raise self._refused(name, "holds control characters")
        return value

    def choice(self, name: str, allowed: Collection[str]) -> str:
        """One of the words in ``allowed``."""
        value = self._take(name)
        if not isinstance(value, str) or value not in allowed:
            raise self._refused(name, "is not one of " + ", ".join(sorted(allowed)))
        return value

    def choices(self, name: str, allowed: Collection[str]) -> tuple[str, ...]:
        """Words in ``allowed``, ascending, each at most once; perhaps none."""
        what = f"{self._what} field {name!r}"
        found = [Fields({"item": item}, what).choice("item", allowed) for item in self.items(name, most=100)]
        if found != sorted(set(found)):
            raise self._refused(name, "does not list its words in order, each once")
        return tuple(found)

    def matching(self, name: str, pattern: re.Pattern[str]) -> str:
        """Text that ``pattern`` matches as a whole."""
        value = self._take(name)
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise self._refused(name, "is not spelled as it must be")
        return value

    def optional_matching(self, name: str, pattern: re.Pattern[str]) -> str | None:
        """As ``matching``, or null."""
        return None if self._is_null(name) else self.matching(name, pattern)

    def integer(self, name: str, *, least: int = 0, most: int = MAX_INTEGER) -> int:
        """An integer within the bounds, both included."""
        value = self._take(name)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise self._refused(name, f"is not an integer from {least} to {most}")
        return value

    def optional_integer(self, name: str, *, least: int = 0) -> int | None:
        """An integer of ``least`` at least, or null."""
        return None if self._is_null(name) else self.integer(name, least=least)

    def id(self, name: str) -> str:
        """A UUID version 7."""
        return self._spelled(name, identifiers.check_id, "is not a lower-case UUID version 7")

    def optional_id(self, name: str) -> str | None:
        """A UUID version 7, or null."""
        return None if self._is_null(name) else self.id(name)

    def partner(self, name: str) -> str:
        """A partner id."""
        return self._spelled(name, identifiers.check_partner_id, "is not a partner id")

    def optional_partner(self, name: str) -> str | None:
        """A partner id, or null."""
        return None if self._is_null(name) else self.partner(name)

    def partners(self, name: str, *, most: int = 1000) -> tuple[str, ...]:
        """One or more partner ids, each once."""
        found = tuple(
            Fields({"item": item}, f"{self._what} field {name!r}").partner("item")
            for item in self.items(name, least=1, most=most)
        )
        if len(set(found)) != len(found):
            raise self._refused(name, "names somebody twice")
        return found

    def time(self, name: str) -> datetime:
        """A time in UTC, to the second."""
        text = self._spelled(name, _check_time, "is not a real time spelled YYYY-MM-DDTHH:MM:SSZ")
        return identifiers.parse_time(text)

    def optional_time(self, name: str) -> datetime | None:
        """A time, or null."""
        return None if self._is_null(name) else self.time(name)

    def gateway_url(self, name: str) -> str:
        """The origin of a gateway."""
        return self._spelled(name, identifiers.check_gateway_url, "is not the address of a gateway")

    def digest(self, name: str) -> str:
        """32 bytes in lower-case hex."""
        return self.matching(name, _DIGEST)

    def digests(self, name: str, *, most: int) -> tuple[str, ...]:
        """One or more digests."""
        what = f"{self._what} field {name!r}"
        return tuple(
            Fields({"item": item}, what).digest("item") for item in self.items(name, least=1, most=most)
        )

    def key_id(self, name: str) -> str:
        """The id of a key: 16 hex digits in lower case."""
        return self.matching(name, _KEY_ID)

    def binary(self, name: str, size: int) -> bytes:
        """Exactly ``size`` bytes as unpadded base64url."""
        value = self._take(name)
        if isinstance(value, str):
            try:
                data = from_base64(value)
            except DataRefused:
                data = b""
            if len(data) == size:
                return data
        raise self._refused(name, f"is not {size} bytes of unpadded base64url")

    def octets(self, name: str, *, most: int) -> bytes:
        """One to ``most`` bytes as unpadded base64url."""
        value = self._take(name)
        if isinstance(value, str) and 0 < len(value) <= (most * 4 + 2) // 3:
            try:
                return from_base64(value)
            except DataRefused:
                pass
        raise self._refused(name, f"is not 1 to {most} bytes of unpadded base64url")

    def items(self, name: str, *, least: int = 0, most: int) -> list[object]:
        """A list of ``least`` to ``most`` values."""
        value = self._take(name)
        if not isinstance(value, list) or not least <= len(value) <= most:
            raise self._refused(name, f"is not a list of {least} to {most}")
        return value

    def value(self, name: str) -> object:
        """Whatever stands there; the caller checks it."""
        return self._take(name)

    def _is_null(self, name: str) -> bool:
        if name in self._left and self._left[name] is None:
            del self._left[name]
            return True
        return False

    def _take(self, name: str) -> object:
        if name not in self._left:
            raise DataRefused(f"The {self._what} has no field {name!r}.")
        return self._left.pop(name)

    def _spelled(self, name: str, check: _Check, complaint: str) -> str:
        value = self._take(name)
        if isinstance(value, str):
            try:
                return check(value)
            except DataRefused:
                pass
        raise self._refused(name, complaint)

    def _refused(self, name: str, complaint: str) -> DataRefused:
        return DataRefused(f"The {self._what}'s field {name!r} {complaint}.")


def _check_time(text: str) -> str:
    identifiers.parse_time(text)
    return text


def check_ascending(what: str, ids: list[str]) -> None:
    """Raise DataRefused unless ``ids`` ascend, each there once: so a document has one spelling."""
    if ids != sorted(set(ids)):
        raise DataRefused(f"The {what} are not in order of their ids, each once.")
