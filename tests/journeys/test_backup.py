"""Restored from a copy: what it had is there, what came after it is sent again, and nobody counts twice."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.journey_kit import World, write_births

pytestmark = [pytest.mark.journey, pytest.mark.slow]


def test_a_registry_is_restored_from_an_old_copy(world: World, tmp_path: Path) -> None:
    """A partner joined, and data came, after the copy was made."""
    hospital = world.invite_and_join("Riverside Hospital")
    first = write_births(tmp_path / "first.csv", *[{"record_number": f"A-{n}"} for n in range(7)])
    second = write_births(tmp_path / "second.csv", *[{"record_number": f"B-{n}"} for n in range(5)])
    world.vernix(hospital, "send", first)
    world.registry("run", "--once")
    shutil.copytree(world.root / "registry", tmp_path / "copy")
    clinic = world.invite_and_join("Lakeside Clinic")
    world.vernix(hospital, "send", second)
    world.registry("run", "--once")

    shutil.rmtree(world.root / "registry")
    shutil.copytree(tmp_path / "copy", world.root / "registry")
    world.registry("verify")
    refused = world.registry("run", "--once", accept=(3,))
    assert "adopt-directory" in refused.err
    adopted = world.registry("adopt-directory", "--json").document()
    assert adopted["version"] > adopted["version_before"]
    world.registry("run", "--once")
    assert world.totals("riverside-hospital", "births") == {"births": 7}, "what the copy had"

    world.vernix(hospital, "send", "--again", first)
    world.vernix(hospital, "send", "--again", second)
    world.vernix(clinic, "send", write_births(tmp_path / "third.csv", {"record_number": "C-1"}))
    world.registry("run", "--once")
    assert world.totals("riverside-hospital", "births") == {"births": 12}, "each row once"
    world.registry("verify")


def test_a_gateway_is_restored_from_an_old_copy(world: World, tmp_path: Path) -> None:
    """What was signed for since is not taken twice; what was waiting since is sent again."""
    hospital = world.invite_and_join("Riverside Hospital")
    first = write_births(tmp_path / "first.csv", *[{"record_number": f"A-{n}"} for n in range(6)])
    second = write_births(tmp_path / "second.csv", *[{"record_number": f"B-{n}"} for n in range(5)])
    world.vernix(hospital, "send", first)
    world.stop("gateway")
    shutil.copytree(world.root / "gateway", tmp_path / "copy")
    world.start_gateway()
    world.registry("run", "--once")
    world.vernix(hospital, "send", second)

    world.stop("gateway")
    shutil.rmtree(world.root / "gateway")
    shutil.copytree(tmp_path / "copy", world.root / "gateway")
    world.start_gateway()
    world.registry("run", "--once")
    assert world.totals("riverside-hospital", "births") == {"births": 6}, "the first came a second time"
    states = world.vernix(hospital, "collect", "--json").document()
    assert len(states["receipts"]) == 1, "its receipt came again"

    assert world.vernix(hospital, "sent", "--json").document()["counts"] == {"delivered": 1, "lost": 1}
    world.vernix(hospital, "send", second)
    world.registry("run", "--once")
    assert world.totals("riverside-hospital", "births") == {"births": 11}


def test_a_gateway_begins_anew_with_nothing(world: World, tmp_path: Path) -> None:
    hospital = world.invite_and_join("Riverside Hospital")
    file = write_births(tmp_path / "births.csv", *[{"record_number": f"A-{n}"} for n in range(8)])
    world.vernix(hospital, "send", file)
    world.stop("gateway")
    shutil.rmtree(world.root / "gateway")
    world.start_gateway()
    world.vernix(hospital, "send", "--again", file)
    world.registry("run", "--once")
    assert world.totals("riverside-hospital", "births") == {"births": 8}
