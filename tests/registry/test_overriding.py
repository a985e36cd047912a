"""A warning that a hospital stands by: its answer says so, the book keeps the code, the vault the reason."""

from __future__ import annotations

from typing import Any

import pytest
from tests.registry.conftest import GOOD, Hospital, Killed, everything_readable, work

from vernix.registry.book import ORDER, open_engine
from vernix.registry.unlocked import Registry

REASON = "Quexzylwitnessed at midnight"
MIDNIGHT = {**GOOD, "birth_time": "00:00"}
OVERRIDDEN = {**MIDNIGHT, "override": "B-TIM-01", "override_reason": REASON}


def kept(registry: Registry) -> list[list[str] | None]:
    """What the book says of the one birth, row after row."""
    rows = (
        registry.book.table("birth")
        .read([*ORDER, "confirmed"])
        .sort_by([(name, "ascending") for name in ORDER])
    )
    found: list[list[str] | None] = rows["confirmed"].to_pylist()
    return found


@pytest.mark.parametrize("point", [None, "read:answer-kept", "vault:file-kept", "lakehouse:committed"])
def test_code_and_reason_are_kept_apart_and_the_answer_says_confirmed(
    registry: Registry, hospital: Hospital, kill_at: Any, point: str | None
) -> None:
    delivery = hospital.send(OVERRIDDEN)
    if point is not None:
        kill_at(point)
        with pytest.raises(Killed):
            work(registry)
    assert work(registry) == 0
    (answer,) = hospital.answer(delivery).acknowledgements
    assert [(each.code, each.severity) for each in answer.findings] == [("B-TIM-01", "confirmed")]
    assert answer.counts.as_dict() == {"accepted": 1, "warned": 0, "rejected": 0}
    assert kept(registry) == [["B-TIM-01"]]
    (pseudonym,) = registry.book.table("birth").read(["pseudonym"])["pseudonym"].to_pylist()
    assert registry.vault.identity(pseudonym)["override_reason"] == REASON
    for path, content in everything_readable(hospital.kit.folder, leave_out=("gateway",)):
        assert b"Quexzylwitnessed" not in content, path


def test_a_warning_is_confirmed_by_sending_the_row_again(registry: Registry, hospital: Hospital) -> None:
    """The row corrects itself: its confirmation is what the book says from then on."""
    hospital.send(MIDNIGHT)
    assert work(registry) == 0
    hospital.send(OVERRIDDEN)
    assert work(registry) == 0
    assert kept(registry) == [None, ["B-TIM-01"]]
    engine = open_engine(registry.folder.work)
    (current,) = registry.book.current(engine, "birth").execute()["confirmed"]
    assert list(current) == ["B-TIM-01"]
