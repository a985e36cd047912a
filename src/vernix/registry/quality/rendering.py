"""A data-quality report as a document (JSON), one long table (CSV), and a table to read on a terminal."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

from vernix.insights.measures import Measure
from vernix.insights.quality.aspects import ASPECTS
from vernix.insights.quality.measures import QUALITY_MEASURES
from vernix.registry.quality import words
from vernix.registry.quality.making import Quality

FORMAT = "vernix/data-quality/v1"
_COLUMNS = (
    "site", "site_name", "encounter", "month", "part", "item", "element",
    "count", "of", "rate", "reason", "state",
)  # fmt: skip


def as_json(quality: Quality) -> str:
    """The document. A number that is withheld is null, its reason beside it."""
    document = {
        "format": FORMAT,
        "report": "data-quality",
        "encounter": quality.wanted.encounter,
        "month": str(quality.wanted.month),
        "audience": quality.wanted.audience,
        "late_after": quality.wanted.late_after,
        "extraction": quality.extraction,
        "names": dict(quality.names),
        "rows": quality.rows,
        "elements": quality.elements,
        "checks": quality.checks,
        "causes": quality.causes,
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def as_csv(quality: Quality) -> str:
    """One long table with a line for each number, so that any spreadsheet can turn it about."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    about = (quality.wanted.encounter, str(quality.wanted.month))
    for site, part, item, element, count, of, reason in _numbers(quality):
        rate = None if count is None or not of else round(100 * count / of, 1)
        name = quality.names.get(site)
        line = (site, name, *about, part, item, element, count, of, rate, reason, quality.extraction["state"])
        writer.writerow(line)
    return stream.getvalue()


def as_table(quality: Quality, language: str) -> str:
    """For a terminal: a line a site; of one site a line a measure, and what is blank and was refused."""
    out = [title(quality, language), ""]
    if not quality.rows:
        out.append(words.NOTHING.said(language))
    measures = list(measure_rows(quality, language))
    if len(quality.rows) == 1:
        name = quality.names.get(quality.sites[0], quality.sites[0])
        out += _ruled([["", name], *([label, values[0]] for label, values in measures)], left=1)
        out += _sections(quality, language)
    elif quality.rows:
        header = ["", *(label for label, _ in measures)]
        sites = (quality.names.get(site, site) for site in quality.sites)
        lines = [[site, *(values[at] for _, values in measures)] for at, site in enumerate(sites)]
        out += _ruled([header, *lines], left=1)
    reasons = {row[f"{measure.name}_reason"] for row in quality.rows for measure in asked(quality)}
    out += ["", *words.legend(reasons - {None}, language)]
    return "\n".join([*out, words.AUDIENCE[quality.wanted.audience].said(language), stamp(quality)]) + "\n"


def title(quality: Quality, language: str) -> str:
    """``Data quality: Birth, March 2026``."""
    colon = "\u00a0:" if language == "fr" else ":"
    month = words.month_name(str(quality.wanted.month), language)
    return f"{words.TITLE.said(language)}{colon} {quality.kind.label.said(language)}, {month}"


def stamp(quality: Quality) -> str:
    """One line that says which state a report was made from."""
    of = quality.extraction
    return f"{of['table']} {of['state']}, {of['written_at'] or 'empty'}, vernix {of['vernix']}"


def shown(row: dict[str, Any], name: str, language: str) -> str:
    """A measure of a row as people read it."""
    if row[f"{name}_reason"]:
        return words.withheld(row[f"{name}_reason"], language)
    of = row.get(f"{name}_of")
    count = row[name]
    return words.number(count, language) if of is None else words.share(count, of, language)


def expected_blanks(quality: Quality, site: str) -> list[tuple[Any, int, int]]:
    """The required and expected elements of a site that are blank or unknown somewhere, the worst first."""
    found = []
    for line in quality.of(quality.elements, site):
        lacking = (line["missing"] or 0) + (line["unknown"] or 0)
        if line["required"] != "optional" and lacking:
            found.append((quality.kind.by_name[line["element"]], lacking, line["of"]))
    return sorted(found, key=lambda each: -each[1])


def asked(quality: Quality) -> list[Measure]:
    """The measures of which something was sent by some site."""
    return [
        measure
        for measure in QUALITY_MEASURES
        if any(row[f"{measure.name}_reason"] != "not_sent" for row in quality.rows)
    ]


def measure_rows(quality: Quality, language: str) -> Iterator[tuple[str, list[str]]]:
    """Each measure's label and what it is at each site, with the delays after "late"."""
    for measure in asked(quality):
        yield measure.label.said(language), [shown(row, measure.name, language) for row in quality.rows]
        if measure.name == "late":
            for name, label in (("days_median", words.MEDIAN), ("days_90th", words.NINETIETH)):
                values = [_delay(row, name, language) for row in quality.rows]
                yield label.said(language), values


def _delay(row: dict[str, Any], name: str, language: str) -> str:
    """Days are withheld with the number of records that they are of, and are no number of records."""
    if row[name] is None and row["late_reason"] in ("small", "difference"):
        return words.withheld("difference", language)
    return words.number(row[name], language) or "–"


def _sections(quality: Quality, language: str) -> list[str]:
    site = quality.sites[0]
    out: list[str] = []
    blanks = expected_blanks(quality, site)
    if blanks:
        lines = [
            [element.label.said(language), words.share(count, of, language)] for element, count, of in blanks
        ]
        out += [
            "",
            words.ELEMENTS.said(language),
            *_ruled([["", words.MEASURE.said(language)], *lines], left=1)[2:],
        ]
    if causes := quality.of(quality.causes, site):
        lines = [
            [line["code"], line["element"] or "", words.number(line["rows"], language) or "<6"]
            for line in causes[:10]
        ]
        out += ["", words.CAUSES.said(language), *_ruled([["", "", ""], *lines], left=2)[2:]]
    return out


def _ruled(lines: list[list[str]], left: int) -> list[str]:
    widths = [max(len(line[at]) for line in lines) for at in range(len(lines[0]))]
    ruled = [
        "  ".join(
            cell.ljust(width) if at < left else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ]
    return [ruled[0], "  ".join("-" * width for width in widths), *ruled[1:]]


def _numbers(quality: Quality) -> Iterator[tuple[Any, ...]]:
    for row in quality.rows:
        site = row["submitter"]
        for measure in QUALITY_MEASURES:
            of = row.get(f"{measure.name}_of")
            yield site, "measure", measure.name, None, row[measure.name], of, row[f"{measure.name}_reason"]
        for name in ("days_median", "days_90th"):
            yield site, "measure", name, None, row[name], None, None
    for line in quality.elements:
        for aspect in ASPECTS:
            if line[aspect.name] is not None or line["reason"]:
                head = (line["submitter"], "element", aspect.name, line["element"])
                yield *head, line[aspect.name], line["of"], line["reason"]
    for line in quality.checks:
        for name in ("standing", "confirmed"):
            head = (line["submitter"], "check", f"{line['code']} {name}", None)
            yield *head, line[name], line["of"], line["reason"]
    for line in quality.causes:
        yield line["submitter"], "cause", line["code"], line["element"], line["rows"], None, line["reason"]
