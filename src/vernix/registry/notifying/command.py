"""``vernix-registry notify``: who is told of what, what waits, and whether the mail server takes a mail."""

from __future__ import annotations

from typing import Any

from vernix.console import print_json, say
from vernix.custody.identifiers import new_id, utc_now
from vernix.errors import UsageError
from vernix.registry.notifying.facts import Fact
from vernix.registry.notifying.settings import Notifications, read_settings
from vernix.registry.notifying.smtp import compose, connected, hand_over
from vernix.registry.notifying.words import body, subject
from vernix.registry.options import Data, Json
from vernix.registry.settings import find_folder, open_workflow


def notify(*, test: bool = False, data: Data = None, json: Json = False) -> None:
    """Say who is told by e-mail of what, and which mails wait; run sends them.

    Parameters
    ----------
    test
        Send every reader a mail that says that it is a test, now.
    """
    folder = find_folder(data)
    folder.profile()
    settings = read_settings(folder.notifications)
    if settings is None:
        raise UsageError(
            "There is no notifications.toml in the data folder, so nobody is told by e-mail.",
            hint="docs/how-to/send-notifications.md shows one.",
        )
    sent = _test(settings) if test else 0
    open_workflow(folder)
    waiting = outbox_document()
    if json:
        print_json({"outbox": waiting, "readers": len(settings.readers), "tests_sent": sent})
        return
    for reader in settings.readers:
        say(f"{reader.address}: {', '.join(sorted(reader.kinds))} ({reader.partner or 'all partners'})")
    say(f"Mails: {waiting['sent']} sent, {waiting['waiting']} wait, {waiting['given_up']} given up.")
    if waiting["trouble"]:
        say(f"The last trouble: {waiting['trouble']}")
    if test:
        say(f"{sent} tests were taken by the mail server.")


def outbox_document() -> dict[str, Any]:
    """How the mails stand: counts, and the last trouble in our own words."""
    from vernix.registry.workflow.models import Mail

    waiting = Mail.objects.filter(sent_at=None, given_up=False)
    given_up = Mail.objects.filter(given_up=True)
    troubled = (waiting | given_up).exclude(trouble="").order_by("-created_at").first()
    return {
        "sent": Mail.objects.exclude(sent_at=None).count(),
        "waiting": waiting.count(),
        "given_up": given_up.count(),
        "trouble": None if troubled is None else troubled.trouble,
    }


def _test(settings: Notifications) -> int:
    """One test mail to each address."""
    fact = Fact("test", "test", "", "", {})
    addresses = sorted({reader.address for reader in settings.readers})
    with connected(settings.server) as smtp:
        for address in addresses:
            number = new_id().replace("-", "")
            text = body(fact, None)
            hand_over(smtp, compose(settings.server, address, subject(fact), text, number, utc_now()))
    return len(addresses)
