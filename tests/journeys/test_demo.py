"""``vernix demo --once`` is what a newcomer runs first."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.journey_kit import run_program

pytestmark = pytest.mark.journey


def test_the_demonstration_runs_and_ends_its_programs(tmp_path: Path, repository: Path) -> None:
    ended = run_program("vernix", "demo", "--births", "120", "--data", tmp_path / "demo", "--once", "--json")
    assert ended.code == 0, ended.err
    document = ended.document()
    assert document["gateway"]["readable"] == 0
    assert document["readable_at_the_senders"] >= 100, "the search that found nothing can find"
    assert document["partners"] == document["deliveries"] >= 3
    assert document["births"] >= 90
    assert document["persons"] >= 90
    assert Path(document["picture"]).read_text(encoding="utf-8").lstrip().startswith("<svg")
    assert document["pids"]
    for pid in document["pids"].values():
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


@pytest.mark.real_data
def test_the_demonstration_counts_the_real_files(tmp_path: Path, shared_data: Path) -> None:
    ended = run_program("vernix", "demo", "--births", "30", "--data", tmp_path / "demo", "--once", "--json")
    assert ended.code == 0, ended.err
    assert ended.document()["real"] == {
        "natality2014_1k": {
            "births": 1000, "preterm": 98, "low_weight": 66, "multiple": 26, "caesarean": 295,
        },
        "births14": {"births": 1000, "preterm": 124, "low_weight": 81},
    }  # fmt: skip
