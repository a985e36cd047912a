"""The OperationOutcome of our findings: severity, kind, FHIRPath and sentence; never a value."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.fhir_kit import CANARY, CHILD, bundle, child, full_birth, mother, observation

from vernix.intake.fhir.outcome import expression_of, operation_outcome
from vernix.intake.findings import SEVERITIES, Counts, Finding
from vernix.intake.reading import read


def outcome_of(tmp_path: Path, *documents: Any) -> dict[str, Any]:
    path = tmp_path / "sent"
    path.write_text("\n".join(map(json.dumps, documents)), encoding="utf-8")
    reading = read(path, "birth")
    found: dict[str, Any] = json.loads(operation_outcome(reading.counts, reading.findings.listed()))
    return found


def test_each_finding_is_an_issue_at_its_place(tmp_path: Path) -> None:
    odd = bundle(child(gender=CANARY), mother(), observation("9274-2", CHILD, valueInteger=17), number="42")
    outcome = outcome_of(tmp_path, full_birth(), odd, mother())
    assert outcome["resourceType"] == "OperationOutcome"
    first, *issues = outcome["issue"]
    assert first["details"]["text"] == "Accepted: 1, of these with a warning: 0; rejected: 2."
    said = [
        (each["severity"], each["code"], each["details"]["coding"][0]["code"], each.get("expression"))
        for each in issues
    ]
    apgar = "Bundle.entry.resource.ofType(Observation).where(code.coding.code='9274-2').value"
    assert said == [
        ("error", "code-invalid", "value.code", ["Bundle.entry.resource.ofType(Patient).gender"]),
        ("error", "value", "value.impossible", [apgar]),
        ("error", "required", "fhir.nobody", None),
    ]
    assert [each["diagnostics"].split(",")[0] for each in issues] == [
        "document 2",
        "document 2",
        "document 3",
    ]
    french = first["details"]["_text"]["extension"][0]["extension"]
    assert french[0] == {"url": "lang", "valueCode": "fr"}
    assert CANARY not in json.dumps(outcome)


def test_what_the_sender_confirmed_is_information() -> None:
    said = [Finding("B-WGT-01", severity, 1, None, None, "en", "fr") for severity in SEVERITIES]
    issues = json.loads(operation_outcome(Counts(1, 1, 1), said))["issue"]
    assert [each["severity"] for each in issues[1:]] == ["error", "warning", "information"]


@pytest.mark.parametrize(
    ("column", "expression"),
    [
        ("mother: Patient.birthDate", "Bundle.entry.resource.ofType(Patient).birthDate"),
        ("Bundle.identifier", "Bundle.identifier"),
        (
            "Patient.birthDate.substring(0, 4)",
            "Bundle.entry.resource.ofType(Patient).birthDate.substring(0, 4)",
        ),
        ("Specimen.receivedTime (received_time)", "Bundle.entry.resource.ofType(Specimen).receivedTime"),
        ("weight", None),
        (None, None),
    ],
)
def test_a_column_is_a_path(column: str | None, expression: str | None) -> None:
    assert expression_of(column) == expression
