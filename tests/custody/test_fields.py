"""The strict field readers: right values pass, every other is refused with the field's name and no value."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vernix.custody.fields import Fields, from_base64, to_base64
from vernix.errors import DataRefused

Read = Callable[[Fields], object]

ID = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"

READERS: dict[str, tuple[Read, list[object], list[object]]] = {
    "text": (
        lambda f: f.text("it", most=5),
        ["a", "été", "a b"],
        ["", "123456", "a\n", "a\x00", "a\x9f", "a\u2028", "a\u202e", "\u2066a", 1, None, ["a"], True],
    ),
    "text with lines": (
        lambda f: f.text("it", most=5, lines=True, empty=True),
        ["", "a\nb"],
        ["a\tb", "a\r\n", "\x1b[0m", None],
    ),
    "choice": (lambda f: f.choice("it", ("a", "b")), ["a", "b"], ["c", "A", "", 1, None, []]),
    "matching": (
        lambda f: f.matching("it", re.compile("a+")),
        ["a", "aaa"],
        ["", "ab", "a\n", None, 1],
    ),
    "optional matching": (lambda f: f.optional_matching("it", re.compile("a")), ["a", None], ["b", False]),
    "integer": (lambda f: f.integer("it", least=1, most=9), [1, 9], [0, 10, True, "1", None, [1]]),
    "id": (lambda f: f.id("it"), [ID], [ID.upper(), "", None, 1]),
    "optional id": (lambda f: f.optional_id("it"), [ID, None], ["", 0, "null"]),
    "partner": (lambda f: f.partner("it"), ["registry"], ["Registry", "", None, 7]),
    "partners": (
        lambda f: f.partners("it", most=2),
        [["a"], ["a", "b"]],
        [[], ["a", "a"], ["a", "b", "c"], "a", [1], None, [["a"]]],
    ),
    "time": (lambda f: f.time("it"), ["2026-03-01T12:00:00Z"], ["2026-03-01", 1, None]),
    "optional time": (lambda f: f.optional_time("it"), ["2026-03-01T12:00:00Z", None], ["", 0]),
    "digest": (lambda f: f.digest("it"), ["ab" * 32], ["AB" * 32, "ab" * 31, "", None]),
    "digests": (lambda f: f.digests("it", most=1), [["ab" * 32]], [[], ["ab"], ["ab" * 32] * 2, None]),
    "key id": (lambda f: f.key_id("it"), ["0123456789abcdef"], ["0123456789ABCDEF", "0", None]),
    "binary": (lambda f: f.binary("it", 2), ["AAA", "_-8"], ["AAB", "AAA=", "AA", "AAAA", "+/8", None, 5]),
    "items": (lambda f: f.items("it", least=1, most=2), [[1], [1, 2]], [[], [1, 2, 3], {}, "ab", None]),
    "gateway": (lambda f: f.gateway_url("it"), ["https://g.example"], ["https://g.example/", None]),
    "format": (lambda f: f.format("it"), [], ["it"]),
}


@pytest.mark.parametrize("name", READERS)
def test_a_reader_takes_these_values_and_no_others(name: str) -> None:
    read, good, bad = READERS[name]
    for value in good:
        fields = Fields({"it": value}, "thing")
        read(fields)
        fields.end()
    for value in bad:
        with pytest.raises(DataRefused, match=r"^The thing"):
            read(Fields({"it": value}, "thing"))


def test_a_missing_field_is_named() -> None:
    with pytest.raises(DataRefused, match="The thing has no field 'it'"):
        Fields({}, "thing").text("it")
    with pytest.raises(DataRefused, match="The thing has no field 'it'"):
        Fields({}, "thing").optional_id("it")


def test_an_unknown_field_is_named_unless_its_name_is_odd() -> None:
    with pytest.raises(DataRefused, match="unknown field 'extra'"):
        Fields({"extra": 1}, "thing").end()
    with pytest.raises(DataRefused) as refusal:
        Fields({"Canary Person 1234": 1}, "thing").end()
    assert "Canary" not in str(refusal.value)


@pytest.mark.parametrize("value", [None, [], "a", 1])
def test_what_is_no_object_has_no_fields(value: object) -> None:
    with pytest.raises(DataRefused, match="not a JSON object"):
        Fields(value, "thing")


@pytest.mark.parametrize("name", READERS)
def test_a_refusal_never_holds_the_value(name: str) -> None:
    read = READERS[name][0]
    for value in ("CANARY\x00", ["CANARY\x00"], {"CANARY": "CANARY"}):
        if (name, type(value)) != ("items", list):  # whose values are the caller's to read
            with pytest.raises(DataRefused) as refusal:
                read(Fields({"it": value}, "thing"))
            assert "CANARY" not in str(refusal.value)


@given(st.binary(max_size=70))
def test_base64_round_trip(data: bytes) -> None:
    text = to_base64(data)
    assert "=" not in text
    assert from_base64(text) == data


@given(st.text("AB-_+/= \n", max_size=8))
def test_base64_has_one_spelling(text: str) -> None:
    try:
        data = from_base64(text)
    except DataRefused:
        return
    assert to_base64(data) == text
