"""Published FHIR: each file is the right record, or is refused at its place and for its reason."""

from __future__ import annotations

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
    "BirthRecordIndustryAndOccupationCodedContent": "fhir.nobody",
    "Bundle-bundle-coded-race-and-ethnicity-baby-g-quinn": "fhir.nobody",
}


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


def test_a_mother_and_single_observations_are_no_births(shared_data: Path) -> None:
    folder = shared_data / "02-bfdr/fhir-r4-core-examples"
    for path in folder.glob("*apgar*"):
        assert reading_of(path).counts.accepted == 0
    assert [each.code for each in reading_of(folder / "Patient-mom.json").findings.listed()] == [
        "fhir.nobody"
    ]
