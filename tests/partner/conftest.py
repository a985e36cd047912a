"""Partners with data folders of their own, and a gateway between them that can lie."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.exchange_kit import ExchangeKit
from tests.lying_gateway import LyingGateway
from tests.partner_kit import settle

from vernix.courier import fetching, road, uploading
from vernix.partner.cli import PROGRAM
from vernix.partner.state import Partner

Vernix = Callable[..., int]
Document = Callable[..., Any]


@pytest.fixture
def kit(tmp_path: Path) -> ExchangeKit:
    return ExchangeKit(tmp_path / "kit")


@pytest.fixture
def gateway(kit: ExchangeKit) -> Iterator[LyingGateway]:
    with LyingGateway(kit).running() as running:
        yield running


@pytest.fixture
def riverside(kit: ExchangeKit, tmp_path: Path) -> Partner:
    return settle(kit, "riverside", tmp_path / "riverside")


@pytest.fixture
def registry(kit: ExchangeKit, tmp_path: Path) -> Partner:
    """The registry, for these tests a partner like others: what it receives it only keeps."""
    return settle(kit, "registry", tmp_path / "registry")


@pytest.fixture
def vernix() -> Vernix:
    """The program in this process; returns its exit code."""

    def run(*words: object) -> int:
        with pytest.raises(SystemExit) as left:
            PROGRAM.main([str(word) for word in words])
        return int(left.value.code or 0)

    return run


@pytest.fixture
def document(vernix: Vernix, capsys: pytest.CaptureFixture[str]) -> Document:
    """The ``--json`` document of a command that must succeed."""

    def run(*words: object) -> Any:
        capsys.readouterr()
        code = vernix(*words, "--json")
        captured = capsys.readouterr()
        assert code == 0, captured.err
        return json.loads(captured.out)

    return run


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Patience without waiting."""
    for module in (fetching, uploading):
        monkeypatch.setattr(module.time, "sleep", lambda _seconds: None)
    monkeypatch.setattr(
        road.patiently, "__kwdefaults__", {"attempts": 3, "pause": 0.0, "sleep": lambda _s: None}
    )
