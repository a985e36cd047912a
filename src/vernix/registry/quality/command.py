"""``vernix-registry report data-quality``: what a month's records of a site are worth, and what is missing.

Needs no key: a report to be sent is written down here, and ``run`` sends it.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from vernix.births import encounters
from vernix.console import language, say, tell
from vernix.custody.durable import write_file
from vernix.custody.identifiers import check_partner_id
from vernix.errors import DataRefused, UsageError
from vernix.insights.quality.withholding import Audience
from vernix.registry.book import Book
from vernix.registry.options import Data
from vernix.registry.quality.forms import Format, rendered
from vernix.registry.quality.gathering import State
from vernix.registry.quality.making import LATE_AFTER, Wanted, make
from vernix.registry.quality.months import Month
from vernix.registry.refusals import Refusals
from vernix.registry.reporting import names_of
from vernix.registry.settings import RegistryFolder, find_folder, open_workflow


def data_quality(  # noqa: PLR0913 - each is an option of the command
    *,
    month: str,
    site: str | None = None,
    encounter: str = "birth",
    audience: Audience = "others",
    late_after: int = LATE_AFTER,
    format: Format = "table",
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
    french: bool = False,
    extraction: str | None = None,
    send: bool = False,
    data: Data = None,
) -> None:
    """Report how complete, plausible and timely the records of a month are, and which rows were refused.

    Parameters
    ----------
    month
        The month of the events, as 2026-03.
    site
        The partner that sent the rows, by its id; all of them, side by side, when not given.
    encounter
        Which kind of records.
    audience
        Who will see it: "site" counts all for the site whose own records they are; for "others" counts of 1
        to 5 are withheld.
    late_after
        Days from the event to the first row after which a record is late.
    format
        What to make of it.
    output
        The file to write; standard output when not given.
    french
        In French whatever LANG says.
    extraction
        Make it from an earlier state: the three numbers that an earlier report was stamped with, as 12.12.3.
    send
        Send it instead of showing it: to each site its own, whole, sealed to it. "run" does the sending.
    """
    if output is not None and not output.absolute().parent.is_dir():
        raise UsageError(f"There is no folder {output.parent}.", hint="Make it first, or name another place.")
    wanted = _wanted(month, site, encounter, audience, late_after)
    folder = find_folder(data)
    folder.profile()
    if send:
        _write_down(folder, wanted)
        return
    quality = make(Book(folder.book), Refusals(folder.refusals), folder.work, wanted, _state(extraction))
    quality = replace(quality, names=names_of(folder, quality.rows))
    content = rendered(quality, format, language(french))
    if output is None:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
        return
    write_file(output.absolute(), content)
    say(f"{os.fspath(output)}: {len(quality.rows)} sites, extraction {quality.extraction['state']}.")


def _write_down(folder: RegistryFolder, wanted: Wanted) -> None:
    """Write down that each site is to get its own report."""
    open_workflow(folder)
    # What this imports are tables, and tables need an open database.
    from vernix.registry.quality.sending import write_down

    written = write_down(folder, wanted.month, [wanted.encounter], wanted.site, wanted.late_after)
    for event in written:
        tell(f"{event.partner}: {event.encounter}, {event.month}, as delivery {event.delivery}")
    if written:
        say("vernix-registry run sends them as soon as it runs.")
    else:
        say("Nobody sent anything of that month.")


def _wanted(month: str, site: str | None, encounter: str, audience: Audience, late_after: int) -> Wanted:
    encounters.get(encounter)
    if site is None and audience == "site":
        raise UsageError(
            "A report for a site is about that site alone.", hint="Name it with --site, by its partner id."
        )
    if site is not None:
        try:
            check_partner_id(site)
        except DataRefused:
            raise UsageError(
                "--site is no partner id.", hint="vernix-registry partners lists the ids."
            ) from None
    if not 0 <= late_after <= 3650:
        raise UsageError("--late-after is a number of days, from 0 to 3650.")
    return Wanted(encounter, Month.parse(month), site, audience, late_after)


def _state(extraction: str | None) -> State | None:
    if extraction is None:
        return None
    parts = extraction.split(".")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() for part in parts):
        raise UsageError(
            "--extraction is not the state of a report.", hint="Copy the three numbers, as 12.12.3."
        )
    return State(*map(int, parts))
