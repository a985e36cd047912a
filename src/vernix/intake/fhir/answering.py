"""The answer to FHIR: an OperationOutcome for each document, one a line, in the order of the file.

A program that sent one document gets one resource. Of many, line 3 answers the third; what is true of the
file as a whole stands in one more line behind them.
"""

from __future__ import annotations

from collections.abc import Iterator

from vernix.intake.answering import Answered
from vernix.intake.fhir.outcome import operation_outcome, outcome_of
from vernix.intake.fhir.source import FhirSource
from vernix.intake.findings import Counts, Finding, each_finding


def outcomes(answered: Answered) -> Iterator[bytes]:
    """The lines."""
    reading, answer = answered.reading, answered.acknowledgement
    if reading is None or not isinstance(reading.source, FhirSource):
        yield outcome_of(answer) + b"\n"
        return
    documents = reading.source.documents(reading.counts.accepted + reading.counts.rejected)
    if len(documents) == 1:
        yield outcome_of(answer) + b"\n"
        return
    judged = reading.judged()
    for rows in documents:
        yield _outcome([next(judged) for _ in rows]) + b"\n"
    if of_the_file := [each for each in answer.causes if each.is_of_the_file]:
        said = (finding for finding, _ in each_finding(of_the_file, answer.place))
        yield operation_outcome(answer.counts, said) + b"\n"


def _outcome(rows: list[tuple[bool, list[Finding]]]) -> bytes:
    """Of one document: its rows, whether each is kept, and what was found on it."""
    warned = sum(kept and any(each.severity == "warning" for each in said) for kept, said in rows)
    accepted = sum(kept for kept, _ in rows)
    counts = Counts(accepted, warned, len(rows) - accepted)
    return operation_outcome(counts, (finding for _, said in rows for finding in said))
