"""The same again, corrections, blanks and clears: what a record says then, and what it said before."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from tests.registry.conftest import GIVEN, GOOD, NUMBER, SURNAME, Hospital, Killed, work

from vernix.registry.book import ORDER, open_engine
from vernix.registry.status import look
from vernix.registry.unlocked import Registry
from vernix.registry.verifying import compare

CHILD, ANOTHER = "1234567897", "9876543217"
BIRTH = {**GOOD, "child_health_number": CHILD}


def take(registry: Registry, hospital: Hospital, *rows: Mapping[str, str], again: bool = False) -> list[str]:
    """Send rows and let them be read; the codes that the answer has."""
    delivery = hospital.send(*rows, again=again)
    assert work(registry) == 0
    answer = hospital.answer(delivery)
    assert answer.receipt.result == "accepted", answer.acknowledgements[0].findings
    return [each.code for each in answer.acknowledgements[0].findings]


def current(registry: Registry, version: int | None = None) -> list[dict[str, Any]]:
    """What the book says of each record, now or at a version."""
    engine = open_engine(registry.folder.work)
    try:
        return list(engine.to_pyarrow(registry.book.current(engine, "birth", version)).to_pylist())
    finally:
        engine.disconnect()


def said(registry: Registry, *names: str) -> list[tuple[Any, ...]]:
    """What each row of the book says, oldest first."""
    rows = registry.book.table("birth").read(list({*ORDER, *names}))
    rows = rows.sort_by([(name, "ascending") for name in ORDER]).select(names)
    return list(zip(*(column.to_pylist() for column in rows.columns), strict=True))


def who(registry: Registry) -> dict[str, Any]:
    """The one identity."""
    (pseudonym,) = set(registry.vault.table.read(["pseudonym"])["pseudonym"].to_pylist())
    return registry.vault.identity(pseudonym)


def counts(registry: Registry) -> tuple[int, int]:
    """Births and persons."""
    status = look(registry.folder)
    assert compare(registry.folder).problems == []
    return status["births"], status["persons"]


def without_how_it_came(registry: Registry) -> dict[bytes, dict[str, Any]]:
    """The book's records, but for when, in which file and naming whom they came last."""
    came = {*ORDER, "batch", "received_at", "identified_by"}
    return {
        row["pseudonym"]: {name: value for name, value in row.items() if name not in came}
        for row in current(registry)
    }


def rewritten(hospital: Hospital, rows: Sequence[Mapping[str, str]]) -> Any:
    """The same rows as another export writes them: columns and rows in another order, semicolons."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, sorted(rows[0]), delimiter=";")
    writer.writeheader()
    writer.writerows(reversed(rows))
    path = hospital.folder / "another-export.csv"
    path.write_text(stream.getvalue(), encoding="utf-8")
    return path


def test_the_same_file_again_changes_nothing(registry: Registry, hospital: Hospital) -> None:
    path = hospital.write([BIRTH, {**GOOD, "record_number": "R2", "mother_health_number": ""}])
    hospital.send_file(path)
    assert work(registry) == 0
    before = (current(registry), counts(registry), said(registry, "row"), registry.vault.table.read(["row"]))
    for _ in range(2):
        delivery = hospital.send_file(path, again=True)
        assert work(registry) == 0
        (answer,) = hospital.answer(delivery).acknowledgements
        assert [each.code for each in answer.findings] == ["already-received"]
    after = (current(registry), counts(registry), said(registry, "row"), registry.vault.table.read(["row"]))
    assert after == before


def test_the_same_rows_from_another_export_change_nothing_that_they_say(
    registry: Registry, hospital: Hospital
) -> None:
    twins = {**BIRTH, "plurality": "2"}
    second = {"record_number": "R2", "child_health_number": ANOTHER, "birth_order": "2"}
    rows = [twins, {**twins, **second}]
    take(registry, hospital, *rows)
    before, persons = without_how_it_came(registry), counts(registry)
    delivery = hospital.send_file(rewritten(hospital, rows))
    assert work(registry) == 0
    (answer,) = hospital.answer(delivery).acknowledgements
    assert (answer.result, answer.findings) == ("accepted", [])
    assert (without_how_it_came(registry), counts(registry)) == (before, persons)


@pytest.mark.parametrize("point", [None, "read:answer-kept", "vault:file-kept", "lakehouse:committed"])
def test_a_correction_is_a_later_row_and_what_was_said_remains(
    registry: Registry, hospital: Hospital, kill_at: Any, point: str | None
) -> None:
    take(registry, hospital, BIRTH)
    version = registry.book.extraction("birth").version
    delivery = hospital.send({**BIRTH, "birth_weight": "2400", "mother_family_name": "Smith"})
    if point is not None:
        kill_at(point)
        with pytest.raises(Killed):
            work(registry)
    assert work(registry) == 0
    assert hospital.answer(delivery).receipt.result == "accepted"
    assert said(registry, "birth_weight") == [(3400,), (2400,)]
    assert [row["birth_weight"] for row in current(registry)] == [2400]
    assert [row["birth_weight"] for row in current(registry, version)] == [3400]
    assert (who(registry)["mother_family_name"], who(registry)["mother_given_names"]) == ("Smith", GIVEN)
    assert counts(registry) == (1, 2)


def test_a_blank_leaves_everything_as_it_was(registry: Registry, hospital: Hospital) -> None:
    take(registry, hospital, BIRTH)
    before, person = without_how_it_came(registry), who(registry)
    blank = dict.fromkeys(BIRTH, "") | {"record_number": "R1", "sex": "F", "birth_date": "2026-03-04"}
    take(registry, hospital, blank)
    assert (without_how_it_came(registry), who(registry)) == (before, person)
    assert counts(registry) == (1, 2)


def test_a_clear_takes_away_and_can_be_said_anew(registry: Registry, hospital: Hospital) -> None:
    take(registry, hospital, BIRTH)
    key = {"record_number": "R1", "sex": "F", "birth_date": "2026-03-04"}
    take(registry, hospital, {**key, "birth_weight": "!clear", "mother_family_name": "!clear"})
    assert current(registry)[0]["birth_weight"] is None
    assert said(registry, "birth_weight", "cleared")[-1] == (None, ["birth_weight"])
    assert "mother_family_name" not in who(registry)
    assert who(registry)["mother_given_names"] == GIVEN
    take(registry, hospital, {**key, "birth_weight": "3150", "mother_family_name": SURNAME})
    assert current(registry)[0]["birth_weight"] == 3150
    assert who(registry)["mother_family_name"] == SURNAME
    assert said(registry, "birth_weight") == [(3400,), (None,), (3150,)]


def test_a_mothers_number_that_is_corrected_or_cleared_names_nobody_else(
    registry: Registry, hospital: Hospital
) -> None:
    """Nor does it leave a person behind who was never there."""
    take(registry, hospital, BIRTH)
    (first,) = {row["mother_pseudonym"] for row in current(registry)}
    take(registry, hospital, {**BIRTH, "mother_health_number": ANOTHER})
    (second,) = {row["mother_pseudonym"] for row in current(registry)}
    assert second != first
    assert counts(registry) == (1, 2)
    take(registry, hospital, {**BIRTH, "mother_health_number": "!clear"})
    (row,) = current(registry)
    assert row["mother_pseudonym"] == row["pseudonym"], "nobody else's mother"
    assert counts(registry) == (1, 2)
    assert "mother_health_number" not in who(registry)


@pytest.mark.parametrize("becomes", [ANOTHER, "!clear"])
def test_a_childs_number_that_is_no_longer_said_finds_nobody(
    registry: Registry, hospital: Hospital, becomes: str
) -> None:
    """It was a typing error, and belongs to another child."""
    take(registry, hospital, BIRTH)
    take(registry, hospital, {**BIRTH, "child_health_number": becomes})
    another = {**BIRTH, "record_number": "R9", "mother_health_number": "", "mother_chart_number": "C9"}
    assert take(registry, hospital, another) == []


def test_a_correction_under_another_record_number_is_told(registry: Registry, hospital: Hospital) -> None:
    take(registry, hospital, BIRTH)
    codes = take(registry, hospital, {**BIRTH, "record_number": "R1-corrected", "birth_weight": "2400"})
    assert codes == ["B-BOK-01", "B-BOK-02"]
    assert counts(registry) == (2, 3), "what is told is not decided"
    assert NUMBER not in str(said(registry, "cleared", "confirmed"))
