"""What ``vernix check`` prints: a page for a clerk, or one JSON document for a program."""

from __future__ import annotations

import json
import sys
from array import array
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vernix.intake.acknowledgement import Acknowledgement
from vernix.intake.checking import ROW
from vernix.intake.findings import SEVERITIES, Finding, Kind, Severity, shown
from vernix.intake.reading import Reading
from vernix.intake.source import Source
from vernix.intake.typed_file import CLEARED

if TYPE_CHECKING:
    import pyarrow as pa
    from rich.console import Console

_PIECE = 2_000  # records turned into JSON at a time
_WORDS: dict[str, dict[str, str]] = {
    "en": {
        "counts": "{accepted} accepted ({warned} of them with warnings), {rejected} rejected",
        "colon": ": ",
        "none": "No findings.",
        "error": "error",
        "warning": "warning",
        "confirmed": "confirmed",
        "unused": "Columns that nothing was read from",
        "ok": "The registry would accept every row.",
        "not_ok": "The registry would reject the rows with errors and keep the others.",
        "column": "column",
    },
    "fr": {
        "counts": "acceptés : {accepted} (dont avec avertissement : {warned}) ; rejetés : {rejected}",
        "colon": " : ",
        "none": "Aucun constat.",
        "error": "erreur",
        "warning": "avertissement",
        "confirmed": "confirmé",
        "unused": "Colonnes dont rien n’a été lu",
        "ok": "Le registre accepterait toutes les lignes.",
        "not_ok": "Le registre rejetterait les lignes en erreur et garderait les autres.",
        "column": "colonne",
    },
}


_STYLES: dict[Severity, str] = {"error": "bold red", "warning": "bold yellow", "confirmed": "bold green"}


def print_report(reading: Reading, file: Path, language: str) -> None:
    """Summary, findings by cause with their first rows, and what to do."""
    from rich.console import Console

    words = _WORDS[language]
    counts = reading.counts
    console = Console(soft_wrap=not sys.stdout.isatty(), highlight=False, emoji=False, markup=False)
    total = reading.source.unit.counted(counts.accepted + counts.rejected).said(language)
    label = reading.encounter.label.said(language)
    console.print(f"{shown(file.name)} · {label} · {total}")
    console.print("  " + words["counts"].format_map(counts.as_dict()))
    if reading.findings.counts:
        _print_findings(console, reading, language)
    else:
        console.print(words["none"])
    if reading.unused:
        console.print(f"{words['unused']}{words['colon']}{', '.join(map(shown, reading.unused))}")
    console.print(words["not_ok" if counts.rejected else "ok"])


def _print_findings(console: Console, reading: Reading, language: str) -> None:
    """One entry for each cause: what and where on the first line, what to do below it."""
    from rich.padding import Padding
    from rich.text import Text

    words = _WORDS[language]
    for kind, count in sorted(reading.findings.counts.items(), key=_order):
        rows = reading.findings.first_rows(kind)
        line = Text(words[kind.severity], style=_STYLES[kind.severity]).append(
            f"  {kind.code}", style="not bold default"
        )
        if kind.column:
            line.append(f" · {words['column']} {kind.column}", style="not bold default")
        if rows:
            line.append(f" · {_where(reading.source, rows, count, language)}", style="not bold default")
        console.print(line)
        text = kind.text_fr if language == "fr" else kind.text_en
        # A terminal folds the sentence beside its indent; a pipe gets it whole, on one line.
        console.print(Padding(text, (0, 0, 0, 4)) if console.is_terminal else f"    {text}")


def _where(source: Source, rows: list[int], count: int, language: str) -> str:
    """``row 3``; ``7 rows: 3, 5, 8, …``; what a place says beyond its unit stands there too."""
    one, many = source.unit.one.said(language), source.unit.many.said(language)
    places = [source.place(row).said(language) for row in rows]
    if count == 1:
        return places[0]
    listed = ", ".join(each.removeprefix(f"{one} ") for each in places)
    return f"{count} {many}{_WORDS[language]['colon']}{listed}{', …' if count > len(rows) else ''}"


def _order(item: tuple[Kind, int]) -> tuple[int, int, str]:
    kind, count = item
    return SEVERITIES.index(kind.severity), -count, kind.code


def print_document(reading: Reading) -> None:
    """The JSON document, written piece by piece so that a large file's records are never all text at once.

    ``records`` are the rows that would be kept, with the dictionary's element names as keys (null: blank in
    the file; ``_cleared``: elements to clear); ``rows`` their numbers in the file, in the same order.
    """
    write = sys.stdout.write
    findings = reading.findings.listed()
    head = {
        "counts": reading.counts.as_dict(),
        "encounter": reading.encounter.name,
        "findings": [_finding(finding) for finding in findings],
        "findings_not_listed": reading.findings.total - len(findings),
        "unused": list(reading.unused),
    }
    write(_json(head)[:-1] + ',\n"records": [')
    separator = "\n"
    rows = array("q")
    for batch in reading.batches():
        rows.extend(batch.column(ROW).to_pylist())
        for piece in _pieces(batch):
            write(separator + ",\n".join(piece))
            separator = ",\n"
    write(f'],\n"rows": {_json(rows.tolist())}}}\n')


def print_refusal(answer: Acknowledgement) -> None:
    """The JSON document of a file that could not be read at all."""
    document = {
        "counts": answer.counts.as_dict(),
        "findings": [_finding(finding) for finding in answer.findings],
        "findings_not_listed": 0,
        "records": [],
        "rows": [],
    }
    sys.stdout.write(_json(document) + "\n")


def print_outcome(answer: Acknowledgement) -> None:
    """The findings as a FHIR R4 OperationOutcome."""
    from vernix.intake.fhir.outcome import outcome_of

    sys.stdout.write(outcome_of(answer).decode() + "\n")


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "severity": finding.severity,
        "place": finding.place,
        "row": finding.row,
        "column": finding.column,
        "element": finding.element,
        "text": finding.text_en,
        "text_fr": finding.text_fr,
    }


def _pieces(batch: pa.RecordBatch) -> Iterator[list[str]]:
    records = batch.drop_columns([ROW])
    for start in range(0, records.num_rows, _PIECE):
        yield [_json(_record(row)) for row in records.slice(start, _PIECE).to_pylist()]


def _record(row: dict[str, Any]) -> dict[str, Any]:
    if not row[CLEARED]:
        del row[CLEARED]
    return row


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> Any:
    """Dates as ISO text, exact decimals as numbers."""
    convert: dict[type, Callable[[Any], Any]] = {date: date.isoformat, Decimal: float}
    return convert[type(value)](value)
