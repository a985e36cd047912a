"""Every encounter of the dictionary goes the whole way: read, parted, into vault and book, and told apart."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.registry.conftest import everything_readable

from vernix.births import encounters
from vernix.births.encounter import Encounter
from vernix.births.rules import sample
from vernix.intake.reading import read
from vernix.registry.book import Book
from vernix.registry.parting import Naming, Parted, part
from vernix.registry.vault import Origin, Vault

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
