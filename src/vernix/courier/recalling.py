"""Taking back what was sent: one signed recall for each delivery, kept before it is posted.

    outbox/recalled/<id>.json    {"envelope": the signed recall}

Killed and run again, the same bytes are posted again; another recall of the same delivery is never made.
"""

from __future__ import annotations

from pathlib import Path

from vernix.courier.exchange import Exchange
from vernix.courier.keeping import read_json, sweep, write_json
from vernix.courier.sending import Sender, Sent
from vernix.custody.identifiers import utc_now
from vernix.custody.recall import Recall
from vernix.custody.signatures import Signed
from vernix.errors import Conflict, NotFound


class Recalls:
    """The recalls of one partner; ``outbox`` is its folder for what goes out."""

    def __init__(self, outbox: Path) -> None:
        self._folder = outbox / "recalled"

    def of(self, delivery: str) -> Recall | None:
        """The recall of a delivery, if there is one."""
        document = read_json(self._path(delivery))
        if document is None:
            return None
        return Recall.parse(Signed.decode(document["envelope"].encode("utf-8")).document)

    def take_back(self, sent: Sent, exchange: Exchange, sender: Sender) -> Recall:
        """Recall a delivery and return when the gateway has deleted its parts; may be repeated.

        Raises ``Conflict`` when everybody has it already, ``NotFound`` when the gateway knows nothing of it
        (any more); then there is no recall.
        """
        path = self._path(sent.plan.id)
        document = read_json(path)
        if document is None:
            recall = Recall(sent.plan.id, sender.id, utc_now())
            document = {"envelope": recall.sign(sender.key).encode().decode("utf-8")}
            write_json(path, document)
        envelope = document["envelope"].encode("utf-8")
        try:
            exchange.post_recall(envelope)
        except (Conflict, NotFound):
            sweep(path)
            raise
        return Recall.parse(Signed.decode(envelope).document)

    def _path(self, delivery: str) -> Path:
        return self._folder / f"{delivery}.json"
