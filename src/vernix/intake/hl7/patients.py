"""What messages are about: which encounters each of their patients belongs to, or why one is not read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc

from vernix.births import encounters
from vernix.intake.findings import Kind
from vernix.intake.hl7 import sentences
from vernix.intake.hl7.codes import PANELS
from vernix.intake.hl7.observations import asked
from vernix.intake.hl7.places import SCREENS, TOLD_ALONE, is_of_a_mother, own_places, own_questions
from vernix.intake.hl7.rows import is_mother
from vernix.intake.hl7.segments import Segments

PEOPLE = frozenset({"A01", "A03", "A04", "A05", "A08", "A28", "A31"})
"""Admissions, discharges and updates that say who somebody is."""
MERGES = frozenset({"A18", "A30", "A34", "A35", "A36", "A39", "A40", "A41", "A42"})
RESULTS = frozenset({"ORU^R01", "OML^O21", "ORM^O01", "OUL^R21", "OUL^R22"})
NEEDED = frozenset({"MSH", "PID", "OBX", "OBR"})
"""The segments by which patients are judged."""
FIELDS_NEEDED = 9
"""How many of their fields are looked at."""

_UNITS: Mapping[str, str] = {"neonatal_intensive_care": r"(?i)^(?:[^^]*\bNICU|SCN|NEO)"}
"""By encounter: how a ward (PV1-3) or service (PV1-10) is called where it takes place."""
_WARDS = (3, 10)
_TYPE, _ASKED, _ORDERED = 8, 3, 4
_ADMITTED_NEWBORN = ("N", "NB", "NEWBORN")
"""How an admission is said to be a newborn's (table 0007, and what others write)."""
_UNNAMED = re.compile(r"(?:baby|bb|newborn|infant|b[ée]b[ée])(?:boy|girl)?\b", re.IGNORECASE)
"""How a child is called that has no name yet."""
_NEWBORN_DAYS = 28
_GROWN_DAYS = 3_652
_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")
_JOINED = re.compile(r"[A-Z]{3}[~_][A-Z]\d\d")


@dataclass(frozen=True)
class Patient:
    """The encounters that one patient of a message gives a record of; ``refused`` says why none."""

    encounters: frozenset[str] = frozenset()
    is_mother: bool = False
    refused: Kind | None = None


def judge(texts: Sequence[str], segments: Segments) -> list[Patient]:
    """Judge the patients of some messages (`vernix.intake.hl7.rows.patients_of`), taken apart.

    A text that is blank is of a message that could not be divided.
    """
    headers = segments.first(segments.named("MSH"))
    types = segments.field(headers, _TYPE).dictionary_encode()
    known = [message_type(text) for text in types.dictionary.to_pylist()]
    results = [_is_result(kind) for kind in known]
    screened = _screened(segments) if any(results) else []
    found = []
    for row, place in enumerate(types.indices.to_pylist()):
        kind = known[place]
        if not texts[row]:
            found.append(_UNDIVIDED)
        elif results[place]:
            found.append(screened[row])
        else:
            found.append(_of_person(texts[row], *kind))
    return found


def as_named(
    encounter: str, texts: Sequence[str], segments: Segments, patients: Sequence[Patient]
) -> Sequence[Patient]:
    """Patients of messages of which the user says that they hold an encounter: those have a record of it who
    could be its, and whose message has one of its answers or fields."""
    if encounter in TOLD_ALONE:
        return patients
    held = _holding(encounter, segments)
    pairs = enumerate(zip(texts, patients, strict=True))
    return [_as_named(encounter, text, patient, row in held) for row, (text, patient) in pairs]


def _holding(encounter: str, segments: Segments) -> set[int]:
    """The rows in which one of an encounter's questions is answered, or one of its own fields filled."""
    questions = segments.named("OBX")
    asking = asked(segments.field(questions, _ASKED), dict.fromkeys(own_questions(encounter), 0))
    rows = set(segments.row.take(questions.filter(asking.is_valid())).to_pylist())
    for place in own_places(encounter):
        positions = segments.named(place.segment[:3])
        filled = pc.not_equal(segments.field(positions, place.index), "")
        rows.update(segments.row.take(positions.filter(filled)).to_pylist())
    if encounter in _UNITS:
        visits = segments.named("PV1")
        for index in _WARDS:
            here = pc.match_substring_regex(segments.field(visits, index), _UNITS[encounter])
            rows.update(segments.row.take(visits.filter(here)).to_pylist())
    return rows


def _as_named(encounter: str, text: str, patient: Patient, held: bool) -> Patient:
    """A patient, who has a record of the encounter that was named where it is ``held`` and can be his or
    hers."""
    if patient.refused is sentences.NO_SCREEN and not held:
        return Patient(refused=sentences.no_answer(encounters.get(encounter)))
    if not held or patient.refused not in (None, sentences.NO_SCREEN):
        return patient
    if patient.encounters.intersection(SCREENS):
        return patient
    person = _segment(text, "PID") or []
    days = _age(text, person)
    if is_of_a_mother(encounter):
        fits = (days is None or days >= _GROWN_DAYS) and not _is_man(person)
    else:
        fits = days is None or days < (_NEWBORN_DAYS if encounter == "birth" else _GROWN_DAYS)
    if not fits:
        return Patient(patient.encounters, patient.is_mother, patient.refused and sentences.NOBODY)
    return Patient(patient.encounters | {encounter}, is_of_a_mother(encounter))


def message_type(field: str) -> tuple[str, str]:
    """MSH-9: the kind of message and its trigger."""
    parts = field.upper().split("^")
    # "ADT~A01" and "ADT_A01" are seen in the field.
    if len(parts) == 1 and _JOINED.fullmatch(parts[0].strip()):
        parts = [parts[0].strip()[:3], parts[0].strip()[4:]]
    return parts[0].strip(), parts[1].strip() if len(parts) > 1 else ""


def _is_result(kind: tuple[str, str]) -> bool:
    return "^".join(kind) in RESULTS or kind == ("ORU", "")


_UNDIVIDED = Patient(refused=sentences.DELIMITERS)
_NOBODY = Patient(refused=sentences.NO_PATIENT)
_NOT_SCREENED = Patient(refused=sentences.NO_SCREEN)


def _screened(segments: Segments) -> list[Patient]:
    """Each row as a result: which screens its questions and panels are of."""
    identified = set(segments.row.take(segments.named("PID")).to_pylist())
    first, second = _screens_asked(segments, 0), _screens_asked(segments, 3)
    known: dict[frozenset[str], Patient] = {frozenset(): _NOT_SCREENED}
    found = []
    for row in range(segments.rows):
        if row not in identified:
            found.append(_NOBODY)
            continue
        # Some name their own code first and LOINC's second.
        screens = frozenset(first.get(row) or second.get(row) or ())
        if screens not in known:
            known[screens] = Patient(screens)
        found.append(known[screens])
    return found


def _screens_asked(segments: Segments, component: int) -> dict[int, set[str]]:
    """By row the screens that a component of its questions (OBX-3) and orders (OBR-4) names."""
    found: dict[int, set[str]] = {}
    for name, index in (("OBX", _ASKED), ("OBR", _ORDERED)):
        positions = segments.named(name)
        texts = segments.field(positions, index).dictionary_encode()
        screens = [_screen_of(text, component) for text in texts.dictionary.to_pylist()]
        for screen in {each for each in screens if each is not None}:
            here = pa.array([each == screen for each in screens]).take(texts.indices)
            for row in pc.unique(segments.row.take(positions.filter(here))).to_pylist():
                found.setdefault(row, set()).add(screen)
    return found


def _screen_of(text: str, component: int) -> str | None:
    parts = text.split("^", component + 1)
    return _asks().get(parts[component].strip()) if component < len(parts) else None


@cache
def _asks() -> Mapping[str, str]:
    """Which screen each question and each panel belongs to."""
    return {**PANELS, **{code: name for name in SCREENS for code in own_questions(name)}}


def _of_person(text: str, kind: str, trigger: str) -> Patient:
    if kind == "ADT" and not trigger:
        # Before 2.2 the event alone says which it is.
        trigger = _at(_segment(text, "EVN") or [], 1).upper()
    if kind == "ADT" and trigger in MERGES:
        return Patient(refused=sentences.MERGE)
    if kind == "ADT" and trigger in PEOPLE:
        return _person(text)
    return Patient(refused=sentences.unread_type(kind, trigger))


def _person(text: str) -> Patient:
    person = _segment(text, "PID")
    if person is None:
        return _NOBODY
    days = _age(text, person)
    visit = _segment(text, "PV1") or []
    has_mother = _at(person, 21) != "" or _has_mother(text)
    born = days is None and any(map(_UNNAMED.match, _at(person, 5).split("^")[:2]))
    newborn = (
        _at(visit, 4).split("^")[0].upper() in _ADMITTED_NEWBORN
        or born
        or (days is not None and 0 <= days <= _NEWBORN_DAYS)
    )
    if newborn or (days is None and has_mother):
        return Patient(frozenset({"birth", "patient_profile"}))
    if days is not None and days < _GROWN_DAYS:
        return Patient(frozenset({"patient_profile"}))
    if _is_man(person):
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


def _is_man(person: list[str]) -> bool:
    return _at(person, 8).split("^")[0].upper() == "M"


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
