"""A bundle: sealed to a partner, signed inside the seal, as good as a delivery whatever carries it."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.exchange_kit import ExchangeKit, Member

from vernix.custody import bundle
from vernix.custody.identifiers import new_id, utc_now
from vernix.custody.manifest import File, Manifest
from vernix.custody.signatures import SigningKey
from vernix.errors import DataRefused
from vernix.partner.state import Partner
from vernix.sealing.opening import open_bytes
from vernix.sealing.sealer import seal_bytes

LIMIT = 1 << 26
CONTENT = b"record,surname\n1,Tremblay-Canary\n" * 50_000


@pytest.fixture(autouse=True)
def with_directory(kit: ExchangeKit, riverside: Partner, registry: Partner) -> None:
    """Both have fetched the directory, as joining does."""
    files = kit.publisher.files()
    for partner in (riverside, registry):
        partner.mirror().refresh(lambda name, _limit: files.get(name))


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """A file that nobody recognises as data."""
    path = tmp_path / "notes.bin"
    path.write_bytes(CONTENT)
    return path


def manifest_of(files: list[tuple[str, bytes]], sender: str = "riverside", **changes: Any) -> Manifest:
    """A manifest as a bundle carries it."""
    from hashlib import sha256

    described = tuple(
        File(number, name, "text/csv", len(data), sha256(data).hexdigest(), "file")
        for number, (name, data) in enumerate(files, 1)
    )
    return replace(
        Manifest(new_id(), sender, ("registry",), "submission", described, "", utc_now()), **changes
    )


def sealed_bundle(
    kit: ExchangeKit, manifest: Manifest, content: bytes, key: SigningKey | None = None
) -> bytes:
    """A bundle sealed to the registry, signed by its sender (or by ``key``)."""
    start = bundle.beginning(manifest.sign(key or kit.members["riverside"].key))
    return seal_bytes(start + content, [kit.members["registry"].identity.recipient])


def test_there_and_back(
    vernix: Callable[..., int], riverside: Partner, registry: Partner, plain: Path, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    sealed, opened = tmp_path / "notes.bin.age", tmp_path / "opened"
    assert vernix("seal", "--to", "registry", "--data", riverside.folder.path, plain) == 0
    assert b"Canary" not in sealed.read_bytes()
    content = open_bytes(sealed.read_bytes(), registry.identities(), LIMIT)
    manifest = Manifest.parse(bundle.read_beginning(io.BytesIO(content)).document)
    assert (manifest.sender, manifest.recipients, manifest.purpose) == (
        "riverside",
        ("registry",),
        "submission",
    )
    assert content.endswith(CONTENT)
    words = ["open", "-i", registry.folder.identity_file, "-o", opened, sealed]
    assert vernix(*words, "--data", registry.folder.path) == 0
    assert opened.read_bytes() == CONTENT
    assert "Signed by riverside" in capsys.readouterr().err


def test_without_a_directory_it_opens_and_says_that_nothing_is_proven(
    vernix: Callable[..., int], riverside: Partner, registry: Partner, plain: Path, tmp_path: Path,
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "empty"))
    monkeypatch.delenv("VERNIX_DATA", raising=False)
    assert (
        vernix("seal", "-a", "--to", "registry", "--data", riverside.folder.path, "-o", tmp_path / "b", plain)
        == 0
    )
    assert vernix("open", "-i", registry.folder.identity_file, "-o", tmp_path / "o", tmp_path / "b") == 0
    assert (tmp_path / "o").read_bytes() == CONTENT
    assert "no directory here to check" in capsys.readouterr().err


def test_several_files_come_out_in_a_new_folder(
    vernix: Callable[..., int], kit: ExchangeKit, registry: Partner, tmp_path: Path
) -> None:
    files = [("../../evil.csv", b"one"), ("evil.csv", b"two"), ("empty", b"")]
    (tmp_path / "b.age").write_bytes(sealed_bundle(kit, manifest_of(files), b"onetwo"))
    words = ["open", "-i", registry.folder.identity_file, "--data", registry.folder.path, tmp_path / "b.age"]
    assert vernix(*words) == 0
    out = tmp_path / "b"
    assert {path.name: path.read_bytes() for path in out.iterdir()} == {
        "evil.csv": b"one", "2-evil.csv": b"two", "empty": b"",
    }  # fmt: skip
    assert out.stat().st_mode & 0o777 == 0o700
    assert vernix(*words) == 2


@pytest.mark.parametrize("lie", ["signature", "sender", "reader", "digest", "short", "long", "purpose"])
def test_every_lie_is_refused_and_nothing_is_kept(
    lie: str, vernix: Callable[..., int], kit: ExchangeKit, registry: Partner, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    files = [("a.csv", b"Tremblay-Canary"), ("b.csv", b"two")]
    manifest, content, key = manifest_of(files), b"Tremblay-Canarytwo", None
    if lie == "signature":
        key = Member.make("stranger").key
    elif lie == "sender":
        manifest = replace(manifest, sender="registry")
    elif lie == "reader":
        manifest = replace(manifest, recipients=("riverside",))
    elif lie == "digest":
        content = b"Tremblay-Canary2wo"
    elif lie == "short":
        content = content[:-1]
    elif lie == "long":
        content += b"!"
    sealed = sealed_bundle(kit, manifest, content, key)
    if lie == "purpose":
        start = bundle.beginning(manifest.sign(kit.members["riverside"].key))
        recipients = [kit.members["registry"].identity.recipient]
        sealed = seal_bytes(start.replace(b'"submission"', b'"sabotage"') + content, recipients)
    (tmp_path / "b.age").write_bytes(sealed)
    before = sorted(tmp_path.iterdir())
    words = ["open", "-i", registry.folder.identity_file, "--data", registry.folder.path, tmp_path / "b.age"]
    assert vernix(*words) in (1, 3)
    assert sorted(tmp_path.iterdir()) == before
    assert "Canary" not in capsys.readouterr().err


def test_what_cannot_be_sealed_to_a_partner(
    vernix: Callable[..., int], riverside: Partner, plain: Path, tmp_path: Path
) -> None:
    data = ["--data", riverside.folder.path]
    for words, code in (
        (["--to", "nobody", *data, plain], 3),
        (["--to", "lakeshore", *data, plain], 3),
        (["--to", "registry", "--data", tmp_path / "nowhere", plain], 2),
        (["--to", "registry", *data, tmp_path / "missing"], 1),
        (["--to", "registry", "-r", "age1x", *data, plain], 2),
        (["--to", "registry", *data, "-"], 2),
    ):
        assert vernix("seal", *words) == code, words
    assert not list(tmp_path.glob("*.age"))


def test_the_beginning_has_one_spelling(kit: ExchangeKit) -> None:
    signed = manifest_of([("a", b"x")]).sign(kit.members["riverside"].key)
    good = bundle.beginning(signed)
    assert bundle.read_beginning(io.BytesIO(good + b"x")) == signed
    mark, length, rest = good.split(b"\n", 2)
    for wrong in (
        b"", mark, mark + b"\n", b"%s\n0%s\n%s" % (mark, length, rest), b"%s\n+%s\n%s" % (mark, length, rest),
        b"%s\n%s \n%s" % (mark, length, rest), b"%s\n99999999\n%s" % (mark, rest), good[:-1],
        b"%s\r\n%s\n%s" % (mark, length, rest), b"%s\n\n%s" % (mark, rest), good.replace(b"v1", b"v2", 1),
        b"%s\n%d\n%s" % (mark, int(length) - 1, rest),
    ):  # fmt: skip
        with pytest.raises(DataRefused):
            bundle.read_beginning(io.BytesIO(wrong))
