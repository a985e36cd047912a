"""Killed at any instruction and run again: the same end state, each delivery once, no file lost or doubled.

The program needs no help for this: the interpreter's own audit events (a rename, a removal, a link, bytes
handed to a connection) are the instants between which anything lasting happens, and the child kills itself
at one.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.exchange_kit import ExchangeKit
from tests.lying_gateway import LyingGateway
from tests.partner_kit import everything_in, exchange_of, sender

from vernix.courier.dispatch import Dispatch, OutgoingFile, Plan
from vernix.courier.sending import Outbox
from vernix.partner.state import Partner
from vernix.sealing.opening import open_bytes

CHILD = """
import os, signal, sys
last, words = int(sys.argv[1]), sys.argv[2:]
lasting = {"os.rename", "os.remove", "os.link", "os.mkdir", "os.rmdir", "os.truncate", "http.client.send"}
count = 0
def watch(event, _arguments):
    global count
    if event in lasting:
        count += 1
        if count == last:
            os.kill(os.getpid(), signal.SIGKILL)
import vernix.partner.exchange, vernix.partner.cli
sys.addaudithook(watch)
try:
    vernix.partner.cli.PROGRAM.main(words)
finally:
    print("instants", count, file=sys.stderr)
"""
FEW = 5
"""Instants that an ordinary run tries, spread over the whole; the nightly run tries them all."""
SETTLING = 4
"""Runs differ by a few instants (a directory that was fetched already, a reused connection)."""


def run(last: int, *words: object) -> subprocess.CompletedProcess[str]:
    """A child that kills itself at its instant number ``last`` (never, if 0)."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", CHILD, str(last), *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=60)


def was_killed(done: subprocess.CompletedProcess[str]) -> bool:
    """Whether the instant came; a run that ends before it must at least have ended well."""
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode != 0


def instants(done: subprocess.CompletedProcess[str]) -> int:
    assert done.returncode == 0, done.stderr
    return int(done.stderr.rsplit("instants ", 1)[1])


def spread(total: int, every: bool) -> list[int]:
    return list(range(1, total + 1)) if every else [1 + (total - 1) * n // (FEW - 1) for n in range(FEW)]


@pytest.fixture(params=[False, pytest.param(True, marks=[pytest.mark.slow, pytest.mark.timeout(900)])])
def every(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def test_a_killed_send_is_one_delivery(
    kit: ExchangeKit, gateway: LyingGateway, riverside: Partner, tmp_path: Path, every: bool
) -> None:
    sources = [tmp_path / "one.bin", tmp_path / "two.bin"]
    words = ("send", *sources, "--data", riverside.folder.path)
    for _ in range(2):  # the first run makes folders; the second is like those to come
        for source in sources:
            source.write_bytes(os.urandom(1_300_000))
        total = instants(run(0, *words))
    identities = [kit.members["registry"].identity]
    for last in spread(total, every):
        for source in sources:
            source.write_bytes(os.urandom(1_300_000))
        before = set(gateway.deliveries)
        assert was_killed(run(last, *words)) or last > total - SETTLING
        assert run(0, *words).returncode == 0
        [new] = set(gateway.deliveries) - before
        found = [open_bytes(gateway.parts[new, n], identities, 1 << 22) for n in (1, 2)]
        assert found == [source.read_bytes() for source in sources], f"killed at instant {last}"
        left = everything_in(riverside.folder.outbox / "pending")
        assert [name for name in left if not name.endswith(".lock")] == []


def test_a_killed_collect_loses_and_doubles_nothing(
    kit: ExchangeKit, gateway: LyingGateway, riverside: Partner, tmp_path: Path, every: bool
) -> None:
    outbox, exchange = Outbox(tmp_path / "out"), exchange_of(kit, "registry", tmp_path)
    contents = [os.urandom(200_000), os.urandom(10)]
    paths = [tmp_path / str(number) for number in range(2)]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)

    def deliver() -> None:
        files = tuple(OutgoingFile(path, "same.bin") for path in paths)
        plan = outbox.begin(Dispatch(("riverside",), "message", files), again=True)
        assert isinstance(plan, Plan)
        outbox.send(plan, exchange, sender(kit.members["registry"]))

    data = ("--data", riverside.folder.path)
    for number in range(2):
        deliver()
        total = instants(run(0, "collect", "--into", tmp_path / f"before{number}", *data))
    for last in spread(total, every):
        deliver()
        into = tmp_path / f"in{last}"
        assert was_killed(run(last, "collect", "--into", into, *data)) or last > total - SETTLING
        assert run(0, "collect", "--into", into, *data).returncode == 0
        assert everything_in(into) == ["same (2).bin", "same.bin"], f"killed at instant {last}"
        assert [(into / name).read_bytes() for name in ("same.bin", "same (2).bin")] == contents
        assert len(list(into.iterdir())) == 2  # no folder of opened files is left
        assert gateway.parts == {}
        assert [name for name in everything_in(riverside.folder.incoming) if "part-" in name] == []
