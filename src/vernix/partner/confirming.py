"""``vernix confirm``: a month of records is as it should be, signed for against the registry's own report."""

from __future__ import annotations

from pathlib import Path

from vernix.console import one_line, say
from vernix.courier.dispatch import Dispatch, OutgoingFile
from vernix.courier.keeping import private_folder
from vernix.custody.durable import write_file
from vernix.custody.identifiers import utc_now
from vernix.custody.period import MAX_NOTE, MEDIA_TYPE, MONTH, PeriodConfirmation
from vernix.custody.signatures import Signed
from vernix.errors import DataRefused, UsageError
from vernix.partner import state
from vernix.partner.connecting import connect
from vernix.partner.options import Data, Json
from vernix.partner.reports import Report, Reports
from vernix.partner.sending import send_out
from vernix.partner.state import Partner


def confirm(
    *,
    month: str,
    encounter: str | None = None,
    note: str = "",
    data: Data = None,
    json: Json = False,
) -> int:
    """Confirm a month of records: sign for the newest report that came about it, and send that sealed.

    Look at the report first (vernix collect put it beside what else was collected). Records that come later
    for the month open it again, and you are told. Ends with 3 if the registry cannot be sent to.

    Parameters
    ----------
    month
        The month that the report is about, as 2026-03.
    encounter
        Which kind of records, where reports about several came.
    note
        What you want to say with it; sealed like all that is sent.
    """
    if not MONTH.fullmatch(month):
        raise UsageError(f"{month!r} is no month.", hint="Write it as year and month: 2026-03.")
    if len(note) > MAX_NOTE:
        raise UsageError(f"A note has at most {MAX_NOTE} characters.", hint="Send the rest by vernix send.")
    partner = state.load(data)
    report = _report(partner, month, encounter)
    row = report.row
    say(
        f"{report.encounter}, {month}: {row['records']} records, {row['open']} refused and not mended; "
        f"report {report.digest[:16]}."
    )
    path = _signed(partner, report, note)
    file = OutgoingFile(path, f"confirmation-{report.encounter}-{month}.json", MEDIA_TYPE)
    return send_out(partner, connect(partner), Dispatch((partner.registry,), "message", (file,)), json=json)


def _report(partner: Partner, month: str, encounter: str | None) -> Report:
    found = Reports(partner.folder.incoming).about(month, encounter)
    if not found:
        raise UsageError(
            "No report about that month is here.",
            hint="vernix collect fetches what the registry sent; ask it for a report if none came.",
        )
    if len(found) > 1:
        names = ", ".join(one_line(each.encounter) for each in found)
        raise UsageError(
            "There are reports about several kinds of records.", hint=f"Say --encounter: {names}."
        )
    return found[0]


def _signed(partner: Partner, report: Report, note: str) -> Path:
    """The signed statement as a file; the one that is there where the same was said before."""
    path = partner.folder.confirmations / f"{report.digest[:32]}.json"
    if not _says(path, report, note):
        statement = PeriodConfirmation(
            partner.id, report.encounter, report.month, report.digest, note, utc_now()
        )
        private_folder(path.parent)
        write_file(path, statement.sign(partner.signing_key()).encode(), private=True)
    return path


def _says(path: Path, report: Report, note: str) -> bool:
    try:
        said = PeriodConfirmation.parse(Signed.decode(path.read_bytes()).document)
    except (FileNotFoundError, DataRefused):
        return False
    return (said.report, said.note) == (report.digest, note)
