"""An acknowledgement as a partner reads it: what was accepted, and for each finding what to do."""

from __future__ import annotations

import sys
from typing import Any

from vernix.console import one_line
from vernix.intake.acknowledgement import Acknowledgement
from vernix.intake.findings import Finding
from vernix.intake.refusals import CODE
from vernix.partner.showing import table

SHOWN = 40
"""Findings shown on a terminal for each file; ``collect --again ID --json`` has all of an acknowledgement."""


def show_acknowledgement(acknowledgement: Acknowledgement, language: str) -> None:
    """On the terminal, in ``language``."""
    counts = acknowledgement.counts
    name = one_line(acknowledgement.file) or f"Delivery {acknowledgement.delivery}"
    if acknowledgement.refusal:
        sys.stdout.write(f"{name}: {acknowledgement.result}; nothing of it was kept.\n")
        sys.stdout.write(f"  {one_line(_refusal(acknowledgement, language))}\n")
        return
    title = (
        f"{name}: {acknowledgement.result}; {counts.accepted} rows accepted "
        f"({counts.warned} with a warning), {counts.rejected} rejected"
    )
    findings = acknowledgement.findings[:SHOWN]
    if not findings:
        sys.stdout.write(f"{title}.\n")
        return
    columns = ("code", "severity", "row", "column", "what to do")
    table(title, columns, [_finding_row(finding, language) for finding in findings])
    left = len(acknowledgement.findings) - len(findings) + acknowledgement.more
    if left:
        sys.stdout.write(
            f"  and {left} more; vernix collect --again {acknowledgement.delivery} --json lists them.\n"
        )


def _refusal(acknowledgement: Acknowledgement, language: str) -> str:
    """Why the file was refused: its finding has it in both languages, an older answer in English only."""
    said = (each.text(language) for each in acknowledgement.findings if each.code == CODE)
    return next(said, acknowledgement.refusal) if acknowledgement.refusal else ""


def _finding_row(finding: Finding, language: str) -> list[str]:
    row = finding.where.said(language) if finding.where else str(finding.row or "")
    return [finding.code, finding.severity, row, finding.column or "", finding.text(language)]


def acknowledgement_document(acknowledgement: Acknowledgement, language: str) -> dict[str, Any]:
    """For ``--json``."""
    return {
        "delivery": acknowledgement.delivery,
        "file": acknowledgement.file,
        "encounter": acknowledgement.encounter,
        "result": acknowledgement.result,
        "counts": acknowledgement.counts.as_dict(),
        "refusal": _refusal(acknowledgement, language),
        "findings": [
            {
                "code": finding.code,
                "severity": finding.severity,
                "row": finding.row,
                "column": finding.column,
                "element": finding.element,
                "place": finding.place,
                "text": finding.text(language),
            }
            for finding in acknowledgement.findings
        ],
        "more": acknowledgement.more,
    }
