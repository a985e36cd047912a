"""Every encounter of the dictionary goes the whole way: read, parted, into vault and book, and told apart."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.registry.conftest import Hospital, Killed, everything_readable, work

from vernix.births import encounters
from vernix.births.encounter import Encounter
from vernix.births.rules import sample
from vernix.intake.reading import read
from vernix.registry.book import Book
from vernix.registry.parting import Naming, Parted, part
from vernix.registry.unlocked import Registry
from vernix.registry.vault import Origin, Vault
from vernix.registry.verifying import compare

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
ORIGIN = Origin("riverside", "a-submission", "b1", NOW, NOW)
NUMBERS = {"mother_health_number": "9393881587", "child_health_number": "1234567897"}
ALL = [encounters.get(name) for name in encounters.names()]

every_encounter = pytest.mark.parametrize("encounter", ALL, ids=lambda encounter: encounter.name)


def row_of(encounter: Encounter) -> dict[str, str]:
    """Who: a word of its own for each text that names somebody. What: only what must be told."""
    texts = {
        element.name: NUMBERS.get(element.name, f"Quexzyl{place}")
        for place, element in enumerate(encounter.with_privacy("direct"))
        if element.type == "text"
    }
    needed = [e for e in encounter.elements if e.required == "required" or e.name == "birth_date"]
    told = {element.name: str(sample(element)) for element in needed}
    return texts | told


def parted(encounter: Encounter, folder: Path, row: dict[str, str]) -> Parted:
    path = folder / f"{encounter.name}.csv"
    path.write_text(",".join(row) + "\n" + ",".join(row.values()) + "\n", encoding="utf-8")
    reading = read(path, encounter.name)
    assert (reading.counts.accepted, list(reading.unused)) == (1, []), list(reading.findings.listed())
    return part(reading, ORIGIN, Naming(b"p" * 32))


@every_encounter
def test_who_goes_to_the_vault_and_what_to_the_book(encounter: Encounter, tmp_path: Path) -> None:
    row = row_of(encounter)
    made = parted(encounter, tmp_path, row)
    vault, book = Vault(tmp_path / "vault", b"v" * 32, b"i" * 32), Book(tmp_path / "book")
    vault.found()
    vault.keep(made.identities, made.pseudonyms, made.rows, ORIGIN)
    book.keep(encounter.name, made.clinical, "b1")
    person = vault.identity(made.pseudonyms[0])
    assert {name: person[name] for name in person if row[name].startswith("Quexzyl")} == {
        name: text for name, text in row.items() if text.startswith("Quexzyl")
    }
    assert [name for name, _ in book.kept()] == [encounter.name]
    for part_of_registry in ("vault", "book"):
        for path, content in everything_readable(tmp_path / part_of_registry):
            assert b"Quexzyl" not in content, path.name
            assert NUMBERS["mother_health_number"].encode() not in content, path.name


@every_encounter
def test_every_element_is_read_as_the_dictionary_writes_it(encounter: Encounter, tmp_path: Path) -> None:
    """A row in which everything is told contradicts itself; each cell is read all the same."""
    cells = {element.name: str(sample(element)) for element in encounter.elements}
    path = tmp_path / "all.csv"
    path.write_text(",".join(cells) + "\n" + ",".join(cells.values()) + "\n", encoding="utf-8")
    findings = read(path, encounter.name).findings.listed()
    assert [each.code for each in findings if each.code.startswith(("value.", "column."))] == []


def test_a_registry_from_before_an_encounter_was_declared_keeps_it_from_then_on(tmp_path: Path) -> None:
    """Its book has a table of births and no other; neither looking nor tidying stumbles over that."""
    book = Book(tmp_path / "book")
    book.found()
    assert [name for name, _ in book.kept()] == ["birth"]
    book.compact()
    encounter = encounters.get("newborn_screening")
    made = parted(encounter, tmp_path, row_of(encounter))
    assert book.keep(encounter.name, made.clinical, "b1")
    assert not book.keep(encounter.name, made.clinical, "b1")
    assert sorted(name for name, _ in book.kept()) == ["birth", "newborn_screening"]


SAMPLE = {
    "birth_date": "2026-03-01", "birth_time": "08:00", "sex": "f", "collection_date": "2026-03-02",
    "collection_time": "09:30", "sample_quality": "acceptable", "screen_result": "in range",
    "cystic_fibrosis": "normal",
}  # fmt: skip


@pytest.mark.parametrize("point", [None, "book:acted", "lakehouse:committed"])
def test_a_laboratory_sends_screens_and_is_answered(
    registry: Registry, hospital: Hospital, kill_at: Any, point: str | None
) -> None:
    """The first rows of an encounter make its table; whatever is killed there, the end is the same."""
    child = {**SAMPLE, "record_number": "N1", "card_number": "Quexzyl-1"}
    mothers = {**NUMBERS, "child_health_number": NUMBERS["mother_health_number"]}
    early = {**SAMPLE, "record_number": "N3", "collection_date": "2026-03-01"}
    delivery = hospital.send(
        child, {**SAMPLE, "record_number": "N2", **mothers}, early, encounter="newborn_screening"
    )
    if point is not None:
        kill_at(point)
        with pytest.raises(Killed):
            work(registry)
    assert work(registry) == 0
    (answer,) = hospital.answer(delivery).acknowledgements
    assert (answer.counts.accepted, answer.counts.warned, answer.counts.rejected) == (2, 1, 1)
    assert {each.code for each in answer.findings} == {"NS-HCN-01", "NS-AGE-01"}
    kept = registry.book.table("newborn_screening").read(["row", "screen_result", "cystic_fibrosis"])
    assert sorted(kept.to_pylist(), key=lambda row: row["row"]) == [
        {"row": row, "screen_result": "negative", "cystic_fibrosis": "negative"} for row in (1, 3)
    ]
    assert compare(registry.folder).problems == []
