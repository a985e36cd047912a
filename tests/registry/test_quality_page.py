"""The page of a month, as Chromium shows it: in both languages, narrow, to a screen reader, on paper."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.browser_kit import complaints, needs_chromium, printed, seen, too_wide

from vernix.insights.quality.measures import QUALITY_MEASURES
from vernix.insights.quality.withholding import Audience
from vernix.registry.quality.forms import rendered
from vernix.registry.quality.making import Quality, Wanted
from vernix.registry.quality.months import Month

pytestmark = needs_chromium
STATE = {
    "table": "book/birth",
    "version": 7,
    "written_at": "2026-04-08T12:00:00Z",
    "state": "7.7.2",
    "vernix": "0",
}


def month(*sites: str, audience: Audience = "site") -> Quality:
    rows, elements = [], []
    for site in sites:
        row: dict[str, object] = {"submitter": site, "days_median": 6.0, "days_90th": 19.5}
        for measure in QUALITY_MEASURES:
            share = {f"{measure.name}_of": 1200, f"{measure.name}_rate": 1.0} if measure.share else {}
            row |= {measure.name: 12, **share, f"{measure.name}_reason": None}
        rows.append(row)
        for name in ("birth_weight", "outcome", "mother_health_number"):
            counts = {"missing": 12, "unknown": None, "implausible": 0, "stood_by": 0}
            head = {"submitter": site, "element": name, "required": "expected", "of": 1200, "reason": None}
            elements.append({**head, **counts})
    checks = [
        {"submitter": s, "code": "B-APG-01", "of": 1200, "standing": 7, "confirmed": 1, "reason": None}
        for s in sites
    ]
    causes = [
        {"submitter": s, "code": "value.required", "element": "sex", "rows": 9, "reason": None} for s in sites
    ]
    wanted = Wanted("birth", Month(2026, 3), sites[0] if len(sites) == 1 else None, audience)
    names = {site: f"{site.title()} Hospital" for site in sites}
    return Quality(wanted, STATE, rows, elements, checks, causes, names)


@pytest.fixture(scope="module", params=["one", "many"])
def page(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page in a file."""
    quality = (
        month("riverside") if request.param == "one" else month("riverside", "lakeside", audience="others")
    )
    path = tmp_path_factory.mktemp("page") / f"{request.param}.html"
    path.write_bytes(rendered(quality, "html", "en"))
    return path


def test_nothing_is_refused_by_its_own_policy(page: Path) -> None:
    document = seen(page)
    assert "March 2026" in document
    assert "mars 2026" in document


def test_it_says_what_it_says_to_a_screen_reader_too(page: Path) -> None:
    assert complaints(page) == []


def test_it_fits_a_narrow_window(page: Path) -> None:
    assert too_wide(page, 400) <= 0


def test_it_prints_in_one_language(page: Path) -> None:
    text = "\n".join(printed(page))
    assert "Riverside Hospital" in text
    assert "March 2026" in text
    assert "mars 2026" not in text
