"""Findings as a FHIR R4 OperationOutcome: what a program that sent FHIR understands without knowing us.

Each issue says how grave it is, of what kind, where as FHIRPath, and what to do in English with a French
translation. Like every finding it holds no value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from vernix.intake.acknowledgement import Acknowledgement
from vernix.intake.fhir.places import MOTHER
from vernix.intake.findings import Counts, Finding, Severity
from vernix.intake.refusals import CODE as REFUSED

_TRANSLATION = "http://hl7.org/fhir/StructureDefinition/translation"
_MADE = " ("  # what stands behind it tells two elements of one place apart
# What a sender has confirmed is no question any more.
_SEVERITIES: Mapping[Severity, str] = {"error": "error", "warning": "warning", "confirmed": "information"}
_KINDS = {
    REFUSED: "structure",
    "value.required": "required",
    "value.code": "code-invalid",
    "fhir.json": "structure",
    "fhir.shape": "structure",
    "fhir.twice": "duplicate",
    "fhir.large": "too-long",
    "fhir.nobody": "required",
    "fhir.void": "not-supported",
    "fhir.answer": "not-supported",
    "fhir.contradiction": "conflict",
    "fhir.none-and-some": "conflict",
}


def outcome_of(acknowledgement: Acknowledgement) -> bytes:
    """The acknowledgement of one file."""
    return operation_outcome(acknowledgement.counts, acknowledgement.findings, acknowledgement.more)


def operation_outcome(counts: Counts, findings: Iterable[Finding], more: int = 0) -> bytes:
    """The resource in JSON on one line: how many rows were accepted, then an issue for each finding.

    ``more`` is how many findings there are beyond those listed.
    """
    issues = [_counted(counts, more), *map(_issue, findings)]
    return msgspec.json.encode({"resourceType": "OperationOutcome", "issue": issues})


def _counted(counts: Counts, more: int) -> dict[str, Any]:
    english, french = counts.said().en, counts.said().fr
    if more:
        english += f" Findings not listed: {more}."
        french += f" Constats non énumérés : {more}."
    return {"severity": "information", "code": "informational", "details": _said(english, french)}


def _issue(finding: Finding) -> dict[str, Any]:
    issue: dict[str, Any] = {
        "severity": _SEVERITIES[finding.severity],
        "code": _KINDS.get(finding.code, "value" if finding.code.startswith("value.") else "business-rule"),
        "details": {"coding": [{"code": finding.code}], **_said(finding.text_en, finding.text_fr)},
        "diagnostics": finding.place,
    }
    if expression := expression_of(finding.column):
        issue["expression"] = [expression]
    return issue


def _said(english: str, french: str) -> dict[str, Any]:
    content = [{"url": "lang", "valueCode": "fr"}, {"url": "content", "valueString": french}]
    return {"text": english, "_text": {"extension": [{"url": _TRANSLATION, "extension": content}]}}


def expression_of(column: str | None) -> str | None:
    """The FHIRPath of a column in its document; None of what is no column of FHIR."""
    if column is None:
        return None
    place = column.removeprefix(MOTHER).split(_MADE)[0]
    kind, dot, rest = place.partition(".")
    if not dot or not kind.isalpha() or not kind[0].isupper() or place.endswith("…"):
        return None
    return place if kind == "Bundle" else f"Bundle.entry.resource.ofType({kind}).{rest}"
