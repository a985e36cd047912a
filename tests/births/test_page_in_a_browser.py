"""The page to search, as Chromium shows it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.browser_kit import needs_chromium, seen

from vernix.births import encounters
from vernix.births.dictionary import web

pytestmark = needs_chromium
BIRTH = encounters.get("birth")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page in a file."""
    path = tmp_path_factory.mktemp("page") / "dictionary.html"
    path.write_text(web.to_html(), encoding="utf-8")
    return path


def test_everything_is_shown_at_first(page: Path) -> None:
    shown, hidden = _things(seen(page, ""))
    assert {f"encounter-{name}" for name in encounters.names()} < shown
    assert hidden == set()


def test_words_are_found_in_either_language_whatever_their_accents(page: Path) -> None:
    in_english, _ = _things(seen(page, "q=birth+weight"))
    in_french, _ = _things(seen(page, "q=CESARIENNE&language=fr"))
    assert "element-birth_weight" in in_english
    assert "codes-delivery_method" in in_french
    assert "element-sex" not in in_english | in_french


def test_an_encounter_is_shown_by_itself(page: Path) -> None:
    document = seen(page, "in=birth&language=fr")
    shown, _ = _things(document)
    assert {name for name in shown if name.startswith("element-")} == {
        f"element-{element.name}" for element in BIRTH.elements
    }
    assert {name for name in shown if name.startswith("check-")} == {
        f"check-{check.code}" for check in BIRTH.checks
    }
    assert '<html lang="fr"' in document
    assert f">{BIRTH.label.fr}</option>" in document
    assert f'<span id="found">{len(shown)}</span>' in document


def test_an_address_that_means_nothing_does_no_harm(page: Path) -> None:
    shown, hidden = _things(seen(page, "q=%3Cb%3E&language=de"))
    assert (shown, bool(hidden)) == (set(), True)
    shown, hidden = _things(seen(page, "q=%&in=nowhere"))
    assert (bool(hidden), len(shown) > 0) == (True, True), "a percent sign is looked for like any other"


def _things(document: str) -> tuple[set[str], set[str]]:
    found = re.findall(r'<article id="([^"]+)"[^>]*?( hidden="")?>', document)
    return {name for name, hidden in found if not hidden}, {name for name, hidden in found if hidden}
