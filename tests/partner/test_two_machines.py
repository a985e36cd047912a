"""Two machines of one partner read one mailbox, and neither takes the other for a thief."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.exchange_kit import ExchangeKit, Member
from tests.lying_gateway import LyingGateway, refused
from tests.partner.conftest import Document, Vernix
from tests.partner_kit import everything_in, post_from_registry, settle

from vernix.custody.directory import Key
from vernix.partner.state import Partner


@pytest.fixture
def second(kit: ExchangeKit, gateway: LyingGateway, riverside: Partner, tmp_path: Path) -> Partner:
    """Another machine of riverside, with keys of its own."""
    first, other = kit.members["riverside"], Member.make("riverside")
    texts = (other.key.verify_key.to_text(), str(other.identity.recipient))
    entry = first.entry(kit.since)
    both = (*entry.keys, *(Key.make(text, kit.since, label="Ward 3 machine") for text in texts))
    kit.publish(partners=kit.with_partner(replace(entry, keys=tuple(sorted(both, key=lambda key: key.id)))))
    gateway.republish()
    kit.members["riverside"] = other
    machine = settle(kit, "riverside", tmp_path / "second")
    kit.members["riverside"] = first
    return machine


def test_a_receipt_for_what_the_other_sent_is_shown_once_and_no_alarm(
    riverside: Partner,
    second: Partner,
    registry: Partner,
    vernix: Vernix,
    document: Document,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    source = tmp_path / "scan.bin"
    source.write_bytes(b"from the first machine")
    sent = document("send", source, "--data", riverside.folder.path)["delivery"]
    document("collect", "--into", tmp_path / "in", "--data", registry.folder.path)
    document("read", sent, "--data", registry.folder.path)
    capsys.readouterr()
    assert vernix("collect", "--data", second.folder.path) == 0
    shown = capsys.readouterr()
    assert sent in shown.out
    assert "another machine of ours" in shown.err
    assert document("collect", "--data", second.folder.path)["receipts"] == []
    (receipt,) = document("collect", "--data", riverside.folder.path)["receipts"]
    assert (receipt["delivery"], receipt["known"]) == (sent, True)


def test_what_both_fetch_at_once_is_in_both(
    kit: ExchangeKit, gateway: LyingGateway, riverside: Partner, document: Document, tmp_path: Path
) -> None:
    """The gateway keeps the first receipt and refuses the second: the file is here all the same."""
    post_from_registry(kit, tmp_path, [("a.txt", b"hello")])
    gateway.lie("receipt", refused(409))
    taken = document("collect", "--into", tmp_path / "in", "--data", riverside.folder.path)
    assert [file["path"] for file in taken["files"]] == [str(tmp_path / "in" / "a.txt")]
    assert taken["set_aside"] == []
    assert everything_in(tmp_path / "in") == ["a.txt"]
