"""Births in FHIR: what a document says becomes the record that every other format would give."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.fhir_kit import (
    CHILD,
    Resource,
    bundle,
    child,
    concept,
    full_birth,
    mother,
    none_of,
    observation,
    quantity,
    ticked,
)

from vernix.births import encounters
from vernix.intake.formats import open_source, recognise
from vernix.intake.ije.writing import IjeWriter
from vernix.intake.reading import Reading, read


def reading_of(tmp_path: Path, *documents: Any, encounter: str = "birth") -> Reading:
    path = tmp_path / "sent"
    path.write_text("\n".join(map(json.dumps, documents)), encoding="utf-8")
    assert recognise(path).name == "fhir"
    return read(path, encounter)


def rows_of(tmp_path: Path, *documents: Any) -> list[dict[str, Any]]:
    reading = reading_of(tmp_path, *documents)
    assert reading.counts.rejected == 0, found(reading)
    rows: list[dict[str, Any]] = reading.records.to_pylist()
    return rows


def found(reading: Reading) -> list[tuple[str, str]]:
    return [(each.code, each.place) for each in reading.findings.listed()]


def test_a_birth_document_is_a_birth(tmp_path: Path) -> None:
    (row,) = rows_of(tmp_path, full_birth())
    said = {name: str(value) for name, value in row.items() if value is not None and name[0] != "_"}
    assert said == {
        "record_number": "41",
        "birth_date": "2024-03-05",
        "birth_time": "04:31",
        "birth_year": "2024",
        **dict.fromkeys(("diaphragmatic_hernia", "limb_defect", "hypospadias"), "no"),
        "chromosomal_disorder": "none",
        "outcome": "live",
        "gestation": "273",
        "birth_order": "1",
        "presentation": "cephalic",
        "delivery_method": "caesarean",
        "induction": "yes",
        "child_family_name": "Testa",
        "child_given_names": "Alba Iris",
        "sex": "female",
        "birth_weight": "3412",
        "apgar_5": "9",
        **dict.fromkeys(
            ("nicu", "ventilation", "ventilation_6h", "surfactant", "antibiotics", "seizures"), "no"
        ),
        **dict.fromkeys(("neural_tube_defect", "heart_defect", "abdominal_wall_defect", "cleft"), "no"),
        "down_syndrome": "none",
        "mother_family_name": "Testa",
        "mother_given_names": "Clara",
        "mother_birth_family_name": "Prima",
        "mother_birth_date": "1994-07-01",
        "mother_chart_number": "M-77",
        "address_line_1": "1 Example Street",
        "city": "Ottawa",
        "postal_code": "K1A0B1",
        "mother_age": "29",
        "marital_status": "married",
        "food_assistance": "no",
        "mother_height": "165.1",
        "mother_weight_before": "63.5",
        "mother_weight_delivery": "77.1",
        "mother_weight_gain": "13.6",
        "cigarettes_before": "0",
        "previous_live_births_living": "1",
        "prenatal_visits": "11",
        "diabetes": "gestational",
        "hypertension_gestational": "yes",
        **{f"infection_{each}": "no" for each in ("gonorrhoea", "syphilis", "chlamydia")},
        **{f"infection_{each}": "no" for each in ("hepatitis_b", "hepatitis_c")},
        **dict.fromkeys(("transfusion", "uterine_rupture", "hysterectomy", "mother_icu"), "no"),
    }


def test_the_exchange_says_the_same(tmp_path: Path) -> None:
    """A record that came in FHIR, written as IJE and read again, is the same wherever IJE has an item."""
    reading = reading_of(tmp_path, full_birth("000041"))
    (row,) = reading.records.to_pylist()
    path = tmp_path / "natality"
    path.write_text("".join(IjeWriter("ije-natality").lines(reading.batches())), encoding="utf-8")
    (again,) = read(path, "birth").records.to_pylist()
    items = [each.name for each in encounters.get("birth").elements if each.at.ije]
    shared = [name for name in items if row.get(name) is not None]
    assert len(shared) > 40
    differing = {name for name in shared if again.get(name) != row[name]}
    # Pounds and inches are whole there.
    assert differing <= {
        "mother_height",
        "mother_weight_before",
        "mother_weight_delivery",
        "mother_weight_gain",
    }


def test_a_fetal_death_is_a_stillbirth(tmp_path: Path) -> None:
    document = bundle(observation("11884-4", CHILD, **quantity(170, "d")), fetal=True)
    (row,) = rows_of(tmp_path, document)
    assert (row["outcome"], row["gestation"]) == ("stillbirth", 170)


def test_twins_are_two_rows_with_their_mother_on_both(tmp_path: Path) -> None:
    second = child("Bella", multipleBirthInteger=2)
    document = bundle(
        child(),
        mother(),
        second,
        observation("8339-4", CHILD, **quantity(2500, "g")),
        observation("8339-4", "urn:uuid:second", **quantity(2400, "g")),
        observation("68493-6", valueInteger=9),
        ticked("Procedure", "73762-7", "700000006"),
    )
    reading = reading_of(tmp_path, document, full_birth("42"))
    first, other, next_one = reading.records.to_pylist()
    assert [each["birth_weight"] for each in (first, other, next_one)] == [2500, 2400, 3412]
    assert [each["record_number"] for each in (first, other, next_one)] == ["41-1", "41-2", "42"]
    assert [each["prenatal_visits"] for each in (first, other)] == [9, 9]
    assert [each["delivery_method"] for each in (first, other)] == ["spontaneous", "spontaneous"]
    assert [reading.source.place(row).en for row in (1, 2, 3)] == [
        "document 1",
        "document 1, child 2",
        "document 2",
    ]


def test_a_blank_is_never_read_as_no(tmp_path: Path) -> None:
    (row,) = rows_of(tmp_path, bundle(ticked("Condition", "73775-9", "48194001")))
    assert row["hypertension_gestational"] == "yes"
    assert row["eclampsia"] is None
    assert row["nicu"] is None


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        ([ticked("Condition", "73775-9", "15938005", verificationStatus=concept("refuted"))], "no"),
        ([ticked("Condition", "73775-9", "15938005", verificationStatus=concept("entered-in-error"))], None),
        ([ticked("Condition", "73775-9", "15938005", subject=CHILD)], None),
        ([observation("73775-9", valueCodeableConcept=concept("261665006"))], "unknown"),
        ([observation("73775-9", dataAbsentReason=concept("asked-unknown"))], "unknown"),
        ([observation("73775-9", dataAbsentReason=concept("not-asked"))], None),
        ([ticked("Condition", "73780-9", "15938005")], None),
        ([none_of("73775-9")], "no"),
    ],
)
def test_what_a_box_says(tmp_path: Path, resources: list[Resource], expected: str | None) -> None:
    (row,) = rows_of(tmp_path, bundle(*resources))
    assert row.get("eclampsia") == expected


def test_ticked_although_none_applies_is_kept_and_asked(tmp_path: Path) -> None:
    reading = reading_of(tmp_path, bundle(none_of("73775-9"), ticked("Condition", "73775-9", "15938005")))
    assert reading.records.to_pylist()[0]["eclampsia"] == "yes"
    assert ("fhir.none-and-some", "document 1, column Condition.where(code.coding.code='15938005')") in found(
        reading
    )


def test_two_answers_to_one_question_are_a_contradiction(tmp_path: Path) -> None:
    twice = [observation("9274-2", CHILD, valueInteger=figure) for figure in (7, 9)]
    reading = reading_of(tmp_path, bundle(*twice))
    assert (
        "fhir.contradiction",
        "document 1, column Observation.where(code.coding.code='9274-2').value",
    ) in (found(reading))
    assert reading.counts.rejected == 1
    twice[0]["status"] = "entered-in-error"
    assert rows_of(tmp_path, bundle(*twice))[0]["apgar_5"] == 9


def test_units_are_those_of_the_figure(tmp_path: Path) -> None:
    (row,) = rows_of(tmp_path, bundle(observation("8339-4", CHILD, **quantity(3.4, "kg"))))
    assert row["birth_weight"] == 3400
    reading = reading_of(tmp_path, bundle(observation("8339-4", CHILD, **quantity(50, "cm"))))
    assert "fhir.unit" in dict(found(reading))
    less = observation("8339-4", CHILD, valueQuantity={"value": 400, "comparator": "<", "code": "g"})
    assert "value.integer" in dict(found(reading_of(tmp_path, bundle(less))))


def test_of_a_partial_date_the_year_is_kept(tmp_path: Path) -> None:
    (row,) = rows_of(tmp_path, bundle(child(birthDate="2024-03", _birthDate={}), mother(birthDate="1994")))
    assert (row["birth_date"], row["birth_year"], row["mother_birth_date"]) == (None, 2024, None)


def test_a_time_of_another_day_is_not_read(tmp_path: Path) -> None:
    """A minute before midnight in winter, written with Z: 04:59 of the 5th would be a time nobody saw."""
    born = child(birthDate="2024-03-04")
    born["_birthDate"]["extension"][0]["valueDateTime"] = "2024-03-05T04:59:00Z"
    (row,) = rows_of(tmp_path, bundle(born, mother()))
    assert (str(row["birth_date"]), row["birth_time"]) == ("2024-03-04", None)


def test_an_edit_flag_confirms_a_weight(tmp_path: Path) -> None:
    flag = {"url": "x/BypassEditFlag", "valueCodeableConcept": concept("1correctOutOfRange")}
    weight = observation("8339-4", CHILD, **quantity(900, "g"))
    weight["valueQuantity"]["extension"] = [flag]
    (row,) = rows_of(tmp_path, bundle(weight))
    assert (row["birth_weight"], row["weight_confirmed"]) == (900, True)


def test_a_plain_bundle_tells_mother_and_child_by_what_is_asked(tmp_path: Path) -> None:
    newborn = {"resourceType": "Patient", "id": "a", "gender": "male", "birthDate": "2024-03-05"}
    woman = {"resourceType": "Patient", "id": "b", "gender": "female", "birthDate": "1990-01-01"}
    document = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [
            {"resource": each}
            for each in (
                woman,
                observation("8339-4", "Patient/a/_history/2", **quantity(3000, "g")),
                observation("68493-6", "https://ehr.example/fhir/Patient/b", valueInteger=8),
                newborn,
            )
        ],
    }
    (row,) = rows_of(tmp_path, document)
    assert (row["sex"], row["birth_weight"], row["prenatal_visits"]) == ("male", 3000, 8)
    assert str(row["mother_birth_date"]) == "1990-01-01"


def test_a_mother_on_her_own_is_no_birth(tmp_path: Path) -> None:
    assert found(reading_of(tmp_path, mother())) == [("fhir.nobody", "document 1")]


def test_of_two_mothers_each_child_has_its_own(tmp_path: Path) -> None:
    def family(number: int) -> list[Resource]:
        return [
            child(f"Child{number}"),
            mother(id=f"mother{number}", birthDate=f"199{number}-01-01"),
            observation(
                "68493-6",
                f"Patient/mother{number}",
                focus=[{"reference": f"Patient/child{number}"}],
                valueInteger=number,
            ),
        ]

    resources = [*family(1), *family(2)]
    document = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": each} for each in resources],
    }
    rows = rows_of(tmp_path, document)
    assert [(row["prenatal_visits"], row["mother_birth_date"].year) for row in rows] == [(1, 1991), (2, 1992)]


def test_a_worksheet_is_read_by_its_questions(tmp_path: Path) -> None:
    def asked(link: str, **value: Any) -> Resource:
        return {"linkId": link, "answer": [value]}

    form = {
        "resourceType": "QuestionnaireResponse",
        "subject": {"reference": CHILD},
        "item": [
            {"linkId": "mother-address", "item": [asked("mother-city", valueString="Ottawa")]},
            asked("receive-wic", valueCoding={"code": "Y"}),
            asked("mothers-height-feet", valueQuantity={"value": 5}),
            asked("mothers-height-inches", valueQuantity={"value": 5}),
            asked("mothers-smoking-trimester-1-cig", valueInteger=3),
            asked("mothers-smoking-trimester-1-pck", valueInteger=1),
            asked("married-conception", valueBoolean=True),
        ],
    }
    (row,) = rows_of(tmp_path, bundle(form))
    assert (row["city"], row["food_assistance"], str(row["mother_height"])) == ("Ottawa", "yes", "165.1")
    assert (row["cigarettes_1"], row["marital_status"]) == (23, "married")


def test_a_submission_brings_its_document_and_a_void_brings_none(tmp_path: Path) -> None:
    def message(event: str, *inside: Resource) -> Resource:
        header = {"resourceType": "MessageHeader", "eventUri": f"http://nchs.cdc.gov/{event}"}
        return {
            "resourceType": "Bundle",
            "type": "message",
            "entry": [{"resource": header}, *({"resource": each} for each in inside)],
        }

    reading = reading_of(
        tmp_path,
        message("birth_submission", full_birth()),
        message("birth_submission_void"),
        message("birth_acknowledgement"),
    )
    assert reading.records.num_rows == 1
    assert found(reading) == [("fhir.void", "document 2"), ("fhir.answer", "document 3")]


def test_a_screen_is_read_as_the_encounter_that_asks_it(tmp_path: Path) -> None:
    screen = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [
            {"resource": child()},
            {"resource": observation("57723-9", "Patient/alba", valueString="NSO-1")},
            {"resource": observation("57718-9", "Patient/alba", valueString="acceptable")},
        ],
    }
    path = tmp_path / "screen"
    path.write_text(json.dumps(screen), encoding="utf-8")
    source = open_source(path)
    assert source.encounter == "newborn_screening"
    asked = encounters.get("newborn_screening")
    card = next(each.name for each in asked.elements if each.at.loinc == "57723-9")
    assert read(path, "newborn_screening").records.to_pylist()[0][card] == "NSO-1"


@pytest.mark.parametrize("encounter", ["antenatal_general", "labour_and_birth"])
def test_a_mothers_encounter_is_one_row_also_with_twins(tmp_path: Path, encounter: str) -> None:
    document = bundle(child(), mother(), child("Bella"), observation("68493-6", valueInteger=9))
    (row,) = reading_of(tmp_path, document, encounter=encounter).records.to_pylist()
    assert row["mother_given_names"] == "Clara"


def test_the_mother_may_be_a_related_person(tmp_path: Path) -> None:
    related = {
        "resourceType": "RelatedPerson",
        "id": "m",
        "patient": {"reference": "Patient/alba"},
        "relationship": [concept("MTH", "v3-RoleCode")],
        "name": [{"family": "Testa", "given": ["Dora"]}],
        "birthDate": "1991-02-03",
    }
    document = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": child()}, {"resource": related}],
    }
    (row,) = rows_of(tmp_path, document)
    assert (row["mother_given_names"], str(row["mother_birth_date"])) == ("Dora", "1991-02-03")
