"""Submissions of other encounters than births: their own table in the book, one vault for who they are."""

from __future__ import annotations

import pytest
from tests.registry.conftest import Hospital, work

from vernix.registry.unlocked import Registry
from vernix.registry.verifying import compare

NUMBER, SURNAME = "9393881587", "Quexzylborough"
SENT = {
    "patient_profile": {"profile_of": "mother", "language": "french"},
    "antenatal_general": {"due_date": "2024-10-07", "gravida": "2"},
    "prenatal_screening": {"prenatal_screen": "efts", "risk_trisomy_21": "9000"},
    "labour_and_birth": {"labour_type": "spontaneous", "birth_date": "2024-10-01"},
}


@pytest.mark.parametrize("name", SENT)
def test_an_encounter_parts_into_its_own_table_and_the_vault(
    registry: Registry, hospital: Hospital, name: str
) -> None:
    who = {"record_number": "R1", "mother_health_number": NUMBER, "mother_family_name": SURNAME}
    delivery = hospital.send({**who, **SENT[name]}, encounter=name)
    assert work(registry) == 0
    [acknowledgement] = hospital.answer(delivery).acknowledgements
    assert (acknowledgement.encounter, acknowledgement.counts.rejected) == (name, 0)
    [row] = registry.book.table(name).read(["pseudonym", *SENT[name]]).to_pylist()
    assert None not in row.values()
    assert registry.vault.identity(row["pseudonym"]) == who
    others = [table for each, table in registry.book.kept() if each != name]
    assert sum(table.read(["row"]).num_rows for table in others) == 0
    assert compare(registry.folder).problems == []


def test_one_mother_is_the_same_in_all_her_encounters(registry: Registry, hospital: Hospital) -> None:
    for name, said in SENT.items():
        hospital.send({"mother_health_number": NUMBER, "mother_family_name": SURNAME, **said}, encounter=name)
    assert work(registry) == 0
    mothers = {
        mother
        for name in SENT
        for mother in registry.book.table(name).read(["mother_pseudonym"])["mother_pseudonym"].to_pylist()
    }
    assert len(mothers) == 1
    assert None not in mothers
