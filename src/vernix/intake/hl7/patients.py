"""What a message is about: which encounters one patient of it belongs to, or why it is not read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache

from vernix.intake.findings import Kind
from vernix.intake.hl7 import sentences
from vernix.intake.hl7.codes import PANELS
from vernix.intake.hl7.places import own_questions
from vernix.intake.hl7.rows import is_mother

PEOPLE = frozenset({"A01", "A03", "A04", "A05", "A08", "A28", "A31"})
"""Admissions, discharges and updates that say who somebody is."""
MERGES = frozenset({"A18", "A30", "A34", "A35", "A36", "A39", "A40", "A41", "A42"})
RESULTS = frozenset({"ORU^R01", "OML^O21", "ORM^O01", "OUL^R21", "OUL^R22"})
_SCREENS = ("newborn_screening", "heart_screening", "hearing_screening")

_NEWBORN_DAYS = 28
_GROWN_DAYS = 3_652
_ASKED = re.compile(r"\r(?:OBX\|[^|]*\|[^|]*|OBR\|[^|]*\|[^|]*\|[^|]*)\|([^|^]*)")
_OTHERWISE_ASKED = re.compile(
    r"\r(?:OBX\|[^|]*\|[^|]*|OBR\|[^|]*\|[^|]*\|[^|]*)\|[^|^]*\^[^|^]*\^[^|^]*\^([^|^]*)"
)
_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")


@dataclass(frozen=True)
class Patient:
    """The encounters that one patient of a message gives a record of; ``refused`` says why none."""

    encounters: frozenset[str] = frozenset()
    is_mother: bool = False
    refused: Kind | None = None


def patient_of(text: str) -> Patient:
    """Judge one patient of a message (`vernix.intake.hl7.rows.patients_of`)."""
    kind, trigger = message_type(text)
    if f"{kind}^{trigger}" in RESULTS or (kind == "ORU" and not trigger):
        return _screened(text)
    if kind == "ADT" and trigger in MERGES:
        return Patient(refused=sentences.MERGE)
    if kind == "ADT" and trigger in PEOPLE:
        return _person(text, trigger)
    return Patient(refused=sentences.unread_type(kind, trigger))


def message_type(text: str) -> tuple[str, str]:
    """MSH-9: the kind of message and its trigger."""
    fields = text[: text.find("\r") if "\r" in text else len(text)].split("|", 9)
    parts = fields[8].split("^") if len(fields) > 8 else [""]
    # "ADT~A01" and "ADT_A01" are seen in the field.
    if len(parts) == 1 and re.fullmatch(r"[A-Z]{3}[~_][A-Z]\d\d", parts[0].strip()):
        parts = [parts[0].strip()[:3], parts[0].strip()[4:]]
    return parts[0].strip(), parts[1].strip() if len(parts) > 1 else ""


def _screened(text: str) -> Patient:
    if "\rPID|" not in text:
        return Patient(refused=sentences.NO_PATIENT)
    asks = _asks()
    asked = {asks[code] for code in _ASKED.findall(text) if code in asks}
    if not asked:
        # Some name their own code first and LOINC's second.
        asked = {asks[code] for code in _OTHERWISE_ASKED.findall(text) if code in asks}
    return Patient(frozenset(asked)) if asked else Patient(refused=sentences.NO_SCREEN)


@cache
def _asks() -> dict[str, str]:
    """Which screen each question and each panel belongs to."""
    return {**PANELS, **{code: name for name in _SCREENS for code in own_questions(name)}}


def _person(text: str, trigger: str) -> Patient:
    person = _segment(text, "PID")
    if person is None:
        return Patient(refused=sentences.NO_PATIENT)
    days = _age(text, person)
    visit = _segment(text, "PV1") or []
    has_mother = _at(person, 21) != "" or _has_mother(text)
    newborn = _at(visit, 4) == "N" or (days is not None and 0 <= days <= _NEWBORN_DAYS)
    if newborn or (days is None and has_mother):
        return Patient(frozenset({"birth", "patient_profile"}))
    if days is not None and days < _GROWN_DAYS:
        return Patient(frozenset({"patient_profile"}))
    if _at(person, 8).split("^")[0].upper() == "M":
        return Patient(refused=sentences.NOBODY)
    return Patient(frozenset({"patient_profile"}), is_mother=True)


def _segment(text: str, name: str) -> list[str] | None:
    start = text.find(f"\r{name}|")
    if start < 0:
        return None
    end = text.find("\r", start + 1)
    return text[start + 1 : end if end > 0 else len(text)].split("|")


def _at(parts: list[str], index: int) -> str:
    text = parts[index].strip() if index < len(parts) else ""
    return "" if text == '""' else text


def _has_mother(text: str) -> bool:
    kin = (part.split("|", 4) for part in text.split("\r") if part.startswith("NK1|"))
    return any(is_mother(parts[3]) for parts in kin if len(parts) > 3)


def _age(text: str, person: list[str]) -> int | None:
    """How old the patient was when it happened, in days; None where that is not said."""
    born = _day(_at(person, 7))
    event, message = _segment(text, "EVN") or [], text[: text.find("\r")].split("|")
    then = _day(_at(event, 6)) or _day(_at(event, 2)) or _day(_at(message, 6))
    return (then - born).days if born and then else None


def _day(text: str) -> date | None:
    found = _DAY.match(text)
    try:
        return date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None
