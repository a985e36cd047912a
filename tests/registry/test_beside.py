"""A submission beside what the registry has: warned of in the answer, by keyed names, and confirmed."""

from __future__ import annotations

from typing import Any

import pytest
from tests.registry.conftest import GOOD, NUMBER, Hospital, Killed, everything_readable, work

from vernix.births import encounters
from vernix.births.rules import sample
from vernix.registry.unlocked import Registry

CHILD = "1234567897"


def said(registry: Registry, hospital: Hospital, *rows: dict[str, str], **how: Any) -> set[tuple[str, str]]:
    delivery = hospital.send(*rows, **how)
    assert work(registry) == 0
    (answer,) = hospital.answer(delivery).acknowledgements
    return {(each.code, each.severity) for each in answer.findings}


def test_what_contradicts_the_book_is_warned_of(registry: Registry, hospital: Hospital) -> None:
    known = {**GOOD, "child_health_number": CHILD}
    assert said(registry, hospital, known) == set()
    # The same record once more is a correction.
    assert said(registry, hospital, {**known, "birth_weight": "3410"}) == set()
    again = {**known, "record_number": "R2"}
    assert said(registry, hospital, again) == {("B-BOK-01", "warning"), ("B-BOK-02", "warning")}
    earlier = {**GOOD, "record_number": "R4", "birth_date": "2023-03-04", "mother_age": "28"}
    assert said(registry, hospital, earlier) == set()
    near = {**GOOD, "record_number": "R3", "birth_date": "2026-05-04", "mother_age": "35"}
    assert said(registry, hospital, near) == {("B-BOK-03", "warning"), ("B-BOK-04", "warning")}


@pytest.mark.parametrize("point", [None, "read:answer-kept", "vault:file-kept"])
def test_it_can_be_overridden_and_is_kept_so(
    registry: Registry, hospital: Hospital, kill_at: Any, point: str | None
) -> None:
    assert said(registry, hospital, {**GOOD, "child_health_number": CHILD}) == set()
    words = {"override": "b-bok-01 B-BOK-02", "override_reason": "the first was entered by mistake"}
    delivery = hospital.send({**GOOD, "record_number": "R2", "child_health_number": CHILD, **words})
    if point is not None:
        kill_at(point)
        with pytest.raises(Killed):
            work(registry)
    assert work(registry) == 0
    (answer,) = hospital.answer(delivery).acknowledgements
    assert {(each.code, each.severity) for each in answer.findings} == {
        ("B-BOK-01", "confirmed"),
        ("B-BOK-02", "confirmed"),
    }
    assert answer.counts.warned == 0
    kept = registry.book.table("birth").read(["confirmed"])["confirmed"].to_pylist()
    assert sorted(kept, key=bool) == [None, ["B-BOK-01", "B-BOK-02"]]


OF_A_CHILD = [name for name in encounters.names() if encounters.get(name).book_checks and name != "birth"]


@pytest.mark.parametrize("name", OF_A_CHILD)
def test_what_belongs_to_no_birth_is_warned_of(registry: Registry, hospital: Hospital, name: str) -> None:
    """Also on another day than the registry has, and no more once the birth is there."""
    encounter = encounters.get(name)
    row = {
        element.name: str(sample(element)) for element in encounter.elements if element.required == "required"
    }
    row |= {"record_number": "N1", "birth_date": "2024-02-28", "mother_health_number": NUMBER}
    row |= {"child_health_number": CHILD} if "child_health_number" in encounter.by_name else {}
    (letters,) = {check.code.partition("-")[0] for check in encounter.book_checks}
    orphan, another_day = (f"{letters}-BOK-01", "warning"), (f"{letters}-BOK-02", "warning")
    assert orphan in said(registry, hospital, row, encounter=name)
    birth = {**GOOD, "birth_date": "2024-02-28", "child_health_number": CHILD}
    assert said(registry, hospital, birth) == set()
    later = {**row, "record_number": "N2"}
    assert not {orphan, another_day} & said(registry, hospital, later, encounter=name)
    moved = {**row, "record_number": "N3", "birth_date": "2024-02-27"}
    expected = another_day if "child_health_number" in row else orphan
    assert {orphan, another_day} & said(registry, hospital, moved, encounter=name) == {expected}


def test_nothing_that_the_book_is_asked_leaves_a_trace(registry: Registry, hospital: Hospital) -> None:
    """No number or name lies in what the engine or the answer left."""
    assert said(registry, hospital, {**GOOD, "child_health_number": CHILD}) == set()
    assert said(registry, hospital, {**GOOD, "record_number": "R2", "child_health_number": CHILD})
    assert list(registry.folder.work.iterdir()) == []
    for path, content in everything_readable(hospital.kit.folder, leave_out=("gateway",)):
        assert CHILD.encode() not in content, path
