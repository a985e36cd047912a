"""``vernix-registry run``: takes what has arrived at the gateway through the steps, and answers.

It calls out and is never called. It waits for post by long poll, so that a submission is looked at the moment
it arrives; a gateway that is away is tried again with growing pauses. SIGTERM ends it between two steps.
"""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from vernix.custody.durable import alone
from vernix.errors import UsageError
from vernix.registry.logs import configure, log
from vernix.registry.options import Access
from vernix.registry.settings import find_folder
from vernix.registry.unlocked import unlock


def run(
    *,
    once: bool = False,
    report_day: Annotated[int | None, Parameter(env_var="VERNIX_REPORT_DAY")] = None,
    access: Access = Access(),
) -> int:
    """Collect, open, check, keep and answer what partners send; until stopped.

    Parameters
    ----------
    once
        Do what there is to do now, then end: 0 when nothing is left over, 4 when something waits for the
        road, 5 when something waits for room on this disk.
    report_day
        From this day of a month on (1 to 28) send each site the data-quality reports of the month before.
    """
    if report_day is not None and not 1 <= report_day <= 28:
        raise UsageError("--report-day is a day that every month has.", hint="Take one from 1 to 28.")
    configure()
    folder = find_folder(access.data)
    folder.profile()
    # The tables have one writer.
    with alone(folder.root, "vernix-registry run"):
        registry = unlock(access)
        # Only now: what these import are tables, and tables need an open database.
        from vernix.registry import steps
        from vernix.registry.loop import Runner

        again = steps.begin_again(registry)
        log().info("started", count=again)
        if registry.keyring.coming is not None:
            log().warning("renewal of own keys unfinished")
        runner = Runner(registry, registry.exchange(), report_day)
        return runner.once() if once else runner.until_stopped()
