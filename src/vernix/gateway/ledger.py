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
from vernix.gateway.tables import EVENT_PARTNERS, EVENTS, LEDGER, LEDGER_NODES

_ONE = LEDGER.c.id == 1

# Built once: building a statement costs more than running it (measured: half of an append).
_EDGE = select(LEDGER.c.size, LEDGER.c.edge).where(_ONE)
_EDGE_HELD = _EDGE.with_for_update()
_GROW = (
    update(LEDGER)
    .where(_ONE, LEDGER.c.size == bindparam("before"))
    .values(size=bindparam("after"), edge=bindparam("hashes"))
)
_ADD_EVENT = insert(EVENTS)
_ADD_CONCERNED = insert(EVENT_PARTNERS)
_ADD_NODE = insert(LEDGER_NODES)


def append(connection: Connection, event: Event) -> int:
    """Append one event; the index of its leaf. Raises ``Conflict`` where another writer came between."""
    before = _read_edge(connection)
    salt = new_salt()
    leaf = event.leaf(salt)
    after, completed = before.append(leaf)
    # Compare and swap: whatever the database locks, two events never get one place.
    step = {"before": before.size, "after": after.size, "hashes": b"".join(after.hashes)}
    if connection.execute(_GROW, step).rowcount != 1:
        raise Conflict("Another event came between.", hint="Send the request again.")
    connection.execute(_ADD_EVENT, _row(event, before.size, salt, leaf))
    names = [{"partner": partner, "seq": before.size} for partner in event.concerned]
    connection.execute(_ADD_CONCERNED, names)
    kept = [
        {"level": level, "number": number, "hash": value}
        for level, number, value in completed
        if level % HEIGHT == 0
    ]
    if kept:
        connection.execute(_ADD_NODE, kept)
    return before.size


def size(connection: Connection) -> int:
    """How many events there are."""
    return int(connection.execute(select(LEDGER.c.size).where(_ONE)).scalar_one())


def head(connection: Connection, at: int | None = None) -> tuple[int, bytes]:
    """Size and tree head of the ledger: now, or when it had ``at`` events."""
    if at is None:
        edge = _edge(connection.execute(_EDGE).one())
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
    return _edge(connection.execute(_EDGE_HELD).one())


def _edge(row: Any) -> Edge:
    joined = bytes(row.edge)
    return Edge(row.size, tuple(joined[at : at + HASH] for at in range(0, len(joined), HASH)))


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
