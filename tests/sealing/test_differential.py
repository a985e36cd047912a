"""Other programs open what we seal, and we theirs: Debian's age, PyPI's pyrage, npm's age-encryption."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable
from pathlib import Path

import pyrage
import pytest

from vernix.sealing.identities import (
    HybridIdentity,
    KeyIdentity,
    PassphraseIdentity,
    X25519Identity,
    load_identities,
    parse_identities,
    save_identities,
)
from vernix.sealing.opening import open_bytes, open_file
from vernix.sealing.recipients import PassphraseRecipient
from vernix.sealing.rewrapping import rewrap
from vernix.sealing.sealer import seal_bytes, seal_file
from vernix.sealing.stream import CHUNK

SIZES = [0, 1, 1000, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 5 * CHUNK + 123]
LIMIT = 1 << 30


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("armor", [False, True])
def test_debian_age(
    size: int,
    armor: bool,
    content: Callable[[int], bytes],
    need_program: Callable[[str], str],
    tmp_path: Path,
) -> None:
    age = need_program("age")
    identity = X25519Identity.generate()
    key, plain, ours, theirs, opened = (
        tmp_path / name for name in ("key", "plain", "ours", "theirs", "opened")
    )
    save_identities(key, [identity], None)
    plain.write_bytes(content(size))
    seal_file(plain, ours, [identity.recipient], armor=armor)
    done = subprocess.run([age, "-d", "-i", key, ours], capture_output=True, check=True)
    assert done.stdout == content(size)
    form = ["-a"] if armor else []
    subprocess.run([age, *form, "-r", str(identity.recipient), "-o", theirs, plain], check=True)
    open_file(theirs, opened, [identity])
    assert opened.read_bytes() == content(size)


def test_the_keys_of_debian_age(need_program: Callable[[str], str], tmp_path: Path) -> None:
    keygen = need_program("age-keygen")
    subprocess.run([keygen, "-o", tmp_path / "theirs"], check=True, capture_output=True)
    identity = load_identities(tmp_path / "theirs")[0]
    assert f"# public key: {identity.recipient}" in (tmp_path / "theirs").read_text()
    save_identities(tmp_path / "ours", [X25519Identity.parse(str(identity))], None)
    done = subprocess.run([keygen, "-y", tmp_path / "ours"], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(identity.recipient)


@pytest.mark.parametrize("size", SIZES)
def test_pyrage(size: int, content: Callable[[int], bytes]) -> None:
    theirs = pyrage.x25519.Identity.generate()
    identity = parse_identities(str(theirs))[0]
    assert str(identity.recipient) == str(theirs.to_public())
    assert pyrage.decrypt(seal_bytes(content(size), [identity.recipient]), [theirs]) == content(size)
    assert open_bytes(pyrage.encrypt(content(size), [theirs.to_public()]), [identity], LIMIT) == content(size)


def test_pyrage_with_a_passphrase() -> None:
    ours = seal_bytes(b"content", [PassphraseRecipient(b"several words", 10)])
    assert pyrage.passphrase.decrypt(ours, "several words") == b"content"
    theirs = pyrage.passphrase.encrypt(b"content", "several words")
    # Theirs costs what this machine does in a second, which may be more than we would take from a stranger.
    assert open_bytes(theirs, [PassphraseIdentity(b"several words", max_work_factor=24)], LIMIT) == b"content"


def test_pyrage_opens_a_rewrapped_file(content: Callable[[int], bytes]) -> None:
    first, heir = X25519Identity.generate(), pyrage.x25519.Identity.generate()
    source = io.BytesIO(seal_bytes(content(CHUNK + 5), [first.recipient]))
    header = rewrap(source, [first], [parse_identities(str(heir))[0].recipient])
    assert pyrage.decrypt(header + source.read(), [heir]) == content(CHUNK + 5)


@pytest.mark.parametrize("kind", [HybridIdentity, X25519Identity])
@pytest.mark.parametrize("size", [0, 1, CHUNK, 2 * CHUNK + 1])
@pytest.mark.parametrize("form", ["binary", "armor"])
def test_npm_age(
    kind: type[KeyIdentity],
    size: int,
    form: str,
    content: Callable[[int], bytes],
    node_age: Callable[..., str],
    tmp_path: Path,
) -> None:
    identity = kind.generate()
    plain, ours, theirs, opened = (tmp_path / name for name in ("plain", "ours", "theirs", "opened"))
    plain.write_bytes(content(size))
    seal_file(plain, ours, [identity.recipient], armor=form == "armor")
    node_age("open", str(identity), ours, opened)
    assert opened.read_bytes() == content(size)
    node_age("seal", str(identity.recipient), plain, theirs, form)
    open_file(theirs, opened, [identity])
    assert opened.read_bytes() == content(size)


@pytest.mark.parametrize("kind", ["hybrid", "x25519"])
def test_the_keys_of_npm_age(kind: str, node_age: Callable[..., str]) -> None:
    secret, recipient = node_age("keygen", kind).split()
    identity = parse_identities(secret)[0]
    assert str(identity) == secret
    assert str(identity.recipient) == recipient
