"""A receipt's proof, fetched while the ledger can be asked, so that it can be checked for ever without it."""

from __future__ import annotations

import hashlib

from vernix.courier.exchange import Exchange
from vernix.courier.witnessing import Seen
from vernix.custody import merkle
from vernix.custody.checkpoint import Log, SignedCheckpoint
from vernix.custody.event import RECEIPT, Leaf
from vernix.custody.identifiers import REGISTRY
from vernix.custody.proven_receipt import ProvenReceipt
from vernix.custody.signatures import Signed
from vernix.custody.tiles import TileReader
from vernix.errors import NotFound, NotProven


def prove_receipt(
    exchange: Exchange, log: Log, seen: Seen, delivery: bytes, receipt: bytes, delivery_id: str
) -> ProvenReceipt:
    """The proof of a receipt: in the newest state that the registry cosigned, or in ``seen``.

    ``delivery`` and ``receipt`` are signed envelopes. Raises ``NotProven`` when the ledger does not tell of
    the receipt, or the proof does not hold.
    """
    leaf = _find(exchange, delivery_id, receipt)
    signed = _vouched(exchange, log, leaf.index) or seen.signed
    if signed.size <= leaf.index:
        raise NotProven(
            "The gateway's ledger tells of a receipt that is not in it yet.", hint="Collect again."
        )
    reader = TileReader(signed.size, exchange.tile)
    path = tuple(merkle.inclusion(leaf.index, signed.size, reader))
    note = signed.note.to_bytes()
    proof = ProvenReceipt(Signed.decode(delivery), Signed.decode(receipt), log, leaf, path, note)
    proof.check(exchange.mirror.current())
    return proof


def _find(exchange: Exchange, delivery: str, receipt: bytes) -> Leaf:
    digest = hashlib.sha256(receipt).hexdigest()
    for leaf in exchange.delivery_events(delivery):
        if leaf.event.kind == RECEIPT and leaf.event.digest == digest:
            return leaf
    raise NotProven(
        "The gateway handed over a receipt that its ledger does not tell of.",
        hint="The receipt itself is good. Tell the registry: its gateway keeps something back.",
    )


def _vouched(exchange: Exchange, log: Log, index: int) -> SignedCheckpoint | None:
    """The newest state that the registry cosigned, if the leaf is in it."""
    try:
        signed = log.open(exchange.checkpoint(REGISTRY))
    except NotFound:
        return None
    return signed if signed.size > index else None
