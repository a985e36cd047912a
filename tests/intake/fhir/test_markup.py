"""FHIR in XML: the same records and findings as its JSON, and nothing of what a document asks for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.fhir_kit import (
    CANARY,
    CHILD,
    Resource,
    as_xml,
    bundle,
    child,
    full_birth,
    mother,
    none_of,
    observation,
    quantity,
    ticked,
)

from vernix.errors import DataRefused
from vernix.intake.fhir import markup
from vernix.intake.formats import open_source, recognise
from vernix.intake.reading import Reading, read, read_source

ABSENT = {
    "extension": [
        {"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "asked-unknown"}
    ]
}
PARTIAL = {
    "extension": [
        {
            "url": "http://hl7.org/fhir/us/vr-common-library/StructureDefinition/ExtensionPartialDateTimeVitalRecords",
            "extension": [{"url": "year", "valueUnsignedInt": 2024}],
        }
    ]
}


def written(tmp_path: Path, text: str, name: str = "sent") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def said(reading: Reading) -> tuple[list[dict[str, Any]], list[tuple[str, str]]]:
    return reading.records.to_pylist(), [(each.code, each.place) for each in reading.findings.listed()]


@pytest.mark.parametrize(
    "document",
    [
        full_birth(),
        bundle(observation("8339-4", CHILD, **quantity(3.4, "kg"))),
        bundle(observation("9274-2", CHILD, _valueInteger=ABSENT)),
        bundle(observation("68493-6", _valueInteger=ABSENT)),
        bundle(child(multipleBirthBoolean=False, multipleBirthInteger=None), mother()),
        bundle(
            child(name=[{"family": "Testa", "given": ["Alba", None], "_given": [None, ABSENT]}]), mother()
        ),
        bundle(child(), mother(), child("Bella", multipleBirthInteger=2)),
        bundle(child(birthDate=None, _birthDate=PARTIAL), mother()),
        bundle(none_of("73775-9"), ticked("Condition", "73775-9", "15938005")),
        bundle(*(observation("9274-2", CHILD, valueInteger=figure) for figure in (7, 9))),
        bundle(
            {
                "resourceType": "QuestionnaireResponse",
                "item": [
                    {"linkId": "mother-city", "answer": [{"valueString": "Ottawa"}]},
                    {"linkId": "married-conception", "answer": [{"valueBoolean": True}]},
                    {"linkId": "mothers-smoking-trimester-1-cig", "answer": [{"valueInteger": 3}]},
                ],
            }
        ),
        {"resourceType": "Patient", "name": [{"family": CANARY}]},
    ],
)
def test_xml_says_what_json_says(tmp_path: Path, document: Resource) -> None:
    document = json.loads(json.dumps(document), object_hook=_without_nothing)
    json_path = written(tmp_path, json.dumps(document), "json")
    xml_path = written(tmp_path, as_xml(document), "xml")
    assert recognise(xml_path).name == "fhir"
    assert said(read(xml_path, "birth")) == said(read(json_path, "birth"))


def _without_nothing(found: Resource) -> Resource:
    return {key: value for key, value in found.items() if value is not None}


def test_its_media_type_is_that_of_the_form_it_is_in(tmp_path: Path) -> None:
    assert open_source(written(tmp_path, as_xml(full_birth()))).media_type == "application/fhir+xml"
    assert open_source(written(tmp_path, json.dumps(full_birth()))).media_type == "application/fhir+json"


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE Bundle [<!ENTITY x "y">]>' + as_xml(full_birth()).partition("\n")[2],
        as_xml(full_birth())[:-9],
        as_xml(full_birth()).replace("<Bundle ", f"<{CANARY} ", 1),
        "<Bundle xmlns='http://hl7.org/fhir'>" + "<entry>" * 90 + "</entry>" * 90 + "</Bundle>",
    ],
)
def test_what_is_hostile_or_broken_is_refused_without_a_value(tmp_path: Path, text: str) -> None:
    with pytest.raises(DataRefused) as refused:
        read(written(tmp_path, text), "birth")
    assert CANARY not in f"{refused.value}{refused.value.hint}"


def test_a_document_that_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markup, "MAX_DOCUMENT", 1000)
    with pytest.raises(DataRefused, match="larger than"):
        open_source(written(tmp_path, as_xml(full_birth())))


@pytest.mark.real_data
def test_the_published_xml_is_the_published_json(shared_data: Path) -> None:
    folder = shared_data / "02-bfdr/nightingale-fixtures"
    of_xml, of_json = (
        said(read_source(open_source(folder / kind / f"BasicBirthRecord.{kind}"), "birth"))
        for kind in ("xml", "json")
    )
    assert of_xml == of_json
    assert len(of_xml[0]) == 1


@pytest.mark.real_data
def test_every_published_json_says_the_same_in_xml(shared_data: Path, tmp_path: Path) -> None:
    for path in (shared_data / "02-bfdr").rglob("*.json"):
        document = json.loads(path.read_bytes())
        if "resourceType" in document:
            as_json = read(path, "birth", format="fhir")
            assert said(read(written(tmp_path, as_xml(document)), "birth")) == said(as_json), path.name
