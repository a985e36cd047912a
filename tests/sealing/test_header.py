"""The header's grammar: what is written is read back, and nothing else is read."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vernix.errors import DataRefused, UsageError
from vernix.sealing.header import INTRO, MAX_HEADER, Header, Stanza, check_mac, make_header, read_header
from vernix.sealing.refusals import HeaderAltered, HeaderBroken

KEY = bytes(range(16))
ARGUMENTS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=80)
STANZAS = st.builds(Stanza, ARGUMENTS, st.lists(ARGUMENTS, max_size=4).map(tuple), st.binary(max_size=200))


def example() -> Header:
    """A header of two stanzas."""
    stanzas = [Stanza("X25519", ("share",), bytes(32)), Stanza("grease", (), bytes(48))]
    return make_header(stanzas, KEY)


@given(st.lists(STANZAS, min_size=1, max_size=5), st.binary(max_size=50))
def test_what_is_written_is_read_back(stanzas: list[Stanza], payload: bytes) -> None:
    header = make_header(stanzas, KEY)
    stream = io.BytesIO(header.encoded + payload)
    assert read_header(stream) == header
    assert stream.read() == payload
    check_mac(header, KEY)


@given(st.data())
def test_no_byte_can_change_unnoticed(data: st.DataObject) -> None:
    encoded = bytearray(example().encoded)
    place = data.draw(st.integers(0, len(encoded) - 1))
    encoded[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises((HeaderBroken, HeaderAltered)):
        check_mac(read_header(io.BytesIO(bytes(encoded))), KEY)


@given(st.binary(max_size=300))
def test_noise_is_refused_and_nothing_worse(noise: bytes) -> None:
    with pytest.raises(HeaderBroken):
        read_header(io.BytesIO(noise))
    with pytest.raises(HeaderBroken):
        read_header(io.BytesIO(INTRO + noise))


def test_every_cut_is_refused() -> None:
    encoded = example().encoded
    for end in range(len(encoded)):
        with pytest.raises(HeaderBroken):
            read_header(io.BytesIO(encoded[:end]))


@pytest.mark.parametrize(
    ("what", "old", "new"),
    [
        ("empty argument", b"-> X25519 share", b"-> X25519  share"),
        ("argument at the end", b"-> X25519 share\n", b"-> X25519 share \n"),
        ("no argument", b"-> grease\n", b"->\n"),
        ("no argument after the space", b"-> grease\n", b"-> \n"),
        ("no space", b"-> grease\n", b"->grease\n"),
        ("tab", b"-> X25519 share", b"-> X25519\tshare"),
        ("accent", b"-> grease", b"-> gr\xc3\xa9ase"),
        ("carriage return", b"-> grease\n", b"-> grease\r\n"),
        ("no final short line", b"\n\n---", b"\n---"),
        ("padding", b"AAA\n-> grease", b"AAA=\n-> grease"),
        ("one letter over 64", b"A" * 64 + b"\n\n", b"A" * 65 + b"\n"),
        ("an extra short line", b"\n\n---", b"\n\nAAAA\n---"),
        ("bits beyond the last byte", b"AAA\n-> grease", b"AAB\n-> grease"),
        ("no space before the MAC", b"\n--- ", b"\n---"),
        ("two spaces before the MAC", b"\n--- ", b"\n---  "),
        ("four dashes", b"\n--- ", b"\n---- "),
        ("another version", b"/v1", b"/v2"),
        ("version with a blank", b"/v1\n", b"/v1 \n"),
        ("blank line after the intro", b"/v1\n", b"/v1\n\n"),
        ("line feed before", b"age-", b"\nage-"),
    ],
)  # fmt: skip
def test_one_spelling_only(what: str, old: bytes, new: bytes) -> None:
    encoded = example().encoded
    assert encoded.count(old) == 1, what
    with pytest.raises(HeaderBroken):
        read_header(io.BytesIO(encoded.replace(old, new)))


def test_a_header_without_a_stanza_is_refused() -> None:
    with pytest.raises(HeaderBroken, match="no recipient"):
        read_header(io.BytesIO(make_header([], KEY).encoded))


def test_reading_stops_at_the_limit() -> None:
    endless = io.BytesIO(INTRO + b"-> a\n" + (b"A" * 64 + b"\n") * (2 * MAX_HEADER // 65))
    with pytest.raises(HeaderBroken, match="longer than allowed"):
        read_header(endless)
    assert endless.tell() <= MAX_HEADER
    endless_line = io.BytesIO(INTRO + b"-> " + b"a" * 2 * MAX_HEADER)
    with pytest.raises(HeaderBroken, match="longer than allowed"):
        read_header(endless_line)
    assert endless_line.tell() <= MAX_HEADER


def test_too_many_recipients_are_refused_before_sealing() -> None:
    with pytest.raises(UsageError, match="too many recipients"):
        make_header([Stanza("x", (), bytes(MAX_HEADER))], KEY)


def test_a_refusal_shows_nothing_of_the_file() -> None:
    with pytest.raises(DataRefused) as refused:
        read_header(io.BytesIO(b"Tremblay,Marie,1989-02-03\n"))
    assert "Tremblay" not in str(refused.value)
    assert refused.value.hint
