"""What went where, what waits, what was refused: from the gateway's own events, over a real gateway."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.exchange_kit import ExchangeKit, RunningGateway
from tests.journey_kit import run_program
from tests.lying_gateway import LyingGateway, Told
from tests.lying_log import LyingLog
from tests.registry.conftest import Hospital, work

from vernix.courier.exchange import Exchange
from vernix.custody.canonical import encode
from vernix.custody.checkpoint import Log, SignedCheckpoint
from vernix.custody.event import ANNOUNCE, COLLECT, DELETE, RECALL, RECEIPT, REFUSE, Event
from vernix.custody.identifiers import new_id
from vernix.custody.signatures import SigningKey
from vernix.errors import NotProven
from vernix.registry.transfers import Refusal, Total, Transfer, refusals, totals, transfers
from vernix.registry.unlocked import Registry

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ONE, TWO = new_id(), new_id()


def at(minutes: int) -> datetime:
    return NOON + timedelta(minutes=minutes)


EVENTS = [
    Event(ANNOUNCE, at(0), ("lakeside", "registry", "riverside"), actor="riverside", delivery=ONE, size=900),
    Event(ANNOUNCE, at(1), ("registry", "riverside"), actor="registry", delivery=TWO, size=50),
    Event(COLLECT, at(2), ("registry", "riverside"), actor="registry", delivery=ONE, part=0, size=900),
    Event(COLLECT, at(3), ("registry", "riverside"), actor="registry", delivery=ONE, part=0, size=900),
    Event(RECEIPT, at(5), ("registry", "riverside"), actor="registry", delivery=ONE, outcome="accepted"),
    Event(REFUSE, at(6), ("lakeside",), actor="lakeside", route="begin-upload", outcome="TooOften"),
    Event(DELETE, at(7), ("lakeside", "registry", "riverside"), delivery=ONE, outcome="expired"),
]
FOLDED = [
    Transfer(ONE, "riverside", "lakeside", 900, at(0), None, at(7), "expired"),
    Transfer(ONE, "riverside", "registry", 900, at(0), at(2), at(5), "accepted"),
    Transfer(TWO, "registry", "riverside", 50, at(1)),
]


def test_events_fold_into_transfers() -> None:
    assert list(transfers(EVENTS)) == FOLDED
    assert [each.seconds for each in FOLDED] == [420, 300, None]
    assert list(refusals(EVENTS)) == [Refusal(at(6), "lakeside", "begin-upload", "TooOften")]


def test_what_was_taken_back_ends_as_recalled() -> None:
    both = ("registry", "riverside")
    events = [
        Event(ANNOUNCE, at(0), both, actor="riverside", delivery=ONE, size=900),
        Event(RECALL, at(1), both, actor="riverside", delivery=ONE),
        Event(DELETE, at(1), both, delivery=ONE, outcome="recalled"),
    ]
    assert list(transfers(events)) == [
        Transfer(ONE, "riverside", "registry", 900, at(0), None, at(1), "recalled")
    ]


def test_totals_count_a_delivery_once_for_its_sender() -> None:
    assert totals(FOLDED, refusals(EVENTS)) == [
        Total("lakeside", addressed=1, addressed_bytes=900, refused=1),
        Total("registry", sent=1, sent_bytes=50, addressed=1, addressed_bytes=900),
        Total("riverside", sent=1, sent_bytes=900, addressed=1, addressed_bytes=50, waiting=1),
    ]


@pytest.fixture
def running(kit: ExchangeKit, registry: Registry) -> Iterator[RunningGateway]:
    """A real gateway beside the registry."""
    assert registry.folder.root == kit.folder
    with kit.running() as gateway:
        yield gateway


def report(kit: ExchangeKit, *words: str) -> str:
    ended = run_program("vernix-registry", "transfers", *words, "--data", kit.folder)
    assert ended.code == 0, ended.err
    return ended.out


def rows(kit: ExchangeKit, *words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(report(kit, *words, "--format", "json"))["rows"]
    return found


def test_the_reports_over_a_real_gateway(
    kit: ExchangeKit, running: RunningGateway, registry: Registry
) -> None:
    from vernix.registry.workflow.models import Activity

    part = kit.seal(b"CANARY: a submission")
    delivery = running.deliver(part)
    waiting = running.deliver(kit.seal(b"for riverside", to="riverside"), sender="registry", to=["riverside"])
    assert running.signed("registry", "GET", f"/deliveries/{delivery.id}/parts/0").status == 200
    envelope = kit.receipt(delivery, result="received").sign(kit.members["registry"].key).encode()
    assert running.signed("registry", "POST", "/receipts", envelope).status == 201
    assert running.signed("lakeside", "GET", f"/deliveries/{delivery.id}/parts/0").status == 404
    exchange = registry.exchange()
    log = exchange.log_key()
    assert take(exchange, log) > 0
    assert take(exchange, log) == 0, "each is taken once"
    known = Activity.objects.count()

    made = {row["delivery"]: row for row in rows(kit)}
    assert made[delivery.id]["outcome"] == "received"
    assert made[delivery.id]["size"] == len(part.content)
    assert made[delivery.id]["collected"] is not None
    assert made[delivery.id]["seconds"] >= 0
    assert [row["delivery"] for row in rows(kit, "waiting")] == [waiting.id]
    assert [row["delivery"] for row in rows(kit, "--outcome", "received")] == [delivery.id]
    assert rows(kit, "--since", "2100-01-01") == []
    (refused,) = rows(kit, "refused")
    assert (refused["partner"], refused["route"], refused["error"]) == ("lakeside", "part", "NotFound")
    assert rows(kit, "refused", "--partner", "riverside") == []
    mistyped = run_program("vernix-registry", "transfers", "--partner", "riverbank", "--data", kit.folder)
    assert (mistyped.code, "no partner of that id" in mistyped.err) == (2, True)
    sums = {row["partner"]: row for row in rows(kit, "totals")}
    assert sums["riverside"]["sent"] == 1
    assert sums["riverside"]["waiting"] == 1
    assert sums["lakeside"]["refused"] == 1

    table = list(csv.DictReader(io.StringIO(report(kit, "--format", "csv"))))
    assert {row["delivery"] for row in table} == {delivery.id, waiting.id}
    shown = report(kit)
    assert shown.splitlines()[0].split() == list(FIRST_LINE)
    assert "CANARY" not in shown
    running.kill()
    assert Activity.objects.count() == known, "what was read stays, whatever becomes of the gateway"
    assert rows(kit, "waiting")


def test_an_event_far_ahead_hides_none_before_it(registry: Registry, gateway: LyingGateway) -> None:
    from vernix.registry.workflow.models import Activity

    log, exchange = LyingLog(gateway), registry.exchange()
    log.grow(3)
    log.leaves.append(log.made("collect", 1 << 53, ["riverside"]))
    assert work(registry) == 0, "the rest goes on"
    assert Activity.objects.count() == 3
    log.leaves.pop()
    log.tell("collect")
    assert take(exchange, log.log) == 1


def test_an_event_that_is_left_out_is_missed(registry: Registry, gateway: LyingGateway) -> None:
    from vernix.registry.workflow.models import Activity

    log, exchange = LyingLog(gateway), registry.exchange()
    log.grow(3)
    page = encode({"events": [log.leaves[0].to_object(), log.leaves[2].to_object()]})
    gateway.lie("events", lambda _asked, _told: Told(200, page))
    assert work(registry) == 0, "the rest goes on"
    with pytest.raises(NotProven, match="do not follow"):
        take(exchange, log.log)
    assert Activity.objects.count() == 0
    gateway.honest()
    assert take(exchange, log.log) == 3


def test_another_ledger_is_read_from_its_first_event(registry: Registry, gateway: LyingGateway) -> None:
    from vernix.registry.activity import of_refusals
    from vernix.registry.workflow.models import Activity

    log, exchange = LyingLog(gateway), registry.exchange()
    log.tell(REFUSE, ["lakeside"], actor="lakeside", route="part", outcome="NotFound")
    log.grow(3)
    assert take(exchange, log.log) == 4
    begin_anew(log)
    log.tell(REFUSE, ["riverside"], actor="riverside", route="part", outcome="NotFound")
    assert take(exchange, log.log) == 1
    assert Activity.objects.count() == 5, "what was read of the first stays"
    assert [each.partner for each in refusals(of_refusals(None, None))] == ["lakeside", "riverside"]


def test_an_event_that_is_not_in_the_ledger_is_not_kept(registry: Registry, gateway: LyingGateway) -> None:
    from vernix.registry.workflow.models import Activity

    log, exchange = LyingLog(gateway), registry.exchange()
    log.grow(600)
    seen = log.log.open(exchange.checkpoint())
    truth = log.leaves[520]
    log.tell("collect")
    log.leaves[520] = log.made(REFUSE, 520, ["lakeside"], actor="lakeside", route="part", outcome="NotFound")
    told, log.leaves = list(log.leaves), [*log.leaves[:520], truth, *log.leaves[521:]]
    page = encode({"events": [leaf.to_object() for leaf in told[500:]]})
    gateway.lie("events", lambda asked, told: Told(200, page) if asked.query == "after=500" else told)
    with pytest.raises(NotProven, match="does not lead"):
        take(exchange, log.log, seen)
    assert Activity.objects.count() == 500, "the page before it is the ledger's"
    gateway.honest()
    assert take(exchange, log.log, seen) == 100, "and what was watched no further than to here"


def test_a_ledger_that_nobody_has_accepted_is_not_kept_under_the_old_key(
    registry: Registry, gateway: LyingGateway
) -> None:
    from vernix.registry.workflow.models import Activity

    log = LyingLog(gateway)
    log.grow(3)
    assert work(registry) == 0
    assert Activity.objects.count() == 3
    pinned = registry.folder.log_file.read_bytes()
    begin_anew(log)
    log.grow(9)
    assert work(registry) == 0
    assert registry.folder.log_file.read_bytes() == pinned
    assert Activity.objects.count() == 3


def take(exchange: Exchange, log: Log, seen: SignedCheckpoint | None = None) -> int:
    """Take the events under a checkpoint; under the newest where none is named."""
    from vernix.registry.activity import take_events

    return take_events(exchange, log.key.to_text(), seen or log.open(exchange.checkpoint()))


def begin_anew(log: LyingLog) -> None:
    """An empty ledger under another key."""
    log.leaves, log.key = [], SigningKey.generate()
    log.log = Log(log.log.origin, log.key.verify_key)


FIRST_LINE = (
    "delivery", "sender", "addressee", "size", "sent", "collected", "ended", "outcome", "seconds",
    "purpose",
)  # fmt: skip


def test_a_registry_that_runs_takes_the_events(
    kit: ExchangeKit, running: RunningGateway, registry: Registry, hospital_of: Hospital
) -> None:
    from tests.registry.conftest import GOOD

    assert running.process is not None
    delivery = hospital_of.send(GOOD)
    assert work(registry) == 0
    (row,) = (row for row in rows(kit) if row["delivery"] == delivery)
    assert row["outcome"] == "accepted"


@pytest.fixture
def hospital_of(kit: ExchangeKit, running: RunningGateway, tmp_path: Any) -> Hospital:
    """A hospital at the real gateway."""
    assert running.process is not None
    return Hospital(kit, tmp_path)
