"""The ledger of events, as tables: appended to in the transaction of what it tells, read as tiles.

An event is there exactly when what it tells of is: both stand or fall with one commit. Appending costs
O(log n): one row of the table ``ledger`` holds the right edge of the tree, and of all inner hashes only those
at levels 8, 16, 24 ... are kept, which are what tiles are made of. That row is locked from the append to the
commit, so append last in a transaction.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from vernix.custody.event import Event, new_salt
from vernix.custody.merkle import HASH, Edge, edge_of
from vernix.custody.tiles import HEIGHT, Tile, TileReader
from vernix.errors import Conflict, NotFound
from vernix.gateway.statements import Statement, together
from vernix.gateway.tables import EVENT_PARTNERS, EVENTS, LEDGER, LEDGER_NODES

_ONE = LEDGER.c.id == 1

# Built once: building a statement costs more than running it (measured: half of an append).
_EDGE = select(LEDGER.c.size, LEDGER.c.edge).where(_ONE)
_EDGE_HELD = Statement(_EDGE.with_for_update())
_GROW = Statement(
    update(LEDGER)
    .where(_ONE, LEDGER.c.size == bindparam("before"))
    .values(size=bindparam("after"), edge=bindparam("hashes"))
)
_ADD_EVENT = Statement(insert(EVENTS))
_ADD_CONCERNED = Statement(insert(EVENT_PARTNERS))
_ADD_NODE = Statement(insert(LEDGER_NODES))


def append(connection: Connection, *events: Event) -> int:
    """Append events, in this order; the index of the first one's leaf. Raises ``Conflict`` where another
    writer came between.
    """
    edge = before = _read_edge(connection)
    rows, concerned, kept = [], [], []
    for event in events:
        seq, salt = edge.size, new_salt()
        leaf = event.leaf(salt)
        edge, completed = edge.append(leaf)
        rows.append(_row(event, seq, salt, leaf))
        concerned += [{"partner": partner, "seq": seq} for partner in event.concerned]
        kept += [
            {"level": level, "number": number, "hash": value}
            for level, number, value in completed
            if level % HEIGHT == 0
        ]
    # Compare and swap: whatever the database locks, two events never get one place.
    step = {"before": before.size, "after": edge.size, "hashes": b"".join(edge.hashes)}
    with together(connection):
        grown = _GROW.run(connection, step)
        _ADD_EVENT.run_each(connection, rows)
        _ADD_CONCERNED.run_each(connection, concerned)
        if kept:
            _ADD_NODE.run_each(connection, kept)
    if grown.rowcount != 1:
        raise Conflict("Another event came between.", hint="Send the request again.")
    return before.size


def size(connection: Connection) -> int:
    """How many events there are."""
    return int(connection.execute(select(LEDGER.c.size).where(_ONE)).scalar_one())


def head(connection: Connection, at: int | None = None) -> tuple[int, bytes]:
    """Size and tree head of the ledger: now, or when it had ``at`` events."""
    if at is None:
        edge = _edge(*connection.execute(_EDGE).one())
    else:
        edge = edge_of(at, TileReader(at, lambda wanted: tile(connection, wanted)))
    return edge.size, edge.head()


def tile(connection: Connection, wanted: Tile) -> bytes:
    """The hashes of a tile. Raises ``NotFound`` for one that the ledger does not have (yet)."""
    first = wanted.number << HEIGHT
    place, value = (
        (EVENTS.c.seq, EVENTS.c.leaf) if wanted.level == 0 else (LEDGER_NODES.c.number, LEDGER_NODES.c.hash)
    )
    query = select(value).where(place >= first, place < first + wanted.width).order_by(place)
    if wanted.level:
        query = query.where(LEDGER_NODES.c.level == HEIGHT * wanted.level)
    hashes = [bytes(found) for found in connection.execute(query).scalars()]
    if len(hashes) != wanted.width or any(len(found) != HASH for found in hashes):
        raise NotFound("The ledger has no such tile.", hint="Ask for those of its checkpoint.")
    return b"".join(hashes)


def _read_edge(connection: Connection) -> Edge:
    return _edge(*_EDGE_HELD.run(connection, {}).fetchone())


def _edge(size: int, hashes: bytes) -> Edge:
    joined = bytes(hashes)
    return Edge(size, tuple(joined[at : at + HASH] for at in range(0, len(joined), HASH)))


def _row(event: Event, seq: int, salt: bytes, leaf: bytes) -> dict[str, Any]:
    return {
        "seq": seq,
        "kind": event.kind,
        "at": int(event.at.timestamp()),
        "actor": event.actor,
        "delivery": event.delivery,
        "upload": event.upload,
        "part": event.part,
        "size": event.size,
        "version": event.version,
        "digest": event.digest,
        "outcome": event.outcome,
        "route": event.route,
        "salt": salt,
        "leaf": leaf,
    }
