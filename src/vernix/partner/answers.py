"""What came back for what we sent: receipts and acknowledgements, kept until and after they were shown.

    incoming/answers/new/receipt-<delivery>-<addressee>.json            a signed receipt
    incoming/answers/new/read-<delivery>-<addressee>.json               a signed read receipt
    incoming/answers/new/recall-<delivery>-<sender>.json                a signed recall: taken back from us
    incoming/answers/new/acknowledgement-<submission>-<delivery>.json   {"files": [acknowledgement, ...]}
    incoming/answers/shown/...                                          the same, after ``collect`` showed
    them

An answer is kept before its receipt goes out and shown at least once: a kill between the two shows it again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from vernix.courier.collecting import Answered, Read, Recalled
from vernix.courier.keeping import private_folder, read_json, write_json
from vernix.courier.sending import Outbox, Sent
from vernix.custody.delivery import Delivery
from vernix.custody.durable import remove_unfinished, sync_folder
from vernix.custody.identifiers import utc_now
from vernix.custody.read_receipt import ReadReceipt
from vernix.custody.recall import Recall
from vernix.custody.receipt import Receipt
from vernix.custody.signatures import Signed
from vernix.errors import DataRefused, NotProven
from vernix.intake.acknowledgement import Acknowledgement
from vernix.partner.sealed import Sealed

_PARSERS: dict[str, Callable[[bytes], Receipt | ReadReceipt | Recall]] = {
    "receipt": Receipt.parse,
    "read": ReadReceipt.parse,
    "recall": Recall.parse,
}


@dataclass(frozen=True)
class NewAnswers:
    """Answers as they are kept. ``sources`` are the files they stand in.

    ``unknown`` are the ids of receipts for what was not sent here, nor sealed here as it arrived over SFTP.
    """

    receipts: tuple[Receipt, ...]
    acknowledgements: tuple[Acknowledgement, ...]
    read_receipts: tuple[ReadReceipt, ...]
    recalls: tuple[Recall, ...]
    sources: tuple[Path, ...]
    unknown: frozenset[str] = frozenset()


class Answers:
    """The answers of one partner, in ``incoming/answers``."""

    def __init__(self, incoming: Path, outbox: Outbox) -> None:
        self._new = incoming / "answers" / "new"
        self._shown = incoming / "answers" / "shown"
        self._outbox = outbox
        self._sealed = Sealed(outbox.folder)

    def keep_receipt(self, answered: Answered, *, bare: bool = False, elsewhere: bool = False) -> bool:
        """Keep a proven receipt, if it is one for what we sent, or sealed for others to carry; False when we
        have it already.

        Of a file over SFTP that is unknown here (cut on its way, or made by another tool) it is kept if it is
        a refusal, or if the directory takes ``bare`` files of ours; of anything unknown if we may have sent
        it ``elsewhere``, from another machine. Raises ``NotProven`` when it does not fit what we sent.
        """
        receipt = answered.receipt
        name = _receipt_name(receipt)
        if self._has(name):
            return False
        sent = next(self._outbox.sent(receipt.delivery), None)
        known = sent is not None or any(map(self._sealed.knows, receipt.digests))
        if sent is not None:
            receipt.check_against(sent.delivery)
        elif not elsewhere and (
            len(receipt.digests) != 1 or not (known or bare or receipt.result == "rejected")
        ):
            raise _never_sent()
        self._keep(name, answered.envelope, known=known)
        return True

    def keep_read_receipt(self, read: Read) -> bool:
        """Keep a proven read receipt for what its signer has signed for, or what we sent to it; False when we
        have it already.

        Raises ``NotProven`` when it does not fit what we sent.
        """
        receipt = read.receipt
        name = _receipt_name(receipt)
        if self._has(name):
            return False
        if not self._has(f"receipt-{receipt.delivery}-{receipt.addressee}.json") and (
            receipt.addressee not in self._sent(receipt.delivery).delivery.addressees
        ):
            raise NotProven("There is a read receipt of somebody to whom nothing was sent.")
        self._keep(name, read.envelope)
        return True

    def keep_recall(self, recalled: Recalled, sender: str | None) -> bool:
        """Keep the word that something was taken back from us; False when we have it already.

        ``sender`` is whose the delivery is, None when nothing of it ever came. Raises ``NotProven`` when it
        is another's than the recall's.
        """
        recall = recalled.recall
        if sender not in (None, recall.sender):
            raise NotProven(
                f"{recall.sender} takes back a delivery that it never sent.",
                hint="Nothing was removed. Tell the registry: its gateway may be taken over.",
            )
        name = _recall_name(recall)
        if self._has(name):
            return False
        self._keep(name, recalled.envelope)
        return True

    def keeps(self, envelope: bytes) -> bool:
        """Whether exactly these bytes are here, shown or not; a letter is kept once it has been proven."""
        for parse in _PARSERS.values():
            with suppress(DataRefused):
                name = _name_of(parse(Signed.decode(envelope).document))
                text = envelope.decode("utf-8")
                kept = (read_json(folder / name) or {} for folder in (self._new, self._shown))
                return any(each.get("envelope") == text for each in kept)
        return False

    def _sent(self, delivery: str) -> Sent:
        sent = next(self._outbox.sent(delivery), None)
        if sent is None:
            raise _never_sent()
        return sent

    def _keep(self, name: str, envelope: bytes, *, known: bool = True) -> None:
        write_json(self._new / name, {"envelope": envelope.decode("utf-8"), "known": known})

    def keep_acknowledgements(self, delivery: Delivery, documents: Sequence[bytes]) -> None:
        """Keep the acknowledgements that came in one delivery. Raises ``DataRefused`` for what is none."""
        for document in documents:
            Acknowledgement.parse(document)
        name = f"acknowledgement-{delivery.in_reply_to}-{delivery.id}.json"
        if not self._has(name):
            write_json(self._new / name, {"files": [document.decode("utf-8") for document in documents]})

    def tidy(self) -> None:
        """Remove what a killed run left half written; only while no other run collects."""
        remove_unfinished(self._new)
        self._sealed.tidy(utc_now())

    def new(self) -> NewAnswers:
        """What is still to be shown."""
        return _read(sorted(self._new.glob("*.json")))

    def to(self, delivery: str) -> NewAnswers:
        """What came back for one delivery of ours, shown or not."""
        kinds = ("receipt", "acknowledgement", "read")
        return self._kept(tuple(f"{kind}-{delivery}-" for kind in kinds))

    def signed(self) -> NewAnswers:
        """Every receipt and read receipt that is here, shown or not."""
        return self._kept(("receipt-", "read-"))

    def _kept(self, beginnings: tuple[str, ...]) -> NewAnswers:
        kept = (path for folder in (self._new, self._shown) for path in folder.glob("*.json"))
        return _read(sorted(path for path in kept if path.name.startswith(beginnings)))

    def receipts(self) -> list[Path]:
        """The files ``receipt-<delivery>-<addressee>.json``, shown or not, newest delivery first."""
        kept = [path for folder in (self._new, self._shown) for path in folder.glob("receipt-*.json")]
        return sorted(kept, key=lambda path: path.name, reverse=True)

    def is_shown(self, letter: Receipt | ReadReceipt | Recall) -> bool:
        """Whether ``collect`` has shown this already."""
        return (self._shown / _name_of(letter)).exists()

    def mark_shown(self, answers: NewAnswers) -> None:
        """They have been shown."""
        if answers.sources:
            private_folder(self._shown)
            for path in answers.sources:
                path.replace(self._shown / path.name)
            sync_folder(self._shown)

    def awaited(self, submissions: Sequence[Sent]) -> list[Sent]:
        """Those submissions that have no receipt or no acknowledgement yet."""
        return [sent for sent in submissions if not self._is_answered(sent)]

    def _is_answered(self, sent: Sent) -> bool:
        names = [f"receipt-{sent.plan.id}-{addressee}.json" for addressee in sent.plan.dispatch.to]
        return all(map(self._has, [*names, f"acknowledgement-{sent.plan.id}-*.json"]))

    def _has(self, pattern: str) -> bool:
        return any(True for folder in (self._new, self._shown) for _ in folder.glob(pattern))


def _name_of(letter: Receipt | ReadReceipt | Recall) -> str:
    return _recall_name(letter) if isinstance(letter, Recall) else _receipt_name(letter)


def _receipt_name(receipt: Receipt | ReadReceipt) -> str:
    kind = "receipt" if isinstance(receipt, Receipt) else "read"
    return f"{kind}-{receipt.delivery}-{receipt.addressee}.json"


def _recall_name(recall: Recall) -> str:
    return f"recall-{recall.delivery}-{recall.sender}.json"


def _read(sources: Sequence[Path]) -> NewAnswers:
    letters: list[Receipt | ReadReceipt | Recall | Acknowledgement] = []
    unknown: set[str] = set()
    for path in sources:
        document = read_json(path) or {}
        kind = path.name.split("-", 1)[0]
        if kind == "acknowledgement":
            letters += [Acknowledgement.parse(text.encode("utf-8")) for text in document["files"]]
        else:
            letter = _PARSERS[kind](Signed.decode(document["envelope"].encode("utf-8")).document)
            letters.append(letter)
            if not document.get("known", True):
                unknown.add(letter.delivery)
    return NewAnswers(
        receipts=tuple(each for each in letters if isinstance(each, Receipt)),
        acknowledgements=tuple(each for each in letters if isinstance(each, Acknowledgement)),
        read_receipts=tuple(each for each in letters if isinstance(each, ReadReceipt)),
        recalls=tuple(each for each in letters if isinstance(each, Recall)),
        sources=tuple(sources),
        unknown=frozenset(unknown),
    )


def _never_sent() -> NotProven:
    return NotProven(
        "There is a receipt for a delivery that this folder never sent.",
        hint="Perhaps it was sent from another machine; collect it there.",
    )
