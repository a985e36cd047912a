"""A month of records: reported to its site, looked at, confirmed, opened again by a late record."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.journey_kit import CANARIES, World, write_births

pytestmark = pytest.mark.journey


def test_a_month_from_report_to_confirmation(world: World, tmp_path: Path) -> None:
    hospital = world.invite_and_join("Riverside Hospital")
    world.vernix(hospital, "send", write_births(tmp_path / "march.csv", {}, {}, {}, {}, {"sex": ""}))
    world.registry("run", "--once")
    assert standing(world) == "open"

    told = world.registry("report", "data-quality", "--month", "2026-03", "--send")
    assert "riverside-hospital: birth, 2026-03" in told.out
    world.registry("run", "--once")
    early = world.vernix(hospital, "confirm", "--month", "2026-03", accept=(2,))
    assert "No report about that month is here" in early.err

    world.vernix(hospital, "collect", "--into", tmp_path / "in", accept=(0, 1))
    folder = tmp_path / "in" / "data-quality-birth-2026-03"
    assert sorted(path.suffix for path in folder.iterdir()) == [".csv", ".html", ".json"]
    row = json.loads((folder / "data-quality-birth-2026-03.json").read_text())["rows"][0]
    assert (row["records"], row["refused"], row["open"]) == (4, 1, 1)
    assert "Riverside Hospital" in (folder / "data-quality-birth-2026-03.html").read_text()

    confirmed = world.vernix(hospital, "confirm", "--month", "2026-03", "--note", "Complete but for one.")
    assert "4 records, 1 refused and not mended" in confirmed.err
    repeated = world.vernix(hospital, "confirm", "--month", "2026-03", "--note", "Complete but for one.")
    assert "sent before" in repeated.err
    world.registry("run", "--once")
    assert standing(world) == "confirmed"
    (period,) = world.registry("periods", "--notes", "--json").document()["periods"]
    assert [each["note"] for each in period["confirmations"]] == ["Complete but for one."]
    assert "March 2026 is confirmed." in world.vernix(hospital, "collect").out

    world.vernix(hospital, "send", write_births(tmp_path / "late.csv", {"record_number": "R-5"}))
    world.registry("run", "--once")
    assert standing(world) == "changed"
    assert "period.reopened" in world.vernix(hospital, "collect").out
    assert not [word for word in CANARIES if word in "".join(world.said)]


def standing(world: World) -> str:
    (period,) = world.registry("periods", "--month", "2026-03", "--json").document()["periods"]
    return str(period["standing"])
