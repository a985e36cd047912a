"""A witness against a log that lies: told in one sentence, with both signed checkpoints kept."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.exchange_kit import ExchangeKit
from tests.lying_gateway import LyingGateway, Told
from tests.lying_log import LyingLog
from tests.partner_kit import everything_in, exchange_of

from vernix.courier.exchange import Exchange
from vernix.courier.witnessing import Caught, Seen, Witness
from vernix.custody import checkpoint
from vernix.custody.notes import Note
from vernix.custody.signatures import SigningKey
from vernix.errors import RoadFailed


@pytest.fixture
def log(gateway: LyingGateway) -> LyingLog:
    lying = LyingLog(gateway)
    lying.grow(300)
    return lying


class Watcher:
    """One member's witness."""

    def __init__(self, kit: ExchangeKit, log: LyingLog, who: str, folder: Path) -> None:
        self.folder = folder / who / "watch"
        self.exchange: Exchange = exchange_of(kit, who, folder / who)
        self._log = log
        self.witness = Witness(self.exchange, who, kit.members[who].key, self.folder)

    def look(self) -> Seen:
        return self.witness.look(self._log.log, self.exchange.refresh_directory())


@pytest.fixture
def watcher(kit: ExchangeKit, log: LyingLog, tmp_path: Path) -> Callable[[str], Watcher]:
    return lambda who: Watcher(kit, log, who, tmp_path)


def test_an_honest_log_is_believed_as_it_grows(log: LyingLog, watcher: Callable[[str], Watcher]) -> None:
    registry, lakeside = watcher("registry"), watcher("lakeside")
    for more in (0, 1, 0, 210, 1, 700):
        log.grow(more)
        assert registry.look().signed.size == len(log.leaves)
        seen = lakeside.look()
        assert seen.signed.size == len(log.leaves)
        assert seen.is_vouched_for(time.time())
    assert set(log.cosigned) == {"registry", "lakeside"}
    assert everything_in(lakeside.folder) == [f"seen-{log.key.key_id}.json"]


def test_who_else_watched_is_told(log: LyingLog, watcher: Callable[[str], Watcher]) -> None:
    watcher("registry").look()
    log.more_lines = [log.cosigned["registry"].line]
    assert watcher("lakeside").look().by == ("registry",)


def test_without_the_registry_nobody_vouches(log: LyingLog, watcher: Callable[[str], Watcher]) -> None:
    seen = watcher("lakeside").look()
    assert seen.registry_at is None
    assert not seen.is_vouched_for(time.time())
    watcher("registry").look()
    seen = watcher("lakeside").look()
    assert seen.is_vouched_for(time.time())
    assert not seen.is_vouched_for(time.time() + 400)


def rewrite_the_first(log: LyingLog) -> None:
    log.rewrite(0)
    log.grow(5)


def rewrite_one_in_the_middle(log: LyingLog) -> None:
    log.rewrite(260)
    log.grow(300)


def drop_one(log: LyingLog) -> None:
    del log.leaves[17]
    log.grow(5)


def add_one_before_the_end(log: LyingLog) -> None:
    log.leaves.insert(17, log.made("collect", 17, ("lakeside",)))


def cut_the_end(log: LyingLog) -> None:
    del log.leaves[-3:]


def roll_back_to_nothing(log: LyingLog) -> None:
    log.leaves.clear()


def fork(log: LyingLog) -> None:
    log.rewrite(299)


def stand_still(log: LyingLog) -> None:
    log.late = 61


def run_ahead(log: LyingLog) -> None:
    log.late = -120


def another_key(log: LyingLog) -> None:
    log.key = SigningKey.generate()


def another_origin(log: LyingLog) -> None:
    log.log = checkpoint.Log("elsewhere.example/log", log.key.verify_key)


def a_false_witness(log: LyingLog) -> None:
    line = log.cosigned["lakeside"].line
    spoilt = line.value[:-1] + bytes([line.value[-1] ^ 1])  # a set byte could be the one that stood there
    log.more_lines = [type(line)(line.name, line.key_id, spoilt)]


LIES = [
    (rewrite_the_first, "rewritten"),
    (rewrite_one_in_the_middle, "rewritten"),
    (drop_one, "rewritten"),
    (add_one_before_the_end, "rewritten"),
    (cut_the_end, "rolled-back"),
    (roll_back_to_nothing, "rolled-back"),
    (fork, "forked"),
    (stand_still, "frozen"),
    (run_ahead, "frozen"),
    (another_key, "forged"),
    (a_false_witness, "forged"),
]


@pytest.mark.parametrize(("lie", "kind"), LIES, ids=[lie.__name__ for lie, _ in LIES])
def test_a_lie_is_caught_and_stays_caught(
    log: LyingLog, watcher: Callable[[str], Watcher], lie: Callable[[LyingLog], None], kind: str
) -> None:
    lakeside = watcher("lakeside")
    lakeside.look()
    honest = log.log
    before = (lakeside.folder / f"seen-{log.key.key_id}.json").read_bytes()
    signed = log.cosigned["lakeside"]
    lie(log)
    for _ in range(2):
        with pytest.raises(Caught) as caught:
            lakeside.look()
        assert caught.value.kind == kind
        assert caught.value.exit_code == 3
    assert (lakeside.folder / f"seen-{honest.key.key_id}.json").read_bytes() == before, "belief is kept"
    assert log.cosigned["lakeside"] is signed, "a lie is not cosigned"
    if kind == "forged":
        return
    assert caught.value.evidence is not None
    evidence = json.loads(caught.value.evidence.read_text())
    assert evidence["kind"] == kind
    for name in ("before", "now"):
        honest.open(evidence[name].encode())  # the log itself signed both


def test_another_origin_is_another_log(log: LyingLog, watcher: Callable[[str], Watcher]) -> None:
    lakeside = watcher("lakeside")
    lakeside.look()
    known, directory = log.log, lakeside.exchange.refresh_directory()
    another_origin(log)
    with pytest.raises(Caught) as caught:
        lakeside.witness.look(known, directory)
    assert caught.value.kind == "forged"


def test_a_ledger_for_one_partner_alone_is_caught_at_its_first_look(
    log: LyingLog, watcher: Callable[[str], Watcher]
) -> None:
    watcher("registry").look()
    log.rewrite(5)
    log.grow(40)
    with pytest.raises(Caught) as caught:
        watcher("lakeside").look()
    assert caught.value.kind == "forked"
    assert "registry" in caught.value.message


@pytest.mark.parametrize("content", [b"", b"\0" * 32, b"\0" * 8192], ids=len)
def test_a_log_that_cannot_show_its_tiles_is_not_believed(
    gateway: LyingGateway, log: LyingLog, watcher: Callable[[str], Watcher], content: bytes
) -> None:
    lakeside = watcher("lakeside")
    lakeside.look()
    log.grow(5)
    gateway.lie("tile", lambda _asked, _told: Told(200, content))
    with pytest.raises(Caught):
        lakeside.look()
    gateway.honest()
    assert lakeside.look().signed.size == 305, "the belief that was kept goes on"


def test_a_road_that_fails_is_no_lie(
    gateway: LyingGateway, log: LyingLog, watcher: Callable[[str], Watcher]
) -> None:
    lakeside = watcher("lakeside")
    lakeside.look()
    gateway.block("checkpoint", 503)
    with pytest.raises(RoadFailed):
        lakeside.look()
    assert everything_in(lakeside.folder) == [f"seen-{log.key.key_id}.json"]


def test_killed_before_the_cosignature_goes_out_nothing_is_signed_twice(
    gateway: LyingGateway, log: LyingLog, watcher: Callable[[str], Watcher]
) -> None:
    lakeside = watcher("lakeside")
    gateway.block("cosign", 503)
    with pytest.raises(RoadFailed):
        lakeside.look()
    gateway.honest()
    log.rewrite(3)  # the state was kept before it was signed, so that this is noticed
    with pytest.raises(Caught):
        lakeside.look()
    assert log.cosigned == {}


def test_what_a_witness_signs_is_the_checkpoint_it_saw(
    kit: ExchangeKit, log: LyingLog, watcher: Callable[[str], Watcher]
) -> None:
    seen = watcher("lakeside").look()
    note = Note(seen.signed.note.text, (log.cosigned["lakeside"].line,))
    key = log.log.witness_key("lakeside", kit.members["lakeside"].key.verify_key)
    at = checkpoint.cosigned_at(note, key)
    assert at is not None
    assert abs(at - time.time()) < 10
