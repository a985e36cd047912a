"""``vernix dictionary`` as a person calls it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from vernix.births import encounters
from vernix.births.dictionary import document, table, web
from vernix.partner.cli import PROGRAM


def test_it_writes_every_form_at_once(tmp_path: Path) -> None:
    words = [word for kind in ("html", "csv", "json") for word in (f"--{kind}", str(tmp_path / f"d.{kind}"))]
    assert _run("dictionary", *words) == 0
    assert (tmp_path / "d.html").read_text() == web.to_html()
    assert (tmp_path / "d.csv").read_bytes() == table.to_csv()
    assert document.parse((tmp_path / "d.json").read_bytes()) == document.document()


def test_nothing_is_overwritten_and_then_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("mine")
    assert _run("dictionary", "--html", str(tmp_path / "d.html"), "--csv", str(tmp_path / "d.csv")) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["d.csv"]
    assert (tmp_path / "d.csv").read_text() == "mine"


@pytest.mark.parametrize(("flags", "language"), [((), "en"), (("--french",), "fr")])
def test_without_a_file_the_encounters_are_listed(
    flags: tuple[str, ...], language: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    assert _run("dictionary", *flags) == 0
    lines = capsys.readouterr().out.splitlines()
    for name, line in zip(encounters.names(), lines, strict=True):
        assert line.startswith(name)
        assert line.endswith(encounters.get(name).label.said(language))


def test_the_difference_is_told_in_either_language_and_as_a_document(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = document.document()
    next(each for each in old["elements"] if each["name"] == "birth_weight")["unit"] = "kg"
    (tmp_path / "old.json").write_text(document.to_text(old), encoding="utf-8")
    assert _run("dictionary", "--json", str(tmp_path / "new.json")) == 0
    words = ["dictionary", "--diff", str(tmp_path / "old.json"), str(tmp_path / "new.json")]
    assert _run(*words) == 0
    told = capsys.readouterr().out
    assert "You must change:\n  birth_weight (birth" in told
    assert "Convert it: the unit is g; it was kg." in told
    assert _run("dictionary", "--diff", str(tmp_path / "old.json"), "--french") == 0
    assert "Convertissez : l’unité est g" in capsys.readouterr().out
    assert _run(*words, "--json", str(tmp_path / "changes.json")) == 0
    changes = json.loads((tmp_path / "changes.json").read_text())
    assert [(each["action"], each["kind"]) for each in changes["changes"]] == [("must", "unit_changed")]
    assert (changes["from"], changes["to"]) == ("1", "1")


def test_nothing_is_compared_with_what_is_no_dictionary(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "old.json").write_text('{"secret": "value"}')
    assert _run("dictionary", "--diff", str(tmp_path / "old.json")) == 1
    assert "secret" not in capsys.readouterr().err
    assert _run("dictionary", "--diff", str(tmp_path / "missing.json")) == 2
    assert _run("dictionary", str(tmp_path / "old.json")) == 2
    assert _run("dictionary", "--diff", str(tmp_path / "old.json"), "--html", str(tmp_path / "x")) == 2


def _run(*words: str) -> int:
    with pytest.raises(SystemExit) as ended:
        PROGRAM.main(words)
    return int(ended.value.code or 0)
