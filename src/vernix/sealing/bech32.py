"""Bech32 (BIP 173) without its length limit, as age writes recipients and identities."""

from __future__ import annotations

_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_VALUES = {letter: value for value, letter in enumerate(_ALPHABET)}
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECKSUM_LENGTH = 6


def encode(prefix: str, data: bytes) -> str:
    """``data`` under the human-readable ``prefix``, in the case of the prefix."""
    values = _regroup(list(data), 8, 5, pad=True)
    values += _checksum(prefix.lower(), values)
    text = prefix.lower() + "1" + "".join(_ALPHABET[value] for value in values)
    return text.upper() if prefix.isupper() else text


def decode(text: str) -> tuple[str, bytes]:
    """The prefix (in the case it came in) and the data; ``ValueError`` for mixed case or a wrong checksum."""
    if not text.isascii():
        # Some other letters become one of ours in lower case (the Kelvin sign a k): a second spelling.
        raise ValueError("a character that is not allowed")
    if text.lower() != text and text.upper() != text:
        raise ValueError("upper and lower case are mixed")
    prefix, separator, body = text.rpartition("1")
    if not separator or not prefix or len(body) < _CHECKSUM_LENGTH:
        raise ValueError("too short")
    if any(not 33 <= ord(letter) <= 126 for letter in prefix):
        raise ValueError("a character that is not allowed")
    try:
        values = [_VALUES[letter] for letter in body.lower()]
    except KeyError:
        raise ValueError("a character that is not allowed") from None
    if _polymod(_expand(prefix.lower()) + values) != 1:
        raise ValueError("the checksum does not match; a character is wrong or missing")
    return prefix, bytes(_regroup(values[:-_CHECKSUM_LENGTH], 5, 8, pad=False))


def _checksum(prefix: str, values: list[int]) -> list[int]:
    remainder = _polymod(_expand(prefix) + values + [0] * _CHECKSUM_LENGTH) ^ 1
    return [(remainder >> 5 * (5 - place)) & 31 for place in range(_CHECKSUM_LENGTH)]


def _expand(prefix: str) -> list[int]:
    return [ord(letter) >> 5 for letter in prefix] + [0] + [ord(letter) & 31 for letter in prefix]


def _polymod(values: list[int]) -> int:
    checksum = 1
    for value in values:
        top = checksum >> 25
        checksum = (checksum & 0x1FFFFFF) << 5 ^ value
        for place, generator in enumerate(_GENERATOR):
            if top >> place & 1:
                checksum ^= generator
    return checksum


def _regroup(values: list[int], have: int, want: int, *, pad: bool) -> list[int]:
    """Groups of ``have`` bits as groups of ``want`` bits; without ``pad``, left-over bits must be zero and
    few.
    """
    held = bits = 0
    groups: list[int] = []
    for value in values:
        held = held << have | value
        bits += have
        while bits >= want:
            bits -= want
            groups.append(held >> bits & (1 << want) - 1)
        held &= (1 << bits) - 1
    if pad and bits:
        groups.append(held << want - bits & (1 << want) - 1)
    elif not pad and (bits >= have or held):
        raise ValueError("left-over bits")
    return groups
