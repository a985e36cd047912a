"""The dictionary as table, document and page says what the declarations say."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
from html.parser import HTMLParser

import pytest

from vernix.births import encounters
from vernix.births.dictionary import document, table, web
from vernix.errors import DataRefused

ALL = [encounters.get(name) for name in encounters.names()]
ELEMENTS = {element.name: element for encounter in ALL for element in encounter.elements}


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    """The rows of the table, as a spreadsheet reads them."""
    return list(csv.DictReader(io.StringIO(table.to_csv().decode("utf-8-sig"))))


@pytest.fixture(scope="module")
def page() -> str:
    """The page to search."""
    return web.to_html()


def test_the_table_has_a_row_for_each_element_of_each_encounter(rows: list[dict[str, str]]) -> None:
    assert [(row["encounter"], row["element"]) for row in rows] == [
        (encounter.name, element.name) for encounter in ALL for element in encounter.elements
    ]
    assert table.to_csv().startswith(b"\xef\xbb\xbf"), "Excel takes the accents for something else"


def test_the_choices_of_the_table_can_be_taken_apart(rows: list[dict[str, str]]) -> None:
    for row in rows:
        codes = ELEMENTS[row["element"]].codes
        for language in ("en", "fr"):
            written = row[f"codes_{language}"]
            found = [tuple(each.split(", ", 1)) for each in written.split(" | ")] if written else []
            assert found == [
                (each.code, each.label.said(language)) for each in (codes.codes if codes else ())
            ]


def test_no_cell_of_the_table_is_a_formula(rows: list[dict[str, str]]) -> None:
    cells = {value for row in rows for value in row.values() if value[:1] in ("=", "+", "-", "@", "\t")}
    assert all(re.fullmatch(r"-[0-9.]+", cell) for cell in cells)


def test_the_document_says_each_thing_once_and_comes_back() -> None:
    text = document.to_text(document.document())
    said = document.parse(text.encode())
    assert [each["name"] for each in said["elements"]] == list(ELEMENTS)
    assert [each["name"] for each in said["encounters"]] == list(encounters.names())
    assert [each["name"] for each in said["code_sets"]] == [each.name for each in encounters.code_sets()]
    weight = next(each for each in said["elements"] if each["name"] == "birth_weight")
    elements = {each["name"]: each for each in said["elements"]}
    for told, encounter in zip(said["encounters"], ALL, strict=True):
        levels = {name: document.level_in(told, elements[name]) for name in told["elements"]}
        assert levels == {each.name: each.required for each in encounter.elements}
    assert (weight["unit"], weight["possible"], weight["at"]["loinc"]) == ("g", ["100", "7500"], "8339-4")


@pytest.mark.parametrize("change", [b"", b"[]", b"null", b'"x"', b"{", b"[" * 100_000, b"\xff"])
def test_what_is_no_dictionary_is_refused(change: bytes) -> None:
    with pytest.raises(DataRefused, match="not a dictionary"):
        document.parse(change)


def test_another_format_or_spelling_is_refused() -> None:
    said = document.document()
    for other in (document.to_text(said | {"format": "vernix/dictionary/v9"}), json.dumps(said)):
        with pytest.raises(DataRefused, match="not a dictionary"):
            document.parse(other.encode())


class _Seen(HTMLParser):
    """What a page holds: its tags with their attributes, and what stands in its scripts and styles."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inside: list[tuple[str, str]] = []
        self._at = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._at = tag
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self._at in ("script", "style"):
            self.inside.append((self._at, data))

    def handle_endtag(self, tag: str) -> None:
        self._at = ""


def test_the_page_needs_nothing_from_elsewhere_and_allows_only_its_own_script(page: str) -> None:
    seen = _Seen(page)
    policy = next(each["content"] for tag, each in seen.tags if tag == "meta" and "http-equiv" in each)
    assert policy is not None
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert [tag for tag, _ in seen.inside] == ["style", "style", "script"]
    for tag, text in seen.inside:
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        allowed = next(each for each in policy.split("; ") if each.startswith(f"{tag}-src "))
        assert f"'sha256-{digest}'" in allowed
    for tag, attributes in seen.tags:
        assert tag not in ("link", "img", "iframe", "object", "embed", "base")
        assert not [name for name in attributes if name.startswith("on") or name in ("src", "style")]
        assert (attributes.get("href") or "#").startswith("#")


def test_every_link_of_the_page_leads_to_something_on_it(page: str) -> None:
    seen = _Seen(page)
    anchors = [each["id"] for _, each in seen.tags if "id" in each]
    assert len(anchors) == len(set(anchors))
    targets = {(each["href"] or "")[1:] for tag, each in seen.tags if tag == "a"}
    places = {f"in={name}" for name in encounters.names()} | set(anchors)
    assert targets <= places
    assert {f"element-{name}" for name in ELEMENTS} <= set(anchors)


def test_the_page_says_by_whom_an_element_is_needed(page: str) -> None:
    sex = page[page.index('<article id="element-sex"') :].partition("</article>")[0]
    required = sex[sex.index("required") :].partition("<br>")[0]
    assert "in=birth" in required
    assert "in=well_baby_visit" not in required
    assert "expected" in sex


def test_the_page_is_told_in_both_languages(page: str) -> None:
    assert page.count('<span lang="en">') == page.count('<span lang="fr">')
    assert not re.search(r'<span lang="fr"></span>', page)
