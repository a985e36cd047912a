"""A lost passphrase: enough custodians come back in, fewer do not, and everybody is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.exchange_kit import ExchangeKit
from tests.partner_kit import settle
from tests.registry.conftest import PASSPHRASE

from vernix.custody.identifiers import utc_now
from vernix.errors import DataRefused, UsageError
from vernix.partner.connecting import connect
from vernix.registry import recovering
from vernix.registry.keyring import Keyring
from vernix.registry.recovering import Share, recovery_init, recovery_use
from vernix.registry.settings import read_passphrase
from vernix.registry.unlocked import Registry

Ceremony = Callable[..., list[Path]]


@pytest.fixture
def ceremony(registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ceremony:
    monkeypatch.setattr(recovering, "unlock", lambda *_: registry)
    monkeypatch.setattr(recovering, "find_folder", lambda _data: registry.folder)

    def hold(name: str = "shares", shares: int = 5, threshold: int = 3) -> list[Path]:
        passphrase = registry.folder.root.with_name("passphrase")
        recovery_init(out=tmp_path / name, shares=shares, threshold=threshold, passphrase_file=passphrase)
        return sorted((tmp_path / name).iterdir())

    return hold


def test_enough_custodians_come_back_in_and_all_are_told(
    registry: Registry,
    kit: ExchangeKit,
    ceremony: Ceremony,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shares = ceremony()
    assert {path.stat().st_mode & 0o777 for path in shares} == {0o600}
    registry.folder.keyring.unlink()
    with kit.running():
        assert recovery_use(shares[4], shares[0], shares[2], passphrase_file=tmp_path / "new") == 0
        partner = settle(kit, "riverside", tmp_path / "riverside")
        connect(partner).refresh_directory()
        capsys.readouterr()
        connect(partner)
        assert "was recovered with its custodians' shares" in capsys.readouterr().err
    again = Keyring.open(registry.folder.keyring, read_passphrase(tmp_path / "new"))
    assert again.recovery is not None, "the copy follows the keyring from here on"
    assert replace(again, recovery=None).to_bytes() == registry.keyring.to_bytes()
    recovered = registry.publishing.current().recovered
    assert recovered is not None
    assert abs((utc_now() - recovered).total_seconds()) < 60


@pytest.mark.parametrize("chosen", [[], [0], [0, 1], [0, 0, 0, 1]])
def test_too_few_open_nothing_and_nobody_is_told(
    chosen: list[int], registry: Registry, ceremony: Ceremony, tmp_path: Path
) -> None:
    shares = ceremony()
    version = registry.publishing.current().version
    with pytest.raises(UsageError, match="not enough"):
        recovery_use(*(shares[number] for number in chosen), passphrase_file=tmp_path / "new")
    assert registry.publishing.current().version == version
    assert not (tmp_path / "new").exists()
    Keyring.open(registry.folder.keyring, PASSPHRASE)


def test_an_earlier_ceremony_opens_nothing(ceremony: Ceremony, tmp_path: Path) -> None:
    before, after = ceremony("before"), ceremony("after")
    with pytest.raises(DataRefused, match="do not open"):
        recovery_use(*before[:3], passphrase_file=tmp_path / "new")
    with pytest.raises(UsageError, match="several ceremonies"):
        recovery_use(*before[:2], after[2], passphrase_file=tmp_path / "new")


@pytest.mark.parametrize("place", [0, 20, 60, -2])
def test_a_share_that_was_copied_wrong_is_noticed(place: int, ceremony: Ceremony) -> None:
    text = ceremony()[0].read_text().strip()
    letter = "B" if text[place] == "A" else "A"
    spoilt = text[:place] + letter + (text[place + 1 :] if place != -1 else "")
    with pytest.raises(DataRefused, match="not copied right") as refused:
        Share.from_text(spoilt)
    assert text[20:40] not in str(refused.value)


def test_a_share_survives_paper(ceremony: Ceremony) -> None:
    text = ceremony()[1].read_text().strip()
    lines = "\n ".join(text[start : start + 30] for start in range(0, len(text), 30))
    assert Share.from_text(lines).to_text() == text
    assert Share.from_text(text).value.hex() not in repr(Share.from_text(text))


def test_without_a_ceremony_there_is_nothing_to_use(ceremony: Ceremony, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No recovery was prepared"):
        recovery_use(passphrase_file=tmp_path / "new")
    shares = ceremony()
    with pytest.raises(UsageError, match="already"):
        ceremony()
    with pytest.raises(UsageError, match="no way to share"):
        ceremony("more", shares=3, threshold=4)
    assert not (tmp_path / "more").exists()
    assert len(shares) == 5
