"""A warning that the partner stands by: told as confirmed, and no error passes for one."""

from __future__ import annotations

from pathlib import Path

import pytest

from vernix.intake.ije.layouts import NATALITY
from vernix.intake.mapping import Mapping, fitting_best
from vernix.intake.reading import Reading, read

MIDNIGHT = "B-TIM-01"
CANARY = "Zyxwvutcanary"
HEADER = "record_number,birth_date,birth_time,sex,override,override_reason\n"


def reading_of(folder: Path, *rows: str, header: str = HEADER, mapping: str | None = None) -> Reading:
    path = folder / "births.csv"
    path.write_text(header + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return read(path, "birth", Mapping.parse(mapping.encode()) if mapping else None)


def found(reading: Reading) -> list[tuple[str, str, int | None]]:
    return [(each.code, each.severity, each.row) for each in reading.findings.listed()]


def test_a_warning_with_a_reason_is_confirmed_and_no_longer_counted(tmp_path: Path) -> None:
    reading = reading_of(
        tmp_path,
        f"1,2026-03-04,00:00,f,{MIDNIGHT},{CANARY}",
        "2,2026-03-04,00:00,f,,",
        "3,2026-03-04,08:00,f,,",
    )
    assert found(reading) == [(MIDNIGHT, "confirmed", 1), (MIDNIGHT, "warning", 2)]
    assert (reading.counts.accepted, reading.counts.warned, reading.counts.rejected) == (3, 1, 0)
    assert {code: list(rows) for code, rows in reading.overrides.confirmed.items()} == {MIDNIGHT: [1]}
    assert CANARY not in repr(reading.findings.listed())


@pytest.mark.parametrize(
    ("override", "reason", "said"),
    [
        (MIDNIGHT, "", {"override.no-reason"}),
        (MIDNIGHT, "  ", {"override.no-reason"}),
        (MIDNIGHT, "-", {"override.no-reason"}),
        ("B-HCN-02", "seen", {"override.no-warning"}),  # an error
        (CANARY, "seen", {"override.no-warning"}),
        (", ;", "seen", {"override.no-warning"}),
        ("", "seen", set()),
    ],
)
def test_what_confirms_nothing_leaves_the_warning(
    tmp_path: Path, override: str, reason: str, said: set[str]
) -> None:
    reading = reading_of(tmp_path, f'1,2026-03-04,00:00,f,"{override}",{reason}')
    assert {(code, severity) for code, severity, _ in found(reading)} == {
        (code, "warning") for code in {MIDNIGHT, *said}
    }
    assert reading.counts.warned == 1
    assert not reading.overrides.confirmed
    assert CANARY not in repr(reading.findings.listed())


def test_an_error_cannot_be_overridden(tmp_path: Path) -> None:
    header = "record_number,birth_date,sex,mother_health_number,override,override_reason\n"
    reading = reading_of(tmp_path, "1,2026-03-04,f,9393881588,B-HCN-03,copied twice", header=header)
    assert ("B-HCN-03", "error", 1) in found(reading)
    assert reading.counts.rejected == 1
    header = "record_number,birth_date,sex,birth_weight,override,override_reason\n"
    reading = reading_of(tmp_path, "1,2026-03-04,f,99999,value.impossible,weighed twice", header=header)
    assert ("value.impossible", "error", 1) in found(reading)


def test_several_warnings_of_one_row_of_cells_and_of_the_whole_file(tmp_path: Path) -> None:
    header = "record_number,birth_date,birth_time,sex,mother_age,override,override_reason\n"
    rows = [f"7,2026-03-04,00:00,f,57,{MIDNIGHT.lower()} value.implausible;b-dup-01,seen"] * 2
    reading = reading_of(tmp_path, *rows, header=header)
    assert {severity for _, severity, _ in found(reading)} == {"confirmed"}
    assert {code for code, _, _ in found(reading)} == {MIDNIGHT, "value.implausible", "B-DUP-01"}
    assert (reading.counts.accepted, reading.counts.warned) == (2, 0)


def test_constants_alone_override_for_a_whole_file(tmp_path: Path) -> None:
    said = (
        f'encounter = "birth"\n[constants]\noverride = "{MIDNIGHT}"\noverride_reason = "whole hours only"\n'
    )
    rows = ("1,2026-03-04,00:00,f", "2,2026-03-05,00:00,m")
    reading = reading_of(tmp_path, *rows, header="record_number,birth_date,birth_time,sex\n", mapping=said)
    assert found(reading) == [(MIDNIGHT, "confirmed", 1), (MIDNIGHT, "confirmed", 2)]
    assert reading.records["birth_time"].to_pylist() == ["00:00", "00:00"]
    # A saved one never fits a file by itself: it would confirm what nobody looked at.
    assert fitting_best([Mapping.parse(said.encode())], ("record_number", "sex")) is None


def test_constants_alone_fit_a_format_with_places_of_its_own(tmp_path: Path) -> None:
    line = [" "] * NATALITY.length
    for name, text in {
        "IDOB_YR": "2024",
        "IDOB_MO": "02",
        "IDOB_DY": "29",
        "TB": "0000",
        "ISEX": "F",
    }.items():
        start, stop = NATALITY.items[name]
        line[start:stop] = text
    path = tmp_path / "births.ije"
    path.write_text("".join(line) + "\n", encoding="ascii")
    said = f'encounter = "birth"\n[constants]\noverride = "{MIDNIGHT}"\noverride_reason = "seen"\n'
    reading = read(path, "birth", Mapping.parse(said.encode()))
    assert (MIDNIGHT, "confirmed", 1) in found(reading)
    assert reading.records["sex"].to_pylist() == ["female"]
