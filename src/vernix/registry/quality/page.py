"""A data-quality report as a page, in one language, that needs nothing from anywhere and runs no script."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any

from vernix.insights.quality.aspects import ASPECTS
from vernix.insights.quality.measures import QUALITY_MEASURES
from vernix.registry.quality import words
from vernix.registry.quality.making import Quality
from vernix.registry.quality.rendering import (
    asked,
    expected_blanks,
    measure_rows,
    shown,
    stamp,
    title,
)

_STYLE = Path(__file__).with_name("page.css")


def as_html(quality: Quality, language: str, picture: str = "") -> str:
    """The page. ``picture`` (SVG) is shown where it tells of several sites."""
    body = "".join(_body(quality, language, picture))
    head = escape(title(quality, language))
    audience = escape(words.AUDIENCE[quality.wanted.audience].said(language))
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{head}</title>'
        f"<style>{_STYLE.read_text(encoding='utf-8')}</style></head><body>"
        f"<header><h1>{head}</h1><p>{audience}</p></header><main>{body}</main>"
        f"<footer>{''.join(_foot(quality, language))}</footer></body></html>\n"
    )


def _body(quality: Quality, language: str, picture: str) -> Iterator[str]:
    if not quality.rows:
        yield f"<p>{escape(words.NOTHING.said(language))}</p>"
    if len(quality.rows) > 1:
        yield f'<figure class="wide">{picture}</figure>' if picture else ""
        yield _sites(quality, language)
        return
    for row in quality.rows:
        yield from _site(quality, row, language)


def _site(quality: Quality, row: dict[str, Any], language: str) -> Iterator[str]:
    site = row["submitter"]
    yield f"<h2>{escape(quality.names.get(site, site))}</h2>"
    things = words.first_things(row, expected_blanks(quality, site), language)
    listed = "".join(f"<li>{escape(thing)}</li>" for thing in things)
    yield f"<h3>{escape(words.FIRST.said(language))}</h3><ol>{listed}</ol>"
    pairs = "".join(
        f"<div><dt>{escape(label)}</dt><dd>{escape(values[0])}</dd></div>"
        for label, values in measure_rows(quality, language)
    )
    yield f"<h3>{escape(words.AT_A_GLANCE.said(language))}</h3><dl>{pairs}</dl>"
    yield _causes(quality, site, language)
    yield _elements(quality, site, language)
    yield _checks(quality, site, language)


def _elements(quality: Quality, site: str, language: str) -> str:
    lines = [
        line
        for line in quality.of(quality.elements, site)
        if line["required"] != "optional" or line["implausible"] or line["stood_by"]
    ]
    if not lines:
        return ""
    header = [words.ELEMENT, None, *(aspect.label for aspect in ASPECTS)]
    heads = [_head(label.said(language) if label else "", bar=label is None) for label in header]
    rows = "".join(_element_row(quality, line, language) for line in lines)
    caption = words.ALL_THERE.said(language)
    return _table(words.ELEMENTS.said(language), heads, rows, caption)


def _element_row(quality: Quality, line: dict[str, Any], language: str) -> str:
    element = quality.kind.by_name[line["element"]]
    level = words.REQUIRED[line["required"]].said(language)
    cells = f'<th scope="row">{escape(element.label.said(language))}<small>{escape(level)}</small></th>'
    cells += f'<td class="bar">{_bar(line)}</td>'
    for aspect in ASPECTS:
        count = line[aspect.name]
        if line["reason"]:
            cells += f'<td class="none">{escape(words.withheld(line["reason"], language))}</td>'
        elif not count:
            cells += f'<td class="none">{"0" if count == 0 else "–"}</td>'
        else:
            percent = words.percent(count, line["of"], language)
            cells += f"<td>{escape(words.number(count, language))}<small>{escape(percent)}</small></td>"
    return f"<tr>{cells}</tr>"


def _bar(line: dict[str, Any]) -> str:
    """How much of an element is known, as a bar; nothing where it is withheld."""
    if line["reason"] or not line["of"]:
        return ""
    known = line["of"] - (line["missing"] or 0) - (line["unknown"] or 0)
    width = round(100 * known / line["of"], 1)
    return (
        '<svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="all" width="100" height="8"/><rect class="known" width="{width}" height="8"/></svg>'
    )


def _checks(quality: Quality, site: str, language: str) -> str:
    texts = {check.code: check.text.said(language) for check in quality.kind.checks}
    rows = "".join(
        _row(
            f'<td class="text">{escape(texts[line["code"]])}<small><code>{line["code"]}</code></small></td>',
            [_count(line, name, language) for name in ("standing", "confirmed")],
        )
        for line in quality.of(quality.checks, site)
    )
    if not rows:
        return ""
    heads = [_head(each.said(language)) for each in (words.RULE, words.STANDING, words.CONFIRMED)]
    return _table(words.WARNINGS.said(language), heads, rows, words.NOT_ASKED.said(language))


def _causes(quality: Quality, site: str, language: str) -> str:
    rows = ""
    for line in quality.of(quality.causes, site)[:20]:
        said = words.cause(quality.kind, line["code"], line["element"], language)
        cell = f'<td class="text">{escape(said)}<small><code>{escape(line["code"])}</code></small></td>'
        rows += _row(cell, [_count(line, "rows", language)])
    if not rows:
        return ""
    heads = [_head(each.said(language)) for each in (words.CAUSE, words.ROWS)]
    return _table(words.CAUSES.said(language), heads, rows)


def _sites(quality: Quality, language: str) -> str:
    heads = [_head(words.SITE.said(language)), *(_head(m.label.said(language)) for m in asked(quality))]
    rows = ""
    for row in quality.rows:
        name = quality.names.get(row["submitter"], row["submitter"])
        rows += _row(
            f'<th scope="row" class="site">{escape(name)}</th>',
            [shown(row, measure.name, language) for measure in asked(quality)],
        )
    return _table(words.AT_A_GLANCE.said(language), heads, rows)


def _count(line: dict[str, Any], name: str, language: str) -> str:
    return words.withheld(line["reason"], language) if line["reason"] else words.number(line[name], language)


def _head(text: str, *, bar: bool = False) -> str:
    return '<td class="bar"></td>' if bar else f'<th scope="col">{escape(text)}</th>'


def _row(first: str, cells: Sequence[str]) -> str:
    return f"<tr>{first}{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"


def _table(heading: str, heads: Sequence[str], rows: str, caption: str = "") -> str:
    said = f'<p class="note">{escape(caption)}</p>' if caption else ""
    table = f"<table><thead><tr>{''.join(heads)}</tr></thead><tbody>{rows}</tbody></table>"
    return f'<h3>{escape(heading)}</h3>{said}<div class="wide">{table}</div>'


def _foot(quality: Quality, language: str) -> Iterator[str]:
    reasons = {row[f"{measure.name}_reason"] for row in quality.rows for measure in QUALITY_MEASURES}
    for line in words.legend(reasons - {None}, language):
        yield f"<p>{escape(line)}</p>"
    yield f"<p>{escape(stamp(quality))}</p>"
