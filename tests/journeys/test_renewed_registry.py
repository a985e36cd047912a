"""The registry renews its own keys: who followed and who did not are both taken, and no proof is lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.journey_kit import World, run_program, write_births
from tests.journeys.test_over_sftp import births, carry

pytestmark = [pytest.mark.journey, pytest.mark.slow]


def own_keys(world: World) -> dict[str, dict[str, Any]]:
    """What the directory lists under the registry, by key."""
    listed = world.registry("partners", "--json").document()["partners"]
    return {key["id"]: key for partner in listed if partner["role"] == "registry" for key in partner["keys"]}


def submit(world: World, hospital: Path, name: str) -> str:
    """One birth, sent, taken, and its proven receipt collected; the delivery's id."""
    file = write_births(world.root / f"{name}.csv", {"record_number": name})
    delivery: str = world.vernix(hospital, "send", file, "--json").document()["delivery"]
    world.registry("run", "--once")
    world.registry("run", "--once")  # the second cosigns a ledger that has the receipt
    collected = world.vernix(hospital, "collect", "--json").document()
    assert {each["result"] for each in collected["acknowledgements"]} == {"accepted"}
    return delivery


def killed_at(world: World, point: str) -> None:
    """``renew-keys``, killed there."""
    folder, passphrase = world.root / "registry", world.root / "passphrase"
    options = ("--data", folder, "--passphrase-file", passphrase)
    assert run_program("vernix-registry", "renew-keys", *options, VERNIX_FAILPOINT=point).code == -9


def test_before_and_after_and_who_did_not_follow(sftp_world: World) -> None:
    world = sftp_world
    hospital = world.invite_and_join("Riverside Hospital")
    first = submit(world, hospital, "first")
    old = own_keys(world)
    file, sealed = (
        write_births(world.root / "offline.csv", {"record_number": "offline"}),
        world.root / "o.age",
    )
    world.vernix(hospital, "seal", "--to", "registry", "-o", sealed, file)

    log = world.log("registry")
    started = log.read_text().count('"started"')
    with world.registry_running():
        world.until(lambda: log.read_text().count('"started"') > started, "the registry did not start")
        refused = world.registry("renew-keys", accept=(5,))
        assert "Another vernix-registry run is at work" in refused.err
    killed_at(world, "renewal:published")
    world.registry("run", "--once")  # goes on with the keys of before
    renewed = world.registry("renew-keys", "--json").document()
    keys = own_keys(world)
    assert set(old) < set(keys)
    assert len(keys) == 4, "it was killed on the way, and one pair came"
    assert {key["valid_until"] is None for name, key in keys.items() if name not in old} == {True}
    assert {key["valid_until"] is None for name, key in keys.items() if name in old} == {False}
    assert renewed["signing_key"] in set(keys) - set(old)

    carry(world, hospital, sealed, "offline.age")  # sealed to the old key alone
    world.registry("run", "--once")
    second = submit(world, hospital, "second")
    assert births(world) == 3
    world.stop("gateway")
    for delivery in (first, second):
        (told,) = world.vernix(hospital, "verify", delivery, "--json").document()["receipts"]
        assert (told["result"], "registry" in told["witnesses"]) == ("accepted", True)
