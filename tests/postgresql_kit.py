"""A real PostgreSQL server for tests and benchmarks: started by them, on its own socket, gone afterwards.

Debian's programs (``postgresql``, 15 or later). The server refuses to run as root, so it runs as ``postgres``
then, in a folder of that user's.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

_PATIENCE = 30.0
_USER = "postgres"


class PostgreSql:
    """A running server: ``database()`` makes an empty database and gives its URL."""

    def __init__(self, programs: Path, socket: Path) -> None:
        self._programs = programs
        self._socket = socket

    def database(self) -> str:
        """The SQLAlchemy URL of a new, empty database."""
        name = f"vernix_{secrets.token_hex(6)}"
        self.sql("postgres", f"CREATE DATABASE {name}")
        return f"postgresql+psycopg://{_USER}@/{name}?host={self._socket}"

    def sql(self, database: str, statement: str) -> str:
        """What one statement answers, unaligned."""
        command = [str(self._programs / "psql"), "-h", str(self._socket), "-U", _USER, "-d", database]
        done = subprocess.run(
            [*command, "-v", "ON_ERROR_STOP=1", "-Atc", statement], capture_output=True, text=True, check=True
        )
        return done.stdout.strip()


def programs() -> Path | None:
    """The folder of the newest installed server's programs; None without one."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if found:
        return found[-1].parent
    beside = shutil.which("initdb")
    return Path(beside).resolve().parent if beside else None


@contextlib.contextmanager
def postgresql(folder: Path, *, durable: bool = False) -> Iterator[PostgreSql]:
    """Run a server that has its files in a fresh folder inside ``folder``; ``durable`` as in earnest."""
    there = programs()
    assert there is not None, "ask programs() first"
    root = Path(tempfile.mkdtemp(prefix="vernix-postgresql-", dir=folder))
    user = _USER if os.geteuid() == 0 else None
    if user is not None:
        account = pwd.getpwnam(user)
        os.chown(root, account.pw_uid, account.pw_gid)
    try:
        subprocess.run(
            [str(there / "initdb"), "-D", str(root / "data"), "-U", _USER, "-A", "trust", "-E", "UTF8"],
            check=True, capture_output=True, user=user, cwd="/",
        )  # fmt: skip
        settings = [] if durable else ["-c", "fsync=off"]
        with (root / "log").open("wb") as log:
            process = subprocess.Popen(
                [str(there / "postgres"), "-D", str(root / "data"), "-k", str(root), "-h", "", *settings],
                stdout=log, stderr=log, user=user, cwd="/",
            )  # fmt: skip
        try:
            _wait(there, root, process)
            yield PostgreSql(there, root)
        finally:
            process.send_signal(signal.SIGINT)  # "fast": it does not wait for whoever is still connected
            process.wait(_PATIENCE)
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _wait(there: Path, root: Path, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and process.poll() is None:
        ready = [str(there / "pg_isready"), "-q", "-h", str(root)]
        if subprocess.run(ready, check=False).returncode == 0:
            return
        time.sleep(0.05)
    raise AssertionError(f"PostgreSQL did not start: {(root / 'log').read_text()[-2000:]}")
