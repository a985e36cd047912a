"""Keys, signatures and their envelope: the published vectors, the domains apart, one spelling."""

from __future__ import annotations

import dataclasses
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vernix.custody import canonical
from vernix.custody.signatures import DELIVERY, DOMAINS, MANIFEST, Signed, SigningKey, VerifyKey
from vernix.errors import DataRefused, KeeperFailed, NotProven

# RFC 8032 section 7.1, tests 1 to 3: seed, public key, message, signature.
RFC_8032 = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25b"
        "f5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b"
        "2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c"
        "15e9716ed28dc027beceea1ec40a",
    ),
]

KEY = SigningKey.from_bytes(bytes(range(32)))
DOCUMENT = canonical.encode({"hello": "world", "list": [1, 2, 3]})


@pytest.mark.parametrize(("seed", "public", "message", "signature"), RFC_8032)
def test_the_vectors_of_rfc_8032(seed: str, public: str, message: str, signature: str) -> None:
    key = SigningKey.from_bytes(bytes.fromhex(seed))
    assert key.public.hex() == public
    assert key.sign_raw(bytes.fromhex(message)).hex() == signature
    VerifyKey(bytes.fromhex(public)).verify_raw(bytes.fromhex(message), bytes.fromhex(signature))


@pytest.mark.parametrize("domain", sorted(DOMAINS))
def test_a_signature_counts_in_its_own_domain_only(domain: str) -> None:
    signature = KEY.sign(domain, DOCUMENT)
    KEY.verify_key.verify(domain, DOCUMENT, signature)
    for other in DOMAINS - {domain}:
        with pytest.raises(NotProven):
            KEY.verify_key.verify(other, DOCUMENT, signature)
    with pytest.raises(NotProven):
        KEY.verify_key.verify(domain, DOCUMENT, KEY.sign_raw(DOCUMENT))


def test_a_domain_that_is_not_listed_is_a_programming_error() -> None:
    with pytest.raises(ValueError, match="domain"):
        KEY.sign("vernix/other/v1", b"")


@pytest.mark.parametrize("place", range(64))
def test_every_changed_byte_of_a_signature_is_noticed(place: int) -> None:
    signature = bytearray(KEY.sign(DELIVERY, DOCUMENT))
    signature[place] ^= 1
    with pytest.raises(NotProven):
        KEY.verify_key.verify(DELIVERY, DOCUMENT, bytes(signature))


@pytest.mark.parametrize("length", [0, 63, 65])
def test_a_signature_of_another_length_does_not_verify(length: int) -> None:
    with pytest.raises(NotProven):
        KEY.verify_key.verify(DELIVERY, DOCUMENT, bytes(length))


def test_the_text_of_keys() -> None:
    text = KEY.verify_key.to_text()
    assert text.startswith("ed25519:")
    assert VerifyKey.from_text(text) == KEY.verify_key
    assert SigningKey.from_text(KEY.to_text()).public == KEY.public
    assert SigningKey.from_text(KEY.to_text() + "\n").to_bytes() == bytes(range(32))
    assert len(KEY.key_id) == 16
    assert KEY.key_id == KEY.verify_key.key_id


@pytest.mark.parametrize("change", ["{}=", "{} ", " {}", "{}A", "ED25519:{}", "{}\n"])
def test_a_verify_key_has_one_spelling(change: str) -> None:
    with pytest.raises(DataRefused):
        VerifyKey.from_text(change.format(KEY.verify_key.to_text()))


def test_the_spare_bits_of_a_keys_last_character_are_zero() -> None:
    text = KEY.verify_key.to_text()
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    same_bytes = text[:-1] + alphabet[alphabet.index(text[-1]) | 1]
    assert same_bytes != text
    with pytest.raises(DataRefused):
        VerifyKey.from_text(same_bytes)


@pytest.mark.parametrize(
    "y",
    [
        0,
        1,
        2**255 - 20,
        2**255 - 19,
        2**255 - 18,
        0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
        0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7,
    ],
)
@pytest.mark.parametrize("sign", [0, 1])
def test_keys_under_which_anybody_can_sign_are_refused(y: int, sign: int) -> None:
    with pytest.raises(DataRefused):
        VerifyKey((y | sign << 255).to_bytes(32, "little"))


def test_the_two_points_of_order_eight_are_what_we_say() -> None:
    """A point of order 8, doubled, is one of order 4, whose y is 0.

    On the twisted Edwards curve y(2P) = (y² + x²) / (2 - (y² - x²)), which is 0 exactly when y² = -x², with
    x² = (y² - 1) / (d y² + 1).
    """
    p = 2**255 - 19
    d = -121665 * pow(121666, -1, p) % p
    for y in (
        0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
        0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7,
    ):
        x_squared = (y * y - 1) * pow(d * y * y + 1, -1, p) % p
        assert (y * y + x_squared) % p == 0


def test_a_key_never_shows_itself() -> None:
    assert repr(KEY) == f"SigningKey({KEY.key_id})"
    assert KEY.to_text()[21:] not in repr(KEY)


def test_a_key_file_is_private(tmp_path: Path) -> None:
    path = tmp_path / "signing.key"
    KEY.save(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert SigningKey.load(path).public == KEY.public
    assert [file.name for file in tmp_path.iterdir()] == ["signing.key"]
    path.chmod(0o640)
    with pytest.raises(KeeperFailed, match="open to other users"):
        SigningKey.load(path)


@pytest.mark.parametrize(
    "content", [b"", b"\xff", b"vernix-signing-key-1 AAAA\n", b"x" * 1000, b"AGE-SECRET"]
)
def test_what_is_no_key_file_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "signing.key"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(DataRefused):
        SigningKey.load(path)


def test_an_envelope_round_trip() -> None:
    other = SigningKey.from_bytes(bytes(32))
    signed = Signed.make(DELIVERY, DOCUMENT, [KEY, other])
    assert Signed.decode(signed.encode()) == signed
    assert Signed.from_object(signed.to_object()) == signed
    signed.check(DELIVERY, [other.verify_key, KEY.verify_key])
    for keys in ([KEY.verify_key], [], [KEY.verify_key, SigningKey.generate().verify_key]):
        with pytest.raises(NotProven):
            signed.check(DELIVERY, keys)
    with pytest.raises(NotProven):
        signed.check(MANIFEST, [KEY.verify_key, other.verify_key])
    with pytest.raises(NotProven):
        signed.only_key_id  # noqa: B018 -- reading it is the test


def test_only_canonical_documents_are_signed() -> None:
    with pytest.raises(DataRefused):
        Signed.make(DELIVERY, b'{"a": 1}', [KEY])


SIGNATURE = {"key": KEY.key_id, "value": "A" * 86}
ENVELOPES: dict[str, object] = {
    "no signature": {"document": {}, "signatures": []},
    "same key twice": {"document": {}, "signatures": [SIGNATURE, SIGNATURE]},
    "keys out of order": {
        "document": {},
        "signatures": [SIGNATURE | {"key": "f" * 16}, SIGNATURE | {"key": "0" * 16}],
    },
    "too many": {"document": {}, "signatures": [SIGNATURE | {"key": f"{n:016x}"} for n in range(5)]},
    "document is text": {"document": "{}", "signatures": [SIGNATURE]},
    "no document": {"signatures": [SIGNATURE]},
    "unknown field": {"document": {}, "signatures": [SIGNATURE], "more": 1},
    "unknown field of a signature": {"document": {}, "signatures": [SIGNATURE | {"alg": "none"}]},
    "short signature": {"document": {}, "signatures": [SIGNATURE | {"value": "AAAA"}]},
    "list": [],
}


@pytest.mark.parametrize("name", ENVELOPES)
def test_no_other_envelope(name: str) -> None:
    with pytest.raises(DataRefused):
        Signed.decode(canonical.encode(ENVELOPES[name]))


@given(st.data())
def test_any_changed_byte_of_an_envelope_is_refused(draw: st.DataObject) -> None:
    data = bytearray(Signed.make(DELIVERY, DOCUMENT, [KEY]).encode())
    data[draw.draw(st.integers(0, len(data) - 1))] ^= draw.draw(st.integers(1, 255))
    with pytest.raises((DataRefused, NotProven)):
        Signed.decode(bytes(data)).check(DELIVERY, [KEY.verify_key])


def test_signed_is_frozen() -> None:
    signed = Signed.make(DELIVERY, DOCUMENT, [KEY])
    with pytest.raises(dataclasses.FrozenInstanceError):
        signed.document = b""  # type: ignore[misc]
