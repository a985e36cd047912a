"""One spelling per document: what is written back differently is not read."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vernix.custody import canonical
from vernix.errors import DataRefused

KEYS = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=10)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)

SPELLINGS = [
    ({}, b"{}"),
    ([], b"[]"),
    ({"b": 1, "a": [True, False, None]}, b'{"a":[true,false,null],"b":1}'),
    ({"B": 1, "a": 2, "_": 3, "Z": 4}, b'{"B":1,"Z":4,"_":3,"a":2}'),
    ("é\u2028\U0001f476", '"é\u2028\U0001f476"'.encode()),
    ('"\\/', b'"\\"\\\\/"'),
    ("\b\f\n\r\t\x00\x1f\x7f", b'"\\b\\f\\n\\r\\t\\u0000\\u001f\x7f"'),
    (2**53, b"9007199254740992"),
    (-(2**53), b"-9007199254740992"),
]

OTHER_SPELLINGS = {
    "white space": b'{"a": 1}',
    "trailing newline": b"{}\n",
    "trailing document": b"{}{}",
    "nothing": b"",
    "byte order mark": b"\xef\xbb\xbf{}",
    "keys out of order": b'{"b":1,"a":2}',
    "key twice": b'{"a":1,"a":1}',
    "key empty": b'{"":1}',
    "key not ASCII": '{"é":1}'.encode(),
    "key with a control character": b'{"a\\n":1}',
    "needless escape of a letter": b'"\\u0061"',
    "needless escape of a slash": b'"\\/"',
    "long escape of a newline": b'"\\u000a"',
    "capital hex digits": b'"\\u001F"',
    "escaped non-ASCII": b'"\\u00e9"',
    "escaped surrogate pair": b'"\\ud83d\\udc76"',
    "lone surrogate": b'"\\ud83d"',
    "raw control character": b'"\n"',
    "not UTF-8": b'"\xff"',
    "overlong UTF-8": b'"\xc0\xaf"',
    "float": b"1.0",
    "exponent": b"1e2",
    "NaN": b"NaN",
    "Infinity": b"-Infinity",
    "minus zero": b"-0",
    "leading zero": b"01",
    "beyond 2**53": b"9007199254740993",
    "enormous integer": b"9" * 5000,
    "too deep": b"[" * 33 + b"]" * 33,
    "far too deep": b"[" * 100_000 + b"]" * 100_000,
    "single quotes": b"{'a':1}",
    "comment": b"{}//",
}


@pytest.mark.parametrize(("value", "data"), SPELLINGS)
def test_each_value_has_this_spelling(value: object, data: bytes) -> None:
    assert canonical.encode(value) == data
    assert canonical.decode(data) == value


@pytest.mark.parametrize("name", OTHER_SPELLINGS)
def test_every_other_spelling_is_refused(name: str) -> None:
    with pytest.raises(DataRefused):
        canonical.decode(OTHER_SPELLINGS[name])


@pytest.mark.parametrize(
    "value",
    [1.0, {"a": 0.5}, {1: 2}, {"é": 1}, "\ud800", 2**53 + 1, b"bytes", {"a"}, float("nan"), {None: 1}],
)
def test_what_has_no_spelling_is_not_written(value: object) -> None:
    with pytest.raises(DataRefused):
        canonical.encode(value)


def test_depth_is_counted_the_same_way_in_both_directions() -> None:
    value: object = 1
    for _ in range(canonical.MAX_DEPTH):
        value = [value]
    assert canonical.decode(canonical.encode(value)) == value
    with pytest.raises(DataRefused, match="nested"):
        canonical.encode([value])


def test_size_is_bounded_before_anything_is_read() -> None:
    assert canonical.decode(b'"1234"', limit=6) == "1234"
    with pytest.raises(DataRefused, match="larger than 6 bytes"):
        canonical.decode(b'"12345"', limit=6)


def test_a_refusal_quotes_nothing_of_the_document() -> None:
    with pytest.raises(DataRefused) as refusal:
        canonical.decode(b'{"CANARY":"CANARY", "x":1}')
    assert "CANARY" not in str(refusal.value)
    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__ or refusal.value.__context__ is None


@given(VALUES)
def test_round_trip(value: object) -> None:
    data = canonical.encode(value)
    assert canonical.decode(data) == value
    assert canonical.encode(canonical.decode(data)) == data


@given(VALUES, st.data())
def test_a_changed_byte_is_refused_or_means_something_else(value: object, draw: st.DataObject) -> None:
    data = bytearray(canonical.encode(value))
    place = draw.draw(st.integers(0, len(data) - 1))
    data[place] ^= draw.draw(st.integers(1, 255))
    try:
        changed = canonical.decode(data)
    except DataRefused:
        return
    assert canonical.encode(changed) == bytes(data)
    assert changed != value or repr(changed) != repr(value)


@given(st.binary(max_size=60))
def test_arbitrary_bytes_are_refused_or_canonical(data: bytes) -> None:
    try:
        value = canonical.decode(data)
    except DataRefused:
        return
    assert canonical.encode(value) == data
