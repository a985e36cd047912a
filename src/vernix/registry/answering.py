"""Answering: the sealed acknowledgement first, then the receipt, on which the gateway forgets the parts.

In that order a kill loses nothing: until the receipt is there the gateway keeps the submission. Both are the
same bytes however often they are sent: the acknowledgement goes out under an id that was fixed when the
submission arrived, and a receipt holds nothing that changes.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from vernix.courier.dispatch import Dispatch, OutgoingFile
from vernix.courier.sending import Outbox, Sender
from vernix.custody.delivery import Carried
from vernix.custody.identifiers import REGISTRY
from vernix.custody.receipt import Counts, Receipt
from vernix.custody.signatures import SigningKey
from vernix.intake.acknowledgement import Acknowledgement

if TYPE_CHECKING:
    from vernix.courier.exchange import Exchange
    from vernix.registry.workflow.models import Submission


def send_acknowledgement(
    submission: Submission,
    answers: Sequence[Acknowledgement],
    outbox: Path,
    work: Path,
    exchange: Exchange,
    sender: Sender,
) -> None:
    """Seal the answers to the partner and deliver them, once however often it is tried."""
    folder = work / f"open-answer-{submission.delivery}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        files = tuple(_file(folder, number, answer, submission) for number, answer in enumerate(answers, 1))
        dispatch = Dispatch((submission.sender,), "acknowledgement", files, in_reply_to=submission.delivery)
        letters = Outbox(outbox)
        plan = letters.begin(dispatch, delivery_id=submission.answer)
        # What was sent already comes back as such: there is nothing to do.
        if not hasattr(plan, "envelope"):
            letters.send(plan, exchange, sender)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def post_receipt(
    submission: Submission, delivery: Carried, counts: Counts, exchange: Exchange, key: SigningKey
) -> None:
    """Sign for a delivery; the gateway deletes its parts."""
    receipt = Receipt(
        delivery.id,
        REGISTRY,
        delivery.sender,
        tuple(part.digest for part in delivery.parts),
        submission.arrived_at.replace(microsecond=0),
        submission.result,
        counts,
    )
    exchange.post_receipt(receipt.sign(key).encode())


def may_answer(delivery: Carried, exchange: Exchange) -> bool:
    """Whether the sender may be sent an acknowledgement (it may have been suspended since)."""
    return exchange.mirror.current().may_send(REGISTRY, delivery.sender, "acknowledgement")


def _file(folder: Path, number: int, answer: Acknowledgement, submission: Submission) -> OutgoingFile:
    path = folder / f"acknowledgement-{number}.json"
    path.write_bytes(answer.to_bytes())
    # The same look each time, so that an upload that was killed goes on instead of beginning again.
    moment = int(submission.arrived_at.timestamp())
    os.utime(path, (moment, moment))
    return OutgoingFile(path, path.name, "application/json", "acknowledgement", answer.encounter)
