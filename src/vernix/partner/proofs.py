"""The proofs of our receipts, kept as files that anybody can check: see ``vernix verify``.

    receipts/<delivery>-<addressee>.json               in a state of the ledger that the registry cosigned
    receipts/unwitnessed/<delivery>-<addressee>.json   not cosigned by it yet: fetched again next time

A proof is fetched whenever ``collect`` runs, and never stands in the way of what is collected.
"""

from __future__ import annotations

from pathlib import Path

from vernix.courier.exchange import Exchange
from vernix.courier.keeping import private_folder, read_json, sweep
from vernix.courier.proving import prove_receipt
from vernix.courier.sending import Outbox
from vernix.courier.witnessing import Seen
from vernix.custody.durable import write_file
from vernix.custody.identifiers import REGISTRY
from vernix.custody.proven_receipt import ProvenReceipt
from vernix.custody.receipt import Receipt
from vernix.custody.signatures import Signed
from vernix.errors import FarSideRefused, NotFound
from vernix.partner.answers import Answers
from vernix.partner.state import Partner
from vernix.partner.witnessing import log_of, look

_AT_ONCE = 500
"""Proofs that one run fetches."""


class Proofs:
    """The folder ``receipts`` of one partner."""

    def __init__(self, partner: Partner, exchange: Exchange, outbox: Outbox, answers: Answers) -> None:
        self._partner = partner
        self._exchange = exchange
        self._outbox = outbox
        self._answers = answers
        self._whole = partner.folder.receipts
        self._unwitnessed = self._whole / "unwitnessed"

    def complete(self) -> list[FarSideRefused]:
        """Fetch the proofs that are missing; what does not hold, or a ledger that lies, is returned.

        Raises ``RoadFailed``: the next run goes on.
        """
        wanted = [path for path in self._answers.receipts() if not (self._whole / _name(path)).exists()]
        if not wanted:
            return []
        try:
            log_of(self._exchange)
        except NotFound:
            return []  # the registry has not met the ledger yet
        try:
            seen = look(self._partner, self._exchange)
        except FarSideRefused as error:
            return [error]
        outcomes = (self._prove(path, seen) for path in wanted[:_AT_ONCE])
        return [error for error in outcomes if error is not None]

    def _prove(self, path: Path, seen: Seen) -> FarSideRefused | None:
        envelope = str((read_json(path) or {})["envelope"]).encode("utf-8")
        receipt = Receipt.parse(Signed.decode(envelope).document)
        sent = next(self._outbox.sent(receipt.delivery), None)
        if sent is None:
            return None  # the outbox forgot it; what was not proven by then stays as it is
        try:
            log = log_of(self._exchange)
            proof = prove_receipt(self._exchange, log, seen, sent.envelope, envelope, receipt.delivery)
        except FarSideRefused as error:
            return error
        self._keep(_name(path), proof)
        return None

    def _keep(self, name: str, proof: ProvenReceipt) -> None:
        witnessed = REGISTRY in proof.check(self._exchange.mirror.current()).witnesses
        folder = private_folder(self._whole if witnessed else self._unwitnessed)
        write_file(folder / name, proof.to_bytes(), private=True)
        if witnessed:
            sweep(self._unwitnessed / name)


def _name(answer: Path) -> str:
    """The proof's name from the answer's."""
    return answer.name.removeprefix("receipt-")
