"""Mailboxes: what waits for a partner, numbered per partner, so that nobody can count another's post."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, String, bindparam, case, delete, insert, select

from vernix.gateway.database import upsert
from vernix.gateway.limits import Limits
from vernix.gateway.statements import Statement
from vernix.gateway.tables import ADDRESSEES, DELIVERIES, MAILBOX, MAILBOX_HEADS

DELIVERY = "delivery"
DROP = "drop"
RECEIPT = "receipt"
READ = "read"
RECALL = "recall"

# Built once: every delivery is put into mailboxes, and to build them takes longer than to run them.
_NEXT = Statement(
    lambda dialect: upsert(dialect, MAILBOX_HEADS).on_conflict_do_update(
        index_elements=["partner"], set_={"head": MAILBOX_HEADS.c.head + 1}
    )
)
_ADD = Statement(
    insert(MAILBOX).from_select(
        ["partner", "seq", "kind", "delivery", "addressee"],
        select(
            MAILBOX_HEADS.c.partner,
            MAILBOX_HEADS.c.head,
            *(bindparam(name, type_=String) for name in ("kind", "delivery", "addressee")),
        ).where(MAILBOX_HEADS.c.partner == bindparam("who")),
    )
)

_TICK = 0.05
"""Seconds between two looks at the database while somebody waits; other processes post there too."""


@dataclass(frozen=True)
class Entry:
    """One thing in a mailbox. ``envelope`` is the signed document, as its sender spelled it; of a drop what
    the gateway itself says."""

    seq: int
    kind: str
    envelope: bytes


def put(connection: Connection, partner: str, kind: str, delivery: str, addressee: str) -> None:
    """Add an entry at the end of ``partner``'s mailbox; it is seen when the transaction stands."""
    # The row is locked from here to the commit, so numbers appear in the order of their commits.
    _NEXT.run(connection, {"partner": partner, "head": 1})
    _ADD.run(connection, {"who": partner, "kind": kind, "delivery": delivery, "addressee": addressee})


def take_out(connection: Connection, partner: str, delivery: str) -> None:
    """Remove a delivery that ``partner`` has signed for, or that was taken back."""
    entry = (MAILBOX.c.partner == partner) & (MAILBOX.c.delivery == delivery)
    waiting = MAILBOX.c.kind.in_((DELIVERY, DROP))
    connection.execute(delete(MAILBOX).where(entry, waiting))


def page(connection: Connection, partner: str, after: int, limits: Limits) -> list[Entry]:
    """Entries numbered above ``after``, in order: as many as a page may have, and one at least if any."""
    mine = (MAILBOX.c.partner == partner) & (MAILBOX.c.seq > after)
    receipt = (ADDRESSEES.c.delivery == MAILBOX.c.delivery) & (ADDRESSEES.c.partner == MAILBOX.c.addressee)
    letter = case(
        (MAILBOX.c.kind.in_((DELIVERY, DROP)), DELIVERIES.c.envelope),
        (MAILBOX.c.kind == RECEIPT, ADDRESSEES.c.receipt),
        (MAILBOX.c.kind == READ, ADDRESSEES.c.read_receipt),
        else_=DELIVERIES.c.recall,
    )
    query = (
        select(MAILBOX.c.seq, MAILBOX.c.kind, letter.label("envelope"))
        .join(DELIVERIES, DELIVERIES.c.id == MAILBOX.c.delivery)
        .join(ADDRESSEES, receipt)
        .where(mine)
        .order_by(MAILBOX.c.seq)
        .limit(limits.mailbox_page)
    )
    entries: list[Entry] = []
    left = limits.mailbox_bytes
    with connection.execute(query) as rows:
        for row in rows:
            entry = Entry(row.seq, row.kind, bytes(row.envelope))
            left -= len(entry.envelope)
            if entries and left < 0:
                break
            entries.append(entry)
    return entries


def heads(connection: Connection, partners: Iterable[str]) -> dict[str, int]:
    """The last number given in each of these mailboxes (0 for one that never had anything)."""
    found = dict.fromkeys(partners, 0)
    query = select(MAILBOX_HEADS).where(MAILBOX_HEADS.c.partner.in_(found))
    found.update({row.partner: row.head for row in connection.execute(query)})
    return found


class Watch:
    """Wakes who waits for post. One look at the database per tick and process, however many wait.

    ``read_heads`` asks for the heads of some mailboxes in a thread.
    """

    def __init__(self, read_heads: Callable[[frozenset[str]], Awaitable[Mapping[str, int]]]) -> None:
        self._read_heads = read_heads
        self._waiting: dict[asyncio.Event, tuple[str, int]] = {}
        self._watcher: asyncio.Task[None] | None = None
        self._posted = asyncio.Event()
        self._closed = False

    def posted(self) -> None:
        """Somebody posted in this process: look now."""
        self._posted.set()

    async def wait(self, partner: str, head: int, seconds: float) -> None:
        """Come back when ``partner``'s mailbox has gone beyond ``head``, or after ``seconds``."""
        if self._closed:
            return
        wake = asyncio.Event()
        self._waiting[wake] = (partner, head)
        if self._watcher is None or self._watcher.done():
            self._watcher = asyncio.create_task(self._watch())
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await wake.wait()
        finally:
            del self._waiting[wake]

    def close(self) -> None:
        """Let everybody go: the program is about to stop."""
        self._closed = True
        for wake in self._waiting:
            wake.set()

    async def _watch(self) -> None:
        while self._waiting:
            self._posted.clear()
            found = await self._read_heads(frozenset(partner for partner, _ in self._waiting.values()))
            for wake, (partner, head) in self._waiting.items():
                if found.get(partner, 0) > head:
                    wake.set()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_TICK):
                    await self._posted.wait()
