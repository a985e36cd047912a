"""The ledger in the hands of those who run the programs: watched, proven, caught, and begun anew by name."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.journey_kit import World, write_births

pytestmark = pytest.mark.journey


def send_and_collect(world: World, hospital: Path, folder: Path, name: str) -> str:
    """One submission with its receipt, proven under the registry's word; its delivery's id."""
    file = write_births(folder / f"{name}.csv", {"record_number": name})
    delivery: str = world.vernix(hospital, "send", file, "--json").document()["delivery"]
    world.registry("run", "--once")
    world.registry("run", "--once")  # the second looks at a ledger that has the receipt
    world.vernix(hospital, "collect")
    return delivery


@pytest.mark.slow
def test_a_gateway_from_a_copy_is_caught_and_begun_anew_by_name(world: World, tmp_path: Path) -> None:
    hospital = world.invite_and_join("Riverside Hospital")
    first = send_and_collect(world, hospital, tmp_path, "first")
    told = world.vernix(hospital, "verify", first, "--json").document()["receipts"]
    assert "registry" in told[0]["witnesses"]
    assert world.vernix(hospital, "witness", "--once", "--json").document()["caught"] is None
    assert world.registry("status", "--json").document()["ledger"]["events"] > 5

    world.stop("gateway")
    shutil.copytree(world.root / "gateway", tmp_path / "copy")
    world.start_gateway()
    send_and_collect(world, hospital, tmp_path, "second")
    world.stop("gateway")
    shutil.rmtree(world.root / "gateway")
    shutil.copytree(tmp_path / "copy", world.root / "gateway")
    world.start_gateway()

    caught = world.vernix(hospital, "witness", "--once", "--json", accept=(3,)).document()["caught"]
    assert caught["kind"] == "rolled-back"
    world.registry("run", "--once")
    assert world.registry("status", "--json").document()["ledger"]["caught"] == "rolled-back"

    world.stop("gateway")
    begun = run_gateway(world, "new-log", "--json")
    assert run_gateway(world, "new-log", "--json") != begun, "each has a key of its own"
    begun = run_gateway(world, "new-log", "--json")
    world.start_gateway()
    world.registry("accept-log", "ed25519:" + "A" * 43, accept=(1, 3))
    world.registry("accept-log", begun)
    world.registry("run", "--once")
    assert "caught" not in world.registry("status", "--json").document()["ledger"]
    assert world.vernix(hospital, "witness", "--once", "--json").document()["caught"] is None
    assert world.vernix(hospital, "verify", first, "--json").document()["receipts"] == told
    third = send_and_collect(world, hospital, tmp_path, "third")
    assert (
        "registry" in world.vernix(hospital, "verify", third, "--json").document()["receipts"][0]["witnesses"]
    )


def run_gateway(world: World, *words: str) -> str:
    """A command of the gateway's operator; the key that it printed."""
    ended = world._run("vernix-gateway", *words, "--data", world.root / "gateway", accept=(0,))
    return str(ended.document()["key"])
