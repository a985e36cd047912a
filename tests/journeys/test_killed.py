"""Kill -9 at any moment, then go on: the end state is that of an undisturbed run."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest
from tests.journey_kit import World, write_births

pytestmark = pytest.mark.journey

BIG = 96 << 20


def big_file(path: Path) -> Path:
    """A file that takes long enough to send that a kill falls into it."""
    block = os.urandom(1 << 20)
    with path.open("wb") as stream:
        for number in range(BIG >> 20):
            stream.write(number.to_bytes(4, "big") + block[4:])
    return path


@pytest.mark.parametrize("delay", [0.5, 0.9])
def test_a_killed_sender_goes_on_and_delivers_once(world: World, tmp_path: Path, delay: float) -> None:
    hospital, clinic = world.invite_and_join("Riverside Hospital"), tmp_path / "big.bin"
    big_file(clinic)
    arguments = ("--to", "registry", "--purpose", "message", clinic)
    process = world.start_partner(hospital, "send", *arguments)
    time.sleep(delay)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    world.vernix(hospital, "send", *arguments)
    world.registry("run", "--once")
    assert world.held_parts() == [], "the registry took one delivery and its receipt removed the parts"
    answer = world.vernix(hospital, "collect", "--json").document()
    assert len(answer["receipts"]) == 1


def test_a_killed_gateway_loses_nothing(world: World, tmp_path: Path) -> None:
    hospital = world.invite_and_join("Riverside Hospital")
    file = big_file(tmp_path / "big.bin")
    process = world.start_partner(hospital, "send", "--purpose", "message", file)
    time.sleep(0.8)
    world.kill("gateway")
    world.start_gateway()
    assert process.wait(120) in (0, 4)
    world.vernix(hospital, "send", "--purpose", "message", file)
    world.registry("run", "--once")
    assert world.held_parts() == []
    assert len(world.vernix(hospital, "collect", "--json").document()["receipts"]) == 1


@pytest.mark.parametrize("delay", [1.0, 1.6])
def test_a_killed_registry_keeps_each_row_once(world: World, tmp_path: Path, delay: float) -> None:
    hospital = world.invite_and_join("Riverside Hospital")
    world.vernix(hospital, "send", write_births(tmp_path / "births.csv", *[{}] * 40))
    world.start_registry()
    time.sleep(delay)
    world.kill("registry")
    world.registry("run", "--once")
    answer = world.vernix(hospital, "collect", "--json").document()
    assert [item["counts"]["accepted"] for item in answer["acknowledgements"]] == [40]
    assert len(answer["receipts"]) == 1
    assert world.totals("riverside-hospital", "births") == {"births": 40}
    world.registry("verify")
