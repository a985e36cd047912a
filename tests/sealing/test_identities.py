"""Keys and the files that hold them: one spelling, no overwriting, a cap on work, no secret shown."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vernix.errors import DataRefused, UsageError
from vernix.sealing import bech32, raw64
from vernix.sealing.armor import armored
from vernix.sealing.header import Stanza, make_header, read_header
from vernix.sealing.identities import (
    MAX_WORK_FACTOR,
    HybridIdentity,
    KeyIdentity,
    PassphraseIdentity,
    X25519Identity,
    identity_text,
    load_identities,
    parse_identities,
    save_identities,
)
from vernix.sealing.recipients import (
    HybridRecipient,
    PassphraseRecipient,
    X25519Recipient,
    parse_recipient,
    parse_recipients,
)
from vernix.sealing.refusals import HeaderBroken, NotForUs
from vernix.sealing.sealer import seal_bytes
from vernix.sealing.unwrapping import find_file_key

FILE_KEY = bytes(range(16))
# From the format's specification (C2SP age.md).
HYBRID_SECRET = "AGE-SECRET-KEY-PQ-1XX76JRALNLXDMEW0CRK45QMCCH4X06SE84UN3VPM33W6HWDX0H3SK3ZQFR"
HYBRID_RECIPIENT_SHA256 = "a091dd7e0ee9d62b75173dcc98441a0424baa941e66a8776e570a4ae60ff61ea"
X25519_SECRET = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"
COUNTED = bytes(range(32))
X25519_RECIPIENT = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"
LOW_ORDER = (
    "00" * 32,
    "01" + "00" * 31,
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
)


def test_the_examples_of_the_specification() -> None:
    classic = X25519Identity.parse(X25519_SECRET)
    assert (str(classic), str(classic.recipient)) == (X25519_SECRET, X25519_RECIPIENT)
    hybrid = HybridIdentity.parse(HYBRID_SECRET)
    assert str(hybrid) == HYBRID_SECRET
    assert hashlib.sha256(str(hybrid.recipient).encode()).hexdigest() == HYBRID_RECIPIENT_SHA256
    assert parse_recipient(str(hybrid.recipient)) == hybrid.recipient


@given(st.binary(max_size=100), st.sampled_from(["age", "AGE-SECRET-KEY-", "x1y"]))
def test_bech32_there_and_back(data: bytes, prefix: str) -> None:
    assert bech32.decode(bech32.encode(prefix, data)) == (prefix, data)


@given(st.binary(max_size=100))
def test_raw64_has_one_spelling(data: bytes) -> None:
    text = raw64.encode(data)
    assert raw64.decode(text) == data
    for other in (text + "=", text + "\n", " " + text, text.replace("/", "_") + "-"):
        with pytest.raises(ValueError, match="base64"):
            raw64.decode(other)


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "age1",
        X25519_RECIPIENT.upper(),
        X25519_RECIPIENT[:-1],
        X25519_RECIPIENT[:-1] + "q",
        X25519_RECIPIENT + "q",
        X25519_RECIPIENT[:20] + X25519_RECIPIENT[20:].upper(),
        bech32.encode("age", bytes(31)),
        bech32.encode("age", bytes(33)),
        bech32.encode("age1pq", bytes(1215)),
        bech32.encode("age1pq", b"\xff" * 1216),
        bech32.encode("age1tag", bytes(33)),
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsKLqeplhpW+uObz5dvMgjz1OxfM/XXUB+VHtZ6isGN",
        X25519_SECRET,
    ],
)
def test_what_is_no_recipient(wrong: str) -> None:
    with pytest.raises(DataRefused) as refused:
        parse_recipient(wrong)
    assert refused.value.hint
    assert X25519_SECRET[20:] not in str(refused.value)


def test_a_recipient_that_protects_nothing_is_refused_at_sealing() -> None:
    for point in LOW_ORDER:
        with pytest.raises(DataRefused, match="protects nothing"):
            seal_bytes(b"", [X25519Recipient(bytes.fromhex(point))])
        broken = HybridRecipient(HybridIdentity.generate().recipient.public[:1184] + bytes.fromhex(point))
        with pytest.raises(DataRefused):
            seal_bytes(b"", [broken])


def test_a_recipients_file() -> None:
    hybrid = HybridIdentity.generate().recipient
    assert parse_recipients(f"# ours\r\n\n{hybrid}\r\n  {X25519_RECIPIENT}\n") == [
        hybrid,
        parse_recipient(X25519_RECIPIENT),
    ]
    with pytest.raises(DataRefused, match="Line 2"):
        parse_recipients(f"{hybrid}\nMarie Tremblay\n")
    with pytest.raises(DataRefused, match="no recipient"):
        parse_recipients("# nothing\n")


@pytest.mark.parametrize(
    "wrong",
    [
        X25519_SECRET.lower(),
        X25519_SECRET[:-1],
        X25519_SECRET[:-1] + "Q",
        X25519_SECRET[:30] + X25519_SECRET[30:].lower(),
        HYBRID_SECRET.lower(),
        "AGE-SECRET-KEY-" + bech32.encode("AGE-SECRET-KEY-", COUNTED)[15:].replace("K", "\N{KELVIN SIGN}"),
        bech32.encode("AGE-SECRET-KEY-", bytes(31)),
        bech32.encode("AGE-SECRET-KEY-PQ-", bytes(33)),
        bech32.encode("AGE-PLUGIN-X-", bytes(32)),
        X25519_RECIPIENT,
        "-----BEGIN OPENSSH PRIVATE KEY-----",
    ],
)
def test_what_is_no_identity(wrong: str) -> None:
    with pytest.raises(DataRefused) as refused:
        parse_identities(f"# comment\n\n{wrong}\n")
    assert "Line 3" in str(refused.value)
    assert wrong[20:40] not in str(refused.value)


def test_an_identity_never_shows_itself() -> None:
    for identity in (HybridIdentity.parse(HYBRID_SECRET), X25519Identity.parse(X25519_SECRET)):
        assert "SECRET" not in repr(identity)
        assert str(identity)[20:] not in repr([identity])


def wrapped(recipient: HybridRecipient | X25519Recipient | PassphraseRecipient) -> Stanza:
    """The one stanza that wraps FILE_KEY."""
    return recipient.wrap(FILE_KEY)[0]


def refused_as_broken(stanzas: Sequence[Stanza], identity: object) -> None:
    """The header of ``stanzas`` is refused as malformed (not merely as somebody else's)."""
    with pytest.raises(HeaderBroken):
        find_file_key(make_header(stanzas, FILE_KEY), [identity])  # type: ignore[list-item]


@pytest.mark.parametrize("kind", [HybridIdentity, X25519Identity])
def test_malformed_stanzas_of_our_kind_are_refused(kind: type[HybridIdentity] | type[X25519Identity]) -> None:
    identity = kind.generate()
    good = wrapped(identity.recipient)
    share = raw64.decode(good.arguments[0])
    assert find_file_key(make_header([good], FILE_KEY), [identity]) == FILE_KEY
    for arguments in (
        (),
        (*good.arguments, "more"),
        ("!" + good.arguments[0][1:],),
        (good.arguments[0] + "=",),
    ):
        refused_as_broken([Stanza(good.type, arguments, good.body)], identity)
    for wrong in (
        share[:-1],
        share + b"\0",
        b"x",
        *(share[:-32] + bytes.fromhex(point) for point in LOW_ORDER),
    ):
        refused_as_broken([Stanza(good.type, (raw64.encode(wrong),), good.body)], identity)
    for body in (good.body + b"\0", good.body[:-1], b"", good.body + bytes(16)):
        refused_as_broken([Stanza(good.type, good.arguments, body)], identity)


@pytest.mark.parametrize("kind", [HybridIdentity, X25519Identity])
def test_other_stanzas_are_passed_over(kind: type[HybridIdentity] | type[X25519Identity]) -> None:
    identity = kind.generate()
    good = wrapped(identity.recipient)
    others = [
        Stanza("grease", ("anything", "!"), b"x" * 100),
        Stanza(good.type.swapcase(), good.arguments, good.body),
        wrapped(kind.generate().recipient),
        Stanza(good.type, good.arguments, bytes(32)),
    ]
    assert find_file_key(make_header([*others, good], FILE_KEY), [identity]) == FILE_KEY
    with pytest.raises(NotForUs):
        find_file_key(make_header(others, FILE_KEY), [identity])


def test_a_mixed_file_of_another_tool_opens() -> None:
    hybrid, classic = HybridIdentity.generate(), X25519Identity.generate()
    header = make_header([wrapped(hybrid.recipient), wrapped(classic.recipient)], FILE_KEY)
    assert find_file_key(header, [hybrid]) == find_file_key(header, [classic]) == FILE_KEY


def test_passphrase_stanzas() -> None:
    identity = PassphraseIdentity(b"correct horse")
    good = wrapped(PassphraseRecipient(b"correct horse", 4))
    assert find_file_key(make_header([good], FILE_KEY), [X25519Identity.generate(), identity]) == FILE_KEY
    with pytest.raises(NotForUs):
        find_file_key(make_header([good], FILE_KEY), [PassphraseIdentity(b"wrong horse")])
    salt = good.arguments[0]
    for factor in ("", "0", "04", "+4", "-4", "4 ", "0x4", "4.0", "٤", "aaaa", "21", "64", "9" * 1000):
        if factor.isascii() and " " not in factor and factor:
            refused_as_broken([Stanza("scrypt", (salt, factor), good.body)], identity)
    for arguments in ((), (salt,), (salt, "4", "x"), (salt[:-1], "4"), (raw64.encode(bytes(15)), "4")):
        refused_as_broken([Stanza("scrypt", arguments, good.body)], identity)
    refused_as_broken([Stanza("scrypt", (salt, "4"), good.body + bytes(16))], identity)
    # Alone, or not at all: with any identity, in any order.
    for more in (good, Stanza("grease", (), b""), wrapped(X25519Identity.generate().recipient)):
        for identity_ in (identity, X25519Identity.generate()):
            refused_as_broken([good, more], identity_)
            refused_as_broken([more, good], identity_)


def test_the_cap_on_work_holds_before_any_work() -> None:
    good = wrapped(PassphraseRecipient(b"p", 2))
    for factor in (MAX_WORK_FACTOR + 1, 30, 63, 64, 10**9):
        header = make_header([Stanza("scrypt", (good.arguments[0], str(factor)), good.body)], FILE_KEY)
        with pytest.raises(HeaderBroken, match="work factor"):
            find_file_key(header, [PassphraseIdentity(b"p")])
    with pytest.raises(HeaderBroken, match="above 1"):
        find_file_key(make_header([good], FILE_KEY), [PassphraseIdentity(b"p", max_work_factor=1)])


def test_an_identity_file_there_and_back(tmp_path: Path) -> None:
    ours: list[KeyIdentity] = [HybridIdentity.generate(), X25519Identity.generate()]
    path = tmp_path / "key.txt"
    save_identities(path, ours, None)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [str(identity) for identity in load_identities(path)] == [str(identity) for identity in ours]
    assert f"# public key: {ours[1].recipient}\n" in path.read_text()
    before = path.read_bytes()
    with pytest.raises(UsageError, match="exists already"):
        save_identities(path, ours, None)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_protected_identity_file(tmp_path: Path) -> None:
    identity = HybridIdentity.generate()
    path = tmp_path / "key.age"
    save_identities(path, [identity], b"several good words")
    text = path.read_bytes()
    assert text.startswith(b"-----BEGIN AGE")
    assert str(identity.recipient).encode() not in text
    assert str(load_identities(path, lambda: b"several good words")[0]) == str(identity)
    with pytest.raises(DataRefused, match="passphrase does not open"):
        load_identities(path, lambda: b"others")
    with pytest.raises(UsageError, match="protected by a passphrase"):
        load_identities(path)
    with pytest.raises(UsageError, match="passphrase is empty"):
        save_identities(tmp_path / "other", [identity], b"")
    assert list(tmp_path.iterdir()) == [path]


def test_a_protected_file_whose_work_is_above_the_cap(tmp_path: Path) -> None:
    sealed = seal_bytes(identity_text([X25519Identity.generate()]).encode(), [PassphraseRecipient(b"p", 2)])
    header = read_header(io.BytesIO(sealed))
    stanza = header.stanzas[0]
    dear = make_header([Stanza("scrypt", (stanza.arguments[0], "29"), stanza.body)], FILE_KEY).encoded
    path = tmp_path / "key.age"
    for form in ([dear + sealed[len(header.encoded) :]], armored([dear + sealed[len(header.encoded) :]])):
        path.write_bytes(b"".join(form))
        with pytest.raises(DataRefused, match="work factor"):
            load_identities(path, lambda: b"p")


@pytest.mark.parametrize(
    ("what", "content"),
    [
        ("no identity", b""),
        ("no identity", b"# created: today\n\n"),
        ("not an identity file", b"\xff\xfe\x00"),
        ("Line 1", b"Tremblay,Marie\n"),
        ("Line 1", b"-----BEGIN OPENSSH PRIVATE KEY-----\nTremblay\n"),
        ("too large", b"#\n" * (1 << 20)),
    ],
)
def test_what_is_no_identity_file(what: str, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "key.txt"
    path.write_bytes(content)
    with pytest.raises(DataRefused, match=what) as refused:
        load_identities(path)
    assert "Tremblay" not in str(refused.value)


def test_no_identity_file_at_all(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="There is no file"):
        load_identities(tmp_path / "key.txt")
    with pytest.raises(UsageError, match="is a folder"):
        load_identities(tmp_path)


def test_a_symbolic_link_is_not_followed_when_writing(tmp_path: Path) -> None:
    (tmp_path / "victim").write_text("precious")
    (tmp_path / "key.txt").symlink_to("victim")
    with pytest.raises(UsageError):
        save_identities(tmp_path / "key.txt", [X25519Identity.generate()], None)
    assert (tmp_path / "victim").read_text() == "precious"
