"""The mails that are to go: rows made once, sent until the mail server has taken them.

A row's key is made of what it tells to whom, so that the same fact is told once, however often it is seen
and whatever is killed. Between the mail server's yes and our commit a kill may send a mail twice; it then
bears the same Message-ID, by which mail systems know it.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from vernix.registry.notifying.facts import Fact
from vernix.registry.notifying.settings import Notifications, Reader
from vernix.registry.notifying.words import body, subject
from vernix.registry.workflow.models import Mail

GIVE_UP_AFTER = timedelta(days=3)
FORGET_AFTER = timedelta(days=90)
_LONGEST_PAUSE = timedelta(hours=2)
_OFTEN = ("delivery", "receipt", "refused")
"""Kinds that could come with every delivery or request; between two mails about them there is quiet."""


def queue(fact: Fact, settings: Notifications, now: datetime) -> int:
    """Make a mail for each reader who wants to know and has not been told; how many were made."""
    readers = [
        reader
        for reader in settings.readers
        if fact.kind in reader.kinds and reader.partner in (None, fact.partner)
    ]
    return sum(queue_for(reader, fact, settings, now) for reader in readers)


def queue_for(reader: Reader, fact: Fact, settings: Notifications, now: datetime) -> bool:
    """Make one reader's mail about a fact; False where it exists, or must keep quiet for now."""
    key = _key(reader, fact)
    if Mail.objects.filter(key=key).exists():
        return False
    if is_quiet(reader, fact.kind, fact.partner, settings, now):
        return False
    Mail.objects.create(
        key=key,
        kind=fact.kind,
        partner=fact.partner,
        address=reader.address,
        subject=subject(fact),
        body=body(fact, settings.labels.get(fact.partner)),
        created_at=now,
    )
    return True


def is_quiet(reader: Reader, kind: str, partner: str, settings: Notifications, now: datetime) -> bool:
    """Whether this reader was told of this kind a moment ago, and it is one that comes often."""
    if kind not in _OFTEN:
        return False
    recent = now - timedelta(minutes=settings.quiet_minutes)
    mine = Mail.objects.filter(address=reader.address, kind=kind, partner=partner)
    return mine.filter(created_at__gt=recent).exists()


def due(now: datetime) -> list[Mail]:
    """Mails to try now, oldest first."""
    waiting = Mail.objects.filter(sent_at=None, given_up=False).order_by("created_at", "key")
    return [mail for mail in waiting if mail.not_before is None or mail.not_before <= now]


def sent(mail: Mail, now: datetime) -> None:
    """The mail server has taken it."""
    mail.sent_at, mail.trouble = now, ""
    mail.save(update_fields=["sent_at", "trouble"])


def failed(mail: Mail, trouble: str, now: datetime, *, for_good: bool) -> None:
    """It was not taken: later again, longer each time; never again if ``for_good`` or after three days."""
    mail.attempts += 1
    mail.trouble = trouble[:120]
    mail.not_before = now + min(timedelta(seconds=30 * 2 ** min(mail.attempts, 12)), _LONGEST_PAUSE)
    mail.given_up = for_good or now - mail.created_at > GIVE_UP_AFTER
    mail.save(update_fields=["attempts", "trouble", "not_before", "given_up"])


def forget_old(now: datetime) -> None:
    """Drop mails that were dealt with long ago."""
    Mail.objects.filter(created_at__lt=now - FORGET_AFTER).delete()


def _key(reader: Reader, fact: Fact) -> str:
    parts = (reader.address, reader.partner or "", fact.kind, fact.about, fact.partner, fact.mark)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
