"""Shamir's secret sharing over GF(256), byte by byte: any ``threshold`` shares give a secret back, fewer
nothing at all.

The field is that of AES (x^8 + x^4 + x^3 + x + 1; FIPS 197 section 4.2), as in SLIP-39. A share is the value
of a random polynomial at its index (1 to 255) whose value at 0 is the secret. Sharing says nothing of whether
shares belong together or are whole: the caller's text form has a checksum and a name of the ceremony.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from vernix.errors import UsageError

MOST_SHARES = 255
_MODULUS = 0x11B


def split(secret: bytes, threshold: int, count: int) -> dict[int, bytes]:
    """``count`` shares of ``secret`` by index, any ``threshold`` of which give it back.

    Raises ``UsageError`` for numbers that protect nothing or cannot be reached.
    """
    if not 2 <= threshold <= count <= MOST_SHARES:
        raise UsageError(
            f"{threshold} of {count} is no way to share a secret.",
            hint="At least two must come together, and no more than there are: such as 3 of 5.",
        )
    # One random polynomial for each byte; the secret is its constant.
    polynomials = [bytes([byte]) + secrets.token_bytes(threshold - 1) for byte in secret]
    return {index: bytes(_value(each, index) for each in polynomials) for index in range(1, count + 1)}


def combine(shares: Mapping[int, bytes]) -> bytes:
    """The secret that these shares give: the right one where enough of one splitting, else noise."""
    sizes = {len(share) for share in shares.values()}
    if len(sizes) != 1 or not all(1 <= index <= MOST_SHARES for index in shares):
        raise UsageError("These shares are not of one secret.", hint="Use shares of one ceremony.")
    weights = {index: _weight(index, shares) for index in shares}
    size = sizes.pop()
    secret = bytearray(size)
    for index, share in shares.items():
        for place in range(size):
            secret[place] ^= multiply(share[place], weights[index])
    return bytes(secret)


def multiply(one: int, other: int) -> int:
    """The product of two elements of the field; without tables, whose look-ups would show in the cache."""
    product = 0
    for bit in range(8):
        product ^= one * (other >> bit & 1)
        one = one << 1 ^ _MODULUS * (one >> 7)
    return product


def inverse(element: int) -> int:
    """The element with which ``element`` gives 1: its 254th power (0 gives 0)."""
    power = 1
    for bit in (1, 1, 1, 1, 1, 1, 1, 0):
        power = multiply(power, power)
        power = multiply(power, element) if bit else power
    return power


def _value(polynomial: bytes, at: int) -> int:
    value = 0
    for coefficient in reversed(polynomial):
        value = multiply(value, at) ^ coefficient
    return value


def _weight(index: int, indices: Mapping[int, bytes]) -> int:
    """Lagrange's weight of a share for the value at 0."""
    weight = 1
    for other in indices:
        if other != index:
            weight = multiply(weight, multiply(other, inverse(other ^ index)))
    return weight
