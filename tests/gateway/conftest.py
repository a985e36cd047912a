"""One running gateway for each test file; tests keep apart by ids of their own.

The files in ``ON_BOTH`` run twice, on SQLite and on a real PostgreSQL; loudly once where that is not
installed.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests import postgresql_kit
from tests.exchange_kit import ExchangeKit, RunningGateway
from tests.postgresql_kit import PostgreSql

ON_BOTH = {"test_deliveries", "test_creations", "test_enrolments"}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Tests of these files have one more parameter."""
    if "kit" in metafunc.fixturenames and metafunc.module.__name__.rpartition(".")[2] in ON_BOTH:
        metafunc.parametrize("database_url", ["sqlite", "postgresql"], indirect=True, scope="module")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSql]:
    """A server for this run."""
    if postgresql_kit.programs() is None:
        pytest.skip("PostgreSQL is not installed: run tools/system-packages")
    with postgresql_kit.postgresql(Path(tempfile.gettempdir())) as server:
        yield server


@pytest.fixture(scope="module")
def database_url(request: pytest.FixtureRequest) -> str | None:
    """The database of this file's gateway; None for its own file."""
    if getattr(request, "param", "sqlite") == "sqlite":
        return None
    server: PostgreSql = request.getfixturevalue("postgresql")
    return server.database()


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory, database_url: str | None) -> ExchangeKit:
    """A founded exchange."""
    kit = ExchangeKit(tmp_path_factory.mktemp("exchange"))
    kit.database_url = database_url
    return kit


@pytest.fixture(scope="module")
def gateway(kit: ExchangeKit) -> Iterator[RunningGateway]:
    """A gateway that serves it."""
    with kit.running() as running:
        yield running
