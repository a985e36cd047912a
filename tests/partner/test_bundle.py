"""A bundle: sealed to a partner, signed inside the seal, as good as a delivery whatever carries it."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from tests.exchange_kit import ExchangeKit, Member
from tests.partner_kit import settle

from vernix.courier.dispatch import Dispatch, OutgoingFile
from vernix.custody import bundle
from vernix.custody.directory import Key, Right
from vernix.custody.identifiers import new_id, utc_now
from vernix.custody.manifest import BundleManifest, File, Manifest
from vernix.custody.signatures import Signed, SigningKey
from vernix.partner import bundling
from vernix.partner.dispatching import Wish
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


def manifest_of(files: list[tuple[str, bytes]], sender: str = "riverside", **changes: Any) -> BundleManifest:
    """A manifest as a bundle carries it."""
    described = tuple(
        File(number, name, "text/csv", len(data), sha256(data).hexdigest(), "file")
        for number, (name, data) in enumerate(files, 1)
    )
    return replace(
        BundleManifest(new_id(), sender, ("registry",), "submission", described, "", utc_now()), **changes
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
    manifest = BundleManifest.parse(bundle.read_beginning(io.BytesIO(content)).document)
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
    assert "Nobody vouches for its sender" in capsys.readouterr().err


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


@pytest.mark.parametrize(
    ("lie", "code"),
    [
        ("signed by a stranger", 3),
        ("signed by another partner", 3),
        ("signature flipped", 3),
        ("signature of a delivery's manifest", 1),
        ("made in the future", 3),
        ("content changed", 3),
        ("content from another bundle", 3),
        ("content cut short", 3),
        ("content longer", 3),
        ("files in another order", 3),
        ("manifest changed", 1),
    ],
)
def test_every_lie_is_refused_and_nothing_is_kept(
    lie: str, code: int, vernix: Callable[..., int], kit: ExchangeKit, registry: Partner, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """What a co-recipient can do, who knows the file key: age itself would notice none of it."""
    manifest = manifest_of([("a.csv", b"Tremblay-Canary"), ("b.csv", b"Tremblay-Secret")])
    content, key = b"Tremblay-CanaryTremblay-Secret", kit.members["riverside"].key
    signed = manifest.sign(key)
    if lie == "signed by a stranger":
        signed = manifest.sign(Member.make("stranger").key)
    elif lie == "signed by another partner":
        signed = manifest.sign(kit.members["lakeside"].key)
    elif lie == "signature flipped":
        ((key_id, value),) = signed.signatures
        signed = replace(signed, signatures=((key_id, bytes([value[0] ^ 1]) + value[1:]),))
    elif lie == "signature of a delivery's manifest":
        values = {field.name: getattr(manifest, field.name) for field in fields(Manifest)}
        signed = Manifest(**values).sign(key)
    elif lie == "made in the future":
        signed = replace(manifest, created=utc_now() + timedelta(hours=1)).sign(key)
    else:
        content = {
            "content changed": content.replace(b"C", b"c"),
            "content from another bundle": b"Gagnon--CanaryyGagnon--Secrett",
            "content cut short": content[:-1],
            "content longer": content + b"!",
            "files in another order": b"Tremblay-SecretTremblay-Canary",
            "manifest changed": content,
        }[lie]
    start = bundle.beginning(signed)
    if lie == "manifest changed":
        start = start.replace(b'"submission"', b'"sabotage!!"')
    sealed = seal_bytes(start + content, [kit.members["registry"].identity.recipient])
    (tmp_path / "b.age").write_bytes(sealed)
    before = sorted(tmp_path.iterdir())
    capsys.readouterr()
    for output in ("o", "-"):
        words = ["open", "--data", registry.folder.path, "-o", tmp_path / output if output == "o" else "-"]
        # Several files cannot go into a pipe (2): these are refused before or after that is seen.
        assert vernix(*words, tmp_path / "b.age") in ((code,) if output == "o" else (code, 2))
        assert sorted(tmp_path.iterdir()) == before
        said = capsys.readouterr()
        assert said.out == ""
        assert "Canary" not in said.err


@pytest.mark.parametrize("output", ["o", "-"])
@pytest.mark.parametrize("with_data", [True, False])
def test_spliced_content_is_refused_with_and_without_a_directory(
    output: str, with_data: bool, vernix: Callable[..., int], kit: ExchangeKit, registry: Partner,
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "empty"))
    monkeypatch.delenv("VERNIX_DATA", raising=False)
    wrong = bytearray(CONTENT)
    wrong[-2] ^= 1
    start = bundle.beginning(manifest_of([("a", CONTENT)]).sign(kit.members["riverside"].key))
    sealed = seal_bytes(start + wrong, [kit.members["registry"].identity.recipient])
    (tmp_path / "b.age").write_bytes(sealed)
    before = sorted(tmp_path.iterdir())
    words = ["open", "-i", registry.folder.identity_file, "-o", tmp_path / "o" if output == "o" else "-"]
    words += ["--data", registry.folder.path] if with_data else []
    assert vernix(*words, tmp_path / "b.age") == 3
    assert capsysbinary.readouterr().out == b""
    assert sorted(tmp_path.iterdir()) == before


def test_a_bundle_sealed_again_for_somebody_else_is_refused(
    vernix: Callable[..., int], kit: ExchangeKit, riverside: Partner, registry: Partner, plain: Path,
    tmp_path: Path, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """The registry opens riverside's bundle and seals it to lakeside, as if riverside had sent it there."""
    lakeside = settle(kit, "lakeside", tmp_path / "lakeside")
    files = kit.publisher.files()
    lakeside.mirror().refresh(lambda name, _limit: files.get(name))
    sealed, again = tmp_path / "notes.bin.age", tmp_path / "again.age"
    assert vernix("seal", "--to", "registry", "--data", riverside.folder.path, plain) == 0
    content = open_bytes(sealed.read_bytes(), registry.identities(), LIMIT)
    again.write_bytes(seal_bytes(content, [kit.members["lakeside"].identity.recipient]))
    assert vernix("open", "--data", lakeside.folder.path, "-o", tmp_path / "o", again) == 3
    # Whose identity it is decides, not in whose folder the directory lies.
    lakesides = ["-i", lakeside.folder.identity_file]
    assert vernix("open", *lakesides, "--data", registry.folder.path, "-o", tmp_path / "o", again) == 3
    assert "made for somebody else" in capsys.readouterr().err
    assert not (tmp_path / "o").exists()
    registrys = ["-i", registry.folder.identity_file]
    assert vernix("open", *registrys, "--data", lakeside.folder.path, "-o", tmp_path / "o", sealed) == 0
    assert (tmp_path / "o").read_bytes() == CONTENT


@pytest.mark.parametrize("what", ["revoked", "suspended", "gone"])
def test_a_sender_who_lost_its_place_is_refused(
    what: str, vernix: Callable[..., int], kit: ExchangeKit, riverside: Partner, registry: Partner,
    plain: Path, tmp_path: Path,
) -> None:  # fmt: skip
    assert vernix("seal", "--to", "registry", "--data", riverside.folder.path, plain) == 0
    entry = kit.members["riverside"].entry(kit.since)
    if what == "revoked":
        keys = tuple(replace(key, revoked=utc_now()) if key.kind == "signing" else key for key in entry.keys)
        partners = kit.with_partner(replace(entry, keys=keys))
    elif what == "suspended":
        partners = kit.with_partner(replace(entry, status="suspended"))
    else:
        partners = tuple(partner for partner in kit.directory.partners if partner.id != "riverside")
    files = kit.publish(partners=partners)
    registry.mirror().refresh(lambda name, _limit: files.get(name))
    words = ["open", "--data", registry.folder.path, "-o", tmp_path / "o"]
    assert vernix(*words, tmp_path / "notes.bin.age") == 3
    assert not (tmp_path / "o").exists()


def test_an_identity_that_the_directory_no_longer_lists_is_its_own_partners(
    vernix: Callable[..., int], kit: ExchangeKit, riverside: Partner, registry: Partner, plain: Path,
    tmp_path: Path,
) -> None:  # fmt: skip
    assert vernix("seal", "--to", "registry", "--data", riverside.folder.path, plain) == 0
    files = kit.publish(partners=kit.with_partner(Member.make("registry").entry(kit.since)))
    registry.mirror().refresh(lambda name, _limit: files.get(name))
    words = ["open", "--data", registry.folder.path, "-o", tmp_path / "o", tmp_path / "notes.bin.age"]
    assert vernix(*words) == 0
    assert (tmp_path / "o").read_bytes() == CONTENT


def test_into_a_pipe_only_the_file_goes(
    vernix: Callable[..., int], riverside: Partner, registry: Partner, plain: Path,
    capsysbinary: pytest.CaptureFixture[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    assert vernix("seal", "--to", "registry", "--data", riverside.folder.path, plain) == 0
    monkeypatch.setenv("VERNIX_DATA", str(registry.folder.path))
    capsysbinary.readouterr()
    assert vernix("open", "-o", "-", tmp_path / "notes.bin.age") == 0
    said = capsysbinary.readouterr()
    assert said.out == CONTENT
    assert b"Signed by riverside" in said.err
    # A data folder that has not joined has no directory; that is said, and is no reason to fail.
    monkeypatch.setenv("VERNIX_DATA", str(tmp_path / "nowhere"))
    words = ["open", "-i", registry.folder.identity_file, "-o", tmp_path / "o", tmp_path / "notes.bin.age"]
    assert vernix(*words) == 0
    assert b"Nobody vouches" in capsysbinary.readouterr().err
    assert vernix(*words[:1], *words[3:]) == 2


def test_a_mapping_goes_with_the_data_and_stays_inside(
    vernix: Callable[..., int], riverside: Partner, registry: Partner, tmp_path: Path,
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    data = tmp_path / "births.csv"
    data.write_text("Geschlecht,Gewicht,Geburtstag\nw,3400,2024-02-29\n")
    mapping = tmp_path / "mapping.toml"
    mapping.write_bytes(b"# explains it\n")

    def with_mapping(_partner: Partner, wish: Wish) -> Dispatch:
        files = (
            OutgoingFile(data, "births.csv", "text/csv", "data", "birth"),
            OutgoingFile(mapping, "mapping.toml", "application/toml", "mapping"),
        )
        return Dispatch(wish.to, "submission", files)

    monkeypatch.setattr(bundling, "dispatch_for", with_mapping)
    assert vernix("seal", "--to", "registry", "--data", riverside.folder.path, data) == 0
    sealed, opened = tmp_path / "births.csv.age", tmp_path / "o"
    assert vernix("open", "--data", registry.folder.path, "-o", opened, sealed) == 0
    assert opened.read_bytes() == data.read_bytes()
    assert "mapping that came with it stays" in capsys.readouterr().err
    content = open_bytes(sealed.read_bytes(), registry.identities(), LIMIT)
    assert content.endswith(data.read_bytes() + mapping.read_bytes())
    # The mapping is proven like the file, though it is not written.
    changed = seal_bytes(content[:-3] + b"!!\n", [registry.identities()[0].recipient])  # type: ignore[attr-defined]
    sealed.write_bytes(changed)
    assert vernix("open", "--data", registry.folder.path, "-o", tmp_path / "p", sealed) == 3
    assert not (tmp_path / "p").exists()


def test_a_file_that_changes_while_it_is_sealed_is_refused(
    vernix: Callable[..., int], riverside: Partner, plain: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Between the pass that is signed and the pass that is sealed."""
    beginning = bundle.beginning

    def meanwhile(manifest: Signed) -> bytes:
        plain.write_bytes(CONTENT[::-1])
        return beginning(manifest)

    monkeypatch.setattr(bundle, "beginning", meanwhile)
    assert vernix("seal", "--to", "registry", "--data", riverside.folder.path, plain) == 1
    assert not list(tmp_path.glob("*.age"))


def test_another_age_tool_opens_a_bundle_to_its_bytes(
    vernix: Callable[..., int], kit: ExchangeKit, riverside: Partner, plain: Path, tmp_path: Path
) -> None:
    pyrage = pytest.importorskip("pyrage")
    theirs = pyrage.x25519.Identity.generate()
    entry = kit.members["lakeside"].entry(kit.since)
    keys = [key for key in entry.keys if key.kind == "signing"]
    keys.append(Key.make(str(theirs.to_public()), kit.since))
    lakeside = replace(entry, keys=tuple(sorted(keys, key=lambda key: key.id)))
    rights = (*kit.directory.rights, Right("riverside", "lakeside", ("message",)))
    files = kit.publish(partners=kit.with_partner(lakeside), rights=rights)
    riverside.mirror().refresh(lambda name, _limit: files.get(name))
    assert vernix("seal", "--to", "lakeside", "--data", riverside.folder.path, plain) == 0
    content = pyrage.decrypt((tmp_path / "notes.bin.age").read_bytes(), [theirs])
    signed = bundle.read_beginning(io.BytesIO(content))
    assert content == bundle.beginning(signed) + CONTENT
    manifest = BundleManifest.open_signed(signed, kit.directory, "lakeside", utc_now())
    assert (manifest.purpose, manifest.files[0].digest) == ("message", sha256(CONTENT).hexdigest())


def test_a_partner_that_is_new_is_looked_for_on_line(
    vernix: Callable[..., int], riverside: Partner, plain: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert vernix("seal", "--to", "nobody", "--data", riverside.folder.path, plain) == 3
    said = capsys.readouterr().err
    assert "knows no partner nobody" in said
    assert "run vernix inbox once" in said


def test_what_cannot_be_sealed_to_a_partner(
    vernix: Callable[..., int], riverside: Partner, plain: Path, tmp_path: Path
) -> None:
    data = ["--data", riverside.folder.path]
    for words, code in (
        (["--to", "nobody", *data, plain], 3),
        (["--to", "lakeshore", *data, plain], 3),
        (["--to", "registry", "--data", tmp_path / "nowhere", plain], 2),
        (["--to", "registry", *data, tmp_path / "missing"], 2),
        (["--to", "registry", "-r", "age1x", *data, plain], 2),
        (["--to", "registry", *data, "-"], 2),
    ):
        assert vernix("seal", *words) == code, words
    assert not list(tmp_path.glob("*.age"))
