"""The acknowledgement of each message (ACK), made of what was found in it (HL7 v2.5.1 chapters 2.9, 2.15).

``AA``: all of it is kept. ``AE``: something of it is rejected. ``AR``: it is no message that is read. What it
says of errors are places, codes and our sentences; of the message it repeats only who sent it to whom, and
its control id.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from vernix.intake.checking import ROW
from vernix.intake.findings import Finding
from vernix.intake.hl7 import sentences
from vernix.intake.hl7.encoding import escaped
from vernix.intake.hl7.framing import Message, messages_of
from vernix.intake.hl7.patients import Patient, message_type, patient_of
from vernix.intake.hl7.rows import patients_of
from vernix.intake.reading import Reading

_NOT_READ = ("hl7.type", "hl7.delimiters")
_CONDITIONS: Mapping[str, str] = {
    "value.required": "101^Required field missing",
    "value.code": "103^Table value not found",
    "hl7.patient": "100^Segment sequence error",
    "hl7.type": "200^Unsupported message type",
}
"""By finding: the message error condition (table 0357)."""
_OF_TYPE, _OTHER = "102^Data type error", "207^Application internal error"
_COLUMN = re.compile(r"([A-Z][A-Z0-9]{2})(?::MTH)?-(\d+)(?::[A-Z]*)?(?:\.(\d+))?")
_OLD = re.compile(r"2\.[1-4](\D|$)")


def answers(path: Path, reading: Reading, when: datetime) -> Iterator[str]:
    """An ACK for each message of the file that was read, in order; its segments end in CR.

    ``when`` is the time that they are given at. Raises ``FileRefused`` where the file changed since.
    """
    listed: dict[int, list[Finding]] = {}
    for finding in reading.findings.listed():
        if finding.row is not None:
            listed.setdefault(finding.row, []).append(finding)
    accepted = _accepted(reading)
    kept, row = next(accepted, None), 0
    for message in messages_of(path):
        said: list[Finding] = []
        for patient in _patients(message) if message.number else ():
            row += 1
            while kept is not None and kept < row:
                kept = next(accepted, None)
            said += _said_of(listed.get(row, []), patient, reading.encounter.name, kept=kept == row)
        if message.number:
            yield acknowledgement(message, said, when)


def _said_of(findings: list[Finding], patient: Patient, encounter: str, *, kept: bool) -> list[Finding]:
    """The findings of one row; a row that is not kept has at least one that says why."""
    if kept or any(each.severity == "error" for each in findings):
        return findings
    return [*findings, _unlisted(patient, encounter)]


def _accepted(reading: Reading) -> Iterator[int]:
    for batch in reading.batches():
        yield from batch.column(ROW).to_pylist()


def _patients(message: Message) -> list[Patient]:
    if message.text is None:
        return [Patient()]
    return [patient_of(text) for text in patients_of(message.text)]


def _unlisted(patient: Patient, encounter: str) -> Finding:
    """Why a row is not kept that no listed finding is about: of another encounter, or one of very many."""
    kind = sentences.NOT_OF_THIS if encounter not in patient.encounters else sentences.MANY
    return Finding(kind.code, kind.severity, None, None, None, kind.text_en, kind.text_fr)


def acknowledgement(message: Message, findings: list[Finding], when: datetime) -> str:
    """One ACK: who it is for, what became of the message, and each finding as an error of its own."""
    header = (message.text or "").partition("\r")[0].split("|")
    header += [""] * (12 - len(header))
    trigger = message_type(message.text or "")[1]
    version, moment = header[11].partition("^")[0] or "2.5.1", f"{when:%Y%m%d%H%M%S}"
    fields = [
        *("MSH", "^~\\&", header[4], header[5], header[2], header[3], moment, ""),
        f"ACK^{trigger}^ACK" if trigger else "ACK",
        *(f"{message.number}-{moment}", header[10] or "P", version),
    ]
    old = _OLD.match(version) is not None
    said = [_error(each, old) for each in findings]
    segments = ["|".join(fields), f"MSA|{_verdict(findings)}|{header[9]}", *said]
    return "\r".join(segments) + "\r"


def _verdict(findings: list[Finding]) -> str:
    errors = {each.code for each in findings if each.severity == "error"}
    return "AA" if not errors else "AR" if errors.intersection(_NOT_READ) else "AE"


def _error(finding: Finding, old: bool) -> str:
    """ERR: where (2), condition (3), how grave (4), our code (5), what to do (8); before 2.5 all in 1."""
    condition = f"{_condition(finding.code)}^HL70357"
    place = _location(finding.column)
    if old:
        return f"ERR|{place}{'^' * (3 - place.count('^'))}{condition.replace('^', '&')}"
    severity = "E" if finding.severity == "error" else "W"
    return f"ERR||{place}|{condition}|{severity}|{finding.code}^^L|||{escaped(finding.text_en)}"


def _condition(code: str) -> str:
    return _CONDITIONS.get(code) or (_OF_TYPE if code.startswith("value.") else _OTHER)


def _location(column: str | None) -> str:
    """A column's place as an error location (ERL): segment, which of them, field, repetition, component."""
    if column is None:
        return "MSH^1"
    found = _COLUMN.match(column)
    if found is None:
        return "OBX^^5"
    return f"{found[1]}^1^{found[2]}" + (f"^1^{found[3]}" if found[3] else "")
