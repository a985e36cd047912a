"""One look at what there is to tell: facts gathered, mails made, mails handed to the mail server.

It never stops what the registry is there for: whatever fails here is written down and tried again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from vernix.custody.directory import Directory
from vernix.custody.identifiers import format_time, utc_now
from vernix.errors import FarSideRefused, RoadFailed, UsageError, VernixError
from vernix.registry.failpoints import reached
from vernix.registry.logs import log, place_of
from vernix.registry.notifying import outbox
from vernix.registry.notifying.facts import Fact, from_keys, from_state
from vernix.registry.notifying.news import tell_news
from vernix.registry.notifying.settings import Notifications
from vernix.registry.notifying.smtp import MailRefused, compose, connected, hand_over
from vernix.registry.numbering import gaps, spelled
from vernix.registry.workflow.models import State, Submission

_MOST_AT_ONCE = 50
_ON_ITS_WAY = timedelta(hours=1)
"""How long a file that others overtook may take before somebody is told by mail."""


def look(settings: Notifications, state: Mapping[str, Any], directory: Directory) -> None:
    """Make the mails that are due by what is so now, and hand over those that wait."""
    now = utc_now()
    made = sum(outbox.queue(fact, settings, now) for fact in _facts(state, directory, now))
    made += tell_news(settings, now)
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
    for gap in gaps(now):
        if now - gap.noticed > _ON_ITS_WAY:
            numbers = spelled([(gap.first, gap.last)])
            told = {"numbers": numbers, "series": gap.series, "time": format_time(gap.noticed)}
            mark = f"{gap.series} {gap.purpose} {gap.encounter} {numbers}"
            yield Fact("missing", "missing", gap.partner, mark, told)


def _trouble(error: VernixError) -> str:
    return error.message
