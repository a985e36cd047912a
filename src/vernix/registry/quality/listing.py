"""``vernix-registry periods``: how far the months of partners are, and what these said in confirming them."""

from __future__ import annotations

import sys
from typing import Any

from vernix.console import one_line, print_json, say
from vernix.custody.identifiers import format_time
from vernix.custody.period import PeriodConfirmation
from vernix.custody.signatures import Signed
from vernix.errors import UsageError
from vernix.registry.options import Access, Json
from vernix.registry.quality.months import Month
from vernix.registry.quality.periods import CONFIRMATION, STANDINGS, Period, every
from vernix.registry.settings import find_folder, open_workflow
from vernix.sealing.opening import open_bytes


def periods(
    *,
    site: str | None = None,
    encounter: str | None = None,
    month: str | None = None,
    standing: str | None = None,
    notes: bool = False,
    access: Access = Access(),
    json: Json = False,
) -> None:
    """List the months of the partners: open, reported, confirmed, or changed since they were confirmed.

    Parameters
    ----------
    site
        Those of one partner, by its id.
    encounter
        Those of one kind of encounter.
    month
        One month, as 2026-03.
    standing
        Only those that are open, reported, confirmed or changed.
    notes
        With what partners wrote beside their confirmations, proven once more. Needs the keys.
    """
    if standing is not None and standing not in STANDINGS:
        raise UsageError(f"A period is never {standing!r}.", hint=f"It is {', '.join(STANDINGS)}.")
    asked = None if month is None else str(Month.parse(month))
    folder = find_folder(access.data)
    folder.profile()
    open_workflow(folder)
    found = [each for each in every(site, encounter, asked) if standing in (None, each.standing)]
    said = _notes(access) if notes else {}
    lines = [_described(each, said) for each in found]
    if json:
        print_json({"periods": lines})
        return
    for line in lines:
        sys.stdout.write(_line(line))
    if not lines:
        say("There are no such periods.")


def _described(period: Period, notes: dict[tuple[str, str, str], list[dict[str, str]]]) -> dict[str, Any]:
    document: dict[str, Any] = {
        "site": period.partner,
        "encounter": period.encounter,
        "month": period.month,
        "standing": period.standing,
        "reported": period.reported and format_time(period.reported.replace(microsecond=0)),
        "confirmed": period.confirmed and format_time(period.confirmed),
        "records_since": period.since,
    }
    if notes:
        document["confirmations"] = notes.get((period.partner, period.encounter, period.month), [])
    return document


def _line(line: dict[str, Any]) -> str:
    since = f"  records since: {line['records_since']}" if line["reported"] and line["records_since"] else ""
    moment = line["confirmed"] or line["reported"] or ""
    head = f"{line['month']}  {line['site']}  {line['encounter']}  {line['standing']}  {moment}{since}"
    said = (f"    {each['confirmed']}: {one_line(each['note'])}" for each in line.get("confirmations", []))
    return "\n".join([head.rstrip(), *said]) + "\n"


def _notes(access: Access) -> dict[tuple[str, str, str], list[dict[str, str]]]:
    """Every confirmation, opened: by period, in the order in which they came."""
    from vernix.registry.unlocked import unlock
    from vernix.registry.workflow.models import PeriodEvent

    identities = unlock(access).keyring.identities
    found: dict[tuple[str, str, str], list[dict[str, str]]] = {}
    for event in PeriodEvent.objects.filter(kind=CONFIRMATION).order_by("sequence"):
        envelope = open_bytes(bytes(event.content or b""), identities, 64 << 10)
        said = PeriodConfirmation.parse(Signed.decode(envelope).document)
        found.setdefault((said.partner, said.encounter, said.month), []).append(
            {"confirmed": format_time(said.confirmed), "report": said.report, "note": said.note}
        )
    return found
