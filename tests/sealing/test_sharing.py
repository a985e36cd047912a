"""Shamir's sharing: enough shares give the secret, fewer say nothing of it."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vernix.errors import UsageError
from vernix.sealing.sharing import combine, inverse, multiply, split

# FIPS 197 section 4.2 and 4.2.1.
PRODUCTS = [
    (0x57, 0x83, 0xC1),
    (0x57, 0x13, 0xFE),
    (0x57, 0x02, 0xAE),
    (0x57, 0x04, 0x47),
    (0x57, 0x10, 0x07),
]


@pytest.mark.parametrize(("one", "other", "product"), PRODUCTS)
def test_the_field_is_that_of_aes(one: int, other: int, product: int) -> None:
    assert multiply(one, other) == multiply(other, one) == product


def test_every_element_but_zero_has_an_inverse() -> None:
    assert all(multiply(element, inverse(element)) == 1 for element in range(1, 256))
    # FIPS 197 section 5.1.1: the S-box of {53} is made from its inverse, {ca}.
    assert inverse(0x53) == 0xCA


@given(st.binary(min_size=1, max_size=40), st.integers(2, 5), st.integers(0, 4))
def test_any_enough_shares_give_the_secret(secret: bytes, threshold: int, more: int) -> None:
    shares = split(secret, threshold, threshold + more)
    for indices in combinations(shares, threshold):
        assert combine({index: shares[index] for index in indices}) == secret
    assert combine(shares) == secret


def test_known_shares() -> None:
    """f(x) = 0x42 + 0x57x: worked by hand with the products above."""
    assert combine({2: bytes([0x42 ^ 0xAE]), 4: bytes([0x42 ^ 0x47])}) == b"\x42"


def test_one_share_too_few_fits_every_secret() -> None:
    """With two of three shares each of the 256 secrets is still possible: some third share leads to it."""
    shares = split(b"\x2a", 3, 3)
    found = {combine({1: shares[1], 2: shares[2], 3: bytes([third])}) for third in range(256)}
    assert len(found) == 256


@pytest.mark.parametrize(("threshold", "count"), [(1, 3), (0, 0), (4, 3), (2, 256)])
def test_numbers_that_protect_nothing(threshold: int, count: int) -> None:
    with pytest.raises(UsageError):
        split(b"secret", threshold, count)


def test_shares_of_different_secrets_do_not_go_together() -> None:
    with pytest.raises(UsageError):
        combine({1: b"ab", 2: b"abc"})
    with pytest.raises(UsageError):
        combine({0: b"ab", 2: b"ab"})
