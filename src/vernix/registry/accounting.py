"""``vernix-registry transfers``: what went where, what waits, what was refused and why."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import Any, Literal

from vernix.console import say
from vernix.custody.identifiers import format_time
from vernix.custody.trust import DirectoryMirror
from vernix.errors import NotFound, NotProven, UsageError
from vernix.registry.options import Data
from vernix.registry.settings import RegistryFolder, find_folder, open_workflow
from vernix.registry.transfers import WAITING, Refusal, Total, Transfer, refusals, totals, transfers

What = Literal["all", "waiting", "refused", "totals"]
Outcome = Literal["waiting", "expired", "recalled", "received", "accepted", "partly", "rejected"]
Format = Literal["table", "csv", "json"]
Row = Transfer | Refusal | Total

_COLUMNS: dict[str, type[Row]] = {
    "all": Transfer,
    "waiting": Transfer,
    "refused": Refusal,
    "totals": Total,
}


def transfers_command(  # a command's options, each told in --help
    what: What = "all",
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    partner: str | None = None,
    outcome: Outcome | None = None,
    format: Format = "table",
    data: Data = None,
) -> None:
    """Report transfers by partner, size, time and outcome, from the events that ``run`` took. Needs no key.

    Parameters
    ----------
    what
        all transfers; only those that are waiting; what was refused and why; or totals by partner.
    since
        Only what was posted (or refused) from this time on, UTC, such as 2026-03-01.
    until
        Only what was before this time.
    partner
        Only what a partner (its id) sent, was sent, or was refused.
    outcome
        Only transfers that ended so.
    format
        A table to read, CSV, or JSON.
    """
    folder = find_folder(data)
    _check_partner(folder, partner)
    open_workflow(folder)
    rows = _rows(what, _utc(since), _utc(until), partner, outcome)
    columns = [*(field.name for field in fields(_COLUMNS[what]))]
    records = [{name: _spelled(value) for name, value in asdict(row).items()} for row in rows]
    if _COLUMNS[what] is Transfer:
        columns.append("seconds")
        records = [
            {**record, "seconds": row.seconds}
            for record, row in zip(records, rows, strict=True)
            if isinstance(row, Transfer)
        ]
        columns.append("purpose")
        purposes = _purposes()
        records = [{**record, "purpose": purposes.get(record["delivery"])} for record in records]
    writers = {"table": _table, "csv": _csv, "json": _json}
    sys.stdout.write(writers[format](columns, records))
    if not records:
        say("There is nothing of that kind. vernix-registry run takes the gateway's events.")


def _check_partner(folder: RegistryFolder, partner: str | None) -> None:
    """Raise ``UsageError`` for an id that nobody has: an empty report would say that nothing was sent."""
    mirror = DirectoryMirror(folder.public, folder.profile().root_fingerprint)
    if partner is None:
        return
    try:
        # Of a directory that has expired nothing is believed, not even that somebody is missing.
        with suppress(NotProven):
            mirror.current().partner(partner)
    except NotFound:
        raise UsageError(
            "The directory has no partner of that id.", hint="vernix-registry partners lists them."
        ) from None


def _rows(
    what: What, since: datetime | None, until: datetime | None, partner: str | None, outcome: str | None
) -> Sequence[Row]:
    # The tables are open only now.
    from vernix.registry.activity import of_deliveries, of_refusals

    wanted = WAITING if what == "waiting" else outcome
    made = [
        each
        for each in transfers(of_deliveries(since, until))
        if partner in (None, each.sender, each.addressee) and wanted in (None, each.outcome)
    ]
    refused = [each for each in refusals(of_refusals(since, until)) if partner in (None, each.partner)]
    if what == "refused":
        return refused
    return totals(made, refused) if what == "totals" else made


def _purposes() -> dict[str, str]:
    """What came to the registry itself, and for what; of what partners send each other only they know."""
    # The tables are open only now.
    from vernix.registry.workflow.models import Submission

    return dict(Submission.objects.values_list("delivery", "purpose"))


def _utc(time: datetime | None) -> datetime | None:
    return None if time is None else time.replace(tzinfo=time.tzinfo or UTC)


def _spelled(value: Any) -> Any:
    return format_time(value) if isinstance(value, datetime) else value


def _table(columns: Sequence[str], records: Iterable[dict[str, Any]]) -> str:
    lines = [list(columns), *([_shown(record[name]) for name in columns] for record in records)]
    widths = [max(len(line[at]) for line in lines) for at in range(len(columns))]
    return "".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() + "\n"
        for line in lines
    )


def _csv(columns: Sequence[str], records: Iterable[dict[str, Any]]) -> str:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(records)
    return stream.getvalue()


def _json(_columns: Sequence[str], records: Iterable[dict[str, Any]]) -> str:
    return json.dumps({"rows": list(records)}, indent=2, sort_keys=True) + "\n"


def _shown(value: Any) -> str:
    return "-" if value is None else str(value)
