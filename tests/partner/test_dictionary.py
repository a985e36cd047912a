"""``vernix dictionary`` as a person calls it."""

from __future__ import annotations

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
    assert document.parse((tmp_path / "d.json").read_text()) == document.document()


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


def _run(*words: str) -> int:
    with pytest.raises(SystemExit) as ended:
        PROGRAM.main(words)
    return int(ended.value.code or 0)
