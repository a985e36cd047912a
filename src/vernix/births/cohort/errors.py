"""The errors that people make, put into a synthetic cohort on purpose and written down in its truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vernix.births.gestation import parse, spelled

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    Columns = dict[str, NDArray[Any]]

Texts = dict[str, str | None]


@dataclass(frozen=True)
class Error:
    """One way to spoil a row.

    ``change`` gets what the row sends and returns the elements it changes, or None where it does not apply.
    ``severity`` is how a reader must find the row: refused (hard) or questioned (soft).
    """

    name: str
    severity: str
    change: Callable[[Texts], Texts | None]


def _impossible_date(row: Texts) -> Texts | None:
    return {"birth_date": f"{row['birth_date']}"[:4] + "-02-30"}


def _weight_in_another_unit(row: Texts) -> Texts | None:
    return {"birth_weight": f"{row['birth_weight']}0"} if len(row["birth_weight"] or "") == 4 else None


def _text_in_a_number(row: Texts) -> Texts | None:
    return {"birth_weight": "see chart"}


def _blank_sex(row: Texts) -> Texts | None:
    return {"sex": None}


def _mothers_number(row: Texts) -> Texts | None:
    ontario = row["mother_health_card"] == "ontario" and row["outcome"] == "live"
    return (
        {"child_health_number": row["mother_health_number"], "child_health_card": None} if ontario else None
    )


def _mistyped_number(row: Texts) -> Texts | None:
    number = row["mother_health_number"]
    if row["mother_health_card"] != "ontario" or number is None:
        return None
    return {"mother_health_number": number[:-1] + str((int(number[-1]) + 1) % 10)}


def _ten_weeks_early(row: Texts) -> Texts | None:
    days = parse(row["gestation"] or "") or 0
    heavy = int(row["birth_weight"] or 0) >= 3000
    return {"gestation": spelled(days - 70)} if 259 <= days <= 280 and heavy else None


ERRORS = (
    Error("impossible_date", "hard", _impossible_date),
    Error("weight_in_another_unit", "hard", _weight_in_another_unit),
    Error("text_in_a_number", "hard", _text_in_a_number),
    Error("blank_sex", "hard", _blank_sex),
    Error("mothers_number_for_child", "hard", _mothers_number),
    Error("mistyped_number", "hard", _mistyped_number),
    Error("gestation_ten_weeks_early", "soft", _ten_weeks_early),
)


def spoil(rng: Generator, columns: Columns, truth: Columns, rate: float) -> None:
    """Spoil about ``rate`` of the rows in place, each in one way, the ways in turn; ``truth`` says where and
    how.

    Twins are left alone: an error in one of them would raise questions about the other. Where one way does
    not apply to a row, the next that does takes its place.
    """
    count = len(columns["plurality"])
    single = columns["plurality"] == "1"
    chosen = [place for place in rng.permutation(count) if single[place]][: round(rate * count)]
    for turn, place in enumerate(chosen):
        row = {name: column[place] for name, column in columns.items()}
        error, change = _first_that_applies(row, turn)
        for name, text in change.items():
            columns[name][place] = text
        truth["error"][place] = error.name
        truth["severity"][place] = error.severity


def _first_that_applies(row: Texts, turn: int) -> tuple[Error, Texts]:
    for step in range(len(ERRORS)):
        error = ERRORS[(turn + step) % len(ERRORS)]
        if (change := error.change(row)) is not None:
            return error, change
    raise AssertionError("a blank sex applies to every row")
