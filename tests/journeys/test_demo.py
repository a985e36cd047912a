"""``vernix demo --once`` is what a newcomer runs first."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from tests.journey_kit import run_program

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def summary(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What one run of the demonstration says at its end."""
    folder = tmp_path_factory.mktemp("demo")
    ended = run_program("vernix", "demo", "--births", "120", "--data", folder / "demo", "--once", "--json")
    assert ended.code == 0, ended.err
    return ended.document()


def test_the_demonstration_tells_the_whole_journey(summary: dict[str, Any]) -> None:
    assert summary["partners"] == summary["deliveries"] >= 3
    assert summary["births"] >= 90
    assert summary["persons"] >= 90
    assert Path(summary["picture"]).read_text(encoding="utf-8").lstrip().startswith("<svg")


def test_a_thief_reads_nothing_by_a_search_that_can_find(summary: dict[str, Any]) -> None:
    assert summary["gateway"]["readable"] == 0
    assert summary["readable_at_the_senders"] >= 100


def test_a_hospital_of_the_demonstration_can_use_sftp(summary: dict[str, Any]) -> None:
    sftp = summary["sftp"]
    assert set(sftp) == {"port", "user", "key", "to", "partner", "data"}
    assert (sftp["to"], sftp["partner"]) == ("/to/registry", "registry")
    assert Path(sftp["key"]).stat().st_mode & 0o077 == 0
    assert Path(sftp["key"]).is_relative_to(sftp["data"])
    assert "listens for SFTP" in (Path(sftp["data"]).parents[1] / "gateway.log").read_text()


def test_the_demonstration_ends_its_programs(summary: dict[str, Any]) -> None:
    assert summary["pids"]
    for pid in summary["pids"].values():
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


@pytest.mark.real_data
@pytest.mark.usefixtures("shared_data")
def test_the_demonstration_counts_the_real_files(summary: dict[str, Any]) -> None:
    assert summary["real"] == {
        "natality2014_1k": {
            "births": 1000, "preterm": 98, "low_weight": 66, "multiple": 26, "caesarean": 295,
        },
        "births14": {"births": 1000, "preterm": 124, "low_weight": 81},
    }  # fmt: skip
