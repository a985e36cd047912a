"""Quotas and brakes as the registry's and a partner's staff meet them: real commands, a real gateway."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.exchange_kit import ExchangeKit, RunningGateway
from tests.journey_kit import Ended, run_program
from tests.partner_kit import settle

from vernix.registry.quotas import amount
from vernix.registry.unlocked import Registry


@pytest.fixture
def running(kit: ExchangeKit, registry: Registry) -> Iterator[RunningGateway]:
    """A real gateway beside the registry."""
    assert registry.folder.root == kit.folder
    with kit.running() as gateway:
        yield gateway


def command(kit: ExchangeKit, *words: str) -> Ended:
    options = ("--data", kit.folder, "--passphrase-file", kit.folder.with_name("passphrase"))
    return run_program("vernix-registry", *words, *options)


def quota(kit: ExchangeKit, *words: str) -> Any:
    ended = command(kit, "quota", *words, "--json")
    assert ended.code == 0, ended.err
    return json.loads(ended.out)


@pytest.mark.parametrize(
    ("text", "value"),
    [("500", 500), ("20GB", 20 * 10**9), ("4GiB", 4 << 30), ("64kib", 64 << 10), ("1TB", 10**12)],
)
def test_sizes_are_read_as_people_write_them(text: str, value: int) -> None:
    assert amount(text) == value


@pytest.mark.parametrize("text", ["", "GB", "-1", "1.5GB", "20 GB", "20B", "1e9", "9999999999"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="20GB"):
        amount(text)


def test_what_is_no_size_is_said_in_sentences(kit: ExchangeKit) -> None:
    ended = command(kit, "quota", "riverside", "--bytes-per-day", "20XB")
    assert (ended.code, "such as 20GB or 4GiB. See vernix-registry quota --help." in ended.err) == (2, True)


def test_a_quota_is_set_and_taken_back(kit: ExchangeKit, running: RunningGateway) -> None:
    assert running.process is not None
    assert quota(kit, "riverside")["quota"] == {}
    told = quota(kit, "riverside", "--bytes-per-day", "20GB", "--requests-at-once", "8")
    assert told == {
        "partner": "riverside",
        "published_at_gateway": True,
        "quota": {"bytes_per_day": 20 * 10**9, "requests_at_once": 8},
    }
    told = quota(kit, "riverside", "--held-bytes", "1TB")
    assert told["quota"] == {"bytes_per_day": 20 * 10**9, "held_bytes": 10**12, "requests_at_once": 8}
    assert quota(kit, "riverside", "--none")["quota"] == {}
    assert command(kit, "quota", "stranger", "--bytes-per-day", "5").code == 2
    assert command(kit, "quota", "riverside", "--bytes-per-day", "much").code == 2
    assert command(kit, "quota", "riverside", "--bytes-per-second", "10").code == 2


def test_a_partner_is_warned_and_then_refused(
    kit: ExchangeKit, running: RunningGateway, tmp_path: Path
) -> None:
    assert running.process is not None
    settle(kit, "riverside", tmp_path / "riverside")
    file = tmp_path / "scan.bin"

    def send() -> Ended:
        file.write_bytes(os.urandom(40_000))
        return run_program("vernix", "send", file, "--data", tmp_path / "riverside")

    assert "quota" not in send().err
    quota(kit, "riverside", "--bytes-per-day", "100kB")
    warned = send()
    assert warned.code == 0
    assert "% of your quota is used (bytes per day)" in warned.err
    refused = send()
    assert refused.code == 3
    assert "more today than the 100000 bytes" in refused.err
    assert "ask the registry" in refused.err


def test_a_stopped_partner_is_let_go_on(kit: ExchangeKit, running: RunningGateway) -> None:
    quota(kit, "lakeside", "--collected-deliveries", "1")
    assert command(kit, "release-brake", "lakeside").code == 3, "it is not stopped"
    part = kit.seal(b"for lakeside", to="lakeside")
    first, second = (running.deliver(part, sender="registry", to=["lakeside"]) for _ in range(2))
    ways = [f"/deliveries/{each.id}/parts/0" for each in (first, second)]
    assert [running.signed("lakeside", "GET", way).status for way in ways] == [200, 429]
    said = run_program("vernix-gateway", "status", "--data", kit.data)
    assert "stopped: lakeside" in said.out
    assert command(kit, "release-brake", "stranger").code == 2
    released = command(kit, "release-brake", "lakeside")
    assert released.code == 0, released.err
    assert running.signed("lakeside", "GET", ways[1]).status == 200
