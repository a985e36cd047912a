"""Editions follow each other, a settled one never changes, and what changes between two is said."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from vernix.births import editions, encounters
from vernix.births.dictionary import difference, document, markdown
from vernix.errors import DataRefused

NUMBERS = [edition.number for edition in editions.EDITIONS]
OLD = document.document()

Edit = Callable[[dict[str, Any]], object]


def test_editions_follow_each_other_and_only_the_last_is_in_preparation() -> None:
    assert [str(number) for number in range(1, len(NUMBERS) + 1)] == NUMBERS
    days = [edition.valid_from for edition in editions.EDITIONS]
    assert days == sorted(set(days))
    assert all(edition.settled for edition in editions.EDITIONS[:-1])


def test_an_element_says_editions_that_there_are_or_will_be() -> None:
    now = len(NUMBERS)
    for encounter in map(encounters.get, encounters.names()):
        for element in encounter.elements:
            assert int(element.since) <= now, f"{element.name} is since an edition that there is not"
            assert element.until is None or int(element.until) > now, f"{element.name} should be gone"


@pytest.mark.parametrize("edition", editions.EDITIONS, ids=lambda edition: edition.number)
def test_each_edition_has_a_snapshot_and_the_last_is_what_the_declarations_say(
    repository: Path, edition: editions.Edition
) -> None:
    path = repository / "docs" / "reference" / "dictionary" / f"edition-{edition.number}.json"
    said = document.parse(path.read_bytes())
    assert said["edition"] == edition.number
    if edition == editions.current():
        what_to_do = "append an edition to births/editions.py" if edition.settled else "run: make reference"
        assert said == OLD, f"the declarations have changed: {what_to_do}"


def test_a_settled_edition_is_never_written_again(monkeypatch: pytest.MonkeyPatch) -> None:
    settled = replace(editions.current(), settled=True)
    monkeypatch.setattr(editions, "EDITIONS", (*editions.EDITIONS[:-1], settled))
    assert not [name for name in markdown.pages() if name.endswith(".json")]


def test_an_edition_does_not_differ_from_itself() -> None:
    assert difference.compare(OLD, document.document()) == []


def _part(said: dict[str, Any], kind: str, name: str) -> dict[str, Any]:
    return next(each for each in said[kind] if each["name"] == name)


def _drop_city(said: dict[str, Any]) -> None:
    for encounter in said["encounters"]:
        encounter["elements"] = [name for name in encounter["elements"] if name != "city"]


def _add(said: dict[str, Any], **facts: Any) -> None:
    element = _part(said, "elements", "city") | {"name": "town", "aliases": []} | facts
    said["elements"].append(element)
    _part(said, "encounters", "birth")["elements"].append("town")


def _rename(said: dict[str, Any]) -> None:
    names = _part(said, "encounters", "birth")["elements"]
    names.remove("city")
    _add(said, aliases=["city"])


def _weight(**facts: Any) -> Edit:
    return lambda said: _part(said, "elements", "birth_weight").update(facts)


def _sex(change: Callable[[list[dict[str, Any]]], object]) -> Edit:
    return lambda said: change(_part(said, "code_sets", "sex")["codes"])


def _rules(change: Callable[[list[dict[str, Any]]], object]) -> Edit:
    return lambda said: change(_part(said, "encounters", "birth")["checks"])


NEW_CODE = {"code": "x", "label": {"en": "X", "fr": "X"}, "aliases": []}
RULE: dict[str, Any] = {
    "code": "NEW-1",
    "elements": ["sex"],
    "text": {"en": "Do.", "fr": "Faites."},
    "source": "a book",
}
HARD, SOFT = RULE | {"severity": "hard"}, RULE | {"severity": "soft"}
CHANGES: list[tuple[str, str, str, Edit]] = [
    ("must", "required_element_added", "town", lambda said: _add(said, required="required")),
    ("may", "element_added", "town", lambda said: _add(said, required="expected")),
    ("must", "element_removed", "city", _drop_city),
    ("may", "element_renamed", "city", _rename),
    ("must", "type_changed", "birth_weight", _weight(type="decimal")),
    ("must", "unit_changed", "birth_weight", _weight(unit="kg")),
    ("must", "level_raised", "birth_weight", _weight(required="required")),
    ("know", "level_lowered", "birth_weight", _weight(required="optional")),
    ("must", "range_narrowed", "birth_weight", _weight(possible=["200", "9000"])),
    ("know", "range_widened", "birth_weight", _weight(possible=["1", "9000"])),
    ("know", "range_widened", "birth_weight", _weight(possible=None)),
    ("know", "plausible_range_changed", "birth_weight", _weight(plausible=["300", "5500"])),
    ("know", "digits_changed", "birth_weight", _weight(digits=1)),
    ("must", "meaning_changed", "birth_weight", _weight(version=2, definition={"en": "A.", "fr": "B."})),
    ("know", "reworded", "birth_weight", _weight(definition={"en": "A.", "fr": "B."})),
    ("must", "name_withdrawn", "birth_weight", _weight(aliases=["bwg"])),
    ("know", "privacy_changed", "birth_weight", _weight(privacy="quasi")),
    ("know", "end_announced", "birth_weight", _weight(until="2")),
    ("must", "text_shortened", "city", lambda said: _part(said, "elements", "city").update(longest=20)),
    ("must", "code_set_changed", "sex", lambda said: _part(said, "elements", "sex").update(codes="yes_no")),
    ("may", "code_added", "sex", _sex(lambda codes: codes.append(NEW_CODE))),
    ("must", "code_withdrawn", "sex", _sex(lambda codes: codes.pop(0))),
    ("must", "spelling_withdrawn", "sex", _sex(lambda codes: codes[0]["aliases"].pop())),
    ("must", "hard_check_added", "NEW-1", _rules(lambda rules: rules.append(HARD))),
    ("know", "soft_check_added", "NEW-1", _rules(lambda rules: rules.append(SOFT))),
    ("must", "encounter_withdrawn", "patient_profile", lambda said: said["encounters"].pop(0)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("action", "kind", "subject", "change"),
    CHANGES,
    ids=[f"{kind}-{n}" for n, (_, kind, *_) in enumerate(CHANGES)],
)
def test_a_change_is_found_and_says_what_to_do(action: str, kind: str, subject: str, change: Edit) -> None:
    new = copy.deepcopy(OLD)
    change(new)
    found = difference.compare(OLD, new)
    assert {(each.action, each.kind, each.subject) for each in found} == {(action, kind, subject)}
    for each in found:
        assert each.encounters
        assert each.text.en.endswith(".") or each.text.en.endswith("bwg")  # a list of names ends without
        assert each.text.fr != each.text.en


def test_what_was_withdrawn_is_added_when_looked_at_the_other_way() -> None:
    new = copy.deepcopy(OLD)
    new["encounters"].pop(0)
    [change] = difference.compare(new, OLD)
    assert (change.action, change.kind) == ("may", "encounter_added")


@pytest.mark.parametrize("part", ["encounters", "elements", "code_sets"])
def test_a_document_with_something_else_inside_is_refused(part: str) -> None:
    names = {"encounters": "birth", "elements": "birth_weight", "code_sets": "sex"}
    with pytest.raises(DataRefused, match="not a dictionary"):
        difference.compare(OLD, OLD | {part: [{"name": names[part]}]})
