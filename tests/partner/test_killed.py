"""Killed at any instruction and run again: the same end state, each delivery once, no file lost or doubled.

The program needs no help for this: the interpreter's own audit events (a rename, a removal, a link, bytes
handed to a connection) are the instants between which anything lasting happens, and the child kills itself
at one.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest
from tests.exchange_kit import ExchangeKit
from tests.lying_gateway import LyingGateway
from tests.partner_kit import everything_in, exchange_of, sender

from vernix.courier.dispatch import Dispatch, OutgoingFile, Plan
from vernix.courier.sending import Outbox
from vernix.custody import bundle
from vernix.custody.durable import TEMPORARY
from vernix.custody.identifiers import new_id, utc_now
from vernix.custody.manifest import BundleManifest, File
from vernix.custody.receipt import Receipt
from vernix.custody.signatures import Signed
from vernix.partner.state import Partner
from vernix.sealing.opening import open_bytes
from vernix.sealing.sealer import seal_bytes

NURSERY = """
import json, os, signal, sys
from vernix.partner.cli import PROGRAM
import cyclopts, tuf.ngclient, vernix.births.encounters, vernix.partner.collecting, vernix.partner.sending
lasting = {"os.rename", "os.remove", "os.link", "os.mkdir", "os.rmdir", "os.truncate", "http.client.send"}
count = 0
def run(last, words):
    def watch(event, _arguments):
        global count
        if event in lasting:
            count += 1
            if count == last:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(watch)
    try:
        PROGRAM.main(words)
    except SystemExit as left:
        print("instants", count, file=sys.stderr, flush=True)
        os._exit(left.code)
for line in sys.stdin:
    order = json.loads(line)
    child = os.fork()
    if not child:
        said = os.open(order["said"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(said, 1), os.dup2(said, 2)
        run(order["last"], order["words"])
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
FEW = 12
"""Instants that an ordinary run tries, spread over the whole; the nightly run tries them all."""
SETTLING = 4
"""Runs differ by a few instants (a directory that was fetched already, a reused connection)."""


@dataclass
class Runs:
    """Runs of ``vernix``, each a process of its own, forked from one that has imported everything already.

    A start of Python would take ten times as long as what is to be shown.
    """

    nursery: subprocess.Popen[str]
    said: Path

    def run(self, *words: object, last: int = 0) -> int:
        """The exit code of a run that kills itself at its instant number ``last`` (never, if 0)."""
        assert self.nursery.stdin is not None
        assert self.nursery.stdout is not None
        order = {"last": last, "words": [str(word) for word in words], "said": str(self.said)}
        self.nursery.stdin.write(json.dumps(order) + "\n")
        self.nursery.stdin.flush()
        return int(self.nursery.stdout.readline())

    def is_killed(self, last: int, *words: object) -> bool:
        """Whether the instant came; a run that ends before it must at least have ended well."""
        code = self.run(*words, last=last)
        assert code in (0, -signal.SIGKILL), self.said.read_text()
        return code != 0

    def instants(self, *words: object) -> int:
        """How many instants an undisturbed run has."""
        assert self.run(*words) == 0, self.said.read_text()
        return int(self.said.read_text().rsplit("instants ", 1)[1])


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[Runs]:
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    with subprocess.Popen(
        [sys.executable, "-c", NURSERY],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    ) as nursery:
        yield Runs(nursery, tmp_path / "said.txt")


def half_written(partner: Partner) -> list[str]:
    return [name for name in everything_in(partner.folder.path) if TEMPORARY in name]


def spread(total: int, every: bool) -> list[int]:
    return list(range(1, total + 1)) if every else [1 + (total - 1) * n // (FEW - 1) for n in range(FEW)]


@pytest.fixture(params=[False, pytest.param(True, marks=[pytest.mark.slow, pytest.mark.timeout(900)])])
def every(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def test_a_killed_send_is_one_delivery(
    kit: ExchangeKit, gateway: LyingGateway, riverside: Partner, runs: Runs, tmp_path: Path, every: bool
) -> None:
    sources = [tmp_path / "one.bin", tmp_path / "two.bin"]
    words = ("send", *sources, "--data", riverside.folder.path)
    for _ in range(2):  # the first run makes folders; the second is like those to come
        for source in sources:
            source.write_bytes(os.urandom(1_300_000))
        total = runs.instants(*words)
    identities = [kit.members["registry"].identity]
    for last in spread(total, every):
        for source in sources:
            source.write_bytes(os.urandom(1_300_000))
        before = set(gateway.deliveries)
        assert runs.is_killed(last, *words) or last > total - SETTLING
        assert runs.run(*words) == 0, runs.said.read_text()
        [new] = set(gateway.deliveries) - before
        found = [open_bytes(gateway.parts[new, n], identities, 1 << 22) for n in (1, 2)]
        assert found == [source.read_bytes() for source in sources], f"killed at instant {last}"
        left = everything_in(riverside.folder.outbox / "pending")
        assert [name for name in left if not name.endswith(".lock")] == []
        assert half_written(riverside) == []


def test_a_killed_collect_loses_and_doubles_nothing(
    kit: ExchangeKit, gateway: LyingGateway, riverside: Partner, runs: Runs, tmp_path: Path, every: bool
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
        total = runs.instants("collect", "--into", tmp_path / f"before{number}", *data)
    for last in spread(total, every):
        deliver()
        into = tmp_path / f"in{last}"
        assert runs.is_killed(last, "collect", "--into", into, *data) or last > total - SETTLING
        assert runs.run("collect", "--into", into, *data) == 0, runs.said.read_text()
        assert everything_in(into) == ["same (2).bin", "same.bin"], f"killed at instant {last}"
        assert [(into / name).read_bytes() for name in ("same.bin", "same (2).bin")] == contents
        assert len(list(into.iterdir())) == 2  # no folder of opened files is left
        assert gateway.parts == {}
        assert [name for name in everything_in(riverside.folder.incoming) if "part-" in name] == []
        assert half_written(riverside) == []


def test_a_killed_collect_of_a_folder_is_one_folder(
    kit: ExchangeKit, gateway: LyingGateway, riverside: Partner, runs: Runs, tmp_path: Path, every: bool
) -> None:
    outbox, exchange = Outbox(tmp_path / "out"), exchange_of(kit, "registry", tmp_path)
    contents = {"a.bin": os.urandom(1_100_000), "b/c.bin": os.urandom(10), "b/d.bin": b""}
    files = []
    for number, (name, content) in enumerate(contents.items()):
        (tmp_path / str(number)).write_bytes(content)
        *folders, named = name.split("/")
        files.append(OutgoingFile(tmp_path / str(number), named, folder=("scans", *folders)))

    def deliver() -> None:
        dispatch = Dispatch(("riverside",), "message", tuple(files), folders=(("scans", "empty"),))
        plan = outbox.begin(dispatch, again=True)
        assert isinstance(plan, Plan)
        outbox.send(plan, exchange, sender(kit.members["registry"]))

    data = ("--data", riverside.folder.path)
    for number in range(2):
        deliver()
        total = runs.instants("collect", "--into", tmp_path / f"before{number}", *data)
    for last in spread(total, every):
        deliver()
        into = tmp_path / f"in{last}"
        assert runs.is_killed(last, "collect", "--into", into, *data) or last > total - SETTLING
        assert runs.run("collect", "--into", into, *data) == 0, runs.said.read_text()
        assert [path.name for path in into.iterdir()] == ["scans"], f"killed at instant {last}"
        found = {name: (into / "scans" / name).read_bytes() for name in everything_in(into / "scans")}
        assert found == contents, f"killed at instant {last}"
        assert (into / "scans" / "empty").is_dir()
        assert half_written(riverside) == []


def test_a_killed_collect_of_what_came_over_sftp_is_filed_or_refused_once(
    kit: ExchangeKit, gateway: LyingGateway, registry: Partner, runs: Runs, tmp_path: Path, every: bool
) -> None:
    """One that is whole, and one that is cut: filed once, refused once, with one receipt each."""
    content = os.urandom(300_000)

    def leave() -> list[str]:
        described = (File(1, "scan.bin", "text/plain", len(content), sha256(content).hexdigest(), "file"),)
        manifest = BundleManifest(new_id(), "riverside", ("registry",), "message", described, "", utc_now())
        start = bundle.beginning(manifest.sign(kit.members["riverside"].key))
        sealed = seal_bytes(start + content, [kit.members["registry"].identity.recipient])
        drops = [gateway.put_drop(one, "riverside", "registry") for one in (sealed, sealed[:-9])]
        return [drop.id for drop in drops]

    data = ("--data", registry.folder.path)
    words = ("collect", "--into", tmp_path / "before", *data)
    leave()
    assert runs.run(*words, last=0) == 1
    total = int(runs.said.read_text().rsplit("instants ", 1)[1])
    for last in spread(total, every):
        gateway.mail["riverside"].clear()
        whole, cut = leave()
        into = tmp_path / f"in{last}"
        assert runs.run("collect", "--into", into, *data, last=last) in (1, -signal.SIGKILL)
        assert runs.run("collect", "--into", into, *data) in (0, 1), runs.said.read_text()
        assert [path.name for path in into.iterdir()] == ["scan.bin"], f"killed at instant {last}"
        assert (into / "scan.bin").read_bytes() == content
        letters = [Receipt.parse(Signed.decode(each).document) for _, _, each in gateway.mail["riverside"]]
        assert {each.delivery: each.result for each in letters} == {whole: "received", cut: "rejected"}
        assert len(letters) == 2
        assert gateway.parts == {}
        assert [name for name in everything_in(registry.folder.incoming) if "part-" in name] == []
        assert half_written(registry) == []


def test_a_killed_readdress_is_one_delivery(
    gateway: LyingGateway, riverside: Partner, runs: Runs, tmp_path: Path, every: bool
) -> None:
    """The new one is made once, the first one taken back once, whatever is killed in between."""
    source, data = tmp_path / "one.bin", ("--data", riverside.folder.path)

    def send() -> str:
        source.write_bytes(os.urandom(300_000))
        before = set(gateway.deliveries)
        assert runs.run("send", "--purpose", "message", source, *data) == 0, runs.said.read_text()
        (new,) = set(gateway.deliveries) - before
        return new

    total = runs.instants("readdress", send(), *data)
    total = runs.instants("readdress", send(), *data)
    for last in spread(total, every):
        gateway.mail["registry"].clear()
        first = send()
        before = set(gateway.deliveries)
        assert runs.is_killed(last, "readdress", first, *data) or last > total - SETTLING
        runs.run("readdress", first, *data)  # finishes it, or finds that it was finished (2)
        (new,) = set(gateway.deliveries) - before
        kinds = [(kind, first.encode() in letter) for _, kind, letter in gateway.mail["registry"]]
        assert sorted(kinds) == [("delivery", False), ("recall", True)], f"killed at instant {last}"
        assert (new, 1) in gateway.parts
        assert (first, 1) not in gateway.parts
        assert everything_in(riverside.folder.outbox / "readdressed") == ["readdress.lock"]
        assert half_written(riverside) == []
