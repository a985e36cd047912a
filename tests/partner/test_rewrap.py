"""``vernix rewrap``: for a machine that came later, and nothing lost where it cannot be done."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.exchange_kit import ExchangeKit
from tests.lying_gateway import LyingGateway
from tests.partner.conftest import Document, Vernix

from vernix.partner.state import Partner
from vernix.sealing.identities import HybridIdentity, save_identities
from vernix.sealing.opening import open_bytes
from vernix.sealing.sealer import seal_bytes

LIMIT = 1 << 20


@pytest.fixture
def mine(tmp_path: Path) -> HybridIdentity:
    identity = HybridIdentity.generate()
    save_identities(tmp_path / "mine.txt", [identity])
    return identity


def test_files_are_rewrapped_for_whom_they_name(
    mine: HybridIdentity, tmp_path: Path, document: Document
) -> None:
    heir = HybridIdentity.generate()
    files = [tmp_path / f"{number}.age" for number in range(3)]
    for file in files:
        file.write_bytes(seal_bytes(file.name.encode(), [mine.recipient]))
    words = ("-i", tmp_path / "mine.txt", "-r", mine.recipient, "-r", heir.recipient)
    assert document("rewrap", *words, *files) == {"rewrapped": [str(file) for file in files]}
    for file in files:
        assert open_bytes(file.read_bytes(), [heir], LIMIT) == file.name.encode()


def test_one_that_cannot_be_stays_and_the_others_go_on(
    mine: HybridIdentity, tmp_path: Path, vernix: Vernix, capsys: pytest.CaptureFixture[str]
) -> None:
    foreign, good = tmp_path / "foreign.age", tmp_path / "good.age"
    foreign.write_bytes(seal_bytes(b"x", [HybridIdentity.generate().recipient]))
    good.write_bytes(seal_bytes(b"y", [mine.recipient]))
    before, heir = foreign.read_bytes(), HybridIdentity.generate()
    assert vernix("rewrap", "-i", tmp_path / "mine.txt", "-r", heir.recipient, foreign, good) == 1
    assert "foreign.age is as it was" in capsys.readouterr().err
    assert foreign.read_bytes() == before
    assert open_bytes(good.read_bytes(), [heir], LIMIT) == b"y"
    assert vernix("rewrap", "-i", tmp_path / "mine.txt", good) == 2, "for nobody"
    assert vernix("rewrap", "-i", tmp_path / "mine.txt", "-r", heir.recipient) == 2, "no file"


def test_for_a_partner_by_the_directory(
    kit: ExchangeKit, gateway: LyingGateway, riverside: Partner, vernix: Vernix, tmp_path: Path
) -> None:
    folder = riverside.folder.path
    assert vernix("inbox", "--data", folder) == 0, "brings the directory here"
    file = tmp_path / "file.age"
    file.write_bytes(seal_bytes(b"content", [kit.members["riverside"].identity.recipient]))
    assert vernix("rewrap", "--to", "registry", "--to", "riverside", "--data", folder, file) == 0
    for name in ("registry", "riverside"):
        assert open_bytes(file.read_bytes(), [kit.members[name].identity], LIMIT) == b"content"
    assert vernix("rewrap", "--to", "stranger", "--data", folder, file) == 3
