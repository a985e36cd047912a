"""Small records and blind indexes of the vault."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vernix.errors import DataRefused
from vernix.sealing.records import INDEX_SIZE, BlindIndexKey, RecordKey

MASTER = bytes(range(32))
KEY = RecordKey.derive(MASTER)
INDEX = BlindIndexKey.derive(MASTER)


@given(st.binary(max_size=300), st.binary(max_size=30))
def test_there_and_back(plaintext: bytes, context: bytes) -> None:
    sealed = KEY.seal(plaintext, context)
    assert KEY.open(sealed, context) == plaintext
    assert len(sealed) == len(plaintext) + 31
    assert len(plaintext) < 8 or plaintext not in sealed


@given(st.binary(max_size=40), st.data())
def test_nothing_can_change_unnoticed(plaintext: bytes, data: st.DataObject) -> None:
    sealed = bytearray(KEY.seal(plaintext, b"row 7"))
    place = data.draw(st.integers(0, len(sealed) - 1))
    sealed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(DataRefused):
        KEY.open(bytes(sealed), b"row 7")
    with pytest.raises(DataRefused):
        KEY.open(bytes(sealed[:place]), b"row 7")


def test_a_record_cannot_be_moved() -> None:
    with pytest.raises(DataRefused, match="another place"):
        KEY.open(KEY.seal(b"Marie", b"row 7"), b"row 8")


def test_versions_and_keys_are_apart() -> None:
    second = RecordKey.derive(MASTER, 2)
    with pytest.raises(DataRefused, match="key version"):
        second.open(KEY.seal(b"x", b""), b"")
    with pytest.raises(DataRefused):
        RecordKey.derive(bytes(32)).open(KEY.seal(b"x", b""), b"")
    assert BlindIndexKey.derive(MASTER, 2).index("name", "x") != INDEX.index("name", "x")
    with pytest.raises(ValueError, match="32 bytes"):
        RecordKey.derive(b"short")


def test_equal_records_look_different() -> None:
    assert len({KEY.seal(b"same", b"") for _ in range(100)}) == 100


def test_many_is_each() -> None:
    rows = [(b"%d" % number, b"row %d" % number) for number in range(50)]
    sealed = KEY.seal_many(rows)
    contexts = [context for _, context in rows]
    assert [KEY.open(*pair) for pair in zip(sealed, contexts, strict=True)] == [plain for plain, _ in rows]
    values = ["a", None, "é", "a", ""]
    assert INDEX.index_many("name", values) == [
        None if value is None else INDEX.index("name", value) for value in values
    ]


@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_an_index_tells_fields_and_values_apart(field: str, value: str, other: str, another: str) -> None:
    same = (field, value) == (other, another)
    assert (INDEX.index(field, value) == INDEX.index(other, another)) == same
    assert len(INDEX.index(field, value)) == INDEX_SIZE


def test_an_index_is_the_hmac_that_it_says() -> None:
    expected = hmac.new(b"k" * 32, b"\x00\x04name" + "Zoé".encode(), hashlib.sha256).digest()[:16]
    assert BlindIndexKey(b"k" * 32).index("name", "Zoé") == expected
