"""A data-quality report as a page in both languages, that needs nothing from anywhere and runs no script."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from html import escape
from typing import Any

from vernix.births.bilingual.page import asset, both, code, page, said, switch
from vernix.births.codes import Words
from vernix.insights.quality.aspects import ASPECTS
from vernix.registry.quality import words
from vernix.registry.quality.making import Quality
from vernix.registry.quality.rendering import asked, expected_blanks, measure_rows, shown, stamp, title

Say = Callable[[str], str]
"""A text, given a language."""


def as_html(quality: Quality, language: str, draw: Callable[[Quality, str], str]) -> str:
    """The page; ``language`` is chosen at first. ``draw`` makes the picture (SVG) of several sites."""
    head = Words(title(quality, "en"), title(quality, "fr"))
    body = [
        f"<header><h1>{both(head)}</h1>{switch(language)}"
        f"<p>{both(words.AUDIENCE[quality.wanted.audience])}</p></header>",
        "<main>",
        *_main(quality, draw),
        f"</main><footer>{''.join(_foot(quality))}</footer>",
    ]
    return page(head, body, styles=[asset(__package__, "page.css")], language=language)


def _main(quality: Quality, draw: Callable[[Quality, str], str]) -> Iterator[str]:
    if not quality.rows:
        yield f"<p>{both(words.NOTHING)}</p>"
    elif len(quality.rows) == 1:
        yield from _site(quality, quality.rows[0])
    else:
        for language in ("en", "fr"):
            yield f'<figure class="wide" lang="{language}" tabindex="0">{draw(quality, language)}</figure>'
        yield _sites(quality)


def _site(quality: Quality, row: dict[str, Any]) -> Iterator[str]:
    site = row["submitter"]
    blanks = expected_blanks(quality, site)
    things = zip(*(words.first_things(row, blanks, language) for language in ("en", "fr")), strict=True)
    listed = "".join(f"<li>{said(*thing)}</li>" for thing in things)
    pairs = zip(*(measure_rows(quality, language) for language in ("en", "fr")), strict=True)
    glance = "".join(
        f"<div><dt>{said(english[0], french[0])}</dt><dd>{said(english[1][0], french[1][0])}</dd></div>"
        for english, french in pairs
    )
    yield f'<p class="site">{escape(quality.names.get(site, site))}</p>'
    yield f"<h2>{both(words.FIRST)}</h2><ol>{listed}</ol>"
    yield f"<h2>{both(words.AT_A_GLANCE)}</h2><dl>{glance}</dl>"
    yield _causes(quality, site)
    yield _elements(quality, site)
    yield _checks(quality, site)


def _causes(quality: Quality, site: str) -> str:
    rows = ""
    for line in quality.of(quality.causes, site)[:20]:
        told = _both(partial(words.cause, quality.kind, line["code"], line["element"]))
        first = f'<th scope="row">{told}<small>{code(line["code"])}</small></th>'
        rows += f"<tr>{first}<td>{_count(line, 'rows')}</td></tr>"
    return _table(words.CAUSES, [words.CAUSE, words.ROWS], rows)


def _elements(quality: Quality, site: str) -> str:
    rows = "".join(
        _element_row(quality, line)
        for line in quality.of(quality.elements, site)
        if line["required"] != "optional" or line["implausible"] or line["stood_by"]
    )
    heads = [words.ELEMENT, words.KNOWN, *(aspect.label for aspect in ASPECTS)]
    return _table(words.ELEMENTS, heads, rows, words.ALL_THERE)


def _element_row(quality: Quality, line: dict[str, Any]) -> str:
    label = both(quality.kind.by_name[line["element"]].label)
    first = f'<th scope="row">{label}<small>{both(words.REQUIRED[line["required"]])}</small></th>'
    cells = "".join(f"<td>{_aspect(line, aspect.name)}</td>" for aspect in ASPECTS)
    return f"<tr>{first}<td>{_bar(line)}</td>{cells}</tr>"


def _aspect(line: dict[str, Any], name: str) -> str:
    count, of = line[name], line["of"]
    if line["reason"] or not count:
        return _both(lambda language: _nothing(line, count, language))
    percent = _both(lambda language: words.percent(count, of, language))
    return f"{_both(lambda language: words.number(count, language))}<small>{percent}</small>"


def _nothing(line: dict[str, Any], count: int | None, language: str) -> str:
    if line["reason"]:
        return words.withheld(line["reason"], language)
    return "–" if count is None else "0"


def _bar(line: dict[str, Any]) -> str:
    """How much of an element is known, as a bar; nothing where it is withheld."""
    if line["reason"] or not line["of"]:
        return ""
    known = line["of"] - (line["missing"] or 0) - (line["unknown"] or 0)
    width = round(100 * known / line["of"], 1)
    return (
        f'<svg viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label="{round(width)} %">'
        f'<rect class="all" width="100" height="8"/><rect class="known" width="{width}" height="8"/></svg>'
    )


def _checks(quality: Quality, site: str) -> str:
    texts = {check.code: check.text for check in quality.kind.checks}
    rows = "".join(
        f'<tr><th scope="row">{both(texts[line["code"]])}<small>{code(line["code"])}</small></th>'
        f"<td>{_count(line, 'standing')}</td><td>{_count(line, 'confirmed')}</td></tr>"
        for line in quality.of(quality.checks, site)
    )
    return _table(words.WARNINGS, [words.RULE, words.STANDING, words.CONFIRMED], rows, words.NOT_ASKED)


def _sites(quality: Quality) -> str:
    rows = ""
    for row in quality.rows:
        name = escape(quality.names.get(row["submitter"], row["submitter"]))
        cells = "".join(f"<td>{_measure(row, measure.name)}</td>" for measure in asked(quality))
        rows += f'<tr><th scope="row">{name}</th>{cells}</tr>'
    heads = [words.SITE, *(measure.label for measure in asked(quality))]
    return _table(words.AT_A_GLANCE, heads, rows)


def _measure(row: dict[str, Any], name: str) -> str:
    return _both(lambda language: shown(row, name, language))


def _count(line: dict[str, Any], name: str) -> str:
    if line["reason"]:
        return _both(lambda language: words.withheld(line["reason"], language))
    return _both(lambda language: words.number(line[name], language))


def _table(heading: Words, heads: Sequence[Words], rows: str, note: Words | None = None) -> str:
    """A table under its heading; nothing where it has no rows."""
    if not rows:
        return ""
    told = f'<p class="note">{both(note)}</p>' if note else ""
    head = "".join(f'<th scope="col">{both(words)}</th>' for words in heads)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    # What can be scrolled must be reached by keys as well.
    return f'<h2>{both(heading)}</h2>{told}<div class="wide" tabindex="0">{table}</div>'


def _foot(quality: Quality) -> Iterator[str]:
    reasons = {row[f"{measure.name}_reason"] for row in quality.rows for measure in asked(quality)}
    lines = (words.legend(reasons - {None}, language) for language in ("en", "fr"))
    for english, french in zip(*lines, strict=True):
        yield f"<p>{said(english, french)}</p>"
    yield f"<p>{escape(stamp(quality))}</p>"


def _both(say: Say) -> str:
    return said(say("en"), say("fr"))
