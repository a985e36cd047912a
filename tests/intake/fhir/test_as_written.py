"""What senders write in their own way, as real documents have it, and what is made of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.fhir_kit import CHILD, Resource, bundle, child, concept, observation, quantity

from vernix.intake.reading import Reading, read


def reading_of(tmp_path: Path, document: Any, encounter: str = "birth") -> Reading:
    path = tmp_path / "sent"
    path.write_text(json.dumps(document), encoding="utf-8")
    return read(path, encounter, format="fhir")


def row_of(tmp_path: Path, *resources: Resource) -> dict[str, Any]:
    (row,) = reading_of(tmp_path, bundle(*resources)).records.to_pylist()
    return dict(row)


@pytest.mark.parametrize(
    ("figure", "unit", "centimetres"),
    [(65, "in_i", "165.1"), (65, "[in_i]", "165.1"), (165, "cm", "165.0"), (-1, "in_i", None)],
)
def test_a_height_in_units_as_they_are_written(
    tmp_path: Path, figure: int, unit: str, centimetres: str | None
) -> None:
    row = row_of(tmp_path, observation("8302-2", **quantity(figure, unit)))
    assert (row["mother_height"] and str(row["mother_height"])) == centimetres


def test_a_weight_is_rounded_to_the_gram(tmp_path: Path) -> None:
    grams = observation("8339-4", CHILD, valueQuantity={"value": 1769.859285, "unit": "grams"})
    assert row_of(tmp_path, grams)["birth_weight"] == 1770


def test_of_a_count_minus_one_is_unknown_and_minus_two_is_wrong(tmp_path: Path) -> None:
    assert row_of(tmp_path, observation("68493-6", valueInteger=-1))["prenatal_visits"] is None
    reading = reading_of(tmp_path, bundle(observation("68493-6", valueInteger=-2)))
    assert [each.code for each in reading.findings.listed()] == ["value.impossible"]


def test_a_stay_without_a_subject_is_that_of_its_role(tmp_path: Path) -> None:
    stay = {
        "resourceType": "Encounter",
        "extension": [{"url": "x/Extension-role", "valueCodeableConcept": concept("CHILD", "v3-RoleCode")}],
        "location": [{"physicalType": concept("22232009")}],
    }
    assert row_of(tmp_path, stay)["birth_place"] == "hospital"


def test_who_was_grown_when_she_came_is_no_newborn(tmp_path: Path) -> None:
    woman = child(birthDate="1970-06-01", _birthDate={"extension": []})
    stay = {
        "resourceType": "Encounter",
        "subject": {"reference": "Patient/alba"},
        "period": {"start": "2024-03-05"},
    }
    document = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": woman}, {"resource": stay}],
    }
    assert [each.code for each in reading_of(tmp_path, document).findings.listed()] == ["fhir.nobody"]
    stay["period"] = {"start": "1970-06-01"}
    assert reading_of(tmp_path, document).counts.accepted == 1
