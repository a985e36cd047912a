"""A data-quality report as small multiples of bars: of one site its elements, of several their measures."""

from __future__ import annotations

from typing import Any

from vernix.insights.quality.aspects import IMPLAUSIBLE, MISSING, NOT_KNOWN
from vernix.intake.findings import shown
from vernix.registry.charts import MOST_GROUPS, bars, drawn_as_svg, together
from vernix.registry.quality import words
from vernix.registry.quality.making import Quality
from vernix.registry.quality.rendering import asked, stamp, title

_WIDEST = 30  # characters of an element's label: there is room for so many in any sans-serif


def svg(quality: Quality, language: str) -> str:
    """The picture as an SVG document."""
    panels = _of_elements(quality, language) if len(quality.rows) == 1 else _of_sites(quality, language)
    return drawn_as_svg(together(panels, title(quality, language), [stamp(quality)], columns=3))


def _of_elements(quality: Quality, language: str) -> list[Any]:
    """Of one site: how often each required or expected element is blank, unknown or implausible."""
    lines = [line for line in quality.elements if line["required"] != "optional"][:MOST_GROUPS]
    panels = []
    for at, aspect in enumerate((MISSING, NOT_KNOWN, IMPLAUSIBLE)):
        values = [
            _bar(shown(_label(quality, line, language), _WIDEST), line, aspect.name, language)
            for line in lines
        ]
        panels.append(bars(values, aspect.label.said(language), "%", first=at == 0))
    return panels


def _label(quality: Quality, line: dict[str, Any], language: str) -> str:
    return quality.kind.by_name[line["element"]].label.said(language)


def _bar(group: str, line: dict[str, Any], name: str, language: str) -> dict[str, Any]:
    count, of = line[name], line["of"]
    if line["reason"]:
        return {"group": group, "value": None, "label": words.withheld(line["reason"], language)}
    if count is None or not of:
        return {"group": group, "value": None, "label": "–"}
    rate = round(100 * count / of, 1)
    return {"group": group, "value": rate, "label": words.number(rate, language) if count else ""}


def _of_sites(quality: Quality, language: str) -> list[Any]:
    """Of several sites: each measure that is a share, one bar a site."""
    rows = sorted(quality.rows, key=lambda row: -(row["records"] or 0))[:MOST_GROUPS]
    panels = []
    for at, measure in enumerate(each for each in asked(quality) if each.share):
        values = []
        for row in rows:
            rate, reason = row[f"{measure.name}_rate"], row[f"{measure.name}_reason"]
            label = words.withheld(reason, language) if reason else words.number(rate, language)
            name = quality.names.get(row["submitter"], row["submitter"])
            values.append({"group": name, "value": None if reason else rate, "label": label})
        panels.append(bars(values, measure.label.said(language), "%", first=at % 3 == 0))
    return panels
