"""``vernix cohort`` as a person runs it."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from vernix.partner.cli import PROGRAM


def test_it_writes_a_file_for_each_site_and_the_truth(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run("cohort", "--births", "120", "--seed", "5", "--out", str(tmp_path / "c"), "--json") == 0
    told = json.loads(capsys.readouterr().out)
    truth = _read(tmp_path / "c" / "truth.csv")
    assert len(truth) == told["births"] == 120
    for site in told["sites"]:
        sent = _read(tmp_path / "c" / site["file"])
        mine = [row for row in truth if row["site"] == site["site"]]
        assert [row["record_number"] for row in sent] == [row["record_number"] for row in mine]
        assert [int(row["row"]) for row in mine] == list(range(1, len(sent) + 1))
    assert not list((tmp_path / "c").glob(".*"))


def test_the_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        assert _run("cohort", "--births", "90", "--out", str(tmp_path / folder)) == 0
    assert _bytes(tmp_path / "a") == _bytes(tmp_path / "b")


@pytest.mark.parametrize(
    "wrong", [("--births", "-1"), ("--births", "10", "--error-rate", "2"), ("--births", "10", "--seed", "-3")]
)
def test_impossible_wishes_are_a_usage_error(wrong: tuple[str, ...], tmp_path: Path) -> None:
    assert _run("cohort", *wrong, "--out", str(tmp_path)) == 2
    assert not list(tmp_path.iterdir())


def test_the_declarations_import_nothing_heavy() -> None:
    """`vernix --help` and the check of a mapping must not wait for engines."""
    code = (
        "import sys; import vernix.births.encounters, vernix.births.cohort.births, vernix.insights.births; "
        "sys.exit(bool({'numpy', 'pandas', 'ibis', 'duckdb', 'pyarrow'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def _run(*words: str) -> object:
    with pytest.raises(SystemExit) as stopped:
        PROGRAM.main(words)
    return stopped.value.code


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}
