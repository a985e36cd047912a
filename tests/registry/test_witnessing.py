"""The registry watches the ledger while it runs: pins its key, publishes it, and says a lie in status."""

from __future__ import annotations

import json
import os
import threading
import time

import pytest
from tests.lying_gateway import Asked, LyingGateway, Told
from tests.lying_log import LyingLog
from tests.registry.conftest import GOOD, Hospital, work
from tests.registry.test_running import Program

from vernix.courier.keeping import read_json
from vernix.courier.witnessing import FRESH
from vernix.custody.signatures import SigningKey
from vernix.registry import witnessing
from vernix.registry.accepting import accept_log
from vernix.registry.options import Access
from vernix.registry.status import status
from vernix.registry.unlocked import Registry


@pytest.fixture
def log(gateway: LyingGateway) -> LyingLog:
    lying = LyingLog(gateway)
    lying.grow(300)
    return lying


def seen(registry: Registry, capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    capsys.readouterr()
    status(data=registry.folder.root, json=True)
    told: dict[str, object] = json.loads(capsys.readouterr().out)["ledger"]
    return told


def test_a_run_watches_and_cosigns(
    registry: Registry, log: LyingLog, capsys: pytest.CaptureFixture[str]
) -> None:
    assert seen(registry, capsys) is None
    assert work(registry) == 0
    assert seen(registry, capsys)["events"] == 300
    assert set(log.cosigned) == {"registry"}
    log.grow(40)
    assert work(registry) == 0
    assert seen(registry, capsys)["events"] == 340


def test_the_log_is_pinned_at_first_contact_and_published_with_the_next_directory(
    registry: Registry, log: LyingLog, gateway: LyingGateway
) -> None:
    assert work(registry) == 0
    assert registry.publishing.current().log is None
    after = registry.publishing.change(lambda directory: directory)
    assert after.log == log.log
    gateway.files = registry.publishing.mirror.files()
    log.key = SigningKey.generate()
    log.log = type(log.log)(log.log.origin, log.key.verify_key)
    assert work(registry) == 0
    assert registry.publishing.change(lambda directory: directory).log == after.log


def test_a_lie_is_said_and_the_work_goes_on(
    registry: Registry,
    hospital: Hospital,
    log: LyingLog,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert work(registry) == 0
    log.rewrite(7)
    log.grow(1)
    delivery = hospital.send(GOOD)
    assert work(registry) == 0
    assert hospital.answer(delivery).receipt.counts.accepted == 1
    told = seen(registry, capsys)
    assert told["caught"] == "rewritten"
    assert (registry.folder.watch / str(told["evidence"])).exists()
    status(data=registry.folder.root)
    assert "LEDGER: The gateway's ledger was rewritten: the 300 events at" in capsys.readouterr().out


def test_a_lie_stays_said_until_somebody_accepts_a_log(
    registry: Registry, log: LyingLog, capsys: pytest.CaptureFixture[str]
) -> None:
    assert work(registry) == 0
    truth = list(log.leaves)
    log.rewrite(7)
    assert work(registry) == 0
    assert seen(registry, capsys)["caught"] == "forked"
    log.leaves = truth
    assert work(registry) == 0
    assert seen(registry, capsys)["caught"] == "forked", "the truth does not undo it"
    log.late = 100
    assert work(registry) == 0
    assert seen(registry, capsys)["caught"] == "forked", "nor does a log that stands still"
    log.late = 0
    passphrase = registry.folder.root.with_name("passphrase")
    accept_log(log.log.key.to_text(), access=Access(registry.folder.root, passphrase))
    assert work(registry) == 0
    assert seen(registry, capsys)["events"] == 300


def test_a_log_that_stood_still_and_goes_on_is_well_again(
    registry: Registry, log: LyingLog, capsys: pytest.CaptureFixture[str]
) -> None:
    assert work(registry) == 0
    log.late = 100
    assert work(registry) == 0
    assert seen(registry, capsys)["caught"] == "frozen"
    log.late = 0
    assert work(registry) == 0
    assert seen(registry, capsys)["events"] == 300


def test_a_pinned_log_that_is_not_there_any_more_stands_still(
    registry: Registry, log: LyingLog, gateway: LyingGateway, capsys: pytest.CaptureFixture[str]
) -> None:
    assert work(registry) == 0
    gateway._routes = [route for route in gateway._routes if route[0] != "checkpoint"]
    assert work(registry) == 0
    assert seen(registry, capsys)["events"] == 300, "it was pinned just now"
    long_ago = time.time() - FRESH - 1
    os.utime(registry.folder.log_file, (long_ago, long_ago))
    assert work(registry) == 0
    assert seen(registry, capsys)["caught"] == "frozen"


def test_a_lie_is_noticed_while_a_long_step_works(
    registry: Registry,
    hospital: Hospital,
    gateway: LyingGateway,
    log: LyingLog,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(witnessing, "EVERY", 0.1)
    noticed: list[object] = []

    def long_step(_asked: Asked, told: Told) -> Told:
        """A part that takes as long to collect as the lie takes to be noticed."""
        if not noticed:
            log.rewrite(7)
            log.grow(1)
            noticed.append(until_said(registry, "caught"))
        return told

    delivery = hospital.send(GOOD)
    gateway.lie("part", long_step)
    watch = witnessing.LedgerWatch(registry.folder, registry.exchange(), registry.keyring.signing)
    with watch.watching():
        until_said(registry, "events")
        assert work(registry) == 0
    assert noticed == ["rewritten"]
    assert hospital.answer(delivery).receipt.result == "accepted"
    assert seen(registry, capsys)["caught"] == "rewritten"


def test_a_gateway_that_dribbles_is_said_to_show_nothing(
    registry: Registry,
    gateway: LyingGateway,
    log: LyingLog,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(witnessing, "EVERY", 0.1)
    monkeypatch.setattr(witnessing, "PATIENCE", 1.0)
    watch = witnessing.LedgerWatch(registry.folder, registry.exchange(), registry.keyring.signing)
    assert work(registry) == 0
    log.rewrite(7)
    log.grow(300)

    def dribbled(_asked: Asked, told: Told) -> Told:
        time.sleep(0.7)
        return told

    gateway.lie("tile", dribbled)
    with watch.watching():
        assert until_said(registry, "unseen_since")
        assert seen(registry, capsys)["events"] == 300, "and what was seen last"
        status(data=registry.folder.root)
        assert "shown nothing of its ledger since" in capsys.readouterr().out
        gateway.honest()
        assert until_said(registry, "caught") == "rewritten"
    assert "unseen_since" not in seen(registry, capsys)


def until_said(registry: Registry, what: str) -> object:
    """What the watch says of it, within the minute that it has."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        said = read_json(witnessing.watch_file(registry.folder)) or {}
        if what in said:
            return said[what]
        time.sleep(0.02)
    raise AssertionError(f"nothing was said of {what}")


@pytest.mark.slow
def test_a_running_registry_notices_within_a_minute(
    registry: Registry, hospital: Hospital, gateway: LyingGateway, log: LyingLog
) -> None:
    """The program itself, at its own pace, in the middle of a part that takes two minutes to come."""
    released = threading.Event()
    gateway.lie("part", lambda _asked, told: (released.wait(120), told)[1])
    hospital.send(GOOD)
    program = Program(registry)
    try:
        program.wait_for("ready")
        until_said(registry, "events")
        log.rewrite(7)
        log.grow(1)
        began = time.monotonic()
        assert until_said(registry, "caught") == "rewritten"
        assert time.monotonic() - began < 60
        program.wait_for("ledger caught", error="rewritten")
        assert not released.is_set()
    finally:
        released.set()
        program.process.terminate()
        program.wait()
