"""New root keys: two old ones must sign, everybody follows, and nothing changes where it cannot be done."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.exchange_kit import ExchangeKit
from tests.partner_kit import exchange_of
from tests.registry.conftest import GOOD, PASSPHRASE, Hospital, work

from vernix.custody.proving import MAX_METADATA
from vernix.custody.signatures import SigningKey
from vernix.errors import DataRefused, UsageError
from vernix.registry import keyring, rooting
from vernix.registry.keyring import load_root_keys, save_root_keys
from vernix.registry.unlocked import Registry


@pytest.fixture(autouse=True)
def in_this_process(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooting, "unlock", lambda *_: registry)
    monkeypatch.setattr(keyring, "WORK_FACTOR", 8)


def replaced(registry: Registry, old: list[SigningKey], name: str) -> list[SigningKey]:
    """Replace the root with what is in a folder of these keys; the new keys."""
    root = registry.folder.root
    save_root_keys(root.with_name(f"{name}-old"), old, PASSPHRASE, work_factor=8)
    into = root.with_name(name)
    rooting.replace_root(
        root_keys=root.with_name(f"{name}-old"), into=into, passphrase_file=root.with_name("passphrase")
    )
    assert {path.stat().st_mode & 0o777 for path in into.iterdir()} == {0o600}
    return load_root_keys(into, PASSPHRASE)


def test_two_keys_make_a_new_root_that_all_follow(
    registry: Registry, kit: ExchangeKit, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One key was lost; later one of the new ones is lost as well, while the gateway is away."""
    with kit.running() as gateway:
        hospital = Hospital(kit, tmp_path)
        first = replaced(registry, kit.root_keys[1:], "first")
        assert len({key.public for key in (*first, *kit.root_keys)}) == 6
        assert gateway.request("GET", "/directory/2.root.json").status == 200, "the gateway was told"
        assert "will tell it" not in capsys.readouterr().err
        gateway.stop()
        replaced(registry, first[:2], "second")
        assert "vernix-registry run will tell it" in capsys.readouterr().err
        gateway.start()
        assert work(registry) == 0
        delivery = hospital.send(GOOD)
        assert work(registry) == 0
        assert hospital.answer(delivery).receipt.result == "accepted"
        newcomer = exchange_of(kit, "lakeside", tmp_path / "newcomer")
        assert newcomer.refresh_directory() == registry.publishing.current()
        assert newcomer.directory_file("3.root.json", MAX_METADATA) is not None
    with pytest.raises(UsageError, match="0 of the root's keys"):
        replaced(registry, kit.root_keys, "third")


@pytest.mark.parametrize("count", [0, 1])
def test_fewer_than_two_change_nothing(registry: Registry, kit: ExchangeKit, count: int) -> None:
    before = sorted(registry.folder.public.iterdir())
    strangers = [SigningKey.generate() for _ in range(3 - count)]
    with pytest.raises(UsageError, match=f"{count} of the root's keys are there; 2 must sign"):
        replaced(registry, [*kit.root_keys[:count], *strangers], "new")
    assert sorted(registry.folder.public.iterdir()) == before
    assert not registry.folder.root.with_name("new").exists()


def test_a_key_twice_is_one_key(registry: Registry, kit: ExchangeKit) -> None:
    with pytest.raises(UsageError, match="1 of the root's keys"):
        replaced(registry, [kit.root_keys[0]] * 3, "new")


def test_another_passphrase_changes_nothing(registry: Registry, kit: ExchangeKit, tmp_path: Path) -> None:
    save_root_keys(tmp_path / "old", kit.root_keys, b"another", work_factor=8)
    passphrase = registry.folder.root.with_name("passphrase")
    with pytest.raises(DataRefused, match="does not open"):
        rooting.replace_root(root_keys=tmp_path / "old", into=tmp_path / "new", passphrase_file=passphrase)
    assert not (tmp_path / "new").exists()


def test_keys_are_not_written_over(registry: Registry, kit: ExchangeKit, tmp_path: Path) -> None:
    passphrase = registry.folder.root.with_name("passphrase")
    with pytest.raises(UsageError, match="there already"):
        rooting.replace_root(root_keys=tmp_path, into=tmp_path, passphrase_file=passphrase)
