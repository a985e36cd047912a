"""An exchange with a gateway that can lie, and two partners who talk through it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.exchange_kit import ExchangeKit
from tests.lying_gateway import LyingGateway
from tests.partner_kit import exchange_of

from vernix.courier import fetching, road, uploading
from vernix.courier.exchange import Exchange
from vernix.courier.sending import Outbox


@pytest.fixture
def kit(tmp_path: Path) -> ExchangeKit:
    return ExchangeKit(tmp_path / "kit")


@pytest.fixture
def gateway(kit: ExchangeKit) -> Iterator[LyingGateway]:
    with LyingGateway(kit).running() as running:
        yield running


@pytest.fixture
def riverside(kit: ExchangeKit, tmp_path: Path) -> Exchange:
    return exchange_of(kit, "riverside", tmp_path / "riverside")


@pytest.fixture
def registry(kit: ExchangeKit, tmp_path: Path) -> Exchange:
    return exchange_of(kit, "registry", tmp_path / "registry")


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    return Outbox(tmp_path / "riverside" / "outbox")


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Patience without waiting: what is repeated is what matters, not how long it takes."""
    for module in (fetching, uploading):
        monkeypatch.setattr(module.time, "sleep", lambda _seconds: None)
    monkeypatch.setattr(
        road.patiently, "__kwdefaults__", {"attempts": 5, "pause": 0.0, "sleep": lambda _s: None}
    )
