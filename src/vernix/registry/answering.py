"""Answering: the sealed acknowledgement first, then the receipt, on which the gateway forgets the parts.

In that order a kill loses nothing: until the receipt is there the gateway keeps the submission. Both are the
same bytes however often they are sent: the acknowledgement goes out under an id that was fixed when the
submission arrived, and a receipt holds nothing that changes.

    parts/<delivery>/answer-N.age   the files of the answer, sealed to the registry itself
    parts/<delivery>/answer.age     what they are called; there once all of them are

They are written while the submission lies in the open, and sent in a step of its own.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vernix.courier.dispatch import Dispatch, OutgoingFile
from vernix.courier.sending import Outbox, Sender
from vernix.custody.delivery import Carried
from vernix.custody.durable import write_file
from vernix.custody.identifiers import REGISTRY
from vernix.custody.receipt import Counts, Receipt
from vernix.custody.signatures import SigningKey
from vernix.intake.acknowledgement import Acknowledgement
from vernix.intake.answering import DOCUMENT, Answer, Answered, answers_to, carried_name
from vernix.registry.reading import Verdict, read_file
from vernix.sealing.identities import HybridIdentity
from vernix.sealing.opening import open_bytes, open_file
from vernix.sealing.sealer import seal_bytes, seal_file

if TYPE_CHECKING:
    from vernix.courier.exchange import Exchange
    from vernix.registry.workflow.models import Submission

_INDEX = "answer.age"
_INDEX_LIMIT = 64 << 20


@dataclass(frozen=True)
class _Kept:
    """One file of an answer, as it will be sent."""

    name: str
    media_type: str
    role: str
    encounter: str | None


class AnswerFiles:
    """The answer to one submission, kept in ``parts`` under the seal of the registry until it is sent."""

    def __init__(self, parts: Path, identity: HybridIdentity) -> None:
        self._parts = parts
        self._identity = identity

    def keep(self, answers: Iterable[tuple[int, Answer, Answered]], work: Path) -> None:
        """Write and seal the files of an answer; for a moment each is plain, in the private ``work``."""
        kept = []
        for number, (file, answer, answered) in enumerate(answers, start=1):
            plain = work / f"answer-{number}"
            with plain.open("wb") as stream:
                stream.writelines(answer.write(answered))
            seal_file(plain, self._file(number), [self._identity.recipient], durable=True)
            plain.unlink()
            role = "acknowledgement" if answer is DOCUMENT else "file"
            encounter = answered.acknowledgement.encounter
            kept.append(_Kept(carried_name(file, answer), answer.media_type, role, encounter))
        index = json.dumps([asdict(each) for each in kept]).encode()
        write_file(self._parts / _INDEX, seal_bytes(index, [self._identity.recipient]), private=True)

    @property
    def are_there(self) -> bool:
        """Whether there is an answer, whole."""
        return (self._parts / _INDEX).exists()

    def opened(self, identities: Sequence[HybridIdentity], folder: Path) -> Iterator[OutgoingFile]:
        """The files in the open, in a private ``folder``."""
        index = open_bytes((self._parts / _INDEX).read_bytes(), identities, _INDEX_LIMIT)
        for number, document in enumerate(json.loads(index), start=1):
            kept = _Kept(**document)
            path = folder / str(number)
            open_file(self._file(number), path, identities)
            yield OutgoingFile(path, kept.name, kept.media_type, kept.role, kept.encounter)

    def _file(self, number: int) -> Path:
        return self._parts / f"answer-{number}.age"


def answers_for(
    submission: Submission, verdicts: Iterable[Verdict]
) -> Iterator[tuple[int, Answer, Answered]]:
    """What each file of a submission, counted from 1, is answered with, while it lies in the open."""
    for number, verdict in enumerate(verdicts, start=1):
        for answer in answers_to(verdict.answer.source):
            reading = verdict.reading
            if reading is None and verdict.repeats is not None and answer.by_message:
                # What was judged before is judged the same again, and each of its messages wants its answer.
                reading = read_file(verdict.file)
            yield number, answer, Answered(verdict.answer, verdict.file.path, reading, submission.arrived_at)


def answers_to_none(
    submission: Submission, refusal: Acknowledgement
) -> Iterator[tuple[int, Answer, Answered]]:
    """What a delivery is answered with of which no file could be opened."""
    for answer in answers_to(""):
        yield 1, answer, Answered(refusal, Path(), None, submission.arrived_at)


def in_one(submission: Submission, answer: Acknowledgement) -> Iterator[tuple[int, Answer, Answered]]:
    """What is answered where no rows were sent: the document alone."""
    yield 1, DOCUMENT, Answered(answer, Path(), None, submission.arrived_at)


def send_acknowledgement(
    submission: Submission,
    answer: AnswerFiles,
    identities: Sequence[HybridIdentity],
    outbox: Path,
    work: Path,
    exchange: Exchange,
    sender: Sender,
) -> None:
    """Seal the answer to the partner and deliver it, once however often it is tried."""
    folder = work / f"open-answer-{submission.delivery}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        files = tuple(answer.opened(identities, folder))
        for file in files:
            # The same look each time, so that an upload that was killed goes on instead of beginning again.
            moment = int(submission.arrived_at.timestamp())
            os.utime(file.path, (moment, moment))
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
