"""One running gateway for each test file; tests keep apart by ids of their own.

The files in ``ON_BOTH`` run on SQLite and on a real PostgreSQL, those in ``IN_BOTH`` with a folder and with a
bucket in a real S3-compatible storage server; loudly without where those are not installed.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests import postgresql_kit, seaweedfs_kit
from tests.exchange_kit import ExchangeKit, RunningGateway
from tests.postgresql_kit import PostgreSql
from tests.seaweedfs_kit import SeaweedFs

from vernix.gateway.database import Database, sqlite_url

ON_BOTH = {"test_deliveries", "test_creations", "test_enrolments", "test_small_parts", "test_whole"}
IN_BOTH = {
    "test_bodies",
    "test_creations",
    "test_sending_parts",
    "test_checksums",
    "test_packages",
    "test_small_parts",
    "test_whole",
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Tests of these files have one more parameter."""
    if "kit" not in metafunc.fixturenames:
        return
    name = metafunc.module.__name__.rpartition(".")[2]
    kept = ["sqlite", *["postgresql"] * (name in ON_BOTH), *["bucket"] * (name in IN_BOTH)]
    if len(kept) > 1:
        metafunc.parametrize("kept", kept, indirect=True, scope="module")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSql]:
    """A server for this run."""
    if postgresql_kit.programs() is None:
        pytest.skip("PostgreSQL is not installed: run tools/system-packages")
    with postgresql_kit.postgresql(Path(tempfile.gettempdir())) as server:
        yield server


@pytest.fixture(scope="session")
def seaweedfs() -> Iterator[SeaweedFs]:
    """A server for this run."""
    if seaweedfs_kit.program() is None:
        pytest.skip("the program weed is not installed: it comes with the development dependencies")
    with seaweedfs_kit.seaweedfs() as server:
        yield server


@pytest.fixture(scope="module")
def kept(request: pytest.FixtureRequest) -> str:
    """Where this file's gateway keeps what it is given: ``sqlite`` (and a folder), ``postgresql`` (and a
    folder), ``bucket`` (and SQLite).
    """
    return str(getattr(request, "param", "sqlite"))


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory, kept: str, request: pytest.FixtureRequest) -> ExchangeKit:
    """A founded exchange."""
    kit = ExchangeKit(tmp_path_factory.mktemp("exchange"))
    if kept == "postgresql":
        postgresql: PostgreSql = request.getfixturevalue("postgresql")
        kit.database_url = postgresql.database()
    if kept == "bucket":
        storage: SeaweedFs = request.getfixturevalue("seaweedfs")
        storage.keep(kit)
    return kit


@pytest.fixture(scope="module")
def gateway(kit: ExchangeKit) -> Iterator[RunningGateway]:
    """A gateway that serves it."""
    with kit.running() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database of each kind."""
    if request.param == "sqlite":
        url = sqlite_url(tmp_path / "gateway.sqlite3")
    else:
        server: PostgreSql = request.getfixturevalue("postgresql")
        url = server.database()
    database = Database(url)
    database.upgrade()
    yield database
    database.close()


@pytest.fixture
def strace(need_program: Callable[[str], str]) -> str:
    """The program, or a skip where this machine does not let it trace."""
    program = need_program("strace")
    if subprocess.run([program, "-qq", "-o", "/dev/null", "true"], check=False).returncode:
        pytest.skip("strace may not trace programs on this machine")
    return program
