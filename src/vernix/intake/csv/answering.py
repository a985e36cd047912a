"""The acknowledgement as a table in CSV: a line for each finding, as a spreadsheet program shows it.

The file begins with a byte-order mark, without which Excel takes its accents for something else; what a
spreadsheet program would take for a formula is made a text.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from vernix.births.codes import Words
from vernix.intake.acknowledgement import Acknowledgement
from vernix.intake.answering import Answered
from vernix.intake.findings import Cause, Finding, each_finding

HEADER = (
    *("row", "where_en", "where_fr", "column", "stands_at", "element", "severity", "code"),
    *("what_to_do_en", "what_to_do_fr"),
)
_PIECE = 2_000


def table(answered: Answered) -> Iterator[bytes]:
    """The table in pieces; its first line says how many rows were accepted."""
    answer = answered.acknowledgement
    yield b"\xef\xbb\xbf" + _lines([HEADER, _result(answer)])
    waiting: list[Sequence[str]] = []
    for finding, cause in each_finding(answer.causes, answer.place):
        waiting.append(_line(answer, finding, cause))
        if len(waiting) == _PIECE:
            yield _lines(waiting)
            waiting = []
    left = [_more(cause) for cause in answer.causes if cause.count > len(cause.rows)]
    yield _lines([*waiting, *left])


def _result(answer: Acknowledgement) -> Sequence[str]:
    said = answer.counts.said()
    return ("", "", "", "", "", "", "information", f"result.{answer.result}", said.en, said.fr)


def _line(answer: Acknowledgement, finding: Finding, cause: Cause) -> Sequence[str]:
    where = answer.place(finding.row) if finding.row is not None else Words("file", "fichier")
    return (
        "" if finding.row is None else str(finding.row),
        *(where.en, where.fr, finding.column or "", cause.spot.en if cause.spot else ""),
        *(finding.element or "", finding.severity, finding.code, finding.text_en, finding.text_fr),
    )


def _more(cause: Cause) -> Sequence[str]:
    kind, left = cause.kind, cause.count - len(cause.rows)
    said = Words(f"The same on {left} more rows.", f"La même chose sur {left} lignes de plus.")
    spot = cause.spot.en if cause.spot else ""
    return (
        "",
        "",
        "",
        kind.column or "",
        spot,
        kind.element or "",
        kind.severity,
        kind.code,
        said.en,
        said.fr,
    )


def _lines(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([[_inert(cell) for cell in row] for row in rows])
    return text.getvalue().encode("utf-8", "replace")


def _inert(text: str) -> str:
    return f"'{text}" if text.startswith(_SIGNS) else text


_SIGNS = ("=", "+", "-", "@", "\t", "\r")
