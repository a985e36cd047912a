"""Published FHIR: each file is the right record, or is refused at its place and for its reason."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from vernix.intake.formats import open_source, recognise
from vernix.intake.reading import Reading, read_source

pytestmark = pytest.mark.real_data

RIGHT: dict[str, dict[str, Any]] = {
    "BasicBirthRecord": {
        "record_number": "015075",
        "birth_weight": 2500,
        "gestation": 252,
        "delivery_method": "caesarean",
        "presentation": "breech",
        "diabetes": "before",
        "uterine_rupture": "yes",
        "mother_height": "170.2",
        "infection_syphilis": None,  # no "none of these" stands in it: a blank is no No
    },
    "BasicBirthRecord2": {"plurality": 1, "nicu": "no", "infection_syphilis": "no", "cleft": None},
    "BirthRecordFakeNoRace": {"heart_defect": "no", "down_syndrome": "none", "sex": "male"},
    "BirthRecordFakeWithRace": {"heart_defect": "no", "down_syndrome": "none", "sex": "male"},
    "BirthRecordSubmissionMessage": {"record_number": "048858", "mother_age": 34},
    "BirthRecordUpdateMessage": {"record_number": "048858", "mother_age": 34},
}
ANSWERS = (
    *(f"BirthRecord{kind}Message" for kind in ("Acknowledgement", "Status", "Error", "DemographicsCoding")),
    *(
        f"BirthRecord{kind}"
        for kind in ("DemographicsCodingMessageNoNatality", "SubmissionMessage_acknowledgement")
    ),
    "BirthRecordDemographicsCodingUpdateMessage",
    "BirthRecordErrorMessageNoOperationOutcome",
)
WHY = {
    **dict.fromkeys(ANSWERS, "fhir.answer"),
    "BirthRecordVoidMessage": "fhir.void",
    "BirthRecordVoidMessageWithoutBlockCount": "fhir.void",
    "BirthRecordIndustryAndOccupationCodedContent": "fhir.document",
    "Bundle-bundle-coded-race-and-ethnicity-baby-g-quinn": "fhir.document",
}


REPOSITORY = Path(__file__).parents[3]
FOLDERS = ("nightingale-fixtures/json", "nightingale-fixtures/xml", "fhir-r4-core-examples")


def table(folder: Path) -> str:
    """The rows of docs/reference/real-fhir.md."""
    lines = []
    for name in FOLDERS:
        files = sorted((folder / name).iterdir())
        kept, lost = 0, Counter[str]()
        for path in files:
            reading = read_source(open_source(path, "fhir"), "birth")
            errors = [each for each in reading.findings.listed() if each.severity == "error"]
            assert all(each.place.startswith("document 1") for each in errors)
            kept += reading.counts.accepted
            lost.update({each.code for each in errors})
        why = ", ".join(f"{count} `{code}`" for code, count in sorted(lost.items()))
        lines.append(f"| {name} | {len(files)} | {kept} | {why} |")
    return "\n".join(lines)


def test_the_page_counts_what_becomes_of_each(shared_data: Path) -> None:
    page = (REPOSITORY / "docs" / "reference" / "real-fhir.md").read_text("utf-8")
    assert table(shared_data / "02-bfdr") in page


def reading_of(path: Path) -> Reading:
    source = open_source(path)
    assert (recognise(path).name, source.encounter) == ("fhir", "birth")
    return read_source(source, "birth")


def test_every_published_document_is_right_or_refused(shared_data: Path) -> None:
    files = {path.stem: path for path in (shared_data / "02-bfdr/nightingale-fixtures/json").glob("*.json")}
    assert files.keys() == RIGHT.keys() | WHY.keys()
    for name, path in files.items():
        reading = reading_of(path)
        if name in WHY:
            assert [each.code for each in reading.findings.listed()] == [WHY[name]], name
            continue
        (row,) = reading.records.to_pylist()
        texts = {key: value if value is None else str(value) for key, value in row.items()}
        for key, value in RIGHT[name].items():
            assert texts.get(key) == (value if value is None else str(value)), (name, key)


def test_an_observation_that_holds_its_newborn_is_a_birth_and_a_mother_alone_is_none(
    shared_data: Path,
) -> None:
    folder = shared_data / "02-bfdr/fhir-r4-core-examples"
    scores = {"1": (0, None, None), "5": (None, 10, None), "10": (None, None, 10)}
    for minute in ("1", "2", "5", "10", "20"):
        (row,) = reading_of(folder / f"Observation-{minute}minute-apgar-score.json").records.to_pylist()
        assert (row["child_family_name"], row["sex"], row["birth_time"]) == ("Chalmers", "male", "10:28")
        given = tuple(row[f"apgar_{each}"] for each in (1, 5, 10))
        assert given == scores.get(minute, (None, None, None))
        assert row["record_number"] is None  # an id within another resource names nothing outside of it
    assert [each.code for each in reading_of(folder / "Patient-mom.json").findings.listed()] == [
        "fhir.nobody"
    ]
