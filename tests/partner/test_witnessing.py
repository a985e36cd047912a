"""``vernix witness`` as a partner runs it: against a log that lies, and against a real gateway."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.exchange_kit import ExchangeKit, RunningGateway
from tests.lying_gateway import Asked, LyingGateway, Told
from tests.lying_log import LyingLog
from tests.partner_kit import settle

from vernix.custody.checkpoint import Log
from vernix.partner import witnessing
from vernix.partner.state import Partner

Vernix = Callable[..., int]
Document = Callable[..., Any]


@pytest.fixture
def log(kit: ExchangeKit, gateway: LyingGateway) -> LyingLog:
    lying = LyingLog(gateway)
    lying.grow(20)
    kit.publish(log=lying.log)
    gateway.republish()
    return lying


def test_it_says_what_it_saw(riverside: Partner, log: LyingLog, document: Document) -> None:
    told = document("witness", "--once", "--data", riverside.folder.path)
    assert told["caught"] is None
    assert told["seen"]["events"] == 20
    assert told["seen"]["registry"] is None
    assert set(log.cosigned) == {"riverside"}


def test_it_cries_out_in_one_sentence(
    riverside: Partner, log: LyingLog, vernix: Vernix, capsys: pytest.CaptureFixture[str]
) -> None:
    assert vernix("witness", "--once", "--data", riverside.folder.path) == 0
    log.rewrite(3)
    log.grow(1)
    capsys.readouterr()
    assert vernix("witness", "--once", "--json", "--data", riverside.folder.path) == 3
    said = capsys.readouterr()
    assert "was rewritten: the 20 events at" in said.err
    told = json.loads(said.out)
    assert told["caught"]["kind"] == "rewritten"
    evidence = Path(told["evidence"])
    assert evidence.parent == riverside.folder.watch
    assert json.loads(evidence.read_text())["kind"] == "rewritten"


def test_a_gateway_that_answers_too_slowly_is_said(
    riverside: Partner,
    gateway: LyingGateway,
    log: LyingLog,
    vernix: Vernix,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Each answer comes in time; the look would not end."""
    assert vernix("witness", "--once", "--data", riverside.folder.path) == 0
    log.grow(300)
    monkeypatch.setattr(witnessing, "PATIENCE", 1.0)

    def late(_asked: Asked, told: Told) -> Told:
        threading.Event().wait(0.7)  # `time.sleep` is switched off in these tests
        return told

    for call in ("checkpoint", "tile"):
        gateway.lie(call, late)
    assert vernix("witness", "--once", "--data", riverside.folder.path) == 4
    said = capsys.readouterr().err
    assert "too slowly" in said or "took too long" in said


def test_a_directory_without_a_ledger_is_said(
    riverside: Partner, gateway: LyingGateway, vernix: Vernix
) -> None:
    assert vernix("witness", "--once", "--data", riverside.folder.path) == 3


def program(partner: Partner, *options: str) -> subprocess.Popen[bytes]:
    command = [str(Path(sys.executable).with_name("vernix")), "witness", "--every", "1", *options]
    return subprocess.Popen([*command, "--data", str(partner.folder.path)], stderr=subprocess.PIPE)


def named(gateway: RunningGateway) -> None:
    """The registry has met the gateway, and published whose log it keeps."""
    log = Log.from_object(gateway.request("GET", "/log/key").json)
    assert gateway.publish(gateway.kit.publish(log=log)).status == 200


def test_a_gateway_put_back_to_yesterday_is_caught_within_a_minute(tmp_path: Path) -> None:
    kit = ExchangeKit(tmp_path / "kit")
    partner = settle(kit, "riverside", tmp_path / "riverside")
    with kit.running() as gateway:
        named(gateway)
        gateway.stop()
        shutil.copytree(kit.data, tmp_path / "yesterday")
        gateway.start()
        gateway.deliver(kit.seal(b"births"))
        watching = program(partner)
        assert watching.stderr is not None
        assert b"nothing changed" in watching.stderr.readline()
        gateway.kill()
        shutil.rmtree(kit.data)
        shutil.copytree(tmp_path / "yesterday", kit.data)
        began = time.monotonic()
        gateway.start()
        assert watching.wait(60) == 3
        assert time.monotonic() - began < 60
        assert b"rolled back" in watching.stderr.read()


def test_it_ends_on_ctrl_c_and_goes_on_from_there(tmp_path: Path) -> None:
    kit = ExchangeKit(tmp_path / "kit")
    partner = settle(kit, "riverside", tmp_path / "riverside")
    with kit.running() as gateway:
        named(gateway)
        watching = program(partner)
        assert watching.stderr is not None
        watching.stderr.readline()
        other = program(partner, "--once")
        assert other.wait(30) == 5
        watching.send_signal(signal.SIGINT)
        assert watching.wait(30) == 0
        assert program(partner, "--once").wait(30) == 0
        assert gateway.request("GET", "/log/checkpoint/riverside").status == 200
