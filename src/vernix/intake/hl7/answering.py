"""The acknowledgement of each message (ACK), made of what was found in it (HL7 v2.5.1 chapters 2.9, 2.15).

``AA``: all of it is kept. ``AE``: something of it is rejected. ``AR``: it is no message that is read. What it
says of errors are places, codes and our sentences; of the message it repeats only who sent it to whom, and
its control id.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import islice
from pathlib import Path

from vernix.intake.answering import Answered
from vernix.intake.findings import Finding, each_finding
from vernix.intake.hl7 import sentences
from vernix.intake.hl7.batches import Batches
from vernix.intake.hl7.encoding import escaped
from vernix.intake.hl7.framing import Message
from vernix.intake.hl7.patients import Patient, message_type
from vernix.intake.hl7.sheaves import sheaves
from vernix.intake.reading import Reading

_NOT_READ = ("hl7.type", "hl7.delimiters", "file.refused")
_NO_MESSAGE = Message(1, "MSH|^~\\&|||||||||P|2.5.1")
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


def answer(answered: Answered) -> Iterator[bytes]:
    """The answer to a file: an ACK for each message, in batches where they came in batches.

    A file that could not be read is answered as a whole. Raises ``FileRefused`` where it changed since.
    """
    reading, when = answered.reading, answered.when
    if reading is None:
        said = each_finding(answered.acknowledgement.causes, answered.acknowledgement.place)
        yield acknowledgement(_NO_MESSAGE, [finding for finding, _ in said], when).encode("utf-8")
        return
    batches = Batches(when)
    for message, said_of_it in _answered(answered.path, reading):
        if message.number:
            yield acknowledgement(message, said_of_it, when).encode("utf-8")
            batches.count()
        for segment in message.envelope:
            yield batches.answer(segment).encode("utf-8")
    yield batches.end().encode("utf-8")


def answers(path: Path, reading: Reading, when: datetime) -> Iterator[str]:
    """An ACK for each message of the file that was read, in order; its segments end in CR.

    ``when`` is the time that they are given at. Raises ``FileRefused`` where the file changed since.
    """
    for message, said in _answered(path, reading):
        if message.number:
            yield acknowledgement(message, said, when)


def _answered(path: Path, reading: Reading) -> Iterator[tuple[Message, list[Finding]]]:
    """Each message, and what is to be said of it; before the first what stands before it."""
    judged = reading.judged()
    for sheaf in sheaves(path):
        patients = iter(sheaf.patients)
        for message, count in zip(sheaf.messages, sheaf.counts, strict=True):
            said: list[Finding] = []
            for patient in islice(patients, count):
                kept, findings = next(judged)
                said += _said_of(findings, patient, reading.encounter.name, kept=kept)
            yield message, said


def _said_of(findings: list[Finding], patient: Patient, encounter: str, *, kept: bool) -> list[Finding]:
    """The findings of one row; a row that is not kept has at least one that says why."""
    if kept or any(each.severity == "error" for each in findings):
        return findings
    return [*findings, _unlisted(patient, encounter)]


def _unlisted(patient: Patient, encounter: str) -> Finding:
    """Why a row is not kept that no listed finding is about: of another encounter, or one of very many."""
    kind = sentences.NOT_OF_THIS if encounter not in patient.encounters else sentences.MANY
    return Finding(kind.code, kind.severity, None, None, None, kind.text_en, kind.text_fr)


def acknowledgement(message: Message, findings: list[Finding], when: datetime) -> str:
    """One ACK: who it is for, what became of the message, and each finding as an error of its own."""
    header = (message.text or "").partition("\r")[0].split("|")
    header += [""] * (12 - len(header))
    trigger = message_type(header[8])[1]
    version, moment = header[11].partition("^")[0] or "2.5.1", f"{when:%Y%m%d%H%M%S}"
    fields = [
        *("MSH", "^~\\&", header[4], header[5], header[2], header[3], f"{moment}{when:%z}", ""),
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
