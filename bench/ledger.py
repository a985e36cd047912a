"""The ledger: an append at a million leaves (target 1 ms), a receipt verified offline (target 50 ms).

An append is measured inside one transaction, as it stands beside what it tells of; the commit is that of the
other rows. Beside it stands one row in a plain table without a tree.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, LargeBinary, Table, insert, update

from vernix.custody import checkpoint, merkle
from vernix.custody.checkpoint import Checkpoint, Log
from vernix.custody.delivery import Delivery, Part
from vernix.custody.directory import Directory, Key, Partner, Right
from vernix.custody.event import Event, Leaf
from vernix.custody.identifiers import new_id, utc_now
from vernix.custody.merkle import Edge
from vernix.custody.proven_receipt import ProvenReceipt
from vernix.custody.receipt import Receipt
from vernix.custody.signatures import SigningKey
from vernix.custody.tiles import TileReader
from vernix.gateway import ledger, telling
from vernix.gateway.database import Database, sqlite_url
from vernix.gateway.tables import EVENTS, LEDGER, LEDGER_NODES

LEAVES = 1_000_000
APPENDS = 2000
APPEND_TARGET_MS = 1.0
VERIFY_TARGET_MS = 50.0
_BATCH = 20_000


def run(repeats: int = 200) -> dict[str, Any]:
    """Fill a ledger with a million events, append some more, prove a receipt in it and verify that."""
    with tempfile.TemporaryDirectory(prefix="vernix-bench-") as folder:
        database = Database(sqlite_url(Path(folder) / "gateway.sqlite3"))
        database.upgrade()
        _fill(database)
        append = _append(database)
        proof, directory = _proven(database)
        database.close()
    verify = [_timed(lambda: ProvenReceipt.parse(proof).check(directory)) for _ in range(repeats)]
    verified = round(statistics.median(verify), 2)
    return {
        "leaves": LEAVES,
        "append_ms": append,
        "append_target_ms": APPEND_TARGET_MS,
        "verify_receipt_ms": verified,
        "verify_target_ms": VERIFY_TARGET_MS,
        "proof_bytes": len(proof),
        "reached": append["median"] <= APPEND_TARGET_MS and verified <= VERIFY_TARGET_MS,
    }


def _fill(database: Database) -> None:
    """A million leaves, by the tree's own code and without the cost of a million statements."""
    edge, at, rows, nodes = Edge(), int(time.time()), [], []
    for seq in range(LEAVES):
        leaf = seq.to_bytes(32, "big")
        edge, completed = edge.append(leaf)
        rows.append({"seq": seq, "kind": "collect", "at": at, "salt": bytes(16), "leaf": leaf})
        nodes += [{"level": a, "number": b, "hash": c} for a, b, c in completed if a % 8 == 0]
        if len(rows) == _BATCH or seq == LEAVES - 1:
            with database.writing() as connection:
                connection.execute(insert(EVENTS), rows)
                if nodes:
                    connection.execute(insert(LEDGER_NODES), nodes)
            rows, nodes = [], []
    with database.writing() as connection:
        connection.execute(update(LEDGER).values(size=edge.size, edge=b"".join(edge.hashes)))


def _append(database: Database) -> dict[str, float]:
    """Milliseconds of one append: median and 99th percentile; and of one row in a table without a tree."""
    plain = Table("plain", EVENTS.metadata.__class__(), Column("event", LargeBinary))
    with database.writing() as connection:
        plain.create(connection)
        tree = [_timed(partial(_one, connection, number)) for number in range(APPENDS)]
        row = [
            _timed(lambda: connection.execute(insert(plain).values(event=bytes(300)))) for _ in range(APPENDS)
        ]
    return {
        "median": round(statistics.median(tree), 3),
        "p99": round(statistics.quantiles(tree, n=100)[98], 3),
        "one_plain_row": round(statistics.median(row), 3),
    }


def _one(connection: Connection, number: int) -> None:
    telling.collected(connection, "registry", "riverside", new_id(), 0, number, int(time.time()))


def _proven(database: Database) -> tuple[bytes, Directory]:
    """A receipt in the ledger, with its proof under two witnesses, and the directory to check it by."""
    keys = {name: SigningKey.generate() for name in ("registry", "riverside")}
    log_key = SigningKey.generate()
    log = Log("gateway.example/log", log_key.verify_key)
    now = utc_now()
    digest = "11" * 32
    delivery = Delivery(
        new_id(),
        "riverside",
        ("registry",),
        "message",
        (Part("u", 3000, 400, digest),),
        1,
        now,
        now + timedelta(1),
    )
    receipt = Receipt(delivery.id, "registry", "riverside", (digest,), now, "received")
    signed = delivery.sign(keys["riverside"]), receipt.sign(keys["registry"])
    with database.writing() as connection:
        telling.received(connection, receipt, signed[1].encode(), int(now.timestamp()))
        size, root = ledger.head(connection)
        reader = TileReader(size, lambda wanted: ledger.tile(connection, wanted))
        path = tuple(merkle.inclusion(size - 1, size, reader))
        leaf = _last_leaf(connection, size - 1)
    said = Checkpoint(log.origin, size, root)
    lines = [
        checkpoint.cosign(said, log.witness_key(name, key.verify_key).name, key, int(time.time()))
        for name, key in keys.items()
    ]
    note = checkpoint.sign(said, log_key, int(time.time()), lines).to_bytes()
    return ProvenReceipt(*signed, log, leaf, path, note).to_bytes(), _directory(keys, log, now)


def _last_leaf(connection: Connection, index: int) -> Leaf:
    row = connection.execute(EVENTS.select().where(EVENTS.c.seq == index)).one()
    event = Event(
        row.kind,
        datetime.fromtimestamp(row.at, UTC),
        ("registry", "riverside"),
        actor=row.actor,
        delivery=row.delivery,
        digest=row.digest,
        outcome=row.outcome,
    )
    return Leaf(index, event, bytes(row.salt))


def _directory(keys: dict[str, SigningKey], log: Log, now: datetime) -> Directory:
    since = now - timedelta(days=1)
    partners = tuple(
        Partner(name, name.title(), (Key.make(key.verify_key.to_text(), since),))
        for name, key in sorted(keys.items())
    )
    return Directory(
        1, since, "https://gateway.example", partners, (Right("*", "registry", ("message",)),), log=log
    )


def _timed(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return (time.perf_counter() - start) * 1000


def main() -> None:
    """Run by itself: ``python -m bench.ledger [--repeats N]``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=200)
    json.dump(run(parser.parse_args().repeats), sys.stdout, indent=2)


if __name__ == "__main__":
    main()
