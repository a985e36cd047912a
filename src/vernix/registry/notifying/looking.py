"""One look at what there is to tell: facts gathered, mails made, mails handed to the mail server.

It never stops what the registry is there for: whatever fails here is written down and tried again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from vernix.custody.directory import Directory
from vernix.custody.identifiers import utc_now
from vernix.errors import FarSideRefused, RoadFailed, UsageError, VernixError
from vernix.registry.failpoints import reached
from vernix.registry.logs import log, place_of
from vernix.registry.notifying import outbox
from vernix.registry.notifying.facts import Fact, from_keys, from_state
from vernix.registry.notifying.settings import Notifications, Reader
from vernix.registry.notifying.smtp import MailRefused, compose, connected, hand_over
from vernix.registry.workflow.models import State, Step, Submission, Told

_MOST_AT_ONCE = 50
_MOST_IDS = 20


def look(settings: Notifications, state: Mapping[str, Any], directory: Directory) -> None:
    """Make the mails that are due by what is so now, and hand over those that wait."""
    now = utc_now()
    made = sum(outbox.queue(fact, settings, now) for fact in _facts(state, directory, now))
    made += sum(_tell_of_answers(reader, settings, now) for reader in settings.readers)
    if made:
        log().info("mails made", count=made)
    send_due(settings, now)
    outbox.forget_old(now)


def send_due(settings: Notifications, now: datetime) -> None:
    """Hand over what waits. A server that is away ends the round; the rest waits for the next."""
    mails = outbox.due(now)[:_MOST_AT_ONCE]
    if not mails:
        return
    try:
        with connected(settings.server) as smtp:
            for mail in mails:
                message = compose(
                    settings.server, mail.address, mail.subject, mail.body, mail.key, mail.created_at
                )
                try:
                    hand_over(smtp, message)
                except MailRefused as error:
                    outbox.failed(mail, _trouble(error), now, for_good=True)
                    continue
                reached("mail:taken")
                outbox.sent(mail, now)
    except (RoadFailed, FarSideRefused, UsageError) as error:
        log().warning("mail not sent", error=type(error).__name__, place=place_of(error), count=len(mails))
        for mail in mails:
            if mail.sent_at is None and not mail.given_up:
                outbox.failed(mail, _trouble(error), now, for_good=False)


def _facts(state: Mapping[str, Any], directory: Directory, now: datetime) -> Iterator[Fact]:
    yield from from_state(state, directory, now)
    yield from from_keys(directory, now)
    for submission in Submission.objects.filter(state=State.SET_ASIDE).defer("envelope"):
        delivery = submission.delivery
        yield Fact("refused", "refused", submission.sender, delivery, {"count": 1, "ids": delivery})


def _tell_of_answers(reader: Reader, settings: Notifications, now: datetime) -> int:
    """Of what was answered since this reader was told last, signed for or rejected, one mail each at most."""
    made = 0
    for kind, about, rejected in (("receipt", "signed", False), ("refused", "refused", True)):
        if kind in reader.kinds:
            made += _tell_since(reader, kind, about, settings, now, rejected=rejected)
    return made


def _tell_since(  # one kind of one reader, now
    reader: Reader, kind: str, about: str, settings: Notifications, now: datetime, *, rejected: bool
) -> bool:
    steps = Step.objects.filter(name="receipt").order_by("id")
    last = steps.last()
    told, new = Told.objects.get_or_create(
        reader=f"{kind} {reader.address} {reader.partner or '*'}", defaults={"upto": last.id if last else 0}
    )
    # Who is new here is not told what was before.
    steps = steps.filter(id__gt=told.upto)
    if reader.partner is not None:
        steps = steps.filter(submission__sender=reader.partner)
    if rejected:
        steps = steps.filter(submission__result="rejected")
    partner = reader.partner or ""
    if new or not steps.exists() or outbox.is_quiet(reader, kind, partner, settings, now):
        return False
    upto = steps.last().id  # type: ignore[union-attr]  # there is one
    ids = list(steps.values_list("submission__delivery", flat=True))
    shown = ", ".join(ids[:_MOST_IDS]) + (" …" if len(ids) > _MOST_IDS else "")
    fact = Fact(kind, about, partner, f"upto {upto}", {"count": len(ids), "ids": shown})
    with transaction.atomic():
        outbox.queue_for(reader, fact, settings, now)
        told.upto = upto
        told.save(update_fields=["upto"])
    return True


def _trouble(error: VernixError) -> str:
    return error.message
