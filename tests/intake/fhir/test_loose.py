"""Resources on lines of their own, as a bulk export has them, and resources that stand within others."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.fhir_kit import CHILD, MOTHER, Resource, bundle, child, full_birth, mother, observation, quantity

from vernix.errors import DataRefused
from vernix.intake.fhir import loose
from vernix.intake.reading import Reading, read


def reading_of(tmp_path: Path, *documents: Any) -> Reading:
    path = tmp_path / "sent.ndjson"
    path.write_text("\n".join(map(json.dumps, documents)), encoding="utf-8")
    return read(path, "birth", format="fhir")


def found(reading: Reading) -> list[tuple[str, str]]:
    return [(each.code, each.place) for each in reading.findings.listed()]


def exported(number: int) -> list[Resource]:
    """A birth as the lines of an export: the resources of a document, with references that a server gives."""
    text = json.dumps(full_birth())
    text = text.replace(CHILD, f"Patient/c{number}").replace(MOTHER, f"Patient/m{number}")
    resources = [each["resource"] for each in json.loads(text)["entry"]]
    for each, name in zip(resources[1:3], "cm", strict=True):
        each["id"] = f"{name}{number}"
    encounter = {
        "resourceType": "Encounter",
        "id": f"e{number}",
        "subject": {"reference": f"Patient/m{number}"},
    }
    birth = {
        "resourceType": "Encounter",
        "id": f"b{number}",
        "subject": {"reference": f"Patient/c{number}"},
        "partOf": {"reference": f"Encounter/e{number}"},
    }
    return [*resources, encounter, birth]


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(seed=st.integers(0, 1 << 30), births=st.integers(1, 3))
def test_lines_in_any_order_are_the_documents_they_were(tmp_path: Path, seed: int, births: int) -> None:
    lines = [each for number in range(births) for each in exported(number)]
    random.Random(seed).shuffle(lines)  # noqa: S311
    reading = reading_of(tmp_path, *lines)
    assert found(reading) == []
    (expected,) = reading_of(tmp_path, full_birth()).records.to_pylist()
    got = sorted(reading.records.to_pylist(), key=lambda row: row["record_number"])
    assert [row["record_number"] for row in got] == [f"c{number}" for number in range(births)]
    for row in got:
        assert {k: v for k, v in row.items() if k not in ("record_number", "_row")} == {
            k: v for k, v in expected.items() if k not in ("record_number", "_row")
        }


def test_a_row_stands_where_its_person_does_and_what_is_about_nobody_is_said(tmp_path: Path) -> None:
    stray = observation("9274-2", "Patient/elsewhere", valueInteger=9)
    man = {"resourceType": "Patient", "id": "father", "gender": "male", "birthDate": "1990-01-01"}
    other = {"resourceType": "Patient", "id": "uncle", "gender": "male", "birthDate": "1991-01-01"}
    weight = observation("8339-4", "Patient/c0", **quantity(3000, "cm"))
    birth = [each for each in exported(0) if each.get("code") != weight["code"]]
    lines = [stray, *birth, weight, man, other]
    reading = reading_of(tmp_path, *lines)
    at = lines.index(next(each for each in lines if each.get("id") == "c0")) + 1
    assert {("fhir.nobody", "document 1"), ("fhir.nobody", f"document {len(lines)}")} <= set(found(reading))
    weights = [place for code, place in found(reading) if code == "fhir.unit"]
    assert weights == [f"document {at}, column Observation.where(code.coding.code='8339-4').value"]


def test_behind_bundles_a_resource_stands_for_itself(tmp_path: Path) -> None:
    reading = reading_of(tmp_path, full_birth("41"), mother(), full_birth("42"))
    assert found(reading)[0] == ("fhir.nobody", "document 2")
    assert [list(each) for each in reading.source.documents(3)] == [[1], [2], [3]]  # type: ignore[attr-defined]


def test_bundles_may_stand_among_loose_resources(tmp_path: Path) -> None:
    reading = reading_of(tmp_path, *exported(7), full_birth("41"), full_birth("42"))
    assert [row["record_number"] for row in reading.records.to_pylist()] == ["41", "42", "c7"]


def test_sites_are_those_of_each_encounter(tmp_path: Path) -> None:
    lines: list[Resource] = []
    for number in range(2):
        lines += exported(number)
        lines[-1]["location"] = [{"location": {"reference": f"Location/l{number}"}}]
        lines.append(
            {
                "resourceType": "Location",
                "id": f"l{number}",
                "type": [{"coding": [{"code": "loc_birth"}]}],
                "identifier": [{"system": "http://hl7.org/fhir/sid/us-npi", "value": f"100000000{number}"}],
            }
        )
    rows = reading_of(tmp_path, *lines).records.to_pylist()
    assert {row["record_number"]: row["site"] for row in rows} == {"c0": "1000000000", "c1": "1000000001"}


def test_more_than_can_be_joined_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loose, "MOST", 10)
    with pytest.raises(DataRefused, match="on their own"):
        reading_of(tmp_path, *exported(0))


def test_forms_that_name_nobody_are_each_a_record(tmp_path: Path) -> None:
    forms = [
        {
            "resourceType": "QuestionnaireResponse",
            "item": [
                {"linkId": "record_number", "answer": [{"valueString": number}]},
                {"linkId": "sex", "answer": [{"valueString": "female"}]},
                {"linkId": "birth_date", "answer": [{"valueDate": "2024-02-29"}]},
                {"linkId": "outcome", "answer": [{"valueString": "live"}]},
            ],
        }
        for number in "12"
    ]
    assert [row["record_number"] for row in reading_of(tmp_path, *forms).records.to_pylist()] == ["1", "2"]


def test_people_who_stand_within_a_resource_are_who_it_is_about(tmp_path: Path) -> None:
    newborn = {**child(), "id": "p"}
    within = [
        {**observation(loinc, "#p", **value), "contained": [newborn]}
        for loinc, value in (("8339-4", quantity(3000, "g")), ("9274-2", {"valueInteger": 9}))
    ]
    document = {
        "resourceType": "Bundle",
        "type": "collection",
        "identifier": {"value": "5"},
        "entry": [{"fullUrl": f"urn:uuid:{n}", "resource": each} for n, each in enumerate(within)],
    }
    (row,) = reading_of(tmp_path, document).records.to_pylist()
    assert (row["child_given_names"], row["birth_weight"], row["apgar_5"]) == ("Alba Iris", 3000, 9)


def message(event: dict[str, Any] | None, *inside: Resource) -> Resource:
    header = [] if event is None else [{"resourceType": "MessageHeader", **event}]
    return {
        "resourceType": "Bundle",
        "type": "message",
        "entry": [{"resource": each} for each in (*header, *inside)],
    }


NCHS = "http://nchs.cdc.gov/"


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (message({"eventUri": f"{NCHS}birth_submission"}, full_birth()), None),
        (message({"eventUri": f"{NCHS}fd_submission_update"}, full_birth()), None),
        (message({"eventUri": f"{NCHS}birth_submission"}), "fhir.empty"),
        (message({"eventUri": f"{NCHS}fd_submission_void"}), "fhir.void"),
        (message({"eventUri": f"{NCHS}fd_causeofdeath_coding_update"}, full_birth()), "fhir.answer"),
        (message({"eventUri": f"{NCHS}vrdr_submission"}, full_birth()), "fhir.event"),
        (message({}, full_birth()), "fhir.event"),
        (message(None, full_birth()), "fhir.event"),
        (message({"eventCoding": {"code": "A01"}}, child(), mother()), None),
    ],
)
def test_of_messages_those_that_submit_are_read(tmp_path: Path, document: Resource, code: str | None) -> None:
    reading = reading_of(tmp_path, document)
    assert [each for each, _ in found(reading) if each.startswith("fhir.")] == ([code] if code else [])
    assert reading.counts.accepted == (code is None)


@pytest.mark.parametrize("code", ["64297-5", "86804-2", "86805-9", "industry_occupation_document"])
def test_documents_of_another_kind_are_no_births(tmp_path: Path, code: str) -> None:
    document = bundle()
    document["entry"][0]["resource"]["type"]["coding"][0]["code"] = code
    assert found(reading_of(tmp_path, document)) == [("fhir.document", "document 1")]


def test_the_subject_of_some_other_document_is_not_taken_for_a_newborn(tmp_path: Path) -> None:
    document = bundle(mother(), observation("68493-6", CHILD, valueInteger=9))
    document["entry"][0]["resource"] = {
        "resourceType": "Composition",
        "type": {"coding": [{"code": "34133-9"}]},
        "subject": {"reference": CHILD},
    }
    assert found(reading_of(tmp_path, document)) == [("fhir.nobody", "document 1")]
