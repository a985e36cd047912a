"""Reports that go to their sites: written down first, then sent by ``run``, each once whatever is killed.

What was reported is kept as the document that the site gets, so that what it confirms can be shown again.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from vernix.courier.dispatch import Dispatch, OutgoingFile
from vernix.courier.sending import Outbox
from vernix.custody.identifiers import new_id, utc_now
from vernix.custody.period import REPORT_MEDIA_TYPE
from vernix.errors import FarSideRefused, NotFound
from vernix.registry.book import Book
from vernix.registry.failpoints import reached
from vernix.registry.logs import log, place_of
from vernix.registry.quality.forms import Format, rendered
from vernix.registry.quality.making import LATE_AFTER, Quality, Wanted, make, read_document
from vernix.registry.quality.months import Month
from vernix.registry.quality.periods import REPORT, SENT
from vernix.registry.refusals import Refusals

if TYPE_CHECKING:
    from vernix.courier.exchange import Exchange
    from vernix.registry.settings import RegistryFolder
    from vernix.registry.unlocked import Registry
    from vernix.registry.workflow.models import PeriodEvent

_FORMS: tuple[tuple[Format, str], ...] = (("csv", "text/csv"), ("html", "text/html"))
"""What goes beside the document, and its media type."""


def write_down(
    folder: RegistryFolder,
    month: Month,
    kinds: Iterable[str],
    site: str | None = None,
    late_after: int = LATE_AFTER,
) -> list[PeriodEvent]:
    """Make the reports of a month and write down that they are to be sent; of each site that sent anything
    of it, or of one."""
    wanted = (Wanted(encounter, month, site, "site", late_after) for encounter in kinds)
    written = [_event(whole, each) for whole in map(partial(_make, folder), wanted) for each in whole.sites]
    for event in written:
        event.save(force_insert=True)
    return written


def as_document(quality: Quality) -> bytes:
    """The document of a report: what is kept, sent and confirmed."""
    from vernix.registry.quality.rendering import as_json

    return as_json(quality).encode()


def send_due(registry: Registry, exchange: Exchange) -> int:
    """Send the reports that were written down and have not gone yet; returns how many went.

    Raises:
        RoadFailed: the gateway is away; what was not sent waits.
    """
    from vernix.registry.workflow.models import PeriodEvent

    gone = PeriodEvent.objects.filter(kind=SENT).values("delivery")
    count = 0
    for event in PeriodEvent.objects.filter(kind=REPORT).exclude(delivery__in=gone).order_by("sequence"):
        try:
            _send(registry, exchange, event)
        except (FarSideRefused, NotFound) as error:
            # Suspended, or gone: it stays due, and goes when the partner is there again.
            log().warning(
                "report not sent", partner=event.partner, error=type(error).__name__, place=place_of(error)
            )
            continue
        count += 1
    return count


def write_down_month(folder: RegistryFolder, today: date, day: int) -> int:
    """From the ``day`` of a month on, write down the reports of the month before, once for each site and
    kind; returns how many."""
    from vernix.registry.workflow.models import PeriodEvent

    if today.day < day:
        return 0
    month = Month.of(today).before
    told = set(PeriodEvent.objects.filter(kind=REPORT, month=str(month)).values_list("partner", "encounter"))
    written = []
    for kind, _ in Book(folder.book).kept():
        whole = _make(folder, Wanted(kind, month, audience="site"))
        written += [_event(whole, site) for site in whole.sites if (site, kind) not in told]
    for event in written:
        event.save(force_insert=True)
    return len(written)


def _make(folder: RegistryFolder, wanted: Wanted) -> Quality:
    """One report on all sites costs hardly more than one on a single site."""
    return make(Book(folder.book), Refusals(folder.refusals), folder.work, wanted)


def _event(whole: Quality, site: str) -> PeriodEvent:
    """The report of one site, as it is written down."""
    from vernix.registry.workflow.models import PeriodEvent

    document = as_document(whole.only(site))
    return PeriodEvent(
        kind=REPORT,
        partner=site,
        encounter=whole.wanted.encounter,
        month=str(whole.wanted.month),
        delivery=new_id(),
        at=utc_now(),
        version=whole.extraction["version"],
        digest=hashlib.sha256(document).hexdigest(),
        content=document,
    )


def _send(registry: Registry, exchange: Exchange, event: PeriodEvent) -> None:
    from vernix.registry.workflow.models import PeriodEvent

    folder = registry.folder.work / f"open-report-{event.delivery}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        dispatch = Dispatch((event.partner,), "message", _files(folder, event, registry))
        letters = Outbox(registry.folder.outbox)
        plan = letters.begin(dispatch, delivery_id=event.delivery)
        # What was sent already comes back as such: there is nothing to do.
        if not hasattr(plan, "envelope"):
            letters.send(plan, exchange, registry.sender)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    reached("report:sent")
    PeriodEvent(
        kind=SENT,
        partner=event.partner,
        encounter=event.encounter,
        month=event.month,
        delivery=event.delivery,
        at=utc_now(),
        version=event.version,
        digest=event.digest,
    ).save(force_insert=True)
    log().info("report sent", partner=event.partner, delivery=event.delivery)


def _files(folder: Path, event: PeriodEvent, registry: Registry) -> tuple[OutgoingFile, ...]:
    """The document and what people read, all in one folder, with the same look each time."""
    document = bytes(event.content or b"")
    partner = registry.publishing.current().partner(event.partner)
    quality = read_document(document, {partner.id: partner.name})
    name = f"data-quality-{event.encounter}-{event.month}"
    contents = {f"{name}.json": (document, REPORT_MEDIA_TYPE)}
    for form, media in _FORMS:
        contents[f"{name}.{form}"] = (rendered(quality, form, "en"), media)
    moment = int(event.at.timestamp())
    files = []
    for filename, (content, media) in contents.items():
        path = folder / filename
        path.write_bytes(content)
        os.utime(path, (moment, moment))
        files.append(OutgoingFile(path, filename, media, "file", None, (name,)))
    return tuple(files)
