"""The page of an acknowledgement, as Chromium shows and prints it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.browser_kit import complaints, needs_chromium, printed, seen, too_wide

from vernix.intake.acknowledgement import Acknowledgement
from vernix.intake.page.page import to_html
from vernix.intake.reading import read

pytestmark = needs_chromium
BAD = "x,99999,2024-02-30"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a file of which half the rows are rejected; its name and columns are very long."""
    folder = tmp_path_factory.mktemp("page")
    rows = "\n".join(
        f"{number},{BAD if number % 2 else 'f,3400,2024-02-29'},0{number % 9}:00" for number in range(300)
    )
    (folder / "births.csv").write_text(
        f"record_number,sex,birth_weight,birth_date,birth_time,{'x' * 70}\n"
        + rows.replace(":00\n", ":00,\n")
        + ",\n"
    )
    answer = Acknowledgement.of(
        read(folder / "births.csv", "birth"),
        "births_of_march_" * 6 + ".csv",
        delivery="019caf1d",
        at="2026-03-04T05:06:07Z",
    )
    path = folder / "acknowledgement.html"
    path.write_text(to_html(answer), encoding="utf-8")
    return path


def test_its_policy_allows_what_it_needs(page: Path) -> None:
    assert "<h1" in seen(page)


def test_axe_has_nothing_to_say(page: Path) -> None:
    assert complaints(page) == []
    assert complaints(page, dark=True) == []


@pytest.mark.parametrize("width", [320, 400, 1600])
def test_it_fits(page: Path, width: int) -> None:
    assert too_wide(page, width) <= 0


def test_each_page_of_paper_says_which_file_it_is_of(page: Path) -> None:
    pages = printed(page)
    assert len(pages) > 1
    for number, text in enumerate(pages, start=1):
        assert "births_of_march_" in text.splitlines()[0]
        assert "2026-03-04 05:06 UTC" in text
        assert f"{number}/{len(pages)}" in text.replace(" ", "")
        assert "019caf1d" in text
