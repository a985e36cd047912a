"""``vernix convert`` as a person calls it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

PROGRAM = "from vernix.partner.cli import main; main()"
ROWS = (
    "record_number,sex,birth_date,birth_weight,outcome\n"
    "1,F,2024-02-29,3400,live\n2,M,2024-02-29,700,stillbirth\n3,x,,,\n"
)


def vernix(tmp_path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", PROGRAM, "convert", *words, "--data", str(tmp_path / "data")]
    return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)


def test_births_of_a_table_become_records_and_come_back(tmp_path: Path) -> None:
    (tmp_path / "births.csv").write_text(ROWS)
    words = ["births.csv", "--as", "birth", "--to", "ije-natality", "-o", "births.ije", "--json"]
    done = vernix(tmp_path, *words)
    assert done.returncode == 1, "a row was rejected"
    assert json.loads(done.stdout) == {"written": 1, "other_outcome": 1, "rejected": 1, "did_not_fit": {}}
    assert (tmp_path / "births.ije").stat().st_mode & 0o777 == 0o600
    assert len((tmp_path / "births.ije").read_text()) == 4001
    again = vernix(tmp_path, *words)
    assert again.returncode == 2, "nothing is overwritten"
    back = vernix(tmp_path, "births.ije", "--to", "ije-natality", "-o", "back.ije")
    assert back.returncode == 0, back.stderr
    assert (tmp_path / "back.ije").read_bytes() == (tmp_path / "births.ije").read_bytes()


def test_a_file_without_such_births_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "births.csv").write_text("\n".join(ROWS.splitlines()[:2]) + "\n")
    done = vernix(tmp_path, "births.csv", "--as", "birth", "--to", "ije-fetal-death", "-o", "b.ije")
    assert done.returncode == 1
    assert "no row" in done.stderr
    assert not (tmp_path / "b.ije").exists()


def test_a_format_that_is_not_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "births.csv").write_text(ROWS)
    done = vernix(tmp_path, "births.csv", "--to", "papyrus", "-o", "b")
    assert done.returncode == 2
    assert "ije-natality" in done.stderr
