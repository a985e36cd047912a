"""What each step does to the world outside of the ledger. Done twice is the same as done once.

A stage returns what is to be written in the transaction that ends it (or nothing). It may be killed anywhere:
the next time it finds its own effect (a part that is there, a batch that the table holds, a delivery that was
sent).
"""

from __future__ import annotations

from collections.abc import Callable

from vernix.custody.manifest import Manifest
from vernix.custody.receipt import Counts
from vernix.custody.rights import OF_DATA
from vernix.registry.answering import (
    answers_for,
    answers_to_none,
    in_one,
    may_answer,
    post_receipt,
    send_acknowledgement,
)
from vernix.registry.failpoints import reached
from vernix.registry.opening import Opened, Unusable, private_work
from vernix.registry.parting import part
from vernix.registry.passage import Passage
from vernix.registry.quality import confirming
from vernix.registry.quality.reopening import Arrived, told
from vernix.registry.reading import Verdict, judge, refusal, result_of
from vernix.registry.workflow.models import SubmittedFile

Settle = Callable[[], None]
"""What a step writes in the transaction that ends it."""


def collect(passage: Passage) -> Settle | None:
    """Fetch the sealed parts, each with the digest that the sender signed."""
    passage.paths()
    return None


def read(passage: Passage) -> Settle | None:
    """Open, prove and read; write the answer, and what is decided."""
    if passage.submission.purpose not in OF_DATA:
        return _read_other(passage)
    try:
        with passage.opened() as delivery:
            reached("read:opened")
            if delivery.purpose not in OF_DATA:
                return _settle_other(passage, delivery.purpose)
            passage.submission.purpose = delivery.purpose  # of a drop it is known only now
            verdicts = judge(passage.submission, delivery, passage.naming, passage.beside_the_book)
            files = [_kept(passage, delivery, verdict) for verdict in verdicts]
            if not passage.submission.is_test:
                verdicts = [told(passage, verdict) for verdict in verdicts]
            bare = delivery.bare
            passage.answer.keep(answers_for(passage.submission, verdicts), delivery.folder)
    except Unusable as error:
        with private_work(passage.registry.folder.work, passage.submission.delivery) as folder:
            answers = answers_to_none(passage.submission, refusal(passage.submission, error))
            passage.answer.keep(answers, folder)
        return _settle_refusal(passage, error)
    reached("read:answer-kept")

    def settle() -> None:
        passage.submission.result = result_of([verdict.answer for verdict in verdicts])
        passage.submission.bare = bare
        SubmittedFile.objects.bulk_create(files)

    return settle


def vault(passage: Passage) -> Settle | None:
    """Seal the identities into the vault."""
    for file in passage.keepable():
        parted = passage.parted()[file.part]
        passage.registry.vault.keep(parted.identities, parted.pseudonyms, parted.rows, passage.origin(file))
        reached("vault:file-kept")
    return None


def book(passage: Passage) -> Settle | None:
    """Write the clinical rows into the book, and beside it which rows were refused, and why."""
    arrived = Arrived(passage)
    for file in passage.keepable():
        clinical = passage.parted()[file.part].clinical
        passage.registry.book.keep(file.encounter, clinical, file.batch)
        reached("book:file-kept")
        arrived.note(file.encounter, file.part)
    for file in passage.read():
        if file.rejected:
            passage.registry.refusals.keep(file.encounter, passage.parted()[file.part].refused, file.batch)
            reached("book:refusals-kept")
    return arrived.settle


def answer(passage: Passage) -> Settle | None:
    """Send the acknowledgement, sealed to the partner."""
    if not passage.answer.are_there or not may_answer(passage.delivery, passage.exchange):
        return None
    folder, identities = passage.registry.folder, passage.registry.keyring.identities
    send_acknowledgement(
        passage.submission,
        passage.answer,
        identities,
        folder.outbox,
        folder.work,
        passage.exchange,
        passage.registry.sender,
    )
    return None


def receipt(passage: Passage) -> Settle | None:
    """Sign for the delivery; the gateway deletes its parts."""
    totals = [(file.accepted, file.warned, file.rejected) for file in passage.submission.files.all()]
    counts = Counts(*(sum(column) for column in zip(*totals, strict=True))) if totals else Counts()
    key = passage.registry.keyring.signing_at(passage.submission.arrived_at)
    post_receipt(passage.submission, passage.delivery, counts, passage.exchange, key)
    return None


def _kept(passage: Passage, delivery: Opened, verdict: Verdict) -> SubmittedFile:
    """What the workflow is to remember of a file; its accepted rows are parted while it is open."""
    file = SubmittedFile(
        submission=passage.submission,
        part=verdict.part,
        encounter=verdict.encounter,
        batch=verdict.batch,
        accepted=verdict.counts.accepted,
        warned=verdict.counts.warned,
        rejected=verdict.counts.rejected,
        repeats=verdict.repeats,
        series=delivery.series,
        number=delivery.numbered.get(verdict.part),
    )
    if verdict.reading is not None and not passage.submission.is_test:
        passage.remember(verdict.part, part(verdict.reading, passage.origin(file), passage.naming))
    return file


def _settle_refusal(passage: Passage, error: Unusable) -> Settle:
    def settle() -> None:
        passage.submission.result, passage.submission.reason = "rejected", error.reason

    return settle


def _read_other(passage: Passage) -> Settle:
    """A message: its manifest is proven, nothing else is opened, and it is filed as it came.

    What its manifest calls a confirmation is opened: it is for this program, and answered.
    """
    try:
        manifest = passage.manifest()
        if not confirming.holds_confirmation(manifest):
            return _settle_other(passage, passage.signed.purpose)
        return _take_confirmation(passage, manifest)
    except Unusable as error:
        return _settle_refusal(passage, error)


def _take_confirmation(passage: Passage, manifest: Manifest) -> Settle:
    passage.submission.purpose = confirming.PURPOSE
    with private_work(passage.registry.folder.work, passage.submission.delivery) as folder:
        try:
            answer, write = confirming.take(passage, manifest)
        except Unusable as error:
            passage.answer.keep(in_one(passage.submission, refusal(passage.submission, error)), folder)
            raise
        passage.answer.keep(in_one(passage.submission, answer), folder)

    def settle() -> None:
        passage.submission.result = "accepted"
        write()

    return settle


def _settle_other(passage: Passage, purpose: str) -> Settle:
    def settle() -> None:
        passage.submission.result, passage.submission.purpose = "received", purpose

    return settle
