"""Making a data-quality report: one month of one kind of encounter, for one site or all, from a fixed state.

The same state gives the same report for ever. Needs no key: neither book nor refusals hold anybody's name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vernix import __version__
from vernix.births import encounters
from vernix.births.encounter import Encounter
from vernix.insights.disclosure import protect, whole
from vernix.insights.quality import records as measuring
from vernix.insights.quality.aspects import ASPECTS
from vernix.insights.quality.measures import RECORD_MEASURES, REFUSED_MEASURES
from vernix.insights.quality.withholding import Audience, withheld
from vernix.registry.book import Book, open_engine
from vernix.registry.quality.gathering import Held, State, newest
from vernix.registry.quality.months import Month
from vernix.registry.refusals import Refusals

if TYPE_CHECKING:
    import ibis
    import pyarrow as pa
    from ibis.backends.duckdb import Backend

_RECORDS, _REFUSED = "month_records", "month_refused"
_DELAYS = ("days_median", "days_90th")

LATE_AFTER = 30
"""Days from the event to the first row after which a record is late, unless the registry says otherwise."""


@dataclass(frozen=True)
class Wanted:
    """What a report is to be about. ``site`` is the partner that sent the rows; None: all of them."""

    encounter: str
    month: Month
    site: str | None = None
    audience: Audience = "others"
    late_after: int = LATE_AFTER


@dataclass(frozen=True)
class Quality:
    """A report that was made. Each list has lines with ``submitter``; a null with a ``reason`` is withheld.

    ``rows``: the measures; ``elements``: the aspects of each element; ``checks``: the rules that warn, and
    ``causes``: why rows were refused, most frequent first.
    """

    wanted: Wanted
    extraction: dict[str, Any]
    rows: list[dict[str, Any]]
    elements: list[dict[str, Any]]
    checks: list[dict[str, Any]]
    causes: list[dict[str, Any]]
    names: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def kind(self) -> Encounter:
        """The encounter that it is about."""
        return encounters.get(self.wanted.encounter)

    @property
    def sites(self) -> list[str]:
        """The sites it tells of, in order."""
        return [row["submitter"] for row in self.rows]

    def only(self, site: str) -> Quality:
        """The part of it that is about one site."""
        return replace(
            self,
            wanted=replace(self.wanted, site=site),
            rows=self.of(self.rows, site),
            elements=self.of(self.elements, site),
            checks=self.of(self.checks, site),
            causes=self.of(self.causes, site),
        )

    def of(self, lines: list[dict[str, Any]], site: str) -> list[dict[str, Any]]:
        """Those of some lines that are about a site."""
        return [line for line in lines if line["submitter"] == site]


def make(book: Book, refusals: Refusals, work: Path, wanted: Wanted, state: State | None = None) -> Quality:
    """Make a report, on the newest or an earlier state.

    Raises:
        UsageError: there is no such state.
    """
    kind = encounters.get(wanted.encounter)
    held = Held(book, refusals, kind, state or newest(book, refusals, kind.name))
    engine = open_engine(work)
    try:
        records = engine.create_table(_RECORDS, held.records(engine, wanted.month, wanted.site), temp=True)
        refused = engine.create_table(_REFUSED, held.refused(engine, wanted.month, wanted.site), temp=True)
        asked = _asked(kind.name, wanted.late_after, wanted.audience, records.schema(), refused.schema())
        of_records, of_refused, of_elements, causes = (question.answer(engine) for question in asked)
    finally:
        engine.disconnect()
    return Quality(
        wanted,
        _extraction(held),
        _rows(of_records, of_refused),
        [line for row in of_elements for line in _element_lines(row, kind, wanted.audience)],
        [line for row in of_elements for line in _check_lines(row, kind, wanted.audience)],
        [withheld(_cause_line(line), ["rows"], wanted.audience) for line in causes],
    )


def read_document(document: bytes, names: Mapping[str, str]) -> Quality:
    """A report from the document that was kept of it (`vernix.registry.quality.rendering.as_json`)."""
    said = json.loads(document)
    rows = said["rows"]
    site = rows[0]["submitter"] if len(rows) == 1 else None
    wanted = Wanted(said["encounter"], Month.parse(said["month"]), site, said["audience"], said["late_after"])
    lists = {name: said[name] for name in ("rows", "elements", "checks", "causes")}
    return Quality(wanted, said["extraction"], **lists, names=names)


@dataclass(frozen=True)
class _Question:
    """A statement for the engine, and the columns that it gives."""

    sql: str
    columns: pa.Schema

    def answer(self, engine: Backend) -> list[dict[str, Any]]:
        """Its rows."""
        table: pa.Table = engine.con.sql(self.sql).to_arrow_table()
        return list(table.cast(self.columns).to_pylist())


@cache
def _asked(
    encounter: str, late_after: int, audience: Audience, records: ibis.Schema, refused: ibis.Schema
) -> tuple[_Question, ...]:
    """What is asked of the records of a month and of the rows that were refused.

    Compiled once a process for each kind of encounter: it costs most of a second, more than asking.
    """
    import ibis

    kind = encounters.get(encounter)
    month, rows = ibis.table(records, name=_RECORDS), ibis.table(refused, name=_REFUSED)
    shown = whole if audience == "site" else protect
    of_records = measuring.measured(measuring.prepared(month, kind, late_after), RECORD_MEASURES)
    questions = (
        shown(of_records, RECORD_MEASURES, ("submitter", *_DELAYS)),
        shown(measuring.measured(rows, REFUSED_MEASURES), REFUSED_MEASURES, ("submitter",)),
        measuring.element_counts(month, kind),
        measuring.causes(rows),
    )
    return tuple(
        _Question(str(ibis.to_sql(each, dialect="duckdb")), each.schema().to_pyarrow()) for each in questions
    )


def _rows(of_records: list[dict[str, Any]], of_refused: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The measures, a row a site; how long records took is withheld where "late" has a small base."""
    found: dict[str, dict[str, Any]] = {}
    for line in (*of_records, *of_refused):
        found.setdefault(line["submitter"], {}).update(line)
    for row in found.values():
        for name in _DELAYS:
            known = row.get("late_of") and row.get(name) is not None
            row[name] = round(row[name], 1) if known else None
    return [_whole_row(found[site], site) for site in sorted(found)]


def _whole_row(row: dict[str, Any], site: str) -> dict[str, Any]:
    """A site's row with every measure: what nothing was sent of is zero, or has no share."""
    found: dict[str, Any] = {"submitter": site}
    for measure in (*RECORD_MEASURES, *REFUSED_MEASURES):
        found[measure.name] = row.get(measure.name, 0 if not measure.share else None)
        if measure.share:
            found[f"{measure.name}_of"] = row.get(f"{measure.name}_of", 0)
            found[f"{measure.name}_rate"] = row.get(f"{measure.name}_rate")
        missing = "not_sent" if measure.share and measure.name not in row else None
        found[f"{measure.name}_reason"] = row.get(f"{measure.name}_reason", missing)
        if measure.name == "late":
            found["days_median"], found["days_90th"] = row.get("days_median"), row.get("days_90th")
    return found


def _element_lines(row: dict[str, Any], kind: Encounter, audience: Audience) -> list[dict[str, Any]]:
    names = [aspect.name for aspect in ASPECTS]
    lines = []
    for element in measuring.asked_elements(kind):
        counts = {name: row.get(f"{name}:{element.name}") for name in names}
        line = {
            "submitter": row["submitter"],
            "element": element.name,
            "required": element.required,
            "of": row["records"],
            **counts,
        }
        lines.append(withheld(line, names, audience))
    return lines


def _check_lines(row: dict[str, Any], kind: Encounter, audience: Audience) -> list[dict[str, Any]]:
    names = ("standing", "confirmed")
    lines = []
    for check in measuring.asked_checks(kind):
        counts = {name: row[f"{name}:{check.code}"] for name in names}
        if any(counts.values()):
            line = {"submitter": row["submitter"], "code": check.code, "of": row["records"], **counts}
            lines.append(withheld(line, names, audience))
    return sorted(lines, key=lambda line: -(line["standing"] or 0))


def _cause_line(line: dict[str, Any]) -> dict[str, Any]:
    code, _, element = line["cause"].partition(" ")
    return {
        "submitter": line["submitter"],
        "code": code,
        "element": element or None,
        "rows": line["rows"],
    }


def _extraction(held: Held) -> dict[str, Any]:
    table = f"book/{held.kind.name}"
    written = held.book.extraction(held.kind.name, held.state.book).written_at if held.booked else None
    return {
        "table": table,
        "version": held.state.book,
        "written_at": written,
        "state": str(held.state),
        "vernix": __version__,
    }
