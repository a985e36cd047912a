"""A new laboratory tries itself out in the test lane, and is promoted: with the real programs."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.journey_kit import World, write_births

pytestmark = pytest.mark.journey


def test_a_laboratory_is_held_to_the_test_lane_and_promoted(world: World, tmp_path: Path) -> None:
    laboratory = world.root / "partners" / "lab"
    invited = world.registry("invite", "Lab", "--lane", "test")
    assert "vernix-registry grant lab registry submission" in invited.err
    with world.registry_running():
        world.vernix(laboratory, "join", invited.out.strip())
    file = write_births(tmp_path / "births.csv", {}, {"birth_weight": "93400"})

    refused = world.vernix(laboratory, "send", file, accept=(3,))
    assert "--lane test" in refused.err
    assert "test lane" in world.vernix(laboratory, "send", "--lane", "test", file).err
    world.registry("run", "--once")
    (tested,) = world.vernix(laboratory, "collect", "--json", accept=(1,)).document()["acknowledgements"]
    assert (tested["counts"]["accepted"], tested["counts"]["rejected"]) == (1, 1)
    assert "lane.test" in {each["code"] for each in tested["findings"]}
    status = world.registry("status", "--json").document()
    assert (status["births"], status["directory"]["held_to_tests"]) == (0, ["lab"])
    rows = world.registry("transfers", "--format", "json").document()["rows"]
    assert {row["purpose"] for row in rows if row["sender"] == "lab"} == {"test"}

    world.registry("grant", "lab", "registry", "submission")
    world.vernix(laboratory, "send", file)
    world.registry("run", "--once")
    (real,) = world.vernix(laboratory, "collect", "--json", accept=(1,)).document()["acknowledgements"]
    found = [each for each in tested["findings"] if each["code"] != "lane.test"]
    assert (real["findings"], real["counts"]) == (found, tested["counts"])
    status = world.registry("status", "--json").document()
    assert (status["births"], status["directory"]["held_to_tests"]) == (1, [])
    assert world.registry("verify").code == 0
