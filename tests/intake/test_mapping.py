"""The mapping file: what it may say, and errors that name line, key and what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from vernix.errors import UsageError
from vernix.intake.mapping import Mapping, fitting_best, saved

GOOD = """
encounter = "birth"
unknown = ["", "NA"]
decimal = ","

[columns.birth_weight]
column = "weight"
unit = "lb"

[columns.sex]
column = "s"
codes = { "Homme " = "male" }
unknown = ["9"]

[columns.birth_date]
column = "dob"
format = "%d/%m/%Y"

[constants]
birth_place = "hosp"
plurality = 1
"""


def test_a_good_mapping_is_understood() -> None:
    mapping = Mapping.parse(GOOD.encode())
    weight, sex, birth_date = mapping.columns
    assert (weight.element.name, weight.column, weight.unit, weight.decimal) == (
        "birth_weight",
        "weight",
        "lb",
        ",",
    )
    assert weight.unknown == {"", "NA"}
    assert weight.reader()("7,19") == (3261, None)
    assert sex.codes == {"homme": "male"}
    assert sex.unknown == {"9"}
    assert birth_date.format == "%d/%m/%Y"
    assert mapping.constants == {"birth_place": "hospital", "plurality": 1}
    assert mapping.missing(("weight", "s")) == ("dob",)


@pytest.mark.parametrize(
    ("before", "after", "line", "said", "hint"),
    [
        ('"birth"', '"death"', 2, "must name an encounter", '"birth"'),
        ("unknown = [", "unkown = [", 3, "'unkown' is not known", "unknown"),
        ('["", "NA"]', '"NA"', 3, "list of texts", "unknown ="),
        ('decimal = ","', 'decimal = ";"', 4, "must be", "decimal"),
        ("columns.birth_weight", "columns.birthweight", 6, "no element 'birthweight'", '"birth_weight"'),
        ('column = "weight"', "column = 3", 6, "needs column", "Name the column"),
        ('unit = "lb"', 'unit = "stone"', 8, "unit of birth_weight", "g, kg, lb, oz"),
        ('unit = "lb"', 'units = "lb"', 8, "'units' is not known in [columns.birth_weight]", "unit"),
        ('"male" }', '"man" }', 12, "'man' is not a code of sex", "female, male"),
        ("%d/%m/%Y", "%d/%m/%y", 17, "two-digit years", "%Y"),
        ("%d/%m/%Y", "%m/%Y", 17, "does not hold", "missing"),
        ('format = "%d', 'unit = "%d', 17, "unit of birth_date", "nothing to convert"),
        ('"hosp"', '"moon"', 20, "constant birth_place", "hospital"),
        ("plurality = 1", "plurality = 99", 21, "constant plurality", "within 1 and 12"),
        ("plurality = 1", 'sex = "female"', 21, "both a column and a constant", "one of them"),
    ],
)
def test_an_error_names_its_line_and_what_is_allowed(
    before: str, after: str, line: int, said: str, hint: str
) -> None:
    assert before in GOOD
    with pytest.raises(UsageError) as refused:
        Mapping.parse(GOOD.replace(before, after).encode(), "m.toml")
    assert refused.value.message.startswith(f"m.toml, line {line}: ")
    assert said in refused.value.message
    assert hint in refused.value.hint


@pytest.mark.parametrize(
    "data", [b"encounter = ", b"\xff\xfe", b"[columns]\n[columns]\n", b'encounter = "birth"\n']
)
def test_what_is_no_mapping_is_refused(data: bytes) -> None:
    with pytest.raises(UsageError):
        Mapping.parse(data)


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ('encounter = "birth"\nunknown = Zyxcanary\n', ", line 2, column 11"),
        ('[columns."Zyxcanary"]\n[columns."Zyxcanary"]\n', ", line 2, column 21"),
        ('unknown = ["Zyxcanary"', ", at its end"),
        ("plurality = " + "9" * 5000, ""),
        ("unknown = " + "[" * 5000, ""),
    ],
)
def test_a_text_that_is_no_toml_is_refused_in_our_own_words(data: str, place: str) -> None:
    with pytest.raises(UsageError) as refused:
        Mapping.parse(data.encode(), "m.toml")
    assert refused.value.message == f"m.toml{place}: this cannot be read as TOML."
    assert "Zyxcanary" not in str(refused.value)


def test_the_saved_mapping_that_explains_most_of_a_file_is_found(tmp_path: Path) -> None:
    start = 'encounter = "birth"\n'
    sex = '[columns.sex]\ncolumn = "s"\n'
    weight = '[columns.birth_weight]\ncolumn = "w"\n'
    (tmp_path / "a.toml").write_text(start + sex)
    (tmp_path / "b.toml").write_text(start + sex + weight)
    (tmp_path / "c.toml").write_text(start + sex + weight + '[columns.gestation]\ncolumn = "g"\n')
    kept = saved(tmp_path)
    found = fitting_best(kept, ("s", "w", "x"))
    assert found is not None
    assert [each.column for each in found.columns] == ["s", "w"]
    assert fitting_best(kept, ("x",)) is None
    assert saved(tmp_path / "nowhere") == []


def test_a_mapping_that_is_not_there_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--propose"):
        Mapping.load(tmp_path / "none.toml")
