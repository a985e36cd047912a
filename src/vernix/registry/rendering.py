"""A report as a table to read, CSV, JSON or a page. A withheld number is not shown; its place says why."""

from __future__ import annotations

import csv
import io
import json
from html import escape
from typing import TYPE_CHECKING, Any

from vernix.insights.disclosure import REASONS
from vernix.registry.reporting import OF_PARTNERS

if TYPE_CHECKING:
    from vernix.insights.measures import Measure
    from vernix.registry.reporting import Made

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_SHORT_REASON = {"small": "<6", "difference": "(w)", "not_sent": "-"}

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #1d2b2f; max-width: 64rem; margin: 2rem auto; }
body { padding: 0 1rem; }
h1 { font-size: 1.6rem; } figure { margin: 1.5rem 0; }
svg { max-width: 100%; min-width: 42rem; height: auto; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .35rem .8rem; border-bottom: 1px solid #d5dddd; text-align: right; }
th[scope=row], th.name { text-align: left; } td.withheld { color: #5b6b6e; font-style: italic; }
footer { margin-top: 2rem; color: #46565a; font-size: .9rem; }
"""


def stamp(made: Made) -> str:
    """One line that says which state of the book a report was made from."""
    of = made.extraction
    return f"{of['table']} version {of['version']}, written {of['written_at']}, vernix {of['vernix']}"


def as_json(made: Made) -> str:
    """The document ``{extraction, names, rows: [...]}``: a withheld number is null, its reason beside it.

    ``names`` has the names of the partners whose ids stand in the rows.
    """
    document = {
        "extraction": made.extraction,
        "report": made.report.name,
        "by": made.by,
        "names": made.names,
        "rows": made.rows,
    }
    return json.dumps(document, ensure_ascii=False, indent=2, default=str) + "\n"


def as_csv(made: Made) -> str:
    """CSV with one header line; the stamp is in two columns, so that no line needs another reader.

    Last come the names of the partners whose ids stand in the groups.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    names = list(made.rows[0]) if made.rows else _columns(made)
    named = [name for name in made.by if name in OF_PARTNERS]
    stamps = ("extraction", "extraction_written_at")
    writer.writerow([*names, *stamps, *(f"{name}_name" for name in named)])
    of = made.extraction
    for row in made.rows:
        called = [_cell(made.names.get(row[name])) for name in named]
        writer.writerow([*(_cell(row[name]) for name in names), of["version"], of["written_at"], *called])
    return stream.getvalue()


def as_table(made: Made) -> str:
    """A table for a terminal of any width, with its stamp and what its signs mean."""
    header = [*made.by, *(_heading(measure) for measure in made.report.measures)]
    lines = [
        [
            *(made.group(row, name) for name in made.by),
            *(_shown(row, measure) for measure in made.report.measures),
        ]
        for row in made.rows
    ]
    widths = [max(len(line[at]) for line in [header, *lines]) for at in range(len(header))]
    groups = len(made.by)

    def ruled(line: list[str]) -> str:
        cells = (
            cell.ljust(width) if at < groups else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        return "  ".join(cells).rstrip()

    out = [
        made.title,
        "",
        ruled(header),
        "  ".join("-" * width for width in widths),
        *map(ruled, lines),
    ]
    if not lines:
        out.append("There are no births in the book yet.")
    return "\n".join([*out, "", *_legend(made), stamp(made)]) + "\n"


def as_html(made: Made, picture: str) -> str:
    """A page that needs nothing from anywhere: the picture, the table, the stamp."""
    head = "".join(f'<th class="name" scope="col">{escape(name)}</th>' for name in made.by)
    head += "".join(f'<th scope="col">{escape(_heading(measure))}</th>' for measure in made.report.measures)
    body = "".join(_html_row(made, row) for row in made.rows)
    legend = "".join(f"<p>{escape(line)}</p>" for line in _legend(made))
    figure = f'<figure class="wide" aria-label="{escape(made.title)}">{picture}</figure>' if picture else ""
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(made.title)}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{escape(made.title)}</h1>{figure}"
        f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
        f"<footer>{legend}<p>{escape(stamp(made))}</p></footer></body></html>\n"
    )


def _html_row(made: Made, row: dict[str, Any]) -> str:
    cells = "".join(f'<th scope="row">{escape(made.group(row, name))}</th>' for name in made.by)
    for measure in made.report.measures:
        reason = row[f"{measure.name}_reason"]
        words = f' class="withheld" title="{escape(REASONS[reason].en)}"' if reason else ""
        cells += f"<td{words}>{escape(_shown(row, measure))}</td>"
    return f"<tr>{cells}</tr>"


def _columns(made: Made) -> list[str]:
    names = list(made.by)
    for measure in made.report.measures:
        share = [f"{measure.name}_of", f"{measure.name}_rate"] if measure.share else []
        names += [measure.name, *share, f"{measure.name}_reason"]
    return names


def _heading(measure: Measure) -> str:
    return f"{measure.label.en} (%)" if measure.share else measure.label.en


def _shown(row: dict[str, Any], measure: Measure) -> str:
    reason = row[f"{measure.name}_reason"]
    if reason:
        return _SHORT_REASON[reason]
    if not measure.share:
        return f"{row[measure.name]:,}"
    rate = row[f"{measure.name}_rate"]
    return f"{row[measure.name]:,}" + (f" ({rate:.1f})" if rate is not None else "")


def _legend(made: Made) -> list[str]:
    used = {row[f"{measure.name}_reason"] for row in made.rows for measure in made.report.measures} - {None}
    return [f"{_SHORT_REASON[reason]}  {REASONS[reason].en}" for reason in REASONS if reason in used]


def _cell(value: Any) -> Any:
    """A value for CSV: text that a spreadsheet would run as a formula is made text again by an apostrophe."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value
