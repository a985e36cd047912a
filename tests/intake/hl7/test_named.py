"""Messages read as an encounter that the user names: its records, or what the messages hold instead."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.intake.hl7.test_messages import (
    CHILD,
    MOTHER,
    admission,
    answer,
    codes,
    header,
    reading_of,
    record,
    result,
)

from vernix.intake.refusals import FileRefused


@pytest.mark.parametrize(
    ("message", "encounter", "held"),
    [
        (admission(), "newborn_screening", "birth or patient_profile"),
        (admission("A31", CHILD.replace("20240229", "19930401"), "PV1|1|O"), "birth", "patient_profile"),
        (result(answer("57130-7", "LA12428-1")), "postpartum_child", "newborn_screening"),
    ],
)
def test_of_the_wrong_kind_a_file_is_refused_with_what_it_holds(
    tmp_path: Path, message: str, encounter: str, held: str
) -> None:
    with pytest.raises(FileRefused) as refusal:
        reading_of(tmp_path, [message], encounter)
    said = f"None of the messages has a record of {encounter}; they have records of {held}."
    assert said in str(refusal.value)


LABS = "OBR|1|P7|F7|56850-4^Prenatal panel^LN|||20240101"
WOMAN = CHILD.replace("20240229", "19930401")
NICU = "PV1|1|I|NICU^1^A^LAKESIDE" + "|" * 41 + "202402291000"


def labs(patient: str, *observations: str) -> str:
    return "\r".join([header("ORU^R01"), patient, LABS, *observations])


@pytest.mark.parametrize(
    ("message", "encounter", "expected"),
    [
        (
            labs(WOMAN, answer("883-9", "A", kind="ST"), answer("11778-8", "20240901", kind="DT")),
            "antenatal_general",
            {
                "mother_family_name": "Roy",
                "blood_group": "a",
                "due_date": date(2024, 9, 1),
                "record_number": "F7",
            },
        ),
        (
            labs(WOMAN, *(answer("11957-8", size, kind="NM", unit="mm") for size in ("61", "63"))),
            "prenatal_screening",
            {
                "crown_rump": Decimal(61),
                "crown_rump_second": Decimal(63),
                "mother_health_number": "6012345671",
            },
        ),
        (
            labs(WOMAN, answer("8665-2", "20240101", kind="DT")),
            "nipt",
            {"last_period": date(2024, 1, 1), "mother_given_names": "Anne Zoe"},
        ),
        (
            labs(WOMAN, answer("718-7", "98", kind="NM", unit="g/L")),
            "postpartum_mother",
            {"haemoglobin_postpartum": 98, "mother_chart_number": "77"},
        ),
        (
            labs(
                CHILD, answer("14631-6", "210", kind="NM", unit="umol/L"), answer("8339-4", "3.4", unit="kg")
            ),
            "postpartum_child",
            {"bilirubin_highest": 210, "birth_weight": 3400},
        ),
        (
            admission("A01", CHILD, MOTHER, NICU),
            "neonatal_intensive_care",
            {
                "nicu_admission_date": date(2024, 2, 29),
                "child_family_name": "Roy",
                "mother_family_name": "Roy",
            },
        ),
        (
            labs(CHILD, answer("9274-2", "9", kind="NM"), answer("8339-4", "3400", kind="NM", unit="g")),
            "birth",
            {"apgar_5": 9, "birth_weight": 3400, "child_chart_number": "77"},
        ),
    ],
)
def test_other_encounters_are_read_where_they_are_named(
    tmp_path: Path, message: str, encounter: str, expected: dict[str, Any]
) -> None:
    found = record(tmp_path, message, encounter)
    assert {name: found[name] for name in expected} == expected


def test_a_ward_tells_intensive_care_and_what_is_missing_of_it(tmp_path: Path) -> None:
    message = admission("A08", CHILD, MOTHER, "PV1|1|I|NICU^1^A^CHEO|||||||NEO")
    reading = reading_of(tmp_path, [message], "neonatal_intensive_care")
    wrong = [(each.code, each.element) for each in reading.findings.listed() if each.severity == "error"]
    assert wrong == [("value.required", "nicu_admission_date")]


@pytest.mark.parametrize(
    ("patient", "encounter", "code"),
    [
        (WOMAN.replace("|F|", "|M|"), "antenatal_general", "hl7.nobody"),
        (CHILD, "antenatal_general", "hl7.nobody"),
        (WOMAN, "postpartum_child", "hl7.nobody"),
        (WOMAN, "hearing_screening", "hl7.screen"),
    ],
)
def test_an_encounter_that_is_named_must_be_the_patients(
    tmp_path: Path, patient: str, encounter: str, code: str
) -> None:
    asked = answer("8339-4", "3400", kind="NM", unit="g"), answer("883-9", "A", kind="ST")
    reading = reading_of(tmp_path, [labs(patient, *asked)], encounter)
    assert (codes(reading) & {"hl7.nobody", "hl7.screen"}, reading.counts.accepted) == ({code}, 0)


@pytest.mark.parametrize("encounter", ["antenatal_general", "newborn_screening"])
def test_results_without_an_answer_of_the_encounter_say_so(tmp_path: Path, encounter: str) -> None:
    reading = reading_of(tmp_path, [labs(WOMAN, answer("94500-6", "1"))], encounter)
    (finding,) = (each for each in reading.findings.listed() if each.code == "hl7.screen")
    assert ("antenatal_general" in finding.text_en) == (encounter == "antenatal_general")
