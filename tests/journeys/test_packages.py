"""A package's whole life between two hospitals and somebody without an account, every program a process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.exchange_kit import ExchangeKit, RunningGateway
from tests.partner_kit import everything_in, settle

from vernix.custody.directory import Right

CANARY = "Zyx-Canary-Surname"
Vernix = Callable[..., Any]


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> ExchangeKit:
    kit = ExchangeKit(tmp_path_factory.mktemp("exchange"))
    asks = replace(kit.members["riverside"].entry(kit.since), grants=("file-requests",))
    rights = (Right("riverside", "lakeside", ("message",)), Right("lakeside", "riverside", ("message",)))
    kit.publish(partners=kit.with_partner(asks), rights=(*kit.directory.rights, *rights))
    return kit


@pytest.fixture(scope="module")
def gateway(kit: ExchangeKit) -> Iterator[RunningGateway]:
    with kit.running() as running:
        yield running


@pytest.fixture(scope="module")
def homes(kit: ExchangeKit) -> dict[str, Path]:
    for name in ("riverside", "lakeside", "registry"):
        settle(kit, name, kit.folder / f"home-of-{name}")
    return {
        name: kit.folder / f"home-of-{name}" for name in ("riverside", "lakeside", "registry", "stranger")
    }


@pytest.fixture
def vernix(homes: dict[str, Path]) -> Vernix:
    """``vernix`` in a process of its own; its JSON document."""

    def run(who: str, *words: object) -> Any:
        command = [str(Path(sys.executable).with_name("vernix")), *map(str, words), "--json"]
        environment = {**os.environ, "VERNIX_DATA": str(homes[who])}
        done = subprocess.run(command, capture_output=True, env=environment, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    folder = tmp_path / f"scans of {CANARY}"
    for number in range(40):
        path = folder / f"{number % 3}" / f"{CANARY}-{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{CANARY} {number}")
    return folder


def test_sent_followed_read_answered(
    gateway: RunningGateway, vernix: Vernix, scans: Path, tmp_path: Path
) -> None:
    sent = vernix("riverside", "send", "--to", "lakeside", scans, "--note", CANARY, "--expires", "2d")
    assert vernix("riverside", "sent", sent["delivery"])["addressees"][0]["state"] == "waiting"
    vernix("lakeside", "collect", "--into", tmp_path / "in")
    assert everything_in(tmp_path / "in" / scans.name) == everything_in(scans)
    assert vernix("lakeside", "read", sent["delivery"])["note"] == CANARY
    reply = vernix("lakeside", "reply", sent["delivery"], "--note", "Seen.")
    vernix("riverside", "collect", "--into", tmp_path / "back")
    assert vernix("riverside", "sent", sent["delivery"])["addressees"][0]["state"] == "read"
    thread = vernix("riverside", "read", reply["delivery"])["thread"]
    assert [entry["note"] for entry in thread] == [CANARY, "Seen."]


def test_taken_back(kit: ExchangeKit, gateway: RunningGateway, vernix: Vernix, scans: Path) -> None:
    before = kit.lying()
    sent = vernix("riverside", "send", "--to", "lakeside", scans, "--again")
    assert len(kit.lying()) > len(before)
    told = vernix("riverside", "recall", sent["delivery"])
    assert told["addressees"][0]["state"] == "recalled"
    assert kit.lying() == before
    assert vernix("lakeside", "inbox")["recalls"][0]["delivery"] == sent["delivery"]
    assert vernix("lakeside", "collect")["files"] == []


def test_asked_for_and_answered(gateway: RunningGateway, vernix: Vernix, scans: Path, tmp_path: Path) -> None:
    asked = vernix("riverside", "request", "--from", CANARY)
    vernix("stranger", "answer", asked["text"], scans)
    vernix("riverside", "collect", "--into", tmp_path / "in")
    assert everything_in(tmp_path / "in" / scans.name) == everything_in(scans)
    assert vernix("stranger", "answer", asked["text"])["collected"] is not None
    assert vernix("riverside", "request")["requests"][0]["state"] == "answered"


def test_nothing_of_it_was_readable_at_the_gateway(kit: ExchangeKit, gateway: RunningGateway) -> None:
    held = [path for path in kit.data.rglob("*") if path.is_file()]
    assert held
    for path in [*held, gateway.log]:
        assert CANARY.encode() not in path.read_bytes(), path


def test_what_waits_is_given_to_a_third_and_sealed_anew_for_the_second(
    gateway: RunningGateway, vernix: Vernix, homes: dict[str, Path], tmp_path: Path
) -> None:
    """Bodies cross the road once, whoever they go to later; the gateway checks each part as any other."""
    folder = tmp_path / "scans"
    folder.mkdir()
    content = os.urandom(9_000_000)
    (folder / "scan.bin").write_bytes(content)
    first = vernix("riverside", "send", "--to", "lakeside", "--note", CANARY, folder)["delivery"]
    (folder / "scan.bin").unlink()
    added = vernix("riverside", "readdress", first, "--to", "registry")
    anew = vernix("riverside", "readdress", first)
    assert [added["to"], anew["to"]] == [["registry"], ["lakeside"]]
    assert max(added["bytes_sent"], anew["bytes_sent"]) < 20_000
    for who in ("lakeside", "registry"):
        collected = vernix(who, "collect", "--into", tmp_path / who)
        assert collected["set_aside"] == []
        assert (tmp_path / who / "scans" / "scan.bin").read_bytes() == content
    states = {
        told["delivery"]: [place["state"] for place in told["addressees"]]
        for told in vernix("riverside", "sent")["deliveries"]
    }
    assert (states[first], states[added["delivery"]]) == (["recalled"], ["delivered"])
    assert states[anew["delivery"]] == ["delivered"]
    keys = homes["riverside"] / "outbox" / "keys"
    assert not {first, added["delivery"], anew["delivery"]} & {path.stem for path in keys.glob("*.json")}
    told = gateway.signed("registry", "GET", f"/deliveries/{first}/events").json["events"]
    assert [each["event"]["kind"] for each in told] == ["announce", "recall", "delete"]
    assert CANARY not in gateway.log.read_text()
