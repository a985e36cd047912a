"""``vernix cohort`` as a person runs it."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from vernix.births import encounters
from vernix.intake.reading import read
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


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same people in every encounter."""
    folder = tmp_path_factory.mktemp("cohort")
    assert _run("cohort", "--births", "300", "--seed", "11", "--encounter", "all", "--out", str(folder)) == 0
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in encounters.names() if name != "birth"])
def test_the_findings_of_a_file_are_those_that_were_planted(everything: Path, name: str) -> None:
    """Every encounter's rows keep its own checks; a planted error is found by its code, and nothing else."""
    truth = _read(everything / name / "truth.csv")
    assert truth
    for sender in {row["sender"] for row in truth}:
        planted = {
            (int(row["row"]), row["error"]) for row in truth if row["sender"] == sender and row["error"]
        }
        reading = read(everything / name / f"{sender}.csv", name)
        found = [(finding.row, finding.code) for finding in reading.findings.listed()]
        assert sorted(found) == sorted(planted)
        assert reading.counts.rejected == sum(
            row["severity"] == "hard" for row in truth if row["sender"] == sender
        )


@pytest.mark.slow
def test_errors_of_many_kinds_are_planted(everything: Path) -> None:
    errors = {row["error"] for path in everything.glob("*/truth.csv") for row in _read(path)} - {""}
    assert {"value.code", "value.date", "value.required"} < errors
    assert len(errors) > 50


@pytest.mark.slow
def test_a_child_is_the_same_in_every_encounter(everything: Path) -> None:
    """A screen is after the birth, of the same mother and child, under the number that the birth has."""
    born = {row["child"]: row for row in _told(everything, everything)}
    screened = [row for row in _told(everything / "newborn_screening", everything) if not row["error"]]
    assert len(screened) > 250
    for row in screened:
        birth = born[row["child"]]
        if birth["error"]:
            continue
        for name in ("mother_health_number", "child_health_number", "birth_date", "sex", "birth_weight"):
            assert row[name] == birth[name], name
        assert row["birth_date"] < row["collection_date"] <= row["received_date"] <= row["result_date"]


@pytest.mark.slow
def test_a_pregnancy_has_its_visits_in_order(everything: Path) -> None:
    visits: dict[str, list[str]] = {}
    for row in _told(everything / "antenatal_visit", everything):
        if not row["error"]:
            visits.setdefault(row["pregnancy"], []).append(row["prenatal_visit_date"])
    assert max(map(len, visits.values())) >= 8
    assert all(days == sorted(days) for days in visits.values())


def test_an_encounter_that_there_is_not_is_a_usage_error(tmp_path: Path) -> None:
    assert _run("cohort", "--births", "5", "--encounter", "brith", "--out", str(tmp_path)) == 2


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


def _told(folder: Path, root: Path) -> list[dict[str, str]]:
    """What is sent of each row, with its truth."""
    told = []
    place = "site" if folder == root else "sender"
    for true in _read(folder / "truth.csv"):
        sent = _SENT.setdefault(folder / true[place], _read(folder / f"{true[place]}.csv"))
        told.append({**true, **sent[int(true["row"]) - 1], "error": true["error"]})
    return told


_SENT: dict[Path, list[dict[str, str]]] = {}


def _bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}
