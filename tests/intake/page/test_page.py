"""The page of an acknowledgement: what it says, how much of it, and that nothing of a file is alive in it."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from vernix.births.codes import Words
from vernix.intake.acknowledgement import Acknowledgement
from vernix.intake.findings import THE_FILE, Cause, Counts, Kind, Unit
from vernix.intake.page import words
from vernix.intake.page.page import to_html
from vernix.intake.reading import read

HARD = Kind("value.code", "error", "sex", "sex", "Must be one of.", "Doit être l’un de.")
SOFT = Kind("B-TIM-01", "warning", "time", "birth_time", "Is it midnight?", "Est-ce minuit ?")
TRIED = Cause(Kind("lane.test", "warning", None, None, "A trial.", "Un essai."), 1, (THE_FILE,))
REPEATED = Cause(Kind("already-received", "warning", None, None, "Again.", "Encore."), 1, (THE_FILE,))
RECORD_KEY = Kind("file.record-key", "warning", None, "record_number", "No key.", "Pas de clé.")


def answered(counts: Counts, *causes: Cause, delivery: str = "d", refusal: str = "") -> Acknowledgement:
    return Acknowledgement(
        delivery, "march.csv", "birth", counts, causes, refusal, "csv", "2026-03-04T05:06:07Z"
    )


def text(page: str, language: str) -> str:
    """What stands in the page for who reads one language."""
    other = "fr" if language == "en" else "en"
    body = page.partition("<body>")[2]
    body = re.sub(rf'<span lang="{other}">.*?</span>', "", body)
    body = re.sub(r"</(?:p|h1|h2|h3|th|td|li|dt|dd|tr|caption|small)>", " ", body)
    return " ".join(unescape(re.sub(r"<[^>]+>", "", body)).split())


@pytest.mark.parametrize(
    ("answer", "english", "french"),
    [
        (
            answered(Counts(1204, 0, 0)),
            "The registry accepted all 1,204 rows.",
            "Le registre a accepté les 1\u202f204 lignes.",
        ),
        (answered(Counts(1, 0, 0)), "The registry accepted your row.", "Le registre a accepté votre ligne."),
        (
            answered(Counts(1190, 3, 14)),
            "The registry accepted 1,190 of 1,204 rows and rejected 14.",
            "Le registre a accepté 1\u202f190 lignes sur 1\u202f204 et en a rejeté 14.",
        ),
        (
            answered(Counts(0, 0, 3)),
            "The registry rejected all 3 rows.",
            "Le registre a rejeté les 3 lignes.",
        ),
        (
            answered(Counts(2, 0, 1), delivery=""),
            "The registry would accept 2 of 3 rows and would reject 1.",
            "Le registre accepterait 2 lignes sur 3 et en rejetterait 1.",
        ),
        (
            answered(Counts(2, 0, 1), TRIED),
            "The registry would accept 2 of 3 rows and would reject 1.",
            "Le registre accepterait 2 lignes sur 3 et en rejetterait 1.",
        ),
        (
            answered(Counts(0, 0, 0), refusal="No."),
            "The file cannot be read. Nothing of it was kept.",
            "Le fichier ne peut être lu. Rien n’en a été gardé.",
        ),
    ],
)
def test_the_headline_says_what_became_of_the_file(
    answer: Acknowledgement, english: str, french: str
) -> None:
    assert words.headline(answer) == Words(english, french)
    page = to_html(answer)
    assert english in text(page, "en")
    assert " ".join(french.split()) in text(page, "fr")


@pytest.mark.parametrize(
    ("answer", "steps"),
    [
        (answered(Counts(3, 0, 0)), ["There is nothing to do."]),
        (answered(Counts(3, 0, 0), delivery=""), ["The file can be sent."]),
        (answered(Counts(3, 1, 0)), ["Compare what has a warning"]),
        (answered(Counts(3, 1, 1)), ["Correct what is rejected", "Send the whole file", "Compare"]),
        (
            answered(Counts(3, 0, 1), Cause(RECORD_KEY, 1, (THE_FILE,))),
            ["Correct", "Send only what was rejected"],
        ),
        (answered(Counts(3, 1, 0), TRIED), ["This was a trial: nothing of it is kept."]),
        (answered(Counts(3, 0, 1), TRIED), ["This was a trial", "Correct what is rejected"]),
        (answered(Counts(3, 0, 1), REPEATED), ["This file came before."]),
        (answered(Counts(3, 0, 0), REPEATED), ["There is nothing to do."]),
        (answered(Counts(0, 0, 0), refusal="No."), []),
    ],
)
def test_what_is_to_be_done(answer: Acknowledgement, steps: list[str]) -> None:
    found = words.to_do(answer)
    assert len(found) == len(steps)
    assert all(said.en.startswith(step) for said, step in zip(found, steps, strict=True))


def test_causes_are_numbered_and_rows_refer_to_them() -> None:
    causes = (Cause(HARD, 5, (3, 5, 6, 7, 9), Words("column C", "colonne C")), Cause(SOFT, 2, (4, 5)))
    said = text(to_html(answered(Counts(4, 1, 5), *causes)), "en")
    assert "1 sex, column C: 5 rows value.code Must be one of. Rows 3, 5–7, 9" in said
    assert "write its code into the column override and the reason into override_reason" in said
    assert "2 column time: 2 rows B-TIM-01 Is it midnight? Rows 4, 5" in said
    assert "row 5 1 sex; 2 time" in said
    french = text(to_html(answered(Counts(4, 1, 5), *causes)), "fr")
    assert "1 sex, colonne C : 5 lignes value.code Doit être l’un de. Lignes 3, 5–7, 9" in french


def test_a_row_is_called_as_in_its_file() -> None:
    sheet = Unit(Words("sheet Births, row", "feuille Births, ligne"), Words("rows", "lignes"))
    answer = Acknowledgement("d", "m.xlsx", "birth", Counts(1, 0, 2), (Cause(HARD, 2, (14, 20)),), unit=sheet)
    said = text(to_html(answer), "en")
    assert "column sex: 2 rows value.code" in said
    assert "Sheet Births, rows 14, 20" in said
    assert "sheet Births, row 14 1 sex" in said
    messages = Unit(Words("message", "message"), Words("messages", "messages"))
    several = {3: Words("message 2, patient 2", "message 2, patient 2")}
    answer = Acknowledgement(
        "d", "m.hl7", "birth", Counts(1, 0, 2), (Cause(HARD, 3, (1, 3, 4)),), "", "hl7", "", messages, several
    )
    assert "field sex: 3 messages value.code Must be one of. Messages 1, 2, patient 2, 4" in text(
        to_html(answer), "en"
    )


def test_of_very_many_rows_the_first_are_shown_and_where_the_others_are() -> None:
    answer = answered(Counts(900_000, 0, 100_000), Cause(HARD, 100_000, tuple(range(1, 200_001, 2))))
    page = to_html(answer, words.beside(".csv"))
    assert len(page) < 100_000
    said = text(page, "en")
    assert "and 99,960 more: see the .csv file beside this page." in said
    assert "and 99,800 more: see the .csv file beside this page." in said


def test_what_comes_from_a_file_is_inert() -> None:
    evil = "</style><script>alert(1)</script><img src=x onerror=alert(2)>\"'\\"
    kind = Kind("value.code", "error", evil, "sex", evil, evil)
    sheet = Unit(Words(evil, evil), Words(evil, evil))
    answer = Acknowledgement(
        "d", evil, "birth", Counts(1, 0, 1), (Cause(kind, 1, (1,), Words(evil, evil)),), "", evil, evil,
        sheet, {1: Words(evil, evil)},
    )  # fmt: skip
    page = to_html(answer, Words(evil, evil))
    assert "<script" not in page
    assert "<img" not in page
    assert page.count("</style>") == 3
    assert "default-src 'none'" in page
    assert "http" not in page.replace("http-equiv", "")


def test_no_value_of_a_record_is_in_it(tmp_path: Path) -> None:
    path = tmp_path / "births.csv"
    path.write_text("sex,birth_weight,birth_date\nZyxwvut,99999,2024-02-30\nf,3400,2024-02-29\n")
    answer = Acknowledgement.of(read(path, "birth"), "births.csv")
    page = to_html(answer)
    assert "sex, column A: " in text(page, "en")
    for value in ("Zyxwvut", "99999", "2024-02-30", "3400"):
        assert value not in page


def test_either_language_can_come_first() -> None:
    english, french = to_html(answered(Counts(1, 0, 0))), to_html(answered(Counts(1, 0, 0)), language="fr")
    assert '<html lang="en">' in english
    assert 'id="in-english" value="en" checked' in english
    assert '<html lang="fr">' in french
    assert 'id="in-french" value="fr" checked' in french
    assert "<title>Accusé de réception : march.csv / Acknowledgement: march.csv</title>" in french
