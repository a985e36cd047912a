"""Canonical JSON: every document has exactly one spelling in bytes, so that a signature has one meaning.

The form: UTF-8 without a byte order mark; no white space; the keys of an object in ascending order, each 1 to
200 characters of printable ASCII; integers only, within 2**53 on either side of zero; strings escaped only
where JSON demands it (``"``, ``\\``, and control characters below U+0020, with the short forms
``\\b \\f \\n \\r \\t``); no Unicode normalisation; nesting at most 32 deep.

Rule of change: none. Another form would be another module, and other signing domains.
"""

from __future__ import annotations

import json
import re
from typing import NoReturn

from vernix.errors import DataRefused

MAX_DEPTH = 32
MAX_INTEGER = 2**53
MAX_BYTES = 8 * 1024 * 1024
"""Size of the largest document that is read unless the caller says otherwise: 10,000 parts fit in it."""

_PLAIN = (str, bool)
_NESTING = (dict, list, tuple)
_KEY = re.compile(r"[\x20-\x7e]{1,200}")
_HINT = "Write it again with vernix, or compare it with the vectors in tests/custody/vectors."


def encode(value: object) -> bytes:
    """The one canonical spelling of ``value`` (dict, list, tuple, str, int, bool, None).

    Raises DataRefused for anything that has no canonical spelling: floats, other types, keys that are not
    printable ASCII, lone surrogates, integers beyond 2**53, nesting beyond 32.
    """
    _check(value, MAX_DEPTH)
    try:
        return _ENCODER.encode(value).encode("utf-8")
    except UnicodeEncodeError:
        raise _refused("a text has half of a surrogate pair") from None


def spelled(value: object) -> bytes:
    """As ``encode`` for what ``decode`` gave, or a part of it: that it has a spelling is known."""
    return _ENCODER.encode(value).encode("utf-8")


def decode(data: bytes | bytearray | memoryview, *, limit: int = MAX_BYTES) -> object:
    """Read canonical JSON; refuse bytes that ``encode`` would not have written.

    Duplicate keys, white space, other escapes, floats, exponents and ``-0`` are all refused by that one rule.
    Raises DataRefused; no part of the data is quoted.
    """
    if len(data) > limit:
        raise DataRefused(f"A document is larger than {limit} bytes.", hint="Split it into smaller ones.")
    raw = bytes(data)
    try:
        value: object = _DECODER.decode(raw.decode("utf-8"))
    except (ValueError, RecursionError):
        raise _refused("it is not JSON in UTF-8") from None
    if encode(value) != raw:
        raise _refused("the same content has another, canonical spelling")
    return value


def _check(value: object, depth: int) -> None:
    # The most frequent first: a directory of 2,000 partners has 50,000 values.
    if value is None or isinstance(value, _PLAIN):
        return
    if isinstance(value, _NESTING) and depth == 0:
        raise _refused(f"it is nested more than {MAX_DEPTH} deep")
    if isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str) or not _KEY.fullmatch(key):
                raise _refused("a field name is not printable ASCII")
            _check(item, depth - 1)
    elif isinstance(value, _NESTING):
        for item in value:
            _check(item, depth - 1)
    elif not isinstance(value, int):
        raise _refused("it holds something other than objects, lists, texts, integers, true, false and null")
    elif abs(value) > MAX_INTEGER:
        raise _refused("an integer is beyond 2**53")


def _no_float(_text: str) -> NoReturn:
    raise _refused("a number is not an integer")


def _integer(text: str) -> int:
    if len(text) > 17:
        raise _refused("an integer is beyond 2**53")
    return int(text)


# Made once: ``json.dumps`` and ``json.loads`` would make them anew for every document.
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
_DECODER = json.JSONDecoder(parse_float=_no_float, parse_constant=_no_float, parse_int=_integer)


def _refused(why: str) -> DataRefused:
    return DataRefused(f"A document is not canonical JSON: {why}.", hint=_HINT)
