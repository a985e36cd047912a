"""The ledger: an event for everything that happens, proven to those whom it concerns, and never changed."""

from __future__ import annotations

import hashlib
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select
from tests.exchange_kit import ExchangeKit, Reply, RunningGateway

from vernix.custody import checkpoint, merkle
from vernix.custody.checkpoint import Checkpoint, Log
from vernix.custody.delivery import Delivery
from vernix.custody.event import Event
from vernix.custody.fields import from_base64
from vernix.custody.identifiers import utc_now
from vernix.custody.notes import Note
from vernix.custody.read_receipt import ReadReceipt
from vernix.custody.recall import Recall
from vernix.custody.signatures import SigningKey
from vernix.custody.tiles import Tile, TileReader
from vernix.custody.tree import leaf_hash, tree_head
from vernix.errors import KeeperFailed, NotFound, NotProven
from vernix.gateway import ledger, telling
from vernix.gateway.authentication import Caller
from vernix.gateway.checkpoints import found_log
from vernix.gateway.database import Database, sqlite_url
from vernix.gateway.directory import found_mirror
from vernix.gateway.events import page
from vernix.gateway.settings import Settings
from vernix.gateway.tables import COLLECTED, DELIVERIES, EVENTS, LEDGER_NODES

AT = datetime(2026, 3, 1, tzinfo=UTC)


def fill(database: Database, count: int) -> list[bytes]:
    """Append ``count`` events, and return every leaf."""
    with database.writing() as connection:
        for number in range(count):
            concerned = ("*",) if number % 7 == 0 else ("lakeside", "riverside")
            ledger.append(connection, Event("collect", AT, concerned, actor="lakeside", size=number))
    with database.reading() as connection:
        return [
            bytes(leaf) for leaf in connection.execute(select(EVENTS.c.leaf).order_by(EVENTS.c.seq)).scalars()
        ]


# By itself


def test_what_is_appended_has_the_head_of_the_whole_tree(database: Database) -> None:
    for count in (0, 1, 1, 5, 249, 1, 300):
        leaves = fill(database, count)
        with database.reading() as connection:
            assert ledger.head(connection) == (len(leaves), tree_head(leaves))
            for size in {0, 1, len(leaves) // 2, max(0, len(leaves) - 1)} & set(range(len(leaves) + 1)):
                assert ledger.head(connection, size) == (size, tree_head(leaves[:size]))


def test_only_hashes_over_full_tiles_are_kept(database: Database) -> None:
    leaves = fill(database, 600)
    with database.reading() as connection:
        kept = connection.execute(select(LEDGER_NODES)).all()
        assert [(row.level, row.number) for row in kept] == [(8, 0), (8, 1)]
        assert [bytes(row.hash) for row in kept] == [tree_head(leaves[:256]), tree_head(leaves[256:512])]
        assert ledger.tile(connection, Tile(0, 2, 88)) == b"".join(leaves[512:])
        assert ledger.tile(connection, Tile(1, 0, 2)) == bytes(kept[0].hash) + bytes(kept[1].hash)
        for missing in (Tile(0, 2, 89), Tile(0, 3, 1), Tile(1, 0, 3), Tile(2, 0, 1)):
            with pytest.raises(NotFound):
                ledger.tile(connection, missing)


def test_every_proof_comes_out_of_the_tiles(database: Database) -> None:
    leaves = fill(database, 520)
    places = [(0, 1), (255, 255), (256, 256), (257, 511), (511, 512), (512, 513), (519, 519)]
    with database.reading() as connection:
        reader = TileReader(520, lambda wanted: ledger.tile(connection, wanted))
        for index, old in places:
            path = merkle.inclusion(index, 520, reader)
            merkle.check_inclusion(leaves[index], index, 520, path, tree_head(leaves))
            proof = merkle.consistency(old, 520, reader)
            merkle.check_consistency(old, 520, tree_head(leaves[:old]), tree_head(leaves), proof)


def test_many_writers_leave_no_gap(database: Database) -> None:
    def append() -> None:
        for _ in range(20):
            with database.writing() as connection:
                ledger.append(connection, Event("collect", AT, ("lakeside",)))

    writers = [threading.Thread(target=append) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(fill(database, 0)) == 80
    with database.reading() as connection:
        assert list(connection.execute(select(EVENTS.c.seq).order_by(EVENTS.c.seq)).scalars()) == list(
            range(80)
        )
        assert ledger.head(connection) == (80, tree_head(fill(database, 0)))


def test_an_event_stands_or_falls_with_what_it_tells(database: Database) -> None:
    fill(database, 3)

    def fail() -> None:
        with database.writing() as connection:
            ledger.append(connection, Event("collect", AT, ("lakeside",)))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with database.reading() as connection:
        assert ledger.size(connection) == 3
    assert len(fill(database, 1)) == 4


def test_events_come_back_as_they_were_told(database: Database, kit: ExchangeKit) -> None:
    fill(database, 9)
    entries = {partner.id: partner for partner in kit.directory.partners}
    with database.reading() as connection:
        seen = {
            name: page(connection, Caller("key", entries[name]), 0)
            for name in ("lakeside", "riverside", "registry")
        }
        assert [leaf.index for leaf in seen["registry"]] == list(range(9))
        assert [leaf.index for leaf in page(connection, Caller("key", entries["registry"]), 5)] == [
            5,
            6,
            7,
            8,
        ]
        leaves = connection.execute(select(EVENTS.c.leaf).order_by(EVENTS.c.seq)).scalars().all()
    assert seen["lakeside"] == seen["registry"]
    assert [leaf.event.leaf(leaf.salt) for leaf in seen["registry"]] == [bytes(leaf) for leaf in leaves]


def test_a_salt_is_needed_to_know_a_leaf() -> None:
    event = Event("collect", AT, ("lakeside",))
    assert len({event.leaf(bytes([number]) * 16) for number in range(20)}) == 20
    assert leaf_hash(event.to_bytes()) not in {event.leaf(bytes(16))}


def test_the_log_key_is_private_and_belongs_to_its_database(tmp_path: Path) -> None:
    kit = ExchangeKit(tmp_path)
    settings = Settings.for_folder(kit.data)
    settings.data.mkdir(mode=0o700)
    mirror = found_mirror(settings, kit.public)
    database = Database(settings.database_url)
    database.upgrade()
    found_log(settings, database, mirror)
    assert settings.log_key.stat().st_mode & 0o777 == 0o600
    before = settings.log_key.read_bytes()
    found_log(settings, database, mirror)
    assert settings.log_key.read_bytes() == before
    settings.log_key.unlink()
    with pytest.raises(KeeperFailed, match="another key"):
        found_log(settings, database, mirror)
    database.close()


# Through the gateway


def log_of(gateway: RunningGateway) -> Log:
    log = Log.from_object(gateway.request("GET", "/log/key").json)
    assert log is not None
    return log


def newest(gateway: RunningGateway) -> checkpoint.SignedCheckpoint:
    return log_of(gateway).open(gateway.request("GET", "/log/checkpoint").body)


def tiles_of(gateway: RunningGateway, size: int) -> TileReader:
    return TileReader(size, lambda wanted: gateway.request("GET", f"/log/tile/{wanted.path}").body)


def check_leaves(gateway: RunningGateway, reply: Reply) -> list[tuple[int, Event]]:
    """Events of an answer, each proven to be in the ledger."""
    assert reply.status == 200, reply.body
    signed = newest(gateway)
    reader, found = tiles_of(gateway, signed.size), []
    for each in reply.json["events"]:
        event = Event.from_object(each["event"])
        leaf, index = event.leaf(from_base64(each["salt"])), each["index"]
        path = merkle.inclusion(index, signed.size, reader)
        merkle.check_inclusion(leaf, index, signed.size, path, signed.checkpoint.root)
        found.append((index, event))
    return found


def told(gateway: RunningGateway, who: str, delivery: Delivery) -> list[Event]:
    reply = gateway.signed(who, "GET", f"/deliveries/{delivery.id}/events")
    return [event for _, event in check_leaves(gateway, reply)]


def collect(gateway: RunningGateway, delivery: Delivery, asked: str | None = None) -> Reply:
    headers = {"Range": asked} if asked else {}
    return gateway.signed("registry", "GET", f"/deliveries/{delivery.id}/parts/0", headers=headers)


def sign_for(gateway: RunningGateway, delivery: Delivery) -> bytes:
    envelope = gateway.kit.receipt(delivery).sign(gateway.kit.members["registry"].key).encode()
    assert gateway.signed("registry", "POST", "/receipts", envelope).status == 201
    return envelope


def test_a_read_receipt_is_told(gateway: RunningGateway) -> None:
    delivery = gateway.deliver(gateway.kit.seal(b"births"))
    sign_for(gateway, delivery)
    read = ReadReceipt(delivery.id, "registry", "riverside", utc_now())
    envelope = read.sign(gateway.kit.members["registry"].key).encode()
    for status in (201, 200):  # once, however often it is posted
        assert gateway.signed("registry", "POST", "/read-receipts", envelope).status == status
    (event,) = [event for event in told(gateway, "riverside", delivery) if event.kind == "read"]
    assert (event.actor, event.concerned) == ("registry", ("registry", "riverside"))
    assert event.digest == hashlib.sha256(envelope).hexdigest()


def test_a_recall_is_told_before_the_bytes_go(gateway: RunningGateway) -> None:
    delivery = gateway.deliver(gateway.kit.seal(b"births"))
    envelope = Recall(delivery.id, "riverside", utc_now()).sign(gateway.kit.members["riverside"].key).encode()
    for status in (201, 200):
        assert gateway.signed("riverside", "POST", "/recalls", envelope).status == status
    _, taken_back, gone = told(gateway, "registry", delivery)
    assert (taken_back.kind, taken_back.actor) == ("recall", "riverside")
    assert taken_back.digest == hashlib.sha256(envelope).hexdigest()
    assert (gone.kind, gone.outcome) == ("delete", "recalled")


def test_the_life_of_a_delivery_is_told_and_proven(gateway: RunningGateway) -> None:
    part = gateway.kit.seal(b"births")
    delivery = gateway.deliver(part)
    assert collect(gateway, delivery).status == 200
    receipt = sign_for(gateway, delivery)
    announce, whole, received, gone = told(gateway, "riverside", delivery)
    assert {event.delivery for event in (announce, whole, received, gone)} == {delivery.id}
    size = len(part.content)
    assert (announce.kind, announce.actor, announce.size) == ("announce", "riverside", size)
    envelope = delivery.sign(gateway.kit.members["riverside"].key).encode()
    assert announce.digest == hashlib.sha256(envelope).hexdigest()
    assert (whole.kind, whole.actor, whole.size, whole.part) == ("collect", "registry", size, 0)
    assert (received.kind, received.actor, received.outcome) == ("receipt", "registry", "received")
    assert received.digest == hashlib.sha256(receipt).hexdigest()
    assert (gone.kind, gone.actor, gone.size, gone.outcome) == ("delete", None, size, "received")
    mine = check_leaves(gateway, gateway.signed("riverside", "GET", "/log/events"))
    upload = next(event for _, event in mine if event.upload == delivery.parts[0].upload)
    assert (upload.kind, upload.size, upload.digest) == ("upload", size, part.digest)


def test_repeating_a_request_tells_nothing_twice(gateway: RunningGateway) -> None:
    delivery = gateway.deliver(gateway.kit.seal(b"births"))
    envelope = delivery.sign(gateway.kit.members["riverside"].key).encode()
    assert gateway.signed("riverside", "POST", "/deliveries", envelope).status == 200
    receipt = sign_for(gateway, delivery)
    assert gateway.signed("registry", "POST", "/receipts", receipt).status == 200
    assert [event.kind for event in told(gateway, "riverside", delivery)] == ["announce", "receipt", "delete"]


def test_asking_again_and_again_does_not_grow_the_ledger(gateway: RunningGateway) -> None:
    part = gateway.kit.seal(b"births")
    delivery = gateway.deliver(part)
    for first in range(20):
        assert collect(gateway, delivery, f"bytes={first}-{first}").status == 206
    assert collect(gateway, delivery).status == 200
    announce, once = told(gateway, "riverside", delivery)
    assert (announce.kind, once.kind, once.size) == ("announce", "collect", len(part.content)), (
        "one byte stands for the whole part"
    )


def test_each_addressee_is_told_of_once_an_hour_for_each_part(database: Database) -> None:
    asked = [("registry", 0, 0), ("registry", 0, 3599), ("registry", 1, 5), ("lakeside", 0, 9)]
    delivery = {
        "id": "d",
        "sender": "riverside",
        "envelope": b"",
        "state": "waiting",
        "posted": 0,
        "expires": 0,
    }
    with database.writing() as connection:
        connection.execute(DELIVERIES.insert().values(delivery))
        for who, part in {(who, part) for who, part, _ in asked}:
            connection.execute(COLLECTED.insert().values(delivery="d", number=part, partner=who))
        for who, part, seconds in [*asked, ("registry", 0, 3600), ("registry", 0, 7199)]:
            telling.collected(connection, who, "riverside", "d", part, 1000, 10**9 + seconds)
        rows = connection.execute(EVENTS.select().order_by(EVENTS.c.seq)).all()
    told_of = [(row.actor, row.part, row.at - 10**9) for row in rows]
    assert told_of == [asked[0], asked[2], asked[3], ("registry", 0, 3600)]


def test_an_event_goes_only_to_those_whom_it_concerns(gateway: RunningGateway) -> None:
    delivery = gateway.deliver(gateway.kit.seal(b"births"))
    assert gateway.signed("lakeside", "GET", f"/deliveries/{delivery.id}/events").status == 404
    assert [event.kind for event in told(gateway, "registry", delivery)] == ["announce"]
    everything = check_leaves(gateway, gateway.signed("registry", "GET", "/log/events"))
    assert [index for index, _ in everything] == list(range(len(everything)))
    theirs = check_leaves(gateway, gateway.signed("lakeside", "GET", "/log/events"))
    assert all(event.concerns("lakeside") for _, event in theirs)
    assert {event.kind for _, event in theirs} <= {"directory", "refuse"}
    reply = gateway.signed("registry", "GET", f"/log/events?after={len(everything)}")
    assert reply.json["events"] == []
    assert gateway.request("GET", "/log/events").status == 401


def test_refusals_of_proven_callers_are_told_without_a_value(gateway: RunningGateway) -> None:
    canary = "019caf1d-3000-7000-8000-00000000cafe"
    assert gateway.signed("lakeside", "GET", f"/deliveries/{canary}").status == 404
    assert gateway.signed("lakeside", "GET", "/enrolments").status == 403
    assert gateway.request("GET", f"/deliveries/{canary}").status == 401  # a stranger is nobody
    _, mine = zip(*check_leaves(gateway, gateway.signed("lakeside", "GET", "/log/events")), strict=True)
    refusals = [event for event in mine if event.kind == "refuse"][-2:]
    assert [(event.route, event.outcome) for event in refusals] == [
        ("delivery", "NotFound"),
        ("enrolments", "FarSideRefused"),
    ]
    assert all(event.actor == "lakeside" for event in refusals)
    assert canary.encode() not in b"".join(event.to_bytes() for event in refusals)


def test_a_hammering_partner_does_not_fill_the_ledger(gateway: RunningGateway) -> None:
    before = newest(gateway).size
    for _ in range(70):
        assert gateway.signed("riverside", "GET", "/enrolments").status == 403
    # The minute may turn over while we hammer.
    assert newest(gateway).size - before in range(10, 121)
    assert newest(gateway).size - before < 70 or time.time() % 60 < 10


def test_what_is_not_sealed_is_told(gateway: RunningGateway) -> None:
    part = gateway.kit.seal(b"births")
    upload, path = gateway.begin_upload("riverside", part)
    assert gateway.patch(path, 0, b"surname,health number\n" * 50).status == 422
    withdrawn, path = gateway.begin_upload("riverside", part)
    assert gateway.request("DELETE", path, headers={"Tus-Resumable": "1.0.0"}).status == 204
    found = [event for _, event in check_leaves(gateway, gateway.signed("riverside", "GET", "/log/events"))]
    assert [(event.kind, event.outcome) for event in found if event.upload == upload] == [
        ("delete", "not-sealed")
    ]
    assert [(event.kind, event.outcome) for event in found if event.upload == withdrawn] == [
        ("delete", "withdrawn")
    ]
    assert any(
        (event.kind, event.outcome, event.route) == ("refuse", "NotSealed", "parts") for event in found
    )


def test_each_version_of_the_directory_is_told_once(gateway: RunningGateway) -> None:
    files = gateway.kit.publish()
    assert gateway.publish(files).status == 200
    assert gateway.publish(files).status == 200
    events = [event for _, event in check_leaves(gateway, gateway.signed("lakeside", "GET", "/log/events"))]
    versions = [(event.version or 0, event.digest) for event in events if event.kind == "directory"]
    assert [version for version, _ in versions] == sorted({version for version, _ in versions})
    digest = hashlib.sha256(gateway.kit.directory.to_bytes()).hexdigest()
    assert versions[-1] == (gateway.kit.directory.version, digest)


def test_a_checkpoint_is_fresh_and_grows_consistently(gateway: RunningGateway) -> None:
    before = newest(gateway)
    assert abs(before.vouched - time.time()) < 10
    gateway.deliver(gateway.kit.seal(b"births"))
    after = newest(gateway)
    assert after.size == before.size + 2
    proof = merkle.consistency(before.size, after.size, tiles_of(gateway, after.size))
    roots = before.checkpoint.root, after.checkpoint.root
    merkle.check_consistency(before.size, after.size, *roots, proof)


def test_tiles_may_be_kept_for_ever_and_checkpoints_not(gateway: RunningGateway) -> None:
    size = newest(gateway).size
    tile = gateway.request("GET", f"/log/tile/{Tile.of(0, 0, size).path}")
    assert "immutable" in tile.headers["cache-control"]
    assert gateway.request("GET", "/log/checkpoint").headers["cache-control"] == "no-store"
    for wrong, status in (("0/999", 404), ("0/1", 422), ("0/000.p/256", 422), ("7/../../log.key", 422)):
        assert gateway.request("GET", f"/log/tile/{wrong}").status == status, wrong


def cosignature(gateway: RunningGateway, who: str, said: Checkpoint, key: SigningKey | None = None) -> bytes:
    name = f"{log_of(gateway).origin}/witness/{who}"
    line = checkpoint.cosign(said, name, key or gateway.kit.members[who].key, int(time.time()))
    return Note(said.text(), (line,)).to_bytes()


def test_witnesses_stand_on_the_checkpoint(gateway: RunningGateway) -> None:
    assert gateway.request("GET", "/log/checkpoint/lakeside").status == 404
    seen = newest(gateway).checkpoint
    for who in ("lakeside", "registry"):
        assert gateway.signed(who, "POST", "/log/cosignatures", cosignature(gateway, who, seen)).status == 204
    gateway.deliver(gateway.kit.seal(b"births"))
    later = newest(gateway)
    log, key = log_of(gateway), gateway.kit.members["lakeside"].key.verify_key
    assert later.witnessed(log.witness_key("lakeside", key)) is None
    old = log.open(gateway.request("GET", "/log/checkpoint/registry").body)
    assert old.checkpoint == seen
    for who in ("lakeside", "registry"):
        when = old.witnessed(log.witness_key(who, gateway.kit.members[who].key.verify_key))
        assert when is not None
        assert abs(when - time.time()) < 10


def test_no_false_cosignature_is_kept(gateway: RunningGateway) -> None:
    seen = newest(gateway).checkpoint
    other = gateway.kit.members["riverside"].key
    origin, size, root = seen.origin, seen.size, seen.root
    said = {
        "of a larger ledger": Checkpoint(origin, size + 9, root),
        "of another head": Checkpoint(origin, size, bytes(32)),
        "of another log": Checkpoint("elsewhere.example/log", size, root),
    }
    forged = {
        **{why: (cosignature(gateway, "lakeside", wrong), 409) for why, wrong in said.items()},
        "by another key": (cosignature(gateway, "lakeside", seen, other), 422),
        "in another name": (cosignature(gateway, "riverside", seen), 422),
        "no note": (b"hello", 422),
    }
    before = gateway.request("GET", "/log/checkpoint/lakeside")
    for why, (body, status) in forged.items():
        assert gateway.signed("lakeside", "POST", "/log/cosignatures", body).status == status, why
    altered = cosignature(gateway, "lakeside", seen).replace(
        f"\n{seen.size}\n".encode(), f"\n{seen.size - 1}\n".encode()
    )
    assert gateway.signed("lakeside", "POST", "/log/cosignatures", altered).status == 401
    after = gateway.request("GET", "/log/checkpoint/lakeside")
    assert after.status == before.status
    if after.status == 200:
        log = log_of(gateway)
        assert log.open(after.body).checkpoint == log.open(before.body).checkpoint


def test_killed_at_any_moment_the_ledger_goes_on(tmp_path: Path) -> None:
    kit = ExchangeKit(tmp_path)
    part = kit.seal(b"births")
    with kit.running() as gateway:
        delivery = gateway.deliver(part)
        before = newest(gateway)
        gateway.kill()
        gateway.start()
        after = newest(gateway)
        assert after.checkpoint == before.checkpoint
        sign_for(gateway, delivery)
        assert [event.kind for event in told(gateway, "riverside", delivery)] == [
            "announce",
            "receipt",
            "delete",
        ]
        proof = merkle.consistency(before.size, newest(gateway).size, tiles_of(gateway, newest(gateway).size))
        roots = before.checkpoint.root, newest(gateway).checkpoint.root
        merkle.check_consistency(before.size, newest(gateway).size, *roots, proof)
        with pytest.raises(NotProven):
            merkle.check_consistency(before.size, newest(gateway).size, bytes(32), roots[1], proof)
    database = Database(sqlite_url(kit.data / "gateway.sqlite3"))
    with database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(EVENTS)).scalar_one() == ledger.size(
            connection
        )
    database.close()
