"""The root ceremony: keys that never meet, a threshold that holds, and everybody follows."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from tests.exchange_kit import ExchangeKit
from tests.partner_kit import exchange_of
from tests.registry.conftest import GOOD, Hospital, work

from vernix.custody.proving import MAX_METADATA
from vernix.custody.signatures import SigningKey
from vernix.errors import DataRefused, NotProven, UsageError
from vernix.registry import founding, rooting
from vernix.registry.keyring import save_root_key
from vernix.registry.unlocked import Registry


class Holder:
    """Somebody who keeps a root key on a stick, under a passphrase of their own."""

    def __init__(self, folder: Path, name: str, key: SigningKey | None = None) -> None:
        self.stick, self.passphrase = folder / f"{name}.age", folder / f"{name}.passphrase"
        if key is not None:
            self.passphrase.write_bytes(name.encode())
            save_root_key(self.stick, key, name.encode(), work_factor=8)

    def make(self, capsys: pytest.CaptureFixture[str]) -> str:
        """``root key``; the public half as it was printed."""
        capsys.readouterr()
        rooting.root_key(self.stick, passphrase_file=self.passphrase)
        return capsys.readouterr().out.strip()

    def sign(self, draft: Path) -> None:
        """``root sign``."""
        rooting.root_sign(draft, key=self.stick, passphrase_file=self.passphrase)


@pytest.fixture(autouse=True)
def in_this_process(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooting, "unlock", lambda *_: registry)
    monkeypatch.setattr(rooting, "find_folder", lambda _data: registry.folder)


@pytest.fixture
def old(kit: ExchangeKit, tmp_path: Path) -> list[Holder]:
    """The holders of the present root's three keys."""
    return [Holder(tmp_path, f"old-{number}", key) for number, key in enumerate(kit.root_keys)]


@pytest.fixture
def new(tmp_path: Path) -> list[Holder]:
    return [Holder(tmp_path, f"new-{number}") for number in range(3)]


@pytest.fixture
def draft(new: list[Holder], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    path = tmp_path / "root.json"
    rooting.root_draft(path, key=[holder.make(capsys) for holder in new], threshold=2)
    return path


def test_a_new_root_that_all_follow(
    registry: Registry, kit: ExchangeKit, old: list[Holder], new: list[Holder], draft: Path, tmp_path: Path
) -> None:
    """One old key was lost, one new holder is ill; the copies are signed in different places."""
    copy = tmp_path / "copy.json"
    shutil.copy(draft, copy)
    for holder in (old[1], new[0]):
        holder.sign(draft)
    for holder in (old[2], new[2]):
        holder.sign(copy)
    with kit.running() as gateway:
        hospital = Hospital(kit, tmp_path)
        assert rooting.root_publish(draft, copy) == 0
        assert gateway.request("GET", "/directory/2.root.json").status == 200
        assert work(registry) == 0
        delivery = hospital.send(GOOD)
        assert work(registry) == 0
        assert hospital.answer(delivery).receipt.result == "accepted"
        newcomer = exchange_of(kit, "lakeside", tmp_path / "newcomer")
        assert newcomer.refresh_directory() == registry.publishing.current()
        assert newcomer.directory_file("2.root.json", MAX_METADATA) is not None


SIGNERS = {
    "nobody": ((), ()),
    "one of the old": ((0,), (0, 1, 2)),
    "one of the new": ((0, 1, 2), (0,)),
    "the new alone": ((), (0, 1, 2)),
    "the old alone": ((0, 1, 2), ()),
    "one of the old, twice": ((0, 0), (0, 1)),
}


@pytest.mark.parametrize("case", SIGNERS)
def test_too_few_publish_nothing(
    case: str, registry: Registry, old: list[Holder], new: list[Holder], draft: Path
) -> None:
    by_old, by_new = SIGNERS[case]
    for holder in (*(old[number] for number in by_old), *(new[number] for number in by_new)):
        holder.sign(draft)
    before = {path.name: path.read_bytes() for path in registry.folder.public.iterdir()}
    with pytest.raises(NotProven, match="keys have signed the root; 2 must"):
        rooting.root_publish(draft)
    assert {path.name: path.read_bytes() for path in registry.folder.public.iterdir()} == before


def test_strangers_signatures_do_not_count(
    registry: Registry, old: list[Holder], new: list[Holder], draft: Path, tmp_path: Path
) -> None:
    strangers = [Holder(tmp_path, f"x-{number}", SigningKey.generate()) for number in range(3)]
    for holder in (old[0], *strangers, *new):
        holder.sign(draft)
    with pytest.raises(NotProven, match="1 of the present root's keys"):
        rooting.root_publish(draft)


def test_a_draft_that_was_changed_after_signing_is_refused(
    registry: Registry, old: list[Holder], new: list[Holder], draft: Path
) -> None:
    for holder in (*old, *new):
        holder.sign(draft)
    document = json.loads(draft.read_bytes())
    document["signed"]["roles"]["root"]["threshold"] = 1
    draft.write_text(json.dumps(document))
    with pytest.raises(NotProven, match="0 of its own keys"):
        rooting.root_publish(draft)


def test_a_root_of_another_registry_or_turn_is_refused(
    registry: Registry, kit: ExchangeKit, old: list[Holder], new: list[Holder], draft: Path, tmp_path: Path
) -> None:
    for holder in (*old, *new):
        holder.sign(draft)
    foreign = ExchangeKit(tmp_path / "foreign").publisher.root
    (tmp_path / "foreign.json").write_bytes(foreign)
    with pytest.raises(NotProven, match="another version"):
        rooting.root_publish(tmp_path / "foreign.json")
    with pytest.raises(UsageError, match="not copies of one root"):
        rooting.root_publish(draft, tmp_path / "foreign.json")
    rooting.root_publish(draft)
    with pytest.raises(NotProven, match="another version"):
        rooting.root_publish(draft)


@pytest.mark.parametrize(("count", "threshold"), [(3, 1), (1, 2), (2, 3), (1, 1)])
def test_a_threshold_that_protects_nothing_is_refused(
    count: int, threshold: int, tmp_path: Path, registry: Registry
) -> None:
    keys = [SigningKey.generate().verify_key.to_text() for _ in range(count)]
    with pytest.raises(UsageError, match="does not fit"):
        rooting.root_draft(tmp_path / "root.json", key=keys, threshold=threshold)
    with pytest.raises(UsageError, match="different keys"):
        rooting.root_draft(tmp_path / "root.json", key=[keys[0], keys[0]], threshold=2)
    assert not (tmp_path / "root.json").exists()


def test_what_is_there_is_not_written_over(new: list[Holder], draft: Path) -> None:
    with pytest.raises(UsageError, match="already"):
        rooting.root_key(new[0].stick, passphrase_file=new[0].passphrase)
    with pytest.raises(UsageError, match="already"):
        rooting.root_draft(draft, key=[])


def test_the_wrong_passphrase_and_what_is_no_root(new: list[Holder], draft: Path, tmp_path: Path) -> None:
    with pytest.raises(DataRefused, match="does not open"):
        rooting.root_sign(draft, key=new[0].stick, passphrase_file=new[1].passphrase)
    for content in (b"", b"{}", b"\xff", draft.read_bytes().replace(b'"root"', b'"snapshot"')):
        (tmp_path / "noise.json").write_bytes(content)
        with pytest.raises(DataRefused, match="not a root"):
            new[0].sign(tmp_path / "noise.json")


def test_a_registry_is_founded_on_a_root_that_was_signed_apart(
    registry: Registry,
    new: list[Holder],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """No two root keys were ever on one machine, nor any on the registry's."""
    from vernix.registry.settings import RegistryFolder

    folder = RegistryFolder(tmp_path / "founded")
    monkeypatch.setattr(rooting, "find_folder", lambda _data: folder)
    monkeypatch.setattr(founding, "open_workflow", lambda _folder: None)
    draft, passphrase = tmp_path / "root-1.json", tmp_path / "founded.passphrase"
    keys = [holder.make(capsys) for holder in new]
    rooting.root_draft(draft, key=keys, threshold=2, passphrase_file=passphrase)
    new[0].sign(draft)
    with pytest.raises(NotProven, match="1 of its own keys"):
        founding.init(data=folder.root, passphrase_file=passphrase, root=draft)
    assert not folder.profile_file.exists()
    new[1].sign(draft)
    founding.init(data=folder.root, passphrase_file=passphrase, root=draft)
    assert not folder.root_keys.exists()
    assert (folder.public / "1.root.json").read_bytes() == draft.read_bytes()
