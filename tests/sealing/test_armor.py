"""The text form: strict, but for blank space around it and the two kinds of line end."""

from __future__ import annotations

import base64
import io

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from vernix.sealing.armor import BEGIN, END, MAX_BLANK, armored, dearmored, looks_armored
from vernix.sealing.refusals import ArmorBroken


def text_of(data: bytes) -> bytes:
    """``data`` armored."""
    return b"".join(armored([data]))


def data_of(text: bytes) -> bytes:
    """What ``text`` armors."""
    return b"".join(dearmored(io.BytesIO(text)))


@given(st.lists(st.binary(max_size=200), max_size=10))
def test_any_pieces_give_the_same_text(pieces: list[bytes]) -> None:
    data = b"".join(pieces)
    text = b"".join(armored(pieces))
    assert text == text_of(data)
    assert data_of(text) == data
    body = text.removeprefix(BEGIN + b"\n").removesuffix(END + b"\n")
    assert body.replace(b"\n", b"") == base64.b64encode(data)
    assert max((len(line) for line in body.split(b"\n")), default=0) <= 64


@pytest.mark.parametrize("size", [0, 47, 48, 49, 48 * 8192 - 1, 48 * 8192, 48 * 8192 + 1, 3 * 48 * 8192 + 50])
def test_large_texts_take_the_fast_way_to_the_same_end(size: int) -> None:
    data = bytes(range(256)) * (size // 256 + 1)
    data = data[:size]
    text = text_of(data)
    assert data_of(text) == data
    assert data_of(text.replace(b"\n", b"\r\n")) == data
    assert looks_armored(text)
    if size > 48 * 8192:
        for place in (100, 65 * 8192 + 10, len(text) - 100):
            with pytest.raises(ArmorBroken):
                data_of(text[:place] + b"!" + text[place + 1 :])
            with pytest.raises(ArmorBroken):
                data_of(text[:place] + text[place + 1 :])


@given(st.binary(min_size=1, max_size=150), st.data())
def test_no_byte_of_the_text_can_change_unnoticed(data: bytes, choose: st.DataObject) -> None:
    text = bytearray(text_of(data))
    place = choose.draw(st.integers(0, len(text) - 1))
    before = text[place]
    text[place] = choose.draw(st.integers(0, 255).filter(lambda value: value != before))
    try:
        opened = data_of(bytes(text))
    except ArmorBroken:
        return
    # Another letter makes other data; only the last line end may become blank space and leave it the same.
    assert opened != data or place == len(text) - 1


@given(st.binary(max_size=100))
def test_noise_is_refused(noise: bytes) -> None:
    # With an end it may be armor, of nothing at least; Hypothesis knows that line from our source.
    assume(END not in noise)
    with pytest.raises(ArmorBroken):
        data_of(noise)
    with pytest.raises(ArmorBroken):
        data_of(BEGIN + b"\n" + noise)


def test_blank_space_around_it_is_allowed_up_to_a_limit() -> None:
    text = text_of(b"content")
    assert data_of(b" \t\r\n\n" + text + b"\n \r\n\t") == b"content"
    assert data_of(text.removesuffix(b"\n")) == b"content"
    assert data_of(b"\n" * MAX_BLANK + text + b" " * MAX_BLANK) == b"content"
    for wrong in (b"\n" * (MAX_BLANK + 1) + text, text + b"\n" * (MAX_BLANK + 1), b" " * 2000 + b"\n" + text):
        with pytest.raises(ArmorBroken):
            data_of(wrong)


def test_what_claims_to_be_armored() -> None:
    text = text_of(b"content")
    for claim in (text, b"\r\n " + text, b"note\n" + text, text.lower(), text.replace(b"-BEGIN", b"- BEGIN")):
        assert looks_armored(claim)
    for other in (b"", b"age-encryption.org/v1\n" + text, b"record,surname\n", b"PK\x03\x04"):
        assert not looks_armored(other)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text + b"x",
        lambda text: text + text,
        lambda text: b"x\n" + text,
        lambda text: b" " + text,
        lambda text: text.replace(BEGIN, BEGIN + b" "),
        lambda text: text.replace(END, b" " + END),
        lambda text: text.replace(END, END.replace(b"AGE", b"PGP")),
        lambda text: text.replace(BEGIN, BEGIN.lower()),
        lambda text: text.replace(BEGIN + b"\n", BEGIN + b"\nComment: x\n\n"),
        lambda text: text.replace(BEGIN + b"\n", BEGIN + b"\n\n"),
        lambda text: text.replace(b"\n" + END, b"\n\n" + END),
        lambda text: text.replace(b"\n" + END, b"\n=aaaa\n" + END),
        lambda text: text.replace(b"=\n" + END, b"\n" + END),
        lambda text: text.replace(b"\n" + END, b"\nAAAA\n" + END),
        lambda text: text.replace(b"\n", b" \n"),
        lambda text: text.replace(b"\n", b"\r"),
        lambda text: text.replace(b"\n", b"\r\r\n"),
        lambda text: text[: text.index(END)],
        lambda text: text.replace(b"Q", b"-", 1) if b"Q" in text else text[:-5],
    ],
)
def test_everything_else_is_refused(change: object) -> None:
    text = text_of(b"some content that fills more than just one line of sixty-four")
    assert callable(change)
    with pytest.raises(ArmorBroken):
        data_of(change(text))
