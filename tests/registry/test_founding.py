"""``init``: makes a registry once, finishes what a kill left, and harms nothing when it is run again."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.registry.conftest import Killed, everything_readable, open_tables

from vernix.custody.trust import DirectoryMirror
from vernix.errors import DataRefused, UsageError
from vernix.registry import founding
from vernix.registry.keyring import Keyring, load_root_key
from vernix.registry.options import Access
from vernix.registry.settings import RegistryFolder, read_passphrase
from vernix.registry.unlocked import unlock


@pytest.fixture(autouse=True)
def many_databases(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program opens one database; these tests found many registries in one process."""
    monkeypatch.setattr(founding, "open_workflow", open_tables)
    monkeypatch.setattr("vernix.registry.unlocked.open_workflow", open_tables)


@pytest.fixture
def init(tmp_path: Path) -> Callable[..., None]:
    """``vernix-registry init`` in a folder of this test."""

    def run(**options: Any) -> None:
        founding.init(data=tmp_path / "data", passphrase_file=tmp_path / "passphrase", **options)

    return run


def test_init_makes_everything(
    init: Callable[..., None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    init(name="Province", gateway="https://gate.example", json=True)
    document = json.loads(capsys.readouterr().out)
    registry = unlock(Access(tmp_path / "data", tmp_path / "passphrase"))
    assert registry.profile.gateway == "https://gate.example"
    assert document["root_fingerprint"] == registry.profile.root_fingerprint
    directory = DirectoryMirror(registry.folder.public, registry.profile.root_fingerprint).current()
    assert [(partner.id, partner.role) for partner in directory.partners] == [("registry", "registry")]
    assert registry.vault.table.table().version() == 0
    assert registry.book.table("birth").table().version() == 0
    assert (tmp_path / "passphrase").stat().st_mode & 0o777 == 0o600


def test_it_says_loudly_where_the_passphrase_is(
    init: Callable[..., None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    init()
    said = capsys.readouterr().err
    assert "ATTENTION" in said
    assert str(tmp_path / "passphrase") in said
    assert (tmp_path / "passphrase").read_text().strip() not in said


def test_a_second_init_changes_nothing(init: Callable[..., None], tmp_path: Path) -> None:
    init()
    before = dict(everything_readable(tmp_path / "data"))
    with pytest.raises(UsageError, match="nothing was changed"):
        init(name="Another")
    assert dict(everything_readable(tmp_path / "data")) == before


@pytest.mark.parametrize(
    "stopped",
    [
        "registry.founding.save_root_keys",
        "registry.founding.first_directory",
        "custody.publishing.DirectoryPublisher._write_timestamp",
        "registry.founding.Vault",
        "registry.founding.Book",
        "registry.founding.Profile",
    ],
)
def test_killed_half_way_it_finishes(
    init: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stopped: str
) -> None:
    def killed(*_: Any, **__: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(f"vernix.{stopped}", killed)
        with pytest.raises(Killed):
            init()
    assert not RegistryFolder(tmp_path / "data").profile_file.exists()
    init()
    registry = unlock(Access(tmp_path / "data", tmp_path / "passphrase"))
    assert registry.publishing.current().version == 1


def test_a_gateway_address_that_cannot_be_is_refused(init: Callable[..., None], tmp_path: Path) -> None:
    with pytest.raises(DataRefused):
        init(gateway="http://gate.example")
    assert not (tmp_path / "data").exists()


def test_a_stolen_disk_shows_no_key(init: Callable[..., None], tmp_path: Path) -> None:
    init()
    passphrase = read_passphrase(tmp_path / "passphrase")
    keys = Keyring.open(tmp_path / "data" / "keys" / "keyring.age", passphrase)
    raw = [keys.vault, keys.index, keys.pseudonym, passphrase]
    signing = [keys.signing, keys.targets, keys.timestamp]
    root_keys = sorted(RegistryFolder(tmp_path / "data").root_keys.iterdir())
    signing += [load_root_key(path, passphrase) for path in root_keys]
    assert len(signing) == 6
    raw += [key.to_bytes() for key in signing]
    spelled = [str(keys.identity).encode(), *(key.to_text().split()[1].encode() for key in signing)]
    wanted = [*raw, *spelled, *(secret.hex().encode() for secret in raw), *map(b64encode, raw)]
    for path, content in everything_readable(tmp_path / "data"):
        assert not [secret for secret in wanted if secret in content], path.name


def test_a_missing_passphrase_file_is_said(init: Callable[..., None], tmp_path: Path) -> None:
    init()
    (tmp_path / "passphrase").unlink()
    with pytest.raises(UsageError, match="is not there"):
        unlock(Access(tmp_path / "data", tmp_path / "passphrase"))


def test_no_registry_here_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no registry"):
        unlock(Access(tmp_path / "nothing", tmp_path / "passphrase"))
