"""FHIR is answered document by document, in order."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.fhir_kit import CANARY, full_birth, mother

from vernix.errors import DataRefused
from vernix.intake.acknowledgement import Acknowledgement
from vernix.intake.answering import Answered
from vernix.intake.fhir.answering import outcomes
from vernix.intake.reading import read

WHEN = datetime(2026, 3, 4, tzinfo=UTC)


def answered(tmp_path: Path, *documents: Any) -> list[dict[str, Any]]:
    path = tmp_path / "births.ndjson"
    path.write_text("".join(json.dumps(document) + "\n" for document in documents), encoding="utf-8")
    reading = read(path, "birth")
    said = Acknowledgement.of(reading, path.name)
    content = b"".join(outcomes(Answered(said, path, reading, WHEN)))
    assert CANARY.encode() not in content
    return [json.loads(line) for line in content.splitlines()]


def odd() -> Any:
    document = full_birth()
    document["entry"][1]["resource"]["gender"] = CANARY
    return document


def test_one_document_is_answered_with_one_resource(tmp_path: Path) -> None:
    (outcome,) = answered(tmp_path, odd())
    assert [each["severity"] for each in outcome["issue"]] == ["information", "error"]


def test_many_are_answered_each_in_their_order(tmp_path: Path) -> None:
    found = answered(tmp_path, full_birth(), odd(), mother(), full_birth())
    assert [each["resourceType"] for each in found] == ["OperationOutcome"] * 4
    said = [[issue["details"]["coding"][0]["code"] for issue in each["issue"][1:]] for each in found]
    # The two that are alike are told of as such.
    assert (said[1][0], said[2]) == ("value.code", ["fhir.nobody"])
    counts = [each["issue"][0]["details"]["text"][:11] for each in found]
    assert counts[1:3] == ["Accepted: 0", "Accepted: 0"]
    assert found[1]["issue"][1]["diagnostics"].startswith("document 2")


def test_a_refusal_is_one_resource(tmp_path: Path) -> None:
    said = Acknowledgement.refused(DataRefused("Cut off."), "births.json", source="fhir")
    (line,) = outcomes(Answered(said, tmp_path, None, WHEN))
    assert [each["code"] for each in json.loads(line)["issue"]] == ["informational", "structure"]
