"""Messages that nobody here wrote: each gives its records, or says with a place why it gives none."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from vernix.errors import DataRefused
from vernix.intake.formats import open_source
from vernix.intake.reading import read, read_source

pytestmark = pytest.mark.real_data

REPOSITORY = Path(__file__).parents[3]


@pytest.fixture
def messages(shared_data: Path) -> Path:
    return shared_data / "03-hl7v2"


def files(folder: Path) -> Iterator[Path]:
    """Those that hold messages; others of the corpora are prose, or what a parser is to choke on."""
    for path in sorted(folder.rglob("*.hl7")) + sorted(folder.rglob("*.txt")):
        if re.search(rb"(?:^|[\r\n]|\xef\xbb\xbf)MSH[^A-Za-z]", path.read_bytes()):
            yield path


def counted(path: Path) -> Counter[str]:
    """What becomes of the patients of one file, by finding where they have no record."""
    source = open_source(path, "hl7")
    reading = read_source(source, source.encounter or "birth")
    errors = [each for each in reading.findings.listed() if each.severity == "error"]
    assert all(each.place.startswith("message ") for each in errors)
    assert len({each.row for each in errors}) == reading.counts.rejected
    return Counter({"kept": reading.counts.accepted, **Counter(each.code for each in errors)})


def table(messages: Path) -> str:
    """The rows of docs/reference/real-messages.md."""
    lines = []
    for corpus in sorted(each for each in messages.iterdir() if each.is_dir()):
        rows: Counter[str] = Counter()
        found = list(files(corpus))
        for path in found:
            rows += counted(path)
        why = ", ".join(f"{count} `{code}`" for code, count in sorted(rows.items()) if code != "kept")
        lines.append(f"| {corpus.name} | {len(found)} | {rows['kept']} | {why} |")
    return "\n".join(lines)


def test_every_file_is_read_or_refused_with_place_and_reason(messages: Path) -> None:
    page = (REPOSITORY / "docs" / "reference" / "real-messages.md").read_text("utf-8")
    assert table(messages) in page


def test_an_interpretation_says_what_empty_flags_do_not(messages: Path) -> None:
    results: Counter[str] = Counter()
    for path in sorted((messages / "cdc-trusted-intermediary").rglob("*_ORU_*.hl7")):
        for row in read(path, "newborn_screening").records.to_pylist():
            results[str(row["screen_result"])] += 1
    assert results["positive"] >= 4
    assert results["negative"] >= 4


@pytest.mark.parametrize("folder", ["CA", "MN", "LA"])
def test_names_and_dates_are_those_of_the_translation(messages: Path, folder: str) -> None:
    compared = 0
    for path in sorted((messages / "cdc-trusted-intermediary" / folder).glob("*_0_initial_message.hl7")):
        beside = path.with_name(path.name.replace("_0_initial_message.hl7", "_1_hl7_translation.fhir"))
        row = read(path, "newborn_screening").records.to_pylist()[0]
        child = _patient(json.loads(beside.read_text("utf-8")))
        name = child["name"][0]
        assert row["child_family_name"] == name.get("family")
        assert row["child_given_names"] == (" ".join(name.get("given", [])) or None)
        assert str(row["birth_date"]) == child.get("birthDate", "None")
        assert row["child_chart_number"] in [each.get("value") for each in child["identifier"]]
        assert row["sex"] in (child.get("gender"), None)
        compared += 1
    assert compared


def _patient(bundle: dict[str, Any]) -> dict[str, Any]:
    resources = (entry["resource"] for entry in bundle["entry"])
    return next(each for each in resources if each["resourceType"] == "Patient")


def test_a_file_cut_anywhere_is_a_finding_or_a_refusal(messages: Path, tmp_path: Path) -> None:
    whole = (messages / "cdc-trusted-intermediary" / "NewSTEPs" / "002_NewSTEPs_ORU_R01.hl7").read_bytes()
    for cut in range(3, len(whole), len(whole) // 25):
        path = tmp_path / "cut.hl7"
        path.write_bytes(whole[:cut])
        try:
            reading = read(path, "newborn_screening", format="hl7")
        except DataRefused:
            continue
        assert reading.counts.accepted + reading.counts.rejected == 1
