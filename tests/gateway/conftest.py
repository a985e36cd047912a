"""One running gateway for each test file; tests keep apart by ids of their own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.exchange_kit import ExchangeKit, RunningGateway


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> ExchangeKit:
    """A founded exchange."""
    return ExchangeKit(tmp_path_factory.mktemp("exchange"))


@pytest.fixture(scope="module")
def gateway(kit: ExchangeKit) -> Iterator[RunningGateway]:
    """A gateway that serves it."""
    with kit.running() as running:
        yield running
